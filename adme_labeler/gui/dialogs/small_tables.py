"""Small tables in dialogs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget

from adme_labeler.gui import theme
from adme_labeler.language import tr

_NUMBERS = (tr("Drug labels"), tr("Sentences"), tr("Decided"))


def small_table(columns: Sequence[str], rows: int) -> QTableWidget:
    """Rows that are read, not edited; for at most some hundreds of them."""
    table = QTableWidget(rows, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.size("controls") + 19)
    table.setShowGrid(False)
    table.setAlternatingRowColors(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setMinimumHeight(280)
    table.setWordWrap(False)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, name in enumerate(columns):
        item = table.horizontalHeaderItem(column)
        if item is not None and name in _NUMBERS:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return table


def widths(table: QTableWidget, pixels: Sequence[int]) -> None:
    """Width of the first columns; the next one takes what is left."""
    for column, width in enumerate(pixels):
        table.setColumnWidth(column, width)
    table.horizontalHeader().setSectionResizeMode(len(pixels), QHeaderView.ResizeMode.Stretch)
