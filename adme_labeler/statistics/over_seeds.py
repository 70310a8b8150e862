"""Two ways of training on the same sentences, each trained several times with other seeds.

Every sentence has one decision per seed. A figure is computed for each seed and averaged over the
seeds, also inside every draw of the bootstrap, so that a sentence counts once however often it was
decided. The interval tells how much depends on the drugs that were tested, not on the seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from adme_labeler.statistics.clusters import (
    GroupCounts,
    bootstrap_weights,
    count_per_group,
    macro_f1,
    paired_interval,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIGURES = ("accuracy", "macro_f1", "mean_recall", "worst_recall")
_FEWEST_GROUPS = 2


@dataclass(frozen=True)
class Difference:
    """A figure of `one` minus that of `other`, with its 95 % interval (None without groups)."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class McNemar:
    """Sentences that `one` alone gets right (`won`) and `other` alone (`lost`), means over seeds.

    `p_value` is exact and two-sided with one seed. With K seeds it is the middle one of theirs, the
    k-th smallest with k = (K + 1) // 2, times K / k, which keeps its level however the seeds depend
    on each other (Rüger 1978, Metrika 25:171); at most 1.
    """

    won: float
    lost: float
    p_value: float


@dataclass(frozen=True)
class SideBySide:
    """`differences` by the names in FIGURES; `all` and `by_category` (in index order): McNemar."""

    differences: dict[str, Difference]
    all: McNemar
    by_category: tuple[McNemar, ...]
    seeds: int
    groups: int


def figures_of(true: Ints, decided: Ints, categories: int, wanted: Sequence[int]) -> Floats:
    """FIGURES (seeds, 4) of decisions `decided` (seeds, n) on sentences of `true` (n,).

    `wanted` are the categories of the mean and the worst recall; nan where none of them occurs.
    """
    whole = np.zeros(len(true), dtype=np.int64)
    return np.stack(
        [
            _figures(
                count_per_group(true, row, whole.tolist(), categories), np.ones((1, 1)), wanted
            )
            for row in decided
        ]
    )[:, :, 0]


def side_by_side(
    true: Ints,
    one: Ints,
    other: Ints,
    groups: Sequence[int],
    categories: int,
    wanted: Sequence[int],
) -> SideBySide:
    """Paired bootstrap over drug groups of the differences, and McNemar's tests.

    `true` (n,) are category indices, `one` and `other` (seeds, n) decisions, row by row of the same
    seed; `groups` (n,) are drug groups, or all different where sentences are independent. A draw
    without a category leaves its recall out. Raises ValueError for shapes that do not fit.
    """
    if one.shape != other.shape or one.shape[1:] != true.shape or len(groups) != len(true):
        raise ValueError("decisions, categories and groups differ in length")
    if not len(one) or not len(true):
        raise ValueError("there is nothing to compare")
    drawn = len(set(groups))
    whole = figures_of(true, one, categories, wanted) - figures_of(true, other, categories, wanted)
    replicates: Floats | None = None
    if drawn >= _FEWEST_GROUPS:
        weights = bootstrap_weights(drawn)
        per_seed = [
            _figures(count_per_group(true, new, groups, categories), weights, wanted)
            - _figures(count_per_group(true, old, groups, categories), weights, wanted)
            for new, old in zip(one, other, strict=True)
        ]
        replicates = np.stack(per_seed).mean(axis=0)
    hit, hit_other = one == true, other == true
    return SideBySide(
        differences={
            name: _difference(
                float(whole[:, place].mean()),
                replicates[place] if replicates is not None else None,
                drawn,
            )
            for place, name in enumerate(FIGURES)
        },
        all=_mcnemar(hit, hit_other),
        by_category=tuple(
            _mcnemar(hit[:, true == c], hit_other[:, true == c]) for c in range(categories)
        ),
        seeds=len(one),
        groups=drawn,
    )


def _figures(counts: GroupCounts, weights: Floats, wanted: Sequence[int]) -> Floats:
    """FIGURES (4, draws) of counts per group, with how often each draw has each group."""
    support, claimed, found = (
        weights @ part for part in (counts.support, counts.claimed, counts.found)
    )
    chosen = list(wanted)
    recall = np.divide(
        found[:, chosen],
        support[:, chosen],
        out=np.full((len(weights), len(chosen)), np.nan),
        where=support[:, chosen] > 0,
    )
    occurs = ~np.isnan(recall)
    some = occurs.any(axis=1)
    mean = np.divide(
        np.where(occurs, recall, 0).sum(axis=1),
        occurs.sum(axis=1),
        out=np.full(len(weights), np.nan),
        where=some,
    )
    worst = np.where(some, np.where(occurs, recall, np.inf).min(axis=1, initial=np.inf), np.nan)
    accuracy = found.sum(axis=1) / support.sum(axis=1)
    return np.stack([accuracy, macro_f1(support, claimed, found), mean, worst])


def _difference(value: float, replicates: Floats | None, groups: int) -> Difference:
    usable = replicates[~np.isnan(replicates)] if replicates is not None else np.zeros(0)
    if not len(usable) or np.isnan(value):
        return Difference(value, None, None)
    interval = paired_interval(value, usable, groups)
    return Difference(value, interval.low, interval.high)


def _mcnemar(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> McNemar:
    """Of what is right (seeds, n) with either; p 1 where no sentence differs."""
    won, lost = (one & ~other).sum(axis=1), (other & ~one).sum(axis=1)
    ps = [
        float(stats.binomtest(int(w), int(w + lo), 0.5).pvalue) if w + lo else 1.0
        for w, lo in zip(won, lost, strict=True)
    ]
    middle = (len(ps) + 1) // 2
    p_value = min(1.0, sorted(ps)[middle - 1] * len(ps) / middle)
    return McNemar(float(won.mean()), float(lost.mean()), p_value)
