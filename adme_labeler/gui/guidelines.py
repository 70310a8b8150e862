"""The guideline in the window: showing it, editing it, going over what was decided before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.gui.dialogs.guide import GuideDialog
from adme_labeler.gui.dialogs.guideline_editor import GuidelineEditor
from adme_labeler.language import tr
from adme_labeler.services import annotating, guideline

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow

_OLDER = tr("decided before a rule of its category changed")


def show(window: MainWindow) -> None:
    """Open the guideline at the rules of the category that the focused sentence has now."""
    project = window.project
    if project is None:
        window.ask(GuideDialog(ADME, window), lambda: None)
        return
    opened = project.session
    dialog = GuideDialog(
        opened.scheme,
        window,
        guideline.current(opened),
        len(guideline.older_decisions(opened)),
        _category_in_view(window),
        not opened.read_only,
    )
    dialog.edit_asked.connect(lambda: edit(window))
    dialog.older_asked.connect(lambda: look_again(window))
    window.ask(dialog, lambda: None)


def edit(window: MainWindow) -> None:
    project = window.project
    if project is None:
        return
    opened = project.session

    def count(affected: frozenset[CategoryKey]) -> int:
        return guideline.count_decided(opened, affected)

    dialog = GuidelineEditor(opened.scheme, guideline.current(opened), count, window)

    def save() -> None:
        project.bus.publish(guideline.save(opened, dialog.text(), dialog.affected()))
        waiting = len(guideline.older_decisions(opened))
        said = tr("Guideline, version {version}, is in force.", version=guideline.version(opened))
        if waiting:
            older = tr("Queue > Decided under older rules holds {waiting:,}.", waiting=waiting)
            said = f"{said} {older}"
        project.work.status.say(said)

    window.ask(dialog, save)


def look_again(window: MainWindow) -> None:
    """Make a queue of the decisions that were made before a rule of their category changed."""
    project = window.project
    if project is not None:
        project.desk.show_ids(guideline.older_decisions(project.session), _OLDER)


def _category_in_view(window: MainWindow) -> str:
    project = window.project
    if project is None or project.desk.focus is None:
        return ""
    own = annotating.annotation(project.session, project.desk.focus)
    decision = project.desk.decision()
    key = own.category if own and own.category else decision.offered if decision else None
    return project.session.scheme[key].name if key else ""
