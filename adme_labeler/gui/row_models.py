"""What the long tables share: a model of titled columns, rows read a page at a time, the looks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
PAGE = 128
"""Rows read together."""
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_Key = TypeVar("_Key")
_Content = TypeVar("_Content")


class TableModel(QAbstractTableModel):
    """A flat table under these titles; a subclass says how many rows there are, and their cells."""

    def __init__(
        self,
        titles: Sequence[str],
        tips: Mapping[int, str] | None = None,
        figures: Collection[int] = (),
    ) -> None:
        """`tips`: what a title means, by column; `figures`: columns that stand to the right."""
        super().__init__()
        self._titles = titles
        self._tips = tips or {}
        self._figures = figures

    def count(self) -> int:
        """Rows that are shown."""
        raise NotImplementedError

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self.count()

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tips.get(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in self._figures else LEFT
        return None

    def emit_rows(self, first: int, last: int) -> None:
        """Say that these rows, in all columns, have other content."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._titles) - 1))


class Pages(Generic[_Key, _Content]):
    """Content of rows, read a page at a time as they show; so many pages are kept, latest used."""

    def __init__(
        self, read: Callable[[Sequence[_Key]], Mapping[_Key, _Content]], kept: int
    ) -> None:
        self._read = read
        self._kept = kept
        self._held: OrderedDict[int, list[_Content | None]] = OrderedDict()

    def get(self, keys: Sequence[_Key], row: int) -> _Content | None:
        """Content of a row of the table of all `keys`; None where there is none."""
        number = row // PAGE
        page = self._held.get(number)
        if page is None:
            wanted = keys[number * PAGE : (number + 1) * PAGE]
            found = self._read(wanted)
            page = self._held[number] = [found.get(key) for key in wanted]
            while len(self._held) > self._kept:
                self._held.popitem(last=False)
        else:
            self._held.move_to_end(number)
        return page[row % PAGE]

    def held(self) -> list[int]:
        """How many rows each page that is kept has."""
        return [len(page) for page in self._held.values()]

    def forget(self, row: int) -> None:
        """The page of this row is read again."""
        self._held.pop(row // PAGE, None)

    def clear(self) -> None:
        self._held.clear()


def dress(table: QTableView, row_height: int) -> None:
    """Whole rows of one height are chosen; no grid, no wrapped words, no row numbers."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(row_height)
    table.horizontalHeader().setHighlightSections(False)
