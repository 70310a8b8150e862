"""Two versions of a drug label as a list: older text left, newer right, the category beside each.

What became of a sentence is said by a word and a sign in front; changed words are struck out on the
left and underlined on the right, so that nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QPainter,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.sentence_changes import Piece, changed_words
from adme_labeler.gui import painting, theme, words
from adme_labeler.gui.row_models import ROOT, Index
from adme_labeler.language import tr
from adme_labeler.services.label_versions import DiffRow, Fate, Side, VersionDiff

_ROW_ROLE = Qt.ItemDataRole.UserRole
_SIGNS = {Fate.UNCHANGED: "=", Fate.CHANGED: "≠", Fate.NEW: "+", Fate.GONE: "−"}
_TONES = {
    Fate.UNCHANGED: "secondary",
    Fate.CHANGED: "warning",
    Fate.NEW: "success",
    Fate.GONE: "danger",
}
_MARGIN, _GUTTER, _CHIP, _GAP = 12, 96, 26, 20


@dataclass(frozen=True)
class _Heading:
    text: str


_Item = _Heading | DiffRow


class DiffModel(QAbstractListModel):
    """Headings and sentences; without the unchanged ones where only changes are wanted."""

    def __init__(self, scheme: CategoryScheme) -> None:
        super().__init__()
        self._scheme = scheme
        self._items: list[_Item] = []

    def show_diff(self, diff: VersionDiff, *, everything: bool) -> None:
        self.beginResetModel()
        self._items = []
        heading: tuple[str, ...] | None = None
        for row in diff.rows:
            if row.fate is Fate.UNCHANGED and not everything:
                continue
            if row.heading_path != heading:
                heading = row.heading_path
                self._items.append(_Heading(" › ".join(heading)))
            self._items.append(row)
        self.endResetModel()

    def row(self, number: int) -> DiffRow | None:
        """None for a heading and outside the list."""
        item = self._items[number] if 0 <= number < len(self._items) else None
        return item if isinstance(item, DiffRow) else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._items)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.row(index.row()) is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == _ROW_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.text if isinstance(item, _Heading) else self._spoken(item)
        return None

    def _spoken(self, row: DiffRow) -> str:
        parts = [words.fate(row.fate)]
        if row.fate is Fate.CHANGED:
            parts += [
                tr("before: {said}", said=self._said(row.older)),
                tr("now: {said}", said=self._said(row.newer)),
            ]
        else:
            parts.append(self._said(row.newer or row.older))
        return ", ".join(parts)

    def _said(self, side: Side | None) -> str:
        if side is None:
            return ""
        decided = self._scheme[side.category].name if side.category else tr("undecided")
        return f"{side.text} ({decided})"


class DiffView(QListView):
    """Moves over sentences with the arrows; `opened` on Enter or double click."""

    opened = Signal(object)
    """The `DiffRow`."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = DiffModel(scheme)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(scheme, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName(tr("Sentences of both versions"))
        self.doubleClicked.connect(lambda index: self._open(index.row()))

    def show_diff(self, diff: VersionDiff, *, everything: bool) -> None:
        """Also puts the first change into focus, else the first sentence."""
        self.rows.show_diff(diff, everything=everything)
        if not self.step(1, from_row=-1):
            self._to(self._next(range(self.rows.rowCount()), None))

    def current(self) -> DiffRow | None:
        return self.rows.row(self.currentIndex().row())

    def step(self, by: int, from_row: int | None = None) -> bool:
        """To the next (1) or previous (-1) sentence that is not unchanged."""
        here = self.currentIndex().row() if from_row is None else from_row
        end = self.rows.rowCount() if by > 0 else -1
        found = self._next(range(here + by, end, by), Fate.UNCHANGED)
        return self._to(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and paging move; Enter opens; letters belong to the dialog."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current() is not None:
            self._open(self.currentIndex().row())
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = 1 if key == Qt.Key.Key_Down else -1
            here = self.currentIndex().row() + by
            end = self.rows.rowCount() if by > 0 else -1
            self._to(self._next(range(here, end, by), None))
        elif key in (
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
        ):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()

    def _next(self, numbers: Sequence[int], without: Fate | None) -> int | None:
        for number in numbers:
            row = self.rows.row(number)
            if row is not None and row.fate is not without:
                return number
        return None

    def _to(self, number: int | None) -> bool:
        if number is None:
            return False
        self.setCurrentIndex(self.rows.index(number))
        # The heading above belongs to it.
        above = number - 1 if number and self.rows.row(number - 1) is None else number
        self.scrollTo(self.rows.index(above))
        self.scrollTo(self.rows.index(number))
        return True

    def _open(self, number: int) -> None:
        row = self.rows.row(number)
        if row is not None:
            self.opened.emit(row)


def columns(width: float) -> tuple[QRectF, QRectF, QRectF]:
    """Horizontal room of the sign, the older and the newer text in a view of this width."""
    left = _MARGIN + _GUTTER
    each = (width - left - _MARGIN - _GAP) / 2
    return (
        QRectF(_MARGIN, 0, _GUTTER, 0),
        QRectF(left, 0, each, 0),
        QRectF(left + each + _GAP, 0, each, 0),
    )


class _Delegate(QStyledItemDelegate):
    def __init__(self, scheme: CategoryScheme, view: DiffView) -> None:
        super().__init__(view)
        self._scheme = scheme
        self._view = view

    def sizeHint(self, option: object, index: Index) -> QSize:
        width = self._view.viewport().width()
        item = index.data(_ROW_ROLE)
        if isinstance(item, _Heading):
            return QSize(width, theme.size("secondary") + 22)
        heights = [layout.boundingRect().height() for layout, _ in self._texts(item, width)]
        return QSize(width, round(max(heights)) + 15)

    def paint(self, painter: QPainter, option: object, index: Index) -> None:
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        colors = theme.current()
        item = index.data(_ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(item, _Heading):
            painter.fillRect(rect, QColor(colors.page))
            inner = rect.adjusted(_MARGIN, 2, -_MARGIN, 0)
            painting.text(painter, inner, item.text, theme.bold("secondary"), colors.secondary)
            self._line(painter, rect)
            painter.restore()
            return
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.accent_tint))
            painter.fillRect(
                QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(colors.accent)
            )
        self._fate(painter, rect, item.fate)
        for layout, place in self._texts(item, rect.width()):
            layout.draw(painter, QPointF(rect.left() + place, rect.top() + 7))
        _, left, right = columns(rect.width())
        for side, column in ((item.older, left), (item.newer, right)):
            if side is not None and not (item.fate is Fate.UNCHANGED and column is right):
                self._chip(painter, rect.left() + column.left(), rect.top(), side)
        self._line(painter, rect)
        painter.restore()

    def _fate(self, painter: QPainter, rect: QRectF, fate: Fate) -> None:
        ink = getattr(theme.current(), _TONES[fate])
        line = QRectF(rect.left() + _MARGIN, rect.top() + 7, 14, theme.size("controls") + 5)
        painting.text(painter, line, _SIGNS[fate], theme.bold("controls"), ink)
        beside = line.adjusted(18, 0, _GUTTER - 22, 0)
        font = theme.font("secondary") if fate is Fate.UNCHANGED else theme.bold("secondary")
        painting.text(painter, beside, words.fate(fate), font, ink)

    def _chip(self, painter: QPainter, left: float, top: float, side: Side) -> None:
        center = QPointF(left + painting.CHIP_WIDTH / 2, top + 9 + theme.size("controls") / 2)
        if side.category is not None:
            painting.chip(painter, center, self._scheme[side.category])
        elif side.asked_about:
            box = QRectF(0, 0, painting.CHIP_WIDTH, painting.CHIP_HEIGHT)
            box.moveCenter(center)
            painting.rounded(painter, box, 4, None, QColor(theme.current().border_strong))

    def _line(self, painter: QPainter, rect: QRectF) -> None:
        line = QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1)
        painter.fillRect(line, QColor(theme.current().border))

    def _texts(self, row: DiffRow, width: float) -> list[tuple[QTextLayout, float]]:
        """Laid out texts with their distance from the left edge."""
        _, left, right = columns(width)
        colors = theme.current()
        if row.fate is Fate.CHANGED and row.older is not None and row.newer is not None:
            old, new = changed_words(row.older.text, row.newer.text)
            return [
                (_layout(old, left.width() - _CHIP, _struck()), left.left() + _CHIP),
                (_layout(new, right.width() - _CHIP, _underlined()), right.left() + _CHIP),
            ]
        side = row.newer or row.older
        assert side is not None
        pieces = (Piece(side.text, False),)
        if row.fate is Fate.UNCHANGED:
            room = right.right() - left.left() - _CHIP
            return [(_layout(pieces, room, None, colors.secondary), left.left() + _CHIP)]
        column = right if row.fate is Fate.NEW else left
        return [(_layout(pieces, column.width() - _CHIP, None), column.left() + _CHIP)]


