"""Above the category buttons: what stood in place of a changed sentence, and its category."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.categories import Category, CategoryScheme
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import KeyButton, Text
from adme_labeler.language import tr
from adme_labeler.services.label_versions import Older

_MOST_LINES = 3


class OlderLine(QWidget):
    """A reference, not a suggestion: nothing is filled in until the curator asks for it."""

    asked = Signal()
    """Keep the older sentence's category."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._older: Older | None = None
        self._title = Text("", "secondary", "secondary", strong=True)
        self._chip = _Chip()
        self._name = Text("", "secondary")
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.keep = KeyButton(tr("Keep"), action="keep-older")
        self.keep.clicked.connect(self.asked)
        head = QHBoxLayout()
        head.setSpacing(6)
        for widget in (self._title, self._chip, self._name):
            head.addWidget(widget)
        head.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addLayout(head)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignBottom)
        self.show_older(None, False)

    def show_older(self, older: Older | None, live: bool) -> None:
        """None: the sentence came with no new version. `live`: it can be decided now."""
        self._older = older
        self.setVisible(older is not None)
        if older is None:
            return
        found = older.sentence is not None
        category = self._scheme[older.category] if older.category else None
        if found:
            self._title.setText(tr("Changed in version {version}. Before:", version=older.version))
        else:
            self._title.setText(
                tr(
                    "New in version {version}: it replaces no older sentence.",
                    version=older.version,
                )
            )
        self._chip.show_category(category)
        names = [self._scheme[key].name for key in older.also]
        if category:
            said = category.name
            if names:
                said = tr("{category} · also {further}", category=said, further=", ".join(names))
        else:
            said = tr("not decided") if found else ""
        self._name.setText(said)
        self.keep.setVisible(category is not None)
        self.keep.setEnabled(live)
        self.keep.set_text(tr("Keep {name}", name=category.name) if category else tr("Keep"))
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._dress()

    def _dress(self) -> None:
        older = self._older
        self._text.setVisible(older is not None and older.sentence is not None)
        if older is None or older.sentence is None:
            return
        self._text.setFont(theme.font("controls"))
        self._text.setMaximumHeight(self._text.fontMetrics().lineSpacing() * _MOST_LINES + 2)
        colors = theme.current()
        words = "".join(
            _struck(piece.text, colors.danger) if piece.changed else html.escape(piece.text)
            for piece in older.pieces
        )
        self._text.setText(f'<span style="color:{colors.text}">{words}</span>')
        self._text.setToolTip(older.text)
        self._text.setAccessibleName(tr("Older sentence: {text}", text=older.text))


def _struck(text: str, ink: str) -> str:
    words = text.lstrip()
    blank = text[: len(text) - len(words)]
    return f'{blank}<s style="color:{ink}">{html.escape(words)}</s>'


class _Chip(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._category: Category | None = None
        self.show_category(None)

    def show_category(self, category: Category | None) -> None:
        self._category = category
        self.setVisible(category is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(int(painting.CHIP_WIDTH), int(painting.CHIP_HEIGHT) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._category is not None:
            center = QPointF(self.width() / 2, self.height() / 2)
            painting.chip(QPainter(self), center, self._category)
