"""Tables of sentences: cells are text, columns go by name, nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import FileOutcome, read_paths


def read(path: Path, **columns: str) -> tuple[list[LabelDraft], FileOutcome]:
    *labels, outcome = read_paths(
        [path],
        sections=Sections.PHARMACOKINETICS,
        types=frozenset({LabelType.PRESCRIPTION}),
        columns=columns,
    )
    assert isinstance(outcome, FileOutcome)
    return [x for x in labels if isinstance(x, LabelDraft)], outcome


def texts(labels: list[LabelDraft]) -> list[str]:
    return [b.text for label in labels for b in label.blocks]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_every_column_arrives_where_it_belongs(tmp_path):
    path = write(
        tmp_path / "a.csv",
        "text,category,also,note,drug,drug_group,set_id,section,heading,uid\n"
        '"It is absorbed, fast.",Absorption,"D; Metabolism",ask,Velmoradine HCl,velmoradine,'
        "s1,Pharmacokinetics,PK > Absorption,123\n",
    )
    (label,), outcome = read(path)
    (block,) = label.blocks
    assert block.text == "It is absorbed, fast."
    assert block.categories == ("A",)
    assert block.also == ("D+M",)
    assert block.notes == ("ask",)
    assert block.uids == ("123",)
    assert block.heading_path == ("PK", "Absorption")
    assert block.hint == "A"
    assert (label.set_id, label.ingredients) == ("s1", ("VELMORADINE",))
    assert "Velmoradine" in label.names
    assert outcome == FileOutcome(path, "read", "", 1, 1, 0)


@pytest.mark.parametrize("written", ["Excretion", "excretion", "E", "e", "Elimination"])
def test_categories_are_known_by_name_letter_and_synonym(tmp_path, written):
    (label,), _ = read(write(tmp_path / "a.csv", f"text,category\nIt is in urine.,{written}\n"))
    assert label.blocks[0].categories == ("E",)


def test_unknown_categories_are_kept_as_written_and_listed(tmp_path):
    path = write(tmp_path / "a.csv", "text,category\nIt is toxic.,Toxicity\nIt binds.,D\n")
    (label,), outcome = read(path)
    assert [b.categories for b in label.blocks] == [("Toxicity",), ("D",)]
    assert outcome.status == "read"
    assert '1 row has a category that the scheme does not know ("Toxicity")' in outcome.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_detected(tmp_path, encoding, delimiter):
    rows = [["drug", "text"], ["Naïvol", "Levels rose by 5 µg."], ["Naïvol", "It is bound."]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    path = write(tmp_path / "a.csv", text, encoding)
    labels, _ = read(path)
    assert texts(labels) == ["Levels rose by 5 µg.", "It is bound."]
    assert labels[0].title == "Naïvol"


def test_quotes_in_a_tsv_are_ordinary_characters(tmp_path):
    path = write(tmp_path / "a.tsv", 'text\tdrug\n"Slow" metabolizers differ.\tX\nA 5" rod.\tX\n')
    labels, _ = read(path)
    assert texts(labels) == ['"Slow" metabolizers differ.', 'A 5" rod.']


def test_cells_are_text(tmp_path):
    path = write(tmp_path / "a.csv", "text,drug\nNA,NA\n=1+1,NA\n007,NA\n")
    labels, _ = read(path)
    assert texts(labels) == ["NA", "=1+1", "007"]
    assert labels[0].title == "NA"


def test_a_spreadsheet_is_read_from_the_sheet_that_has_the_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["About"])
    sheet = book.create_sheet("Sentences")
    sheet.append(["Drug", "Text", "Category"])
    sheet.append(["Corvexa", "It is absorbed.", "A"])
    sheet.append(["Corvexa", "NA", None])
    sheet.append(["Corvexa", 3, "O"])
    book.save(tmp_path / "a.xlsx")
    labels, outcome = read(tmp_path / "a.xlsx")
    assert texts(labels) == ["It is absorbed.", "NA", "3"]
    assert [b.categories for b in labels[0].blocks] == [("A",), (), ("O",)]
    assert outcome.status == "read"


def test_formulas_without_a_stored_value_are_reported(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["text"])
    book.active.append(['="It is " & "absorbed."'])
    book.active.append(["It is bound."])
    book.save(tmp_path / "a.xlsx")
    labels, outcome = read(tmp_path / "a.xlsx")
    assert texts(labels) == ["It is bound."]
    assert outcome.reason == "Formulas without stored values read as empty (cell A2)."


def test_a_column_can_be_named_by_the_user(tmp_path):
    path = write(tmp_path / "a.csv", "Satz,Klasse\nIt is absorbed.,A\n")
    _, refused = read(path)
    assert refused.reason == (
        'a.csv has no column "text" (its columns are "Satz", "Klasse"); '
        "say which column holds the text."
    )
    (label,), outcome = read(path, Satz="text", Klasse="category")
    assert outcome.status == "read"
    assert label.blocks[0].categories == ("A",)


def test_a_column_that_comes_twice_is_refused(tmp_path):
    _, outcome = read(write(tmp_path / "a.csv", "text,category,category\nIt acts.,A,O\n"))
    assert outcome.status == "failed"
    assert "two columns for category" in outcome.reason


def test_rows_of_one_set_id_are_one_label_wherever_they_stand(tmp_path):
    path = write(tmp_path / "a.csv", "set_id,text\ns1,One.\ns2,Two.\ns1,Three.\n")
    labels, _ = read(path)
    assert [(x.set_id, texts([x])) for x in labels] == [
        ("s1", ["One.", "Three."]),
        ("s2", ["Two."]),
    ]


def test_the_same_file_gives_the_same_set_id_again(tmp_path):
    path = write(tmp_path / "a.csv", "text\nIt acts.\n")
    assert read(path)[0][0].set_id == read(path)[0][0].set_id


def test_a_cell_of_a_million_characters_is_no_sentence(tmp_path):
    _, outcome = read(write(tmp_path / "a.csv", f"text,drug\n{'a' * 900_000},x\n"))
    assert outcome.status == "failed"
    assert "has a cell of 900,000 characters in row 2" in outcome.reason
