"""Mending sentence boundaries from the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.gui.dialogs.split import SplitDialog
from adme_labeler.language import tr
from adme_labeler.services import boundaries
from adme_labeler.storage import sentences

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow


def split(window: MainWindow) -> None:
    """Ask where, then split the focused sentence. Raises Problem where it is one word."""
    project = window.project
    if project is None or project.desk.focus is None:
        return
    focus = project.desk.focus
    text = sentences.get(project.session.connection, [focus])[0].text
    points = boundaries.split_points(text)
    if not points:
        raise Problem(tr("One word cannot be split."))
    dialog = SplitDialog(text, points, window)

    def cut() -> None:
        try:
            _publish(
                window, boundaries.split(project.session, focus, dialog.at()), tr("Split in two")
            )
        except Problem as problem:
            project.work.status.answer(str(problem))

    window.ask(dialog, cut)


def join(window: MainWindow, by: int) -> None:
    """Join the focused sentence with the one after (1) or before (-1) it."""
    project = window.project
    if project is not None and project.desk.focus is not None:
        _publish(window, boundaries.merge(project.session, project.desk.focus, by), tr("Joined"))


def _publish(window: MainWindow, changes: Changes, said: str) -> None:
    project = window.project
    if project is not None:
        project.bus.publish(changes)
        project.work.status.answer(tr("{said}; undo takes it back.", said=said))
