"""A look into tables: how they are read, their first rows, proposals and different values."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from adme_labeler.importers.table_preview import preview, tables_among
from adme_labeler.protocol import TableLayout
from adme_labeler.protocol.tables import PREVIEW_ROWS, PREVIEW_VALUES
from tests.tables import ods, written, xlsx

LONG = "After a single dose the highest concentration was seen within two hours in adults."


def look(path: Path, **layout: object):
    return preview(path, TableLayout(**layout))


def test_a_look_says_how_the_file_was_read_and_what_its_columns_seem_to_be(tmp_path):
    rows = "".join(f"{LONG};Elimination;Mirtacaine {n};0,{n}\n" for n in range(300))
    found = look(written(tmp_path / "a.csv", f"Satz;Klasse;Drug;Wert für Ü\n{rows}", "cp1252"))
    assert (found.problem, found.fatal) == ("", False)
    layout = found.layout
    assert (layout.encoding, layout.delimiter, layout.header) == ("cp1252", ";", 1)
    assert [(c.name, c.field) for c in found.columns] == [
        ("Satz", "text"), ("Klasse", "category"), ("Drug", "drug"), ("Wert für Ü", ""),
    ]  # fmt: skip
    assert (found.count, len(found.rows)) == (300, PREVIEW_ROWS)
    assert found.columns[1].values == {"Elimination": 300}
    assert found.columns[2].values == {}, f"more than {PREVIEW_VALUES} different drugs"


def test_values_are_counted_over_the_whole_file_the_most_frequent_first(tmp_path):
    rows = "".join(f"{LONG},{'A' if n % 3 else 'Elim'}\n" for n in range(900)) + f"{LONG},Late\n"
    found = look(written(tmp_path / "a.csv", f"text,category\n{rows}"))
    assert list(found.columns[1].values.items()) == [("A", 600), ("Elim", 300), ("Late", 1)]


def test_two_columns_that_could_be_the_text_are_both_left_to_the_person(tmp_path):
    found = look(written(tmp_path / "a.csv", f"One,Two\n{LONG},{LONG}\n"))
    assert [c.field for c in found.columns] == ["", ""]


def test_columns_of_one_name_get_names_of_their_own_and_one_proposal_each(tmp_path):
    found = look(written(tmp_path / "a.csv", f"text,category,category\n{LONG},A,O\n"))
    assert [c.name for c in found.columns] == ["text", "category", "category (2)"]
    assert [c.field for c in found.columns] == ["text", "category", "category"]


def test_a_first_row_of_data_is_not_taken_for_names(tmp_path):
    found = look(written(tmp_path / "a.csv", f"{LONG},A\n{LONG},D\n"))
    assert found.layout.header == 0
    assert [(c.name, c.field) for c in found.columns] == [
        ("Column A", "text"),
        ("Column B", "category"),
    ]
    assert found.count == 2


def test_of_the_sheets_of_a_workbook_the_first_with_a_text_is_proposed(tmp_path):
    head = ["Sentence", "Category"]
    path = xlsx(
        tmp_path / "a.xlsx", Cover=[["Made by", "me"]], Data=[head, [LONG, "A"]], Empty=[[]]
    )
    found = look(path)
    assert found.sheets == ("Cover", "Data", "Empty")
    assert (found.layout.sheet, found.count) == ("Data", 1)
    assert look(path, sheet="Cover").layout.sheet == "Cover"
    assert look(path, sheet="Empty").fatal


def test_a_look_into_an_ods_and_a_packed_table(tmp_path):
    assert look(ods(tmp_path / "a.ods", S=[["text"], [LONG]])).count == 1
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(f"text\n{LONG}\n".encode()))
    assert look(tmp_path / "b.csv.gz").count == 1


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.csv", b"", "a.csv is empty."),
        ("a.csv", b"text,category\n", "a.csv has no row below the names of its columns."),
        ("a.csv", b"%PDF-1.7", "a.csv is no table, whatever its name says."),
        ("a.csv.gz", b"\x1f\x8b\x08\x00rubbish", "a.csv.gz is damaged: it cannot be unpacked."),
        ("a.xlsx", b"PK\x03\x04 nothing", "a.xlsx is damaged or no spreadsheet of a known kind."),
        ("a.csv", b'text\n"' + b"a b" * 200_000 + b'"\n', "a cell of 600,000 characters in row 2"),
    ],
)
def test_a_table_that_cannot_be_read_says_so_in_one_sentence(tmp_path, name, data, problem):
    (tmp_path / name).write_bytes(data)
    found = look(tmp_path / name)
    assert problem in found.problem
    assert found.fatal


def test_a_file_that_has_gone_is_a_sentence_too(tmp_path):
    assert look(tmp_path / "a.csv").problem == (
        "a.csv cannot be opened (No such file or directory)."
    )


def test_formulas_without_values_are_said_but_stop_nothing(tmp_path):
    found = look(xlsx(tmp_path / "a.xlsx", S=[["text", "category"], [LONG, '="A"']]))
    assert not found.fatal
    assert "(cell B2)" in found.problem


def test_tables_are_found_among_files_and_in_folders(tmp_path):
    for name in ("x.csv", "deep/y.XLSX", "deep/z.xml", "deep/q.tsv.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [p.name for p in tables_among([tmp_path])] == ["q.tsv.gz", "y.XLSX", "x.csv"]


def test_a_long_look_can_be_stopped(tmp_path):
    path = written(tmp_path / "a.csv", "text\n" + "It acts.\n" * 12_000)
    seen: list[int] = []

    def stop(rows: int) -> None:
        seen.append(rows)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        preview(path, TableLayout(), stop)
    assert seen == [5_000]
