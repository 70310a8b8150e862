"""How the categories that a table writes will be understood."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.categories import Category, CategoryScheme
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import ElidedText, Text
from adme_labeler.gui.dialogs.column_grid import Choice
from adme_labeler.language import tr, trn
from adme_labeler.services.column_mapping import Written

_TALLEST, _LEAST = 168, 96
UNDECIDED = tr("Leave undecided")


class WrittenCategories(QWidget):
    """One line per category as the table writes it. `chosen` carries it and a key, "" for none."""

    chosen = Signal(str, str)

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._shown: tuple[tuple[str, int, bool], ...] | None = None
        self.choices: dict[str, Choice] = {}
        self.title = Text("", "controls", strong=True)
        self.summary = Text("", "secondary", "secondary", wrap=True)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName(tr("Categories in the table"))
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self.title)
        whole.addWidget(self.summary)
        whole.addWidget(self._area)

    def show_categories(self, found: Sequence[Written], chosen: bool) -> None:
        """`chosen`: whether a column is chosen as Category at all."""
        unknown = [w for w in found if not w.known]
        self.title.setText(tr("Categories"))
        self.summary.setText(_summary(found, unknown, chosen))
        open_ = [w for w in unknown if not w.key]
        self.summary.set_tone("warning" if open_ else "secondary")
        shown = tuple((w.text, w.count, w.known) for w in found)
        if shown != self._shown:
            self._shown = shown
            self._fill(found)
        for written in unknown:
            choice = self.choices[written.text]
            choice.setCurrentIndex(choice.findData(written.key))

    def _fill(self, found: Sequence[Written]) -> None:
        self.choices = {}
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setContentsMargins(0, 4, 8, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 240)
        grid.setColumnMinimumWidth(2, 260)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(3, 3)
        for row, written in enumerate(found):
            grid.addWidget(ElidedText(written.text, "controls"), row, 0)
            rows = trn("{count:,} row", "{count:,} rows", written.count)
            count = Text(rows, "secondary", "secondary")
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(count, row, 1)
            if written.known:
                grid.addWidget(_Understood(self._scheme[written.key]), row, 2)
            else:
                choice = self._choice(written)
                self.choices[written.text] = choice
                grid.addWidget(choice, row, 2)
        grid.setRowStretch(len(found), 1)
        self._area.setWidget(lines)
        self._area.setVisible(bool(found))
        wanted = lines.sizeHint().height() + 4
        self._area.setMaximumHeight(min(_TALLEST, wanted))
        self._area.setMinimumHeight(min(_LEAST, wanted))

    def _choice(self, written: Written) -> Choice:
        choice = Choice()
        choice.addItem(UNDECIDED, "")
        keys = list(self._scheme.keys)
        if written.likely:
            keys.sort(key=lambda key: key != written.likely)
        for key in keys:
            name = self._scheme[key].name
            likely = key == written.likely
            choice.addItem(tr("{name} – its name stands in it", name=name) if likely else name, key)
        choice.setAccessibleName(tr('Category for "{text}"', text=written.text))
        choice.activated.connect(
            lambda _, w=written.text, c=choice: self.chosen.emit(w, c.currentData())
        )
        return choice


class _Understood(QWidget):
    """Chip and name of the category that the scheme itself finds."""

    def __init__(self, category: Category) -> None:
        super().__init__()
        self._category = category
        self.setAccessibleName(tr("understood as {name}", name=category.name))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, theme.size("controls") + 11)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.height() / 2
        painting.chip(painter, QPointF(11 + painting.CHIP_WIDTH / 2, middle), self._category)
        line = QRectF(11 + painting.CHIP_WIDTH + 8, 0, self.width() - 40, self.height())
        colors = theme.current()
        painting.text(painter, line, self._category.name, theme.font("controls"), colors.text)


def _summary(found: Sequence[Written], unknown: Sequence[Written], chosen: bool) -> str:
    if not chosen:
        return tr("No column is chosen as Category: every sentence comes in undecided.")
    if not found:
        return tr("The column has no category that could be listed.")
    if not unknown:
        return tr("All are understood.")
    rows = sum(w.count for w in unknown if not w.key)
    if not rows:
        return tr("All are understood, some as you have chosen.")
    left = sum(1 for w in unknown if not w.key)
    return " ".join(
        (
            trn(
                "Of {total:,}, one is not understood:",
                "Of {total:,}, {count:,} are not understood:",
                left,
                total=len(found),
            ),
            trn(
                "{count:,} sentence stays undecided unless you choose.",
                "{count:,} sentences stay undecided unless you choose.",
                rows,
            ),
        )
    )
