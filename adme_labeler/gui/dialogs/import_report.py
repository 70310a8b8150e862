"""What imports brought into the project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidgetItem, QWidget

from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.small_tables import small_table, widths
from adme_labeler.services.importing import FileReport


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
            self.table = small_table(
                ("File", "Result", "Drug labels", "Sentences", "Why"), len(files)
            )
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
            widths(self.table, (200, 96, 112, 104))
            self.body.addWidget(self.table, 1)
        self.add_close()
