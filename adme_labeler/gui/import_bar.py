"""A strip below the toolbar while files are read, or when an import did not come to its end."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from adme_labeler.gui import theme
from adme_labeler.gui.controls import ElidedText, Hairline, KeyButton, Panel, Text
from adme_labeler.gui.import_job import ImportView
from adme_labeler.language import tr

_LINE = 3.0
"""Thickness of the progress line."""


class ImportBar(Panel):
    """Shows an `ImportView`; hidden while there is none. Buttons ask for actions by id."""

    asked = Signal(str)
    """cancel-import, resume-import, give-up-import, import-report"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("raised", parent)
        self._share: float | None = None
        self._running = False
        self._title = Text("", "controls", strong=True)
        self._detail = ElidedText("", "controls", "secondary")
        self.cancel = KeyButton(tr("Cancel"))
        self.report = KeyButton(tr("Report"))
        self.give_up = KeyButton(tr("Leave it"))
        self.resume = KeyButton(tr("Resume"), primary=True)
        self.give_up.setToolTip(tr("Keep what came in and do not offer the rest again"))
        row = QHBoxLayout()
        row.setContentsMargins(24, 7, 14, 7)
        row.setSpacing(10)
        row.addWidget(self._title)
        row.addWidget(self._detail, 1)
        for button, ident in (
            (self.cancel, "cancel-import"),
            (self.report, "import-report"),
            (self.give_up, "give-up-import"),
            (self.resume, "resume-import"),
        ):
            button.clicked.connect(lambda _=False, i=ident: self.asked.emit(i))
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(row)
        whole.addWidget(Hairline())
        self.setAccessibleName(tr("Import"))
        self.hide()

    def show_import(self, view: ImportView | None) -> None:
        self.setVisible(view is not None)
        if view is None:
            return
        self._title.setText(view.title)
        self._detail.set_text(view.detail)
        self._running, self._share = view.running, view.share
        self.cancel.setVisible(view.running)
        self.cancel.setEnabled(not view.cancelling)
        for button in (self.report, self.give_up, self.resume):
            button.setVisible(not view.running)
        self.setAccessibleDescription(f"{view.title}. {view.detail}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._running or self._share is None:
            return
        colors = theme.current()
        painter = QPainter(self)
        line = QRectF(0, self.height() - _LINE, self.width(), _LINE)
        painter.fillRect(line, QColor(colors.track))
        line.setWidth(line.width() * min(1.0, self._share))
        painter.fillRect(line, QColor(colors.accent))
