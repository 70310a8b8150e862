"""Workbooks (xlsx, xls, ods): their sheets as rows of text, and formulas whose results are missing.

calamine reads the stored values; what a cell shows is made of them as well as possible: whole
numbers without ".0", others with 15 digits as spreadsheet programs do, dates as 2026-03-14.
"""

from __future__ import annotations

import datetime
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.importers.detect import FileKind
from adme_labeler.importers.table_columns import letter_of
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import mark, tr

LARGEST_WORKBOOK = 256 * 1024**2
LARGEST_SHEET = 2 * 1024**3
"""Bytes of a workbook, and of one sheet unpacked (a million rows have about half a GB)."""
_IN_MEMORY = 16 * 1024**2
_DAMAGED = mark("{file} is damaged or no spreadsheet of a known kind.")


@dataclass(frozen=True)
class Unstored:
    """Cells of a sheet that hold a formula and no stored result: how many, and the first ("B7")."""

    count: int = 0
    first: str = ""


class Workbook:
    """A workbook whose sizes are sane: it is a zip, and a sheet unpacks in memory."""

    def __init__(self, stream: ByteStream, kind: FileKind, source: str) -> None:
        """Raises ImportProblem for a file that is damaged, protected or too large."""
        from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

        self._kind = kind
        self._source = source
        self._file = _copied(stream, source)
        self._errors = (CalamineError, OSError, ValueError, zipfile.BadZipFile)
        try:
            _check_sizes(self._file, source)
            self._book = CalamineWorkbook.from_filelike(self._file)
            self.sheets = tuple(
                sheet.name
                for sheet in self._book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            )
        except ImportProblem:
            self.close()
            raise
        except self._errors as error:
            self.close()
            raise self._problem(error) from error

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """Rows of cells as text, from the sheet's first row and column on."""
        try:
            found = self._book.get_sheet_by_name(sheet)
            above, left = found.start or (0, 0)
            for _ in range(above):
                yield []
            before = [""] * left
            for row in found.iter_rows():
                yield before + [value if type(value) is str else _shown(value) for value in row]
        except self._errors as error:
            raise self._problem(error) from error

    def unstored(self, sheet: str) -> Unstored:
        """Formulas without a stored result; xls always stores them."""
        if self._kind not in (FileKind.XLSX, FileKind.ODS):
            return Unstored()
        import lxml.etree as etree

        try:
            self._file.seek(0)
            with zipfile.ZipFile(self._file) as archive:
                if self._kind is FileKind.ODS:
                    with archive.open("content.xml") as content:
                        return _count_unstored_in_ods(content, sheet)
                part = _part(archive, sheet)
                if not part or not _mentions_formulas(archive, part):
                    return Unstored()  # most sheets; a look at the bytes is many times faster
                with archive.open(part) as content:
                    return _count_unstored(content)
        except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, ValueError):
            return Unstored()  # calamine has read it; only the remark is lost

    def close(self) -> None:
        self._file.close()

    def _problem(self, error: Exception) -> ImportProblem:
        if "assword" in str(error):
            return ImportProblem(
                tr(
                    "{file} is protected by a password; save it without one first.",
                    file=self._source,
                )
            )
        return ImportProblem(tr(_DAMAGED, file=self._source))


def _copied(stream: ByteStream, source: str) -> IO[bytes]:
    """The workbook as a file that can seek: members of archives cannot."""
    held = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed with the workbook)
    size = 0
    while data := stream.read(1 << 20):
        size += len(data)
        if size > LARGEST_WORKBOOK:
            held.close()
            raise ImportProblem(
                tr(
                    "{file} is larger than {size} MB.",
                    file=source,
                    size=LARGEST_WORKBOOK >> 20,
                )
            )
        held.write(data)
    held.seek(0)
    return held  # type: ignore[return-value]


def _check_sizes(file: IO[bytes], source: str) -> None:
    start = file.read(2)
    file.seek(0)
    if start != b"PK":
        return
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportProblem(tr(_DAMAGED, file=source)) from error
    for entry in entries:
        steep = entry.file_size > 200 * max(entry.compress_size, 1)
        if entry.file_size > LARGEST_SHEET or (steep and entry.file_size > 50 << 20):
            raise ImportProblem(
                tr("{file} unpacks to far more than a spreadsheet should.", file=source)
            )
    file.seek(0)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        day = value.time() == datetime.time()
        return value.date().isoformat() if day else value.isoformat(" ", "seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


# --------------------------------------------------------------------------- formulas in xlsx

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The member that holds a sheet, "" where the workbook does not say."""
    import lxml.etree as etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    book = etree.fromstring(archive.read("xl/workbook.xml"), parser)
    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for entry in book.iterfind(".//{*}sheets/{*}sheet"):
        if entry.get("name") == sheet:
            target = targets.get(entry.get(_RELATION), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _mentions_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as sheet:
        before = b""
        while chunk := sheet.read(1 << 20):
            if re.search(rb"<(?:\w+:)?f[ />]", before + chunk):
                return True
            before = chunk[-16:]
    return False


def _count_unstored(sheet: IO[bytes]) -> Unstored:
    import lxml.etree as etree

    count, first = 0, ""
    for _, row in etree.iterparse(sheet, tag="{*}row", resolve_entities=False, no_network=True):
        for cell in row.iterchildren("{*}c"):
            if cell.find("{*}f") is None:
                continue
            value = cell.find("{*}v")
            # A formula whose result is the empty text stores an empty value of the type "str".
            if value is None or (not value.text and cell.get("t") != "str"):
                count += 1
                first = first or cell.get("r", "")
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]
    return Unstored(count, first)


# --------------------------------------------------------------------------- formulas in ods

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def _count_unstored_in_ods(content: IO[bytes], sheet: str) -> Unstored:
    import lxml.etree as etree

    count, first = 0, ""
    number, inside = 0, False
    events = etree.iterparse(
        content, events=("start", "end"), tag=(f"{_TABLE}table", f"{_TABLE}table-row"),
        resolve_entities=False, no_network=True, huge_tree=True,
    )  # fmt: skip
    for event, element in events:
        if element.tag == f"{_TABLE}table":
            inside = event == "start" and element.get(f"{_TABLE}name") == sheet
            number = 0
        elif event == "end":
            column = 0
            for cell in element if inside else ():
                formula = cell.get(f"{_TABLE}formula")
                if formula is not None and cell.get(f"{_OFFICE}value-type") is None:
                    count += 1
                    first = first or f"{letter_of(column)}{number + 1}"
                column += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            number += int(element.get(f"{_TABLE}number-rows-repeated", "1"))
            element.clear()
    return Unstored(count, first)
