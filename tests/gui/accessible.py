"""What a person without a mouse, or without a screen, finds in a window."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QMenuBar,
    QScrollBar,
    QWidget,
)


def focusable(top: QWidget) -> list[QWidget]:
    """Visible enabled controls that Tab can reach."""
    return [
        w
        for w in top.findChildren(QWidget)
        if w.isVisibleTo(top)
        and w.window() is top.window()
        and w.isEnabled()
        and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(w, QScrollBar | QMenuBar)
        and w.focusProxy() is None
    ]


def spoken(widget: QWidget) -> str:
    """What a screen reader says of it: its name, else its text."""
    interface = QAccessible.queryAccessibleInterface(widget)
    name = interface.text(QAccessible.Text.Name) if interface is not None else ""
    if not name and isinstance(widget, QAbstractButton):
        name = widget.text()
    return name or _buddy(widget)


def nameless(top: QWidget) -> list[str]:
    return [path(w) for w in focusable(top) if not spoken(w).strip()]


def path(widget: QWidget) -> str:
    parent = widget.parentWidget()
    above = f"{type(parent).__name__} > " if parent is not None else ""
    return f"{above}{type(widget).__name__} {spoken(widget)[:40]!r}"


def without_ring(top: QWidget) -> list[str]:
    """Controls that look the same with and without the focus."""
    missing = []
    for widget in focusable(top):
        top.setFocus()
        before = _picture(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if QApplication.focusWidget() is not widget and not _passed_on(widget):
            missing.append(f"{path(widget)} takes no focus")
        elif _picture(widget) == before:
            missing.append(path(widget))
        widget.clearFocus()
    return missing


def tab_order(top: QWidget, most: int = 200) -> list[QWidget]:
    """Where Tab goes from the first control, until it is there again."""
    order: list[QWidget] = []
    top.setFocus()
    while len(order) < most:
        if not top.focusNextPrevChild(True):
            break
        now = QApplication.focusWidget()
        if now is None or (order and now is order[0]):
            break
        if now in order:
            raise AssertionError(f"Tab goes in circles at {path(now)}")
        order.append(now)
    return order


def _passed_on(widget: QWidget) -> bool:
    now = QApplication.focusWidget()
    return now is not None and widget.isAncestorOf(now)


def _picture(widget: QWidget) -> QImage:
    """With its surroundings: a ring may be drawn by what it lies in."""
    for _ in range(2):
        QCoreApplication.sendPostedEvents()
    frame = widget.parentWidget() or widget
    if isinstance(frame, QAbstractScrollArea):
        frame = frame.parentWidget() or frame
    return frame.grab().toImage()


def _buddy(widget: QWidget) -> str:
    labels = widget.window().findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")
