"""How decisions agree, and what the bar says when something is hidden, as widgets to be drawn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.gui.decision_bar import (
    AGAIN_SENTENCE,
    SETTLE_SENTENCE,
    SHARE_SENTENCE,
    Decision,
    DecisionBar,
)
from adme_labeler.gui.dialogs.quality import QualityDialog
from adme_labeler.services.between import EitherOf
from adme_labeler.services.decision_quality import Between, DecisionQuality, WithSelf, in_figures
from adme_labeler.statistics.agreement import Agreement, BlindAgainstShown

NONE = Agreement(0, 0, 0, None, None, None, None, None, None)
FEW = Agreement(7, 3, 6, None, None, None, None, None, None)
SWAY = (
    "A suggestion on screen may sway the decision: agreement was 871 of 980 with the suggestion "
    "on screen and 41 of 52 blind, a difference of +10.0 points (95 % interval +0.6 to +22.4)."
)
THIN = (
    "There is not enough evidence on whether suggestions sway the decision: 7 sentences were "
    "decided blind and 112 with the suggestion on screen, 10 of each are needed."
)
EMPTY = (
    "There is not enough evidence on whether suggestions sway the decision: 0 sentences were "
    "decided blind and 0 with the suggestion on screen, 10 of each are needed."
)


def agreed(sentences: int, same: int, half: float, kappa: float) -> Agreement:
    share = same / sentences
    return Agreement(
        sentences, 12, same, share, share - half, min(1, share + half), kappa, kappa - 0.1,
        min(1.0, kappa + 0.08),
    )  # fmt: skip


def with_self(curator: str, found: Agreement, waiting: int) -> WithSelf:
    said = f"On a second look, blind and days later, {in_figures(found, 'decisions')}"
    return WithSelf(curator, found, waiting, said)


def between(one: str, other: str, found: Agreement) -> Between:
    said = f"{one} and {other}: {in_figures(found, 'sentences that both read')}"
    return Between(one, other, found, said)


def empty() -> QWidget:
    nobody = BlindAgainstShown(NONE, NONE, None, None, None, EMPTY)
    said = (
        "Nothing was looked at twice yet: a few decisions come back three days after they were "
        "made."
    )
    mine = WithSelf("ana", NONE, 0, said)
    return QualityDialog(DecisionQuality(nobody, 0.05, (mine,), (), 0, 0, 0))


def thin() -> QWidget:
    swayed = BlindAgainstShown(FEW, agreed(112, 101, 0.06, 0.8), None, None, None, THIN)
    found = (with_self("ana", FEW, 4),)
    return QualityDialog(DecisionQuality(swayed, 0.05, found, (), 0, 0, 3))


def healthy() -> QWidget:
    swayed = BlindAgainstShown(
        agreed(52, 41, 0.11, 0.72), agreed(980, 871, 0.02, 0.85), 0.1, 0.006, 0.224, SWAY
    )
    looks = (
        with_self("ana", agreed(64, 60, 0.06, 0.91), 12),
        with_self("Dr. Benedikta Ahrens-Vollmer", agreed(31, 28, 0.1, 0.86), 0),
    )
    pairs = (
        between("ana", "ben", agreed(240, 219, 0.04, 0.88)),
        between("ana", "cleo", FEW),
    )
    return QualityDialog(DecisionQuality(swayed, 0.05, looks, pairs, 9, 4, 17))


def bar(decision: Decision) -> QWidget:
    made = DecisionBar(ADME)
    made.show_decision(decision)
    made.resize(900, made.sizeHint().height())
    return made


def unsure(*keys: str) -> Decision:
    return Decision(
        (0.11, 0.01, 0.45, 0.36, 0.07),
        CategoryKey("M"),
        between=EitherOf(tuple(map(CategoryKey, keys)), 0.95),
        reason="the model cannot decide between Metabolism and Excretion here",
        elsewhere=4,
    )


PICTURES: dict[str, Callable[[], QWidget]] = {
    "quality-empty": empty,
    "quality-thin": thin,
    "quality-healthy": healthy,
    "bar-share": lambda: bar(Decision(hidden=SHARE_SENTENCE.format(every="twenty"))),
    "bar-again": lambda: bar(Decision(hidden=AGAIN_SENTENCE)),
    "bar-between": lambda: bar(unsure("M", "E")),
    "bar-between-many": lambda: bar(unsure("M", "E", "A", "O")),
    "bar-settle": lambda: bar(
        Decision(hidden=SETTLE_SENTENCE.format(who="ana says Metabolism · ben says Absorption"))
    ),
}
