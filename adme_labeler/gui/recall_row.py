"""One category of the recall panel: found and support, bar with interval, change, trend."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from adme_labeler.domain.categories import Category
from adme_labeler.domain.evidence import RecallChange
from adme_labeler.gui import curve, painting, theme
from adme_labeler.gui.controls import FocusDrawn
from adme_labeler.language import number, tr
from adme_labeler.protocol import CategoryMeasure

ENOUGH = 10
"""Support below which no percentage is shown (issue: "not enough evidence (n = 4)")."""
TARGET = 0.9
_NUMBERS = 78.0
_LEAST_BAR = 70
"""A shorter bar says nothing: what stands beside it goes above and below."""
_BAR_LINE = 16
_TREND = 68.0


class RecallRow(FocusDrawn):
    """Click, Enter or Space asks for its sentences; arrows go to the neighbours."""

    clicked = Signal()
    stepped = Signal(int)

    def __init__(self, category: Category, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._category = category
        self._measure: CategoryMeasure | None = None
        self._change: RecallChange | None = None
        self._against = 0
        self._trend: tuple[int, ...] = ()
        self._trend_of = 0
        self._chosen = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(240)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_measure(
        self,
        measure: CategoryMeasure | None,
        change: RecallChange | None = None,
        against: int = 0,
        trend: Sequence[int] = (),
        trend_of: int = 0,
    ) -> None:
        """`change` is against version `against`; `trend` counts what versions found of the same
        `trend_of` sentences, oldest version first."""
        self._measure, self._change, self._against = measure, change, against
        # A line through shares of a handful would say more than they do.
        self._trend = tuple(trend) if trend_of >= ENOUGH else ()
        self._trend_of = trend_of
        spoken = self.spoken()
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        self.updateGeometry()
        self.update()

    def set_chosen(self, chosen: bool) -> None:
        self._chosen = chosen
        self.update()

    def spoken(self) -> str:
        """The row in words."""
        m = self._measure
        name = self._category.name
        if m is None or m.recall is None or not evident(m):
            return tr(
                "{name}: not enough evidence (n = {support:,})",
                name=name,
                support=m.support if m else 0,
            )
        said = tr(
            "{name}: found {found:,} of {support:,}, recall {recall:.0%}{interval}",
            name=name,
            found=m.found,
            support=m.support,
            recall=m.recall,
            interval=_interval(m.recall_low, m.recall_high),
        )
        if m.precision is not None:
            precision = tr(
                "{found:,} of {claimed:,} claims right, precision {precision:.0%}{interval}",
                found=m.found,
                claimed=m.claimed,
                precision=m.precision,
                interval=_interval(m.precision_low, m.precision_high),
            )
            said = f"{said}; {precision}"
        if self._change is not None:
            said += f"; {change_sentence(self._change, self._against)}"
        if len(self._trend) > 1:
            counts = ", ".join(number(found) for found in self._trend)
            trend = tr(
                "the last versions found {counts} of the same {total:,}",
                counts=counts,
                total=self._trend_of,
            )
            said = f"{said}; {trend}"
        return said

    def sizeHint(self) -> QSize:
        height = theme.size("controls") + theme.size("tags") + 26
        if self._has_third_line():
            height += theme.size("tags") + 7
        if self._stacked():
            height += _BAR_LINE + theme.size("tags") + 7
        return QSize(300, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometry()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if not event.isAutoRepeat():
                self.clicked.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        self._ground(painter)
        m = self._measure
        rect = QRectF(self.rect()).adjusted(8, 6, -8, -6)
        if self._has_third_line():
            third = QRectF(rect)
            rect.setBottom(rect.bottom() - theme.size("tags") - 7)
            third.setTop(rect.bottom() + 3)
            self._third_line(painter, third)
        if m is not None and self._stacked():
            self._paint_stacked(painter, rect, m)
            return
        upper = QRectF(rect.left(), rect.top(), rect.width(), rect.height() * 0.52)
        lower = QRectF(rect.left(), upper.bottom(), rect.width(), rect.height() * 0.48)
        names = _names_width()
        painting.text(
            painter,
            QRectF(upper.left(), upper.top(), names, upper.height()),
            self._category.name,
            theme.bold("controls"),
            colors.text,
        )
        small = theme.font("tags")
        enough = m is not None and evident(m)
        found = (
            tr("{found:,} of {support:,} found", found=m.found, support=m.support)
            if m and enough
            else ""
        )
        painting.text(
            painter,
            QRectF(lower.left(), lower.top(), names, lower.height()),
            found or f"n = {number(m.support if m else 0)}",
            small,
            colors.secondary,
        )
        middle = QRectF(
            rect.left() + names + 8, rect.top(), rect.width() - names - _NUMBERS - 16, rect.height()
        )
        right = rect.right() - _NUMBERS
        if m is None or not enough or m.recall is None:
            wide = QRectF(middle.left(), rect.top(), rect.right() - middle.left(), rect.height())
            said, font = tr("not enough evidence yet"), theme.font("secondary", italic=True)
            if painting.text_width(said, font) <= wide.width():
                painting.text(painter, wide, said, font, colors.secondary)
            else:
                right = Qt.AlignmentFlag.AlignRight
                slanted = theme.font("tags", italic=True)
                support = f"n = {number(m.support if m else 0)}"
                beside = lower.adjusted(painting.text_width(support, small) + 12, 0, 0, 0)
                painting.text(painter, beside, said, slanted, colors.secondary, right)
            return
        self._bar(painter, middle, m)
        if m.precision_low is not None and m.precision_high is not None:
            # Room for one figure: the interval says more than the point, which the tooltip has.
            between = _between(m.precision_low, m.precision_high)
            spare = _NUMBERS - painting.text_width("100–100 %", small)
            painting.text(
                painter,
                QRectF(middle.left(), lower.top(), middle.width() + spare, lower.height()),
                tr("precision {between} %", between=between),
                small,
                colors.secondary,
            )
        painting.text(
            painter,
            QRectF(right, upper.top(), _NUMBERS, upper.height()),
            painting.percent(m.recall),
            theme.font("controls"),
            colors.text,
            Qt.AlignmentFlag.AlignRight,
        )
        if m.recall_low is not None and m.recall_high is not None:
            painting.text(
                painter,
                QRectF(right, lower.top(), _NUMBERS, lower.height()),
                f"{_between(m.recall_low, m.recall_high)} %",
                small,
                colors.secondary,
                Qt.AlignmentFlag.AlignRight,
            )

    def _stacked(self) -> bool:
        """Large type in a narrow panel: the bar takes a line of its own."""
        if self._measure is None or not evident(self._measure):
            return False
        names = _names_width()
        return self.width() - 32 - names - _NUMBERS < _LEAST_BAR

    def _paint_stacked(self, painter: QPainter, rect: QRectF, m: CategoryMeasure) -> None:
        """Name and recall; the bar; what was found and its interval; precision."""
        colors, small = theme.current(), theme.font("tags")
        right = Qt.AlignmentFlag.AlignRight
        upper = QRectF(rect.left(), rect.top(), rect.width(), theme.size("controls") + 8)
        line = QRectF(rect.left(), 0, rect.width(), theme.size("tags") + 7)
        painting.text(painter, upper, self._category.name, theme.bold("controls"), colors.text)
        recall = painting.percent(m.recall or 0.0)
        painting.text(painter, upper, recall, theme.font("controls"), colors.text, right)
        self._bar(painter, QRectF(rect.left(), upper.bottom(), rect.width(), 2 * _BAR_LINE), m)
        line.moveTop(upper.bottom() + _BAR_LINE)
        found = tr("{found:,} of {support:,} found", found=m.found, support=m.support)
        painting.text(painter, line, found, small, colors.secondary)
        if m.recall_low is not None and m.recall_high is not None:
            between = f"{_between(m.recall_low, m.recall_high)} %"
            painting.text(painter, line, between, small, colors.secondary, right)
        line.moveTop(line.bottom())
        if m.precision_low is not None and m.precision_high is not None:
            between = _between(m.precision_low, m.precision_high)
            said = tr("precision {between} %", between=between)
            painting.text(painter, line, said, small, colors.secondary)

    def _ground(self, painter: QPainter) -> None:
        colors = theme.current()
        rect = QRectF(self.rect())
        if self._chosen:
            painting.rounded(painter, rect, 6, QColor(colors.accent_tint))
        elif self.underMouse():
            painting.rounded(painter, rect, 6, QColor(colors.hover))
        if self.hasFocus():
            painting.rounded(painter, rect, 6, None, QColor(colors.accent), 2)

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

    def _has_third_line(self) -> bool:
        measured = self._measure is not None and evident(self._measure)
        return measured and (self._change is not None or len(self._trend) > 1)

    def _third_line(self, painter: QPainter, room: QRectF) -> None:
        colors = theme.current()
        if len(self._trend) > 1:
            place = QRectF(room.right() - _TREND, room.top() - 1, _TREND, room.height() + 1)
            if self._stacked():  # beside the precision, so that the change has a whole line
                place.moveTop(place.top() - theme.size("tags") - 7)
            ink = theme.category_color(self._category)
            shares = [found / self._trend_of for found in self._trend]
            curve.trend(painter, place, shares, ink, QColor(colors.border_strong))
            if not self._stacked():
                room = room.adjusted(0, 0, -_TREND - 8, 0)
        if self._change is None:
            painting.text(painter, room, tr("last versions"), theme.font("tags"), colors.secondary)
            return
        tone = colors.secondary
        if self._change.evident and self._change.difference is not None:
            tone = colors.success if self._change.difference > 0 else colors.danger
        said = short_change(self._change, self._against)
        painting.text(painter, room, said, theme.font("tags"), tone)


def evident(measure: CategoryMeasure) -> bool:
    """Whether there is enough to draw a bar."""
    return measure.support >= ENOUGH and measure.recall is not None


def short_change(change: RecallChange, against: int) -> str:
    """The change against a version in the room of a row."""
    if change.difference is None or change.low is None or change.high is None:
        return tr("not comparable with version {against}", against=against)
    if not change.evident:
        return tr("no evidence of a difference to v{against}", against=against)
    mark = "▲" if change.difference > 0 else "▼"
    between = tr("{low:+.0f} to {high:+.0f}", low=100 * change.low, high=100 * change.high)
    return tr(
        "{mark} {difference:+.0f} points to v{against} ({between})",
        mark=mark,
        difference=100 * change.difference,
        against=against,
        between=between,
    )


def change_sentence(change: RecallChange, against: int) -> str:
    """The change against a version in full, with what it stands on."""
    stands = tr(
        "{won:,} newly found and {lost:,} no longer found of the same {support:,}",
        won=change.won,
        lost=change.lost,
        support=change.support,
    )
    if change.difference is None or change.low is None or change.high is None:
        return tr(
            "too few common sentences to compare with version {against}: {stands}",
            against=against,
            stands=stands,
        )
    figures = tr(
        "{difference:+.0f} points (95 % interval {low:+.0f} to {high:+.0f}; {stands})",
        difference=100 * change.difference,
        low=100 * change.low,
        high=100 * change.high,
        stands=stands,
    )
    if not change.evident:
        return tr(
            "no evidence of a difference to version {against}: {figures}",
            against=against,
            figures=figures,
        )
    return tr("against version {against} {figures}", against=against, figures=figures)


def _interval(low: float | None, high: float | None) -> str:
    return (
        ""
        if low is None or high is None
        else tr(" (95 % interval {low:.0%} to {high:.0%})", low=low, high=high)
    )


def _names_width() -> float:
    """Room for a category's name, and below it for what was found."""
    return painting.text_width(tr("999 of 999 found"), theme.font("tags"))


def _between(low: float, high: float) -> str:
    """An interval of shares, in percent."""
    return f"{100 * low:.0f}–{100 * high:.0f}"
