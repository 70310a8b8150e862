"""The workbook, read back by two libraries that share no code."""

from __future__ import annotations

import html
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from adme_labeler.exporters import formats, workbook
from adme_labeler.exporters.cells import CELL_LIMIT, unescape_xml
from adme_labeler.exporters.rows import COLUMNS, MeasurementSheet, ModelRow
from tests.unit.exporters.samples import PLAIN, content, measurement, rows

TITLES = [column.title for column in COLUMNS]


def cells(path: Path, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()


def column(path: Path, title: str, sheet: str = "Annotations") -> list[Any]:
    return [row[TITLES.index(title)] for row in cells(path, sheet)[1:]]


def test_a_workbook_has_a_row_for_every_sentence_and_the_sheets_around_it(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    written = formats.write(out, content(rows(3)))
    assert written.rows == 3
    assert CalamineWorkbook.from_path(out).sheet_names == [
        "Annotations",
        "Recall",
        "Models",
        "History",
        "Guideline",
        "About",
    ]
    assert cells(out, "Annotations")[0] == TITLES
    assert column(out, "Text") == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    assert column(out, "Probability") == [0.8125] * 3
    assert ["Operation", 17.0] in cells(out, "About")


def test_header_filter_widths_hidden_columns_and_category_list_are_set(tmp_path: Path) -> None:
    formats.write(tmp_path / "out.xlsx", content(rows(3)))
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Annotations"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:AD4"
    hidden = {c.title for n, c in enumerate(COLUMNS) if sheet.column_dimensions[_letter(n)].hidden}
    assert hidden == {"Sentence id", "Text hash", "Revision"}
    assert sheet.column_dimensions[_letter(TITLES.index("Text"))].width == 80
    assert sheet.cell(2, TITLES.index("Text") + 1).alignment.wrap_text
    (choice,) = sheet.data_validations.dataValidation
    letter = _letter(TITLES.index("Category"))
    assert (choice.type, str(choice.sqref)) == ("list", f"{letter}2:{letter}4")
    assert choice.formula1 == "Guideline!$B$2:$B$6"


def test_on_paper_a_sentence_stands_on_one_page_from_its_drug_to_its_category(
    tmp_path: Path,
) -> None:
    formats.write(tmp_path / "out.xlsx", content(rows(3)))
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Annotations"]
    first, last = (_letter(TITLES.index(title)) for title in ("Drug", "Category"))
    assert sheet.print_area == f"'Annotations'!${first}$1:${last}$4"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+5", "-5 %", "@x", "#N/A", "\tx", "12"])
def test_text_stays_text_in_the_workbook(tmp_path: Path, text: str) -> None:
    out = tmp_path / "out.xlsx"
    formats.write(out, content([replace(PLAIN, text=text, note=text)]))
    sheet = openpyxl.load_workbook(out)["Annotations"]
    for title in ("Text", "Note"):
        cell = sheet.cell(2, TITLES.index(title) + 1)
        assert (cell.value, cell.data_type) == (text, "s")
        assert cell.quotePrefix is (text[0] in "=+-@\t")
    assert column(out, "Text") == [text]
    with zipfile.ZipFile(out) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_one_formula_like_text_does_not_quote_the_rows_after_it(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    formats.write(out, content([replace(PLAIN, text="=a"), PLAIN, replace(PLAIN, text="-b")]))
    sheet = openpyxl.load_workbook(out)["Annotations"]
    number = TITLES.index("Text") + 1
    assert [bool(sheet.cell(r, number).quotePrefix) for r in (2, 3, 4)] == [True, False, True]


def test_control_characters_survive_in_the_way_of_office_files(tmp_path: Path) -> None:
    odd = "a\x00b\x07c\rd\x1fe\ufffff _x0041_ g\n h\U0001f48a"
    out = tmp_path / "out.xlsx"
    written = formats.write(out, content([replace(PLAIN, text=odd, note="_x000D_")]))
    sheet = openpyxl.load_workbook(out)["Annotations"]
    stored = sheet.cell(2, TITLES.index("Text") + 1).value
    assert "_x0000_" in stored
    assert "_x000D_" in stored
    with zipfile.ZipFile(out) as archive:
        raw = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "_x005F_x000D_" in raw
    assert unescape_xml(_text_between(raw, "a_x0000_")) == odd
    assert written.reports == ()


def test_a_cell_that_is_too_long_is_cut_and_reported(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    text = "x" * 40_000
    written = formats.write(out, content([PLAIN, replace(PLAIN, text=text)]))
    assert column(out, "Text")[1] == "x" * CELL_LIMIT
    assert written.reports == (
        "Text of sentence 3, paragraph 2 of Testazole Tablets has 40,000 characters; a cell holds "
        "32,767, so its end is cut in this file and whole in the project.",
    )
    assert any("40,000 characters" in str(row[1]) for row in cells(out, "About"))


def test_characters_beyond_the_basic_plane_count_twice_in_a_cell(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    formats.write(out, content([replace(PLAIN, text="\U0001f48a" * 20_000)]))
    assert column(out, "Text") == ["\U0001f48a" * (CELL_LIMIT // 2)]


def test_many_cut_cells_are_named_twenty_times_and_then_counted(tmp_path: Path) -> None:
    long = replace(PLAIN, note="y" * 33_000)
    written = formats.write(tmp_path / "out.xlsx", content([long] * 25))
    assert len(written.reports) == 21
    assert written.reports[-1] == "5 more cells were cut in the same way."


def test_sentences_beyond_a_full_sheet_go_on_in_the_next_one(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    written = workbook.write(out, content(rows(7)), rows_per_sheet=3)
    assert written.rows == 7
    names = CalamineWorkbook.from_path(out).sheet_names[:4]
    assert names == ["Annotations", "Annotations 2", "Annotations 3", "Recall"]
    texts = [t for name in names[:3] for t in column(out, "Text", name)]
    assert texts == [f"Sentence {n}." for n in range(7)]
    assert ["Sheets with sentences", ", ".join(names[:3])] in cells(out, "About")
    assert "3 sheets" in written.reports[-1]
    book = openpyxl.load_workbook(out)
    assert [book[name].auto_filter.ref for name in names[:3]] == ["A1:AD4", "A1:AD4", "A1:AD2"]


def test_a_full_last_sheet_is_not_followed_by_an_empty_one(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    written = workbook.write(out, content(rows(6)), rows_per_sheet=3)
    assert CalamineWorkbook.from_path(out).sheet_names[2] == "Recall"
    assert written.rows == 6


def test_a_project_without_sentences_gives_a_workbook_with_a_header(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert formats.write(out, content([])).rows == 0
    assert cells(out, "Annotations") == [TITLES]
    assert cells(out, "Recall") == [["Nothing is measured yet."]]


def test_recall_lists_rare_categories_first_with_n_and_no_percentage_below_ten(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out.xlsx"
    formats.write(out, content(rows(1), (MeasurementSheet("Model 1.4", measurement()),)))
    table = cells(out, "Recall")
    start = next(n for n, row in enumerate(table) if row[0] == "Category")
    assert table[start + 1][:6] == [
        "Distribution",
        "not enough evidence (n = 4)",
        "",
        "",
        3.0,
        4.0,
    ]
    assert table[start + 2][:6] == ["Metabolism", 0.75, 0.47, 0.91, 9.0, 12.0]
    assert any(row[0] == "16 sentences of 3 drug groups" for row in table)
    assert ["Metabolism", 9.0, 3.0] in [row[:3] for row in table]


def test_model_versions_are_listed_with_their_verdict(tmp_path: Path) -> None:
    model = ModelRow(
        version=2,
        state="active",
        created_at="2026-03-01T10:00:00.000Z",
        settings="default, seed 42",
        annotations=120,
        hints=800,
        drug_groups=9,
        measured_on="held-out drugs",
        measured_sentences=44,
        measured_groups=3,
        recall={"M": "81 % (60 to 92 %), 17 of 21"},
        accuracy=0.9,
        macro_f1=None,
        verdict="better",
        reason="It finds more.",
        seconds=61.5,
        snapshot_sha256="cd" * 32,
    )
    formats.write(tmp_path / "out.xlsx", content(rows(1), models=(model,)))
    titles, line = cells(tmp_path / "out.xlsx", "Models")
    said = dict(zip(titles, line, strict=True))
    assert said["Version"] == 2.0
    assert said["Settings"] == "default, seed 42"
    assert said["Recall Metabolism"] == "81 % (60 to 92 %), 17 of 21"
    assert said["Recall Excretion"] == ""
    assert (said["Verdict"], said["Why"]) == ("better", "It finds more.")


def _letter(index: int) -> str:
    return openpyxl.utils.get_column_letter(index + 1)


def _text_between(raw: str, start: str) -> str:
    begin = raw.index(start)
    return html.unescape(raw[begin : raw.index("</t>", begin)])
