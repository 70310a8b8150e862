"""The gate: does a candidate model replace the active one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from adme_labeler.domain.records import Verdict
from adme_labeler.language import tr
from adme_labeler.protocol import Comparison
from adme_labeler.statistics.clusters import (
    GroupCounts,
    as_indices,
    bootstrap_weights,
    count_per_group,
    macro_f1,
    paired_interval,
)
from adme_labeler.statistics.intervals import Interval

FEWEST_GROUPS_TO_COMPARE = 2
LOSS_LEVEL = 0.025
"""One-sided: the lower half of a two-sided test at 5 %."""

Ints = NDArray[np.int64]


def compare(
    true: Sequence[str],
    candidate: Sequence[str],
    active: Sequence[str] | None,
    groups: Sequence[int],
    keys: Sequence[str],
    rare: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare two models on the same held-out sentences (METHOD, section 3.5).

    `true`, `candidate`, `active` (category keys) and `groups` (drug groups) have one entry per
    sentence, in any order; `keys` is the scheme order, `names` the category names for the reason
    (keys where missing). `active` is None when no trained model is active: the verdict is FIRST.
    An empty string in it means that the active model has no say on that sentence (it has trained
    on that drug group), which is then left out.

    The difference of macro-F1 has a paired bootstrap interval over drug groups. WORSE: the
    interval is wholly below 0, or a category of `rare` loses significantly. `rare` None means
    the categories that occur and have less than an even share of the sentences. BETTER: the
    interval is wholly above 0. NO_EVIDENCE: it includes 0 and the difference is 0 or more.
    INCONCLUSIVE: anything else, also when fewer than two drug groups can be compared.
    """
    if len(candidate) != len(true) or len(groups) != len(true):
        raise ValueError("true, candidate and groups differ in length")
    if active is None:
        return _without_figures(
            Verdict.FIRST,
            tr("This is the first trained model, so there is no other to compare it with."),
        )
    if len(active) != len(true):
        raise ValueError("true and active differ in length")
    common = [row for row, decided in enumerate(active) if decided]
    if len({groups[row] for row in common}) < FEWEST_GROUPS_TO_COMPARE:
        return _too_little(len(common), len({groups[row] for row in common}))
    return _compare_common(
        as_indices(keys, [true[row] for row in common]),
        as_indices(keys, [candidate[row] for row in common]),
        as_indices(keys, [active[row] for row in common]),
        [groups[row] for row in common],
        keys,
        rare,
        names or {},
    )


def promotes(verdict: str) -> bool:
    """Whether a candidate with this verdict becomes active without being asked."""
    return Verdict(verdict) in {Verdict.FIRST, Verdict.BETTER, Verdict.NO_EVIDENCE}


def _compare_common(
    true: Ints,
    candidate: Ints,
    active: Ints,
    groups: Sequence[int],
    keys: Sequence[str],
    rare: Sequence[str] | None,
    names: Mapping[str, str],
) -> Comparison:
    new = count_per_group(true, candidate, groups, len(keys))
    old = count_per_group(true, active, groups, len(keys))
    difference, interval = _macro_f1_difference(new, old)
    won, lost = _discordant(true, candidate, active, len(keys))
    support = np.bincount(true, minlength=len(keys))
    protected = _rare_indices(support) if rare is None else as_indices(keys, rare)
    losers = _significant_losses(won, lost, protected)
    verdict = _verdict(difference, interval, bool(losers))
    figures = tr(
        "{difference:+.1f} points of macro-F1 on {sentences} held-out sentences of {groups} drug "
        "groups (95 % interval {low:+.1f} to {high:+.1f})",
        difference=100 * difference,
        sentences=len(true),
        groups=len(new.support),
        low=100 * interval.low,
        high=100 * interval.high,
    )
    losses = tr(" and ").join(
        tr(
            "{category} ({lost} no longer found, {won} newly found)",
            category=names.get(keys[c], keys[c]),
            lost=lost[c],
            won=won[c],
        )
        for c in losers
    )
    return Comparison(
        verdict=verdict.value,
        sentences=len(true),
        groups=len(new.support),
        difference=difference,
        difference_low=interval.low,
        difference_high=interval.high,
        category_p_values={
            key: _mcnemar(int(won[c]), int(lost[c])) for c, key in enumerate(keys) if support[c]
        },
        category_changes={key: int(won[c] - lost[c]) for c, key in enumerate(keys) if support[c]},
        reason=_reason(verdict, figures, losses),
    )


