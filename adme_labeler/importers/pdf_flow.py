"""From placed lines to running text: furniture of the pages out, paragraphs and words joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from adme_labeler.domain.records import BlockKind
from adme_labeler.importers.hyphens import seam, words_of
from adme_labeler.importers.lines import Line, Run
from adme_labeler.importers.pdf_layout import (
    Row,
    Table,
    common_strips,
    reading_order,
    ruled_tables,
    strip_of,
)
from adme_labeler.importers.pdf_page import PageText, Stretch

_MARGIN = 0.13
"""Part of a page's height at its top and bottom in which headers and footers stand."""
_SAME_PLACE = 4.0
_PAGE_NUMBER = re.compile(
    r"(?:page\s*|[-–—]\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?(?:\s*[-–—])?\Z", re.IGNORECASE
)
_BULLET = re.compile(r"(?:[•▪●◦■□○‣]|\uf0b7)\s*(?=\S)|(?:[*–-]|o)\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|\(?[a-z\d]{1,2}\))\s+(?=[A-Z])")
_ENDED = re.compile(r"[.!?:;][)\]\"”’'*†‡§¶\d]*\s*\Z")


def lines(pages: Sequence[PageText]) -> Iterator[Line]:
    """Paragraphs, items and tables of a document in the order of reading."""
    furniture = _furniture(pages)
    flow: list[Row | Table] = []
    column = 0
    parted = [
        ruled_tables([s for s in page.stretches if id(s) not in furniture], page.edges)
        for page in pages
    ]
    known = common_strips([strip_of(rest) for _, rest in parted])
    for tables, rest in parted:
        before = len(flow)
        flow.extend(reading_order(rest, tables, column, known))
        column = 1 + max((r.column for r in flow[before:] if isinstance(r, Row)), default=column)
    words = words_of(" ".join(item.text for item in flow if isinstance(item, Row)))
    body = _Body(flow)
    paragraph: list[Row] = []
    for number, item in enumerate(flow):
        if isinstance(item, Table):
            behind = next((i for i in flow[number + 1 : number + 4] if isinstance(i, Row)), None)
            if not _interrupted(paragraph, behind):
                yield from _paragraph(paragraph, words, body)
                paragraph = []
            yield Line(BlockKind.TABLE, rows=item.cells)
            continue
        if paragraph and body.begins(paragraph, item):
            yield from _paragraph(paragraph, words, body)
            paragraph = []
        paragraph.append(item)
    yield from _paragraph(paragraph, words, body)


# --------------------------------------------------------------------------- furniture


