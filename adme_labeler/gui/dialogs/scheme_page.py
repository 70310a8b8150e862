"""The categories of a project: names, digits, colours, definitions; one more, one less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.domain.categories import Category, CategoryKey, CategoryScheme
from adme_labeler.domain.colors import is_color
from adme_labeler.domain.scheme_rules import (
    DIGITS,
    LONGEST_KEY,
    LONGEST_NAME,
    MOST_CATEGORIES,
    faults,
    free_colors,
    free_digit,
    free_key,
)
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.decision_bar import CategoryButton
from adme_labeler.gui.dialogs.color_choice import ColorChoice
from adme_labeler.gui.dialogs.plain_table import plain_table
from adme_labeler.language import tr

NEW_NAME = tr("New category")
_COLUMNS = (tr("Digit"), tr("Key"), tr("Name"), tr("Definition"))


class SchemePage(QWidget):
    """`chosen()` is what stands on the page; `usable()` whether it can be saved."""

    def __init__(
        self,
        scheme: CategoryScheme,
        why_kept: Callable[[CategoryKey], str],
        busy: str = "",
    ) -> None:
        """`why_kept` says why a category of the project cannot be removed, "" where it can;
        `busy` why nothing can be changed now."""
        super().__init__()
        self.changed: list[Callable[[], None]] = []
        self._scheme = scheme
        self._why_kept = why_kept
        self._busy = busy
        self._drafts = list(scheme.categories)
        self._old = len(self._drafts)
        self._current = 0
        self._filling = False
        self.table = plain_table(_COLUMNS, 0)
        self.table.setAccessibleName(tr("Categories"))
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.setItemDelegateForColumn(1, _Chip(self._category_at, self.table))
        self.table.verticalHeader().setDefaultSectionSize(theme.size("controls") + 15)
        self.add = QPushButton(tr("Add a category"))
        self.remove = QPushButton(tr("Remove"))
        for button in (self.add, self.remove):
            button.setAutoDefault(False)
        self.name, self.key, self.synonyms = QLineEdit(), QLineEdit(), QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.key.setMaxLength(LONGEST_KEY)
        self.key.setFixedWidth(5 * theme.size("controls"))
        self.synonyms.setPlaceholderText(tr("Other names in tables, with commas"))
        self.digit = QComboBox()
        self.digit.addItems(list(DIGITS))
        self.digit.setFixedWidth(6 * theme.size("controls"))
        self.definition = QPlainTextEdit()
        self.definition.setTabChangesFocus(True)
        self.definition.setFixedHeight(max(86, 3 * theme.size("controls") + 30))
        self.color = ColorChoice()
        self.preview = QWidget()
        self._preview_row = QHBoxLayout(self.preview)
        self._preview_row.setContentsMargins(0, 0, 0, 0)
        self.said = Text("", "secondary", "secondary", wrap=True)
        for field in (self.name, self.digit, self.synonyms, self.definition, self.color):
            field.setEnabled(not busy)
        self._arrange()
        self._connect()
        self._show_table()
        self.select(0)

    def chosen(self) -> CategoryScheme:
        return replace(self._scheme, categories=tuple(self._drafts))

    def usable(self) -> bool:
        """Whether it can be saved: as it stands in the project, or without a fault."""
        chosen = self.chosen()
        return chosen == self._scheme or not (self._busy or faults(chosen))

    def select(self, place: int) -> None:
        """Edit the category in this row."""
        self._current = place
        self.table.selectRow(self._row_of(place))
        self._fill()

    def current(self) -> Category:
        return self._drafts[self._current]

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        short = QHBoxLayout()
        short.setSpacing(8)
        short.addWidget(self.key)
        short.addSpacing(12)
        short.addWidget(Text(tr("Digit"), strong=True))
        short.addWidget(self.digit)
        short.addStretch(1)
        for name, field in (
            (tr("Name"), self.name),
            (tr("Key"), short),
            (tr("Colour"), self.color),
            (tr("Definition"), self.definition),
            (tr("Synonyms"), self.synonyms),
            (tr("Looks"), self.preview),
        ):
            form.addRow(Text(name, strong=True), field)
        for field, name in (
            (self.name, tr("Name of the category")),
            (self.key, tr("Key of the category")),
            (self.digit, tr("Digit that chooses the category")),
            (self.definition, tr("Definition of the category")),
            (self.synonyms, tr("Synonyms of the category")),
        ):
            field.setAccessibleName(name)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.table, 1)
        left.addLayout(buttons)
        em = theme.size("controls")
        self.table.setMinimumSize(max(400, 27 * em), 10 * (em + 15) + 12)
        both = QHBoxLayout()
        both.setSpacing(24)
        both.addLayout(left, 1)
        both.addLayout(form)
        self.name.setMinimumWidth(336)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.setSpacing(12)
        whole.addLayout(both, 1)
        whole.addWidget(self.said)
        self.said.setMinimumHeight(2 * self.said.fontMetrics().height())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _connect(self) -> None:
        self.table.currentCellChanged.connect(lambda row, *_: self._row_chosen(row))
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        for field in (self.name, self.key, self.synonyms):
            field.textEdited.connect(lambda _: self._edited())
        self.definition.textChanged.connect(self._edited)
        self.digit.currentTextChanged.connect(self._digit_chosen)
        self.color.changed.connect(self._edited)

    # ------------------------------------------------------------------ acting

    def _row_chosen(self, row: int) -> None:
        if not self._filling and row >= 0:
            self._current = self._order()[row]
            self._fill()

    def _add(self) -> None:
        name = NEW_NAME
        taken = {category.name for category in self._drafts}
        number = 2
        while name in taken:
            name, number = f"{NEW_NAME} {number}", number + 1
        light, dark = free_colors(self._drafts)
        # The key follows the name until somebody types one.
        key = free_key(name, self._drafts)
        digit = free_digit(self._drafts)
        self._drafts.append(Category(key, name, digit, light, dark, ""))
        self._show_table()
        self.select(len(self._drafts) - 1)
        self._tell()
        self.name.setFocus()
        self.name.selectAll()

    def _remove(self) -> None:
        category = self.current()
        why = self._why_kept(category.key) if self._is_old(self._current) else ""
        if why:
            self._say(why, "danger")
            return
        place = self._order().index(self._current)
        del self._drafts[self._current]
        self._old -= self._is_old(self._current)
        self._show_table()
        self.select(self._order()[min(place, len(self._drafts) - 1)])
        self._tell()
        self.table.setFocus()

    def _digit_chosen(self, digit: str) -> None:
        """The digit goes to this category; whoever had it gets this one's."""
        if self._filling:
            return
        mine = self.current()
        for place, other in enumerate(self._drafts):
            if other.shortcut == digit and place != self._current:
                self._drafts[place] = replace(other, shortcut=mine.shortcut)
        self._drafts[self._current] = replace(mine, shortcut=digit)
        self._show_table()
        self.select(self._current)
        self._tell()

    def _edited(self) -> None:
        if self._filling:
            return
        before = self.current()
        light, dark = self.color.colors()
        name = self.name.text()
        key = before.key
        if not self._is_old(self._current):
            typed = self.key.text().strip()
            key = CategoryKey(typed[:1].upper() + typed[1:].lower())
            others = [c for c in self._drafts if c is not before]
            if name != before.name and before.key == free_key(before.name, others):
                key = free_key(name, others)
                self.key.setText(key)
        self._drafts[self._current] = replace(
            before,
            key=key,
            name=" ".join(name.split()),
            color_light=light,
            color_dark=dark,
            definition=" ".join(self.definition.toPlainText().split()),
            synonyms=_listed(self.synonyms.text()),
        )
        self._show_table()
        self._show_preview()
        self._tell()

    # ------------------------------------------------------------------ showing

    def _fill(self) -> None:
        self._filling = True
        category = self.current()
        old = self._is_old(self._current)
        self.name.setText(category.name)
        self.key.setText(category.key)
        self.key.setEnabled(not old)
        self.key.setToolTip(tr("A key never changes: decisions are kept by it.") if old else "")
        self.digit.setCurrentIndex(self.digit.findText(category.shortcut))
        self.definition.setPlainText(category.definition)
        self.synonyms.setText(", ".join(category.synonyms))
        self.color.show_colors(category.color_light, category.color_dark)
        self.remove.setEnabled(category.key != self._scheme.rest and not self._busy)
        self._filling = False
        self._show_preview()
        self._judge()

    def _show_table(self) -> None:
        """Rows by digit, as the buttons stand on the keyboard."""
        self._filling = True
        order = self._order()
        self.table.setRowCount(len(order))
        for row, place in enumerate(order):
            category = self._drafts[place]
            for column, text in enumerate(
                (category.shortcut, category.key, category.name, category.definition)
            ):
                item = QTableWidgetItem(text)
                item.setToolTip(text if column > 1 else "")
                self.table.setItem(row, column, item)
        for column, sizes in enumerate((4.2, 4.2, 11.5)):
            self.table.setColumnWidth(column, round(sizes * theme.size("controls")))
        self.table.setCurrentCell(self._row_of(min(self._current, len(order) - 1)), 0)
        self.add.setEnabled(len(order) < MOST_CATEGORIES and not self._busy)
        self._filling = False

    def _show_preview(self) -> None:
        while (held := self._preview_row.takeAt(0)) is not None:
            widget = held.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        category = self.current()
        if not (is_color(category.color_light) and is_color(category.color_dark)):
            return
        for offered, probability in ((False, 0.14), (True, 0.82)):
            button = CategoryButton(category, parent=self.preview)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.show_state(probability, offered, False)
            button.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._preview_row.addWidget(button)

    def _judge(self) -> None:
        chosen = self.chosen()
        wrong = faults(chosen)
        if self._busy:
            self._say(self._busy, "warning")
        elif wrong and chosen != self._scheme:
            self._say(wrong[0], "danger")
        elif any(c.key not in self._scheme.keys for c in chosen.categories):
            self._say(
                tr(
                    "A new category can be decided at once. It is suggested after its first "
                    "decisions; a trained model learns it when you retrain."
                ),
                "secondary",
            )
        else:
            self._say(
                tr(
                    "Decisions are kept by the key, so names can change at any time. Undo "
                    "takes back what is saved here."
                ),
                "secondary",
            )

    def _say(self, sentence: str, tone: str) -> None:
        self.said.setText(sentence)
        self.said.set_tone(tone)

    def _tell(self) -> None:
        self._judge()
        for listener in self.changed:
            listener()

    def _order(self) -> list[int]:
        """Places of the drafts by digit."""
        return sorted(range(len(self._drafts)), key=lambda i: (self._drafts[i].shortcut, i))

    def _row_of(self, place: int) -> int:
        return self._order().index(place)

    def _category_at(self, row: int) -> Category:
        return self._drafts[self._order()[row]]

    def _is_old(self, place: int) -> bool:
        """Whether the project has this category already; new ones stand behind those."""
        return place < self._old


def _listed(written: str) -> tuple[str, ...]:
    words = (" ".join(part.split()) for part in written.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


class _Chip(QStyledItemDelegate):
    """The small square with the key, in the colour of the category."""

    def __init__(self, category_at: Callable[[int], Category], parent: QWidget) -> None:
        super().__init__(parent)
        self._category_at = category_at

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.text = ""  # pyright: ignore[reportAttributeAccessIssue]

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        category = self._category_at(index.row())
        if not (is_color(category.color_light) and is_color(category.color_dark)):
            return
        rect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        center = QPointF(rect.left() + 22, rect.center().y() + 0.5)
        painting.chip(painter, center, category)
