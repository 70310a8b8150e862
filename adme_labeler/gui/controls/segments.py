"""A row of choices of which one holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.language import tr


class Segments(QWidget):
    """Row of choices of which one holds, drawn as one control."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """`choices` are (id, text)."""
        super().__init__(parent)
        self._choices = list(choices)
        self._current = self._choices[0][0]
        self._hover = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._announce()

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Other choices; the present one stays where it is still among them."""
        self._choices = list(choices)
        if self._current not in {ident for ident, _ in choices}:
            self._current = choices[0][0]
        self._hover = -1
        self._announce()
        self.updateGeometry()
        self.update()

    def set_text(self, ident: str, text: str) -> None:
        self._choices = [(i, text if i == ident else t) for i, t in self._choices]
        self._announce()
        self.updateGeometry()
        self.update()

    def offer(self, ident: str, text: str) -> None:
        """Add a choice at the end or give it another text; "" takes it away."""
        there = self.has(ident)
        if text and there:
            self.set_text(ident, text)
        elif text or there:
            self._choices = [(i, t) for i, t in self._choices if i != ident]
            self._choices += [(ident, text)] if text else []
            if not self.has(self._current):
                self._current = self._choices[0][0]
            self._announce()
            self.updateGeometry()
            self.update()

    def set_current(self, ident: str) -> None:
        if ident in {i for i, _ in self._choices}:
            self._current = ident
            self._announce()
            self.update()

    def has(self, ident: str) -> bool:
        return any(i == ident for i, _ in self._choices)

    def current(self) -> str:
        return self._current

    def choose(self, ident: str) -> None:
        """Make this the choice and tell listeners, as a click does."""
        self.set_current(ident)
        self.chosen.emit(ident)

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths())), max(30, theme.size("controls") + 17))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if step is None:
            event.ignore()
            return
        idents = [i for i, _ in self._choices]
        self.choose(idents[(idents.index(self._current) + step) % len(idents)])

    def mouseMoveEvent(self, event) -> None:
        self._hover = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            index = self._at(event.position().x())
            if index >= 0:
                self.choose(self._choices[index][0])

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        frame = QRectF(self.rect())
        painting.rounded(painter, frame, 6, QColor(colors.raised), QColor(colors.border_strong))
        left = 0.0
        for index, ((ident, content), width) in enumerate(
            zip(self._choices, self._widths(), strict=True)
        ):
            box = QRectF(left, 0, width, frame.height())
            is_current = ident == self._current
            if is_current or index == self._hover:
                fill = QColor(colors.accent_tint if is_current else colors.hover)
                painting.rounded(painter, box.adjusted(2, 2, -2, -2), 4, fill)
            painting.text(
                painter,
                box,
                content,
                theme.bold("controls") if is_current else theme.font("controls"),
                colors.accent if is_current else colors.secondary,
                Qt.AlignmentFlag.AlignHCenter,
            )
            left += width
        if self.hasFocus():
            painting.rounded(painter, frame, 6, None, QColor(colors.accent), 2)

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(theme.bold("controls"))
        return [float(round(metrics.horizontalAdvance(text) + 24)) for _, text in self._choices]

    def _at(self, x: float) -> int:
        left = 0.0
        for index, width in enumerate(self._widths()):
            if left <= x < left + width:
                return index
            left += width
        return -1

    def _announce(self) -> None:
        self.setAccessibleName(
            ", ".join(
                tr("{name} (chosen)", name=t) if i == self._current else t for i, t in self._choices
            )
        )
