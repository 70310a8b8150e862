"""Plain text files: one drug label each, paragraphs apart by empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adme_labeler.domain.records import BlockKind, Sections
from adme_labeler.importers import headings
from adme_labeler.importers.documents import Origin, Reading, read_lines, whole
from adme_labeler.importers.hyphens import unbroken, words_of
from adme_labeler.importers.lines import Line, Run
from adme_labeler.importers.text import ByteStream, cleaned, decoded

LARGEST = 8 * 1024 * 1024
"""Bytes; a whole drug label as text has under one million."""

_SENTENCE_END = re.compile(r"[.!?:)\]]\s*\Z")
_ITEM = re.compile(r"(?:[•▪●◦■*-]|\d{1,2}[.)])\s+(?=\S)")


def read(stream: ByteStream, origin: Origin, sections: Sections) -> Reading:
    """The text as one drug label, called after the file; headings are recognised by their words.

    The set id is made from the file's name, so that the same file is recognised again.
    """
    data = whole(stream, origin.source, LARGEST)
    return read_lines(origin, lines(decoded(data)), sections)


def lines(text: str) -> Iterator[Line]:
    """Paragraphs: lines that a line width has broken are joined, headings and items are not."""
    held: list[str] = []
    words = words_of(text)
    for raw in [*text.splitlines(), ""]:
        line = cleaned(raw)
        heading = headings.is_heading(line)
        item = None if heading else _ITEM.match(line)
        alone = not line or item is not None or heading
        if held and (alone or (_SENTENCE_END.search(held[-1]) and len(held[-1]) < 50)):
            yield _line(BlockKind.PARAGRAPH, unbroken(held, words))
            held = []
        if item and line:
            yield _line(BlockKind.LIST_ITEM, line[item.end() :])
        elif line and alone:
            yield _line(BlockKind.PARAGRAPH, line)
        elif line:
            held.append(line)
    if held:
        yield _line(BlockKind.PARAGRAPH, unbroken(held, words))


def _line(kind: BlockKind, text: str) -> Line:
    return Line(kind, [Run(text, "")])
