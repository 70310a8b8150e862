"""What every action of the window does, and which of them make sense now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from adme_labeler import paths
from adme_labeler.domain.categories import ADME
from adme_labeler.gui import (
    dialogs_of,
    filter_dialogs,
    guidelines,
    import_dialogs,
    label_dialogs,
    looking_back,
    manual,
    mending,
    merge_dialogs,
    quality,
    scheme_in_use,
    settings_of,
    theme,
)
from adme_labeler.gui.actions import CATEGORY_SLOTS, Needs
from adme_labeler.gui.dialogs.preferences import PreferencesDialog
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.language import tr
from adme_labeler.services import annotating, titles

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow


def what_actions_do(window: MainWindow) -> dict[str, Callable[[], None]]:
    """What to call for each row of the table of actions, and for what panels ask besides."""
    table: dict[str, Callable[[], None]] = {
        "new": lambda: dialogs_of.new_project(window, ()),
        "open": lambda: dialogs_of.open_project(window),
        "sample": lambda: dialogs_of.open_sample(window, paths.documents()),
        "import": lambda: dialogs_of.import_files(window),
        "import-report": lambda: import_dialogs.show_report(window),
        "cancel-import": lambda: window.of_project().importer.cancel(),
        "resume-import": lambda: window.of_project().importer.resume(),
        "give-up-import": lambda: window.of_project().importer.give_up(),
        "restore": lambda: dialogs_of.restore(window),
        "close": lambda: window.leave_project(window.show_welcome),
        "export": lambda: merge_dialogs.export(window),
        "merge": lambda: merge_dialogs.merge(window),
        "saved": lambda: window.say(tr("Every decision is saved the moment it is made.")),
        "quit": window.quit,
        "search": lambda: window.of_project().work.search.open(),
        "note": lambda: dialogs_of.note(window),
        "save-filter": lambda: filter_dialogs.save_filter(window),
        "filters": lambda: filter_dialogs.manage_filters(window),
        "bulk": lambda: filter_dialogs.accept_many(window),
        "identical": lambda: label_dialogs.apply_identical(window),
        "identical-all": lambda: label_dialogs.apply_identical_everywhere(window),
        "label-versions": lambda: label_dialogs.compare_versions(window),
        "held-out": lambda: dialogs_of.held_out(window),
        "history": lambda: looking_back.history(window),
        "versions": lambda: looking_back.versions(window),
        "audit": lambda: looking_back.audit_dialog(window),
        "quality": lambda: quality.show(window),
        "hunt": lambda: window.of_project().desk.hunt_another(),
        "manual": lambda: _manual(window),
        "guideline": lambda: guidelines.show(window),
        "edit-guideline": lambda: guidelines.edit(window),
        "older-rules": lambda: guidelines.look_again(window),
        "about": lambda: dialogs_of.about(window),
        "split": lambda: mending.split(window),
        "join-next": lambda: mending.join(window, 1),
        "join-previous": lambda: mending.join(window, -1),
        "tour": window.begin_tour,
        "tour-next": lambda: window.tour.advance() if window.tour else None,
        "project-settings": lambda: settings_of.ask(window),
        "preferences": lambda: window.ask(
            PreferencesDialog(window.preferences, window.preferences_changed, window), lambda: None
        ),
        "log": lambda: window.tell(
            tr("Log of the training"),
            tr("The last lines before it ended:"),
            window.trainer().detail,
        ),
        "larger": lambda: window.dress(scale=window.preferences.larger(1)),
        "smaller": lambda: window.dress(scale=window.preferences.larger(-1)),
        "normal": lambda: window.set_scale(1.0),
        "retrain": lambda: window.trainer().retrain(),
        "cancel-training": lambda: window.trainer().cancel(),
        "resume-training": lambda: window.trainer().resume(),
        "promote": lambda: window.trainer().promote(),
        "rollback": lambda: window.trainer().roll_back(),
        "view-read": lambda: window.of_project().show_list(False),
        "view-list": lambda: window.of_project().show_list(True),
        "context": lambda: _toggle_context(window),
        "panels": lambda: _toggle_panels(window),
        "hide": lambda: _toggle_hidden(window),
    }
    for ident, method in (
        ("accept", "accept"), ("second", "offer_second"),
        ("skip", "skip"), ("unsure", "unsure"), ("flag", "toggle_flag"),
        ("next-open", "next_open"), ("rarest", "rarest"), ("keep-older", "keep_older"),
    ):  # fmt: skip
        table[ident] = lambda m=method: getattr(window.of_project().desk, m)()
    table["undo"] = lambda: window.of_project().undo()
    table["redo"] = lambda: window.of_project().undo(again=True)
    table["previous"] = lambda: window.of_project().desk.step(-1)
    table["next"] = lambda: window.of_project().desk.step(1)
    for number in range(1, CATEGORY_SLOTS + 1):
        table[f"category-{number}"] = lambda n=number: window.of_project().desk.choose_number(n)
        table[f"also-{number}"] = lambda n=number: window.of_project().desk.also_number(n)
    for ident, kind in (
        ("document", "document"), ("uncertain", "uncertain"), ("rare", "rarest"),
        ("flagged", "flagged"), ("unsure", "unsure"), ("skipped", "skipped"),
        ("changed", "changed"), ("identical", "identical"), ("audit", "audit"),
        ("tables", "tables"),
        ("second-look", "second-look"), ("wrong", "wrong"), ("conflicts", "conflicts"),
    ):  # fmt: skip
        table[f"queue-{ident}"] = lambda k=kind: window.of_project().work.toolbar.queues.choose(k)
    for name in theme.THEMES:
        table[f"theme-{name}"] = lambda n=name: window.dress(name=n)
    return table


def satisfied(project: ProjectView | None, needs: Needs) -> bool:
    """Whether what an action needs is there now."""
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


def show_states(window: MainWindow) -> None:
    """Enable, check and name the menu entries as things stand."""
    actions = window.actions_
    actions.enable(lambda needs: satisfied(window.project, needs))
    chosen = window.preferences.theme
    for name in theme.THEMES:
        actions[f"theme-{name}"].setChecked(name == chosen)
    project = window.project
    scheme_in_use.name_actions(actions, project.session.scheme if project else ADME)
    if project is None:
        return
    kind = {"rarest": "rare"}.get(project.desk.kind.value, project.desk.kind.value)
    for ident in (
        "document", "uncertain", "rare", "audit", "flagged", "unsure", "skipped", "changed",
        "identical", "tables", "second-look", "wrong", "conflicts",
    ):  # fmt: skip
        actions[f"queue-{ident}"].setChecked(ident == kind)
    actions["view-list"].setChecked(project.work.list_shown())
    actions["view-read"].setChecked(not project.work.list_shown())
    actions["hide"].setChecked(project.desk.hide_suggestions)
    actions["context"].setChecked(project.work.pane.whole())
    actions["panels"].setChecked(project.work.side_panels())
    undo, redo = "", ""
    if not project.session.read_only:
        undo = titles.in_words(annotating.next_undo(project.session))
        redo = titles.in_words(annotating.next_redo(project.session))
    actions.set_text("undo", tr("Undo: {undo}", undo=undo[:48]) if undo else tr("Undo"))
    actions.set_text("redo", tr("Redo: {redo}", redo=redo[:48]) if redo else tr("Redo"))


def _toggle_context(window: MainWindow) -> None:
    pane = window.of_project().work.pane
    pane.set_whole(not pane.whole())
    window.show_actions()


def _toggle_panels(window: MainWindow) -> None:
    work = window.of_project().work
    work.show_side_panels(not work.side_panels())
    window.preferences.side_panels = work.side_panels()
    window.show_actions()


def _toggle_hidden(window: MainWindow) -> None:
    project = window.of_project()
    project.desk.set_hidden(not project.desk.hide_suggestions)
    project.work.list.refresh()


def _manual(window: MainWindow) -> None:
    file = manual.show(QApplication.focusWidget(), window.tell)
    if file is not None and window.project is not None:
        window.say(tr("The manual opens in the browser: {file}", file=file))
