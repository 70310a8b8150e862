"""The table in a file: which sheet, which row names its columns, and its rows of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.importers.delimited import LARGEST_CELL, DelimitedFile
from adme_labeler.importers.detect import FileKind
from adme_labeler.importers.table_columns import (
    ColumnMissing,
    Columns,
    columns_of,
    field_named,
    names_of,
    understood,
)
from adme_labeler.importers.text import ByteStream
from adme_labeler.importers.workbooks import Unstored, Workbook
from adme_labeler.language import tr
from adme_labeler.protocol.tables import TableLayout

KINDS = (FileKind.TABLE, FileKind.XLSX, FileKind.XLS, FileKind.ODS)
SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".ods")
MOST_ROWS = 2_000_000

_HEADER_WITHIN = 20
"""Rows in which the header must stand: people put a title above it."""
_SENTENCE = 40
"""Characters; a cell as long as this is no name of a column."""

Rows = Iterator[tuple[int, list[str]]]
"""Numbers of rows as a spreadsheet program counts them, and their cells; blank rows left out."""


@dataclass(frozen=True)
class Table:
    """A table that was found: its (first) sheet, its columns, its rows."""

    sheet: str
    columns: Columns
    rows: Rows


def opened(
    stream: ByteStream, kind: FileKind, source: str, layout: TableLayout
) -> DelimitedFile | Workbook:
    """The file, ready to be read. Raises ImportProblem where it cannot be."""
    if kind is FileKind.TABLE:
        return DelimitedFile(stream, source, layout)
    return Workbook(stream, kind, source)


def table_of(file: DelimitedFile | Workbook, source: str, layout: TableLayout) -> Table:
    """The table of sentences in a file: the first sheet with a text column, or the one told.

    Sheets of the same columns that go on where it ends ("Annotations 2", "Annotations 3", …) are
    part of it. Raises ImportProblem where no column is known to hold the text.
    """
    first: Columns | None = None
    missing: ColumnMissing | None = None
    for sheet in candidates(file, source, layout):
        try:
            head = head_of(file.rows(sheet), layout)
            columns = understood(head.header, layout.columns, source)
        except ColumnMissing as problem:  # another sheet may have it
            missing = missing or problem
            continue
        if "text" in columns.places:
            more = () if layout.sheet else continued(file, sheet)
            rows = rows_of_sheets(file, head, more, layout)
            return Table(sheet, columns, _checked(rows, columns.places["text"], source))
        if first is None and columns.names:
            first = columns
    if missing is not None:
        raise missing
    said = columns_of(first.names if first else ())
    if not first:
        raise ImportProblem(
            tr('{file} has no column "text" ({columns}).', file=source, columns=said)
        )
    raise ImportProblem(
        tr(
            '{file} has no column "text" ({columns}); say which column holds the text.',
            file=source,
            columns=said,
        )
    )


def candidates(file: DelimitedFile | Workbook, source: str, layout: TableLayout) -> tuple[str, ...]:
    """The sheets to look at. Raises ImportProblem where the one told is not there."""
    if not layout.sheet or isinstance(file, DelimitedFile):
        return file.sheets
    if layout.sheet in file.sheets:
        return (layout.sheet,)
    there = ", ".join(f'"{name}"' for name in file.sheets[:8])
    raise ImportProblem(
        tr(
            '{file} has no sheet "{sheet}" (its sheets are {names}).',
            file=source,
            sheet=layout.sheet,
            names=there,
        )
    )


@dataclass(frozen=True)
class Head:
    """Where a sheet's rows begin. `header` is blank in every column where no row names them."""

    number: int
    header: list[str]
    rows: Rows


def head_of(rows: Iterator[list[str]], layout: TableLayout) -> Head:
    """The row that names the columns, found or as told, and the rows below it."""
    head = list(islice(rows, _HEADER_WITHIN))
    number = layout.header
    if number is None:
        number = _header_within(head, layout)
    if number > len(head):
        head.extend(islice(rows, number - len(head)))
    if number:
        header = head[number - 1] if number <= len(head) else []
    else:
        header = [""] * max((len(row) for row in head), default=0)
    return Head(number, header, _numbered(chain(head[number:], rows), number + 1))


def continued(file: DelimitedFile | Workbook, sheet: str) -> tuple[str, ...]:
    """Sheets that are named after this one with a number behind, from 2 on."""
    found = ((name, re.fullmatch(re.escape(sheet) + r" (\d+)", name)) for name in file.sheets)
    numbered = [(int(match[1]), name) for name, match in found if match]
    return tuple(name for number, name in sorted(numbered) if number > 1)


def rows_of_sheets(
    file: DelimitedFile | Workbook, first: Head, more: Sequence[str], layout: TableLayout
) -> Rows:
    """Rows of a sheet, then of those among `more` that have the same header."""
    yield from first.rows
    for name in more:
        head = head_of(file.rows(name), layout)
        if head.header == first.header:
            yield from head.rows


def unstored_cells(found: Unstored, sheet: str, sheets: Sequence[str]) -> str:
    """The cells with a formula but no stored value, for a sentence; "" for none."""
    if not found.count:
        return ""
    if len(sheets) > 1:
        first = tr('cell {cell} of the sheet "{sheet}"', cell=found.first, sheet=sheet)
    else:
        first = tr("cell {cell}", cell=found.first)
    if found.count == 1:
        return first
    return tr("{count:,} cells, the first is {first}", count=found.count, first=first)


def too_long(source: str, length: int, number: int) -> str:
    """The sentence for a cell that no sentence fills."""
    return tr(
        "{file} has a cell of {length:,} characters in row {number}; its delimiter or "
        "quotes may be wrong.",
        file=source,
        length=length,
        number=number,
    )


def _header_within(head: Sequence[Sequence[str]], layout: TableLayout) -> int:
    """The first row that names a text column, else the first with content (0 where it looks like
    data: a name of a column is no sentence)."""
    told = {" ".join(k.split()).casefold() for k, v in layout.columns.items() if v == "text"}
    for number, row in enumerate(head, start=1):
        for cell in row:
            if field_named(cell) == "text" or " ".join(cell.split()).casefold() in told:
                return number
    for number, row in enumerate(head, start=1):
        if any(cell.strip() for cell in row):
            data = any(len(cell) >= _SENTENCE and " " in cell.strip() for cell in row)
            letters = {name.casefold() for name in names_of((), len(row))}
            return 0 if data or told & letters else number
    return 1


def _numbered(rows: Iterator[list[str]], start: int) -> Rows:
    for number, cells in enumerate(rows, start=start):
        if any(cells) and any(cell.strip() for cell in cells):
            yield number, cells


def _checked(rows: Rows, at: int, source: str) -> Rows:
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise ImportProblem(
                tr("{file} has more than {most:,} rows.", file=source, most=MOST_ROWS)
            )
        if at < len(cells) and len(cells[at]) > LARGEST_CELL:
            raise ImportProblem(too_long(source, len(cells[at]), number))
        yield number, cells
