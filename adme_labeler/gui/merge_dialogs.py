"""Spreadsheets out and back, as the window asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui.dialogs import files
from adme_labeler.gui.dialogs.export_dialog import ExportDialog
from adme_labeler.gui.dialogs.merge import MergeDialog, MergeOrImportDialog
from adme_labeler.gui.label_list import short_title
from adme_labeler.language import tr, trn
from adme_labeler.services import merge_detect, merging
from adme_labeler.services.merge_compare import Entry, Held
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow
    from adme_labeler.gui.project_view import ProjectView

EDITED = (tr("Edited tables (*.xlsx *.ods *.csv *.tsv *.xls)"), tr("All files (*)"))


def export(window: MainWindow) -> None:
    """Which sentences, as what, and where; then write in the background."""
    project = window.project
    if project is None:
        return
    label = project.desk.shelf.get(project.desk.label) if project.desk.label else None
    dialog = ExportDialog(
        project.session.path.with_suffix(".xlsx"),
        sentences=project.counts.sentences,
        decided=project.counts.decided,
        label=None if label is None else (label.id, short_title(label.title)),
        parent=window,
    )

    def start() -> None:
        try:
            project.exporter.start(dialog.target(), dialog.choice())
        except Problem as problem:
            window.tell(tr("The export cannot start"), str(problem))

    window.ask(dialog, start)


def merge(window: MainWindow, table: Path | None = None) -> None:
    """Compare an edited table with the project; nothing changes before the curator applies it."""
    project = window.project
    if project is None:
        return
    if table is None:
        files.ask_open(
            window, tr("Merge an edited table"), EDITED, lambda chosen: merge(window, chosen[0])
        )
        return
    dialog = MergeDialog(
        table.name,
        project.session.scheme,
        lambda ids: present(project.session, ids),
        window,
    )
    _Merging(project, table, dialog)
    window.ask(dialog, lambda: None)
    project.merger.start(table)


def merge_or_import(window: MainWindow, found: list[Path]) -> bool:
    """Ask what an exported table is for; False where these files are none."""
    project = window.project
    if project is None or project.session.read_only or len(found) != 1:
        return False
    if not merge_detect.looks_exported(found[0]):
        return False
    from adme_labeler.gui import dialogs_of

    dialog = MergeOrImportDialog(found[0].name, window)

    def go_on() -> None:
        if dialog.wants_merge():
            merge(window, found[0])
        else:
            dialogs_of.ask_import(window, found)

    window.ask(dialog, go_on)
    return True


def present(opened: Session, ids: Sequence[SentenceId]) -> Mapping[SentenceId, tuple[str, Entry]]:
    """Text and entry of sentences as the project has them now."""
    given = annotations.of_sentences(opened.connection, ids)
    settled = annotations.adjudications(opened.connection, ids)
    return {
        s.id: (s.text, Held(given.get(s.id, ()), settled.get(s.id)).entry(opened.scheme))
        for s in sentences.get(opened.connection, ids)
    }


class _Merging(QObject):
    """Ties the dialog to the job that compares, and applies what is accepted."""

    def __init__(self, project: ProjectView, table: Path, dialog: MergeDialog) -> None:
        super().__init__(dialog)
        self._project = project
        self._table = table
        self._dialog = dialog
        self._plan: merging.MergePlan | None = None
        merger = project.merger
        merger.progressed.connect(dialog.show_progress)
        merger.failed.connect(dialog.show_problem)
        merger.compared.connect(self._compared)
        dialog.rejected.connect(merger.cancel)
        dialog.again_asked.connect(self._again)
        dialog.apply_asked.connect(self._apply)
        dialog.finished.connect(self._over)

    def _compared(self, plan: merging.MergePlan) -> None:
        self._plan = plan
        self._dialog.show_plan(plan)

    def _again(self) -> None:
        self._project.merger.start(self._table)

    def _apply(self) -> None:
        plan = self._plan
        if plan is None:
            return
        taken = self._dialog.taken()
        title = tr("Merging {count:,} rows", count=len(taken))
        work = partial(merging.applying, plan=plan, accepted=taken)
        try:
            self._project.writes.do(len(taken), title, work, self._merged, self._stale)
        except Problem as problem:
            self._stale(problem)

    def _stale(self, problem: Problem) -> None:
        self._dialog.show_stale(str(problem))

    def _merged(self, changes: Changes) -> None:
        plan, project = self._plan, self._project
        assert plan is not None
        self._dialog.accept()
        project.bus.publish(changes)
        number = len(changes.annotations)
        project.work.status.say(
            trn(
                "{count:,} sentence changed from {source}; one undo takes it back",
                "{count:,} sentences changed from {source}; one undo takes it back",
                number,
                source=plan.source,
            )
        )

    def _over(self) -> None:
        merger, dialog = self._project.merger, self._dialog
        merger.progressed.disconnect(dialog.show_progress)
        merger.failed.disconnect(dialog.show_problem)
        merger.compared.disconnect(self._compared)
