"""The confusion matrix as a picture: what people decided against what the model decided."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import FocusDrawn
from adme_labeler.language import number, tr

_ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_GAP = 2.0


class ConfusionMatrix(FocusDrawn):
    """Row = decided by people, column = decided by the model, categories in scheme order.

    Click, Enter or Space on a cell asks for its sentences; arrows move from cell to cell.
    """

    cell_chosen = Signal(str, str)
    """(category, what the model decided)."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._counts: tuple[tuple[int, ...], ...] = ()
        self._cell = (0, 0)
        self._hover: tuple[int, int] | None = None
        self._listable = True
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(240)
        self._announce()

    def show_counts(self, counts: Sequence[Sequence[int]], listable: bool = True) -> None:
        """`listable`: the sentences behind the cells are known."""
        self._counts = tuple(tuple(row) for row in counts)
        self._listable = listable
        self._announce()
        self.updateGeometry()
        self.update()

    def current(self) -> tuple[str, str]:
        """Category and decision of the cell that has the cursor."""
        keys = self._scheme.keys
        return keys[self._cell[0]], keys[self._cell[1]]

    def spoken(self) -> str:
        """The current cell in words."""
        return self._words(*self._cell)

    def cell_rect(self, row: int, column: int) -> QRectF:
        grid = self._grid()
        width, height = grid.width() / self._size(), grid.height() / self._size()
        cell = QRectF(grid.left() + column * width, grid.top() + row * height, width, height)
        return cell.adjusted(_GAP / 2, _GAP / 2, -_GAP / 2, -_GAP / 2)

    def sizeHint(self) -> QSize:
        lines = self._size() * (theme.size("controls") + 15)
        return QSize(296, round(self._head() + lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None and self._counts:
            last = self._size() - 1
            row = min(last, max(0, self._cell[0] + step[0]))
            column = min(last, max(0, self._cell[1] + step[1]))
            self._go(row, column)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if not event.isAutoRepeat():
                self._choose()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._at(event.position())
        self.setCursor(
            Qt.CursorShape.PointingHandCursor
            if self._hover and self._listable
            else Qt.CursorShape.ArrowCursor
        )
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._go(*cell)
            self._choose()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(*cell) if cell else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        self._names(painter)
        for row in range(self._size()):
            for column in range(self._size()):
                self._paint_cell(painter, row, column)
        if self.hasFocus():
            around = self.cell_rect(*self._cell).adjusted(-1, -1, 1, 1)
            painting.rounded(painter, around, 5, None, QColor(theme.current().accent), 2)

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        colors = theme.current()
        rect = self.cell_rect(row, column)
        count, total = self._counts[row][column], sum(self._counts[row])
        ground = QColor(colors.chrome)
        strong = QColor(colors.success if row == column else colors.danger)
        # The square root keeps a few errors among many sentences visible.
        share = math.sqrt(count / total) if total else 0.0
        fill = theme.tint(strong, ground, 0.75 * share) if count else ground
        line = QColor(colors.border_strong if (row, column) == self._hover else colors.border)
        painting.rounded(painter, rect, 4, fill, line)
        wanted = QColor(colors.text if count else colors.secondary)
        dark, bright = QColor("#0E1521"), QColor("#FFFFFF")
        ink = wanted
        if theme.contrast(wanted, fill) < 4.5:
            ink = max((dark, bright), key=lambda c: theme.contrast(c, fill))
        painting.text(
            painter,
            rect,
            number(count),
            theme.bold("secondary") if row == column and count else theme.font("secondary"),
            ink,
            Qt.AlignmentFlag.AlignHCenter,
        )

    def _names(self, painter: QPainter) -> None:
        colors = theme.current()
        small = theme.font("tags")
        grid = self._grid()
        line = theme.size("tags") + 4.0
        painting.text(
            painter,
            QRectF(grid.left(), 0, grid.width(), line),
            tr("the model decided"),
            small,
            colors.secondary,
            Qt.AlignmentFlag.AlignHCenter,
        )
        painting.text(
            painter,
            QRectF(0, line, grid.left() - 6, 20),
            tr("people decided"),
            small,
            colors.secondary,
        )
        for place, category in enumerate(self._scheme.categories):
            above = self.cell_rect(0, place)
            painting.chip(painter, QPointF(above.center().x(), line + 10), category)
            beside = self.cell_rect(place, 0)
            painting.text(
                painter,
                QRectF(0, beside.top(), grid.left() - 6, beside.height()),
                category.name,
                small,
                colors.text,
            )

    def _choose(self) -> None:
        if self._counts and self._listable:
            self.cell_chosen.emit(*self.current())

    def _go(self, row: int, column: int) -> None:
        self._cell = (row, column)
        self._announce()
        self.update()

    def _announce(self) -> None:
        if not self._counts:
            self.setAccessibleName(tr("Confusion matrix: nothing measured yet"))
            return
        self.setAccessibleName(self.spoken())
        self.setAccessibleDescription(
            tr("Confusion matrix. Arrows move from cell to cell, Enter lists its sentences.")
            if self._listable
            else tr("Confusion matrix. Arrows move from cell to cell.")
        )

    def _words(self, row: int, column: int) -> str:
        true, decided = self._scheme.categories[row], self._scheme.categories[column]
        total = sum(self._counts[row])
        count = self._counts[row][column]
        if row == column:
            return tr(
                "{name}: {count:,} of {total:,} sentences found",
                name=true.name,
                count=count,
                total=total,
            )
        return tr(
            "{name} decided as {decided}: {count:,} of {total:,} sentences",
            name=true.name,
            decided=decided.name,
            count=count,
            total=total,
        )

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        if not self._counts:
            return None
        return next(
            (
                (row, column)
                for row in range(self._size())
                for column in range(self._size())
                if self.cell_rect(row, column).contains(point)
            ),
            None,
        )

    def _grid(self) -> QRectF:
        written = (tr("people decided"), *(c.name for c in self._scheme.categories))
        names = max(painting.text_width(name, theme.font("tags")) for name in written)
        left = min(names + 8, self.width() * 0.36)
        return QRectF(left, self._head(), self.width() - left - 1, self.height() - self._head() - 1)

    def _head(self) -> float:
        return theme.size("tags") + 26.0

    def _size(self) -> int:
        return len(self._scheme.categories)
