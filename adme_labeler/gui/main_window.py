"""The main window: menus, welcome page or project, and what every action does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget

from adme_labeler import paths
from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import Problem, StorageProblem
from adme_labeler.gui import (
    dialogs_of,
    filter_dialogs,
    guidelines,
    import_dialogs,
    keymap,
    label_dialogs,
    looking_back,
    mending,
    merge_dialogs,
    quality,
    scheme_in_use,
    settings_of,
    theme,
)
from adme_labeler.gui.action_set import ActionSet
from adme_labeler.gui.actions import BY_ID, CATEGORY_SLOTS, Needs
from adme_labeler.gui.backing_up import Backups
from adme_labeler.gui.controls import KeyButton, Link, Text
from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.dialogs.preferences import PreferencesDialog
from adme_labeler.gui.icons import application_icon
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.gui.theme import ThemeName
from adme_labeler.gui.tour import Tour
from adme_labeler.gui.training_job import Trainer
from adme_labeler.gui.welcome import WelcomePage, dropped_paths
from adme_labeler.services import annotating
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
        self._tour: Tour | None = None
        self._closing = False
        self._then: Callable[[], None] | None = None
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
        self._table = self._what_actions_do()
        self._show_welcome()

    # ------------------------------------------------------------------ projects

    def open_path(self, path: Path, place: bool = True) -> bool:
        """Open a project; False (and a message) when it cannot be opened."""
        try:
            opened = Session.open(path, self.preferences.curator)
        except Problem as problem:
            self.tell("This project cannot be opened", str(problem))
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
        project.asked.connect(self.run)
        project.actions_changed.connect(self._enable)
        project.versions_asked.connect(lambda found: label_dialogs.compare_versions(self, found))
        project.importer.finished.connect(lambda tally: dialogs_of.imported(self, tally))
        project.importer.failed.connect(lambda s, d: self.tell("The import failed", s, d))
        project.exporter.finished.connect(lambda done: dialogs_of.exported(self, done))
        project.exporter.failed.connect(lambda s, d: self.tell("The export failed", s, d))
        self._stack.addWidget(project.work)
        self._stack.setCurrentWidget(project.work)
        project.work.splitter.restoreState(self.preferences.layout("splitter"))
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
        self._enable()
        then(project)
        if self.newcomer and not self.preferences.tour_seen:
            QTimer.singleShot(0, self, self._begin_tour)

    def leave_project(self, then: Callable[[], None]) -> None:
        """End the project's jobs, close it, and go on with `then`."""
        project = self.project
        if project is None:
            then()
            return
        if self._then is not None:
            return
        self._then = then
        if self._tour is not None:
            self._tour.leave()
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
        if known is not None and not self._satisfied(known.needs):
            return
        self.try_to(lambda: self._of_many(ident) or self._table[ident]())

    def _of_many(self, ident: str) -> bool:
        """Whether it was done to the rows that are selected in the list."""
        return self.project is not None and self.project.listing.act(ident)

    def try_to(self, act: Callable[[], object]) -> None:
        """Do something; a problem is told in one sentence."""
        try:
            act()
        except StorageProblem as problem:
            if self.project is not None:
                self.project.show_status("Not saved")
            self.tell("Not saved", str(problem))
        except Problem as problem:
            self._say(str(problem))

    def _what_actions_do(self) -> dict[str, Callable[[], None]]:
        table: dict[str, Callable[[], None]] = {
            "new": lambda: dialogs_of.new_project(self, ()),
            "open": lambda: dialogs_of.open_project(self),
            "sample": lambda: dialogs_of.open_sample(self, paths.documents()),
            "import": lambda: dialogs_of.import_files(self),
            "import-report": lambda: import_dialogs.show_report(self),
            "cancel-import": lambda: self._of_project().importer.cancel(),
            "resume-import": lambda: self._of_project().importer.resume(),
            "give-up-import": lambda: self._of_project().importer.give_up(),
            "restore": lambda: dialogs_of.restore(self),
            "close": lambda: self.leave_project(self._show_welcome),
            "export": lambda: merge_dialogs.export(self),
            "merge": lambda: merge_dialogs.merge(self),
            "saved": lambda: self._say("Every decision is saved the moment it is made."),
            "quit": self._quit,
            "search": lambda: self._of_project().work.search.open(),
            "note": lambda: dialogs_of.note(self),
            "save-filter": lambda: filter_dialogs.save_filter(self),
            "filters": lambda: filter_dialogs.manage_filters(self),
            "bulk": lambda: filter_dialogs.accept_many(self),
            "identical": lambda: label_dialogs.apply_identical(self),
            "identical-all": lambda: label_dialogs.apply_identical_everywhere(self),
            "label-versions": lambda: label_dialogs.compare_versions(self),
            "held-out": lambda: dialogs_of.held_out(self),
            "history": lambda: looking_back.history(self),
            "versions": lambda: looking_back.versions(self),
            "audit": lambda: looking_back.audit_dialog(self),
            "quality": lambda: quality.show(self),
            "hunt": lambda: self._of_project().desk.hunt_another(),
            "guideline": lambda: guidelines.show(self),
            "edit-guideline": lambda: guidelines.edit(self),
            "older-rules": lambda: guidelines.look_again(self),
            "about": lambda: dialogs_of.about(self),
            "split": lambda: mending.split(self),
            "join-next": lambda: mending.join(self, 1),
            "join-previous": lambda: mending.join(self, -1),
            "tour": self._begin_tour,
            "tour-next": lambda: self._tour.advance() if self._tour else None,
            "project-settings": lambda: settings_of.ask(self),
            "preferences": lambda: self.ask(
                PreferencesDialog(self.preferences, self._preferences_changed, self), lambda: None
            ),
            "log": lambda: self.tell(
                "Log of the training", "The last lines before it ended:", self._trainer().detail
            ),
            "larger": lambda: self._dress(scale=self.preferences.larger(1)),
            "smaller": lambda: self._dress(scale=self.preferences.larger(-1)),
            "normal": lambda: self._set_scale(1.0),
            "retrain": lambda: self._trainer().retrain(),
            "cancel-training": lambda: self._trainer().cancel(),
            "resume-training": lambda: self._trainer().resume(),
            "promote": lambda: self._trainer().promote(),
            "rollback": lambda: self._trainer().roll_back(),
            "view-read": lambda: self._of_project().show_list(False),
            "view-list": lambda: self._of_project().show_list(True),
            "context": self._toggle_context,
            "hide": self._toggle_hidden,
        }
        for ident, method in (
            ("undo", "undo"), ("redo", "redo"), ("accept", "accept"), ("second", "offer_second"),
            ("skip", "skip"), ("unsure", "unsure"), ("flag", "toggle_flag"),
            ("next-open", "next_open"), ("rarest", "rarest"), ("keep-older", "keep_older"),
        ):  # fmt: skip
            table[ident] = lambda m=method: getattr(self._of_project().desk, m)()
        table["previous"] = lambda: self._of_project().desk.step(-1)
        table["next"] = lambda: self._of_project().desk.step(1)
        for number in range(1, CATEGORY_SLOTS + 1):
            table[f"category-{number}"] = lambda n=number: self._of_project().desk.choose_number(n)
            table[f"also-{number}"] = lambda n=number: self._of_project().desk.also_number(n)
        for ident, kind in (
            ("document", "document"), ("uncertain", "uncertain"), ("rare", "rarest"),
            ("flagged", "flagged"), ("unsure", "unsure"), ("changed", "changed"),
            ("identical", "identical"), ("audit", "audit"), ("tables", "tables"),
            ("second-look", "second-look"), ("wrong", "wrong"), ("conflicts", "conflicts"),
        ):  # fmt: skip
            table[f"queue-{ident}"] = lambda k=kind: self._of_project().work.toolbar.queues.choose(
                k
            )
        for name in theme.THEMES:
            table[f"theme-{name}"] = lambda n=name: self._dress(name=n)
        return table

    def _satisfied(self, needs: Needs) -> bool:
        project = self.project
        if needs is Needs.NOTHING:
            return True
        if project is None:
            return False
        writable = not project.session.read_only
        if needs is Needs.PROJECT:
            return True
        if needs is Needs.SENTENCE:
            return project.desk.focus is not None
        if needs is Needs.DECIDABLE:
            return writable and project.desk.focus is not None
        if needs is Needs.SUGGESTION:
            return writable and project.desk.suggestion_shown
        if needs is Needs.UNDO:
            return writable and bool(project.session.stacks()[0])
        if needs is Needs.REDO:
            return writable and bool(project.session.stacks()[1])
        if needs is Needs.CANDIDATE:
            return writable and project.trainer.view().candidate is not None
        if needs is Needs.IMPORTING:
            return project.importer.running()
        if needs is Needs.STOPPED_IMPORT:
            return writable and project.importer.can_resume()
        if needs is Needs.EARLIER_VERSION:
            return writable and project.trainer.view().can_roll_back
        return writable

    def _enable(self) -> None:
        actions = self.actions_
        actions.enable(self._satisfied)
        chosen = self.preferences.theme
        for name in theme.THEMES:
            actions[f"theme-{name}"].setChecked(name == chosen)
        project = self.project
        scheme_in_use.name_actions(actions, project.session.scheme if project else ADME)
        if project is None:
            return
        kind = {"rarest": "rare"}.get(project.desk.kind.value, project.desk.kind.value)
        for ident in (
            "document", "uncertain", "rare", "audit", "flagged", "unsure", "changed", "identical",
            "tables", "second-look", "wrong", "conflicts",
        ):  # fmt: skip
            actions[f"queue-{ident}"].setChecked(ident == kind)
        actions["view-list"].setChecked(project.work.list_shown())
        actions["view-read"].setChecked(not project.work.list_shown())
        actions["hide"].setChecked(project.desk.hide_suggestions)
        actions["context"].setChecked(project.work.pane.whole())
        undo, redo = "", ""
        if not project.session.read_only:
            undo = annotating.next_undo(project.session)
            redo = annotating.next_redo(project.session)
        actions.set_text("undo", f"Undo: {undo[:48]}" if undo else "Undo")
        actions.set_text("redo", f"Redo: {redo[:48]}" if redo else "Redo")

    # ------------------------------------------------------------------ events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no focused field or control has used."""
        if QApplication.activePopupWidget() is not None:
            event.ignore()  # an open menu passes on what it cannot use
        elif event.key() == Qt.Key.Key_Escape and self._tour is not None:
            self._tour.leave()
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
        self.leave_project(self._quit)

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
            if changed:
                self.backups.make(path)
        if then is not None:
            then()
        if self._closing:
            QApplication.quit()

    def _quit(self) -> None:
        self.close()

    def _show_welcome(self) -> None:
        self.welcome.set_recent(self.preferences.recent())
        self._stack.setCurrentWidget(self.welcome)
        self._show_names("ADME labeler", "")
        self._enable()

    def _show_names(self, project: str, curator: str) -> None:
        self._name.setText(project)
        self._curator.setText(curator)
        self.setWindowTitle(project)
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

    def _dress(self, name: ThemeName | None = None, scale: float | None = None) -> None:
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
        QTimer.singleShot(0, self, self._enable)

    def _begin_tour(self) -> None:
        project = self._of_project()
        if self._tour is None:
            project.show_list(False)
            self._tour = Tour(project.work, self._tour_ended)

    def _tour_ended(self) -> None:
        self._tour = None
        self.preferences.tour_seen = True

    def _preferences_changed(self) -> None:
        keymap.use(self.preferences.keymap)
        for button in (*self.findChildren(KeyButton), *self.findChildren(Link)):
            button.keys_changed()
        self.actions_.show_keys()
        self._dress()

    def _set_scale(self, scale: float) -> None:
        self.preferences.scale = scale
        self._dress(scale=scale)

    def _toggle_context(self) -> None:
        pane = self._of_project().work.pane
        pane.set_whole(not pane.whole())
        self._enable()

    def _toggle_hidden(self) -> None:
        desk = self._of_project().desk
        desk.set_hidden(not desk.hide_suggestions)
        self._of_project().work.list.refresh()

    def _focus_pane(self) -> None:
        if self.project is not None:
            work = self.project.work
            (work.list if work.list_shown() else work.pane).setFocus()

    def _say(self, sentence: str) -> None:
        if self.project is not None:
            self.project.work.status.say(sentence)
        else:
            self.tell("ADME labeler", sentence)

    def _of_project(self) -> ProjectView:
        if self.project is None:
            raise Problem("No project is open.")
        return self.project

    def _trainer(self) -> Trainer:
        return self._of_project().trainer


def _least(scale: float) -> QSize:
    """What the controls need in one window at this text size; below 1280x720 at the largest."""
    width, height = _LEAST
    return QSize(round(width + 240 * max(0.0, scale - 1)), height)


def _first_size(window: MainWindow) -> QSize:
    """What suits the text, but no larger than the screen."""
    screen = window.screen().availableSize()
    # Some pixels are the window manager's: its title bar and frame.
    return QSize(*_SIZE).boundedTo(screen - QSize(8, 40)).expandedTo(QSize(*_LEAST))
