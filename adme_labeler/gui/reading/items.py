"""What every laid-out piece of a drug label has, and how a text is broken into lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter, QTextLayout, QTextOption

from adme_labeler.domain.records import SentenceId

SLOT = 24.0
"""Width of the slot before a sentence."""
_LOW = 60.0
"""A piece is shown from its top rather than from its middle, as far as this."""


@dataclass
class Item:
    """A laid-out piece with its place in the column."""

    top: float = 0.0
    height: float = 0.0

    def lines_of(self, sentence: SentenceId) -> list[QRectF]:
        """Rectangles that cover the sentence, one per line, without its slot."""
        return []

    def slot_of(self, sentence: SentenceId) -> QPointF | None:
        """Centre of the sentence's slot; None where nobody is asked about the sentence."""
        return None

    def sentence_at(self, point: QPointF) -> SentenceId | None:
        return None

    def line_at(self, height: float) -> float:
        """Top of the line that lies at this height of the column."""
        return self.top if height - self.top < _LOW else height

    def draw(self, painter: QPainter, origin: QPointF, tones: Mapping[SentenceId, str]) -> None:
        """Paint the text; `tones` names a palette colour for sentences that differ."""


def laid_out(
    text: str,
    font: QFont,
    width: float,
    leading: float,
    formats: list[QTextLayout.FormatRange],
    top: float = 0.0,
) -> QTextLayout:
    """Lines of `leading` pixels each, the first one `top` pixels down."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats(formats)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    number = 0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(16.0, width))
        line.setPosition(QPointF(0.0, top + number * leading + (leading - line.height()) / 2))
        number += 1
    layout.endLayout()
    return layout
