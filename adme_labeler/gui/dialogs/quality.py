"""How decisions agree: with the model, with oneself, between curators."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Hairline, KeyButton, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import number, tr, trn
from adme_labeler.services.decision_quality import DecisionQuality, WithSelf
from adme_labeler.statistics.agreement import Agreement

_NAME, _FIGURES = 176.0, 208.0
_WIDTH = 632
_MOST_PAIRS = 6
_NOTHING = tr("Nothing to compare yet: decide sentences that a model has a suggestion for.")


class QualityDialog(Dialog):
    """`asked` carries the id of an action, and the dialog is gone."""

    asked = Signal(str)

    def __init__(self, found: DecisionQuality, parent: QWidget | None = None) -> None:
        super().__init__(tr("How decisions agree"), parent, 680)
        self.sections = (
            self._with_model(found),
            self._with_self(found),
            self._between(found),
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)  # a scroll bar stands apart from the figures
        column.setSpacing(20)
        for place, section in enumerate(self.sections):
            if place:
                column.addWidget(Hairline())
            column.addWidget(section)
        column.addStretch(1)
        self.body.addWidget(_Tall(inside), 1)
        self.add_close()
        # A dialog would begin with two thirds of the screen at most.
        self.resize(self.sizeHint().boundedTo(self.screen().availableSize() * 0.92))

    def _with_model(self, found: DecisionQuality) -> Section:
        swayed = found.swayed
        some = swayed.blind.sentences or swayed.shown.sentences
        section = Section(tr("With the model’s suggestions"), swayed.reason if some else _NOTHING)
        if some:
            section.add_bar(tr("Suggestion hidden"), swayed.blind)
            section.add_bar(tr("Suggestion on screen"), swayed.shown)
        section.add_remark(
            tr(
                "Held-out drugs and audits are left out; of the others {share:.0f} % of the "
                "sentences hide it until you decide, by chance (project settings).",
                share=100 * found.blind_share,
            )
            if found.blind_share
            else tr(
                "Held-out drugs and audits are left out; of the others no sentence hides it today "
                "until you decide, by chance (project settings)."
            )
        )
        self._add_button(section, "wrong", tr("Looks wrong"), found.wrong)
        return section

    def _with_self(self, found: DecisionQuality) -> Section:
        first = found.with_self[0]
        section = Section(tr("With yourself"), first.verdict)
        for mine in found.with_self:
            if mine.agreement.sentences:
                section.add_bar(_who(mine, first), mine.agreement)
        self._add_button(section, "second-look", tr("Second look"), first.waiting)
        return section

    def _between(self, found: DecisionQuality) -> Section:
        pairs = sorted(found.between, key=lambda pair: -pair.agreement.sentences)
        said = pairs[0].verdict if pairs else tr("No sentence was read by two curators.")
        section = Section(tr("Between curators"), said)
        for pair in pairs[:_MOST_PAIRS]:
            section.add_bar(f"{pair.one}, {pair.other}", pair.agreement)
        if len(pairs) > _MOST_PAIRS:
            section.add_remark(
                trn(
                    "{count:,} further pair has fewer sentences.",
                    "{count:,} further pairs have fewer sentences.",
                    len(pairs) - _MOST_PAIRS,
                )
            )
        if found.settled:
            section.add_remark(
                trn(
                    "{count:,} conflict is settled.",
                    "{count:,} conflicts are settled.",
                    found.settled,
                )
            )
        self._add_button(section, "conflicts", tr("Settle conflicts"), found.conflicts)
        return section

    def _add_button(self, section: Section, queue: str, text: str, count: int) -> None:
        if count:
            button = section.add_button(f"{text} · {number(count)}")
            button.clicked.connect(lambda: self._ask(f"queue-{queue}"))

    def _ask(self, ident: str) -> None:
        self.accept()
        self.asked.emit(ident)


class _Tall(QScrollArea):
    """As high as what is in it, and scrolled where the screen is lower."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self._inside = inside
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QScrollArea { border: 0; padding: 0; background: transparent; }")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("How decisions agree"))
        # Seen through, so that the ground is the dialog's.
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, self._inside.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH, 200)


class Section(QWidget):
    """A heading, one sentence, bars, a remark, a button."""

    def __init__(self, title: str, verdict: str) -> None:
        super().__init__()
        self.verdict = Text(verdict, "controls", wrap=True)
        self.bars: list[AgreementBar] = []
        self.buttons: list[KeyButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(Text(title, "controls", strong=True))
        self._column.addWidget(self.verdict)

    def add_bar(self, name: str, agreed: Agreement) -> None:
        bar = AgreementBar(name, agreed)
        self.bars.append(bar)
        self._column.addWidget(bar)

    def add_remark(self, sentence: str) -> None:
        self._column.addWidget(Text(sentence, "secondary", "secondary", wrap=True))

    def add_button(self, text: str) -> KeyButton:
        button = KeyButton(text)
        self.buttons.append(button)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(button)
        row.addStretch(1)
        self._column.addLayout(row)
        return button


class AgreementBar(QWidget):
    """Share of equal decisions with its interval; without one below ten sentences."""

    def __init__(self, name: str, agreed: Agreement) -> None:
        super().__init__()
        self._name = name
        self._agreed = agreed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{name}: {self.figures()}")

    def figures(self) -> str:
        a = self._agreed
        if a.share is None or a.share_low is None or a.share_high is None:
            return tr("not enough evidence (n = {sentences:,})", sentences=a.sentences)
        return tr(
            "{same:,} of {sentences:,} · {percent} ({low:.0f}–{high:.0f})",
            same=a.same,
            sentences=a.sentences,
            percent=painting.percent(a.share),
            low=100 * a.share_low,
            high=100 * a.share_high,
        )

    def sizeHint(self) -> QSize:
        return QSize(560, theme.size("controls") + 13)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        name, figures = theme.scaled(_NAME), theme.scaled(_FIGURES)
        a = self._agreed
        painting.text(
            painter, QRectF(0, 0, name, rect.height()), self._name, theme.font("controls"),
            colors.text,
        )  # fmt: skip
        painting.text(
            painter,
            QRectF(rect.right() - figures, 0, figures, rect.height()),
            self.figures(),
            theme.font("controls"),
            colors.text if a.share is not None else colors.secondary,
            Qt.AlignmentFlag.AlignRight,
        )
        middle = rect.height() / 2
        track = QRectF(name + 8, middle - 4, rect.width() - name - figures - 24, 8)
        painting.bar(painter, track, a.share or 0.0, QColor(colors.accent), QColor(colors.border))
        if a.share_low is not None and a.share_high is not None:
            left, width = track.left(), track.width()
            painting.whiskers(
                painter,
                left + width * a.share_low,
                left + width * a.share_high,
                middle,
                QColor(colors.text),
            )


def _who(mine: WithSelf, first: WithSelf) -> str:
    return tr("You") if mine is first else mine.curator
