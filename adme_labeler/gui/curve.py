"""Small lines: the loss of a training over its steps, and recall over model versions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.language import number, tr

MOST_POINTS = 240
"""A longer curve is thinned: two neighbours become their mean."""
_LEGIBLE = 4


@dataclass(frozen=True)
class LossPoint:
    """Training loss after `step` of `total` steps of a stage (1 or 2)."""

    stage: int
    step: int
    total: int
    loss: float


def thinned(points: Sequence[LossPoint], most: int = MOST_POINTS) -> tuple[LossPoint, ...]:
    """At most `most` points: every second one where there are more, with the mean of both."""
    kept = tuple(points)
    while len(kept) > most:
        halved: list[LossPoint] = []
        place = 0
        while place < len(kept):
            first = kept[place]
            second = kept[place + 1] if place + 1 < len(kept) else first
            if second.stage != first.stage:
                halved.append(first)
                place += 1
                continue
            loss = (first.loss + second.loss) / 2
            halved.append(LossPoint(second.stage, second.step, second.total, loss))
            place += 2
        kept = tuple(halved)
    return kept


class LossCurve(QWidget):
    """Loss over the steps of both stages, each stage half of the width, on one scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[LossPoint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_points(())

    def show_points(self, points: Sequence[LossPoint]) -> None:
        self._points = tuple(p for p in points if math.isfinite(p.loss))
        self.setAccessibleName(self._spoken())
        self.setToolTip(self._spoken())
        self.setVisible(len(self._points) >= _LEGIBLE)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 52 + theme.size("tags") + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def _spoken(self) -> str:
        if not self._points:
            return tr("Loss: nothing yet")
        said: list[str] = []
        for stage in (1, 2):
            of_stage = [p.loss for p in self._points if p.stage == stage]
            if of_stage:
                said.append(
                    tr(
                        "stage {stage} from {first:.2f} to {last:.2f}",
                        stage=stage,
                        first=of_stage[0],
                        last=of_stage[-1],
                    )
                )
        return tr("Loss: {stages}", stages=", ".join(said))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = theme.font("tags")
        words = theme.size("tags") + 6.0
        highest = max(p.loss for p in self._points)
        numbers = max(
            painting.text_width(number(highest, ".2f"), small), painting.text_width("0.00", small)
        )
        plot = QRectF(numbers + 6, 3, self.width() - numbers - 8, self.height() - words - 6)
        self._frame(painter, plot, highest, numbers, words)
        for stage in (1, 2):
            of_stage = [p for p in self._points if p.stage == stage]
            if not of_stage:
                continue
            room = _half(plot, stage)
            places = [
                QPointF(
                    room.left() + room.width() * min(1.0, p.step / max(1, p.total)),
                    plot.bottom() - plot.height() * max(0.0, p.loss) / (highest or 1.0),
                )
                for p in of_stage
            ]
            painter.setPen(QPen(QColor(colors.accent), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(places))
            if stage == self._points[-1].stage:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colors.accent))
                painter.drawEllipse(places[-1], 2.5, 2.5)

    def _frame(
        self, painter: QPainter, plot: QRectF, highest: float, numbers: float, words: float
    ) -> None:
        colors = theme.current()
        small = theme.font("tags")
        painter.setPen(QPen(QColor(colors.border_strong), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        middle = round(plot.center().x()) + 0.5
        painter.setPen(QPen(QColor(colors.border_strong), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(middle, plot.top()), QPointF(middle, plot.bottom()))
        right = Qt.AlignmentFlag.AlignRight
        line = theme.size("tags") + 2.0
        for content, top in ((number(highest, ".2f"), plot.top() - 2), ("0", plot.bottom() - line)):
            painting.text(
                painter, QRectF(0, top, numbers, line), content, small, colors.secondary, right
            )
        for stage in (1, 2):
            room = _half(plot, stage)
            painting.text(
                painter,
                QRectF(room.left(), plot.bottom() + 3, room.width(), words),
                tr("loss, stage {stage}", stage=stage),
                small,
                colors.secondary,
                Qt.AlignmentFlag.AlignHCenter,
            )


def _half(plot: QRectF, stage: int) -> QRectF:
    half = plot.width() / 2
    return QRectF(plot.left() + (half if stage == 2 else 0), plot.top(), half, plot.height())


def trend(
    painter: QPainter, room: QRectF, shares: Sequence[float], ink: QColor, ground: QColor
) -> None:
    """A line through shares (0 to 1), oldest left, with a dot on the newest.

    The scale is 0.5 to 1, or 0 to 1 where a share is lower, so that lines can be compared.
    """
    if len(shares) < 2:
        return
    bottom = 0.5 if min(shares) >= 0.5 else 0.0
    inner = room.adjusted(3, 3, -4, -3)
    step = inner.width() / (len(shares) - 1)
    places = [
        QPointF(
            inner.left() + step * number,
            inner.bottom() - inner.height() * (share - bottom) / (1 - bottom),
        )
        for number, share in enumerate(shares)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ground, 1))
    painter.drawLine(inner.bottomLeft(), inner.bottomRight())
    painter.setPen(QPen(ink, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(places))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(places[-1], 2.5, 2.5)
    painter.restore()
