"""Looks through the widgets on screen for what is clipped, covered or cut off.

As a program (``python layouts.py``) it draws the work view and the window at several sizes with the
device scale of QT_SCALE_FACTOR and writes what it finds, one fault a line; with names of pictures,
those only.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLabel,
    QMenuBar,
    QSplitterHandle,
    QWidget,
)

from adme_labeler.gui.controls import ElidedText, Segments

SIZES = (QSize(1040, 640), QSize(1280, 720), QSize(1920, 1080), QSize(2560, 1440))
SLACK = 1
"""Pixels that rounding may cost."""


def settle(widget: QWidget) -> None:
    """Let layouts take their new sizes, as the event loop would."""
    for _ in range(4):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QCoreApplication.sendPostedEvents()


def faults(top: QWidget) -> list[str]:
    """What a person could not read or reach in this window, a line each."""
    found: list[str] = []
    shown = [w for w in top.findChildren(QWidget) if _seen(w, top)]
    for widget in shown:
        found += _clipped(widget)
        found += _cut_off(widget, top)
    for parent in {w.parentWidget() for w in shown}:
        if parent is not None and parent.layout() is not None:
            found += _covered([w for w in shown if w.parentWidget() is parent])
    return found


def name(widget: QWidget) -> str:
    said = widget.accessibleName() or getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} {str(said)[:50]!r}"


def _seen(widget: QWidget, top: QWidget) -> bool:
    if not widget.isVisibleTo(top) or widget.window() is not top.window():
        return False
    inside_stock = widget.parentWidget()
    # Parts of Qt's own controls look after themselves.
    return not isinstance(inside_stock, QComboBox | QAbstractItemView | QMenuBar)


def _clipped(widget: QWidget) -> list[str]:
    """Text that needs more room than it has; what is elided by design is not asked."""
    if isinstance(widget, ElidedText) or not widget.width():
        return []
    if isinstance(widget, QLabel):
        if not widget.text():
            return []
        if widget.wordWrap():
            need = QSize(widget.width(), widget.heightForWidth(widget.width()))
            words = max(widget.text().split(), key=len)
            need.setWidth(round(QFontMetricsF(widget.font()).horizontalAdvance(words)))
        else:
            need = widget.sizeHint()
    elif isinstance(widget, QAbstractButton | QAbstractSpinBox | QComboBox | Segments):
        need = widget.minimumSizeHint()
    else:
        return []
    have = widget.size()
    if need.width() > have.width() + SLACK or need.height() > have.height() + SLACK:
        return [f"{name(widget)} needs {need.width()}x{need.height()}, has {_words(have)}"]
    return []


def _cut_off(widget: QWidget, top: QWidget) -> list[str]:
    """Reaches over the edge of what it lies in, where nothing scrolls."""
    parent = widget.parentWidget()
    if parent is None or widget.isWindow() or isinstance(widget, QSplitterHandle):
        return []
    area = parent.parentWidget()
    if isinstance(area, QAbstractScrollArea):
        never = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if area.horizontalScrollBarPolicy() != never or widget.width() <= parent.width() + SLACK:
            return []
        return [
            f"{name(widget)} is wider than its room, which never scrolls: {_words(parent.size())}"
        ]
    room = parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK)
    if widget.width() and widget.height() and not room.contains(widget.geometry()):
        return [f"{name(widget)} at {_place(widget.geometry())} leaves {_words(parent.size())}"]
    return []


def _covered(siblings: list[QWidget]) -> list[str]:
    found = []
    for first, second in combinations(siblings, 2):
        over = first.geometry().intersected(second.geometry())
        if over.width() > SLACK and over.height() > SLACK:
            found.append(f"{name(first)} and {name(second)} lie over each other {_place(over)}")
    return found


def _words(size: QSize) -> str:
    return f"{size.width()}x{size.height()}"


def _place(rect: QRect) -> str:
    corner: QPoint = rect.topLeft()
    return f"{corner.x()},{corner.y()} {_words(rect.size())}"


def _leave(widget: QWidget) -> None:
    project = getattr(widget, "project", None)
    if project is not None:
        project.leave()
        project.session.close()
    widget.close()


def main() -> int:
    from gallery import PICTURES, work_view

    from adme_labeler.gui import app as application
    from adme_labeler.gui import theme

    app = application.make_application()
    found: list[str] = []
    chosen = [word for word in sys.argv[1:] if word != "dialogs"]
    for scale in (1.0, 1.5) if chosen else ():
        theme.apply(app, "light", scale)
        for picture in chosen:
            widget = PICTURES[picture]()
            widget.show()
            settle(widget)
            found += [f"{picture} text {scale:.0%}: {fault}" for fault in faults(widget)]
            _leave(widget)
    if chosen:
        sys.stdout.write("".join(f"{line}\n" for line in found))
        return 0
    for spacing in theme.SPACINGS:
        for scale in (0.85, 1.0, 1.5):
            theme.apply(app, "light", scale, spacing)
            view = work_view()
            view.show()
            for size in SIZES:
                view.resize(size)
                settle(view)
                found += [f"{_words(size)} text {scale:.0%} {spacing}: {f}" for f in faults(view)]
            view.close()
    for picture, make in PICTURES.items() if "dialogs" in sys.argv else ():
        widget = make()
        if widget.isWindow() and not isinstance(widget, QDialog):
            continue
        widget.show()
        settle(widget)
        found += [f"{picture}: {fault}" for fault in faults(widget)]
        if not QRect(0, 0, 1280, 680).contains(widget.rect()) and isinstance(widget, QDialog):
            found.append(f"{picture} is {_words(widget.size())}: too large for a small screen")
        widget.close()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
