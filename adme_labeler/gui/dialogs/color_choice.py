"""A pair of colours for a category: out of a palette that is well told apart, or typed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.colors import PALETTE
from adme_labeler.gui import icons, painting, theme
from adme_labeler.gui.controls import Text
from adme_labeler.language import tr

_SIDE, _GAP = 28, 6


class ColorChoice(QWidget):
    """`colors()` are those on light and on dark windows, as typed; `changed` by any way."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.palette_ = Swatches()
        self.light, self.dark = QLineEdit(), QLineEdit()
        for field, name in ((self.light, tr("Colour on light")), (self.dark, tr("Colour on dark"))):
            field.setAccessibleName(name)
            field.setMaxLength(7)
            field.setFixedWidth(7 * theme.size("controls"))
            field.textEdited.connect(lambda _: self._typed())
        typed = QHBoxLayout()
        typed.setSpacing(8)
        for words, field in ((tr("on light"), self.light), (tr("on dark"), self.dark)):
            typed.addWidget(Text(words, "secondary", "secondary"))
            typed.addWidget(field)
            typed.addSpacing(8)
        typed.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.palette_)
        whole.addLayout(typed)
        self.palette_.chosen.connect(self._picked)

    def show_colors(self, light: str, dark: str) -> None:
        self.light.setText(light)
        self.dark.setText(dark)
        self.palette_.show_pair(light, dark)

    def colors(self) -> tuple[str, str]:
        return self.light.text().strip().upper(), self.dark.text().strip().upper()

    def _picked(self, place: int) -> None:
        self.show_colors(*PALETTE[place][1:])
        self.changed.emit()

    def _typed(self) -> None:
        self.palette_.show_pair(*self.colors())
        self.changed.emit()


class Swatches(QWidget):
    """The palette as squares; arrow keys and clicks choose."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._announce()

    def show_pair(self, light: str, dark: str) -> None:
        wanted = (light.upper(), dark.upper())
        pairs = [(a.upper(), b.upper()) for _, a, b in PALETTE]
        self._current = pairs.index(wanted) if wanted in pairs else -1
        self._announce()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(len(PALETTE) * (_SIDE + _GAP) - _GAP, _SIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
            return
        start = self._current if self._current >= 0 else (0 if step < 0 else -1)
        self._choose((start + step) % len(PALETTE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, inside = divmod(int(event.position().x()), _SIDE + _GAP)
        if event.button() == Qt.MouseButton.LeftButton and inside < _SIDE:
            self._choose(min(place, len(PALETTE) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        for place, (_, light, dark) in enumerate(PALETTE):
            box = QRectF(place * (_SIDE + _GAP), 0, _SIDE, _SIDE)
            fill = QColor(dark if colors.dark else light)
            chosen = place == self._current
            if chosen and self.hasFocus():
                painting.rounded(painter, box, 6, None, QColor(colors.accent), 2)
            painting.rounded(painter, box.adjusted(3, 3, -3, -3), 4, fill)
            if chosen:
                ink = QColor("#0E1521" if colors.dark else "#FFFFFF")
                icons.draw(painter, "check", box.adjusted(7, 7, -7, -7), ink)
        if self._current < 0 and self.hasFocus():
            painting.rounded(painter, QRectF(self.rect()), 6, None, QColor(colors.accent), 2)

    def _choose(self, place: int) -> None:
        self._current = place
        self._announce()
        self.update()
        self.chosen.emit(place)

    def _announce(self) -> None:
        name = PALETTE[self._current][0] if self._current >= 0 else tr("another colour")
        self.setAccessibleName(tr("Colour: {name}", name=name))
