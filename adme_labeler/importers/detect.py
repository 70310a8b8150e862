"""What kind of file lies before us: by its first bytes, and by its name only where they agree."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath

from adme_labeler.importers.text import decoded

HEAD = 64 * 1024
"""How many bytes `kind_of` wants to see."""


class FileKind(StrEnum):
    """Kinds of file that an import meets; the last group cannot be read."""

    XML = "xml"
    JSON = "json"
    ZIP = "zip"
    GZIP = "gzip"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TABLE = "table"
    TEXT = "text"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    OLE = "ole"
    IMAGE = "image"
    RTF = "rtf"
    ODT = "odt"
    EMPTY = "empty"
    BINARY = "binary"


_PAGE = re.compile(
    r"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|h[1-6]|"
    r"span|center|font|table|b|strong)\b",
    re.DOTALL,
)
_PAGE_SUFFIXES = (".htm", ".html", ".xhtml")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*[ >/]")
_TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
_OFFICE = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"customXml/")
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")


def kind_of(head: bytes, name: str) -> FileKind:
    """Kind of a file that begins with `head` (up to `HEAD` bytes) and is called `name`."""
    lower = name.casefold().removesuffix(".gz")
    suffix = PurePath(lower).suffix
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return FileKind.EMPTY
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _kind_of_zip(head, suffix)
    if head.startswith(b"\x1f\x8b"):
        return FileKind.GZIP
    if b"%PDF-" in head[:1024]:
        return FileKind.PDF
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return FileKind.XLS if suffix == ".xls" else FileKind.OLE
    if head.startswith(_IMAGES):
        return FileKind.IMAGE
    text = decoded(head[: HEAD // 2 * 2]).lstrip("\ufeff \t\r\n")
    if _binary(head, text):
        return FileKind.BINARY
    start = text[:2000].casefold()
    if text.startswith("{\\rtf"):
        return FileKind.RTF
    if start.startswith("<"):
        page = _PAGE.match(start)
        if page or (suffix in _PAGE_SUFFIXES and not start.startswith(("<?xml", "<document"))):
            return FileKind.HTML
        return FileKind.XML
    if suffix in _PAGE_SUFFIXES and _TAG.search(text):
        return FileKind.HTML
    if suffix in _TABLE_SUFFIXES:
        return FileKind.TABLE
    if text[:1] in "{[" and re.match(r"[{\[]\s*[\"{\[\]}]", text):
        return FileKind.JSON
    if suffix == ".json":
        return FileKind.JSON
    return FileKind.TEXT


def _kind_of_zip(head: bytes, suffix: str) -> FileKind:
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head[:200]:
        return FileKind.ODS
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in head[:200]:
        return FileKind.ODT
    if b"mimetypeapplication/vnd.oasis.opendocument" in head[:200]:
        return FileKind.BINARY
    # What lies inside says more than the ending of the name. Only the first name tells an Office
    # document from an archive of such documents.
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if first.startswith(_OFFICE):
        if b"word/document.xml" in head or b"word/" in first:
            return FileKind.DOCX
        if b"xl/workbook.xml" in head or b"xl/" in head:
            return FileKind.XLSX
    if suffix in (".docx", ".docm"):
        return FileKind.DOCX
    if suffix in (".xlsx", ".xlsm"):
        return FileKind.XLSX
    return FileKind.ZIP


def _binary(head: bytes, text: str) -> bool:
    sample = text[:4096]
    strange = sum(1 for c in sample if ord(c) < 32 and c not in "\t\r\n\f\v\0")
    nulls = sample.count("\0")
    return strange * 20 > len(sample) or nulls * 4 > len(sample)
