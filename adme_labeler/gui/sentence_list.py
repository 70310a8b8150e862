"""List view: the queue as a table. Holds ids only and fetches pages of rows as they show."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.records import AnnotationState, SentenceId
from adme_labeler.gui import painting, theme

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW_ROLE = Qt.ItemDataRole.UserRole
PAGE = 128
"""Rows fetched together."""
_PAGES_KEPT = 64
_COMPARED = 10_000
"""Longer lists count as new unless they are the same object."""


@dataclass(frozen=True)
class Row:
    """One sentence as the list shows it; `probability` is that of `suggestion`, calibrated."""

    sentence: SentenceId
    state: AnnotationState
    category: CategoryKey | None
    text: str
    suggestion: CategoryKey | None
    probability: float | None
    drug: str
    section: str
    flagged: bool = False


Fetch = Callable[[Sequence[SentenceId]], Mapping[SentenceId, Row]]

COLUMNS = ("State", "Sentence", "Suggestion", "Drug", "Section")
_STATE, _TEXT, _SUGGESTION, _DRUG, _SECTION = range(len(COLUMNS))
_STATE_WORDS = {
    AnnotationState.OPEN: "open",
    AnnotationState.SKIPPED: "skipped",
    AnnotationState.UNSURE: "unsure",
}


class SentenceModel(QAbstractTableModel):
    """Ids in queue order; rows come from `fetch`, a page at a time, and are kept for a while."""

    def __init__(self, scheme: CategoryScheme, fetch: Fetch) -> None:
        super().__init__()
        self._scheme = scheme
        self._fetch = fetch
        self._ids: Sequence[SentenceId] = ()
        self._rows: dict[SentenceId, int] | None = None
        self._pages: OrderedDict[int, list[Row | None]] = OrderedDict()

    def set_ids(self, ids: Sequence[SentenceId]) -> None:
        if ids is self._ids or (len(ids) < _COMPARED and ids == self._ids):
            return
        self.beginResetModel()
        self._ids = ids
        self._rows = None
        self._pages.clear()
        self.endResetModel()

    def refresh(self, sentences: frozenset[SentenceId] | None = None) -> None:
        """Fetch again what may have changed: these sentences, or everything."""
        if sentences is None or len(sentences) > PAGE:
            self._pages.clear()
            touched = range(len(self._ids)) if self._ids else range(0)
            if touched:
                self._emit(touched[0], touched[-1])
            return
        for sentence in sentences:
            row = self.row_of(sentence)
            if row >= 0:
                self._pages.pop(row // PAGE, None)
                self._emit(row, row)

    def sentence(self, row: int) -> SentenceId | None:
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, sentence: SentenceId) -> int:
        if self._rows is None:
            self._rows = {ident: row for row, ident in enumerate(self._ids)}
        return self._rows.get(sentence, -1)

    def row(self, number: int) -> Row | None:
        """The row's content; None where the sentence is gone."""
        page = number // PAGE
        rows = self._pages.get(page)
        if rows is None:
            ids = self._ids[page * PAGE : (page + 1) * PAGE]
            found = self._fetch(ids)
            rows = [found.get(ident) for ident in ids]
            self._pages[page] = rows
            while len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page)
        return rows[number % PAGE]

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, _ROW_ROLE):
            return None
        row = self.row(index.row()) if index.isValid() else None
        if row is None or role == _ROW_ROLE:
            return row
        column = index.column()
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.text if column == _TEXT else None
        if column == _STATE:
            return row.category or _STATE_WORDS.get(row.state, "")
        if column == _TEXT:
            return row.text
        if column == _SUGGESTION:
            if row.suggestion is None or row.probability is None:
                return ""
            return f"{self._scheme[row.suggestion].name} {painting.percent(row.probability)}"
        return row.drug if column == _DRUG else row.section

    def _emit(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))


