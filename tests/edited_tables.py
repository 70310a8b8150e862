"""Edited exports, for tests of taking them back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Annotation, AnnotationState, SentenceId
from adme_labeler.importers import edited_table
from adme_labeler.protocol import EditedRow, EditedSource
from adme_labeler.services import annotating, headless, merging
from adme_labeler.services.merging import MergePlan, MergeRow
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences
from adme_labeler.worker.merge_job import TITLES

A, D, M, E, O = (CategoryKey(k) for k in "ADMEO")  # noqa: E741
Row = dict[str, str]


def ids_of(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def decided_by(session: Session, curator: str, sentence: SentenceId, **fields: Any) -> None:
    made = Annotation(sentence, curator, AnnotationState.DECIDED, **fields, at="2026-01-01T00:00Z")
    annotating.write(session, "decide", "by another curator", [made], curator)


def resolved(session: Session, sentence: SentenceId) -> CategoryKey | None:
    found = annotations.resolutions(session.connection, [sentence]).get(sentence)
    return None if found is None else found.category


def edited(
    session: Session, tmp_path: Path, edit: Callable[[list[Row]], list[Row] | None], name: str = "e"
) -> Path:
    """Export as tsv, change the rows as a program that knows no formulas would, write again."""
    path = tmp_path / f"{name}.tsv"
    headless.export(session, path)
    return rewritten(path, edit)


def rewritten(path: Path, edit: Callable[[list[Row]], list[Row] | None]) -> Path:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows = edit(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return path


def setting(number: int, **values: str) -> Callable[[list[Row]], None]:
    return lambda rows: rows[number].update(values)


def compared(session: Session, path: Path) -> MergePlan:
    """As the merge process reads it, without the process."""
    items = list(edited_table.read(path, TITLES))
    source = items[0]
    assert isinstance(source, EditedSource)
    return merging.plan(session, source, [i for i in items if isinstance(i, EditedRow)])


def kinds(plan: MergePlan) -> dict[str, int]:
    return {kind.value: n for kind, n in plan.counts.items() if n}


def only(plan: MergePlan) -> MergeRow:
    (row,) = plan.rows
    return row
