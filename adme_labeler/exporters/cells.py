"""Text in workbook cells: control characters, and cells that are too long.

XML cannot hold most control characters. Office Open XML writes them as _xHHHH_ (ISO/IEC 29500-1,
22.9.2.19, ST_Xstring); text that looks like such an escape has its underscore escaped. Formulas
are no matter here, because every text is stored with the type of text (`domain.cell_text` is for
csv and tsv).
"""

from __future__ import annotations

import re

CELL_LIMIT = 32_767
"""Longest text in a spreadsheet cell, in UTF-16 units (Excel specifications and limits)."""

_NOT_IN_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)"
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escape_xml(text: str) -> str:
    """Text for a workbook cell: what XML cannot hold becomes _xHHHH_."""
    return _NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def unescape_xml(text: str) -> str:
    """The text that `escape_xml` was given."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def cut(text: str, limit: int = CELL_LIMIT) -> str:
    """The longest beginning of `text` whose workbook form fits into a cell."""
    if len(text) * 7 <= limit or _units(escape_xml(text)) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if _units(escape_xml(text[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
