"""Layout of a drug label: headings, paragraphs, list items and tables, with sentences in them.

Every sentence has a narrow slot before its first word. It holds the mark of its category later,
so that deciding moves no text. All coordinates are device-independent pixels from the top left of
the text column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextLayout,
)

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import AnnotationState, BlockKind, Sentence, SentenceId
from adme_labeler.gui import theme
from adme_labeler.gui.reading.items import SLOT, Item, laid_out
from adme_labeler.gui.reading.tables import Table, lay_out

ASKED_ABOUT = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
"""Kinds of block whose sentences a curator decides; tables, captions and footnotes are read."""
_SLOT_CHARACTER = "\u00a0"
_LEADING = 1.75


@dataclass(frozen=True)
class Mark:
    """What a reader sees of a sentence's annotation."""

    category: CategoryKey | None = None
    also: tuple[CategoryKey, ...] = ()
    state: AnnotationState = AnnotationState.OPEN
    flagged: bool = False
    noted: bool = False


@dataclass
class Heading(Item):
    text: str = ""
    level: int = 0
    layout: QTextLayout = field(default_factory=QTextLayout)

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        tone = theme.current().text if self.level == 0 else theme.current().secondary
        painter.setPen(QColor(tone))
        self.layout.draw(painter, QPointF(origin.x(), origin.y() + self.top))


