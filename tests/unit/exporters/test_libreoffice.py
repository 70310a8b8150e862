"""What LibreOffice makes of an exported workbook: opened, saved again, and taken back."""

from __future__ import annotations

import csv
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import BlockKind
from adme_labeler.exporters.rows import COLUMNS
from adme_labeler.services import annotating, exporting, headless, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.merging import RowKind
from adme_labeler.services.session import Session
from adme_labeler.services.worker_client import WorkerClient
from adme_labeler.storage import sentences
from tests.drafts import block, label, simple_label
from tests.unit.exporters.samples import measurement

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(
    OFFICE is None, reason="LibreOffice is not here (make test-libraries installs it)"
)
TITLES = [column.title for column in COLUMNS]
ODD = ("=1+1", "-5 %", "00123", "2026-03-01", "1e5", "TRUE", "a\nb", "≥ 3 µg/mL", "_x0041_ 'q'")
"""Notes that a spreadsheet program would like to take for something else."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("office")
    with Session.create(folder / "trial", "ann") as opened:
        table = block("Absorption", ["Cmax | 5", "AUC | 7"], kind=BlockKind.TABLE)
        drafts = [simple_label(1), simple_label(2), label("set-t", "Tabulone", [table])]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        ids = sentences.in_document_order(opened.connection)
        for number, (sentence, note) in enumerate(zip(ids, ODD, strict=False)):
            category = CategoryKey("ADMEO"[number % 5])
            annotating.decide(opened, sentence, category, Shown())
            annotating.set_note(opened, sentence, note)
        annotating.toggle_also(opened, ids[0], CategoryKey("E"))
        annotating.toggle_flag(opened, ids[1])
        yield opened


@pytest.fixture(scope="module")
def exported(session: Session) -> Path:
    out = session.path.parent / "out.xlsx"
    job = exporting.write_job(session, out, measurement(), exporting.Choice(tables=True))
    with WorkerClient("export", str(job)) as worker:
        list(worker.messages())
    worker.result()
    return out


@pytest.fixture(scope="module")
def saved_again(exported: Path) -> dict[str, Path]:
    """The workbook as LibreOffice saves it, by format."""
    assert OFFICE is not None
    folder = exported.parent / "again"
    for target in ("xlsx", "ods", "csv:Text - txt - csv (StarCalc):44,34,76"):
        done = subprocess.run(
            [
                OFFICE,
                f"-env:UserInstallation={(exported.parent / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                "--convert-to",
                target,
                "--outdir",
                folder,
                exported,
            ],
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        assert "error" not in done.stderr.lower()
    return {kind: folder / f"out.{kind}" for kind in ("xlsx", "ods", "csv")}


def test_no_cell_is_lost_or_altered(exported: Path, saved_again: dict[str, Path]) -> None:
    before = CalamineWorkbook.from_path(exported)
    assert before.sheet_names[0] == "Annotations"
    for kind in ("xlsx", "ods"):
        after = CalamineWorkbook.from_path(saved_again[kind])
        assert after.sheet_names == before.sheet_names
        for name in before.sheet_names:
            assert _filled(after, name) == _filled(before, name), (kind, name)


def test_the_csv_has_every_row_with_its_hidden_columns(
    exported: Path, saved_again: dict[str, Path]
) -> None:
    with saved_again["csv"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    before = CalamineWorkbook.from_path(exported).get_sheet_by_name("Annotations").to_python()
    assert rows[0] == TITLES
    for title in ("Sentence id", "Text", "Note", "Category", "Text hash", "Revision"):
        at = TITLES.index(title)
        assert [row[at] for row in rows] == [row[at] for row in before]


def test_hidden_columns_filter_list_colours_and_protection_survive(
    saved_again: dict[str, Path],
) -> None:
    book = openpyxl.load_workbook(saved_again["xlsx"])
    sheet: Any = book["Annotations"]
    # Neighbouring columns of the same looks come back as one entry.
    hidden = {
        title
        for number, title in enumerate(TITLES, 1)
        for column in sheet.column_dimensions.values()
        if column.hidden and column.min <= number <= column.max
    }
    assert hidden == {"Sentence id", "Text hash", "Revision"}
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(len(TITLES))}19"
    letter = openpyxl.utils.get_column_letter(TITLES.index("Category") + 1)
    (choice,) = sheet.data_validations.dataValidation
    assert choice.type == "list"
    assert "Guideline" in choice.formula1
    assert str(choice.sqref).startswith(f"{letter}2:")
    rules = {
        rule.formula[0]
        for area in sheet.conditional_formatting
        for rule in area.rules
        if str(area.sqref).startswith(letter)
    }
    assert rules == {
        f'"{name}"' for name in ("Absorption", "Distribution", "Metabolism", "Excretion", "Other")
    }
    assert book["About"].protection.sheet
    assert not book["Annotations"].protection.sheet


def test_the_picture_of_recall_keeps_its_whiskers(saved_again: dict[str, Path]) -> None:
    with zipfile.ZipFile(saved_again["xlsx"]) as archive:
        charts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        (chart,) = charts
        drawn = archive.read(chart).decode()
    assert "<c:barChart>" in drawn
    assert "<c:errBars>" in drawn
    assert "Distribution (n = 4)" in drawn


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_a_workbook_saved_by_libreoffice_comes_back_unchanged(
    session: Session, saved_again: dict[str, Path], kind: str
) -> None:
    plan = headless.compare_table(session, saved_again[kind])
    assert plan.rows == ()
    assert plan.counts[RowKind.UNCHANGED] == 18
    assert not plan.missing


def _filled(book: CalamineWorkbook, name: str) -> dict[tuple[int, int], Any]:
    rows = book.get_sheet_by_name(name).to_python()
    return {
        (r, c): round(value, 9) if isinstance(value, float) else value
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if value != ""
    }
