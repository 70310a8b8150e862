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
    QTextOption,
)

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import AnnotationState, BlockKind, Sentence, SentenceId
from adme_labeler.gui import painting, theme

CELL_SEPARATOR = " | "
ASKED_ABOUT = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
"""Kinds of block whose sentences a curator decides; tables, captions and footnotes are read."""
SLOT = 24.0
"""Width of the slot before a sentence."""
_SLOT_CHARACTER = "\u00a0"
_LEADING = 1.75
_CELL_PADDING = 10.0


@dataclass(frozen=True)
class Mark:
    """What a reader sees of a sentence's annotation."""

    category: CategoryKey | None = None
    also: tuple[CategoryKey, ...] = ()
    state: AnnotationState = AnnotationState.OPEN
    flagged: bool = False
    noted: bool = False


@dataclass
class Item:
    """A laid-out piece with its place in the column."""

    top: float = 0.0
    height: float = 0.0

    def lines_of(self, sentence: SentenceId) -> list[QRectF]:
        """Rectangles that cover the sentence, one per line, without its slot."""
        return []

    def slot_of(self, sentence: SentenceId) -> QPointF | None:
        """Centre of the sentence's slot; None where nobody is asked about the sentence."""
        return None

    def sentence_at(self, point: QPointF) -> SentenceId | None:
        return None

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        """Paint the text; `tones` names a palette colour for sentences that differ."""


@dataclass
class Heading(Item):
    text: str = ""
    level: int = 0

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        rect = QRectF(origin.x(), origin.y() + self.top, 4000, self.height)
        tone = theme.current().text if self.level == 0 else theme.current().secondary
        painting.text(painter, rect, self.text, theme.bold("title"), tone)


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


@dataclass
class Table(Item):
    rows: list[tuple[SentenceId, list[QTextLayout], float, float]] = field(default_factory=list)
    """Sentence, cells, top (from the table's top) and height of each row."""
    columns: list[float] = field(default_factory=list)
    """Left edge of every column and the right edge of the last."""

    def lines_of(self, sentence: SentenceId) -> list[QRectF]:
        for ident, _, top, height in self.rows:
            if ident == sentence:
                return [QRectF(SLOT, self.top + top, self.columns[-1] - SLOT, height)]
        return []

    def slot_of(self, sentence: SentenceId) -> QPointF | None:
        for ident, _, top, height in self.rows:
            if ident == sentence:
                return QPointF(10.0, self.top + top + height / 2)
        return None

    def sentence_at(self, point: QPointF) -> SentenceId | None:
        for ident, _, top, height in self.rows:
            if 0 <= point.y() - self.top - top < height and 0 <= point.x() <= self.columns[-1]:
                return ident
        return None

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        colors = theme.current()
        left, right = origin.x() + SLOT, origin.x() + self.columns[-1]
        for index, (ident, cells, top, _) in enumerate(self.rows):
            y = origin.y() + self.top + top
            painter.setPen(QColor(colors.border_strong if index == 1 else colors.border))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            painter.setPen(QColor(getattr(colors, tones.get(ident, "secondary"))))
            for layout, x in zip(cells, self.columns, strict=False):
                layout.draw(painter, QPointF(origin.x() + x + _CELL_PADDING, y))
        bottom = origin.y() + self.top + self.height
        painter.setPen(QColor(colors.border))
        painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))


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
                    heading.top, heading.height = y, leading
                    self.items.append(heading)
                    y += heading.height
                y += 2
                path = first.heading_path
            elif y:
                y += 4 if kind == first.kind == BlockKind.LIST_ITEM else 12
            if first.kind == BlockKind.TABLE:
                item: Item = _table(block, width)
            else:
                item = _paragraph(block, width, leading)
            item.top = y
            self.items.append(item)
            self._place.update((s.id, item) for s in block)
            y += item.height
            kind = first.kind
        self.height = y

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
    return [Heading(text=now[i], level=i) for i in range(min(common, len(now) - 1), len(now))]


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
    layout = _laid_out(text, base, width - indent, leading, slots)
    return Paragraph(
        height=layout.lineCount() * leading,
        layout=layout,
        spans=spans,
        indent=indent,
        leading=leading,
    )


def _table(block: Sequence[Sentence], width: float) -> Table:
    cells = [sentence.text.replace("\n", " ").split(CELL_SEPARATOR) for sentence in block]
    count = max(map(len, cells))
    regular, strong = theme.font("controls"), theme.bold("controls")
    leading = round(theme.size("controls") * theme.leading(1.5))
    metrics = QFontMetricsF(strong)
    wanted = [
        max((metrics.horizontalAdvance(row[i]) for row in cells if i < len(row)), default=0.0)
        + 2 * _CELL_PADDING
        for i in range(count)
    ]
    columns = _column_edges(wanted, width - SLOT)
    rows: list[tuple[SentenceId, list[QTextLayout], float, float]] = []
    y = 0.0
    for number, (sentence, row) in enumerate(zip(block, cells, strict=True)):
        layouts = [
            _laid_out(
                text,
                strong if number == 0 else regular,
                columns[i + 1] - columns[i] - 2 * _CELL_PADDING,
                leading,
                [],
                top=7.0,
            )
            for i, text in enumerate(row)
        ]
        height = max(layout.lineCount() for layout in layouts) * leading + 14.0
        rows.append((sentence.id, layouts, y, height))
        y += height
    return Table(height=y, rows=rows, columns=columns)


def _column_edges(wanted: Sequence[float], width: float) -> list[float]:
    """Column edges from `SLOT`: as wide as wanted where that fits, else narrow ones first."""
    total = sum(wanted)
    if total <= width:
        widths = list(wanted)
    else:
        widths = [0.0] * len(wanted)
        left, remaining = width, sorted(range(len(wanted)), key=lambda i: wanted[i])
        while remaining:
            column = remaining.pop(0)
            widths[column] = min(wanted[column], left / (len(remaining) + 1))
            left -= widths[column]
    edges = [SLOT]
    for column in widths:
        edges.append(edges[-1] + max(column, 2 * _CELL_PADDING + 8))
    return edges


def _laid_out(
    text: str,
    font: QFont,
    width: float,
    leading: float,
    formats: list[QTextLayout.FormatRange],
    top: float = 0.0,
) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats(formats)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    number = 0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(16.0, width))
        line.setPosition(QPointF(0.0, top + number * leading + (leading - line.height()) / 2))
        number += 1
    layout.endLayout()
    return layout
