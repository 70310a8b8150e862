"""csv, tsv and their relatives: encoding and delimiter found out, rows of text handed on."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import tr
from adme_labeler.protocol.tables import TableLayout

ENCODINGS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "cp1250", "cp1251",
    "mac_roman", "shift_jis", "gb18030",
)  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")
NO_DELIMITER = "none"
LARGEST_CELL = 100_000
"""Characters; a longer "sentence" is a file read with the wrong delimiter or quoting."""

_HEAD = 1 << 18
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NEVER = "\x1f"
"""Stands for the delimiter in files of one column: csv.reader wants one."""
_SAMPLE_RECORDS = 200
_SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "mac_roman")
_CLEARLY_BETTER = 0.02
"""Difference of charset-normalizer's mess ratio at which Windows-1252 is given up."""


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is read; `skipped` lines before the table ("sep=;") are left out."""

    encoding: str
    delimiter: str
    quoted: bool
    skipped: int = 0


class DelimitedFile:
    """A csv or tsv file whose beginning has been looked at. Its rows can be read once."""

    sheets: tuple[str, ...] = ("",)

    def __init__(self, stream: ByteStream, source: str, layout: TableLayout) -> None:
        """Raises ImportProblem for an encoding that is not known."""
        self._stream = stream
        self._source = source
        self._head = b""
        while len(self._head) < _HEAD and (more := stream.read(_HEAD - len(self._head))):
            self._head += more
        self.dialect = _dialect(self._head, source, layout)

    @property
    def delimiter(self) -> str:
        """As a `TableLayout` names it."""
        return NO_DELIMITER if self.dialect.delimiter == _NEVER else self.dialect.delimiter

    def close(self) -> None:
        """The stream belongs to the caller."""

    def rows(self, sheet: str = "") -> Iterator[list[str]]:
        """Rows of cells in the order of the file; a blank line is an empty row.

        Raises ImportProblem where the file is no table.
        """
        limit = LARGEST_CELL * 10
        text = io.TextIOWrapper(
            io.BufferedReader(_Joined(self._head, self._stream), 1 << 20),
            encoding=self.dialect.encoding,
            errors=_AS_WINDOWS,
            newline="",
        )
        csv.field_size_limit(limit)
        lines = islice(_lines(text, self._source, limit), self.dialect.skipped, None)
        reader = _reader(lines, self.dialect.delimiter, self.dialect.quoted)
        try:
            yield from reader
        except csv.Error as error:
            raise ImportProblem(
                tr(
                    "{file} is no readable table (line {line}): its delimiter or quotes "
                    "are not those of a csv or tsv file.",
                    file=self._source,
                    line=reader.line_num,
                )
            ) from error


# --------------------------------------------------------------------------- encoding


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes of a text file are written in, as a codec's name.

    UTF-8 and UTF-16 can be told for certain. Of the single-byte encodings charset-normalizer
    names the likeliest; Windows-1252 (which has every letter of Latin-1) unless another is clearly
    better, because short tables fit several.
    """
    if head.startswith(_MARKS):
        return "utf-16"
    sample = head[:4096]
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if len(sample) > 3 and sample[::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8-sig"
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    strange = b"\n".join(line for line in head.splitlines() if not line.isascii())[: 1 << 16]
    found = from_bytes(strange, cp_isolation=list(_SINGLE_BYTE))
    best = found.best()
    if best is None:
        return "cp1252"
    mess = {name: match.chaos for match in found for name in match.could_be_from_charset}
    if mess.get("cp1252", 1.0) <= best.chaos + _CLEARLY_BETTER:
        return "cp1252"
    return best.encoding


_AS_WINDOWS = "adme-as-windows"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that the encoding does not have: those of a file that is ASCII for long, then is not.

    Nothing becomes a question mark: they are read as Windows-1252, else as Latin-1.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data = error.object[error.start : error.end]
    if error.encoding.replace("-", "").startswith("utf16"):
        return "\ufffd", error.end
    return "".join(_WINDOWS[byte] for byte in data), error.end


_WINDOWS = tuple(bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(256))
codecs.register_error(_AS_WINDOWS, _as_windows)


# --------------------------------------------------------------------------- delimiter


def delimiter_of(sample: str) -> str:
    """The delimiter of a table by its first lines, or `NO_DELIMITER` where there is none.

    That one under which most rows are as long as the first; a comma inside numbers or sentences
    gives rows of every length, or does not occur in the header.
    """
    best, best_score = NO_DELIMITER, (0.0, 0)
    for delimiter in DELIMITERS:
        records = _records(sample, delimiter, _quoted(sample, delimiter))
        width = len(records[0]) if records else 0
        if width < 2:
            continue
        same = sum(len(record) == width for record in records) / len(records)
        if (score := (same, width)) > best_score:
            best, best_score = delimiter, score
    return best


def _dialect(head: bytes, source: str, layout: TableLayout) -> Dialect:
    encoding = layout.encoding or encoding_of(head)
    if encoding == "utf-16" and not head.startswith(_MARKS):
        encoding = "utf-16-le"  # as most files without a mark
    try:
        sample = codecs.getincrementaldecoder(encoding)(_AS_WINDOWS).decode(head)
    except LookupError as error:
        raise ImportProblem(
            tr('"{encoding}" is no encoding of text; try utf-8 or cp1252.', encoding=encoding)
        ) from error
    sample = sample.lstrip("\ufeff").replace("\0", "")
    if len(head) == _HEAD:
        sample = sample[: sample.rfind("\n") + 1] or sample
    said = re.match(r"sep=(.)\r?\n", sample)
    if said:
        sample = sample[said.end() :]
    delimiter = layout.delimiter or (said[1] if said else "") or delimiter_of(sample)
    if len(delimiter) != 1:
        delimiter = _NEVER
    if delimiter in '"\r\n':
        raise ImportProblem(
            tr("{file} cannot be read with a line break or a quote as delimiter.", file=source)
        )
    return Dialect(encoding, delimiter, _quoted(sample, delimiter), 1 if said else 0)


def _quoted(sample: str, delimiter: str) -> bool:
    """Whether quotes enclose cells. In tab-separated files they may be ordinary characters.

    There they enclose cells where every cell that begins with one ends with one too.
    """
    if delimiter != "\t":
        return True
    opened = len(re.findall(r'(?:^|\t)"', sample, re.MULTILINE))
    whole = r'(?:(?<=\t)|^)"(?:[^"]|"")*"(?=\t|\r?$|\Z)'
    closed = re.sub(whole, "", sample, flags=re.MULTILINE)
    left = len(re.findall(r'(?:^|\t)"', closed, re.MULTILINE))
    return bool(opened) and left == 0


def _records(sample: str, delimiter: str, quoted: bool) -> list[list[str]]:
    """The first rows with content; the last one of the sample may be cut and is left out."""
    found: list[list[str]] = []
    try:
        for record in _reader(io.StringIO(sample, newline=""), delimiter, quoted):
            if any(record):
                found.append(record)
            if len(found) > _SAMPLE_RECORDS:
                break
    except csv.Error:
        return []
    return found[:-1] if len(found) > 2 else found


def _reader(lines: Any, delimiter: str, quoted: bool) -> Any:
    return csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )


def _lines(text: io.TextIOWrapper, source: str, limit: int) -> Iterator[str]:
    while line := text.readline(limit):
        if len(line) >= limit and not line.endswith("\n"):
            raise ImportProblem(
                tr(
                    "{file} has a line of more than {limit:,} characters; it is no table.",
                    file=source,
                    limit=limit,
                )
            )
        yield line.replace("\0", "") if "\0" in line else line


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
