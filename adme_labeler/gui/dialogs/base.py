"""What every dialog shares: title, spacing, a row of buttons, one-sentence messages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.gui import keymap, manual
from adme_labeler.gui.controls import Text
from adme_labeler.language import tr

_FRAME = 36
"""Pixels of a screen's height that the title bar of a window takes."""


class Dialog(QDialog):
    """Title, a body to fill, and buttons at the right below."""

    def __init__(self, title: str, parent: QWidget | None = None, width: int = 480) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 20)
        whole.setSpacing(16)
        # A minimum set on the window itself would let larger text be clipped.
        whole.addStrut(width - 48)
        whole.addWidget(Text(title, "title", strong=True))
        whole.addLayout(self.body, 1)
        self._warning = Text("", "secondary", "warning", wrap=True)
        self._warning.hide()
        whole.addWidget(self._warning)
        whole.addLayout(self._buttons)
        self._entered: Callable[[], object] = lambda: None
        self._at_first = self._warned_of = self._entered()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._make_room()
        return done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no control in the dialog has used."""
        focused = self.focusWidget()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(focused, QPushButton) and focused.isEnabled():
            # The one that shows the focus, where Qt would press the default one.
            focused.click()
        elif keymap.current().action_for(event) == "manual":
            manual.show(
                QApplication.focusWidget() or self,
                lambda title, sentence: Message(title, sentence, parent=self).open(),
            )
        else:
            super().keyPressEvent(event)

    def guard(self, entered: Callable[[], object]) -> None:
        """What is `entered` from now on is not given up by one press of Esc."""
        self._entered = entered
        self._at_first = self._warned_of = entered()

    def reject(self) -> None:
        entered = self._entered()
        if entered in (self._at_first, self._warned_of):
            self.give_up()
            return
        self._warned_of = entered
        self._warning.setText(tr("What you entered is not saved. Close once more to give it up."))
        self._warning.show()

    def give_up(self) -> None:
        """Close, and keep nothing of what was entered."""
        super().reject()

    def _make_room(self) -> None:
        """As high as wrapped lines need at this width: Qt asks them at a width of its own."""
        layout = self.layout()
        if layout is None or not layout.hasHeightForWidth():
            return
        needed = layout.totalMinimumHeightForWidth(self.width())
        room = self.screen().availableSize().height() - _FRAME
        if needed > room:
            # Rather over the edge of a small screen than squashed until nothing can be read.
            needed = max(room, min(needed, layout.totalMinimumSize().height()))
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)

    def add_button(self, text: str, default: bool = False) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(default)
        button.setDefault(default)
        self._buttons.addWidget(button)
        return button

    def add_close(self, text: str = tr("Close"), default: bool = True) -> QPushButton:
        button = self.add_button(text, default)
        button.clicked.connect(self.give_up)
        return button


class Message(Dialog):
    """One sentence, and for those who want it the details below."""

    def __init__(
        self, title: str, sentence: str, detail: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent, 640 if detail else 480)
        said = QLabel(sentence)
        said.setWordWrap(True)
        self.body.addWidget(said)
        if detail:
            box = QPlainTextEdit(detail)
            box.setReadOnly(True)
            lines = max(3, min(12, len(detail.splitlines()) + 1))
            height = lines * box.fontMetrics().lineSpacing() + 24
            box.setMinimumHeight(height)
            if lines < 12:
                box.setMaximumHeight(height)
            box.setAccessibleName(tr("Details"))
            self.body.addWidget(box)
        self.add_close()
