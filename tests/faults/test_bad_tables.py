"""Tables that must not be read as they are, and the sentence that the curator sees for each.

Every row is refused in the same words by the look before an import and by the import itself, or
read with a remark; the project is unchanged after a refusal.
"""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from adme_labeler.domain.records import LabelType, Sections
from adme_labeler.importers import FileOutcome, read_paths
from adme_labeler.importers.table_preview import preview
from adme_labeler.protocol import TableLayout
from adme_labeler.services import headless
from adme_labeler.services.session import Session

SENTENCE = "It is absorbed fast and widely distributed."


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, data)
    return held.getvalue()


REFUSED: list[tuple[str, bytes | Callable[[], bytes], str]] = [
    ("empty.csv", b"", "empty.csv is empty."),
    ("blank.csv", b"\n\n \n", "blank.csv is empty."),
    ("header.csv", b"text,category\n", "header.csv has no row"),
    ("spaces.csv", b"text,category\n  ,\n,\n", "spaces.csv has no row"),
    ("quote.csv", b'text\n"' + b"a" * 2_000_000, "quote.csv has a line of more than 1,000,000"),
    ("line.csv", b"text\n" + b"a" * 3_000_000, "line.csv has a line of more than 1,000,000"),
    (
        "open.csv", b'text,drug\n"' + b"No end of it.\n" * 20_000,
        "open.csv has a cell of 280,000 characters in row 2; its delimiter or quotes may be wrong.",
    ),
    (
        "open16.csv", ('text,drug\n"' + "Kein Ende.\n" * 20_000).encode("utf-16"),
        "open16.csv has a cell of 220,000 characters",
    ),
    ("a.xlsx", b"PK\x03\x04 and nothing more", "a.xlsx is damaged or no spreadsheet"),
    ("half.xlsx", lambda: workbook(("text",), (SENTENCE,))[:2000], "half.xlsx is damaged"),
    ("other.xlsx", lambda: zipped("xl/worksheets/sheet1.xml", b"<a/>"), "other.xlsx is damaged"),
    (
        "bomb.xlsx", lambda: zipped("xl/worksheets/sheet1.xml", b" " * (60 << 20)),
        "bomb.xlsx unpacks to far more than a spreadsheet should.",
    ),
    ("nothing.xlsx", lambda: workbook(), "nothing.xlsx"),
]  # fmt: skip
"""(file name, content, beginning of the sentence): in the look and in the import."""

ASKED: list[tuple[str, bytes, str]] = [
    ("names.csv", b"a,b\n1,2\n", 'names.csv has no column "text" (its columns are "a", "b"); say'),
    (
        "twice.csv", b"text,category,category\nIt acts.,A,O\n",
        'twice.csv has two columns for category ("category" and "category (2)"); rename or remove',
    ),
    ("text.csv", b"text,Text\na,b\n", 'text.csv has two columns for text ("text" and "Text (2)")'),
]  # fmt: skip
"""Refused by an import that was told nothing; the look shows them, for a person to answer."""


def imported(path: Path) -> FileOutcome:
    *_, outcome = read_paths([path], sections=Sections.ALL, types=frozenset(LabelType), columns={})
    assert isinstance(outcome, FileOutcome)
    return outcome


@pytest.mark.parametrize(("name", "data", "sentence"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_bad_table_is_refused_alike_before_and_in_an_import(tmp_path, name, data, sentence):
    path = tmp_path / name
    path.write_bytes(data() if callable(data) else data)
    looked, outcome = preview(path, TableLayout()), imported(path)
    assert looked.fatal
    assert looked.problem.startswith(sentence)
    assert outcome.status == "failed"
    assert outcome.reason.startswith(sentence)
    for said in (looked.problem, outcome.reason):
        assert said.endswith(".")
        assert "Error" not in said


@pytest.mark.parametrize(("name", "data", "sentence"), ASKED, ids=[row[0] for row in ASKED])
def test_what_a_person_can_answer_is_refused_only_where_nobody_is_asked(
    tmp_path, name, data, sentence
):
    path = tmp_path / name
    path.write_bytes(data)
    assert imported(path).reason.startswith(sentence)
    assert not preview(path, TableLayout()).fatal


def test_the_project_is_unchanged_after_a_refusal(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(b'text,drug\nIt acts.,X\n"' + b"No end of it.\n" * 20_000)
    with Session.create(tmp_path / "p", "ana") as session:
        tally = headless.import_paths(session, [path])
        assert [f.status for f in tally.files] == ["failed"]
        for kind in ("drug_label", "sentence", "annotation"):
            (count,) = session.connection.execute(f"SELECT count(*) FROM {kind}").fetchone()
            assert count == 0, kind


@pytest.mark.full
def test_a_million_rows_are_looked_into_within_a_minute_and_little_memory(tmp_path):
    path = tmp_path / "million.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("text,category,drug\n")
        for n in range(1_000_000):
            file.write(f'"{SENTENCE} No {n}, in short.",Elimination,Testodrug{n // 300}\n')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    found = preview(path, TableLayout())
    assert (found.count, found.problem) == (1_000_000, "")
    assert time.monotonic() - started < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kB"
