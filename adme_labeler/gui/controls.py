"""Small controls that several panels share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.gui import icons, keymap, painting, theme
from adme_labeler.gui.theme import Role

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
            width += 16 + (_GAP if self.text() else 0)
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
            box = QRectF(inner.left(), rect.center().y() - 8, 16, 16)
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
            dim = theme.tint(QColor(colors.secondary), QColor(colors.chrome), 0.6)
            fill = QColor(colors.track) if self._primary else QColor(colors.chrome)
            return fill, QColor(colors.border), dim
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
            ", ".join(t + (" (chosen)" if i == self._current else "") for i, t in self._choices)
        )


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
        font = theme.bold(self._role) if self._strong else theme.font(self._role)
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
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._role: Role = role
        self._tone = tone
        self._strong = strong
        self._align = align
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
        )

    def _hint_if_elided(self) -> None:
        self.setToolTip(self._text if self.sizeHint().width() > self.width() + 1 else "")

    def _font(self) -> QFont:
        return theme.bold(self._role) if self._strong else theme.font(self._role)


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


class Panel(QWidget):
    """Plain widget filled with a colour of the palette, named by `tone`."""

    def __init__(self, tone: str = "chrome", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(getattr(theme.current(), self._tone)))