class SentenceList(QTableView):
    """The table. `chosen` on click or arrow, `opened` on double click."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, scheme: CategoryScheme, fetch: Fetch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentences = SentenceModel(scheme, fetch)
        self._empty = ""
        self.setModel(self.sentences)
        self.setItemDelegate(_Delegate(scheme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setCornerButtonEnabled(False)
        self.setAccessibleName("Sentences of the queue")
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.size("controls") + 21)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(40)
        for column, width in ((_STATE, 72), (_SUGGESTION, 172), (_DRUG, 108), (_SECTION, 108)):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, width)
        head.setSectionResizeMode(_TEXT, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(lambda index: self._tell(index, self.chosen))
        self.doubleClicked.connect(lambda index: self._tell(index, self.opened))

    def show_ids(self, ids: Sequence[SentenceId]) -> None:
        """Show these sentences; nothing moves when they are the ones that are shown."""
        self.sentences.set_ids(ids)

    def set_empty_text(self, sentence: str) -> None:
        self._empty = sentence
        self.viewport().update()

    def refresh(self, sentences: frozenset[SentenceId] | None = None) -> None:
        self.sentences.refresh(sentences)

    def set_current(self, sentence: SentenceId | None) -> None:
        row = -1 if sentence is None else self.sentences.row_of(sentence)
        if row < 0:
            self.clearSelection()
            self.scrollToTop()
        elif row != self.currentIndex().row() or not self.selectionModel().isSelected(
            self.currentIndex()
        ):
            index = self.sentences.index(row, _TEXT)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def selected_sentences(self) -> tuple[SentenceId, ...]:
        found = (self.sentences.sentence(i.row()) for i in self.selectionModel().selectedRows())
        return tuple(ident for ident in found if ident is not None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.verticalHeader().setDefaultSectionSize(theme.size("controls") + 21)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paging, ends of the list and Shift+arrows; every other key belongs to the window."""
        paging = event.key() in (
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        )
        extending = (
            event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        )
        if paging or extending:
            super().keyPressEvent(event)
            if paging:
                self._tell(self.currentIndex(), self.chosen)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.sentences.rowCount() and self._empty:
            painter = QPainter(self.viewport())
            painter.setFont(theme.font("reading"))
            painter.setPen(QColor(theme.current().secondary))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            rect = self.viewport().rect().adjusted(32, 0, -32, 0)
            painter.drawText(rect, int(flags), self._empty)

    def _tell(self, index: QModelIndex, signal) -> None:
        sentence = self.sentences.sentence(index.row())
        if sentence is not None:
            signal.emit(sentence)


class _Delegate(QStyledItemDelegate):
    def __init__(self, scheme: CategoryScheme, parent: QWidget) -> None:
        super().__init__(parent)
        self._scheme = scheme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, theme.size("controls") + 21)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(_ROW_ROLE)
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        selected = bool(
            option.state  # pyright: ignore[reportAttributeAccessIssue]
            & QStyle.StateFlag.State_Selected
        )
        colors = theme.current()
        painter.save()
        painter.fillRect(rect, QColor(colors.accent_tint if selected else colors.page))
        painter.fillRect(
            QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), QColor(colors.border)
        )
        if row is not None:
            self._cell(painter, rect.adjusted(12, 0, -12, 0), index.column(), row)
        painter.restore()

    def _cell(self, painter: QPainter, rect: QRectF, column: int, row: Row) -> None:
        colors = theme.current()
        regular = theme.font("controls")
        if column == _STATE:
            self._state(painter, rect, row)
        elif column == _TEXT:
            tone = colors.secondary if row.category else colors.text
            painting.text(painter, rect, row.text, regular, tone)
        elif column == _SUGGESTION:
            if row.suggestion is not None and row.probability is not None:
                category = self._scheme[row.suggestion]
                track = QRectF(rect.left(), rect.center().y() - 3, 36, 6)
                color = theme.category_color(category)
                painting.bar(painter, track, row.probability, color, QColor(colors.track))
                words = rect.adjusted(44, 0, 0, 0)
                painting.text(painter, words, category.name, theme.font("secondary"), colors.text)
                painting.text(
                    painter,
                    words,
                    painting.percent(row.probability),
                    theme.font("secondary"),
                    colors.secondary,
                    Qt.AlignmentFlag.AlignRight,
                )
        else:
            content = row.drug if column == _DRUG else row.section
            painting.text(painter, rect, content, theme.font("secondary"), colors.secondary)

    def _state(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        colors = theme.current()
        if row.category is not None:
            center = QPointF(rect.left() + painting.CHIP_WIDTH / 2, rect.center().y())
            painting.chip(painter, center, self._scheme[row.category])
            rect = rect.adjusted(24, 0, 0, 0)
        else:
            word = _STATE_WORDS.get(row.state, "")
            painting.text(painter, rect, word, theme.font("tags"), colors.secondary)
        if row.flagged:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.danger))
            painter.drawEllipse(QPointF(rect.right() - 2, rect.center().y()), 3, 3)
