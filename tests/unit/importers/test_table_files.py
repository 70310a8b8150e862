"""Tables as people save them: encodings, delimiters, sheets, header rows, our own exports."""

from __future__ import annotations

import datetime
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.exporters import tables as exported_tables
from adme_labeler.exporters import workbook
from adme_labeler.importers import FileOutcome, read_paths, tables
from adme_labeler.importers.delimited import delimiter_of, encoding_of
from adme_labeler.importers.detect import FileKind
from adme_labeler.importers.row_groups import Row, RowGroups
from adme_labeler.protocol import TableLayout
from tests.tables import ods, written, xlsx
from tests.unit.exporters.samples import PLAIN, content


def read(
    path: Path, layout: TableLayout | None = None, **columns: str
) -> tuple[list[LabelDraft], FileOutcome]:
    *labels, outcome = read_paths(
        [path],
        sections=Sections.PHARMACOKINETICS,
        types=frozenset({LabelType.PRESCRIPTION}),
        columns=columns,
        layouts={str(path): layout} if layout else {},
    )
    assert isinstance(outcome, FileOutcome)
    return [x for x in labels if isinstance(x, LabelDraft)], outcome


def texts(labels: list[LabelDraft]) -> list[str]:
    return [b.text for label in labels for b in label.blocks]


def categories(labels: list[LabelDraft]) -> list[tuple[str, ...]]:
    return [b.categories for label in labels for b in label.blocks]


# --------------------------------------------------------------------------- encodings

GERMAN = "Satz;Klasse;Menge\nDie Verfügbarkeit beträgt 0,5 bis 0,8 µg.;Elimination;0,5\n"


def test_a_semicolon_table_of_windows_1252_with_decimal_commas_is_read(tmp_path):
    path = written(tmp_path / "a.csv", GERMAN * 1, "cp1252")
    labels, outcome = read(path, Satz="text", Klasse="category")
    assert texts(labels) == ["Die Verfügbarkeit beträgt 0,5 bis 0,8 µg."]
    assert categories(labels) == [("E",)]
    assert outcome.status == "read"


def test_a_utf_16_table_with_tabs_and_quoted_line_breaks_is_read(tmp_path):
    """As Excel saves "Unicode text": quotes only where a cell needs them."""
    text = 'drug\ttext\r\nNaïvol\t"Levels rose\nby ""5"" µg."\r\nNaïvol\tIt is bound.\r\n'
    labels, _ = read(written(tmp_path / "a.tsv", text, "utf-16"))
    assert texts(labels) == ['Levels rose by "5" µg.', "It is bound."]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "It is 5 µg – or more."),
        ("cp1252", "It is 5 µg – or “more”, ä ö ü."),
        ("mac_roman", "L’absorption est complète après 2 h; la biodisponibilité élevée."),
        ("cp1251", "Абсорбция полная после приема внутрь здоровыми людьми."),
        ("utf-16-le", "It is absorbed."),
        ("utf-16-be", "It is absorbed."),
    ],
)
def test_the_encoding_is_told_by_the_bytes(encoding, text):
    data = f"text\n{text}\n".encode(encoding)
    assert data.decode(encoding_of(data)).lstrip("\ufeff") == f"text\n{text}\n"


def test_letters_behind_a_long_stretch_of_ascii_are_not_lost(tmp_path):
    rows = "".join(f"Value {n} was seen.\n" for n in range(30_000))
    path = written(tmp_path / "a.csv", f"text\n{rows}Am Ende 5 µg für alle.\n", "cp1252")
    labels, _ = read(path)
    assert texts(labels)[-1] == "Am Ende 5 µg für alle."


def test_the_person_can_say_the_encoding(tmp_path):
    path = written(tmp_path / "a.csv", "text\nLa dose é 5.\n", "mac_roman")
    labels, _ = read(path, TableLayout(encoding="mac_roman"))
    assert texts(labels) == ["La dose é 5."]
    _, outcome = read(path, TableLayout(encoding="klingon"))
    assert outcome.reason == '"klingon" is no encoding of text; try utf-8 or cp1252.'


