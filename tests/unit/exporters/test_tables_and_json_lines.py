"""csv, tsv and JSON lines hold a row a sentence, and nothing in them runs as a formula."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from adme_labeler.domain.cell_text import unescape
from adme_labeler.exporters import formats
from adme_labeler.exporters.rows import COLUMNS
from tests.unit.exporters.samples import PLAIN, content, rows

FORMULAS = ("=1+1", "+49 mL", "-12 %", "@sum", "\tindented", "\rreturned", "'=quoted", "''=twice")


def read_csv(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.mark.parametrize(("name", "delimiter"), [("out.csv", ","), ("out.tsv", "\t")])
def test_a_table_has_a_column_for_every_field_and_a_row_for_every_sentence(
    tmp_path: Path, name: str, delimiter: str
) -> None:
    written = formats.write(tmp_path / name, content(rows(3)))
    read = read_csv(tmp_path / name, delimiter)
    assert written.rows == 3
    assert [row["text"] for row in read] == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    assert list(read[0]) == [column.name for column in COLUMNS]
    assert read[0]["category"] == "Metabolism"
    assert read[0]["also"] == "Excretion"
    assert read[0]["probability"] == "0.8125"
    assert read[0]["flagged"] == "yes"


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_is_escaped_in_a_table_and_comes_back(
    tmp_path: Path, text: str
) -> None:
    written = formats.write(tmp_path / "out.csv", content([replace(PLAIN, note=text)]))
    (row,) = read_csv(tmp_path / "out.csv")
    assert row["note"] == "'" + text
    assert unescape(row["note"]) == text
    assert "1 row holds text" in written.reports[0]


def test_ordinary_text_is_written_as_it_is_and_reported_by_nothing(tmp_path: Path) -> None:
    kept = "An apostrophe's place; 5 = 5, a 'quote', µg and \u2265 3\nlines"
    written = formats.write(tmp_path / "out.csv", content([replace(PLAIN, note=kept)]))
    (row,) = read_csv(tmp_path / "out.csv")
    assert row["note"] == kept
    assert written.reports == ()


def test_csv_opens_as_utf_8_in_excel_and_tsv_has_no_mark_in_its_first_column(
    tmp_path: Path,
) -> None:
    for name in ("out.csv", "out.tsv"):
        formats.write(tmp_path / name, content(rows(1)))
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfuid,")
    assert (tmp_path / "out.tsv").read_bytes().startswith(b'"uid"\t')


def test_json_lines_keep_types_and_every_character(tmp_path: Path) -> None:
    odd = "=1+1 \x00\x07 \ud7ff \U0001f48a"
    formats.write(
        tmp_path / "out.jsonl",
        content([replace(PLAIN, text=odd), replace(PLAIN, probability=None)]),
    )
    lines = (tmp_path / "out.jsonl").read_text("utf-8").split("\n")
    first, second = json.loads(lines[0]), json.loads(lines[1])
    assert first["text"] == odd
    assert first["also"] == ["Excretion"]
    assert first["flagged"] is True
    assert first["curator"] == "ann"
    assert first["label"] == "Testazole Tablets"
    assert second["probability"] is None
    assert set(first) == {column.name for column in COLUMNS}


def test_parquet_keeps_types_lists_and_every_character(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an optional extra")
    odd = replace(PLAIN, text="=1+1\x00 \U0001f48a\n", probability=None, also=(), held_out=True)
    written = formats.write(tmp_path / "out.parquet", content([PLAIN, odd]))
    assert written.rows == 2
    first, second = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert first["also"] == ["Excretion"]
    assert (first["flagged"], first["probability"], first["paragraph_no"]) == (True, 0.8125, 2)
    assert (second["text"], second["probability"], second["also"]) == (odd.text, None, [])
    formats.write(tmp_path / "out.jsonl", content([PLAIN]))
    line = json.loads((tmp_path / "out.jsonl").read_text("utf-8"))
    assert first == line


def test_half_a_surrogate_pair_does_not_end_a_parquet_export(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an optional extra")
    formats.write(tmp_path / "out.parquet", content([replace(PLAIN, text="a\ud83db")]))
    (row,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert row["text"] == "a?b"
