"""Four steps through the work view. Cards that stand beside what they explain and wait for nobody:
every key keeps its meaning, so a newcomer decides the first sentences with the tour still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import KeyButton, Text
from adme_labeler.gui.work_view import WorkView
from adme_labeler.language import tr

_WIDTH = 340
_MARGIN = 12
_POINTER = 8
_SMALL = 160


@dataclass(frozen=True)
class Step:
    """`target` gives the widget that the card explains; `side` is where the card stands."""

    title: str
    text: str
    target: Callable[[WorkView], QWidget]
    side: str


STEPS: tuple[Step, ...] = (
    Step(
        tr("Read"),
        tr(
            "The sentence with the tinted ground is the one to decide. Arrow keys, or J and "
            "K, go on without deciding; a click on any sentence goes there."
        ),
        lambda work: work.pane,
        "inside",
    ),
    Step(
        tr("Decide with one key"),
        tr(
            "A digit chooses a category, saves it and goes on. Enter takes the suggestion. "
            "Backspace takes back whatever was last, however long ago. H opens the rules."
        ),
        lambda work: work.bar,
        "above",
    ),
    Step(
        tr("Teach it"),
        tr(
            "Suggestions follow your decisions while you work. Retrain fits the whole model in the "
            "background; a new version takes over only if it is not worse."
        ),
        lambda work: work.toolbar.retrain,
        "below",
    ),
    Step(
        tr("See what it finds"),
        tr(
            "Recall for every category, rare ones first, counted on drugs that the model "
            "never saw. Those drugs are decided without a suggestion, so that the numbers "
            "stay honest."
        ),
        lambda work: work.recall,
        "left",
    ),
)


class Tour(QWidget):
    """The card of the present step; `finished` is called once, when it goes."""

    def __init__(self, work: WorkView, finished: Callable[[], None]) -> None:
        super().__init__(work)
        self._work = work
        self._finished = finished
        self._step = 0
        self._count = Text("", "secondary", "secondary")
        self._title = Text("", "title", strong=True)
        self._text = Text("", "controls", wrap=True)
        self.skip = KeyButton(tr("Skip the tour"))
        self.next = KeyButton(tr("Next"), primary=True, action="tour-next")
        self.skip.clicked.connect(self.leave)
        self.next.clicked.connect(self.advance)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._count)
        buttons.addStretch(1)
        buttons.addWidget(self.skip)
        buttons.addWidget(self.next)
        inside = self._inside = QVBoxLayout(self)
        edge = _POINTER + 16
        inside.setContentsMargins(edge, edge, edge, edge)
        inside.setSpacing(8)
        inside.addWidget(self._title)
        inside.addWidget(self._text)
        inside.addSpacing(4)
        inside.addLayout(buttons)
        self.setFixedWidth(_WIDTH + 2 * _POINTER)
        work.installEventFilter(self)
        self._show()
        self.show()
        self.raise_()

    @property
    def step(self) -> int:
        """0 to 3."""
        return self._step

    def advance(self) -> None:
        """The next step; after the last one the tour goes."""
        if self._step + 1 == len(STEPS):
            self.leave()
            return
        self._step += 1
        self._show()

    def leave(self) -> None:
        if self.isHidden():
            return
        self._work.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self._finished()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._work and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QPainterPath()
        inset = _POINTER + 0.5
        card.addRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 10, 10)
        pointer = QPainterPath()
        pointer.addPolygon(self._pointer())
        pointer.closeSubpath()
        painter.setPen(QPen(QColor(colors.accent), 1.5))
        painter.setBrush(QColor(colors.raised))
        painter.drawPath(card.united(pointer))
        left = self._count.geometry().left()
        for number in range(len(STEPS)):
            dot = QRectF(left + 14 * number, self._count.geometry().center().y() - 3, 7, 7)
            tone = colors.accent if number == self._step else colors.track
            painting.rounded(painter, dot, 3.5, QColor(tone))

    def _show(self) -> None:
        step = STEPS[self._step]
        self._title.setText(step.title)
        self._text.setText(step.text)
        self._count.setAccessibleName(
            tr("Step {step} of {count}", step=self._step + 1, count=len(STEPS))
        )
        last = self._step + 1 == len(STEPS)
        self.next.set_text(tr("Done") if last else tr("Next"))
        self.skip.setVisible(not last)
        self.setAccessibleName(tr("Tour: {title}", title=step.title))
        self.setAccessibleDescription(step.text)
        self._place()
        self.update()

    def _place(self) -> None:
        self._inside.activate()
        self.setFixedHeight(max(self._inside.heightForWidth(self.width()), 120))
        target = self._target()
        size = self.size()
        corner = {
            "inside": QPoint(
                target.right() - size.width() - 24, target.bottom() - size.height() - 8
            ),
            "above": QPoint(target.left() + 24, target.top() - size.height()),
            "below": QPoint(target.right() - size.width(), target.bottom()),
            "left": QPoint(target.left() - size.width(), target.top() + 16),
        }[self._side()]
        room = self._work.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        place = QRect(
            QPoint(
                max(room.left(), min(corner.x(), room.right() - size.width())),
                max(room.top(), min(corner.y(), room.bottom() - size.height())),
            ),
            size,
        )
        read = self._sentence()
        below = read.bottom() + _MARGIN - _POINTER
        if place.intersects(read) and below + size.height() <= room.bottom():
            place.moveTop(below)
        self.move(place.topLeft())
        self.raise_()

    def _sentence(self) -> QRect:
        """Where the sentence to decide is: the card does not lie on it."""
        pane = self._work.pane
        focused = pane.focused()
        lines = pane.page.line_rects(focused) if focused is not None else []
        if not lines or not pane.isVisible():
            return QRect()
        covered = QRectF()
        for line in lines:
            covered = covered.united(line)
        shown = covered.toRect().intersected(pane.page.viewport().rect())
        return shown.translated(pane.page.viewport().mapTo(self._work, QPoint(0, 0)))

    def _side(self) -> str:
        """Below what is small at the right; from the left the card would point past it."""
        side = STEPS[self._step].side
        return "below" if side == "left" and self._target().height() < _SMALL else side

    def _target(self) -> QRect:
        widget = STEPS[self._step].target(self._work)
        return QRect(widget.mapTo(self._work, QPoint(0, 0)), widget.size())

    def _pointer(self) -> list[QPointF]:
        """Tip and feet of the little triangle that points at what is explained."""
        side = self._side()
        width, height = self.width(), self.height()
        target = self._target().translated(-self.pos())
        if side == "left":
            y = min(max(target.top() + 40.0, 40.0), height - 40.0)
            return [
                QPointF(width - 1, y),
                QPointF(width - _POINTER - 1, y - 8),
                QPointF(width - _POINTER - 1, y + 8),
            ]
        if side in ("above", "below"):
            x = min(max(float(target.center().x()), 40.0), width - 40.0)
            tip, foot = (
                (height - 1, height - _POINTER - 1) if side == "above" else (1, _POINTER + 1)
            )
            return [QPointF(x, tip), QPointF(x - 8, foot), QPointF(x + 8, foot)]
        return [QPointF(20, 20), QPointF(24, 20), QPointF(22, 24)]
