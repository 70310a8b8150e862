"""What an import brought, the held-out drugs, and what the program is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from adme_labeler import __version__
from adme_labeler.domain.records import GroupId
from adme_labeler.gui import theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.services.importing import FileReport
from adme_labeler.storage.labels import DrugGroup

_NUMBERS = ("Drug labels", "Sentences", "Decided")


class ImportReport(Dialog):
    """One row per file, files with a problem first."""

    def __init__(
        self, summary: str, files: Sequence[FileReport], parent: QWidget | None = None
    ) -> None:
        super().__init__("Import", parent, 760)
        self.body.addWidget(Text(summary, "controls", wrap=True))
        if not files:
            self.body.addWidget(
                Text("No file was imported yet: Ctrl+I adds drug labels.", "controls", "secondary")
            )
        else:
            self.table = _table(("File", "Result", "Drug labels", "Sentences", "Why"), len(files))
            for row, file in enumerate(sorted(files, key=lambda f: f.status == "read")):
                cells = (
                    Path(file.path).name,
                    file.status,
                    f"{file.labels:,}",
                    f"{file.sentences:,}",
                    file.reason,
                )
                for column, content in enumerate(cells):
                    item = QTableWidgetItem(content)
                    item.setToolTip(file.path if column == 0 else content)
                    if column in (2, 3):
                        item.setTextAlignment(
                            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                        )
                    self.table.setItem(row, column, item)
            _widths(self.table, (200, 96, 112, 104))
            self.body.addWidget(self.table, 1)
        self.add_close()


class HeldOutDialog(Dialog):
    """Choose which drug groups are never trained on; `chosen()` after `accepted`."""

    def __init__(self, groups: Sequence[DrugGroup], parent: QWidget | None = None) -> None:
        super().__init__("Held-out drugs", parent, 760)
        self._groups = groups
        self.body.addWidget(
            Text(
                "Recall is measured on these drugs: no model trains on them, and their "
                "suggestions stay hidden until you decide. A drug that a model has trained on, or "
                "whose suggestions were seen, can be held out only for models still to come.",
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        self.table = _table(
            ("Drug", "Held out", "Drug labels", "Sentences", "Decided"), len(groups)
        )
        for row, group in enumerate(groups):
            box = QTableWidgetItem()
            box.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            box.setCheckState(Qt.CheckState.Checked if group.held_out else Qt.CheckState.Unchecked)
            why = "trained on" if group.trained else "suggestions seen" if group.seen else ""
            box.setText(why)
            self.table.setItem(row, 0, QTableWidgetItem(group.key.title()))
            self.table.setItem(row, 1, box)
            for column, number in ((2, group.labels), (3, group.sentences), (4, group.decided)):
                item = QTableWidgetItem(f"{number:,}")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        _widths(self.table, (250, 150, 112, 104))
        self.body.addWidget(self.table, 1)
        self._count = Text("", "secondary", "secondary")
        self.body.addWidget(self._count)
        self.table.itemChanged.connect(lambda _: self._say())
        self.add_close("Cancel", default=False)
        self.add_button("Apply", default=True).clicked.connect(self.accept)
        self._say()

    def chosen(self) -> tuple[tuple[GroupId, ...], tuple[GroupId, ...]]:
        """(newly held out, newly given to training)."""
        out, back = [], []
        for row, group in enumerate(self._groups):
            checked = self._checked(row)
            if checked and not group.held_out:
                out.append(group.id)
            elif not checked and group.held_out:
                back.append(group.id)
        return tuple(out), tuple(back)

    def _checked(self, row: int) -> bool:
        box = self.table.item(row, 1)
        return box is not None and box.checkState() is Qt.CheckState.Checked

    def _say(self) -> None:
        rows = [r for r in range(len(self._groups)) if self._checked(r)]
        number = sum(self._groups[r].sentences for r in rows)
        self._count.setText(
            f"{len(rows):,} of {len(self._groups):,} drugs held out, {number:,} sentences"
        )


class AboutDialog(Dialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("ADME labeler", parent)
        self.body.addWidget(Text(f"Version {__version__}", "controls", "secondary"))
        self.body.addWidget(
            Text(
                "Read drug labels, decide with one key, let the model learn from you. The "
                "suggestions come from a two-stage fine-tuned transformer (arXiv 2207.10858). "
                "Everything runs on this computer; nothing is sent anywhere.",
                "controls",
                wrap=True,
            )
        )
        self.body.addWidget(Text("Apache License 2.0", "secondary", "secondary"))
        self.add_close()


def _table(columns: Sequence[str], rows: int) -> QTableWidget:
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


def _widths(table: QTableWidget, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths):
        table.setColumnWidth(column, width)
    table.horizontalHeader().setSectionResizeMode(len(widths), QHeaderView.ResizeMode.Stretch)
