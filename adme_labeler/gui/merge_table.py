"""The rows of an edited table beside what was exported and what the project holds now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui import painting, theme
from adme_labeler.gui.row_models import PAGE, Index, TableModel, dress
from adme_labeler.language import tr
from adme_labeler.services import merge_text
from adme_labeler.services.merge_compare import Entry
from adme_labeler.services.merge_plan import MergePlan, MergeRow, RowKind

COLUMNS = (tr("Take"), tr("State"), tr("Sentence"), tr("Exported"), tr("In the table"), tr("Now"))
_TAKE, _STATE, _TEXT, _EXPORTED, _EDITED, _NOW = range(len(COLUMNS))
STATES = {
    RowKind.CHANGED: tr("changed"),
    RowKind.CONFLICT: tr("conflict"),
    RowKind.REFUSED: tr("not possible"),
    RowKind.UNKNOWN: tr("unknown"),
    RowKind.MISSING: tr("missing"),
    RowKind.UNCHANGED: tr("unchanged"),
}
_TONES = {
    RowKind.CHANGED: "accent",
    RowKind.CONFLICT: "warning",
    RowKind.REFUSED: "danger",
    RowKind.UNKNOWN: "danger",
}
Lookup = Callable[[Sequence[SentenceId]], Mapping[SentenceId, tuple[str, Entry]]]
"""Text and present entry of sentences whose rows brought nothing; asked a page at a time."""


@dataclass(frozen=True)
class _Plain:
    """A sentence without a row of its own to take."""

    kind: RowKind
    sentence: SentenceId


class MergeModel(TableModel):
    """All rows of a comparison, of which some kinds are shown; knows which are taken."""

    changed = Signal()
    """What is taken has changed."""

    def __init__(self, plan: MergePlan, scheme: CategoryScheme, lookup: Lookup) -> None:
        super().__init__(COLUMNS)
        self._scheme = scheme
        self._lookup = lookup
        self._by_kind: dict[RowKind, list[MergeRow | _Plain]] = {kind: [] for kind in RowKind}
        for row in plan.rows:
            self._by_kind[row.kind].append(row)
        self._by_kind[RowKind.MISSING] = [_Plain(RowKind.MISSING, s) for s in plan.missing]
        self._by_kind[RowKind.UNCHANGED] = [_Plain(RowKind.UNCHANGED, s) for s in plan.same]
        self._all = list[MergeRow | _Plain](plan.rows)
        self._shown: list[MergeRow | _Plain] = self._all
        self._taken = {
            row.sentence
            for row in plan.rows
            if row.kind is RowKind.CHANGED and row.acceptable and row.sentence is not None
        }
        self._waiting = {
            row.sentence
            for row in plan.rows
            if row.kind is RowKind.CONFLICT and row.acceptable and row.sentence is not None
        }
        self._pages: dict[SentenceId, tuple[str, Entry]] = {}

    def taken(self) -> set[SentenceId]:
        return set(self._taken)

    def waiting(self) -> int:
        """Conflicts for which nothing was chosen yet."""
        return len(self._waiting)

    def show_kind(self, kind: RowKind | None) -> None:
        """Show the rows of one kind, or all that the table would change."""
        self.beginResetModel()
        self._shown = self._all if kind is None else self._by_kind[kind]
        self.endResetModel()

    def item(self, row: int) -> MergeRow | None:
        """The row, where it has something to say."""
        found = self._shown[row] if 0 <= row < len(self._shown) else None
        return found if isinstance(found, MergeRow) else None

    def text(self, row: int) -> str:
        found = self._shown[row]
        return found.text if isinstance(found, MergeRow) else self._looked_up(row)[0]

    def can_be_taken(self, row: int) -> bool:
        item = self.item(row)
        return item is not None and item.acceptable

    def is_taken(self, row: int) -> bool:
        item = self.item(row)
        return item is not None and item.sentence in self._taken

    def is_waiting(self, row: int) -> bool:
        item = self.item(row)
        return item is not None and item.sentence in self._waiting

    def take(self, rows: Iterable[int], taken: bool) -> None:
        """Accept or refuse these rows; those that cannot be taken are left out."""
        chosen = {
            item.sentence
            for item in map(self.item, rows)
            if item is not None and item.acceptable and item.sentence is not None
        }
        self._waiting -= chosen
        self._taken = self._taken | chosen if taken else self._taken - chosen
        if self._shown:
            last = len(self._shown) - 1
            self.dataChanged.emit(self.index(0, _TAKE), self.index(last, _TAKE))
        self.changed.emit()

    def toggle(self, rows: Sequence[int]) -> None:
        """Refuse these rows where all of them are taken, else accept all of them."""
        able = [row for row in rows if self.can_be_taken(row)]
        self.take(able, not all(self.is_taken(row) for row in able))

    def entries(self, row: int) -> tuple[Entry | None, Entry | None, Entry | None]:
        """As exported, as edited, and as the project holds it now."""
        found = self._shown[row]
        if isinstance(found, MergeRow):
            return found.exported, found.edited, found.current
        now = self._looked_up(row)[1]
        return (now, now, now) if found.kind is RowKind.UNCHANGED else (None, None, now)

    def kind(self, row: int) -> RowKind:
        return self._shown[row].kind

    def count(self) -> int:
        return len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.ToolTipRole and column == _TAKE:
            return self._why(row)
        if column == _TAKE:
            return self._take_word(row)
        if column == _STATE:
            return STATES[self.kind(row)]
        if column == _TEXT:
            return self.text(row)
        item = self.item(row)
        if column == _EDITED and item is not None and item.reason:
            return item.reason
        fields = item.fields if item is not None else ()
        return merge_text.words(self.entries(row)[column - _EXPORTED], fields, self._scheme)

    def _take_word(self, row: int) -> str:
        if not self.can_be_taken(row):
            return tr("cannot be taken") if self.item(row) is not None else ""
        if self.is_waiting(row):
            return tr("choose")
        return tr("taken") if self.is_taken(row) else tr("not taken")

    def _why(self, row: int) -> str | None:
        item = self.item(row)
        return item.reason or None if item is not None else None

    def _looked_up(self, row: int) -> tuple[str, Entry]:
        found = self._shown[row]
        assert isinstance(found, _Plain)
        if found.sentence not in self._pages:
            first = row // PAGE * PAGE
            page = [i.sentence for i in self._shown[first : first + PAGE] if i.sentence]
            self._pages |= self._lookup(page)
        return self._pages.get(found.sentence, ("", Entry()))


class MergeTable(QTableView):
    """The rows; Space or a click on the first column takes and refuses."""

    moved = Signal(int)
    """The row in focus, or -1."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Delegate(scheme, self))
        dress(self, _row_height())
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Rows of the edited table"))
        self.horizontalHeader().setSectionsClickable(False)

    def show_rows(self, model: MergeModel) -> None:
        self.setModel(model)
        head = self.horizontalHeader()
        for column, width in (
            (_TAKE, 64), (_STATE, 100), (_EXPORTED, 150), (_EDITED, 170), (_NOW, 150),
        ):  # fmt: skip
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, width)
        head.setSectionResizeMode(_TEXT, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(lambda now, _: self.moved.emit(now.row()))
        model.modelReset.connect(self.to_first)

    def to_first(self) -> None:
        model = self.model()
        if model.rowCount():
            self.setCurrentIndex(model.index(0, _TEXT))
        self.moved.emit(0 if model.rowCount() else -1)

    def selected_rows(self) -> list[int]:
        # By ranges: one index a row takes seconds for a long list.
        ranges = list(self.selectionModel().selection())  # pyright: ignore[reportArgumentType, reportCallIssue]
        return sorted({row for r in ranges for row in range(r.top(), r.bottom() + 1)})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        model = self.model()
        if event.key() == Qt.Key.Key_Space and isinstance(model, MergeModel):
            if not event.isAutoRepeat():
                model.toggle(self.selected_rows())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        model = self.model()
        on_box = index.isValid() and index.column() == _TAKE
        if on_box and isinstance(model, MergeModel):
            self.setCurrentIndex(index.siblingAtColumn(_TEXT))
            model.toggle([index.row()])
        else:
            super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.verticalHeader().setDefaultSectionSize(_row_height())


class _Delegate(QStyledItemDelegate):
    def __init__(self, scheme: CategoryScheme, parent: QWidget) -> None:
        super().__init__(parent)
        self._scheme = scheme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, _row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, MergeModel):
            return
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        selected = bool(
            option.state  # pyright: ignore[reportAttributeAccessIssue]
            & QStyle.StateFlag.State_Selected
        )
        colors = theme.current()
        painter.save()
        painter.fillRect(rect, QColor(colors.accent_tint if selected else colors.page))
        line = QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1)
        painter.fillRect(line, QColor(colors.border))
        inner = rect.adjusted(12, 0, -8, 0)
        row, column = index.row(), index.column()
        if column == _TAKE:
            self._box(painter, inner, model, row)
        elif column == _STATE:
            kind = model.kind(row)
            tone = getattr(colors, _TONES.get(kind, "secondary"))
            painting.text(painter, inner, STATES[kind], theme.bold("secondary"), tone)
        elif column == _TEXT:
            text = " ".join(model.text(row).split())
            painting.text(painter, inner, text, theme.font("controls"), colors.text)
        else:
            self._entry(painter, inner, model, row, column)
        painter.restore()

    def _box(self, painter: QPainter, rect: QRectF, model: MergeModel, row: int) -> None:
        colors = theme.current()
        if not model.can_be_taken(row):
            return
        box = QRectF(rect.left(), round(rect.center().y()) - 8, 16, 16)
        if model.is_taken(row):
            painting.rounded(painter, box, 4, QColor(colors.accent))
            painter.setPen(QPen(QColor(colors.accent_ink), 2))
            painter.drawPolyline(
                [
                    QPointF(box.left() + 4, box.top() + 8.5),
                    QPointF(box.left() + 7, box.top() + 11.5),
                    QPointF(box.left() + 12, box.top() + 5),
                ]
            )
            return
        waiting = model.is_waiting(row)
        ink = QColor(colors.warning if waiting else colors.secondary)
        painting.rounded(painter, box, 4, QColor(colors.raised), ink, 1.5 if waiting else 1)
        if waiting:
            center = Qt.AlignmentFlag.AlignHCenter
            painting.text(painter, box, "?", theme.bold("tags"), ink, center)

    def _entry(
        self, painter: QPainter, rect: QRectF, model: MergeModel, row: int, column: int
    ) -> None:
        colors = theme.current()
        entry = model.entries(row)[column - _EXPORTED]
        item = model.item(row)
        if column == _EDITED and item is not None and item.reason:
            painting.text(painter, rect, item.reason, theme.font("secondary"), colors.danger)
            return
        if entry is None:
            return
        fields = item.fields if item is not None else ()
        font: QFont = theme.font("secondary")
        ink = colors.secondary
        if column == _EDITED and fields:
            font, ink = theme.bold("secondary"), colors.text
        elif column == _NOW and item is not None and item.kind is RowKind.CONFLICT:
            font, ink = theme.bold("secondary"), colors.warning
        if entry.category is not None:
            center = QPointF(rect.left() + painting.CHIP_WIDTH / 2, rect.center().y())
            painting.chip(painter, center, self._scheme[entry.category])
            rect = rect.adjusted(painting.CHIP_WIDTH + 6, 0, 0, 0)
        painting.text(painter, rect, merge_text.words(entry, fields, self._scheme), font, ink)


def _row_height() -> int:
    return theme.size("controls") + 21
