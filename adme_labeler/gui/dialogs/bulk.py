"""Accept many suggestions at once: how sure, how many, how many wrong, and ten to look at first."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.domain.categories import Category, CategoryKey, CategoryScheme
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import KeyButton, NumberBox, Segments, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr
from adme_labeler.services.bulk import Pool

PREVIEW = 10
_LEAST, _MOST, _AT_FIRST = 50, 100, 95
"""Percent."""

Texts = Callable[[Sequence[SentenceId]], Mapping[SentenceId, tuple[str, str]]]
"""Text and drug of the few sentences that the preview shows."""


@dataclass(frozen=True)
class Scope:
    """Where suggestions are accepted, for example in what a search found. `read` goes in slices:
    it yields the share that is done."""

    name: str
    read: Callable[[], Generator[float, None, Pool]]


class BulkDialog(Dialog):
    """`chosen()` after `accepted`. The first scope is shown first."""

    def __init__(
        self,
        scheme: CategoryScheme,
        scopes: Sequence[Scope],
        texts: Texts,
        calibrated: bool,
        parent: QWidget | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(tr("Accept many suggestions"), parent, 900)
        self._scheme = scheme
        self._scopes = scopes
        self._texts = texts
        self._calibrated = calibrated
        self._seed = random.randrange(1 << 30) if seed is None else seed
        self._pool: Pool | None = None
        self._steps: Generator[float, None, Pool] | None = None
        self._following = False
        """The slider moves the thresholds of all categories."""
        self.scope = Segments([(str(n), scope.name) for n, scope in enumerate(scopes)])
        self.scope.setVisible(len(scopes) > 1)
        self.scope.chosen.connect(lambda ident: self._read(int(ident)))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(_LEAST, _MOST)
        self.slider.setValue(_AT_FIRST)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName(tr("Least probability of every category, in percent"))
        self.slider.valueChanged.connect(self._follow)
        self._threshold = Text("", "controls", strong=True)
        self.count = Text("", "controls", strong=True)
        self.errors = Text("", "secondary", "secondary", wrap=True)
        self.rows = {c.key: _CategoryRow(c, _AT_FIRST) for c in scheme.categories}
        for row in self.rows.values():
            row.check.toggled.connect(lambda _: self._show())
            row.least.valueChanged.connect(lambda _: self._show())
        self._preview_title = Text("", "secondary", "secondary", strong=True)
        self.again = KeyButton(tr("Another ten"), "R")
        self.again.setToolTip(tr("Draw ten others to look at (R)"))
        self.again.clicked.connect(self.draw_again)
        self.lines = [_Line() for _ in range(PREVIEW)]
        self._arrange()
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button(tr("Accept"), default=True)
        self.go.clicked.connect(self.accept)
        self._read(0)

    def chosen(self) -> list[SentenceId]:
        return [] if self._pool is None else self._pool.chosen(self._least())

    def ready(self) -> bool:
        """Whether every suggestion has been read."""
        return self._pool is not None

    def draw_again(self) -> None:
        """Ten other sentences to look at."""
        self._seed += 1
        self._show_preview()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_R and not event.modifiers():
            self.draw_again()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ reading

    def _read(self, number: int) -> None:
        self._pool = None
        self._steps = self._scopes[number].read()
        self._show()
        QTimer.singleShot(0, self, self._read_on)

    def _read_on(self) -> None:
        """One slice an event-loop turn: the window goes on painting."""
        if self._steps is None:
            return
        try:
            share = next(self._steps)
        except StopIteration as end:
            self._steps = None
            self._pool = end.value
            self._show()
            if isinstance(self.focusWidget(), QPushButton):
                self.slider.setFocus()  # until now only Cancel could have it
            return
        self.errors.setText(
            tr("Reading the suggestions: {percent}", percent=painting.percent(share))
        )
        QTimer.singleShot(0, self, self._read_on)

    # ------------------------------------------------------------------ showing

    def _least(self) -> dict[CategoryKey, float]:
        return {
            key: row.least.value() / 100 for key, row in self.rows.items() if row.check.isChecked()
        }

    def _follow(self, value: int) -> None:
        self._following = True
        for row in self.rows.values():
            row.least.setValue(value)
        self._following = False
        self._show()

    def _show(self) -> None:
        if self._following:
            return
        pool = self._pool
        values = {row.least.value() for row in self.rows.values()}
        one = values == {self.slider.value()}
        self._threshold.setText(
            tr("At least {value} %", value=self.slider.value()) if one else tr("As set below")
        )
        for widget in (self.slider, self.again, *self.rows.values()):
            widget.setEnabled(pool is not None)
        if pool is None:
            self.count.setText("")
            self.errors.setText(tr("Reading the suggestions"))
            self.go.setText(tr("Accept"))
            self.go.setEnabled(False)
            for row in self.rows.values():
                row.show_count("")
            self._show_preview()
            return
        least = self._least()
        number = sum(pool.count(key, p) for key, p in least.items())
        self.count.setText(tr("{number:,} of {total:,} sentences", number=number, total=len(pool)))
        for key, row in self.rows.items():
            row.show_count(self._row_words(pool, key, least.get(key)))
        self.errors.setText(self._error_words(pool, least, number))
        self.go.setText(tr("Accept {number:,}", number=number))
        self.go.setEnabled(bool(number))
        self._show_preview()

    def _row_words(self, pool: Pool, key: CategoryKey, least: float | None) -> str:
        total = pool.total(key)
        if least is None or not total:
            return tr("0 of {total:,}", total=total)
        number = pool.count(key, least)
        if not number or not self._calibrated:
            return tr("{number:,} of {total:,}", number=number, total=total)
        wrong = pool.errors({key: least}).expected
        if wrong < 0.5:
            return tr("{number:,} of {total:,}, < 1 wrong", number=number, total=total)
        return tr(
            "{number:,} of {total:,}, about {wrong:,.0f} wrong",
            number=number,
            total=total,
            wrong=wrong,
        )

    def _error_words(self, pool: Pool, least: Mapping[CategoryKey, float], number: int) -> str:
        if not len(pool):
            return tr("No undecided sentence outside the held-out drugs has a suggestion here.")
        if not number:
            surest = painting.percent(pool.surest() or 0.0)
            return tr(
                "No undecided sentence has so sure a suggestion; the surest has {surest}.",
                surest=surest,
            )
        if not self._calibrated:
            return tr(
                "The model is not calibrated yet: how many of them would be wrong cannot be "
                "estimated. Look at the ten, and at ten others."
            )
        found = pool.errors(least)
        if found.expected < 0.5:
            return tr(
                "Fewer than one of them would be wrong (95 % interval {low:,} to {high:,}), if the "
                "model's calibration holds for them.",
                low=found.low,
                high=found.high,
            )
        return tr(
            "About {wrong:,.0f} of them would be wrong (95 % interval {low:,} to {high:,}), if the "
            "model's calibration holds for them.",
            wrong=found.expected,
            low=found.low,
            high=found.high,
        )

    def _show_preview(self) -> None:
        drawn: list[tuple[SentenceId, CategoryKey, float]] = []
        number = 0
        if self._pool is not None:
            least = self._least()
            number = sum(self._pool.count(key, p) for key, p in least.items())
            drawn = self._pool.sample(least, PREVIEW, self._seed)
        title = (
            tr("{count} of them, drawn at random", count=len(drawn))
            if number > PREVIEW
            else tr("All of them")
        )
        self._preview_title.setText(title if drawn else "")
        self.again.setVisible(number > PREVIEW)
        texts = self._texts([ident for ident, _, _ in drawn]) if drawn else {}
        for line, shown in zip(self.lines, [*drawn, *[None] * PREVIEW], strict=False):
            if shown is None:
                line.show_sentence(None, 0.0, "", "")
            else:
                ident, key, p = shown
                line.show_sentence(self._scheme[key], p, *texts.get(ident, ("", "")))

    def _arrange(self) -> None:
        self.body.addWidget(
            Text(
                tr(
                    "Takes the suggestion of every undecided sentence that the model is sure "
                    "enough of. Held-out drugs are left alone. What is accepted so is marked: "
                    "it trains, but measures nothing. One undo takes all of it back."
                ),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        where = QHBoxLayout()
        where.addWidget(self.scope)
        where.addStretch(1)
        self.body.addLayout(where)
        top = QHBoxLayout()
        top.setSpacing(16)
        self._threshold.setMinimumWidth(96)
        top.addWidget(self._threshold)
        top.addWidget(self.slider, 1)
        top.addWidget(self.count)
        self.body.addLayout(top)
        self.errors.setMinimumHeight(2 * theme.size("secondary") + 12)
        self.errors.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.errors)
        grid = QVBoxLayout()
        grid.setSpacing(8)
        title = Text(tr("By category"), "secondary", "secondary", strong=True)
        title.setMinimumHeight(self.again.sizeHint().height())  # on one line with the other title
        grid.addWidget(title)
        for row in self.rows.values():
            grid.addWidget(row)
        grid.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self._preview_title)
        head.addStretch(1)
        head.addWidget(self.again)
        preview = QVBoxLayout()
        preview.setSpacing(0)
        preview.addLayout(head)
        for line in self.lines:
            preview.addWidget(line)
        preview.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        columns.addLayout(grid)
        columns.addLayout(preview, 1)
        self.body.addLayout(columns, 1)


class _CategoryRow(QWidget):
    """A category, its own threshold, and what that comes to."""

    def __init__(self, category: Category, least: int) -> None:
        super().__init__()
        self.check = QCheckBox(category.name)
        self.check.setChecked(True)
        self.check.setAccessibleName(tr("Accept {name}", name=category.name))
        self.check.setMinimumWidth(120)
        self.least = NumberBox()
        self.least.setRange(_LEAST, _MOST)
        self.least.setValue(least)
        self.least.setPrefix("≥ ")
        self.least.setSuffix(" %")
        self.least.setSingleStep(5)
        self.least.setAccessibleName(tr("Least probability of {name}", name=category.name))
        self.check.toggled.connect(self.least.setEnabled)
        self._count = Text("", "secondary", "secondary")
        self._count.setMinimumWidth(180)
        chip = _Chip(category)
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(8)
        row.setVerticalSpacing(2)
        row.addWidget(chip, 0, 0)
        row.addWidget(self.check, 0, 1)
        row.addWidget(self.least, 0, 2, 2, 1)
        row.addWidget(self._count, 1, 1)
        row.setColumnStretch(1, 1)

    def show_count(self, words: str) -> None:
        self._count.setText(words)


class _Chip(QWidget):
    def __init__(self, category: Category) -> None:
        super().__init__()
        self._category = category
        self.setFixedSize(round(painting.CHIP_WIDTH) + 4, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.chip(QPainter(self), QRectF(self.rect()).center(), self._category)


class _Line(QWidget):
    """A sentence of the preview; the whole text is its tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._category: Category | None = None
        self._probability = 0.0
        self._text = ""
        self._drug = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def text(self) -> str:
        return self._text

    def show_sentence(
        self, category: Category | None, probability: float, text: str, drug: str
    ) -> None:
        self._category, self._probability = category, probability
        self._text, self._drug = text, drug
        self.setToolTip(text)
        percent = painting.percent(probability)
        spoken = f"{category.name} {percent}: {text}" if category is not None else ""
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(440, theme.size("secondary") + 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, theme.size("secondary") + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._category is None:
            return
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), QColor(colors.border))
        chip = QRectF(0, 0, painting.CHIP_WIDTH, rect.height())
        painting.chip(painter, chip.center(), self._category)
        small = theme.font("secondary")
        painting.text(painter, rect.adjusted(28, 0, -148, 0), self._text, small, colors.text)
        place = QRectF(rect.right() - 140, 0, 92, rect.height())
        painting.text(painter, place, self._drug, small, colors.secondary)
        percent = painting.percent(self._probability)
        painting.text(painter, rect, percent, small, colors.secondary, Qt.AlignmentFlag.AlignRight)
