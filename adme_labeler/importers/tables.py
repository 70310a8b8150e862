"""Tables of sentences: xlsx, xls, ods, csv, tsv. One row is one sentence.

Cells are text: "NA" stays "NA", "=1+1" in a csv stays what it is. Nothing is guessed: columns are
found by their names (or told by the user), categories by name, letter or synonym of the scheme.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockDraft, BlockKind, LabelDraft, SpanDraft
from adme_labeler.importers import drug_names
from adme_labeler.importers.detect import FileKind
from adme_labeler.importers.drafts import About, draft_of_blocks
from adme_labeler.importers.hints import hint_for, sentence_hint
from adme_labeler.importers.text import ByteStream, cleaned, decoded

FIELDS = (
    "text", "category", "also", "note", "drug", "drug_group", "set_id", "section", "heading", "uid",
)  # fmt: skip
"""What a column can mean; only text is required."""

MOST_ROWS = 2_000_000
LARGEST_CELL = 100_000
"""Characters; a longer "sentence" is a file read with the wrong delimiter or quoting."""
LARGEST_WORKBOOK = 256 * 1024**2
LARGEST_SHEET = 2 * 1024**3
"""Bytes of a workbook, and of one sheet unpacked (a million rows have about one GB)."""
ROWS_PER_LABEL = 1_000
"""Rows without set id and drug are cut into documents of this size."""

_SAME = {
    "sentence": "text",
    "sentence_text": "text",
    "sentence id": "uid",
    "sentence_id": "uid",
    "setid": "set_id",
    "set id": "set_id",
    "drug group": "drug_group",
    "drug name": "drug",
    "drug_name": "drug",
    "notes": "note",
    "comment": "note",
    "section_title": "section",
    "heading_path": "heading",
}
_DELIMITERS = "\t,;|"
_HEAD = 1 << 16


@dataclass(frozen=True)
class Row:
    """One row as text by field; fields without a column are "". `number` counts from 2."""

    number: int
    text: str
    category: str = ""
    also: str = ""
    note: str = ""
    drug: str = ""
    drug_group: str = ""
    set_id: str = ""
    section: str = ""
    heading: str = ""
    uid: str = ""


@dataclass
class Findings:
    """What a table held that its labels do not show; `sentence` tells it to the curator."""

    rows: int = 0
    empty: int = 0
    formulas: int = 0
    unknown_categories: dict[str, int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        parts: list[str] = []
        if self.unknown_categories:
            names = ", ".join(f'"{name}"' for name in list(self.unknown_categories)[:5])
            total = sum(self.unknown_categories.values())
            parts.append(f"{total} rows have a category that the scheme does not know ({names})")
        if self.formulas:
            parts.append(f"{self.formulas} cells hold a formula without a stored value")
        if self.empty:
            parts.append(f"{self.empty} rows have no text")
        return "; ".join(parts) + "." if parts else ""


def read_rows(
    stream: ByteStream, kind: FileKind, source: str, columns: Mapping[str, str]
) -> Iterator[Row]:
    """Rows of a table as text.

    `columns` maps column names of the file to `FIELDS` and goes before the names themselves.
    Raises ImportProblem when there is no text column, a column comes twice or the file is broken.
    """
    if kind is FileKind.TABLE:
        found: Iterator[Iterator[list[str]]] = iter([_delimited(stream, source)])
    else:
        found = (rows for _, rows in _sheets(_workbook(stream, source), source))
    headers: list[str] = []
    for sheet in found:
        header = next(sheet, None)
        if header is None:
            continue
        places = _places(header, columns, source)
        if "text" not in places:
            headers.extend(h for h in header if h)
            continue
        for number, cells in enumerate(sheet, start=2):
            if number > MOST_ROWS:
                raise ImportProblem(f"{source} has more than {MOST_ROWS:,} rows.")
            values = {f: cells[at] if at < len(cells) else "" for f, at in places.items()}
            if len(values["text"]) > LARGEST_CELL:
                raise ImportProblem(
                    f"{source} has a cell of {len(values['text']):,} characters in row {number}; "
                    "its delimiter or quotes may be wrong."
                )
            yield Row(number, **values)
        return
    listed = ", ".join(f'"{h[:30]}"' for h in headers[:8])
    there = f"its columns are {listed}" if listed else "it is empty"
    raise ImportProblem(f'{source} has no column "text" ({there}).')


def read(
    stream: ByteStream,
    kind: FileKind,
    source: str,
    name: str,
    columns: Mapping[str, str],
    findings: Findings,
) -> Iterator[LabelDraft]:
    """Drug labels of a table: rows with the same set id (else the same drug) are one label.

    Rows keep their order inside a label. `findings` is filled while reading.
    """
    grouped: dict[tuple[str, str], list[Row]] = {}
    if kind is not FileKind.TABLE:
        stream = io.BytesIO(_workbook(stream, source))
    for row in read_rows(stream, kind, source, columns):
        findings.rows += 1
        text = cleaned(row.text)
        if not text:
            findings.empty += 1
            continue
        drug = cleaned(row.drug)
        key = (row.set_id.strip(), "" if row.set_id.strip() else drug)
        grouped.setdefault(key, []).append(row)
    if isinstance(stream, io.BytesIO) and kind is FileKind.XLSX:
        findings.formulas = _formulas_without_value(stream.getvalue())
    if not grouped and findings.formulas:
        raise ImportProblem(
            f"{source} holds formulas without stored values; open it in a spreadsheet program, "
            "save it and import it again."
        )
    if not grouped:
        raise ImportProblem(f"{source} has no row with text.")
    stem = PurePath(name).stem
    for (set_id, drug), rows in grouped.items():
        if set_id or drug:
            yield _label(rows, set_id or _made_id(stem, drug), source, drug or stem, findings)
            continue
        for start in range(0, len(rows), ROWS_PER_LABEL):
            part = rows[start : start + ROWS_PER_LABEL]
            title = stem if len(rows) <= ROWS_PER_LABEL else f"{stem}, from row {part[0].number}"
            yield _label(part, _made_id(stem, str(start)), source, title, findings)


# --------------------------------------------------------------------------- rows to labels


def _label(rows: list[Row], set_id: str, source: str, title: str, findings: Findings) -> LabelDraft:
    drugs = list(dict.fromkeys(d for row in rows if (d := cleaned(row.drug))))
    groups = list(dict.fromkeys(g for row in rows if (g := cleaned(row.drug_group).upper())))
    # Our own spreadsheets number the drug groups of a project; a number is no ingredient.
    groups = [g for g in groups if not g.isdigit()]
    about = About(
        source=source,
        source_format="table",
        set_id=set_id,
        title=(", ".join(drugs) or title)[:160],
        ingredients=tuple(sorted(groups)) or drug_names.ingredients(drugs),
        names=drug_names.names_for_masking([*drugs, *groups]),
    )
    return draft_of_blocks(about, tuple(_block(row, findings) for row in rows))


def _block(row: Row, findings: Findings) -> BlockDraft:
    text = cleaned(row.text)
    path = tuple(h for part in row.heading.split(">") if (h := cleaned(part)))
    hint = hint_for(path)
    category = cleaned(row.category)
    if category:
        found = ADME.find(category)
        if found is None:
            # Kept as written: the project may have another scheme; the file's outcome lists it.
            counts = findings.unknown_categories
            counts[category[:40]] = counts.get(category[:40], 0) + 1
        category = found or category
    return BlockDraft(
        kind=BlockKind.PARAGRAPH,
        section_code="",
        section_title=cleaned(row.section),
        heading_path=path,
        text=text,
        spans=(SpanDraft(0, len(text)),),
        hint=hint,
        hints=(sentence_hint(hint, text),),
        categories=_single(category),
        also=_single(_several(row.also)),
        uids=_single(row.uid.strip()),
        notes=_single(cleaned(row.note)),
    )


def _single(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _several(written: str) -> str:
    """Further categories as keys joined with "+"; unknown ones stay as written."""
    if not written:
        return ""
    parts = [cleaned(p) for p in re.split(r"[;,|+]", written)]
    return "+".join(dict.fromkeys(ADME.find(part) or part for part in parts if part))


def _made_id(stem: str, part: str) -> str:
    key = f"{stem.casefold()}\x1f{part.casefold()}"
    return "table-" + hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _places(header: list[str], columns: Mapping[str, str], source: str) -> dict[str, int]:
    """Field -> place of its column. A column told by the user goes before one of that name."""
    told = {" ".join(k.split()).casefold(): v for k, v in columns.items()}
    named: dict[str, list[int]] = {}
    chosen: dict[str, list[int]] = {}
    for at, cell in enumerate(header):
        name = " ".join(cell.split()).casefold()
        if name in told:
            if told[name]:
                chosen.setdefault(told[name], []).append(at)
        elif (meaning := _SAME.get(name, name)) in FIELDS:
            exact = name in FIELDS
            named.setdefault(meaning, []).insert(0 if exact else len(named.get(meaning, [])), at)
    places: dict[str, int] = {}
    for meaning in FIELDS:
        found = chosen.get(meaning) or named.get(meaning) or []
        names = [header[at].strip().casefold() for at in found]
        if len(found) > 1 and (meaning in chosen or len(set(names)) < len(names)):
            raise ImportProblem(
                f'{source} has two columns for {meaning} ("{header[found[0]]}" and '
                f'"{header[found[1]]}"); rename or remove one of them.'
            )
        if found:
            places[meaning] = found[0]
    return places


# --------------------------------------------------------------------------- files to rows


def sheets(
    stream: ByteStream, kind: FileKind, source: str, first: str = ""
) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """(name, rows of cells as text) of every sheet; a csv or tsv file is one sheet named "".

    The sheet named `first` comes before the others, which come in their order.

    Raises ImportProblem for a file that is damaged, protected or too large, and for a workbook
    with formulas whose results are not stored: their cells would read as empty.
    """
    if kind is FileKind.TABLE:
        yield "", _delimited(stream, source)
        return
    data = _workbook(stream, source)
    unknown = _formulas_without_value(data) if kind is FileKind.XLSX else 0
    if unknown:
        raise ImportProblem(
            f"{source} holds formulas without stored values ({unknown:,} cells); open it in a "
            "spreadsheet program and save it again."
        )
    yield from _sheets(data, source, first)


def _sheets(data: bytes, source: str, first: str = "") -> Iterator[tuple[str, Iterator[list[str]]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in sorted(workbook.sheet_names, key=lambda name: name != first):
            sheet = workbook.get_sheet_by_name(name)
            yield name, ([_cell(value) for value in row] for row in sheet.iter_rows())
    except (CalamineError, OSError, ValueError) as error:
        if "assword" in str(error):
            raise ImportProblem(
                f"{source} is protected by a password; save it without one first."
            ) from error
        raise ImportProblem(f"{source} is damaged or no spreadsheet of a known kind.") from error


def _workbook(stream: ByteStream, source: str) -> bytes:
    """The file, once its sizes are sane: a workbook is a zip and unpacks in memory."""
    data = stream.read(LARGEST_WORKBOOK + 1)
    if len(data) > LARGEST_WORKBOOK:
        raise ImportProblem(f"{source} is larger than {LARGEST_WORKBOOK >> 20} MB.")
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportProblem(f"{source} is damaged or no spreadsheet of a known kind.") from error
    for entry in entries:
        steep = entry.file_size > 200 * max(entry.compress_size, 1)
        if entry.file_size > LARGEST_SHEET or (steep and entry.file_size > 50 << 20):
            raise ImportProblem(f"{source} unpacks to far more than a spreadsheet should.")
    return data


def _formulas_without_value(data: bytes) -> int:
    """Cells of an xlsx that hold a formula and no stored result."""
    import lxml.etree as etree

    count = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    continue
                if not _mentions_formulas(archive, name):
                    continue  # most sheets; a look at the bytes is many times faster
                with archive.open(name) as sheet:
                    for _, cell in etree.iterparse(
                        sheet, tag="{*}c", resolve_entities=False, no_network=True
                    ):
                        formula, value = cell.find("{*}f"), cell.find("{*}v")
                        count += formula is not None and (value is None or not value.text)
                        cell.clear()
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError):
        return 0  # calamine has read it; only the remark is lost
    return count


def _mentions_formulas(archive: zipfile.ZipFile, name: str) -> bool:
    with archive.open(name) as sheet:
        before = b""
        while chunk := sheet.read(1 << 20):
            if re.search(rb"<(?:\w+:)?f[ />]", before + chunk):
                return True
            before = chunk[-16:]
    return False


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    return str(value)


def _delimited(stream: ByteStream, source: str) -> Iterator[list[str]]:
    head = stream.read(_HEAD)
    encoding = _encoding(head)
    first = decoded(head).lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count) if first else ","
    if not first.count(delimiter):
        delimiter = ","
    quoted = delimiter != "\t" or first.lstrip().startswith('"')
    text = io.TextIOWrapper(
        io.BufferedReader(_Joined(head, stream)), encoding=encoding, errors="replace", newline=""
    )
    csv.field_size_limit(LARGEST_CELL * 10)
    reader = csv.reader(
        (line.replace("\0", "") for line in _lines(text, source)),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        raise ImportProblem(
            f"{source} is no readable table (line {reader.line_num}): its delimiter or quotes "
            "are not those of a csv or tsv file."
        ) from error


def _lines(text: io.TextIOWrapper, source: str) -> Iterator[str]:
    limit = LARGEST_CELL * 10
    while line := text.readline(limit):
        if len(line) >= limit and not line.endswith("\n"):
            raise ImportProblem(
                f"{source} has a line of more than {limit:,} characters; it is no table."
            )
        yield line


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[:4096]
    if sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 8:
            return "cp1252"
    return "utf-8-sig"


class _Joined(io.RawIOBase):
    """The bytes already looked at, then the rest of the stream."""

    def __init__(self, head: bytes, stream: ByteStream) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        data, self._head = self._head[:size], self._head[size:]
        if not data:
            data = self._stream.read(size)
        buffer[: len(data)] = data
        return len(data)
