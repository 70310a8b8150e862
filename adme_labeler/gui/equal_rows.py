"""Rows of controls that take a second line rather than being clipped in a narrow window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

GAP = 8
MOST_ROWS = 3


class EqualRows(QWidget):
    """Lays its buttons out anew when its width changes; no button is narrower than it asks for."""

    def __init__(self, buttons: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = tuple(buttons)
        for button in self._buttons:
            button.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def rows(self, width: int) -> int:
        """How many rows it takes at this width."""
        for rows in range(1, MOST_ROWS):
            if self._needs(rows) <= width:
                return rows
        return MOST_ROWS

    def height_for(self, width: int) -> int:
        rows = self.rows(width)
        return rows * self._height() + (rows - 1) * GAP

    def sizeHint(self) -> QSize:
        width = max((b.sizeHint().width() for b in self._buttons), default=0)
        whole = len(self._buttons) * (width + GAP) - GAP
        return QSize(whole, self.height_for(max(self.width(), self._needs(MOST_ROWS))))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._needs(MOST_ROWS), self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # another key, another size of type
            self._place()
        return super().event(event)

    def _place(self) -> None:
        # Said outright: box layouts ask for a height before they know the width.
        self.setFixedHeight(self.height_for(self.width()))
        rows = self.rows(self.width())
        columns = self._columns(rows)
        height = self._height()
        left = 0
        for place, button in enumerate(self._buttons):
            row, column = divmod(place, columns)
            # Rounded at the edges, so that no row ends a pixel short of the other.
            left = round(column * (self.width() + GAP) / columns)
            right = round((column + 1) * (self.width() + GAP) / columns) - GAP
            button.setGeometry(QRect(left, row * (height + GAP), right - left, height))

    def _columns(self, rows: int) -> int:
        return max(1, -(-len(self._buttons) // rows))

    def _needs(self, rows: int) -> int:
        """Width with so many rows, each button as wide as the widest asks for."""
        widest = max((b.minimumSizeHint().width() for b in self._buttons), default=0)
        columns = self._columns(rows)
        return columns * widest + (columns - 1) * GAP

    def _height(self) -> int:
        return max((b.sizeHint().height() for b in self._buttons), default=0)


class Wrapped(QWidget):
    """Controls from the left, each as wide as it asks for; what does not fit begins a new line."""

    def __init__(self, *controls: QWidget) -> None:
        super().__init__()
        self._controls = controls
        for control in controls:
            control.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        shown = [c.sizeHint() for c in self._shown()]
        return QSize(sum(s.width() + GAP for s in shown), self._laid_out(self.width())[1])

    def minimumSizeHint(self) -> QSize:
        shown = [c.sizeHint() for c in self._shown()]
        return QSize(
            max((s.width() for s in shown), default=0), max((s.height() for s in shown), default=0)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [c for c in self._controls if not c.isHidden()]

    def _laid_out(self, width: int) -> tuple[list[QRect], int]:
        """Where each control that is shown comes, and the height of all."""
        places: list[QRect] = []
        left = top = bottom = 0
        for control in self._shown():
            size = control.sizeHint()
            if left and left + size.width() > width:
                left, top = 0, bottom + GAP
            places.append(QRect(left, top, min(size.width(), width), size.height()))
            left += size.width() + GAP
            bottom = max(bottom, top + size.height())
        return places, bottom

    def _place(self) -> None:
        places, height = self._laid_out(self.width())
        self.setFixedHeight(height)
        for control, place in zip(self._shown(), places, strict=True):
            control.setGeometry(place)


class TwoEnds(QWidget):
    """One group of controls at the left and one at the right; the right one goes to a second line
    where both do not fit into one."""

    def __init__(self, left: QWidget, right: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._right = left, right
        left.setParent(self)
        right.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def height_for(self, width: int) -> int:
        one, other = self._left.sizeHint().height(), self._right.sizeHint().height()
        return max(one, other) if self._fits(width) else one + GAP + other

    def sizeHint(self) -> QSize:
        width = self._left.sizeHint().width() + 2 * GAP + self._right.sizeHint().width()
        return QSize(width, self.height_for(self.width()))

    def minimumSizeHint(self) -> QSize:
        both = self._left.minimumSizeHint(), self._right.minimumSizeHint()
        return QSize(max(hint.width() for hint in both), max(hint.height() for hint in both))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def _fits(self, width: int) -> bool:
        return self._left.sizeHint().width() + GAP - 3 + self._right.sizeHint().width() <= width

    def _place(self) -> None:
        self.setFixedHeight(self.height_for(self.width()))
        left, right, width = self._left.sizeHint(), self._right.sizeHint(), self.width()
        height = max(left.height(), right.height())
        if self._fits(width):
            self._left.setGeometry(0, 0, left.width(), height)
            self._right.setGeometry(width - right.width(), 0, right.width(), height)
        else:
            self._left.setGeometry(0, 0, width, left.height())
            self._right.setGeometry(0, left.height() + GAP, width, right.height())


def side_by_side(*controls: QWidget | None, spacing: int) -> QWidget:
    """A group of controls; None is room that gives way."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for control in controls:
        if control is None:
            row.addStretch(1)
        else:
            row.addWidget(control)
    return group
