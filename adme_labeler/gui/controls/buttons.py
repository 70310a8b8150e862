"""Buttons that print their key, and links."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from adme_labeler.gui import icons, keymap, painting, theme

_PADDING = 9
_GAP = 6


class KeyButton(QAbstractButton):
    """Flat button that shows its icon, its text and the key that does the same.

    `action` names the action whose key is printed; `key` is printed where there is none. It takes
    focus by Tab only, so that a click leaves the keyboard with the reading pane.
    """

    def __init__(
        self,
        text: str,
        key: str = "",
        icon: str = "",
        primary: bool = False,
        parent: QWidget | None = None,
        action: str = "",
    ) -> None:
        super().__init__(parent)
        self._fixed_key = key
        self._other_key = ""
        self._action = action
        self._icon = icon
        self._primary = primary
        self.setText(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def _key(self) -> str:
        if self._other_key or not self._action:
            return self._other_key or self._fixed_key
        return keymap.current().printed(self._action).replace("Enter", "↵")

    def keys_changed(self) -> None:
        """The curator chose other keys."""
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()

    def set_icon(self, icon: str) -> None:
        if icon != self._icon:
            self._icon = icon
            self.update()

    def print_key(self, key: str) -> None:
        """Print another key than the first one of the action; "" prints that again."""
        if key != self._other_key:
            self._other_key = key
            self.keys_changed()

    def sizeHint(self) -> QSize:
        width = 2.0 * _PADDING
        if self._icon:
            width += _icon_size() + (_GAP if self.text() else 0)
        if self.text():
            width += QFontMetricsF(self._font()).horizontalAdvance(self.text())
        if self._key:
            width += _GAP + painting.keycap_width(self._key)
        return QSize(int(width + 0.999), max(30, theme.size("controls") + 17))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        fill, line, ink = self._looks()
        painting.rounded(painter, rect, 6, fill, line)
        if self.hasFocus():
            painting.rounded(
                painter,
                rect,
                6,
                None,
                QColor(colors.text if self._primary else colors.accent),
                2,
            )
        inner = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        if self._icon:
            side = _icon_size()
            box = QRectF(inner.left(), rect.center().y() - side / 2, side, side)
            icons.draw(painter, self._icon, box, ink)
            inner.setLeft(box.right() + _GAP)
        if self._key:
            width = painting.keycap_width(self._key)
            painting.keycap(
                painter, QRectF(inner.right() - width, rect.top(), width, rect.height()), self._key
            )
            inner.setRight(inner.right() - width - _GAP)
        painting.text(painter, inner, self.text(), self._font(), ink)

    def _font(self) -> QFont:
        return theme.bold("controls") if self._primary else theme.font("controls")

    def _looks(self) -> tuple[QColor, QColor | None, QColor]:
        colors = theme.current()
        if not self.isEnabled():
            fill = QColor(colors.track) if self._primary else QColor(colors.chrome)
            return fill, QColor(colors.border), QColor(colors.secondary)
        if self._primary:
            fill = QColor(colors.accent)
            if self.isDown() or self.underMouse():
                fill = theme.tint(QColor(colors.text), fill, 0.12)
            return fill, None, QColor(colors.accent_ink)
        if self.isChecked():
            return QColor(colors.accent_tint), QColor(colors.accent), QColor(colors.text)
        fill = QColor(colors.hover if self.underMouse() or self.isDown() else colors.raised)
        return fill, QColor(colors.border_strong), QColor(colors.text)


class Link(QAbstractButton):
    """Underlined words that do something, where a button would be too loud."""

    def __init__(self, text: str, parent: QWidget | None = None, action: str = "") -> None:
        """`action` names the action whose key is printed beside the words."""
        super().__init__(parent)
        self._action = action
        self.set_text(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font())
        width, height = metrics.horizontalAdvance(self.text()) + 4, metrics.height() + 4
        if self._key():
            width += _GAP + painting.keycap_width(self._key())
            height = max(20.0, height)
        return QSize(int(width + 0.999), int(height))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.hasFocus():
            painting.rounded(painter, rect, 3, None, QColor(colors.accent))
        inner = rect.adjusted(2, 0, -2, 0)
        key = self._key()
        if key:
            width = painting.keycap_width(key)
            cap = QRectF(inner.right() - width, rect.top(), width, rect.height())
            painting.keycap(painter, cap, key)
            inner.setRight(cap.left() - _GAP)
        painting.text(painter, inner, self.text(), self._font(), colors.accent)

    def keys_changed(self) -> None:
        """The curator chose other keys."""
        self.updateGeometry()
        self.update()

    def _key(self) -> str:
        return keymap.current().printed(self._action) if self._action else ""

    def _font(self) -> QFont:
        font = QFont(theme.font("secondary"))
        font.setUnderline(True)
        return font


def _icon_size() -> int:
    return max(16, round(theme.size("controls") * 1.2))
