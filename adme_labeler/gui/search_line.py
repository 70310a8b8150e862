"""The search line above the text: opens with / or Ctrl+F, closes with Escape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from adme_labeler.gui.controls import Hairline, KeyButton, Panel, Text
from adme_labeler.gui.keymap import key_text
from adme_labeler.gui.search_completion import Completions
from adme_labeler.language import tr, trn
from adme_labeler.services.completing import Vocabulary

_PAUSE_MS = 120
"""Typing this long without a key starts the search."""


class SearchLine(Panel):
    """`changed` carries what is searched for; `left` asks to close, `entered` to go to the first.

    `save_asked` and `manage_asked` are about saved filters.
    """

    changed = Signal(str)
    left = Signal()
    entered = Signal()
    save_asked = Signal()
    manage_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chrome", parent)
        self.field = _Field()
        self.field.setPlaceholderText(
            tr("Words, “a phrase”, or category:M state:open p<0.6 …  (↓ shows what can be asked)")
        )
        self.field.setAccessibleName(tr("Search the sentences"))
        self.field.setClearButtonEnabled(True)
        self.completions = Completions(self.field)
        self.field.completions = self.completions
        self._found = Text("", "secondary", "secondary")
        self.star = KeyButton("", "", "star")
        self.star.setAccessibleName(tr("Save this search as a filter"))
        self.star.setToolTip(tr("Save this search as a filter (Ctrl+D)"))
        self.filters = KeyButton(tr("Filters"), "", "chevron-down")
        self.filters.setToolTip(tr("Saved filters and recent searches"))
        self._close = KeyButton(tr("Close"), "Esc")
        self._message = Text("", "secondary", "secondary", wrap=True)
        self._message.setAccessibleName(tr("What the search says"))
        self._message.hide()
        self._saved: Mapping[str, str] = {}
        self._recent: Sequence[str] = ()
        self._words: Callable[[], Vocabulary] = Vocabulary
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.tell)
        self.field.textChanged.connect(lambda _: self._typed())
        self.field.textEdited.connect(lambda _: self.completions.look())
        self.field.returnPressed.connect(self._enter)
        self.field.escaped.connect(self.left)
        self.star.clicked.connect(self.save_asked)
        self.filters.clicked.connect(self.open_filters)
        self._close.clicked.connect(self.left)
        self._arrange()

    def open(self) -> None:
        self.completions.set_words(self._words())
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def text(self) -> str:
        """What is searched for. A blank behind the last word ends it, so it stays."""
        return self.field.text().lstrip()

    def search_for(self, written: str) -> None:
        """Put a search into the line, as if it had been typed to its end."""
        self.show()
        self.field.setText(f"{written} ")
        self.completions.hide()
        self.tell()

    def tell(self) -> None:
        """Search now."""
        self._pause.stop()
        self.changed.emit(self.text())

    def set_words_from(self, words: Callable[[], Vocabulary]) -> None:
        """Where the words for completing come from, asked each time the line opens."""
        self._words = words

    def set_found(self, count: int | None) -> None:
        """How many sentences matched; None while nothing is searched for."""
        if count is None:
            self._found.setText("")
        else:
            self._found.setText(trn("{count:,} sentence", "{count:,} sentences", count))

    def say(self, sentence: str, tone: str = "secondary") -> None:
        """One sentence under the line; nothing where it is empty."""
        self._message.set_tone(tone)
        self._message.setText(sentence)
        self._message.setVisible(bool(sentence))

    def message(self) -> str:
        return self._message.text()

    def set_filters(self, saved: Mapping[str, str], recent: Sequence[str]) -> None:
        """Saved filters by name, and searches of late, newest first."""
        self._saved, self._recent = dict(saved), tuple(recent)
        self._mark_star()

    def open_filters(self) -> None:
        """Show the menu of saved filters and recent searches under its button."""
        menu = self.filters_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.filters.mapToGlobal(QPoint(0, self.filters.height() + 2)))

    def filters_menu(self) -> QMenu:
        """Saved filters and recent searches."""
        menu = QMenu(self)
        menu.setAccessibleName(tr("Saved filters and recent searches"))
        menu.setToolTipsVisible(True)
        if not self._saved:
            menu.addAction(tr("No filter is saved yet")).setEnabled(False)
        for name, written in self._saved.items():
            action = menu.addAction(name.replace("&", "&&"))
            action.setToolTip(written)
            action.triggered.connect(lambda _=False, w=written: self._take(w))
        menu.addSeparator()
        save = menu.addAction(
            "\t".join((tr("Save this search…"), key_text("Ctrl+D"))), self.save_asked.emit
        )
        save.setEnabled(bool(self.text().strip()))
        manage = menu.addAction(tr("Rename or delete filters…"), self.manage_asked.emit)
        manage.setEnabled(bool(self._saved))
        if self._recent:
            menu.addSection(tr("Recent searches"))
            for written in self._recent:
                shown = written if len(written) <= 60 else f"{written[:59]}…"
                action = menu.addAction(shown.replace("&", "&&"))
                action.triggered.connect(lambda _=False, w=written: self._take(w))
        return menu

    def hideEvent(self, event: QEvent) -> None:
        self.completions.hide()

    def _typed(self) -> None:
        self._pause.start()
        self._mark_star()

    def _take(self, written: str) -> None:
        self.search_for(written)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _enter(self) -> None:
        if self._pause.isActive():
            self.tell()
        self.entered.emit()

    def _mark_star(self) -> None:
        self.star.set_icon("star-full" if self.text().strip() in self._saved.values() else "star")
        self.star.setEnabled(bool(self.text().strip()))

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self._found)
        for button in (self.star, self.filters, self._close):
            row.addWidget(button)
        inside = QVBoxLayout()
        inside.setContentsMargins(24, 8, 24, 8)
        inside.setSpacing(6)
        inside.addLayout(row)
        inside.addWidget(self._message)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(inside)
        whole.addWidget(Hairline())
        self._mark_star()


class _Field(QLineEdit):
    """Choices first, then the search line, then the field itself."""

    escaped = Signal()
    completions: Completions | None = None

    def event(self, event: QEvent) -> bool:
        # Tab never reaches keyPressEvent: Qt moves the focus before.
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self.completions is not None
            and self.completions.handle(event)
        ):
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.completions is not None and self.completions.handle(event):
            return
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.completions is not None:
                self.completions.hide()
            self.returnPressed.emit()
        elif event.key() == Qt.Key.Key_Down and self.completions is not None:
            self.completions.look(everything=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.completions is not None:
            self.completions.hide()
