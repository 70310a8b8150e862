"""List view: the queue as a table that can be sorted, and of which many rows can be selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QByteArray,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QMenu,
    QTableView,
    QWidget,
)

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.records import AnnotationState, SentenceId
from adme_labeler.gui import painting, theme, words
from adme_labeler.gui.row_models import PAGE, Index, dress
from adme_labeler.gui.sentence_cells import SentenceCells, row_height
from adme_labeler.gui.sentence_model import (
    COLUMNS,
    TEXT,
    TITLES,
    Fetch,
    Row,
    SentenceModel,
)
from adme_labeler.language import tr
from adme_labeler.services.finding import Column

__all__ = ["PAGE", "Fetch", "Row", "SentenceList", "SentenceModel"]

_WIDTHS = {
    Column.STATE: 84,
    Column.CATEGORY: 80,
    Column.SUGGESTION: 108,
    Column.PROBABILITY: 72,
    Column.DRUG: 100,
    Column.SECTION: 100,
    Column.NOTE: 64,
}
_MARGINS = 26
"""Beside the words of a cell."""
_READABLE = 520
"""Widest line of the sentence that an empty list shows."""
_ROOMY = 840
"""Below this width the section gives way to the sentence, unless the curator chose columns."""
# Said outright: by itself a view looks at Ctrl and Shift, which may be held just now.
_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
_PAGING = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)
_CHANGING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class SentenceList(QTableView):
    """The table. `chosen` on click or arrow, `opened` on double click or Enter.

    `selected` carries how many rows are selected; `sort_asked` a `Column` (None: as the queue
    has them) and whether it runs downwards; `menu_asked` where a menu is wanted.
    """

    chosen = Signal(int)
    opened = Signal(int)
    selected = Signal(int)
    sort_asked = Signal(object, bool)
    copy_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, scheme: CategoryScheme, fetch: Fetch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentences = SentenceModel(scheme, fetch)
        self._empty = ""
        self._sorted: tuple[Column, bool] | None = None
        self._own_columns = False
        """The curator has chosen or moved columns."""
        self.setModel(self.sentences)
        self.setItemDelegate(SentenceCells(scheme, self))
        dress(self, row_height())
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Sentences of the queue"))
        self._dress_header()
        self.doubleClicked.connect(lambda index: self._tell(index, self.opened))

    # ------------------------------------------------------------------ what is shown

    def show_ids(self, ids: Sequence[SentenceId]) -> None:
        """Show these sentences; nothing moves when they are the ones that are shown."""
        self.sentences.set_ids(ids)

    def set_empty_text(self, sentence: str) -> None:
        self._empty = sentence
        self.viewport().update()

    def refresh(self, sentences: frozenset[SentenceId] | None = None) -> None:
        self.sentences.refresh(sentences)

    def set_current(self, sentence: SentenceId | None) -> None:
        """Mark the row of this sentence; a selection of several rows around it stays."""
        row = -1 if sentence is None else self.sentences.row_of(sentence)
        if row < 0:
            self.clearSelection()
            self.scrollToTop()
            return
        index = self.sentences.index(row, TEXT)
        model = self.selectionModel()
        if self.selected_count() > 1 and model.isRowSelected(row):
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        elif row != self.currentIndex().row() or not model.isRowSelected(row):
            model.setCurrentIndex(index, _ONLY)
            self.scrollTo(index)

    def set_sorted(self, column: Column | None, descending: bool = False) -> None:
        """Show by which column the rows are sorted."""
        self._sorted = None if column is None else (column, descending)
        # Qt's own mark points down where the rows ascend; ours points to where they grow.
        order = Qt.SortOrder.AscendingOrder if descending else Qt.SortOrder.DescendingOrder
        place = -1 if column is None else COLUMNS.index(column)
        self.horizontalHeader().setSortIndicator(place, order)

    def layout_state(self) -> QByteArray:
        """Order, widths and visibility of the columns; empty where nobody has changed them."""
        return self.horizontalHeader().saveState() if self._own_columns else QByteArray()

    def restore_layout(self, state: QByteArray) -> None:
        """What `layout_state` gave; the sort order is not brought back."""
        if not state.isEmpty() and self.horizontalHeader().restoreState(state):
            self._behave_header()
            self._own_columns = True
        self.set_sorted(None)

    # ------------------------------------------------------------------ selection

    def selected_count(self) -> int:
        return sum(last - first + 1 for first, last in self._ranges())

    def selected_sentences(self) -> tuple[SentenceId, ...]:
        """From top to bottom."""
        ids = self.sentences.ids()
        return tuple(i for first, last in self._ranges() for i in ids[first : last + 1])

    def let_go(self) -> None:
        """Back to one selected row, the current one."""
        self.selectionModel().setCurrentIndex(self.currentIndex(), _ONLY)

    def columns_menu(self, parent: QWidget) -> QMenu:
        """Which columns are shown."""
        menu = QMenu(tr("Columns"), parent)
        head = self.horizontalHeader()
        for place, column in enumerate(COLUMNS):
            action = menu.addAction(TITLES[column])
            action.setCheckable(True)
            action.setChecked(not head.isSectionHidden(place))
            action.setEnabled(column is not Column.TEXT)
            action.toggled.connect(lambda on, p=place: self._show_column(p, on))
        menu.addSeparator()
        menu.addAction(tr("As at first"), self._first_columns)
        return menu

    def sort_menu(self, parent: QWidget) -> QMenu:
        """Sorting without a mouse."""
        menu = QMenu(tr("Sort by"), parent)
        for column in COLUMNS:
            menu.addAction(TITLES[column], lambda c=column: self._ask_sort(c))
        menu.addSeparator()
        menu.addAction(tr("Order of the queue"), lambda: self.sort_asked.emit(None, False))
        return menu

    # ------------------------------------------------------------------ events

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.verticalHeader().setDefaultSectionSize(row_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.selected.emit(self.selected_count())

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        for row in {current.row(), previous.row()} - {-1}:
            # The mark of the current row is no part of the selection.
            first = self.horizontalHeader().logicalIndex(0)
            self.viewport().update(self.visualRect(self.sentences.index(row, first)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._settle()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        self.menu_asked.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a table does with keys; every other key belongs to the window."""
        key, modifiers = event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        extending = key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and bool(
            modifiers & Qt.KeyboardModifier.ShiftModifier
        )
        if key in _PAGING or extending:
            super().keyPressEvent(event)
            self._settle()
        elif control and key == Qt.Key.Key_A:
            self.selectAll()
        elif control and key == Qt.Key.Key_C:
            self.copy_asked.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers & _CHANGING:
            self._tell(self.currentIndex(), self.opened)
        elif key == Qt.Key.Key_Escape and self.selected_count() > 1:
            self.let_go()
            self._settle()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.sentences.rowCount() and self._empty:
            painter = QPainter(self.viewport())
            painter.setFont(theme.font("reading"))
            painter.setPen(QColor(theme.current().secondary))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            room = self.viewport().rect()
            aside = max(32, (room.width() - _READABLE) // 2)
            rect = room.adjusted(aside, 0, -aside, 0)
            painter.drawText(rect, int(flags), self._empty)

    # ------------------------------------------------------------------ helpers

    def _dress_header(self) -> None:
        head = self.horizontalHeader()
        # With the selection of the rows, the header would look through every selected row of
        # every column each time it is painted: a second where 100,000 are selected.
        head.setSelectionModel(QItemSelectionModel(self.sentences, head))
        head.setMinimumSectionSize(44)
        self._behave_header()
        self._first_columns()
        head.sectionMoved.connect(lambda *_: self._changed_columns())
        head.sectionResized.connect(lambda *_: self._changed_columns())
        head.sectionClicked.connect(lambda place: self._ask_sort(COLUMNS[place]))
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(
            lambda place: self.columns_menu(self).popup(head.mapToGlobal(place))
        )

    def _show_column(self, place: int, shown: bool) -> None:
        self._own_columns = True
        self.horizontalHeader().setSectionHidden(place, not shown)

    def _make_room(self) -> None:
        if not self._own_columns:
            narrow = self.viewport().width() < _ROOMY
            place = COLUMNS.index(Column.SECTION)
            self.horizontalHeader().setSectionHidden(place, narrow)

    def _behave_header(self) -> None:
        head = self.horizontalHeader()
        head.setSectionsMovable(True)
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        for place in range(len(COLUMNS)):
            mode = QHeaderView.ResizeMode.Interactive
            head.setSectionResizeMode(
                place, QHeaderView.ResizeMode.Stretch if place == TEXT else mode
            )

    def _changed_columns(self) -> None:
        """Only what a hand on the header does counts as the curator's own."""
        if QApplication.mouseButtons() and self.horizontalHeader().underMouse():
            self._own_columns = True

    def _first_columns(self) -> None:
        head = self.horizontalHeader()
        self._own_columns = False
        for place, column in enumerate(COLUMNS):
            head.setSectionHidden(place, False)
            head.moveSection(head.visualIndex(place), place)
            if column in _WIDTHS:
                self.setColumnWidth(place, _width(column))
        if self._sorted is None:
            head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._make_room()

    def _ask_sort(self, column: Column) -> None:
        """Up, down, and as the queue has them: a third click undoes the sorting."""
        if self._sorted == (column, False):
            self.sort_asked.emit(column, True)
        elif self._sorted == (column, True):
            self.sort_asked.emit(None, False)
        else:
            self.sort_asked.emit(column, False)

    def _ranges(self) -> list[tuple[int, int]]:
        """Selected rows as (first, last), from top to bottom; columns apart count once."""
        selection = self.selectionModel()
        if selection is None:
            return []
        found: list[tuple[int, int]] = []
        parts = list(selection.selection())  # pyright: ignore[reportArgumentType]
        for first, last in sorted({(r.top(), r.bottom()) for r in parts}):
            if found and first <= found[-1][1] + 1:
                found[-1] = found[-1][0], max(last, found[-1][1])
            else:
                found.append((first, last))
        return found

    def _settle(self) -> None:
        """One selected row is the one the desk goes to; with several the desk stays."""
        number = self.selected_count()
        if number == 0 and self.currentIndex().isValid():
            self.let_go()
            number = 1
        if number == 1:
            sentence = self.selected_sentences()[0]
            self.chosen.emit(sentence)

    def _tell(self, index: Index, signal) -> None:
        sentence = self.sentences.sentence(index.row())
        if sentence is not None:
            signal.emit(sentence)


def _width(column: Column) -> int:
    if column is not Column.STATE:
        return _WIDTHS[column]
    font = theme.font("secondary")
    longest = max(painting.text_width(words.state(state), font) for state in AnnotationState)
    return max(_WIDTHS[column], round(longest) + _MARGINS)
