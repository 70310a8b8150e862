"""What stands before the window while an operation on very many sentences is written."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr


class WritingDialog(Dialog):
    """Says what is written; `rejected` where the curator wants none of it."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        said = tr("All of it is saved in one step, or nothing: Cancel leaves everything as it was.")
        self.body.addWidget(Text(said, "secondary", "secondary", wrap=True))
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(title)
        self.body.addWidget(bar)
        self.add_close(tr("Cancel"), default=False)
