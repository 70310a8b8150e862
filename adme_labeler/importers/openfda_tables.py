"""Tables of openFDA's *_table fields, and the same tables lifted out of the flat text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adme_labeler.importers.text import cleaned

_TABLE_START = re.compile(r"<table\b", re.IGNORECASE)


class Table:
    """A table of a *_table field: its text as the flat string has it, its parts when wanted."""

    def __init__(self, markup: str) -> None:
        import lxml.etree as etree
        import lxml.html as html

        parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
        try:
            root = html.fragment_fromstring(markup, create_parent=True, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            root = html.Element("div")
        self._element = next(root.iter("table"), root)
        self.letters = "".join(cleaned("".join(self._element.itertext())).split())

    def parts(self) -> tuple[list[str], tuple[tuple[str, ...], ...], list[str]]:
        """(captions, rows, footnotes)."""
        from adme_labeler.importers.spl_text import table_rows

        return table_rows(self._element)


def tables_of(markups: Iterable[str]) -> list[Table]:
    """The distinct tables of some *_table fields; one field may hold several."""
    pieces: dict[str, None] = {}
    for markup in markups:
        for piece in _separate(markup):
            pieces.setdefault(piece)
    return [Table(piece) for piece in pieces]


def without_tables(flat: str, tables: list[Table]) -> list[tuple[str, Table | None]]:
    """The flat text with every table that stands in it taken out, in order.

    Tables are looked for with all blanks removed, since the flat text has blanks of its own.
    """
    letters: list[int] = [i for i, c in enumerate(flat) if c != " "]
    dense = "".join(flat[i] for i in letters)
    places: list[tuple[int, int, Table]] = []
    for table in tables:
        if len(table.letters) < 12:
            continue
        at = dense.find(table.letters)
        if at >= 0:
            places.append((letters[at], letters[at + len(table.letters) - 1] + 1, table))
    places.sort(key=lambda p: p[0])
    parts: list[tuple[str, Table | None]] = []
    begin = 0
    for start, end, table in places:
        if start < begin:
            continue
        if flat[begin:start].strip():
            parts.append((flat[begin:start].strip(), None))
        parts.append(("", table))
        begin = end
    if flat[begin:].strip() or not parts:
        parts.append((flat[begin:].strip(), None))
    return parts


def _separate(markup: str) -> list[str]:
    starts = [m.start() for m in _TABLE_START.finditer(markup)] or [0]
    return [markup[a:b] for a, b in zip(starts, [*starts[1:], len(markup)], strict=True)]
