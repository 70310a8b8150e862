"""The same sentence in other drug labels: take a decision over, once or for the whole project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from adme_labeler import language
from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr, trn
from adme_labeler.services.identical import Survey

_MOST_LINES = 200
_BULK = tr(
    "They count as accepted in bulk: they train, but measure nothing until you read them in their "
    "place. One undo takes all of them back."
)


@dataclass(frozen=True)
class Place:
    """Where the sentence stands as well."""

    drug: str
    heading: str


class IdenticalDialog(Dialog):
    """Consent for one decision. `always()` after `accepted`: from now on without asking."""

    def __init__(
        self,
        scheme: CategoryScheme,
        text: str,
        category: CategoryKey,
        also: Sequence[CategoryKey],
        places: Sequence[Place],
        held_out: int,
        always: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("The same sentence elsewhere"), parent, 640)
        number = len(places)
        chosen = scheme[category].name
        if also:
            further = ", ".join(scheme[key].name for key in also)
            chosen = tr("{category} (also {further})", category=chosen, further=further)
        self.body.addWidget(_Line(scheme, text, "", category, wrap=True))
        self.summary = Text(
            tr(
                "{category} for {sentences} with this text, in {labels}:",
                category=chosen,
                sentences=_sentences(number),
                labels=_labels(len({place.drug for place in places})),
            ),
            "controls",
            strong=True,
            wrap=True,
        )
        self.body.addWidget(self.summary)
        lines = [(place.drug, place.heading) for place in places[:_MOST_LINES]]
        self.body.addWidget(_list(tr("Places"), [_Line(scheme, d, h, None) for d, h in lines]), 1)
        notes = [_BULK]
        if number > _MOST_LINES:
            notes.insert(0, tr("{number:,} more are not listed.", number=number - _MOST_LINES))
        if held_out:
            notes.append(_left_alone(held_out))
        self.body.addWidget(Text(" ".join(notes), "secondary", "secondary", wrap=True))
        self.always_box = _always_box(always)
        self.body.addWidget(self.always_box)
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button(tr("Apply to all {number:,}", number=number), default=True)
        self.go.clicked.connect(self.accept)
        self.go.setFocus()

    def always(self) -> bool:
        return self.always_box.isChecked()


class IdenticalEverywhereDialog(Dialog):
    """The whole project. `accepted`: apply; `review()` says whether differing ones are wanted."""

    def __init__(
        self, scheme: CategoryScheme, survey: Survey, always: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Identical sentences"), parent, 760)
        self._review = False
        number = survey.sentences
        self.summary = Text(_summary(survey), "controls", strong=True, wrap=True)
        self.body.addWidget(self.summary)
        if survey.agreed:
            lines = [
                _Line(
                    scheme, text.text, language.number(len(text.open)), next(iter(text.categories))
                )
                for text in survey.agreed[:_MOST_LINES]
                if text.open
            ]
            if lines:
                self.body.addWidget(_list(tr("Sentences to decide"), lines), 1)
        notes = [_BULK] if number else []
        if len(survey.agreed) > _MOST_LINES:
            notes.insert(
                0,
                tr(
                    "The {shown:,} most frequent of {count:,} texts.",
                    shown=_MOST_LINES,
                    count=len(survey.agreed),
                ),
            )
        if survey.held_out:
            notes.append(_left_alone(survey.held_out))
        if notes:
            self.body.addWidget(Text(" ".join(notes), "secondary", "secondary", wrap=True))
        self.conflicts = Text(
            trn(
                "{count:,} sentence with an identical one that is decided differently: read them "
                "first.",
                "{count:,} sentences with an identical one that is decided differently: read them "
                "first.",
                survey.conflicts,
            )
            if survey.conflicts
            else "",
            "controls",
            "warning",
            wrap=True,
        )
        self.conflicts.setVisible(bool(survey.conflicts))
        self.body.addWidget(self.conflicts)
        self.always_box = _always_box(always)
        self._was_always = always
        self.body.addWidget(self.always_box)
        self.review_button = self.add_button(
            tr("Review {conflicts:,} that differ", conflicts=survey.conflicts)
        )
        self.review_button.setVisible(bool(survey.conflicts))
        self.review_button.clicked.connect(self._ask_review)
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button("", default=True)
        self.go.clicked.connect(self.accept)
        self._number = number
        self.always_box.toggled.connect(lambda _: self._say())
        self._say()

    def always(self) -> bool:
        return self.always_box.isChecked()

    def review(self) -> bool:
        return self._review

    def _ask_review(self) -> None:
        self._review = True
        self.accept()

    def _say(self) -> None:
        self.go.setText(
            tr("Apply to {number:,}", number=self._number)
            if self._number
            else tr("Keep this setting")
        )
        changed = self.always_box.isChecked() != self._was_always
        self.go.setEnabled(bool(self._number) or changed)


class _Line(QWidget):
    """Chip, text and what stands at the right; `wrap` shows the whole text."""

    def __init__(
        self,
        scheme: CategoryScheme,
        text: str,
        right: str,
        category: CategoryKey | None,
        wrap: bool = False,
    ) -> None:
        super().__init__()
        self._category = scheme[category] if category else None
        self._text, self._right, self._wrap = text, right, wrap
        self.setToolTip(text)
        name = self._category.name if self._category else ""
        self.setAccessibleName(", ".join(part for part in (name, text, right) if part))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(560, self.heightForWidth(560))

    def heightForWidth(self, width: int) -> int:
        least = theme.size("controls") + 17
        if not self._wrap:
            return least
        font = theme.font("reading")
        room = QRectF(0, 0, width - self._left(), 4000)
        flags = int(Qt.TextFlag.TextWordWrap)
        return max(least, int(QFontMetricsF(font).boundingRect(room, flags, self._text).height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self._category is not None:
            middle = rect.center().y() if not self._wrap else theme.size("reading") * 0.72
            painting.chip(painter, QPointF(painting.CHIP_WIDTH / 2, middle), self._category)
        inner = rect.adjusted(self._left(), 0, 0, 0)
        if self._wrap:
            painter.setFont(theme.font("reading"))
            painter.setPen(QColor(colors.text))
            painter.drawText(inner, int(Qt.TextFlag.TextWordWrap), self._text)
            return
        font = theme.font("controls")
        room = painting.text_width(self._right, font)
        room = min(room, inner.width() / 2) + 14
        painting.text(painter, inner.adjusted(0, 0, -room, 0), self._text, font, colors.text)
        painting.text(
            painter,
            QRectF(inner.right() - room + 8, inner.top(), room - 8, inner.height()),
            self._right,
            font,
            colors.secondary,
            Qt.AlignmentFlag.AlignRight,
        )
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), QColor(colors.border))

    def _left(self) -> float:
        return 28.0 if self._category is not None else 0.0


def _list(name: str, lines: Sequence[QWidget]) -> QScrollArea:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 8, 0)
    column.setSpacing(0)
    for line in lines:
        column.addWidget(line)
    column.addStretch(1)
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    area.setWidget(inside)
    row = theme.size("controls") + 17
    frame = 6  # what the ring of the focus takes
    area.setMinimumHeight(row * min(len(lines), 8) + frame)
    if len(lines) <= 8:
        area.setMaximumHeight(row * len(lines) + frame)
    return area


def _always_box(checked: bool) -> QCheckBox:
    box = QCheckBox(tr("Always do this in this project, without asking"))
    box.setChecked(checked)
    return box


def _summary(survey: Survey) -> str:
    if not survey.sentences:
        return tr("No undecided sentence has the text of a decided one with one category.")
    return trn(
        "{sentences} undecided, with the text of a decided one whose category is the same "
        "everywhere ({count:,} text):",
        "{sentences} undecided, with the text of a decided one whose category is the same "
        "everywhere ({count:,} texts):",
        len(survey.agreed),
        sentences=_sentences(survey.sentences),
    )


def _left_alone(held_out: int) -> str:
    return trn(
        "{count:,} sentence of held-out drugs is left to be decided blind.",
        "{count:,} sentences of held-out drugs are left to be decided blind.",
        held_out,
    )


def _sentences(number: int) -> str:
    return trn("{count:,} sentence", "{count:,} sentences", number)


def _labels(number: int) -> str:
    return trn("{count:,} drug label", "{count:,} drug labels", number)