@dataclass
class Paragraph(Item):
    layout: QTextLayout = field(default_factory=QTextLayout)
    spans: list[tuple[SentenceId, int, int]] = field(default_factory=list)
    indent: float = 0.0
    leading: float = 28.0

    def lines_of(self, sentence: SentenceId) -> list[QRectF]:
        for ident, start, end in self.spans:
            if ident == sentence:
                return list(self._rects(start, end))
        return []

    def slot_of(self, sentence: SentenceId) -> QPointF | None:
        for ident, start, _ in self.spans:
            if ident == sentence:
                line = self.layout.lineForTextPosition(start - 1)
                x = line.cursorToX(start - 1)[0]  # pyright: ignore[reportIndexIssue]
                top = self.top + line.lineNumber() * self.leading
                return QPointF(self.indent + x + 10.0, top + self.leading / 2)
        return None

    def line_at(self, height: float) -> float:
        return self.top + (height - self.top) // self.leading * self.leading

    def sentence_at(self, point: QPointF) -> SentenceId | None:
        row = int((point.y() - self.top) // self.leading)
        if not 0 <= row < self.layout.lineCount():
            return None
        line = self.layout.lineAt(row)
        edge = self.indent + line.naturalTextWidth()
        if not self.indent - 4 <= point.x() <= edge + 4:
            return None
        at = line.xToCursor(point.x() - self.indent)
        for ident, start, end in self.spans:
            if start - 1 <= at <= end:
                return ident
        return None

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        ranges = []
        for ident, start, end in self.spans:
            tone = tones.get(ident)
            if tone:
                piece = QTextLayout.FormatRange()
                piece.start, piece.length = start, end - start
                form = QTextCharFormat()
                form.setForeground(QColor(getattr(theme.current(), tone)))
                piece.format = form
                ranges.append(piece)
        painter.setPen(QColor(theme.current().secondary))
        self.layout.draw(painter, origin + QPointF(self.indent, self.top), ranges)
        if self.indent:
            painter.setBrush(QColor(theme.current().secondary))
            painter.setPen(QColor(theme.current().secondary))
            middle = origin + QPointF(self.indent - 12, self.top + self.leading / 2)
            painter.drawEllipse(middle, 1.5, 1.5)

    def _rects(self, start: int, end: int) -> Iterator[QRectF]:
        for number in range(self.layout.lineCount()):
            line = self.layout.lineAt(number)
            first, last = line.textStart(), line.textStart() + line.textLength()
            if end <= first or start >= last:
                continue
            left = line.cursorToX(max(start, first))[0]  # pyright: ignore[reportIndexIssue]
            right = (
                line.cursorToX(end)[0]  # pyright: ignore[reportIndexIssue]
                if end < last
                else line.naturalTextWidth()
            )
            yield QRectF(
                self.indent + left,
                self.top + number * self.leading,
                max(1.0, right - left),
                self.leading,
            )


class Document:
    """All items of one drug label for one column width."""

    def __init__(self, sentences: Sequence[Sentence], width: float) -> None:
        self.items: list[Item] = []
        self.width = width
        self.height = 0.0
        self._place: dict[SentenceId, Item] = {}
        leading = round(theme.size("reading") * theme.leading(_LEADING))
        path: tuple[str, ...] = ()
        y = 0.0
        kind: BlockKind | None = None
        for _, group in groupby(sentences, key=lambda s: s.block):
            block = list(group)
            first = block[0]
            if first.heading_path != path:
                y += 20 if y else 0
                for heading in _headings(path, first.heading_path):
                    font = theme.bold("title")
                    heading.layout = laid_out(heading.text, font, width, leading, [])
                    heading.top, heading.height = y, max(1, heading.layout.lineCount()) * leading
                    self.items.append(heading)
                    y += heading.height
                y += 2
                path = first.heading_path
            elif y:
                y += 4 if kind == first.kind == BlockKind.LIST_ITEM else 12
            if first.kind == BlockKind.TABLE:
                item: Item = lay_out(block, width)
            else:
                item = _paragraph(block, width, leading)
            item.top = y
            self.items.append(item)
            self._place.update((s.id, item) for s in block)
            y += item.height
            kind = first.kind
        self.height = y

    @property
    def overflow(self) -> float:
        """How much the widest table is wider than the text."""
        return max((i.overflow for i in self.items if isinstance(i, Table)), default=0.0)

    def slide(self, offset: float) -> None:
        """Move what is too wide to the left by so much."""
        for item in self.items:
            if isinstance(item, Table):
                item.offset = offset

    def item_of(self, sentence: SentenceId) -> Item | None:
        return self._place.get(sentence)

    def between(self, top: float, bottom: float) -> list[Item]:
        """Items that show between two heights."""
        return [i for i in self.items if i.top < bottom and i.top + i.height > top]

    def sentence_at(self, point: QPointF) -> SentenceId | None:
        for item in self.between(point.y(), point.y() + 1):
            found = item.sentence_at(point)
            if found is not None:
                return found
        return None


def _headings(before: tuple[str, ...], now: tuple[str, ...]) -> list[Heading]:
    """Headings to show when the path changes: those that are new, outermost first."""
    common = 0
    while common < min(len(before), len(now)) and before[common] == now[common]:
        common += 1
    start = max(0, min(common, len(now) - 1))  # text may stand below no heading at all
    return [Heading(text=now[i], level=i) for i in range(start, len(now))]


def _paragraph(block: Sequence[Sentence], width: float, leading: float) -> Paragraph:
    text = ""
    spans: list[tuple[SentenceId, int, int]] = []
    asked = block[0].kind in ASKED_ABOUT
    for sentence in block:
        text += (" " if text else "") + (_SLOT_CHARACTER if asked else "")
        start = len(text)
        text += sentence.text.replace("\n", " ")
        spans.append((sentence.id, start, len(text)))
    base = theme.font("reading")
    blank = QFontMetricsF(base).horizontalAdvance(_SLOT_CHARACTER)
    slots = []
    for _, start, _ in spans if asked else ():
        piece = QTextLayout.FormatRange()
        piece.start, piece.length = start - 1, 1
        form = QTextCharFormat()
        form.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        form.setFontLetterSpacing(SLOT - blank)
        piece.format = form
        slots.append(piece)
    indent = 24.0 if block[0].kind == BlockKind.LIST_ITEM else 0.0
    layout = laid_out(text, base, width - indent, leading, slots)
    return Paragraph(
        height=layout.lineCount() * leading,
        layout=layout,
        spans=spans,
        indent=indent,
        leading=leading,
    )
