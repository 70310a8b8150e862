"""The report on imports as a table: csv (one row a drug label), or xlsx with three sheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from adme_labeler.domain.cell_text import escape
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.exporters.cells import cut, escape_xml
from adme_labeler.exporters.targets import replacing
from adme_labeler.language import tr

Cell = str | int

COLUMNS = (
    ("Imported at", 24),
    ("By", 14),
    ("File", 60),
    ("Inside", 40),
    ("Drug label", 48),
    ("Set id", 38),
    ("Version", 9),
    ("Result", 15),
    ("Why", 70),
    ("Sentences", 11),
    ("Tables", 9),
)
SUFFIXES = (".csv", ".xlsx")


@dataclass(frozen=True)
class Report:
    """`rows` are drug labels and files, as `COLUMNS`; `headings` come with the drug labels they
    stand in, most frequent first."""

    rows: Iterable[Sequence[Cell]]
    headings: Sequence[tuple[str, int]]


def write(target: Path, report: Report) -> int:
    """Write the report; returns how many rows. Raises ExportProblem when it cannot be written."""
    if target.suffix.lower() not in SUFFIXES:
        raise ExportProblem(
            tr("The name of a report ends in .csv or .xlsx, not as {file}.", file=target.name)
        )
    with replacing(target) as draft:
        return _csv(draft, report) if target.suffix.lower() == ".csv" else _xlsx(draft, report)


def _csv(draft: Path, report: Report) -> int:
    count = 0
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([name for name, _ in COLUMNS])
        for row in report.rows:
            writer.writerow([escape(c) if isinstance(c, str) else c for c in row])
            count += 1
    return count


def _xlsx(draft: Path, report: Report) -> int:
    book = Workbook(write_only=True)
    count = _sheet(book, "Imports", COLUMNS, report.rows)
    headings = (("Heading that was not understood", 60), ("Drug labels", 12))
    _sheet(book, "Headings", headings, report.headings)
    book.save(draft)
    return count


def _sheet(
    book: Workbook,
    title: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Cell]],
) -> int:
    from openpyxl.cell import WriteOnlyCell

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head = [WriteOnlyCell(sheet, name) for name, _ in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    count = 0
    for row in rows:
        sheet.append(list(_cells(sheet, row)))
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    return count


def _cells(sheet: object, row: Sequence[Cell]) -> Iterator[object]:
    from openpyxl.cell import WriteOnlyCell

    for value in row:
        if isinstance(value, int):
            yield value
            continue
        cell = WriteOnlyCell(sheet, cut(escape_xml(value)))  # pyright: ignore[reportArgumentType]
        cell.data_type = "s"
        yield cell
