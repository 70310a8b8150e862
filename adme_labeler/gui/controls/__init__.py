"""Small controls that several panels share."""

from adme_labeler.gui.controls.buttons import KeyButton, Link
from adme_labeler.gui.controls.numbers import NumberBox
from adme_labeler.gui.controls.panels import Card, FocusDrawn, Hairline, Panel
from adme_labeler.gui.controls.segments import Segments
from adme_labeler.gui.controls.texts import ElidedText, Text

__all__ = [
    "Card",
    "ElidedText",
    "FocusDrawn",
    "Hairline",
    "KeyButton",
    "Link",
    "NumberBox",
    "Panel",
    "Segments",
    "Text",
]
