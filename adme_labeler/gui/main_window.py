"""The main window: menus, and the welcome page or a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget

from adme_labeler.domain.problems import Problem, StorageProblem
from adme_labeler.gui import (
    dialogs_of,
    keymap,
    label_dialogs,
    merge_dialogs,
    regaining,
    scheme_in_use,
    theme,
)
from adme_labeler.gui.action_set import ActionSet
from adme_labeler.gui.actions import BY_ID
from adme_labeler.gui.backing_up import Backups
from adme_labeler.gui.controls import KeyButton, Link, Text
from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.icons import application_icon
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.gui.theme import ThemeName
from adme_labeler.gui.tour import Tour
from adme_labeler.gui.training_job import Trainer
from adme_labeler.gui.welcome import WelcomePage, dropped_paths
from adme_labeler.gui.what_actions_do import satisfied, show_states, what_actions_do
from adme_labeler.language import tr
from adme_labeler.services.session import Session

_SIZE = (1440, 900)
_LEAST = (1040, 640)


class MainWindow(QMainWindow):
    """Only assembles: panels draw, the desk decides, jobs run, dialogs ask."""

    def __init__(self, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        self.project: ProjectView | None = None
        self.welcome = WelcomePage()
        self.newcomer = False
        """Whether the first project that is opened begins with the tour."""
        self.backups = Backups(self)
        self.tour: Tour | None = None
        self._closing = False
        self._then: Callable[[], None] | None = None
        self._back_up = True
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self.setCentralWidget(self._stack)
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(_least(self.preferences.scale))
        self.resize(_first_size(self))
        keymap.use(self.preferences.keymap)
        self.actions_ = ActionSet(self.run, self)
        self.actions_.fill(self.menuBar())
        self._name = Text("ADME labeler", "controls", strong=True)
        self._name.setContentsMargins(8, 0, 14, 0)
        self._curator = Text("", "controls", "secondary")
        self._curator.setContentsMargins(8, 0, 8, 0)
        self.restoreGeometry(self.preferences.layout("window"))
        self.welcome.asked.connect(self.run)
        self.welcome.recent_chosen.connect(self.open_path)
        self.welcome.dropped.connect(self._dropped)
        self._table = what_actions_do(self)
        self.show_welcome()

    # ------------------------------------------------------------------ projects

    def open_path(self, path: Path, place: bool = True) -> bool:
        """Open a project; False (and a message) when it cannot be opened."""
        try:
            opened = Session.open(path, self.preferences.curator)
        except Problem as problem:
            self.tell(tr("This project cannot be opened"), str(problem))
            return False
        self.show_session(opened, place)
        return True

    def show_session(
        self,
        opened: Session,
        place: bool = True,
        then: Callable[[ProjectView], None] = lambda project: None,
        jobs: bool = True,
    ) -> None:
        """Show an open project in place of what is shown now, and go on with `then`.

        `place`: where the curator left off; `jobs`: start the model worker.
        """
        if self.project is not None:
            self.leave_project(lambda: self.show_session(opened, place, then, jobs))
            return
        keymap.use_scheme(opened.scheme)
        project = ProjectView(opened, self)
        self.project = project
        scheme_in_use.watch(self, project)
        regaining.watch(self, project)
        project.asked.connect(self.run)
        project.actions_changed.connect(self.show_actions)
        project.versions_asked.connect(lambda found: label_dialogs.compare_versions(self, found))
        project.importer.finished.connect(lambda tally: dialogs_of.imported(self, tally))
        project.importer.failed.connect(lambda s, d: self.tell(tr("The import failed"), s, d))
        project.exporter.finished.connect(lambda done: dialogs_of.exported(self, done))
        project.exporter.failed.connect(lambda s, d: self.tell(tr("The export failed"), s, d))
        project.writes.failed.connect(self.tell_problem)
        self._stack.addWidget(project.work)
        self._stack.setCurrentWidget(project.work)
        project.work.splitter.restoreState(self.preferences.layout("splitter"))
        project.work.show_side_panels(self.preferences.side_panels)
        project.listing.remember_in(self.preferences)
        self._show_names(opened.path.name, opened.curator)
        self.preferences.opened(opened.path)
        sentence, kind = self.preferences.place(opened.path) if place else (None, "document")
        project.begin(sentence, kind, jobs)
        if place and self.preferences.listed(opened.path):
            project.show_list(True)
        self._focus_pane()
        if opened.project.warning or opened.scheme_problem:
            project.work.status.say(opened.scheme_problem or opened.project.warning)
        self.show_actions()
        then(project)
        if self.newcomer and not self.preferences.tour_seen:
            QTimer.singleShot(0, self, self.begin_tour)

    def leave_project(self, then: Callable[[], None], back_up: bool = True) -> None:
        """End the jobs, close the project, back it up where it has changed; then `then`."""
        project = self.project
        if project is None:
            then()
            return
        if self._then is not None:
            return
        self._then = then
        self._back_up = back_up
        if self.tour is not None:
            self.tour.leave()
        desk = project.desk
        self.preferences.set_place(project.session.path, desk.focus, desk.kind.value)
        listed = project.work.list_shown() and not desk.searching
        self.preferences.set_listed(project.session.path, listed)
        self.preferences.set_layout("splitter", project.work.splitter.saveState())
        project.listing.leave()
        project.left.connect(self._project_left)
        project.leave()

    def tell(self, title: str, sentence: str, detail: str = "") -> None:
        """A message that waits for nobody."""
        message = Message(title, sentence, detail, self)
        message.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        message.open()

    def ask(self, dialog: QDialog, accepted: Callable[[], None]) -> None:
        """Show a dialog and go on when it is accepted."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(accepted)
        dialog.finished.connect(lambda _: self._focus_pane())
        dialog.open()

    # ------------------------------------------------------------------ actions

    def run(self, ident: str) -> None:
        """Do what a row of the action table, a key or a button asks for."""
        known = BY_ID.get(ident)
        if known is not None and not satisfied(self.project, known.needs):
            return
        if self.project is not None:
            self.project.work.status.end_answer()
        self.try_to(lambda: self._of_many(ident) or self._table[ident]())

    def _of_many(self, ident: str) -> bool:
        """Whether it was done to the rows that are selected in the list."""
        return self.project is not None and self.project.listing.act(ident)

    def try_to(self, act: Callable[[], object]) -> None:
        """Do something; a problem is told in one sentence."""
        try:
            act()
        except Problem as problem:
            self.tell_problem(problem)

    def tell_problem(self, problem: Problem) -> None:
        """One sentence: in a dialog where a decision was not saved, else in the status bar."""
        if not isinstance(problem, StorageProblem):
            self.say(str(problem))
            return
        if self.project is not None:
            self.project.show_status(tr("Not saved"))
        self.tell(tr("Not saved"), str(problem))

    # ------------------------------------------------------------------ events

    def show_actions(self) -> None:
        """Menus as things stand now."""
        show_states(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no focused field or control has used."""
        if QApplication.activePopupWidget() is not None:
            event.ignore()  # an open menu passes on what it cannot use
        elif event.key() == Qt.Key.Key_Escape and self.tour is not None:
            self.tour.leave()
        elif event.key() == Qt.Key.Key_Escape and self.project is not None:
            if self.project.desk.searching or self.project.work.search.isVisible():
                self.project.end_search()
            self._focus_pane()
        elif not self.actions_.handle(event, QApplication.focusWidget()):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = dropped_paths(event)
        if found:
            event.acceptProposedAction()
            self._dropped(found)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.preferences.set_layout("window", self.saveGeometry())
        if self.project is None:
            event.accept()
            return
        # The workers write their checkpoints first; nobody has to watch that.
        event.ignore()
        self._closing = True
        self.hide()
        self.leave_project(self.quit)

    # ------------------------------------------------------------------ helpers

    def _project_left(self) -> None:
        project, then = self.project, self._then
        self.project, self._then = None, None
        if project is not None:
            self._stack.removeWidget(project.work)
            project.work.deleteLater()
            path = project.session.path
            changed = project.has_changed() and not project.session.read_only
            project.session.close()
            project.deleteLater()
            if changed and self._back_up:
                self.backups.make(path)
        if then is not None:
            then()
        if self._closing:
            QApplication.quit()

    def quit(self) -> None:
        self.close()

    def show_welcome(self) -> None:
        self.welcome.set_recent(self.preferences.recent())
        self._stack.setCurrentWidget(self.welcome)
        self.welcome.focus_first()
        self._show_names("ADME labeler", "")
        self.show_actions()

    def _show_names(self, project: str, curator: str) -> None:
        self._name.setText(project)
        self._curator.setText(curator)
        self.setWindowTitle(project)
        self._place_names()

    def _place_names(self) -> None:
        # The menu bar measures its corners only when they are set.
        bar = self.menuBar()
        entry = bar.fontMetrics().height() + 12
        for widget, corner in (
            (self._name, Qt.Corner.TopLeftCorner),
            (self._curator, Qt.Corner.TopRightCorner),
        ):
            widget.setFixedHeight(entry)
            widget.adjustSize()
            bar.setCornerWidget(widget, corner)
            widget.show()

    def _dropped(self, found: tuple[Path, ...]) -> None:
        projects = [path for path in found if path.suffix.lower() == ".adme"]
        if projects:
            self.open_path(projects[0])
        elif self.project is None:
            dialogs_of.new_project(self, found)
        elif not merge_dialogs.merge_or_import(self, list(found)):
            dialogs_of.ask_import(self, list(found))

    def dress(self, name: ThemeName | None = None, scale: float | None = None) -> None:
        if name is not None:
            self.preferences.theme = name
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(
                app,
                self.preferences.theme,
                scale or self.preferences.scale,
                self.preferences.spacing,
            )
            self.setMinimumSize(_least(self.preferences.scale))
        QTimer.singleShot(0, self, self._place_names)
        QTimer.singleShot(0, self, self.show_actions)

    def begin_tour(self) -> None:
        project = self.of_project()
        if self.tour is None:
            project.show_list(False)
            project.work.show_side_panels(True)
            self.show_actions()
            self.tour = Tour(project.work, self.tour_ended)

    def tour_ended(self) -> None:
        self.tour = None
        self.preferences.tour_seen = True

    def preferences_changed(self) -> None:
        keymap.use(self.preferences.keymap)
        for button in (*self.findChildren(KeyButton), *self.findChildren(Link)):
            button.keys_changed()
        self.actions_.show_keys()
        self.dress()

    def set_scale(self, scale: float) -> None:
        self.preferences.scale = scale
        self.dress(scale=scale)

    def _focus_pane(self) -> None:
        if self.project is not None:
            work = self.project.work
            (work.list if work.list_shown() else work.pane).setFocus()

    def say(self, sentence: str) -> None:
        if self.project is not None:
            self.project.work.status.answer(sentence)
        else:
            self.tell("ADME labeler", sentence)

    def of_project(self) -> ProjectView:
        if self.project is None:
            raise Problem(tr("No project is open."))
        return self.project

    def trainer(self) -> Trainer:
        return self.of_project().trainer


def _least(scale: float) -> QSize:
    """What the controls need in one window at this text size; below 1280x720 at the largest."""
    width, height = _LEAST
    return QSize(round(width + 240 * max(0.0, scale - 1)), height)


def _first_size(window: MainWindow) -> QSize:
    """What suits the text, but no larger than the screen."""
    screen = window.screen().availableSize()
    # Some pixels are the window manager's: its title bar and frame.
    return QSize(*_SIZE).boundedTo(screen - QSize(8, 40)).expandedTo(QSize(*_LEAST))
