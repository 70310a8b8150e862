"""Texts in the window's type roles."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.gui.theme import Role


class Text(QLabel):
    """Label in one of the type roles; `tone` names a colour of the palette."""

    def __init__(
        self,
        text: str = "",
        role: Role = "controls",
        tone: str = "text",
        strong: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role: Role = role
        self._tone = tone
        self._strong = strong
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self._dress()
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._dress()

    def _dress(self) -> None:
        font = _font(self._role, self._strong)
        if self.font() != font:
            self.setFont(font)
        color = QColor(getattr(theme.current(), self._tone))
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != color:
            palette.setColor(QPalette.ColorRole.WindowText, color)
            self.setPalette(palette)


class ElidedText(QWidget):
    """One line that ends in an ellipsis instead of pushing its neighbours aside."""

    def __init__(
        self,
        text: str = "",
        role: Role = "controls",
        tone: str = "text",
        strong: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        parent: QWidget | None = None,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._role: Role = role
        self._tone = tone
        self._strong = strong
        self._align = align
        self._elide = elide
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_text(self, text: str, tone: str | None = None) -> None:
        self._text = text
        self._tone = tone or self._tone
        self.setAccessibleName(text)
        self._hint_if_elided()
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font())
        return QSize(
            int(metrics.horizontalAdvance(self._text) + 1.999), int(metrics.height() + 3.999)
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._hint_if_elided()

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.text(
            QPainter(self),
            QRectF(self.rect()),
            self._text,
            self._font(),
            getattr(theme.current(), self._tone),
            self._align,
            self._elide,
        )

    def _hint_if_elided(self) -> None:
        self.setToolTip(self._text if self.sizeHint().width() > self.width() + 1 else "")

    def _font(self) -> QFont:
        return _font(self._role, self._strong)


def _font(role: Role, strong: bool) -> QFont:
    return theme.bold(role) if strong else theme.font(role)
