"""How the cells of the list view are drawn."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from adme_labeler.domain.categories import Category, CategoryScheme
from adme_labeler.domain.records import AnnotationState
from adme_labeler.gui import icons, painting, theme
from adme_labeler.gui.row_models import Index
from adme_labeler.gui.sentence_model import COLUMNS, HIDDEN, ROW_ROLE, Row
from adme_labeler.services.finding import Column

LINES = 2
"""Lines of text in a row."""
_PADDING = 12
_NAME_FROM = 88
"""Width from which a category's name stands beside its chip."""
_ASIDE = (AnnotationState.SKIPPED, AnnotationState.UNSURE)


def row_height() -> int:
    """Two lines of text and the room around them, in device-independent pixels."""
    return round(LINES * QFontMetricsF(theme.font("controls")).lineSpacing()) + 18


class SentenceCells(QStyledItemDelegate):
    def __init__(self, scheme: CategoryScheme, parent: QWidget) -> None:
        super().__init__(parent)
        self._scheme = scheme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        selected = bool(state & QStyle.StateFlag.State_Selected)
        colors = theme.current()
        painter.save()
        background = QColor(colors.accent_tint if selected else colors.page)
        painter.fillRect(rect, background)
        line = QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1)
        painter.fillRect(line, QColor(colors.border))
        view = self.parent()
        assert isinstance(view, QTableView)
        first = view.horizontalHeader().visualIndex(index.column()) == 0
        if first and view.currentIndex().row() == index.row():
            # The row that the desk is at, also among many selected.
            mark = QRectF(rect.left(), rect.top(), 3, rect.height() - 1)
            away = painting.focus_is_elsewhere(view)
            painter.fillRect(mark, QColor(colors.secondary if away else colors.accent))
        if row is not None:
            inner = rect.adjusted(_PADDING, 0, -_PADDING, -1)
            self._cell(painter, inner, COLUMNS[index.column()], row)
        painter.restore()

    def _cell(self, painter: QPainter, rect: QRectF, column: Column, row: Row) -> None:
        colors = theme.current()
        small = theme.font("secondary")
        if column is Column.STATE:
            aside = row.state in _ASIDE
            tone = colors.warning if aside else colors.secondary
            painting.text(painter, rect, row.state_word, small, tone)
        elif column is Column.TEXT:
            tone = colors.secondary if row.category else colors.text
            two_lines(painter, rect, row.text, theme.font("controls"), QColor(tone))
        elif column is Column.CATEGORY:
            self._decided(painter, rect, row)
        elif column is Column.SUGGESTION:
            if row.suggestion is not None:
                self._suggested(painter, rect, self._scheme[row.suggestion])
            elif row.hidden:
                font = theme.font("secondary", italic=True)
                painting.text(painter, rect, HIDDEN, font, colors.secondary)
        elif column is Column.PROBABILITY:
            self._probability(painter, rect, row)
        elif column is Column.NOTE:
            self._note(painter, rect, row)
        else:
            content = row.drug if column is Column.DRUG else row.section
            two_lines(painter, rect, content, small, QColor(colors.secondary))

    def _decided(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        keys = [key for key in (row.category, *row.also) if key is not None]
        for place, key in enumerate(keys):
            left = rect.left() + place * (painting.CHIP_WIDTH + 4)
            if left + painting.CHIP_WIDTH > rect.right() + 1:
                break
            center = QPointF(left + painting.CHIP_WIDTH / 2, rect.center().y())
            painting.chip(painter, center, self._scheme[key])
        if len(keys) == 1 and rect.width() >= _NAME_FROM:
            name = rect.adjusted(painting.CHIP_WIDTH + 6, 0, 0, 0)
            category = self._scheme[keys[0]]
            font = theme.font("secondary")
            painting.text(painter, name, category.name, font, theme.current().text)

    def _suggested(self, painter: QPainter, rect: QRectF, category: Category) -> None:
        """A dot and the name: a chip is what was decided."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.category_color(category))
        painter.drawEllipse(QPointF(rect.left() + 4, rect.center().y()), 4, 4)
        words = rect.adjusted(14, 0, 0, 0)
        painting.text(painter, words, category.name, theme.font("secondary"), theme.current().text)

    def _probability(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        if row.probability is None or row.suggestion is None:
            return
        colors = theme.current()
        font = theme.font("secondary")
        height = QFontMetricsF(font).height()
        words = QRectF(rect.left(), rect.center().y() - height / 2 - 4, rect.width(), height)
        percent = painting.percent(row.probability)
        painting.text(painter, words, percent, font, colors.text, Qt.AlignmentFlag.AlignRight)
        track = QRectF(rect.left(), words.bottom() + 3, rect.width(), 4)
        color = theme.category_color(self._scheme[row.suggestion])
        painting.bar(painter, track, row.probability, color, QColor(colors.track))

    def _note(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        colors = theme.current()
        left = rect.left()
        for shown, icon, tone in (
            (row.flagged, "flag", colors.danger),
            (bool(row.note), "note", colors.secondary),
        ):
            if shown:
                box = QRectF(left, rect.center().y() - 8, 16, 16)
                icons.draw(painter, icon, box, QColor(tone))
                left += 20
        if row.note and rect.right() - left > 40:
            words = QRectF(left, rect.top(), rect.right() - left, rect.height())
            two_lines(painter, words, row.note, theme.font("secondary"), QColor(colors.secondary))


def two_lines(painter: QPainter, rect: QRectF, content: str, font: QFont, color: QColor) -> None:
    """Text of at most two lines, vertically centred, elided where it goes on."""
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(color)
    if rect.width() < 8:
        return
    if metrics.horizontalAdvance(content) <= rect.width():
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(rect, int(flags), content)
        return
    layout = QTextLayout(content, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    first = layout.createLine()
    first.setLineWidth(rect.width())
    layout.endLayout()
    end = first.textLength()
    lines = [content[:end].rstrip(), content[end:]]
    lines[1] = metrics.elidedText(lines[1], Qt.TextElideMode.ElideRight, rect.width())
    height = metrics.lineSpacing()
    top = rect.center().y() - height + metrics.ascent() + metrics.leading() / 2
    for number, line in enumerate(lines):
        painter.drawText(QPointF(rect.left(), top + number * height), line)