# --------------------------------------------------------------------------- delimiters


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("text,drug\nIt is absorbed; fast.,X\nIt is bound.,X\n", ","),
        ("text;dose\nOf 1,5 mg 0,3 mg, 0,2 mg and 0,1 mg remain.;1,5\nIt acts.;0,5\n", ";"),
        ("text|drug\nIt is absorbed, fast, and bound.|X\n", "|"),
        ("text\tdrug\nIt is absorbed, fast; and bound.\tX\n", "\t"),
        ('text,drug\n"One, two;\nthree; four; five; six",X\n"a",Y\n', ","),
        ("text\nIt is absorbed, fast, and bound.\n", "none"),
        ("Satz, vollständig;Klasse\nEs wird aufgenommen, schnell, ganz.;A\nKurz.;D\n", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_gives_even_rows(sample, delimiter):
    assert delimiter_of(sample) == delimiter


def test_commas_in_a_table_of_one_column_cut_no_sentence(tmp_path):
    labels, _ = read(written(tmp_path / "a.csv", "text\nIt is absorbed, fast, and bound.\n"))
    assert texts(labels) == ["It is absorbed, fast, and bound."]


def test_the_line_that_excel_puts_before_a_table_is_understood(tmp_path):
    labels, _ = read(written(tmp_path / "a.csv", "sep=|\r\ntext|drug\r\nIt acts.|X\r\n"))
    assert texts(labels) == ["It acts."]


# --------------------------------------------------------------------------- headers


def test_a_title_above_the_header_is_passed_over(tmp_path):
    path = written(tmp_path / "a.csv", "Sentences of March,\n,\ntext,category\nIt acts.,A\n")
    labels, _ = read(path)
    assert (texts(labels), categories(labels)) == (["It acts."], [("A",)])


def test_a_table_without_names_is_read_by_the_letters_of_its_columns(tmp_path):
    path = written(tmp_path / "a.csv", "It is absorbed.,A\nIt is bound.,D\n")
    layout = TableLayout(header=0, columns={"Column A": "text", "Column B": "category"})
    labels, _ = read(path, layout)
    assert texts(labels) == ["It is absorbed.", "It is bound."]
    assert categories(labels) == [("A",), ("D",)]


def test_of_columns_with_one_name_the_person_can_choose(tmp_path):
    path = written(tmp_path / "a.csv", "text,category,category\nIt acts.,A,O\n")
    layout = TableLayout(columns={"category": "", "category (2)": "category"})
    assert categories(read(path, layout)[0]) == [("O",)]


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path):
    _, outcome = read(written(tmp_path / "a.csv", "text,drug\nIt acts.,X\n"), Klasse="category")
    assert outcome.reason == 'a.csv has no column "Klasse" (its columns are "text", "drug").'


# --------------------------------------------------------------------------- categories


def test_written_categories_mean_what_the_person_said(tmp_path):
    path = written(
        tmp_path / "a.csv",
        "text,category,also\nOne.,PK-Abs,\nTwo.,Junk,\nThree.,elim,pk-abs; M\nFour.,Zzz,\n",
    )
    layout = TableLayout(categories={"PK-abs": "A", "junk": "", "Elim": "E"})
    labels, outcome = read(path, layout)
    assert categories(labels) == [("A",), (), ("E",), ("Zzz",)]
    assert labels[0].blocks[2].also == ("A+M",)
    assert outcome.reason == '1 row has a category that the scheme does not know ("Zzz").'


# --------------------------------------------------------------------------- workbooks


def test_an_ods_is_read_cell_by_cell_as_text(tmp_path):
    path = ods(
        tmp_path / "a.ods",
        Notes=[["nothing here"]],
        Data=[["Text", "Category"], ["It is absorbed.", "Absorption"], ["NA", "Elimination"]],
    )
    labels, outcome = read(path)
    assert texts(labels) == ["It is absorbed.", "NA"]
    assert categories(labels) == [("A",), ("E",)]
    assert outcome.status == "read"


def test_cells_read_as_a_spreadsheet_program_shows_them(tmp_path):
    values = [0.1 + 0.2, 1e15 + 0.0, True, datetime.datetime(2026, 3, 14), "007", "NA", 12.5]
    labels, _ = read(xlsx(tmp_path / "a.xlsx", S=[["text"], *([v] for v in values)]))
    assert texts(labels) == [
        "0.3", "1000000000000000", "TRUE", "2026-03-14", "007", "NA", "12.5",
    ]  # fmt: skip


