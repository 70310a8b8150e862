"""Messages about tables of sentences: how one is read, and what its head looks like."""

from __future__ import annotations

import msgspec

from adme_labeler.protocol.base import Message

PREVIEW_ROWS = 200
PREVIEW_COLUMNS = 200
PREVIEW_VALUES = 200
"""A column with more different values than this is not listed value by value."""
PREVIEW_CELL = 300
"""Characters of a cell that a preview carries."""


class TableLayout(msgspec.Struct, frozen=True, kw_only=True):
    """How one table is read. What is not said is found out from the file.

    `encoding` is a codec of Python, `delimiter` one character ("none" for a file of one column).
    `header` is the number of the row that names the columns, counted from 1; 0 where no row does
    (columns are then called "Column A", "Column B", …), None where it is to be found out.
    `columns` maps names of columns to fields (text, category, …; "" ignores the column) and goes
    before what the names mean by themselves; of columns that have one name, the second is called
    "name (2)". `categories` maps categories as the file writes them to keys, "" leaves the
    sentence undecided; others are understood by name, key or synonym. `skip` leaves the table out.
    """

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int | None = None
    columns: dict[str, str] = {}
    categories: dict[str, str] = {}
    skip: bool = False


class PreviewJob(msgspec.Struct, frozen=True, kw_only=True):
    """Look into the tables among `paths` (folders are searched) without importing anything."""

    paths: tuple[str, ...]
    layouts: dict[str, TableLayout] = {}
    """By path; tables without one are read as they seem to be."""


class ColumnPreview(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table. `field` is what it seems to mean, "" for nothing.

    `values` counts the different cells, most frequent
    first; empty where there are more than `PREVIEW_VALUES` or where they are long.
    """

    name: str
    field: str
    values: dict[str, int] = {}


class TablePreviewed(Message, tag="table_previewed", frozen=True, kw_only=True):
    """One table. `layout` says how it was read, in full; `sheets` is empty outside workbooks.

    `rows` are the first ones below the header, cells cut to `PREVIEW_CELL`, columns to
    `PREVIEW_COLUMNS`; `count` is the number of all rows with content. `problem` is one sentence
    where the table cannot be read or has a defect; then `fatal` says whether an import would fail.
    """

    path: str
    layout: TableLayout
    sheets: tuple[str, ...] = ()
    columns: tuple[ColumnPreview, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    count: int = 0
    problem: str = ""
    fatal: bool = False


class PreviewDone(Message, tag="preview_done", frozen=True):
    """`tables` counts the tables that were looked into."""

    tables: int
