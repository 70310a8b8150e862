"""The list under the search field: what may be written next. The field keeps the keyboard."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from adme_labeler.gui import painting, theme
from adme_labeler.language import tr
from adme_labeler.services.completing import Choice, Completion, Vocabulary, accepted, complete

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_SHOWN = 8
"""Rows in sight; the others scroll."""
_WIDTH = 420
_CHOICE_ROLE = Qt.ItemDataRole.UserRole


class Completions(QFrame):
    """Belongs to one `QLineEdit`. `taken` after a choice has been put into it."""

    taken = Signal()

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self._words = Vocabulary()
        self._found = Completion(0, 0)
        self._model = _Model()
        self.view = _View()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.clicked.connect(lambda index: self.take(index.row()))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(4, 4, 4, 4)
        whole.addWidget(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def set_words(self, words: Vocabulary) -> None:
        self._words = words

    def choices(self) -> tuple[Choice, ...]:
        return self._found.choices

    def look(self, everything: bool = False) -> None:
        """Show what may stand at the cursor; nothing where only one choice is written already."""
        written, cursor = self._field.text(), self._field.cursorPosition()
        self._found = complete(written, cursor, self._words, everything=everything)
        begun = written[self._found.start : self._found.end]
        choices = self._found.choices
        if not choices or (len(choices) == 1 and choices[0].text == begun):
            self.hide()
            return
        self._model.set_choices(choices)
        self.view.setCurrentIndex(QModelIndex())
        self._place()
        self.show()
        self.raise_()

    def handle(self, event: QKeyEvent) -> bool:
        """Use a key of the field while choices are shown; False where it is the field's own."""
        if not self.isVisible():
            return False
        key = event.key()
        row = self.view.currentIndex().row()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Tab:
            self.take(max(row, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.take(row)
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True

    def take(self, row: int) -> None:
        """Put a choice into the field and go on with what may follow it."""
        choice = self._found.choices[row]
        written, cursor = accepted(self._field.text(), self._found, choice)
        self.hide()
        self._field.setText(written)
        self._field.setCursorPosition(cursor)
        self.look()
        self.taken.emit()

    def hideEvent(self, event: QEvent) -> None:
        self._field.setAccessibleDescription("")

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        rect = QRectF(self.rect())
        QPainter(self).fillRect(rect, QColor(colors.raised))
        painting.rounded(
            QPainter(self), rect, 6, QColor(colors.raised), QColor(colors.border_strong)
        )

    def _move(self, by: int) -> None:
        count = self._model.rowCount()
        row = self.view.currentIndex().row()
        row = (row + by) % count if row >= 0 else (0 if by > 0 else count - 1)
        self.view.setCurrentIndex(self._model.index(row))
        choice = self._found.choices[row]
        self._field.setAccessibleDescription(f"{choice.shown}, {choice.explanation}")

    def _place(self) -> None:
        """Under the field, above everything else in the window."""
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        below = self._field.mapTo(window, QPoint(0, self._field.height() + 2))
        rows = min(_SHOWN, self._model.rowCount())
        height = rows * self.view.row_height() + 8
        width = min(max(_WIDTH, round(self._field.width() * 0.6)), self._field.width())
        self.setGeometry(below.x(), below.y(), width, height)


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[Choice, ...] = ()

    def set_choices(self, choices: tuple[Choice, ...]) -> None:
        self.beginResetModel()
        self._choices = choices
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._choices)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        choice = self._choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.shown
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{choice.shown}, {choice.explanation}" if choice.explanation else choice.shown
        return choice if role == _CHOICE_ROLE else None


class _View(QListView):
    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("What may be written here"))

    def row_height(self) -> int:
        return theme.size("controls") + 15


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, theme.size("controls") + 15)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        choice = index.data(_CHOICE_ROLE)
        rect = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        colors = theme.current()
        painter.save()
        painter.fillRect(rect, QColor(colors.raised))
        if state & QStyle.StateFlag.State_Selected:
            painting.rounded(painter, rect, 4, QColor(colors.accent_tint), QColor(colors.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painting.rounded(painter, rect, 4, QColor(colors.hover))
        inner = rect.adjusted(10, 0, -10, 0)
        font = theme.bold("controls") if choice.explanation else theme.font("controls")
        painting.text(painter, inner, choice.shown, font, colors.text)
        if choice.explanation:
            left = max(112.0, painting.text_width(choice.shown, font) + 16)
            words = inner.adjusted(left, 0, 0, 0)
            painting.text(
                painter, words, choice.explanation, theme.font("secondary"), colors.secondary
            )
        painter.restore()