def test_a_sheet_is_read_by_name_and_a_missing_one_is_refused(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", First=[["text"], ["One."]], Second=[["text"], ["Two."]])
    assert texts(read(path)[0]) == ["One."]
    assert texts(read(path, TableLayout(sheet="Second"))[0]) == ["Two."]
    _, outcome = read(path, TableLayout(sheet="Third"))
    assert outcome.reason == 'a.xlsx has no sheet "Third" (its sheets are "First", "Second").'


def test_a_formula_without_a_value_is_named_by_its_cell(tmp_path):
    path = xlsx(
        tmp_path / "a.xlsx",
        Other=[["x"], ["=1+1"]],
        Data=[["text", "category"], ["It acts.", '="A"'], ["It binds.", '="D"'], ["It goes.", "E"]],
    )
    labels, outcome = read(path)
    assert categories(labels) == [(), (), ("E",)]
    assert outcome.reason == (
        'Formulas without stored values read as empty (2 cells, the first is cell B2 of the sheet "'
        'Data").'
    )


def test_a_formula_without_a_value_in_an_ods_is_named_by_its_cell(tmp_path):
    cells = [["It acts.", "formula"], ["It binds.", "result"], ["It goes.", "E"]]
    path = ods(tmp_path / "a.ods", Other=[["formula"]], Data=[["text", "category"], *cells])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    content = parts["content.xml"]
    for word, result in (("formula", ""), ("result", ' office:value-type="string"')):
        written = f'<table:table-cell table:formula="of:=1"{result}>'
        content = re.sub(rf"<table:table-cell[^>]*>(?=<text:p>{word})", written, content)
    parts["content.xml"] = content.replace("<text:p>formula</text:p>", "").replace("result<", "D<")
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    labels, outcome = read(path)
    assert categories(labels) == [(), ("D",), ("E",)]
    assert outcome.reason == (
        'Formulas without stored values read as empty (cell B2 of the sheet "Data").'
    )


def test_a_formula_whose_result_is_the_empty_text_is_no_defect(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", S=[["text", "category"], ["It acts.", '=""']])
    _store(path, "B2", "")
    labels, outcome = read(path)
    assert (texts(labels), outcome.reason) == (["It acts."], "")


def test_blank_rows_and_columns_at_the_edge_are_no_part_of_the_table(tmp_path):
    book = openpyxl.Workbook()
    for place, value in {"C4": "text", "D4": "category", "C5": "It acts.", "D5": "A"}.items():
        book.active[place] = value
    book.save(tmp_path / "a.xlsx")
    labels, _ = read(tmp_path / "a.xlsx")
    assert (texts(labels), categories(labels)) == (["It acts."], [("A",)])
    labels, _ = read(tmp_path / "a.xlsx", TableLayout(header=0, columns={"Column C": "text"}))
    assert texts(labels) == ["text", "It acts."]


# --------------------------------------------------------------------------- our own exports


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_an_export_comes_back_as_labels_with_every_character(tmp_path, suffix):
    strange = ["=1+1 is not run.", "'quoted'", "- a dash", "NA", 'It has "quotes",\ta tab.']
    rows = [
        replace(PLAIN, uid=str(n), text=text, category=category.name, note="@home")
        for n, (text, category) in enumerate(zip(strange, ADME.categories, strict=True))
    ]
    path = tmp_path / f"out{suffix}"
    write = workbook.write if suffix == ".xlsx" else exported_tables.write
    write(path, content(rows))
    labels, outcome = read(path)
    assert outcome.status == "read"
    assert texts(labels) == [" ".join(text.split()) for text in strange]
    assert categories(labels) == [(key,) for key in "ADMEO"]
    assert {b.notes for label in labels for b in label.blocks} == {("@home",)}


def test_an_apostrophe_in_somebody_elses_table_stays(tmp_path):
    labels, _ = read(written(tmp_path / "a.csv", "text,drug\n'-olol drugs differ.,X\n"))
    assert texts(labels) == ["'-olol drugs differ."]


def test_sheets_that_go_on_are_read_as_one_table(tmp_path):
    head = ["Text", "Category"]
    path = xlsx(
        tmp_path / "a.xlsx",
        **{
            "About": [["Made", "2026"]],
            "Annotations": [head, ["One.", "A"]],
            "Annotations 3": [head, ["Three.", "E"]],
            "Annotations 2": [head, ["Two.", "D"]],
            "Annotations 4": [["Other", "columns"], ["x", "y"]],
            "Old": [head, ["Never.", "O"]],
        },
    )
    assert texts(read(path)[0]) == ["One.", "Two.", "Three."]
    assert texts(read(path, TableLayout(sheet="Annotations"))[0]) == ["One."]


# --------------------------------------------------------------------------- many rows


def test_rows_wait_in_a_file_and_come_back_in_their_order():
    groups = RowGroups()
    for n in range(7):
        groups.add(("s", "") if n % 2 else ("", "x"), Row(n, f"Text {n}"))
    found = [(key, before, [r.number for r in rows]) for key, before, rows in groups.groups(2)]
    groups.close()
    assert found == [
        (("", "x"), 0, [0, 2]),
        (("", "x"), 2, [4, 6]),
        (("s", ""), 0, [1, 3]),
        (("s", ""), 2, [5]),
    ]


def test_more_rows_than_any_label_has_become_documents_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "LARGEST_LABEL", 2)
    path = written(tmp_path / "a.csv", "set_id,text\n" + "".join(f"s,No {n}.\n" for n in range(5)))
    labels, _ = read(path)
    assert [(x.set_id, len(x.blocks)) for x in labels] == [("s", 2), ("s#2", 2), ("s#3", 1)]


def _store(path: Path, place: str, value: str) -> None:
    """Put a stored text into a formula's cell, as a spreadsheet program does."""
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    old, rest = parts[sheet].split(f'<c r="{place}"', 1)
    inside, rest = rest.split("</c>", 1)
    formula = inside[inside.index("<f>") : inside.index("</f>") + 4]
    parts[sheet] = f'{old}<c r="{place}" t="str">{formula}<v>{value}</v></c>{rest}'
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def test_an_edited_export_with_such_a_formula_is_refused_with_its_cell(tmp_path):
    path = xlsx(
        tmp_path / "a.xlsx", About=[["x"]], Data=[["text", "category"], ["It acts.", '="A"']]
    )
    with path.open("rb") as stream, pytest.raises(ImportProblem) as refused:
        list(tables.sheets(stream, FileKind.XLSX, "a.xlsx"))
    assert str(refused.value) == (
        'a.xlsx holds formulas without stored values (cell B2 of the sheet "Data"); open it in a '
        "spreadsheet program and save it again."
    )
