"""Fields for numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox, QWidget

_INDENT = 7


class NumberBox(QSpinBox):
    """A spin box whose figures stand off its edge; the padding of style sheets misses them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(_INDENT, 0, 0, 0)
