"""Text in csv and tsv cells that a spreadsheet program would run as a formula.

A cell that begins with = + - or @ (or with a tab, carriage return or newline before one) is run
as a formula by spreadsheet programs. In csv and tsv, which have no types, such text gets a leading
apostrophe, as a person would type it; `unescape` takes exactly that one back. (OWASP, "CSV
Injection".)
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_STARTS = frozenset("=+-@\t\r\n")


def escape(text: str) -> str:
    """Text for a csv or tsv cell. Texts that already begin with apostrophes stay distinct."""
    return "'" + text if _FORMULA.match(text) else text


def unescape(text: str) -> str:
    """The text that `escape` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet program would take the text for a formula if a person typed it."""
    return text[:1] in _STARTS
