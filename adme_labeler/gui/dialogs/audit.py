"""How many sentences an audit is to draw, and what it costs to be certain."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from adme_labeler.gui.controls import NumberBox, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr

USUAL = 100


class AuditDialog(Dialog):
    """`count()` after `accepted`.

    `prices` are (at most so many remain, sentences to read at random without a find) of the
    stopping certificate for `pool` undecided sentences.
    """

    def __init__(
        self, pool: int, prices: Sequence[tuple[int, int]], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Audit what is still out there"), parent, 560)
        self.body.addWidget(
            Text(
                tr(
                    "The program draws undecided sentences by chance, more of them where the "
                    "model is in doubt. You decide them without seeing its suggestion. From "
                    "what you find, it estimates how many sentences of each category nobody "
                    "has found yet, with an interval. Held-out drugs are left out: they are "
                    "read in full."
                ),
                "controls",
                wrap=True,
            )
        )
        self._number = NumberBox()
        self._number.setRange(min(20, pool), min(2_000, pool))
        self._number.setSingleStep(20)
        self._number.setValue(min(USUAL, pool))
        self._number.setAccessibleName(tr("Sentences to draw"))
        self._number.setMinimumWidth(96)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Text(tr("Draw")))
        row.addWidget(self._number)
        row.addWidget(Text(tr("of {pool:,} undecided sentences", pool=pool), "controls"))
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(
            Text(
                tr(
                    "100 give a first impression, 300 a clearly narrower interval. One audit "
                    "serves all categories."
                ),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        if prices:
            self.body.addWidget(Text(price_sentence(prices), "secondary", "secondary", wrap=True))
        self.add_close(tr("Cancel"), default=False)
        self.add_button(tr("Draw"), default=True).clicked.connect(self.accept)

    def count(self) -> int:
        return self._number.value()


def price_sentence(prices: Sequence[tuple[int, int]]) -> str:
    """What certainty without a model would cost."""
    said = ", ".join(
        tr("{to_read:,} for at most {most:,}", to_read=to_read, most=most)
        for most, to_read in prices
    )
    return tr(
        "For comparison, to be 95 % certain without any model that few sentences of a "
        "category remain, so many would have to be read at random without a find: {said}.",
        said=said,
    )
