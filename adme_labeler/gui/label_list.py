"""Left: the project's drug labels with their progress, and a field that filters them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.domain.records import DrugLabel, LabelId
from adme_labeler.gui import icons, painting, theme
from adme_labeler.gui.controls import Panel, Text
from adme_labeler.language import tr, trn

_LABEL_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_MOST_RUNS = 100
"""Places in the list where drug labels come in at once."""


_AFTER_NAME = re.compile(
    r"\s*(?:[,(\[]|\b(?:for|tablets?|capsules?|oral|injections?|injectable|inhalation|ophthalmic|"
    r"transdermal|topical|solution|suspension|cream|ointment|gel|patch|powder|extended|delayed|"
    r"film|intravenous|subcutaneous|nasal|system|kit|lotion|spray|drops|suppositor\w+|usp)\b).*",
    re.IGNORECASE | re.DOTALL,
)


def short_title(title: str) -> str:
    """The drug's name out of a title such as "Ceflodarin for Injection, USP"."""
    name = _AFTER_NAME.sub("", title.strip(), count=1).strip()
    return name if len(name) >= 3 else title.strip()


class LabelListModel(QAbstractListModel):
    """Drug labels in the order given; replaced one by one as their progress changes."""

    def __init__(self) -> None:
        super().__init__()
        self.more: Callable[[LabelId], str] = lambda label: ""
        """What the hint of a drug label says besides its progress; asked only when it is shown."""
        self._labels: list[DrugLabel] = []
        self._row: dict[LabelId, int] = {}

    def set_labels(self, labels: Iterable[DrugLabel]) -> None:
        """Show these. As long as the others keep their order, the view keeps its place."""
        wanted = list(labels)
        added = self._added(wanted)
        if added is None:
            self.beginResetModel()
            self._labels = wanted
            self.endResetModel()
        else:
            for first, last in added:
                self.beginInsertRows(_ROOT, first, last)
                self._labels[first:first] = wanted[first : last + 1]
                self.endInsertRows()
        self._row = {label.id: row for row, label in enumerate(wanted)}
        if added is not None:
            for label in wanted:
                self.update_label(label)

    def update_label(self, label: DrugLabel) -> None:
        """Show new progress; a label that is not in the list is added at its end."""
        row = self._row.get(label.id)
        if row is None:
            row = len(self._labels)
            self.beginInsertRows(QModelIndex(), row, row)
            self._labels.append(label)
            self._row[label.id] = row
            self.endInsertRows()
        elif self._labels[row] != label:
            self._labels[row] = label
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def _added(self, wanted: Sequence[DrugLabel]) -> list[tuple[int, int]] | None:
        """Rows, first to last, that make `wanted` of what is shown; None where rows have gone,
        moved, or so many come that a fresh start is quicker."""
        shown = [label.id for label in self._labels]
        added: list[tuple[int, int]] = []
        at = 0
        for row, label in enumerate(wanted):
            if at < len(shown) and shown[at] == label.id:
                at += 1
            elif added and added[-1][1] == row - 1:
                added[-1] = (added[-1][0], row)
            else:
                added.append((row, row))
        return added if shown and at == len(shown) and len(added) <= _MOST_RUNS else None

    def label(self, ident: LabelId) -> DrugLabel | None:
        row = self._row.get(ident)
        return None if row is None else self._labels[row]

    def row_of(self, ident: LabelId) -> int:
        return self._row.get(ident, -1)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._labels)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        label = self._labels[index.row()]
        if role == _LABEL_ROLE:
            return label
        if role == Qt.ItemDataRole.DisplayRole:
            return label.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            said = tr(
                "{title}, {decided:,} of {sentences:,} decided",
                title=label.title,
                decided=label.decided,
                sentences=label.sentences,
            )
            if label.held_out:
                said = tr("{label}, held out", label=said)
            more = self.more(label.id) if role == Qt.ItemDataRole.ToolTipRole else ""
            return f"{said}, {more}" if more else said
        return None


