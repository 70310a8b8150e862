"""Accept many suggestions at once: how sure, how many, and ten of them to look at first."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog

PREVIEW = 10


@dataclass(frozen=True)
class Candidate:
    """An undecided sentence outside the held-out drugs; `probability` is its suggestion's."""

    sentence: SentenceId
    category: CategoryKey
    probability: float


Texts = Callable[[Sequence[SentenceId]], Mapping[SentenceId, tuple[str, str]]]
"""Text and drug of the few sentences that the preview shows."""


class BulkDialog(Dialog):
    """`chosen()` after `accepted`."""

    def __init__(
        self,
        scheme: CategoryScheme,
        candidates: Sequence[Candidate],
        texts: Texts,
        parent: QWidget | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__("Accept many suggestions", parent, 720)
        self._scheme = scheme
        self._candidates = candidates
        self._texts = texts
        self._seed = random.randrange(1 << 30) if seed is None else seed
        self.body.addWidget(
            Text(
                "Takes the suggestion of every undecided sentence that the model is at least this "
                "sure of. Held-out drugs are left alone. These annotations are marked as accepted "
                "in bulk: they train, but measure nothing. One undo takes all of them back.",
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(50, 100)
        self.slider.setValue(95)
        self.slider.setAccessibleName("Least probability in percent")
        self.slider.valueChanged.connect(lambda _: self._show())
        self._threshold = Text("", "controls", strong=True)
        self.count = Text("", "controls", strong=True)
        self._errors = Text("", "secondary", "secondary", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._threshold)
        row.addWidget(self.slider, 1)
        row.addWidget(self.count)
        self.body.addLayout(row)
        self.body.addWidget(self._errors)
        self._preview_title = Text("", "secondary", "secondary", strong=True)
        self.body.addWidget(self._preview_title)
        self._lines = [_Line(scheme) for _ in range(PREVIEW)]
        lines = QVBoxLayout()
        lines.setSpacing(0)
        for line in self._lines:
            lines.addWidget(line)
        self.body.addLayout(lines)
        self.add_close("Cancel", default=False)
        self.go = self.add_button("Accept", default=True)
        self.go.clicked.connect(self.accept)
        self._show()

    def chosen(self) -> tuple[SentenceId, ...]:
        return tuple(c.sentence for c in self._matching())

    def _matching(self) -> list[Candidate]:
        least = self.slider.value() / 100
        return [c for c in self._candidates if c.probability >= least]

    def _nothing(self) -> str:
        if not self._candidates:
            return "No undecided sentence outside the held-out drugs has a suggestion."
        surest = painting.percent(max(c.probability for c in self._candidates))
        return f"No undecided sentence has so sure a suggestion; the surest has {surest}."

    def _show(self) -> None:
        found = self._matching()
        number = len(found)
        self._threshold.setText(f"At least {self.slider.value()} %")
        self.count.setText(f"{number:,} of {len(self._candidates):,} sentences")
        expected = sum(1 - c.probability for c in found)
        if found:
            self._errors.setText(
                f"By the model's own calibration about {expected:.0f} of them would be wrong."
                if expected >= 0.5
                else "By the model's own calibration fewer than one of them would be wrong."
            )
        else:
            self._errors.setText(self._nothing())
        shown = random.Random(self._seed).sample(found, min(PREVIEW, number))
        self._preview_title.setText(
            f"{len(shown)} of them, drawn at random" if number > PREVIEW else "All of them"
        )
        self._preview_title.setVisible(bool(shown))
        texts = self._texts([c.sentence for c in shown])
        for line, candidate in zip(self._lines, [*shown, *[None] * PREVIEW], strict=False):
            text, drug = texts.get(candidate.sentence, ("", "")) if candidate else ("", "")
            line.show_candidate(candidate, text, drug)
        self.go.setText(f"Accept {number:,}")
        self.go.setEnabled(bool(found))


class _Line(QWidget):
    def __init__(self, scheme: CategoryScheme) -> None:
        super().__init__()
        self._scheme = scheme
        self._candidate: Candidate | None = None
        self._text = ""
        self._drug = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_candidate(self, candidate: Candidate | None, text: str, drug: str) -> None:
        self._candidate, self._text, self._drug = candidate, text, drug
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, theme.size("secondary") + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        found = self._candidate
        if found is None:
            return
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), QColor(colors.border))
        category = self._scheme[found.category]
        painting.chip(painter, QRectF(0, 0, painting.CHIP_WIDTH, rect.height()).center(), category)
        small = theme.font("secondary")
        right = painting.percent(found.probability)
        painting.text(painter, rect.adjusted(26, 0, -176, 0), self._text, small, colors.text)
        place = QRectF(rect.right() - 168, 0, 116, rect.height())
        painting.text(painter, place, self._drug, small, colors.secondary)
        painting.text(painter, rect, right, small, colors.secondary, Qt.AlignmentFlag.AlignRight)
