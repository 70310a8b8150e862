"""The categories of the open project: what they are called in menus, and what follows a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.operations import Changes
from adme_labeler.gui.action_set import ActionSet
from adme_labeler.gui.actions import CATEGORY_SLOTS
from adme_labeler.language import tr

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow
    from adme_labeler.gui.project_view import ProjectView


def name_actions(actions: ActionSet, scheme: CategoryScheme) -> None:
    """Menu entries by the names of the categories; digits without a category are not shown."""
    names = {category.shortcut: category.name for category in scheme.categories}
    for number in range(1, CATEGORY_SLOTS + 1):
        digit = str(number)
        for ident, said in ((f"category-{digit}", "{name}"), (f"also-{digit}", tr("Also {name}"))):
            action = actions[ident]
            action.setVisible(digit in names)
            if digit in names:
                actions.set_text(ident, said.format(name=names[digit]))
            else:
                action.setEnabled(False)


def watch(window: MainWindow, project: ProjectView) -> None:
    """Open the project again when its categories change, by the settings or by undo: every panel
    and the model worker then begin with the new ones, at the place where the curator was."""
    shown = project.session.scheme

    def follow(changes: Changes) -> None:
        if changes.settings and project.session.scheme is not shown:
            if project.session.scheme.categories == shown.categories:
                return
            # Not inside the broadcast: other listeners still have to hear of the change.
            QTimer.singleShot(0, project, lambda: _open_again(window, project))

    project.bus.changed.connect(follow)


def _open_again(window: MainWindow, project: ProjectView) -> None:
    if window.project is not project:
        return
    path = project.session.path
    listed = project.work.list_shown()

    def reopen() -> None:
        if window.open_path(path) and listed and window.project is not None:
            window.project.show_list(True)

    window.leave_project(reopen)
