"""The narrative part of SPL (`<text>`): mark-up to cleaned lines, headings, tables, footnotes.

Works on lxml elements of one `<text>` element (or of a table that openFDA stores as mark-up).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from adme_labeler.domain.records import BlockKind
from adme_labeler.importers import headings
from adme_labeler.importers.lines import Content, Line, Run, contents_of, joined
from adme_labeler.importers.text import cleaned

if TYPE_CHECKING:
    from lxml.etree import _Element

_STYLES = ("bold", "italic", "underline", "emphasis", "smallcaps")
_DEEPEST = 40
_CAPTION = re.compile(
    r"(?:Table|Figure|Fig\.?)\s+\w{1,3}\s?(?:[:.–—-]|(?=\s[A-Z])|\Z)\s?", re.IGNORECASE
)
_NOTE = re.compile(
    r"(?:[a-z]\s(?=[A-Z])|[*†‡§¶#&]+\s?\S|\(?[a-z1-9][).]\s|[1-9](?=[A-Z])|"
    r"[A-Z][\w/ -]{0,14}\s?[=:]\s[^.]*\Z)"
)
"""A footnote behind its table: its mark, or an abbreviation and its meaning."""
_REST = re.compile(r"(?!pH\b|[a-z]\s)[a-z]{2,}(?:\s|,)")
_BULLET_ONLY = re.compile(r"[\W_]*(?:\(?(?:\d{1,2}|[ivx]{1,4}|[a-zA-Z])[.)])?[\W_]*\Z")


def contents(text_element: _Element, stack: headings.HeadingStack) -> Iterator[Content]:
    """Paragraphs, list items, captions, footnotes and tables of a `<text>` in document order.

    Headings among them are pushed on `stack` and not returned. Captions and footnotes of tables
    that stand as plain paragraphs are told by their first words, and a sentence that a break or
    the end of a paragraph has cut in two is one again.
    """
    held: Content | None = None
    table = False  # whether a table or its notes came right before
    for content in _with_empty_headings(text_element, stack):
        content = _told_by_words(content, table)
        table = content.kind in (BlockKind.TABLE, BlockKind.FOOTNOTE)
        if held is not None and _goes_on(held, content):
            held = Content(held.kind, held.path, f"{held.text} {content.text}")
            continue
        if held is not None:
            yield held
        held = content
    if held is not None:
        yield held


def _with_empty_headings(text_element: _Element, stack: headings.HeadingStack) -> Iterator[Content]:
    """Contents, with headings that turned out to be text.

    A line that looked like a heading but had nothing under it before the next one took its place
    is text after all (the species of a list, a stressed line); only headings known by their words
    may stand empty.
    """
    empty: list[tuple[str, ...]] = []
    for line in MarkupReader().read(text_element):
        before = stack.path
        stack.empty = before in empty
        found = list(contents_of(line, stack))
        after = stack.path
        if after != before:
            for path in empty:
                if after[: len(path)] != path and headings.family(path[-1]) == headings.UNKNOWN:
                    yield Content(BlockKind.PARAGRAPH, path[:-1], path[-1])
            empty = [path for path in empty if after[: len(path)] == path]
            empty.append(after)
        if found:
            empty.clear()
        yield from found


def _told_by_words(content: Content, behind_table: bool) -> Content:
    if content.kind is not BlockKind.PARAGRAPH:
        return content
    if _CAPTION.match(content.text) and content.text[-1] not in ".:;":
        return replace(content, kind=BlockKind.CAPTION)
    if behind_table and _NOTE.match(content.text):
        return replace(content, kind=BlockKind.FOOTNOTE)
    return content


def _goes_on(held: Content, content: Content) -> bool:
    """Whether `content` is the rest of the sentence at the end of `held`."""
    return (
        held.kind is content.kind is BlockKind.PARAGRAPH
        and held.path == content.path
        and len(held.text) > 30
        and (held.text[-1].islower() or held.text[-1] == ",")
        and _REST.match(content.text) is not None
    )


def plain_text(element: _Element | None) -> str:
    """Cleaned text of a title or cell, line breaks as blanks."""
    if element is None:
        return ""
    lines = MarkupReader().read(element)
    return cleaned(" ".join(joined(line.runs) for line in lines if not line.rows))


def table_rows(table: _Element) -> tuple[list[str], tuple[tuple[str, ...], ...], list[str]]:
    """(captions, rows of cells, footnotes) of a table element.

    Merged cells: the text stands once, the other places are "". Blanks at the end are dropped.
    """
    captions = [t for c in _children(table, "caption") if (t := plain_text(c))]
    notes: list[str] = []
    rows: list[tuple[str, ...]] = []
    hanging: dict[int, int] = {}
    for row in table.iter("{*}tr"):
        if not isinstance(row.tag, str):
            continue
        cells: list[str] = []
        elements = [c for c in row if _name(c) in ("td", "th")]
        for cell in elements:
            while hanging.get(len(cells), 0) > 0:
                hanging[len(cells)] -= 1
                cells.append("")
            text, cell_notes = _cell(cell)
            notes.extend(cell_notes)
            wide, tall = _span(cell, "colspan"), _span(cell, "rowspan")
            for offset in range(wide):
                if tall > 1:
                    hanging[len(cells)] = tall - 1
                cells.append(text if offset == 0 else "")
        while hanging.get(len(cells), 0) > 0:
            hanging[len(cells)] -= 1
            cells.append("")
        while cells and not cells[-1]:
            cells.pop()
        parent = row.getparent()
        if parent is not None and _name(parent) == "tfoot":
            notes.extend(c for c in cells if c)
        elif any(cells):
            rows.append(tuple(cells))
    return captions, tuple(rows), notes


# --------------------------------------------------------------------------- mark-up to lines


class MarkupReader:
    """Collects lines while walking the mark-up depth first."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.current = Line(BlockKind.PARAGRAPH)
        self.behind: list[Line] = []  # footnotes wait for the end of their block

    def read(self, element: _Element) -> list[Line]:
        self._inside(element, "", BlockKind.PARAGRAPH, 0)
        self._flush(BlockKind.PARAGRAPH)
        return self.lines

    def _flush(self, kind: BlockKind) -> None:
        if any(run.text.strip() for run in self.current.runs):
            self.lines.append(self.current)
        self.lines.extend(self.behind)
        self.behind = []
        self.current = Line(kind)

    def _break(self) -> None:
        if any(run.text.strip() for run in self.current.runs):
            self.lines.append(self.current)
        self.current = Line(self.current.kind)

    def _add(self, text: str | None, look: str) -> None:
        if not text:
            return
        runs = self.current.runs
        if runs and runs[-1].look == look:
            runs[-1].text += text
        else:
            runs.append(Run(text, look))

    def _inside(self, element: _Element, look: str, kind: BlockKind, depth: int) -> None:
        self._add(element.text, look)
        for child in element:
            self._child(child, look, kind, depth + 1)
            self._add(child.tail, look)

    def _child(self, child: _Element, look: str, kind: BlockKind, depth: int) -> None:
        name = _name(child)
        if depth > _DEEPEST:
            self._add(" ".join(child.itertext()), look)
        elif name == "br":
            self._break()
        elif name in ("paragraph", "p", "div"):
            self._flush(kind)
            self._inside(child, look, kind, depth)
            self._flush(kind)
        elif name == "list":
            self._flush(kind)
            for part in child:
                if _name(part) == "caption":
                    self._block(part, look, BlockKind.PARAGRAPH, depth)
                elif _name(part) == "item":
                    self._block(part, look, BlockKind.LIST_ITEM, depth)
            self._flush(kind)
        elif name == "table":
            self._flush(kind)
            self._table(child)
            self._flush(kind)
        elif name == "caption":
            text = plain_text(child)
            if kind is BlockKind.LIST_ITEM:
                if not _BULLET_ONLY.match(text):
                    self._add(text + " ", look)
            elif text:
                self._flush(kind)
                self.lines.append(Line(BlockKind.CAPTION, [Run(text, "")]))
        elif name == "footnote":
            if text := plain_text(child):
                self.behind.append(Line(BlockKind.FOOTNOTE, [Run(text, "")]))
        elif name == "renderMultiMedia":
            for caption in _children(child, "caption"):
                if text := plain_text(caption):
                    self.behind.append(Line(BlockKind.CAPTION, [Run(text, "")]))
        elif name == "content":
            self._content(child, look, kind, depth)
        elif name in ("sub", "sup"):
            self._small(child, name, look)
        elif name == "linkHtml":
            self._blank_before_word(child)
            self._inside(child, look, kind, depth)
        elif name not in ("footnoteRef", ""):
            self._inside(child, look, kind, depth)

    def _block(self, element: _Element, look: str, kind: BlockKind, depth: int) -> None:
        self._flush(kind)
        self._inside(element, look, kind, depth)
        self._flush(kind)

    def _content(self, child: _Element, look: str, kind: BlockKind, depth: int) -> None:
        code = (child.get("styleCode") or "").casefold()
        if "xmchange" in code.replace(" ", ""):
            code = code.replace("xmchange", "")
        new = {word for word in _STYLES if word in code} | set(look.split())
        self._inside(child, " ".join(sorted(new)), kind, depth)

    def _table(self, table: _Element) -> None:
        captions, rows, notes = table_rows(table)
        for caption in captions:
            self.lines.append(Line(BlockKind.CAPTION, [Run(caption, "")]))
        if rows and max(map(len, rows)) == 1:
            # A frame around prose, not a table.
            for row in rows:
                self.lines.append(Line(BlockKind.PARAGRAPH, [Run(row[0], "")]))
        elif rows:
            self.lines.append(Line(BlockKind.TABLE, rows=rows))
        for note in notes:
            self.lines.append(Line(BlockKind.FOOTNOTE, [Run(note, "")]))

    def _small(self, child: _Element, name: str, look: str) -> None:
        """Sub- or superscript: glued to the left, set off from a word on its right."""
        text = cleaned("".join(child.itertext()))
        if not text:
            return
        tail = child.tail or ""
        runs = self.current.runs
        before = runs[-1].text if runs else ""
        isotope = name == "sup" and text.isdigit() and re.match(r"\s*[A-Z]", tail) is not None
        gap = before != before.rstrip()
        if gap and not isotope and _glues(before.rstrip(), name):
            runs[-1].text = before.rstrip()
        self._add(text, look)
        if re.match(r"[a-z]{2}", tail) or (re.match(r"[a-z]\s", tail) and not tail.startswith("s")):
            self._add(" ", look)

    def _blank_before_word(self, child: _Element) -> None:
        text = "".join(child.itertext())
        runs = self.current.runs
        if runs and runs[-1].text[-1:].isalpha() and text[:1].isalpha():
            runs[-1].text += " "


def _glues(before: str, name: str) -> bool:
    """Whether a small mark belongs to what stands before the blank ("C max", not "dose a")."""
    last = re.search(r"[\w½]+\Z", before)
    if last is None:
        return before[-1:] in ")]%"
    word = last[0]
    if name == "sup":
        return True
    return len(word) <= 4 or word[0].isupper()


# --------------------------------------------------------------------------- small helpers


def _cell(cell: _Element) -> tuple[str, list[str]]:
    lines = MarkupReader().read(cell)
    texts: list[str] = []
    notes: list[str] = []
    for line in lines:
        if line.kind is BlockKind.FOOTNOTE:
            notes.append(joined(line.runs))
        elif line.rows:
            texts.extend(" ".join(row) for row in line.rows)
        else:
            texts.append(joined(line.runs))
    return " ".join(t for t in texts if t), notes


def _span(cell: _Element, name: str) -> int:
    value = cell.get(name, "1")
    return min(max(int(value), 1), 60) if value.isdigit() else 1


def _children(element: _Element, name: str) -> list[_Element]:
    return [child for child in element if _name(child) == name]


def _name(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
