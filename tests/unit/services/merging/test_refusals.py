"""Tables that are refused, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from adme_labeler.domain.problems import ImportProblem, Problem
from adme_labeler.services import annotating, headless, importing, merging
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import log
from tests.drafts import simple_label
from tests.edited_tables import (
    E,
    M,
    Row,
    compared,
    edited,
    ids_of,
    kinds,
    resolved,
    rewritten,
    setting,
)


def test_a_sheet_of_another_project_is_refused(session: Session, tmp_path: Path) -> None:
    with Session.create(tmp_path / "other", "ann") as other:
        importing.commit_batch(other, [simple_label(1)], importing.ImportTally())
        path = edited(other, tmp_path, setting(0, category="Metabolism"))
    with pytest.raises(ImportProblem, match=r"e.tsv was exported from another project\."):
        compared(session, path)


def test_a_sheet_of_a_copy_that_went_another_way_is_refused(
    session: Session, tmp_path: Path
) -> None:
    (first, *_) = ids_of(session)
    annotating.decide(session, first, M, Shown())
    path = edited(session, tmp_path, lambda rows: None)
    number = log.head(session.connection)[0]

    def other_hash(rows: list[Row]) -> None:
        for row in rows:
            row["revision"] = f"{row['revision'][:-12]}{'0' * 12}"

    with pytest.raises(ImportProblem, match=f"another copy of this project: operation {number}"):
        compared(session, rewritten(path, other_hash))


def test_a_table_that_does_not_say_where_it_comes_from_is_refused(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> None:
        for row in rows:
            del row["revision"]

    with pytest.raises(ImportProblem, match="does not say which project"):
        compared(session, edited(session, tmp_path, edit))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.csv", b"drug,dose\nx,1\n", 'no sheet with the columns "Sentence id" and "Category"'),
        ("text.txt", b"Some text.", "is no table"),
        ("twice.csv", b"uid,category,Category\nx,M,E\n", 'two columns named "Category"'),
        ("broken.xlsx", b"PK\x03\x04 nothing", "damaged"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_one_sentence(
    session: Session, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportProblem, match=sentence):
        compared(session, tmp_path / name)
    with pytest.raises(ImportProblem, match="cannot be read"):
        compared(session, tmp_path / "not-there.csv")


def test_formulas_without_a_stored_result_are_not_taken_for_empty_cells(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    headless.export(session, path)
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Annotations"]
    titles = [cell.value for cell in sheet[1]]
    sheet.cell(2, titles.index("Category") + 1).value = '="Meta"&"bolism"'
    book.save(path)
    with pytest.raises(ImportProblem, match=r'values \(cell K2 of the sheet "Annotations"\)'):
        compared(session, path)


def test_a_project_that_changed_after_the_comparison_is_compared_again(
    session: Session, tmp_path: Path
) -> None:
    (first, *_) = ids_of(session)
    plan = compared(session, edited(session, tmp_path, setting(0, category="Metabolism")))
    annotating.decide(session, first, E, Shown())
    with pytest.raises(Problem, match="compare again"):
        merging.apply(session, plan, "all")
    assert resolved(session, first) == E


def test_a_second_window_can_compare_but_not_take(session: Session, tmp_path: Path) -> None:
    path = edited(session, tmp_path, setting(0, category="Metabolism"))
    with Session.open(session.path, "ann", read_only=True) as reader:
        plan = headless.compare_table(reader, path)
        assert kinds(plan) == {"changed": 1, "unchanged": 15}
        with pytest.raises(Problem, match="can only read it"):
            merging.apply(reader, plan, "all")
