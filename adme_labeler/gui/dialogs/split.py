"""Where to split a sentence: letters stand at the likely places, one key cuts there."""

from __future__ import annotations

import string
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr

_LEADING = 2.4


class SplitDialog(Dialog):
    """`at()` after `accepted`: offset into the text at which to cut."""

    def __init__(self, text: str, points: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(tr("Split this sentence"), parent, 680)
        self.sentence = CutText(text, points)
        self.sentence.cut.connect(lambda _: self.accept())
        self.body.addWidget(self.sentence, 1)
        self.body.addWidget(
            Text(
                tr(
                    "Press a letter to cut there, or move the mark with ← and → and press "
                    "Enter. The two parts then wait for a decision; undo brings the whole "
                    "sentence back."
                ),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        self.add_close(tr("Cancel"), default=False)
        self.split = self.add_button(tr("Split at the mark"), default=True)
        self.split.clicked.connect(self.accept)
        self.sentence.setFocus()

    def at(self) -> int:
        return self.sentence.at()


class CutText(QWidget):
    """The sentence with a letter at every place of `points` and a mark at the chosen one."""

    cut = Signal(int)

    def __init__(self, text: str, points: Sequence[int], parent: QWidget | None = None) -> None:
        """`points` are offsets, the likeliest first; at most 26 get a letter."""
        super().__init__(parent)
        self._text = text
        in_order = sorted(points[: len(string.ascii_uppercase)])
        self._letters = dict(zip(in_order, string.ascii_uppercase, strict=False))
        self._at = points[0] if points else 0
        self._layout = QTextLayout()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setAccessibleName(tr("Sentence to split"))
        self._announce()

    def at(self) -> int:
        return self._at

    def sizeHint(self) -> QSize:
        width = max(self.width(), 620)
        return QSize(width, self._flow(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(400, self._flow(max(self.width(), 400)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().upper()
        chosen = next((p for p, own in self._letters.items() if own == letter), None)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if chosen is not None and not event.isAutoRepeat():
            self._choose(chosen)
            self.cut.emit(chosen)
        elif step is not None and self._letters:
            places = list(self._letters)
            at = places.index(self._at) + step
            self._choose(places[min(max(at, 0), len(places) - 1)])
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._letters:
            self._choose(min(self._letters, key=lambda p: self._distance(p, event.position())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._letters:
            self.cut.emit(self._at)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        self._flow(self.width())
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.setPen(QColor(colors.text))
        second = QTextLayout.FormatRange()
        second.start, second.length = self._at, len(self._text) - self._at
        tinted = QTextCharFormat()
        tinted.setForeground(QColor(colors.accent))
        second.format = tinted
        self._layout.draw(painter, QPointF(0, 0), [second] if self._letters else [])
        for point, letter in self._letters.items():
            chosen = point == self._at
            spot = self._spot(point)
            box = QRectF(spot.x() - 9, spot.y() - 21, 18, 18)
            fill = QColor(colors.accent if chosen else colors.raised)
            painting.rounded(painter, box, 4, fill, QColor(colors.border_strong))
            painting.text(
                painter,
                box,
                letter,
                theme.bold("tags") if chosen else theme.font("tags"),
                colors.accent_ink if chosen else colors.secondary,
                Qt.AlignmentFlag.AlignHCenter,
            )
            painter.setPen(QPen(QColor(colors.accent), 2 if chosen else 1))
            bottom = spot.y() + theme.size("reading") * 1.2 if chosen else spot.y()
            painter.drawLine(QPointF(spot.x(), spot.y() - 3), QPointF(spot.x(), bottom))

    def _choose(self, point: int) -> None:
        self._at = point
        self._announce()
        self.update()

    def _announce(self) -> None:
        first, second = self._text[: self._at].strip(), self._text[self._at :].strip()
        self.setAccessibleDescription(
            tr("First part: {first} Second part: {second}", first=first, second=second)
        )

    def _flow(self, width: int) -> int:
        """Break the text into lines of `width`; returns the height it takes."""
        font = theme.font("reading")
        self._layout.setText(self._text)
        self._layout.setFont(font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        self._layout.setTextOption(option)
        leading = theme.size("reading") * _LEADING
        ascent = QFontMetricsF(font).height()
        y = max(leading - ascent, 28.0)
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width - 24)
            line.setPosition(QPointF(12, y))
            y += leading
        self._layout.endLayout()
        return round(y + 8)

    def _spot(self, point: int) -> QPointF:
        """Top of the gap at an offset, between the two words."""
        line = self._layout.lineForTextPosition(point)
        if not line.isValid():
            return QPointF()
        after = line.cursorToX(min(point + 1, len(self._text)))
        x = (float(_first(line.cursorToX(point))) + float(_first(after))) / 2
        return QPointF(min(x, line.position().x() + line.width()), line.position().y())

    def _distance(self, point: int, place: QPointF) -> float:
        spot = self._spot(point)
        return abs(spot.x() - place.x()) + 4 * abs(spot.y() + 8 - place.y())


def _first(found: object) -> float:
    """PySide returns (x, cursor position) from `cursorToX`."""
    return float(found[0] if isinstance(found, tuple) else found)  # pyright: ignore[reportArgumentType]