def _macro_f1_difference(new: GroupCounts, old: GroupCounts) -> tuple[float, Interval]:
    groups = len(new.support)
    weights = bootstrap_weights(groups)
    everything = np.ones((1, groups))

    def scores(counts: GroupCounts, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        return macro_f1(drawn @ counts.support, drawn @ counts.claimed, drawn @ counts.found)

    difference = float((scores(new, everything) - scores(old, everything))[0])
    return difference, paired_interval(
        difference, scores(new, weights) - scores(old, weights), groups
    )


def _discordant(true: Ints, candidate: Ints, active: Ints, categories: int) -> tuple[Ints, Ints]:
    """Per category: sentences found by the candidate only, and by the active model only."""
    new, old = candidate == true, active == true
    won = np.bincount(true[new & ~old], minlength=categories)
    lost = np.bincount(true[old & ~new], minlength=categories)
    return won, lost


def _mcnemar(won: int, lost: int) -> float:
    """Exact two-sided McNemar p value; 1 when no sentence changed."""
    if won + lost == 0:
        return 1.0
    return float(stats.binomtest(won, won + lost, 0.5).pvalue)


def _rare_indices(support: Ints) -> Ints:
    occurring = support[support > 0]
    even = occurring.sum() / len(occurring)
    return np.flatnonzero((support > 0) & (support < even))


def _significant_losses(won: Ints, lost: Ints, protected: Ints) -> list[int]:
    """Protected categories that lose, Holm-corrected: four tests would else stop 10 % of equals.

    One-sided, so that a category that gains can never make another one's loss significant.
    """
    ps = [
        float(stats.binomtest(int(lost[c]), int(lost[c] + won[c]), alternative="greater").pvalue)
        if lost[c] + won[c]
        else 1.0
        for c in protected
    ]
    losers: list[int] = []
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        if ps[place] * (len(ps) - rank) > LOSS_LEVEL:
            break
        losers.append(int(protected[place]))
    return sorted(losers)


def _verdict(difference: float, interval: Interval, loses: bool) -> Verdict:
    if loses or interval.high < 0:
        return Verdict.WORSE
    if interval.low > 0:
        return Verdict.BETTER
    return Verdict.NO_EVIDENCE if difference >= 0 else Verdict.INCONCLUSIVE


def _reason(verdict: Verdict, figures: str, losses: str) -> str:
    if losses:
        return tr(
            "The new model finds fewer sentences of {categories}: {figures}.",
            categories=losses,
            figures=figures,
        )
    match verdict:
        case Verdict.WORSE:
            return tr("The new model is worse: {figures}.", figures=figures)
        case Verdict.BETTER:
            return tr("The new model is better: {figures}.", figures=figures)
        case Verdict.NO_EVIDENCE:
            return tr("There is no evidence that the models differ: {figures}.", figures=figures)
        case _:
            return tr("The new model scores lower, perhaps by chance: {figures}.", figures=figures)


def _too_little(sentences: int, groups: int) -> Comparison:
    if sentences == 0:
        reason = tr(
            "The models cannot be compared: there is no held-out sentence on which the active "
            "model may be measured."
        )
    else:
        reason = tr(
            "The models cannot be compared: all {sentences} held-out sentences on which the "
            "active model may be measured come from one drug.",
            sentences=sentences,
        )
    return _without_figures(Verdict.INCONCLUSIVE, reason, sentences, groups)


def _without_figures(
    verdict: Verdict, reason: str, sentences: int = 0, groups: int = 0
) -> Comparison:
    return Comparison(
        verdict=verdict.value,
        sentences=sentences,
        groups=groups,
        difference=None,
        difference_low=None,
        difference_high=None,
        category_p_values={},
        category_changes={},
        reason=reason,
    )
