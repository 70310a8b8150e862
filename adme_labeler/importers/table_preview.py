"""A look into a table before it is imported: how it is read, its first rows, its columns."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, cast

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.importers import files
from adme_labeler.importers.delimited import LARGEST_CELL, DelimitedFile
from adme_labeler.importers.detect import HEAD, FileKind, kind_of
from adme_labeler.importers.table_columns import Content, names_of, proposals
from adme_labeler.importers.table_files import (
    KINDS,
    MOST_ROWS,
    SUFFIXES,
    Head,
    candidates,
    continued,
    head_of,
    opened,
    rows_of_sheets,
    too_long,
    unstored_cells,
)
from adme_labeler.importers.workbooks import Workbook
from adme_labeler.language import tr
from adme_labeler.protocol.tables import (
    PREVIEW_CELL,
    PREVIEW_COLUMNS,
    PREVIEW_ROWS,
    PREVIEW_VALUES,
    ColumnPreview,
    TableLayout,
    TablePreviewed,
)

LONGEST_VALUE = 80
"""Characters; a longer cell is no category."""
_PULSE_ROWS = 5_000

Pulse = Callable[[int], None]
"""Called now and then with the number of rows read; may raise to stop."""


def tables_among(paths: Iterable[Path]) -> list[Path]:
    """The tables that an import of these files and folders would meet outside archives."""
    return [path for path in files(paths) if _name(path).endswith(SUFFIXES)]


def preview(path: Path, layout: TableLayout, pulse: Pulse = lambda rows: None) -> TablePreviewed:
    """One table as an import with `layout` would read it. Never raises for what is in the file:
    `problem` then says it."""
    try:
        with _stream(path) as stream:
            kind = kind_of(stream.read(HEAD), path.name)
            stream.seek(0)
            if kind is FileKind.EMPTY:
                raise ImportProblem(tr("{file} is empty.", file=path.name))
            if kind not in KINDS:
                raise ImportProblem(
                    tr("{file} is no table, whatever its name says.", file=path.name)
                )
            file = opened(stream, kind, path.name, layout)
            with closing(file):
                return _previewed(file, path, layout, pulse)
    except ImportProblem as problem:
        return _refused(path, layout, str(problem))
    except (gzip.BadGzipFile, zlib.error, EOFError):
        return _refused(
            path, layout, tr("{file} is damaged: it cannot be unpacked.", file=path.name)
        )
    except OSError as error:
        reason = error.strerror or error
        return _refused(
            path, layout, tr("{file} cannot be opened ({reason}).", file=path.name, reason=reason)
        )


@dataclass(frozen=True)
class _Look:
    """A sheet with its first rows; the rows behind them are still to be read."""

    sheet: str
    head: Head
    names: tuple[str, ...]
    first: list[tuple[int, list[str]]]
    fields: tuple[str, ...]


def _previewed(
    file: DelimitedFile | Workbook, path: Path, layout: TableLayout, pulse: Pulse
) -> TablePreviewed:
    try:
        look = _chosen(file, path.name, layout)
        more = () if layout.sheet else continued(file, look.sheet)
        values, count = _counted(file, look, more, path.name, layout, pulse)
    except ImportProblem as problem:
        return _refused(path, _in_full(file, layout, layout.sheet, None), str(problem), file)
    problem = _defect(file, look, path.name, count)
    fields = proposals(
        [Content(n, _length(look, at), values.get(at, {})) for at, n in enumerate(look.names)]
    )
    return TablePreviewed(
        path=str(path),
        layout=_in_full(file, layout, look.sheet, look.head.number),
        sheets=file.sheets if isinstance(file, Workbook) else (),
        columns=tuple(
            ColumnPreview(name=name, field=fields[at], values=values.get(at, {}))
            for at, name in enumerate(look.names)
        ),
        rows=tuple(
            tuple(cell[:PREVIEW_CELL] for cell in cells[: len(look.names)])
            for _, cells in look.first
        ),
        count=count,
        problem=problem,
        fatal=not count,
    )


def _chosen(file: DelimitedFile | Workbook, source: str, layout: TableLayout) -> _Look:
    """The sheet that is told, else the first with what seems a text, else the first with rows."""
    looks: list[_Look] = []
    for sheet in candidates(file, source, layout):
        look = _look(file, sheet, layout)
        if "text" in look.fields:
            return look
        looks.append(look)
    filled = [look for look in looks if look.first] or [look for look in looks if look.names]
    if filled:
        return filled[0]
    raise ImportProblem(tr("{file} holds no table: every sheet is empty.", file=source))


def _look(file: DelimitedFile | Workbook, sheet: str, layout: TableLayout) -> _Look:
    head = head_of(file.rows(sheet), layout)
    first = list(islice(head.rows, PREVIEW_ROWS))
    width = max((len(cells) for _, cells in first), default=0)
    names = names_of(head.header, width)[:PREVIEW_COLUMNS]
    look = _Look(sheet, head, names, first, ())
    fields = proposals([Content(n, _length(look, at), {}) for at, n in enumerate(names)])
    return _Look(sheet, head, names, first, fields)


def _counted(
    file: DelimitedFile | Workbook,
    look: _Look,
    more: tuple[str, ...],
    source: str,
    layout: TableLayout,
    pulse: Pulse,
) -> tuple[dict[int, dict[str, int]], int]:
    """Different cells of the columns that have few, by column, and the number of rows."""
    counts: dict[int, Counter[str]] = {at: Counter() for at in range(len(look.names))}
    total = 0

    def take(number: int, cells: list[str]) -> None:
        if max(map(len, cells)) > LARGEST_CELL:
            raise ImportProblem(too_long(source, max(map(len, cells)), number))
        width = len(cells)
        gone = ()
        for at, counter in counts.items():
            if at < width and (cell := cells[at].strip()):
                counter[cell] += 1
                if len(cell) > LONGEST_VALUE or len(counter) > PREVIEW_VALUES:
                    gone = (*gone, at)
        for at in gone:
            del counts[at]

    for number, cells in look.first:
        take(number, cells)
        total += 1
    for number, cells in rows_of_sheets(file, look.head, more, layout):
        take(number, cells)
        total += 1
        if total % _PULSE_ROWS == 0:
            pulse(total)
        if total > MOST_ROWS:
            raise ImportProblem(
                tr("{file} has more than {most:,} rows.", file=source, most=MOST_ROWS)
            )
    return {at: dict(counter.most_common()) for at, counter in counts.items()}, total


def _length(look: _Look, at: int) -> float:
    lengths = [len(cells[at]) for _, cells in look.first if at < len(cells) and cells[at].strip()]
    return sum(lengths) / len(lengths) if lengths else 0.0


def _defect(file: DelimitedFile | Workbook, look: _Look, source: str, count: int) -> str:
    if not count:
        return tr("{file} has no row below the names of its columns.", file=source)
    if isinstance(file, Workbook):
        cells = unstored_cells(file.unstored(look.sheet), look.sheet, file.sheets)
        if cells:
            return tr(
                "Formulas without stored values read as empty ({cells}); opening and "
                "saving the file in a spreadsheet program stores them.",
                cells=cells,
            )
    return ""


def _in_full(
    file: DelimitedFile | Workbook, layout: TableLayout, sheet: str, header: int | None
) -> TableLayout:
    if isinstance(file, Workbook):
        return TableLayout(sheet=sheet, header=header)
    return TableLayout(encoding=file.dialect.encoding, delimiter=file.delimiter, header=header)


def _refused(
    path: Path,
    layout: TableLayout,
    sentence: str,
    file: DelimitedFile | Workbook | None = None,
) -> TablePreviewed:
    sheets = file.sheets if isinstance(file, Workbook) else ()
    return TablePreviewed(
        path=str(path), layout=layout, sheets=sheets, problem=sentence, fatal=True
    )


def _name(path: Path) -> str:
    return path.name.casefold().removesuffix(".gz")


def _stream(path: Path) -> IO[bytes]:
    if path.suffix.casefold() == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")
