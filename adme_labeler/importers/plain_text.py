"""Plain text files: one drug label each, paragraphs apart by empty lines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePath

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, Sections
from adme_labeler.importers import drug_names, headings
from adme_labeler.importers.drafts import About, Piece, draft, pharmacokinetic_part
from adme_labeler.importers.text import ByteStream, cleaned, decoded

LARGEST = 32 * 1024 * 1024
"""Bytes; a whole drug label as text has under one million."""

_SENTENCE_END = re.compile(r"[.!?:)\]]\s*\Z")


def read(stream: ByteStream, source: str, name: str, sections: Sections) -> LabelDraft:
    """The text as one drug label, called after the file; headings are recognised by their words.

    With `Sections.ALL` everything is taken, else the pharmacokinetic part where headings show it.
    The set id is made from the file's name, so that the same file is recognised again.
    """
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ImportProblem(f"{source} is larger than {LARGEST >> 20} MB, too large for a label.")
    pieces = list(_pieces(decoded(data)))
    if sections is not Sections.ALL:
        pieces = pharmacokinetic_part(pieces, titles=0)
    stem = PurePath(name).stem
    about = About(
        source=source,
        source_format="text",
        set_id="text-" + hashlib.blake2b(stem.casefold().encode(), digest_size=8).hexdigest(),
        title=stem[:160],
        names=drug_names.names_for_masking([re.sub(r"[_\d-]+", " ", stem)]),
    )
    return draft(about, pieces)


def _pieces(text: str) -> Iterator[Piece]:
    stack = headings.HeadingStack()
    title = ""
    for kind, paragraph in _paragraphs(text):
        if headings.is_heading(paragraph):
            stack.push(paragraph)
            title = stack.path[0]
            continue
        run_in = re.match(r"([A-Z][^:.]{2,60}):\s+(?=\S)", paragraph)
        if run_in and headings.is_heading(run_in[1]):
            stack.push(run_in[1])
            title = stack.path[0]
            paragraph = paragraph[run_in.end() :]
        yield Piece(kind, "", title, stack.path, paragraph)


def _paragraphs(text: str) -> Iterator[tuple[BlockKind, str]]:
    """Paragraphs: lines that a line width has broken are joined, headings and items are not."""
    held: list[str] = []
    for raw in [*text.splitlines(), ""]:
        line = cleaned(raw)
        item = re.match(r"(?:[•▪●◦■*-]|\d{1,2}[.)])\s+(?=\S)", line)
        alone = not line or item is not None or headings.is_heading(line)
        if held and (alone or (_SENTENCE_END.search(held[-1]) and len(held[-1]) < 50)):
            yield BlockKind.PARAGRAPH, _unwrapped(held)
            held = []
        if item and line:
            yield BlockKind.LIST_ITEM, line[item.end() :]
        elif line and alone:
            yield BlockKind.PARAGRAPH, line
        elif line:
            held.append(line)
    if held:
        yield BlockKind.PARAGRAPH, _unwrapped(held)


def _unwrapped(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        if text.endswith("-") and line[:1].islower() and text[-2:-1].isalpha():
            text = text[:-1] + line
        else:
            text += " " + line
    return text