class LabelList(Panel):
    """Choose a drug label; the filter looks into titles, names and ingredients."""

    chosen = Signal(int)
    versions_asked = Signal(int)
    """Compare the versions of this drug label."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chrome", parent)
        self.model = LabelListModel()
        self._proxy = _Filter()
        self._proxy.setSourceModel(self.model)
        self._current: LabelId | None = None
        self.filter = _Field()
        self.filter.setPlaceholderText(tr("Filter drug labels"))
        self.filter.setAccessibleName(tr("Filter drug labels"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.filter.returnPressed.connect(lambda: self._clicked(self._proxy.index(0, 0)))
        self.filter.left.connect(self._enter_list)
        self.view = _View()
        self.view.setModel(self._proxy)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.clicked.connect(self._clicked)
        self.view.activated.connect(self._clicked)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self._count = Text("", "secondary", "secondary", wrap=True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 12, 0, 0)
        whole.setSpacing(8)
        for widget in (self.filter, self._count):
            row = QHBoxLayout()
            row.setContentsMargins(12, 0, 12, 0)
            row.addWidget(widget)
            whole.addLayout(row)
        whole.addWidget(self.view, 1)
        for signal in (
            self._proxy.modelReset,
            self._proxy.rowsInserted,
            self._proxy.rowsRemoved,
            self._proxy.layoutChanged,
        ):
            signal.connect(self._say_count)
        self._say_count()

    def set_labels(self, labels: Iterable[DrugLabel]) -> None:
        self.model.set_labels(labels)

    def update_label(self, label: DrugLabel) -> None:
        self.model.update_label(label)

    def set_current(self, ident: LabelId | None) -> None:
        """Mark the drug label that is being read and bring it into view."""
        self._current = ident
        row = -1 if ident is None else self.model.row_of(ident)
        index = self._proxy.mapFromSource(self.model.index(row)) if row >= 0 else QModelIndex()
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index)

    def _clicked(self, index: QModelIndex) -> None:
        label = index.data(_LABEL_ROLE)
        if isinstance(label, DrugLabel):
            self.chosen.emit(label.id)

    def menu_at(self, index: QModelIndex) -> QMenu | None:
        """What can be done with the drug label there; None beside the list."""
        label = index.data(_LABEL_ROLE)
        if not isinstance(label, DrugLabel):
            return None
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        read = menu.addAction(tr("Read"))
        read.triggered.connect(lambda: self.chosen.emit(label.id))
        compare = menu.addAction(tr("Compare versions…"))
        compare.triggered.connect(lambda: self.versions_asked.emit(label.id))
        return menu

    def _open_menu(self, at: QPoint) -> None:
        # The menu key asks from the middle of the list, whatever row has the focus.
        index = self.view.indexAt(at)
        if self.view.hasFocus() and not self.view.underMouse():
            index = self.view.currentIndex()
        menu = self.menu_at(index)
        if menu is not None:
            menu.popup(self.view.viewport().mapToGlobal(at))

    def _filter(self, text: str) -> None:
        self._proxy.set_words(text.casefold().split())
        # The view would go on to a row beside the one that is filtered out.
        self.set_current(self._current)
        self._say_count()

    def _enter_list(self) -> None:
        if not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self._proxy.index(0, 0))
        self.view.setFocus()

    def _say_count(self) -> None:
        total, shown = self.model.rowCount(), self._proxy.rowCount()
        if not total:
            self._count.setText(tr("No drug labels yet"))
        elif not shown:
            self._count.setText(
                tr(
                    "No drug label has “{words}” in its name: clear the filter to see all "
                    "{total:,}",
                    words=self.filter.text().strip(),
                    total=total,
                )
            )
        elif shown < total:
            self._count.setText(tr("{shown:,} of {total:,} drug labels", shown=shown, total=total))
        else:
            self._count.setText(trn("{count:,} drug label", "{count:,} drug labels", total))


class _Filter(QSortFilterProxyModel):
    def __init__(self) -> None:
        super().__init__()
        self._words: Sequence[str] = ()

    def set_words(self, words: Sequence[str]) -> None:
        self.beginFilterChange()
        self._words = words
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        if not self._words:
            return True
        label = self.sourceModel().index(source_row, 0, source_parent).data(_LABEL_ROLE)
        haystack = " ".join((label.title, *label.names, *label.ingredients)).casefold()
        if label.held_out:
            haystack = " ".join((haystack, tr("held out")))
        return all(word in haystack for word in self._words)


class _Field(QLineEdit):
    left = Signal()
    """Down: on to the list below."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class _View(QListView):
    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Drug labels"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with arrows and choose with Enter; every other key belongs to the window."""
        if event.key() in (
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        ):
            super().keyPressEvent(event)
            event.accept()
        else:
            event.ignore()


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, theme.size("controls") + theme.size("secondary") + theme.padding(28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        label = index.data(_LABEL_ROLE)
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        colors = theme.current()
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.accent_tint))
            painter.fillRect(
                QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(colors.accent)
            )
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colors.hover))
        if state & QStyle.StateFlag.State_HasFocus:
            painting.rounded(painter, rect.adjusted(4, 2, -4, -2), 6, None, QColor(colors.accent))
        share = label.decided / label.sentences if label.sentences else 0.0
        done = label.sentences > 0 and label.decided >= label.sentences
        disc = QRectF(rect.left() + 16, rect.center().y() - 10, 20, 20)
        painting.ring(
            painter,
            disc,
            share,
            QColor(colors.success if done else colors.accent),
            QColor(
                colors.border_strong if state & QStyle.StateFlag.State_Selected else colors.track
            ),
        )
        above = theme.padding(8)
        self._words(painter, rect.adjusted(48, above, -12, -above), label, done)
        painter.restore()

    def _words(self, painter: QPainter, inner: QRectF, label: DrugLabel, done: bool) -> None:
        colors = theme.current()
        count = f"{label.decided:,}/{label.sentences:,}"
        width = QFontMetricsF(theme.font("secondary")).horizontalAdvance(count) + 2
        right = QRectF(inner.right() - width, inner.top(), width, inner.height())
        if done:
            box = QRectF(inner.right() - 16, inner.center().y() - 8, 16, 16)
            width = 16
            if not icons.draw(painter, "check", box, QColor(colors.success)):
                painting.text(painter, box, "✓", theme.bold("controls"), colors.success)
        else:
            painting.text(
                painter,
                right,
                count,
                theme.font("secondary"),
                colors.secondary,
                Qt.AlignmentFlag.AlignRight,
            )
        room = inner.width() - width - 8
        name_height = theme.size("controls") + 6
        painting.text(
            painter,
            QRectF(inner.left(), inner.top(), room, name_height),
            short_title(label.title),
            theme.bold("controls"),
            colors.text,
        )
        line = QRectF(inner.left(), inner.top() + name_height, room, inner.height() - name_height)
        font = theme.font("tags")
        form = tr("held out") if label.held_out else label.dosage_form.lower()
        number = trn("{count:,} sentence", "{count:,} sentences", label.sentences)
        tail = f" · {number}" if form else number
        used = painting.text_width(form, font)
        ink = colors.warning if label.held_out else colors.secondary
        painting.text(painter, line, form, font, ink)
        # The count stands on the right as well, so the words give way where room is short.
        if used + painting.text_width(tail, font) <= line.width():
            painting.text(painter, line.adjusted(used, 0, 0, 0), tail, font, colors.secondary)
