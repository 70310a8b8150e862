"""The first rows of a table under a header in which every column is told what it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QTableView, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.language import tr
from adme_labeler.services.column_mapping import MEANINGS

_NARROWEST, _WIDEST = 148, 400
_READABLE = 220

_MEASURED_ROWS = 30
_EDGE = 8
_Index = QModelIndex | QPersistentModelIndex


class Choice(QComboBox):
    """A list of choices that the wheel passes by: scrolling must not change an answer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ColumnGrid(QTableView):
    """`chosen` carries a column and the field that a person gave it."""

    chosen = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widths: list[int] = []
        self._rows = _Rows(self)
        self.setModel(self._rows)
        self.head = _Head(self)
        self.head.chosen.connect(self.chosen)
        self.setHorizontalHeader(self.head)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.size("controls") + 13)
        self.setShowGrid(False)
        self.setStyleSheet("QTableView::item { padding: 0 9px; }")
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("First rows of the table"))

    def show_rows(
        self, names: Sequence[str], fields: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        """Show a table; `fields` has one entry per name."""
        self._rows.show(names, fields, rows)
        self.head.show(names, fields)
        self._widths = [self._width(column, name, rows) for column, name in enumerate(names)]
        self._spread()

    def show_fields(self, fields: Sequence[str]) -> None:
        """As many as there are columns."""
        self._rows.set_fields(fields)
        self.head.set_fields(fields)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        """Columns as wide as their cells want; what is left goes to the widest, and what is
        missing comes from the wide ones, before anything must be scrolled."""
        if not self._widths:
            return
        widths = list(self._widths)
        left = self.viewport().width() - sum(widths)
        widths[widths.index(max(widths))] += max(0, left)
        for column in sorted(range(len(widths)), key=lambda at: -widths[at]):
            taken = max(0, min(-left, widths[column] - _READABLE))
            widths[column] -= taken
            left += taken
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        self.head.place()

    def _width(self, column: int, name: str, rows: Sequence[Sequence[str]]) -> int:
        font = theme.font("controls")
        cells = [row[column] for row in rows[:_MEASURED_ROWS] if column < len(row)]
        longest = max((painting.text_width(c[:80], font) for c in [name, *cells]), default=0.0)
        return int(min(_WIDEST, max(_narrowest(), longest + 44)))


class _Rows(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: Sequence[str] = ()
        self._fields: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ()

    def show(
        self, names: Sequence[str], fields: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        self.beginResetModel()
        self._names, self._fields, self._rows = names, list(fields), rows
        self.endResetModel()

    def set_fields(self, fields: Sequence[str]) -> None:
        self._fields = list(fields)
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self._names) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.ForegroundRole])

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (as in Qt)
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (as in Qt)
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        cell = row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(cell.split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell
        if role == Qt.ItemDataRole.ForegroundRole:
            colors = theme.current()
            return QColor(colors.text if self._fields[index.column()] else colors.secondary)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._names):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._names[section]
        return None


class _Head(QHeaderView):
    """Name of the column above, what it means below."""

    chosen = Signal(int, str)

    def __init__(self, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.choices: list[Choice] = []
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(_narrowest() - 28)
        self.sectionResized.connect(lambda *_: self.place())
        view.horizontalScrollBar().valueChanged.connect(lambda _: self.place())

    def show(self, names: Sequence[str], fields: Sequence[str]) -> None:  # type: ignore[override]
        while len(self.choices) > len(names):
            gone = self.choices.pop()
            gone.hide()
            gone.deleteLater()
        while len(self.choices) < len(names):
            self.choices.append(self._choice(len(self.choices)))
        for choice, name in zip(self.choices, names, strict=True):
            choice.setAccessibleName(tr('Meaning of the column "{name}"', name=name))
            choice.setToolTip(tr('What the column "{name}" holds', name=name))
        self.set_fields(fields)
        self.setVisible(True)

    def set_fields(self, fields: Sequence[str]) -> None:
        for choice, field in zip(self.choices, fields, strict=True):
            choice.setCurrentIndex(choice.findData(field))

    def place(self) -> None:
        """Put every list of choices under the name of its column."""
        line = self._line()
        for column, choice in enumerate(self.choices):
            left = self.sectionViewportPosition(column)
            width = self.sectionSize(column)
            choice.setGeometry(
                QRect(left + 4, line, max(40, width - _EDGE), choice.sizeHint().height())
            )

    def sizeHint(self) -> QSize:
        height = self.choices[0].sizeHint().height() if self.choices else 30
        return QSize(super().sizeHint().width(), self._line() + height + 6)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.place()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        colors = theme.current()
        painter.save()
        painter.fillRect(rect, QColor(colors.chrome))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(colors.border))
        name = self.model().headerData(logicalIndex, Qt.Orientation.Horizontal) or ""
        line = QRectF(rect.left() + 12, rect.top() + 2, rect.width() - 20, self._line() - 2)
        painting.text(painter, line, str(name), theme.bold("controls"), colors.text)
        painter.restore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A list that is reached by Tab may stand beyond the edge.
        if event.type() == QEvent.Type.FocusIn and watched in self.choices:
            column = self.choices.index(watched)  # type: ignore[arg-type]
            left, bar = self.sectionPosition(column), self._view.horizontalScrollBar()
            width = self._view.viewport().width()
            if left < bar.value():
                bar.setValue(left)
            elif left + self.sectionSize(column) > bar.value() + width:
                bar.setValue(left + self.sectionSize(column) - width)
        return super().eventFilter(watched, event)

    def _choice(self, column: int) -> Choice:
        choice = Choice(self.viewport())
        for field, name in MEANINGS:
            choice.addItem(tr(name), field)
        choice.activated.connect(
            lambda _, c=choice, at=column: self.chosen.emit(at, c.currentData())
        )
        choice.installEventFilter(self)
        choice.show()
        return choice

    def _line(self) -> int:
        return theme.size("controls") + 16


def _narrowest() -> int:
    """A column holds its choice of meanings, whose text grows with the text size."""
    return max(_NARROWEST, 15 * theme.size("controls"))
