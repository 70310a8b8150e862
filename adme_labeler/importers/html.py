"""Web pages of drug labels (DailyMed, Drugs@FDA and others), without network and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, Sections
from adme_labeler.importers import plain_text
from adme_labeler.importers.documents import Origin, Reading, read_lines, whole
from adme_labeler.importers.lines import Line, Run, joined
from adme_labeler.importers.spl_text import MarkupReader
from adme_labeler.importers.text import ByteStream, cleaned, decoded, word_set
from adme_labeler.language import tr

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 16 * 1024 * 1024
"""Bytes of one page."""
DEEPEST = 120
"""Levels of elements that are told apart; what stands deeper is running text."""

_BLOCKS = word_set(
    """
    p div section article main header blockquote center address fieldset dd dt dl figure
    figcaption details summary form"""
)
_GONE = word_set(
    """
    script style head noscript template iframe object embed svg math nav footer button select
    input textarea option canvas audio video img map link meta title aside dialog"""
)
_LOOKS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline"}
_STYLED = (
    (re.compile(r"font-weight:\s*(?:bold|[6-9]00)|\bbold", re.I), "bold"),
    (re.compile(r"font-style:\s*italic|\bitalic|\bemphasis\b", re.I), "italic"),
    (re.compile(r"text-decoration:[^;]*underline|\bunderline", re.I), "underline"),
)
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,30})""", re.IGNORECASE)
_DECLARED_XML = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,30})""")


def read(stream: ByteStream, origin: Origin, sections: Sections) -> Reading:
    """The page as one drug label; its `<title>` or first heading is the label's title."""
    root = _parse(stream, origin.source)
    titles = [cleaned("".join(t.itertext())) for t in root.iter("title")]
    origin = replace(origin, title=titles[0] if titles else "")
    return read_lines(origin, lines(root), sections)


def lines(root: _Element) -> Iterator[Line]:
    """The text of a page in document order."""
    yield from _PageReader().read(root)


def text_of(data: bytes) -> str:
    """Text of a page: by byte order mark, else as declared, else by what the bytes look like."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or b"\0" in data[:64]:
        return decoded(data)
    head = data[:4096]
    declared = _DECLARED_XML.search(head) or _DECLARED.search(head)
    if declared:
        name = declared[1].decode("ascii").casefold()
        # Browsers read these as Windows-1252, and so pages are written.
        name = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}.get(name, name)
        try:
            return data.decode(name)
        except (LookupError, UnicodeError, ValueError):
            pass
    return decoded(data)


# --------------------------------------------------------------------------- parsing


def _parse(stream: ByteStream, source: str) -> _Element:
    import lxml.etree as etree

    data = whole(stream, source, LARGEST)
    text = text_of(data).replace("\0", "")
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise ImportProblem(tr("{file} is a web page that cannot be read.", file=source)) from error
    if root is not None:
        etree.strip_elements(root, "script", "style", "noscript", "template", with_tail=False)
    if root is None:
        raise ImportProblem(tr("{file} is a web page without text.", file=source))
    return root


class _PageReader(MarkupReader):
    """HTML elements to lines; what is the same as in SPL is left to the reader of SPL."""

    def _child(self, child: _Element, look: str, kind: BlockKind, depth: int) -> None:
        name = child.tag.casefold() if isinstance(child.tag, str) else ""
        if name in _GONE or not name or child.get("hidden") is not None:
            return
        style = f"{child.get('style') or ''} {child.get('class') or ''}"
        if style != " ":
            if _HIDDEN.search(style):
                return
            look = _with(look, *(word for pattern, word in _STYLED if pattern.search(style)))
        if depth > DEEPEST:
            self._add(" ".join(child.itertext()), look)
        elif re.fullmatch("h[1-6]", name):
            self._heading(child, int(name[1]))
        elif name in _LOOKS:
            self._inside(child, _with(look, _LOOKS[name]), kind, depth)
        elif name in _BLOCKS:
            self._block(child, look, kind, depth)
        elif name in ("ul", "ol"):
            self._flush(kind)
            self._inside(child, look, BlockKind.LIST_ITEM, depth)
            self._flush(kind)
        elif name == "li":
            self._block(child, look, BlockKind.LIST_ITEM, depth)
        elif name == "pre":
            self._flush(kind)
            self.lines.extend(plain_text.lines("".join(child.itertext())))
        elif name == "hr":
            self._break()
        elif name == "table" and _lays_out(child):
            self._cells(child, look, kind, depth)
        elif name in ("br", "sub", "sup", "table"):
            super()._child(child, look, kind, 0)
        else:
            self._inside(child, look, kind, depth)

    def _heading(self, element: _Element, level: int) -> None:
        self._flush(BlockKind.PARAGRAPH)
        text = joined([Run("".join(element.itertext()), "")])
        if text:
            self.lines.append(Line(BlockKind.PARAGRAPH, [Run(text, "bold")], level=level))

    def _cells(self, table: _Element, look: str, kind: BlockKind, depth: int) -> None:
        """A table that only places prose on the page: its cells one after another."""
        self._flush(kind)
        for cell in table.iter("td", "th"):
            above = next(cell.iterancestors("table"), None)
            if above is table:
                self._block(cell, look, kind, depth + 1)
        self._flush(kind)


def _with(look: str, *words: str) -> str:
    return " ".join(sorted({*look.split(), *words})) if words else look


def _lays_out(table: _Element) -> bool:
    """Whether a table is a page's frame: headings, lists, tables or long prose stand in it."""
    if next(table.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is not None:
        return True
    if sum(1 for _ in table.iter("table")) > 1:
        return True
    return sum(1 for _ in table.iter("p")) > 2 and any(
        len("".join(cell.itertext())) > 1500 for cell in table.iter("td")
    )
