"""An exported table that a person has edited, read back: xlsx, ods, xls, csv or tsv.

Columns are found by name, so they may be shuffled; columns, rows and sheets may be missing. Nothing
is understood here: cells stay text, the comparison with the project is `services.merging`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from adme_labeler.domain.cell_text import unescape
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.sentence_text import text_hash
from adme_labeler.importers import tables
from adme_labeler.importers.detect import HEAD, FileKind, kind_of
from adme_labeler.language import tr
from adme_labeler.protocol import EditedRow, EditedSource

ABOUT = "About"
"""Sheet that names the project and the operation it was exported at."""

_EDITABLE = ("category", "also", "note", "flagged")
_FINDS = ("uid", "text", "text_hash")
_READ = (*_FINDS, *_EDITABLE, "set_id", "revision", "suggestion", "probability", "model")
_KINDS = (FileKind.XLSX, FileKind.XLS, FileKind.ODS, FileKind.TABLE)
_HEADER_WITHIN = 20
"""Rows in which the header must stand: people put a title above it."""
_SURELY_WHOLE = 16_000
"""Characters; a longer text may have been cut to the 32,767 UTF-16 units of a cell."""
_EXCERPT = 160


@dataclass(frozen=True)
class _Columns:
    """Field -> place of its column; `escaped` are those that `cell_text.escape` was used on."""

    places: dict[str, int]
    escaped: frozenset[str]


def read(path: Path, titles: Mapping[str, str]) -> Iterator[EditedSource | EditedRow]:
    """What the file says of itself, then its rows in the order of the file.

    `titles` maps the titles of a workbook's columns to the field names of csv and tsv; either are
    understood. Raises ImportProblem for a file that cannot be read or is no exported table.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            kind = kind_of(stream.read(HEAD), path.name)
            if kind not in _KINDS:
                raise ImportProblem(
                    tr(
                        "{file} is no table; give a spreadsheet that was exported from a "
                        "project (xlsx, ods, csv or tsv).",
                        file=path.name,
                    )
                )
            stream.seek(0)
            yield from _read(path, digest, tables.sheets(stream, kind, path.name, ABOUT), titles)
    except OSError as error:
        raise ImportProblem(
            tr("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or error)
        ) from error


def _read(
    path: Path,
    digest: str,
    sheets: Iterator[tuple[str, Iterator[list[str]]]],
    titles: Mapping[str, str],
) -> Iterator[EditedSource | EditedRow]:
    understood = False
    revision = ""
    for name, rows in sheets:
        if name == ABOUT:
            revision = _revision(rows)
            continue
        columns, number = _header(rows, titles, path.name)
        if columns is None:
            continue
        if not understood:
            absent = tuple(field for field in _EDITABLE if field not in columns.places)
            yield EditedSource(str(path), digest, revision, absent)
        understood = True
        for at, cells in enumerate(rows, start=number + 1):
            if any(cell.strip() for cell in cells):
                yield _row(cells, columns, _place(name, at))
    if not understood:
        raise ImportProblem(
            tr(
                "{file} is no table that was exported from a project: it has no sheet with "
                'the columns "Sentence id" and "Category".',
                file=path.name,
            )
        )


def _revision(rows: Iterator[list[str]]) -> str:
    """The revision that an About sheet names, or "" where it is incomplete."""
    said = {cells[0].strip(): cells[1].strip() for cells in rows if len(cells) > 1}
    parts = [said.get(label, "") for label in _ABOUT_LABELS]
    number, project, digest = parts
    return f"r{number}.{project[:12]}.{digest[:12]}" if all(parts) else ""


_ABOUT_LABELS = ("Operation", "Project fingerprint", "Hash of that operation")


def _header(
    rows: Iterator[list[str]], titles: Mapping[str, str], source: str
) -> tuple[_Columns | None, int]:
    """Columns of a sheet with sentences and the number of its header row; None for others."""
    for number, cells in enumerate(islice(rows, _HEADER_WITHIN), start=1):
        columns = _columns(cells, titles, source)
        if columns is not None:
            return columns, number
    return None, 0


def _columns(cells: Sequence[str], titles: Mapping[str, str], source: str) -> _Columns | None:
    names = {title.casefold(): name for title, name in titles.items()}
    names |= {name: name for name in titles.values()}
    places: dict[str, int] = {}
    escaped: set[str] = set()
    twice = ""
    for at, cell in enumerate(cells):
        written = " ".join(cell.split())
        name = names.get(written.casefold(), "")
        if name not in _READ:
            continue
        if name in places:
            twice = written
        places[name] = at
        # csv and tsv have field names, a workbook titles; only the former are escaped, also when
        # somebody has saved the one as the other since.
        if written == name:
            escaped.add(name)
    if not any(f in places for f in _FINDS) or not any(f in places for f in _EDITABLE):
        return None
    if twice:
        raise ImportProblem(
            tr(
                '{file} has two columns named "{twice}"; rename or remove one of them.',
                file=source,
                twice=twice,
            )
        )
    return _Columns(places, frozenset(escaped))


def _place(sheet: str, row: int) -> str:
    if sheet:
        return tr("{sheet}, row {row}", sheet=sheet, row=row)
    return tr("Row {row}", row=row)


def _row(cells: Sequence[str], columns: _Columns, place: str) -> EditedRow:
    def field(name: str) -> str | None:
        at = columns.places.get(name)
        if at is None:
            return None
        cell = cells[at] if at < len(cells) else ""
        cell = unescape(cell) if name in columns.escaped else cell
        return cell.replace("\r\n", "\n").strip()

    def text(name: str) -> str:
        return field(name) or ""

    # A text can have lost its escape, or never have had one, on its way through other programs.
    at = columns.places.get("text")
    raw = cells[at] if at is not None and at < len(cells) else ""
    hashes: tuple[str, ...] = ()
    if raw.strip() and len(raw) <= _SURELY_WHOLE:
        hashes = tuple(dict.fromkeys((text_hash(raw), text_hash(unescape(raw)))))
    elif "text_hash" in columns.places:
        hashes = (text("text_hash"),) if text("text_hash") else ()
    return EditedRow(
        place=place,
        uid=text("uid"),
        set_id=text("set_id"),
        text_hashes=hashes,
        excerpt=raw[:_EXCERPT],
        revision=text("revision"),
        category=field("category"),
        also=field("also"),
        note=field("note"),
        flagged=field("flagged"),
        suggestion=text("suggestion"),
        probability=text("probability"),
        model=text("model"),
    )
