"""Tables of dialogs: plain rows without a grid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget

from adme_labeler.gui import theme


def plain_table(columns: Sequence[str], rows: int) -> QTableWidget:
    """A table to read: whole rows are chosen, nothing is edited."""
    table = QTableWidget(rows, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    dress(table)
    return table


def dress(table: QTableWidget) -> None:
    """The looks of `plain_table` for a table that is there already."""
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.size("controls") + 19)
    table.setShowGrid(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setStretchLastSection(True)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
