"""Two models on the same sentences, category by category."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.evidence import RecallChange
from adme_labeler.statistics.clusters import as_indices, bootstrap_weights, paired_interval
from adme_labeler.statistics.intervals import MIN_SUPPORT, Interval

_FEWEST_GROUPS = 2


def recall_changes(
    true: Sequence[str],
    one: Sequence[str],
    other: Sequence[str],
    groups: Sequence[int],
    keys: Sequence[str],
) -> tuple[RecallChange, ...]:
    """Recall of model `one` minus that of `other`, for every category in scheme order `keys`.

    `true`, `one`, `other` (category keys) and `groups` (drug groups) have an entry per sentence.
    The interval is the wider one of the paired bootstrap over drug groups and Bonett and Price's
    for a paired difference of proportions (2012, British Journal of Mathematical and Statistical
    Psychology 65:491): the bootstrap alone shrinks to a point where no decision differs.

    Raises ValueError for lists of different length or a category that is not in `keys`.
    """
    if not len(true) == len(one) == len(other) == len(groups):
        raise ValueError("true, one, other and groups differ in length")
    truth = as_indices(keys, true)
    hit_one, hit_other = as_indices(keys, one) == truth, as_indices(keys, other) == truth
    names, group_of = np.unique(np.asarray(groups, dtype=np.int64), return_inverse=True)
    weights = bootstrap_weights(len(names)) if len(names) else np.zeros((0, 0))
    return tuple(
        _change(CategoryKey(key), truth == place, hit_one, hit_other, group_of, weights)
        for place, key in enumerate(keys)
    )


def _change(
    category: CategoryKey,
    of_category: NDArray[np.bool_],
    hit_one: NDArray[np.bool_],
    hit_other: NDArray[np.bool_],
    group_of: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> RecallChange:
    support = int(of_category.sum())
    won = int((of_category & hit_one & ~hit_other).sum())
    lost = int((of_category & hit_other & ~hit_one).sum())
    p_value = float(stats.binomtest(won, won + lost, 0.5).pvalue) if won + lost else 1.0
    groups = weights.shape[1]
    per_group = np.bincount(group_of[of_category], minlength=groups)
    carrying = int((per_group > 0).sum())
    if support < MIN_SUPPORT or carrying < _FEWEST_GROUPS:
        return RecallChange(category, support, won, lost, None, None, None, p_value)
    gain = np.bincount(
        group_of[of_category],
        weights=(hit_one[of_category].astype(float) - hit_other[of_category]),
        minlength=groups,
    )
    drawn = weights @ per_group
    replicates = (weights @ gain)[drawn > 0] / drawn[drawn > 0]
    difference = (won - lost) / support
    clustered = paired_interval(difference, replicates, carrying)
    single = _paired_proportions(won, lost, support)
    return RecallChange(
        category,
        support,
        won,
        lost,
        difference,
        max(-1.0, min(clustered.low, single.low)),
        min(1.0, max(clustered.high, single.high)),
        p_value,
    )


def _paired_proportions(won: int, lost: int, n: int) -> Interval:
    first, second = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = 1.959964 * math.sqrt((first + second - (first - second) ** 2) / (n + 2))
    return Interval(first - second - half, first - second + half)
