"""Tables that were sorted, cut, shuffled and saved again by other programs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest

from adme_labeler import protocol
from adme_labeler.exporters import workbook
from adme_labeler.exporters.rows import Content
from adme_labeler.services import annotating, headless, importing, merge_text, merging
from adme_labeler.services.annotating import Shown
from adme_labeler.services.merging import RowKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations
from adme_labeler.worker import export_rows
from tests.drafts import block, label, simple_label
from tests.edited_tables import (
    D,
    E,
    M,
    Row,
    compared,
    edited,
    ids_of,
    kinds,
    only,
    resolved,
    setting,
)


def test_unknown_categories_are_listed_and_nothing_is_guessed(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = "Metabolsim"
        rows[1].update(category="Metabolism", also="clearence, Distribution")
        rows[2]["flagged"] = "perhaps"
        rows[3].update(category="", also="Excretion")

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"refused": 4, "unchanged": 12}
    assert plan.unknown_categories == {"Metabolsim": 1, "clearence": 1}
    assert plan.rows[0].reason == '"Metabolsim" is no category of this project.'
    assert not merging.apply(session, plan, set(ids_of(session)))


def test_rows_may_be_shuffled_deleted_repeated_and_foreign(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        rows[5]["category"] = "Distribution"
        kept = [rows[5], dict(rows[5]), *reversed(rows[8:])]
        strange = dict(rows[0], uid="f" * 20, text="A sentence of nowhere.")
        return [{k: row[k] for k in reversed(row)} for row in [*kept, strange]]

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"changed": 1, "unchanged": 8, "unknown": 1, "missing": 7}
    assert plan.repeated == 1
    ids = ids_of(session)
    assert set(plan.missing) == {*ids[:5], *ids[6:8]}
    assert plan.rows[0].place == "Row 2"
    merging.apply(session, plan, "all")
    assert resolved(session, ids[5]) == D


def test_rows_of_two_exports_are_each_compared_with_their_own(
    session: Session, tmp_path: Path
) -> None:
    ids = ids_of(session)
    older = edited(session, tmp_path, lambda rows: rows[:8], "older")
    annotating.decide(session, ids[0], M, Shown())
    annotating.decide(session, ids[8], M, Shown())
    with older.open(encoding="utf-8", newline="") as file:
        first_half = list(csv.DictReader(file, delimiter="\t"))

    def edit(rows: list[Row]) -> list[Row]:
        rows[8]["category"] = ""
        return [*first_half, *rows[8:]]

    plan = compared(session, edited(session, tmp_path, edit, "both"))
    assert kinds(plan) == {"changed": 1, "unchanged": 15}
    assert plan.rows[0].sentence == ids[8]


def test_sentences_that_came_after_the_export_are_not_missing(
    session: Session, tmp_path: Path
) -> None:
    path = edited(session, tmp_path, lambda rows: rows[:10])
    importing.commit_batch(session, [simple_label(3)], importing.ImportTally())
    newer = label("set-1", "Testazole1", [block("Absorption", ["New."])], version=2)
    importing.commit_batch(session, [newer], importing.ImportTally())
    assert kinds(compared(session, path)) == {"unchanged": 10, "missing": 6}


def test_the_same_sentence_with_two_different_entries_is_refused(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        return [*rows, dict(rows[3], category="Metabolism")]

    plan = compared(session, edited(session, tmp_path, edit))
    assert only(plan).kind is RowKind.REFUSED
    assert "Row 18" in only(plan).reason


def test_columns_that_were_sorted_apart_are_refused(session: Session, tmp_path: Path) -> None:
    def edit(rows: list[Row]) -> None:
        uids = [row["uid"] for row in rows]
        for row, uid in zip(rows, reversed(uids), strict=True):
            row.update(uid=uid, category="Metabolism")

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"refused": 16}
    assert "sorted apart" in plan.rows[0].reason


def test_an_id_that_a_program_took_for_a_number_is_found_by_its_text(
    session: Session, tmp_path: Path
) -> None:
    path = edited(session, tmp_path, setting(4, uid="1.23E+19", category="Metabolism"))
    merging.apply(session, compared(session, path), "all")
    assert resolved(session, ids_of(session)[4]) == M


def test_only_the_columns_that_are_there_count(session: Session, tmp_path: Path) -> None:
    (first, *_) = ids_of(session)
    annotating.decide(session, first, M, Shown())
    annotating.toggle_also(session, first, E)
    annotating.set_note(session, first, "kept")

    def edit(rows: list[Row]) -> list[Row]:
        rows[0]["category"] = "Excretion"
        return [{k: row[k] for k in ("category", "revision", "uid")} for row in rows]

    merging.apply(session, compared(session, edited(session, tmp_path, edit)), "all")
    left = annotations.get(session.connection, first, "ann")
    assert left is not None
    assert (left.category, left.also, left.note) == (E, (), "kept")


def test_a_note_that_lost_its_control_characters_on_the_way_is_unchanged(
    session: Session, tmp_path: Path
) -> None:
    (first, second, *_) = ids_of(session)
    annotating.set_note(session, first, "dose\tin mg\x0b")
    annotating.set_note(session, second, "dose in mg")

    def edit(rows: list[Row]) -> None:
        rows[0]["note"], rows[1]["note"] = "dosein mg", "dose in g"

    plan = compared(session, edited(session, tmp_path, edit))
    assert only(plan).sentence == second


def test_a_column_that_was_renamed_is_said_to_be_not_compared(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        return [{"Klasse" if k == "category" else k: v for k, v in row.items()} for row in rows]

    plan = compared(session, edited(session, tmp_path, edit))
    assert plan.absent == ("category",)
    said = "Not compared, because the table has no such column: Category."
    assert merge_text.not_compared(plan) == said


def test_a_row_without_its_id_whose_text_is_not_the_only_one_is_told_so(tmp_path: Path) -> None:
    with Session.create(tmp_path / "twice", "ann") as session:
        draft = label("set-r", "Repetol", [block("Absorption", ["Food has no effect."] * 2)])
        importing.commit_batch(session, [draft], importing.ImportTally())
        plan = compared(session, edited(session, tmp_path, setting(1, uid="1.2E+19")))
    assert (only(plan).kind, kinds(plan)["missing"]) == (RowKind.UNKNOWN, 1)
    assert "several times" in only(plan).reason


def test_formula_like_notes_are_unescaped_once(session: Session, tmp_path: Path) -> None:
    (first, second, *_) = ids_of(session)
    for sentence, note in ((first, "=1+1"), (second, "'-5 %")):
        annotating.set_note(session, sentence, note)

    def edit(rows: list[Row]) -> None:
        assert rows[0]["note"] == "'=1+1"
        rows[2]["note"] = "'+3 mL"

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"changed": 1, "unchanged": 15}
    assert plan.rows[0].edited is not None and plan.rows[0].edited.note == "+3 mL"


def test_a_workbook_saved_again_by_openpyxl_comes_back(session: Session, tmp_path: Path) -> None:
    (first, second, *_) = ids_of(session)
    annotating.set_note(session, second, "=odd _x0041_ \u2265 3")
    path = tmp_path / "book.xlsx"
    headless.export(session, path)
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Annotations"]
    titles = [cell.value for cell in sheet[1]]
    category = titles.index("Category") + 1
    sheet.cell(2, category).value = "Metabolism"
    sheet.delete_rows(10, 4)
    sheet.move_range(f"A1:A{sheet.max_row}", cols=len(titles) + 2)
    sheet.insert_rows(1)
    sheet["B1"] = "To be looked at by Ann"
    sheet.title = "My selection"
    del book["About"], book["Recall"]
    book.save(path)
    plan = compared(session, path)
    assert kinds(plan) == {"changed": 1, "unchanged": 11, "missing": 4}
    assert plan.rows[0].place == "My selection, row 3"
    merging.apply(session, plan, "all")
    assert resolved(session, first) == M


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_table_saved_again_by_pandas_comes_back(
    session: Session, tmp_path: Path, suffix: str
) -> None:
    annotating.set_note(session, ids_of(session)[1], "-5 %")
    path = tmp_path / f"pandas.{suffix}"
    headless.export(session, tmp_path / "out.xlsx")
    frame = pandas.read_excel(
        tmp_path / "out.xlsx", engine="calamine", dtype=str, keep_default_na=False
    )
    frame.loc[0, "Category"] = "Metabolism"
    frame = frame.sort_values("Text", ascending=False).drop(columns=["Text hash", "State"])
    if suffix == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False, sep=";", encoding="utf-16")
    assert kinds(compared(session, path)) == {"changed": 1, "unchanged": 15}


def test_a_workbook_of_several_sheets_and_without_revisions_relies_on_about(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    headless.export(session, path)
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Annotations"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    keep = [n for n, title in enumerate(rows[0]) if title not in ("Revision", "Text hash")]
    del book["Annotations"]
    for name, part in (("Annotations", rows[1:9]), ("Annotations 2", rows[9:])):
        made: Any = book.create_sheet(name)
        for row in (rows[0], *part):
            made.append([row[n] for n in keep])
    book.save(path)
    assert kinds(compared(session, path)) == {"unchanged": 16}


def test_the_sheets_of_a_large_export_come_back_together(session: Session, tmp_path: Path) -> None:
    job = protocol.ExportJob(project=str(session.path), out="")
    names = {c.key: c.name for c in session.scheme.categories}
    path = tmp_path / "large.xlsx"
    content = Content(
        rows=export_rows.rows(session.connection, names, job),
        categories=(),
        measurements=(),
        no_measurement="",
        models=(),
        about=(),
    )
    workbook.write(path, content, rows_per_sheet=5)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:4] == ["Annotations", "Annotations 2", "Annotations 3", "Annotations 4"]
    sheet: Any = book["Annotations 3"]
    titles = [cell.value for cell in sheet[1]]
    sheet.cell(2, titles.index("Category") + 1).value = "Excretion"
    book.save(path)
    plan = compared(session, path)
    assert kinds(plan) == {"changed": 1, "unchanged": 15}
    assert (plan.rows[0].place, plan.rows[0].sentence) == (
        "Annotations 3, row 2",
        ids_of(session)[10],
    )
