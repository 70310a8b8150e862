"""The search line above the text: opens with / or Ctrl+F, closes with Escape."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from adme_labeler.gui.controls import Hairline, KeyButton, Panel, Text

_PAUSE_MS = 120
"""Typing this long without a key starts the search."""


class SearchLine(Panel):
    """`changed` carries what is searched for; `left` asks to close."""

    changed = Signal(str)
    left = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chrome", parent)
        self.field = _Field()
        self.field.setPlaceholderText("Words, or “a phrase”: Enter goes to the sentences")
        self.field.setAccessibleName("Search the sentences")
        self.field.setClearButtonEnabled(True)
        self._found = Text("", "secondary", "secondary")
        self._close = KeyButton("Close", "Esc")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.changed.emit(self.field.text().strip()))
        self.field.textChanged.connect(lambda _: self._pause.start())
        self.field.returnPressed.connect(self._enter)
        self.field.escaped.connect(self.left)
        self._close.clicked.connect(self.left)
        row = QHBoxLayout()
        row.setContentsMargins(24, 8, 24, 8)
        row.setSpacing(12)
        row.addWidget(self.field, 1)
        row.addWidget(self._found)
        row.addWidget(self._close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(row)
        whole.addWidget(Hairline())

    def open(self) -> None:
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def set_found(self, count: int | None) -> None:
        """How many sentences matched; None while nothing is searched for."""
        if count is None:
            self._found.setText("")
        else:
            self._found.setText(f"{count:,} sentence{'s' if count != 1 else ''}")

    def _enter(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self.changed.emit(self.field.text().strip())
        self.entered.emit()


class _Field(QLineEdit):
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)
