"""Grounds and lines that hold panels apart."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from adme_labeler.gui import painting, theme


class Card(QFrame):
    """Group with a thin rounded outline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 12, 14, 14)
        self.body.setSpacing(8)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painting.rounded(
            QPainter(self), QRectF(self.rect()), 8, QColor(colors.raised), QColor(colors.border)
        )


class Hairline(QWidget):
    """A line one pixel thick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(theme.current().border))


class FocusDrawn(QWidget):
    """Paints itself otherwise while it has the focus."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class Panel(QWidget):
    """Plain widget filled with a colour of the palette, named by `tone`."""

    def __init__(self, tone: str = "chrome", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(getattr(theme.current(), self._tone)))
