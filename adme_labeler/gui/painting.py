"""Small drawings shared by panels: bars, rings, key caps, category chips, elided text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from adme_labeler.domain.categories import Category
from adme_labeler.gui import theme

KEYCAP_PADDING = 5


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None = None,
    line: QColor | None = None,
    width: float = 1.0,
) -> None:
    """Rounded rectangle whose outline lies inside `rect`, so that it stays crisp."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    inset = width / 2 if line is not None else 0.0
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


def text(
    painter: QPainter,
    rect: QRectF,
    content: str,
    font: QFont,
    color: QColor | str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of text, vertically centred, elided where it does not fit."""
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = QFontMetricsF(font).elidedText(content, elide, rect.width() + 0.5)
    flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    painter.drawText(rect, int(flags), shown)


def percent(share: float) -> str:
    """A share as people read it: "82 %"."""
    return f"{100 * share:.0f} %"


def text_width(content: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(content)


def bar(painter: QPainter, rect: QRectF, share: float, color: QColor, track: QColor) -> None:
    """Horizontal bar filled to `share` (0 to 1); a tiny share keeps a visible sliver."""
    painter.save()
    shape = QPainterPath()
    radius = rect.height() / 2
    shape.addRoundedRect(rect, radius, radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(shape, track)
    share = min(1.0, max(0.0, share))
    if share > 0:
        painter.setClipPath(shape)
        filled = QRectF(rect.left(), rect.top(), max(2.0, rect.width() * share), rect.height())
        painter.fillRect(filled, theme.readable(color, track, theme.LINE_CONTRAST))
    painter.restore()


def ring(painter: QPainter, rect: QRectF, share: float, color: QColor, track: QColor) -> None:
    """Disc filled clockwise from twelve o'clock to `share` (0 to 1)."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawEllipse(rect)
    if share > 0:
        painter.setBrush(color)
        if share >= 1:
            painter.drawEllipse(rect)
        else:
            painter.drawPie(rect, 90 * 16, -max(1, round(share * 360 * 16)))


def keycap_width(key: str) -> float:
    advance = QFontMetricsF(theme.font("tags")).horizontalAdvance(key)
    return max(_keycap_height(), advance + 2 * KEYCAP_PADDING)


def _keycap_height() -> float:
    return max(18.0, round(theme.size("tags") * 1.6))


def keycap(painter: QPainter, rect: QRectF, key: str, ink: QColor | str | None = None) -> None:
    """A key as printed on keyboards, in the middle of `rect`."""
    colors = theme.current()
    cap = QRectF(0, 0, keycap_width(key), _keycap_height())
    cap.moveCenter(rect.center())
    cap.moveLeft(round(cap.left()))
    cap.moveTop(round(cap.top()))
    rounded(painter, cap, 4, QColor(colors.page), QColor(colors.border_strong))
    text(
        painter,
        cap,
        key,
        theme.font("tags"),
        ink if ink is not None else colors.secondary,
        Qt.AlignmentFlag.AlignHCenter,
    )


CHIP_WIDTH = 18.0
CHIP_HEIGHT = 15.0


def chip(painter: QPainter, center: QPointF, category: Category) -> None:
    """Small filled square with the category's letter."""
    fill, letter = theme.chip_colors(category)
    font = theme.font("tags", QFont.Weight.Bold)
    # A key of two letters, or large type, needs a wider one.
    rect = QRectF(0, 0, max(CHIP_WIDTH, text_width(category.key, font) + 5), CHIP_HEIGHT)
    rect.moveCenter(center)
    rounded(painter, rect, 4, fill)
    text(
        painter,
        rect,
        category.key,
        font,
        letter,
        Qt.AlignmentFlag.AlignHCenter,
    )


def whiskers(
    painter: QPainter, low: float, high: float, middle: float, ink: QColor, height: float = 9.0
) -> None:
    """Interval from x = `low` to `high` at y = `middle`, with end caps."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # A seam of the ground keeps the line apart from a bar that is nearly as bright.
    for pen in (QPen(QColor(theme.current().chrome), 3.5), QPen(ink, 1.5)):
        painter.setPen(pen)
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for x in (low, high):
            painter.drawLine(QPointF(x, middle - height / 2), QPointF(x, middle + height / 2))


def outline(rects: list[QRectF], radius: float) -> QPainterPath:
    """Outline around touching rectangles (the lines of a sentence) with rounded corners."""
    union = QPainterPath()
    for rect in rects:
        piece = QPainterPath()
        piece.addRect(rect)
        union = union.united(piece) if not union.isEmpty() else piece
    rounded_path = QPainterPath()
    for polygon in union.simplified().toFillPolygons():
        rounded_path.addPath(_round_corners(polygon, radius))
    return rounded_path


def _round_corners(polygon: QPolygonF, radius: float) -> QPainterPath:
    points = [polygon.at(i) for i in range(polygon.count())]
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    points = _without_straight(points)
    path = QPainterPath()
    count = len(points)
    for i, corner in enumerate(points):
        before = _towards(corner, points[i - 1], radius)
        after = _towards(corner, points[(i + 1) % count], radius)
        if i == 0:
            path.moveTo(before)
        else:
            path.lineTo(before)
        path.quadTo(corner, after)
    path.closeSubpath()
    return path


def _without_straight(points: list[QPointF]) -> list[QPointF]:
    kept: list[QPointF] = []
    count = len(points)
    for i, point in enumerate(points):
        a, b = points[i - 1], points[(i + 1) % count]
        cross = (point.x() - a.x()) * (b.y() - point.y()) - (point.y() - a.y()) * (
            b.x() - point.x()
        )
        if abs(cross) > 0.01:
            kept.append(point)
    return kept


def _towards(start: QPointF, end: QPointF, distance: float) -> QPointF:
    dx, dy = end.x() - start.x(), end.y() - start.y()
    length = max(1e-6, (dx * dx + dy * dy) ** 0.5)
    share = min(distance, length / 2) / length
    return QPointF(start.x() + dx * share, start.y() + dy * share)


def focus_is_elsewhere(widget: QWidget) -> bool:
    """Whether another control of the active window has the focus."""
    focused = QApplication.focusWidget()
    return focused is not None and focused is not widget