def _layout(
    pieces: Sequence[Piece], width: float, mark: QTextCharFormat | None, ink: str = ""
) -> QTextLayout:
    font = QFont(theme.font("controls"))
    layout = QTextLayout("".join(piece.text for piece in pieces), font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    formats: list[QTextLayout.FormatRange] = []
    start = 0
    for piece in pieces:
        part = QTextLayout.FormatRange()
        skipped = len(piece.text) - len(piece.text.lstrip()) if piece.changed else 0
        part.start, part.length = start + skipped, len(piece.text) - skipped
        form = QTextCharFormat()
        if piece.changed and mark is not None:
            form = mark
        else:
            form.setForeground(QColor(ink or theme.current().text))
        part.format = form
        formats.append(part)
        start += len(piece.text)
    layout.setFormats(formats)
    layout.beginLayout()
    height = 0.0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(40.0, width))
        line.setPosition(QPointF(0, height))
        height += line.height() + 2
    layout.endLayout()
    return layout


def _struck() -> QTextCharFormat:
    form = _marked(theme.current().danger)
    form.setFontStrikeOut(True)
    return form


def _underlined() -> QTextCharFormat:
    form = _marked(theme.current().success)
    form.setFontUnderline(True)
    form.setFontWeight(QFont.Weight.DemiBold)
    return form


def _marked(ink: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(QColor(ink))
    form.setBackground(theme.tint(QColor(ink), QColor(theme.current().raised), 0.12))
    return form
