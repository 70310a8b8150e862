"""The rows of the history: operations, newest first, and the table that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from adme_labeler.gui import theme, words
from adme_labeler.gui.row_models import RIGHT, ROOT, Index, Pages, TableModel, dress
from adme_labeler.language import number, tr
from adme_labeler.services import history, titles
from adme_labeler.services.history import Entry, Standing
from adme_labeler.services.session import Session

_PAGES_KEPT = 32
COLUMNS = (tr("No."), tr("When"), tr("What"), tr("Kind"), tr("Curator"), "")
_NUMBER, _WHEN, _WHAT, _KIND, _CURATOR, _STANDING = range(len(COLUMNS))
_STANDING_WORDS = {
    Standing.HOLDS: "",
    Standing.UNDONE: tr("undone"),
    Standing.STAYS: tr("cannot be undone"),
}


class HistoryModel(TableModel):
    """Numbers of operations; their entries are read a page at a time and kept for a while."""

    def __init__(self, session: Session) -> None:
        super().__init__(COLUMNS, figures=[_NUMBER])
        self._session = session
        self._numbers: Sequence[int] = ()
        self._pages = Pages(self._read, _PAGES_KEPT)

    def show(self, numbers: Sequence[int]) -> None:
        self.beginResetModel()
        self._numbers = numbers
        self._pages.clear()
        self.endResetModel()

    def prepend(self, numbers: Sequence[int]) -> None:
        """Newer operations; what became of the older ones is read again."""
        self._pages.clear()
        if numbers:
            self.beginInsertRows(ROOT, 0, len(numbers) - 1)
            self._numbers = [*numbers, *self._numbers]
            self.endInsertRows()
        if self._numbers:
            self.emit_rows(0, len(self._numbers) - 1)

    def number(self, row: int) -> int | None:
        return self._numbers[row] if 0 <= row < len(self._numbers) else None

    def row_of(self, number: int) -> int:
        try:
            return self._numbers.index(number)
        except ValueError:
            return -1

    def entry(self, row: int) -> Entry | None:
        return self._pages.get(self._numbers, row)

    def count(self) -> int:
        return len(self._numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _cell(entry, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            colors = theme.current()
            plain = column == _WHAT and entry.standing is not Standing.UNDONE
            return QColor(colors.text if plain else colors.secondary)
        if role == Qt.ItemDataRole.FontRole and column == _WHAT:
            if entry.standing is not Standing.UNDONE:
                return None
            struck = QFont(theme.font("controls"))
            struck.setStrikeOut(True)
            return struck
        if role == Qt.ItemDataRole.TextAlignmentRole and column == _NUMBER:
            return RIGHT
        return None

    def _read(self, numbers: Sequence[int]) -> Mapping[int, Entry]:
        return history.entries(self._session, numbers)


class HistoryTable(QTableView):
    """`opened` on Enter or double click."""

    opened = Signal()

    def __init__(self, model: HistoryModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(tr("Operations, newest first"))
        self.setObjectName("report")
        dress(self, theme.size("controls") + 15)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        widths = ((_NUMBER, 80), (_WHEN, 144), (_KIND, 124), (_CURATOR, 100), (_STANDING, 144))
        for column, width in widths:
            self.setColumnWidth(column, round(theme.scaled(width)))
        head.setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(lambda _: self.opened.emit())

    def choose(self, row: int) -> None:
        if row < 0:
            self.clearSelection()
            return
        self.setCurrentIndex(self.model().index(row, _WHAT))

    def show_chosen(self) -> None:
        self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Backspace and not plain:
            event.ignore()
        else:
            super().keyPressEvent(event)


def _cell(entry: Entry, column: int) -> str:
    operation = entry.operation
    if column == _NUMBER:
        return f"#{number(operation.id)}"
    if column == _WHEN:
        return _local(operation.at)
    if column == _WHAT:
        return titles.in_words(operation.summary)
    if column == _KIND:
        return history.kind_words(operation.kind)
    return operation.curator if column == _CURATOR else _STANDING_WORDS[entry.standing]


def _local(at: str) -> str:
    try:
        moment = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return at
    if moment.date() == datetime.now().astimezone().date():
        return tr("today {time}", time=f"{moment:%H:%M:%S}")
    return f"{words.date(moment)} {moment:%H:%M}"
