"""The merge and export dialogs in their states, over a real project, for the gallery."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget
from samples import make_project

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import LabelId
from adme_labeler.gui.dialogs.export_dialog import ExportDialog
from adme_labeler.gui.dialogs.merge import MergeDialog, MergeOrImportDialog
from adme_labeler.gui.merge_dialogs import present
from adme_labeler.services import annotating, headless
from adme_labeler.services.annotating import Shown
from adme_labeler.services.merging import MergePlan
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences

A, D, M, E = (CategoryKey(key) for key in "ADME")


def edited(opened: Session, folder: Path) -> Path:
    """An export that was edited, while the project went on."""
    ids = sentences.in_document_order(opened.connection)
    for number, sentence in enumerate(ids[:12]):
        annotating.decide(opened, sentence, (M, E, D, A)[number % 4], Shown())
    path = folder / "edited-by-ann.tsv"
    headless.export(opened, path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows[0].update(category="Excretion", also="Metabolism", note="Ask about the dose in study 3.")
    rows[1].update(category="Absorption")
    rows[3].update(category="Distribution")
    rows[4].update(category="Distribution")
    rows[5].update(flagged="yes")
    rows[6].update(category="Metabolsim")
    rows[7].update(note="See table 4.")
    for row in rows[12:20]:
        row["category"] = "Other"
    rows[20].update(uid="f" * 20, text="A sentence of nowhere.")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows[:-4])
    annotating.decide(opened, ids[3], M, Shown())
    annotating.decide(opened, ids[4], E, Shown())
    return path


def _shown(change: Callable[[MergeDialog, MergePlan], None] = lambda d, p: None) -> MergeDialog:
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    opened = make_project(folder / "trial.adme")
    table = edited(opened, folder)
    plan = headless.compare_table(opened, table)
    dialog = MergeDialog(table.name, opened.scheme, lambda ids: present(opened, ids))
    dialog.show_plan(plan)
    change(dialog, plan)
    return dialog


def normal() -> QWidget:
    return _shown()


def conflicts() -> QWidget:
    def change(dialog: MergeDialog, plan: MergePlan) -> None:
        assert dialog.filters is not None
        dialog.filters.choose("conflict")

    return _shown(change)


def missing() -> QWidget:
    def change(dialog: MergeDialog, plan: MergePlan) -> None:
        assert dialog.filters is not None
        dialog.filters.choose("missing")

    return _shown(change)


def none_accepted() -> QWidget:
    def change(dialog: MergeDialog, plan: MergePlan) -> None:
        dialog.refuse_all.click()

    return _shown(change)


def _other(finish: Callable[[MergeDialog], None]) -> QWidget:
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    opened = make_project(folder / "trial.adme")
    dialog = MergeDialog("edited-by-ann.xlsx", opened.scheme, lambda ids: present(opened, ids))
    finish(dialog)
    opened.close()
    return dialog


def reading() -> QWidget:
    return _other(lambda dialog: dialog.show_progress(12_500))


def nothing() -> QWidget:
    plan = MergePlan("edited-by-ann.xlsx", "ab" * 32, "ann", 1, 1, (), (1, 2, 3), 0, (4,), {})
    return _other(lambda dialog: dialog.show_plan(plan))


def refused() -> QWidget:
    sentence = "edited-by-ann.xlsx was exported from another project."
    return _other(lambda dialog: dialog.show_problem(sentence))


def stale() -> QWidget:
    sentence = "The project has changed since edited-by-ann.xlsx was compared; compare again."
    return _other(lambda dialog: dialog.show_stale(sentence))


def export() -> QWidget:
    folder = Path(tempfile.gettempdir())
    return ExportDialog(
        folder / "cardiology-2026.xlsx",
        sentences=1264,
        decided=432,
        label=(LabelId(2), "Mirtacaine"),
    )


PICTURES: dict[str, Callable[[], QWidget]] = {
    "dialog-merge": normal,
    "dialog-merge-conflicts": conflicts,
    "dialog-merge-missing": missing,
    "dialog-merge-none": none_accepted,
    "dialog-merge-reading": reading,
    "dialog-merge-nothing": nothing,
    "dialog-merge-refused": refused,
    "dialog-merge-stale": stale,
    "dialog-merge-or-import": lambda: MergeOrImportDialog("edited-by-ann.xlsx"),
    "dialog-export": export,
}
