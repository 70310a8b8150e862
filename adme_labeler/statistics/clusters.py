"""Counts per drug group and their bootstrap: drug groups are drawn, never single sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from adme_labeler.statistics.intervals import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REPLICATES = 2000
SEED = 20_220_710
FEWEST_GROUPS = 8
"""From this many drug groups on the cluster bootstrap speaks (METHOD, section 4)."""


@dataclass(frozen=True)
class GroupCounts:
    """Counts per drug group and category, each of shape (groups, categories).

    `support`: sentences of the category; `claimed`: sentences decided so; `found`: both.
    """

    support: Ints
    claimed: Ints
    found: Ints


def as_indices(keys: Sequence[str], written: Sequence[str]) -> Ints:
    """Position (n,) of every category key in `keys`; ValueError for a key that is not there."""
    place = {key: index for index, key in enumerate(keys)}
    try:
        return np.fromiter((place[key] for key in written), dtype=np.int64, count=len(written))
    except KeyError as missing:
        raise ValueError(f"unknown category {missing.args[0]!r}, scheme has {keys}") from None


def count_per_group(
    true: Ints, decided: Ints, groups: Sequence[int], categories: int
) -> GroupCounts:
    """Counts of true and decided category indices (n,) per drug group, groups in sorted order."""
    names, group_of = np.unique(np.asarray(groups, dtype=np.int64), return_inverse=True)
    shape = (len(names), categories)
    support, claimed, found = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    np.add.at(support, (group_of, true), 1)
    np.add.at(claimed, (group_of, decided), 1)
    hit = true == decided
    np.add.at(found, (group_of[hit], true[hit]), 1)
    return GroupCounts(support, claimed, found)


def bootstrap_weights(groups: int) -> Floats:
    """How often each replicate draws each group, (REPLICATES, groups); the same every time."""
    return _draws(groups).astype(np.float64)


@lru_cache(maxsize=4)
def _draws(groups: int) -> NDArray[np.uint16]:
    """Kept, for drawing takes most of the time of a small measurement; narrow, for the window
    keeps it all day."""
    draws = np.random.default_rng(SEED).multinomial(
        groups, np.full(groups, 1 / groups), size=REPLICATES
    )
    assert draws.max() <= np.iinfo(np.uint16).max
    return draws.astype(np.uint16)


def macro_f1(support: Floats, claimed: Floats, found: Floats) -> Floats:
    """Mean F1 over the categories that occur, for counts of shape (…, categories); nan if none.

    A category without a sentence has no recall and is left out; a sentence wrongly given to it
    still costs its true category.
    """
    occurs = support > 0
    total = support + claimed
    f1 = np.divide(2 * found, total, out=np.zeros_like(total, dtype=np.float64), where=occurs)
    present = occurs.sum(axis=-1)
    return np.divide(
        f1.sum(axis=-1), present, out=np.full(present.shape, np.nan), where=present > 0
    )


def bootstrap_interval(replicates: Floats, groups: int, level: float = 0.95) -> Interval:
    """Percentile interval whose quantiles allow for few groups.

    Plain percentiles are too narrow by sqrt((G - 1) / G) and by normal instead of t quantiles:
    the "expanded percentile" of Hesterberg (2015, The American Statistician 69:371) corrects
    both. Simulated with 8 groups of 1 to 11 sentences it raises coverage from .87 to .93.
    """
    tail = (1 - level) / 2
    expanded = float(stats.t.ppf(1 - tail, groups - 1)) * math.sqrt(groups / (groups - 1))
    outside = float(stats.norm.cdf(-expanded))
    low, high = np.quantile(replicates, (outside, 1 - outside))
    return Interval(float(low), float(high))


def paired_interval(difference: float, replicates: Floats, groups: int) -> Interval:
    """Interval of a paired difference; with few groups no narrower than t times its error.

    Percentiles cannot leave the range that was seen, and two drug groups agree in sign half the
    time: without the t interval two equal models seem to differ in 46 % of comparisons on two
    groups and in 9 % on four (simulated).
    """
    interval = bootstrap_interval(replicates, groups)
    if groups >= FEWEST_GROUPS:
        return interval
    error = float(np.std(replicates)) * math.sqrt(groups / (groups - 1))
    half = float(stats.t.ppf(0.975, groups - 1)) * error
    return Interval(min(interval.low, difference - half), max(interval.high, difference + half))
