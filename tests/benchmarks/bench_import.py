"""Import of real labels to stored sentences, in its own process as the window does it."""

from __future__ import annotations

import csv
import os
import tempfile
import time
from pathlib import Path

import openpyxl

from adme_labeler import paths
from adme_labeler.domain.categories import ADME
from adme_labeler.importers.table_preview import preview
from adme_labeler.protocol import TableLayout
from adme_labeler.services import headless
from adme_labeler.services.session import Session
from tests.benchmarks.report import Row

ROWS = 50_000


def rows() -> list[Row]:
    """Labels, then tables of sentences with categories."""
    return [*_labels(), *_table(".csv"), *_table(".xlsx")]


def _labels() -> list[Row]:
    """openFDA bulk file of ADME_REAL_DATA where it is set, else the shipped sample."""
    named = os.environ.get("ADME_REAL_DATA", "")
    source = Path(named) / "openfda" / "drug-label-0001-of-0001.json.zip"
    if not source.is_file():
        source = paths.sample_labels() / "labels"
    with (
        tempfile.TemporaryDirectory() as folder,
        Session.create(Path(folder) / "p", "ana") as session,
    ):
        started = time.perf_counter()
        tally = headless.import_paths(session, [source])
        seconds = time.perf_counter() - started
    return [
        Row(f"import {tally.new_labels} drug labels from {source.name}", seconds, "s", at_most=20),
        Row("sentences stored", tally.sentences, ""),
        Row("sentences a second, process start included", tally.sentences / seconds, "1/s"),
    ]


def _table(suffix: str) -> list[Row]:
    """A table of sentences that no two rows share, 300 to a drug, looked into and imported."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        _write(path)
        started = time.perf_counter()
        found = preview(path, TableLayout())
        looked = time.perf_counter() - started
        assert found.count == ROWS
        with Session.create(Path(folder) / "p", "ana") as session:
            started = time.perf_counter()
            tally = headless.import_paths(session, [path])
            seconds = time.perf_counter() - started
    assert tally.sentences == tally.annotations == ROWS
    return [
        Row(f"look into a table of {ROWS:,} rows ({suffix})", looked, "s"),
        Row(f"import of a table of {ROWS:,} rows ({suffix})", seconds, "s"),
    ]


def _write(path: Path) -> None:
    header = ("Drug", "Text", "Category")
    names = [category.name for category in ADME.categories]
    made = (
        (f"Testodrug{n // 300}", f"Dose {n} of it was seen in {n % 97} adults.", names[n % 5])
        for n in range(ROWS)
    )
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *made])
        return
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sentences")
    for row in (header, *made):
        sheet.append(row)
    book.save(path)