def _furniture(pages: Sequence[PageText]) -> set[int]:
    """Ids of stretches that are headers, footers or page numbers."""
    places: dict[str, list[tuple[int, float, Stretch]]] = {}
    numbers: set[int] = set()
    for index, page in enumerate(pages):
        for item in page.stretches:
            high = item.base > page.height * (1 - _MARGIN)
            low = item.base < page.height * _MARGIN
            if high or low:
                text = item.text.strip()
                key = f"{high} " + re.sub(r"\d+", "#", text)
                places.setdefault(key, []).append((index, item.base, item))
                edge = (
                    max(s.base for s in page.stretches)
                    if high
                    else min(s.base for s in page.stretches)
                )
                if _PAGE_NUMBER.match(text) and abs(item.base - edge) < item.size:
                    numbers.add(id(item))
    found = set(numbers)
    enough = max(2, len(pages) // 4)
    for items in places.values():
        for index, base, item in items:
            others = {n for n, y, _ in items if n != index and abs(y - base) <= _SAME_PLACE}
            if len(others) + 1 >= enough and len(pages) > 1:
                found.add(id(item))
    return found


# --------------------------------------------------------------------------- paragraphs


class _Body:
    """What is usual in a document: size, look and distance of its lines."""

    def __init__(self, flow: Sequence[Row | Table]) -> None:
        rows = [item for item in flow if isinstance(item, Row)]
        sizes: Counter[float] = Counter()
        looks: Counter[str] = Counter()
        for row in rows:
            sizes[round(row.size * 2) / 2] += len(row.text)
            for run in row.runs:
                looks[run.look] += len(run.text)
        self.size = sizes.most_common(1)[0][0] if sizes else 10.0
        self.look = looks.most_common(1)[0][0] if looks else ""
        leads = [
            (a.base - b.base) / a.size
            for a, b in pairwise(rows)
            if a.column == b.column and 0.8 * a.size < a.base - b.base < 2.2 * a.size
        ]
        self.lead = median(leads) if leads else 1.2

    def styled(self, row: Row) -> str:
        """The look of a line that is of one look other than the body's, else ""."""
        looks = {run.look for run in row.runs if run.text.strip()}
        large = row.size > 1.15 * self.size
        if len(looks) == 1 and (large or next(iter(looks)) != self.look):
            return f"{next(iter(looks))} {'large' if large else ''}".strip()
        return "large" if large else ""

    def stands_alone(self, paragraph: list[Row]) -> bool:
        """Whether a paragraph is a heading by its look."""
        return all(self.styled(row) for row in paragraph)

    def begins(self, paragraph: list[Row], row: Row) -> bool:
        """Whether a line begins a new paragraph after the lines of another."""
        last = paragraph[-1]
        text, before = row.text.strip(), last.text.strip()
        styled, was = self.styled(row), self.styled(last)
        if _BULLET.match(text) or (styled and _NUMBERED.match(text)):
            return True
        ended = _ENDED.search(before) is not None
        if abs(row.size - last.size) > 0.15 * max(row.size, last.size):
            return True
        if bool(styled) != bool(was) and (was or ended or not text[:1].islower()):
            # A stressed line within a paragraph is no heading: its neighbours do not end.
            return not was or self.stands_alone(paragraph)
        if last.column != row.column or row.base > last.base:
            return ended or (bool(was) and self.stands_alone(paragraph) and not styled)
        if last.base - row.base > (self.lead + 0.35) * last.size:
            return True
        if styled and was and styled != was:
            return True
        if _NUMBERED.match(text) and ended and row.x0 <= paragraph[0].x0 + 1:
            return True
        first = len(re.split(r"\s", text, maxsplit=1)[0]) * 0.5 * row.size
        short = last.right - last.x1 > first + row.size
        if short and (ended or styled or text[:1].isupper()):
            return ended or bool(styled) or last.right - last.x1 > 0.35 * (last.right - last.left)
        indent = row.x0 - last.x0
        return ended and 0.8 * row.size < indent < 5 * row.size and len(paragraph) > 1


def _interrupted(paragraph: list[Row], behind: Row | None) -> bool:
    """Whether a paragraph above a table goes on below it."""
    if not paragraph or behind is None:
        return False
    return not _ENDED.search(paragraph[-1].text) and behind.text.strip()[:1].islower()


def _paragraph(rows: list[Row], words: frozenset[str], body: _Body) -> Iterator[Line]:
    if not rows:
        return
    runs: list[Run] = []
    for row in rows:
        large = "large" if row.size > 1.15 * body.size else ""
        for number, run in enumerate(row.runs):
            look = " ".join(w for w in ("" if run.look == body.look else run.look, large) if w)
            text = run.text
            if runs and number == 0:
                kept, gap = seam(runs[-1].text.rstrip(), text, words)
                runs[-1].text = kept
                text = gap + text.lstrip()
            if runs and runs[-1].look == look:
                runs[-1].text += text
            else:
                runs.append(Run(text, look))
    kind = BlockKind.PARAGRAPH
    bullet = _BULLET.match(runs[0].text.lstrip())
    if bullet and sum(len(run.text) for run in runs) > bullet.end() + 1:
        runs[0].text = runs[0].text.lstrip()[bullet.end() :]
        kind = BlockKind.LIST_ITEM
    yield Line(kind, [run for run in runs if run.text])
