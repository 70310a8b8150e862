"""A note on one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.keymap import key_text
from adme_labeler.language import tr


class NoteDialog(Dialog):
    """`text()` after `accepted`. Ctrl+Enter saves."""

    def __init__(self, sentence: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Note"), parent, 520)
        self.body.addWidget(Text(sentence, "secondary", "secondary", wrap=True))
        self._field = QPlainTextEdit(note)
        self._field.setAccessibleName(tr("Note"))
        self._field.setPlaceholderText(tr("What should the next reader know about this sentence?"))
        self._field.setMinimumHeight(120)
        self._field.setTabChangesFocus(True)
        self._field.moveCursor(self._field.textCursor().MoveOperation.End)
        self.body.addWidget(self._field, 1)
        keys = tr("{key} saves the note", key=key_text("Ctrl+Enter"))
        self.body.addWidget(Text(keys, "secondary", "secondary"))
        self.add_close(tr("Cancel"), default=False)
        self.save = self.add_button(tr("Save"), default=True)
        self.save.setToolTip(key_text("Ctrl+Enter"))
        self.save.clicked.connect(self.accept)
        self.guard(self._field.toPlainText)
        self._field.setFocus()

    def text(self) -> str:
        return self._field.toPlainText().strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.accept()
        else:
            super().keyPressEvent(event)
