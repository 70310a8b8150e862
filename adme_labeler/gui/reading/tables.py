"""Tables of a drug label in the reading pane: head, merged cells, and more columns than room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QTextLayout

from adme_labeler.domain.records import Sentence, SentenceId
from adme_labeler.gui import theme
from adme_labeler.gui.reading.items import SLOT, Item, laid_out

CELL_SEPARATOR = " | "
_CELL_PADDING = 10.0
_NARROWEST = 76.0
_WIDEST = 300.0
"""Least and most width of a column of a table whose text has to wrap."""
_SIGNS = " ~≈<>≤≥±+-–−↑↓()"
"""What stands before a number."""
_WITHIN = Qt.ClipOperation.IntersectClip


@dataclass
class Table(Item):
    rows: list[tuple[SentenceId, list[QTextLayout], float, float]] = field(default_factory=list)
    """Sentence, cells, top (from the table's top) and height of each row."""
    columns: list[float] = field(default_factory=list)
    """Left edge of every column and the right edge of the last."""
    room: float = 0.0
    """Width of the column of text; what does not fit is reached by scrolling sideways."""
    offset: float = 0.0
    head: int = 1
    """Rows of the head."""

    @property
    def overflow(self) -> float:
        return max(0.0, self.columns[-1] - self.room)

    @property
    def right(self) -> float:
        return min(self.columns[-1], self.room)

    def lines_of(self, sentence: SentenceId) -> list[QRectF]:
        for ident, _, top, height in self.rows:
            if ident == sentence:
                return [QRectF(SLOT, self.top + top, self.right - SLOT, height)]
        return []

    def slot_of(self, sentence: SentenceId) -> QPointF | None:
        for ident, _, top, height in self.rows:
            if ident == sentence:
                return QPointF(10.0, self.top + top + height / 2)
        return None

    def sentence_at(self, point: QPointF) -> SentenceId | None:
        for ident, _, top, height in self.rows:
            if 0 <= point.y() - self.top - top < height and 0 <= point.x() <= self.right:
                return ident
        return None

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        colors = theme.current()
        left, right = origin.x() + SLOT, origin.x() + self.right
        shift = origin.x() - min(self.offset, self.overflow)
        for index, (ident, cells, top, height) in enumerate(self.rows):
            y = origin.y() + self.top + top
            painter.setPen(QColor(colors.border_strong if index == self.head else colors.border))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            painter.setPen(QColor(getattr(colors, tones.get(ident, "secondary"))))
            painter.save()
            painter.setClipRect(QRectF(left, y, right - left, height), _WITHIN)
            for layout, x in zip(cells, self.columns, strict=False):
                layout.draw(painter, QPointF(shift + x + _CELL_PADDING, y))
            painter.restore()
        bottom = origin.y() + self.top + self.height
        painter.setPen(QColor(colors.border))
        painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))


def lay_out(block: Sequence[Sentence], width: float) -> Table:
    """A table of these rows, `width` pixels wide or wider where its words need that."""
    cells = [sentence.text.replace("\n", " ").split(CELL_SEPARATOR) for sentence in block]
    count = max(map(len, cells))
    regular, strong = theme.font("controls"), theme.bold("controls")
    leading = round(theme.size("controls") * 1.5)
    head = _head_rows(cells)
    columns = _column_edges(_widths_wanted(cells, count, QFontMetricsF(strong)), width - SLOT)
    rows: list[tuple[SentenceId, list[QTextLayout], float, float]] = []
    y = 0.0
    for number, (sentence, row) in enumerate(zip(block, cells, strict=True)):
        layouts = [
            laid_out(
                text.strip(),
                strong if number < head else regular,
                columns[_reach(row, i, count)] - columns[i] - 2 * _CELL_PADDING,
                leading,
                [],
                top=7.0,
            )
            for i, text in enumerate(row)
        ]
        height = max(layout.lineCount() for layout in layouts) * leading + 14.0
        rows.append((sentence.id, layouts, y, height))
        y += height
    return Table(height=y, rows=rows, columns=columns, room=width, head=head)


def _head_rows(cells: Sequence[Sequence[str]]) -> int:
    """Rows before the first one with a number behind its first cell, or with a first cell alone
    (a title within the table); one to three."""
    for number, row in enumerate(cells[:4]):
        behind = [cell.strip(_SIGNS) for cell in row[1:]]
        if number and (not any(behind) or any(cell[:1].isdigit() for cell in behind)):
            return min(number, 3)
    return 1


def _reach(row: Sequence[str], column: int, count: int) -> int:
    """The edge up to which a cell may write: merged cells stand once, the rest of them is empty.

    A row shorter than the table ends in a merged cell as well.
    """
    edge = column + 1
    if not row[column].strip():
        return edge
    while edge < count and (edge >= len(row) or not row[edge].strip()):
        edge += 1
    return edge


def _widths_wanted(
    cells: Sequence[Sequence[str]], count: int, metrics: QFontMetricsF
) -> list[tuple[float, float]]:
    """(least, wanted) width of every column; cells that reach over several columns do not count."""
    wanted: list[tuple[float, float]] = []
    for column in range(count):
        texts = [
            row[column].strip()
            for row in cells
            if column < len(row) and _reach(row, column, count) == column + 1
        ]
        longest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        word = max((metrics.horizontalAdvance(w) for t in texts for w in t.split()), default=0.0)
        padding = 2 * _CELL_PADDING
        least = min(word + padding, _WIDEST) if longest > _NARROWEST else longest + padding
        wanted.append((least, longest + padding))
    return wanted


def _column_edges(wanted: Sequence[tuple[float, float]], width: float) -> list[float]:
    """Column edges from `SLOT`: as wide as wanted where that fits, else narrow ones first; where
    not even the longest words fit, the table is wider than `width`."""
    widths = [most for _, most in wanted]
    if sum(widths) > width:
        left, remaining = width, sorted(range(len(wanted)), key=lambda i: wanted[i][1])
        while remaining:
            column = remaining.pop(0)
            least, most = wanted[column]
            widths[column] = max(least, min(most, left / (len(remaining) + 1)))
            left -= widths[column]
    edges = [SLOT]
    for column in widths:
        edges.append(edges[-1] + max(column, 2 * _CELL_PADDING + 8))
    return edges
