"""Right, above: how much the served model finds of every category, rare ones first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.categories import Category, CategoryScheme
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Segments, Text
from adme_labeler.protocol import CategoryMeasure, Measurement

ENOUGH = 10
"""Support below which no percentage is shown (issue: "not enough evidence (n = 4)")."""
TARGET = 0.9


@dataclass(frozen=True)
class RecallView:
    """What the panel shows. `measurement` None: nothing was measured yet, `waiting` says why.

    `change` is the difference of recall to the version before, in 0..1, with its 95 % interval,
    for categories where both were measured on the same sentences.
    """

    measurement: Measurement | None = None
    version: int = 0
    revision: int = 0
    change: Mapping[str, tuple[float, float, float]] | None = None
    waiting: str = "Decide some sentences of held-out drugs: recall is measured on them."
    candidate: Measurement | None = None
    candidate_version: int = 0
    """A version that waits for promotion, as measured when it was trained."""


class RecallPanel(QWidget):
    """Title, what was measured on, and a row per category."""

    category_chosen = Signal(str)

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._title = Text("How much the model finds", "title", strong=True)
        self._source = Text("", "secondary", "secondary", wrap=True)
        self.rows = {c.key: RecallRow(c) for c in scheme.categories}
        self._blind = Text("", "secondary", "secondary", wrap=True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._title)
        self._layout.addSpacing(4)
        self.which = Segments((("served", "Suggests now"), ("candidate", "Candidate")))
        self.which.setAccessibleName("Which model is shown")
        self.which.chosen.connect(lambda _: self._show())
        self.which.hide()
        self._view = RecallView()
        self._layout.addWidget(self.which)
        self._layout.addSpacing(4)
        self._layout.addWidget(self._source)
        self._layout.addSpacing(8)
        self._rows_at = self._layout.count()
        for key, row in self.rows.items():
            row.clicked.connect(lambda k=key: self.category_chosen.emit(k))
            self._layout.addWidget(row)
        self._layout.addSpacing(4)
        self._layout.addWidget(self._blind)
        self.show_recall(RecallView())

    def show_recall(self, view: RecallView) -> None:
        self._view = view
        waits = view.candidate is not None and bool(view.candidate.sentences)
        self.which.setVisible(waits)
        if waits:
            self.which.set_text("candidate", f"Candidate {view.candidate_version}")
        else:
            self.which.set_current("served")
        self._show()

    def _show(self) -> None:
        view = self._view
        if self.which.current() == "candidate":
            view = replace(
                view,
                measurement=view.candidate,
                version=view.candidate_version,
                revision=0,
                change=None,
            )
        measured = view.measurement
        if measured is None or not measured.sentences:
            self._source.setText(view.waiting)
            self._blind.hide()
            for row in self.rows.values():
                row.hide()
            return
        self._source.setText(source_sentence(measured, view.version, view.revision))
        self._blind.setVisible(measured.not_blind > 0)
        self._blind.setText(
            f"{measured.not_blind:,} of {measured.sentences:,} sentences were decided with the "
            "suggestion in view, which can flatter these numbers."
        )
        by_key = {c.category: c for c in measured.categories}
        # Rare categories first; a category without any sentence is the rarest of all.
        order = sorted(
            self.rows, key=lambda k: (by_key[k].support if k in by_key else 0, self._rank(k))
        )
        for place, key in enumerate(order):
            row = self.rows[key]
            self._layout.removeWidget(row)
            self._layout.insertWidget(self._rows_at + place, row)
            row.show_measure(by_key.get(key), (view.change or {}).get(key))
            row.show()

    def _rank(self, key: str) -> int:
        return list(self.rows).index(self._scheme[key].key)


def source_sentence(measured: Measurement, version: int, revision: int) -> str:
    """What the numbers stand on, in one line."""
    drugs = f"{measured.groups:,} drug{'s' if measured.groups != 1 else ''}"
    model = f"version {version}.{revision}" if version else f"instant model, revision {revision}"
    if measured.source == "held-out":
        where = f"Recall on {drugs} it never saw"
    else:
        where = f"Recall by cross-validation over {drugs}: too few are held out"
    bars = any(_evident(c) for c in measured.categories)
    return f"{where} · {model}" + (" · bars end at 100 %, line at 90 %" if bars else "")


class RecallRow(QWidget):
    """Name and found/support, bar with interval, percentage with interval and change."""

    clicked = Signal()

    def __init__(self, category: Category, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._category = category
        self._measure: CategoryMeasure | None = None
        self._change: tuple[float, float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(240)

    def show_measure(
        self, measure: CategoryMeasure | None, change: tuple[float, float, float] | None
    ) -> None:
        self._measure, self._change = measure, change
        spoken = self.spoken()
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        self.update()

    def spoken(self) -> str:
        """The row in words."""
        m = self._measure
        name = self._category.name
        if m is None or m.recall is None or not _evident(m):
            return f"{name}: not enough evidence (n = {m.support if m else 0})"
        said = (
            f"{name}: found {m.found:,} of {m.support:,}, recall {m.recall:.0%}"
            f"{_interval(m.recall_low, m.recall_high)}"
        )
        if m.precision is not None:
            said += (
                f"; {m.found:,} of {m.claimed:,} claims right, precision {m.precision:.0%}"
                f"{_interval(m.precision_low, m.precision_high)}"
            )
        if self._change is not None:
            by, low, high = (100 * part for part in self._change)
            said += f"; against the version before {by:+.0f} points ({low:+.0f} to {high:+.0f})"
        return said

    def sizeHint(self) -> QSize:
        return QSize(300, theme.size("controls") + theme.size("tags") + 26)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        m = self._measure
        rect = QRectF(self.rect()).adjusted(0, 6, 0, -6)
        upper = QRectF(rect.left(), rect.top(), rect.width(), rect.height() * 0.52)
        lower = QRectF(rect.left(), upper.bottom(), rect.width(), rect.height() * 0.48)
        names = painting.text_width("999 of 999 found", theme.font("tags"))
        numbers = 78.0
        painting.text(
            painter,
            QRectF(upper.left(), upper.top(), names, upper.height()),
            self._category.name,
            theme.bold("controls"),
            colors.text,
        )
        small = theme.font("tags")
        evidence = m is not None and _evident(m)
        found = f"{m.found:,} of {m.support:,} found" if m and evidence else ""
        painting.text(
            painter,
            QRectF(lower.left(), lower.top(), names, lower.height()),
            found or f"n = {m.support if m else 0:,}",
            small,
            colors.secondary,
        )
        middle = QRectF(
            rect.left() + names + 8, rect.top(), rect.width() - names - numbers - 16, rect.height()
        )
        right = rect.right() - numbers
        if m is None or not evidence or m.recall is None:
            wide = QRectF(middle.left(), rect.top(), rect.right() - middle.left(), rect.height())
            painting.text(
                painter,
                wide,
                "not enough evidence yet",
                theme.font("secondary", italic=True),
                colors.secondary,
            )
            return
        self._bar(painter, middle, m)
        if m.precision_low is not None and m.precision_high is not None:
            # Room for one figure: the interval says more than the point, which the tooltip has.
            between = f"{100 * m.precision_low:.0f}–{100 * m.precision_high:.0f}"
            painting.text(
                painter,
                QRectF(middle.left(), lower.top(), middle.width(), lower.height()),
                f"precision {between} %",
                small,
                colors.secondary,
            )
        painting.text(
            painter,
            QRectF(right, upper.top(), numbers, upper.height()),
            painting.percent(m.recall),
            theme.font("controls"),
            colors.text,
            Qt.AlignmentFlag.AlignRight,
        )
        self._lower_right(painter, QRectF(right, lower.top(), numbers, lower.height()), m)

    def _bar(self, painter: QPainter, room: QRectF, m: CategoryMeasure) -> None:
        colors = theme.current()
        track = QRectF(room.left(), room.top() + room.height() * 0.28 - 5, room.width(), 10)
        painting.bar(
            painter,
            track,
            m.recall or 0.0,
            theme.category_color(self._category),
            QColor(colors.track),
        )
        line = track.left() + track.width() * TARGET
        painter.setPen(QPen(QColor(colors.secondary), 1))
        painter.drawLine(
            round(line), round(track.top() - 5), round(line), round(track.bottom() + 5)
        )
        if m.recall_low is not None and m.recall_high is not None:
            painting.whiskers(
                painter,
                track.left() + track.width() * m.recall_low,
                track.left() + track.width() * m.recall_high,
                track.center().y(),
                QColor(colors.text),
            )

    def _lower_right(self, painter: QPainter, room: QRectF, m: CategoryMeasure) -> None:
        colors = theme.current()
        small = theme.font("tags")
        if m.recall_low is not None and m.recall_high is not None:
            content = f"{100 * m.recall_low:.0f}–{100 * m.recall_high:.0f}"
        else:
            content = ""
        if self._change is not None:
            by, low, high = self._change
            points = round(100 * by)
            sure = low > 0 or high < 0
            mark = "=" if points == 0 else f"{'▲' if points > 0 else '▼'} {abs(points)}"
            tone = colors.success if points > 0 else colors.danger
            ink = tone if sure else colors.secondary
            width = painting.text_width(mark, small)
            painting.text(painter, room, mark, small, ink, Qt.AlignmentFlag.AlignRight)
            room = room.adjusted(0, 0, -width - 5, 0)
        painting.text(painter, room, content, small, colors.secondary, Qt.AlignmentFlag.AlignRight)


def _evident(measure: CategoryMeasure) -> bool:
    """Whether there is enough to draw a bar."""
    return measure.support >= ENOUGH and measure.recall is not None


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (95 % interval {low:.0%} to {high:.0%})"
