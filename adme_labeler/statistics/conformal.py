"""Sets of categories that hold the right one as often as promised, category by category.

Class-conditional ("Mondrian") split conformal prediction (Vovk 2012; Sadinle, Lei and Wasserman
2019): a category belongs to the set of a sentence unless its probability is lower than that of
nearly all sentences of this category on which the model was calibrated. Of the sentences of every
calibrated category, at least the level keep their category in the set, on average over
calibrations; the rare ones are promised as much as the frequent ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adme_labeler.statistics.clusters import as_indices

LEVEL = 0.95


@dataclass(frozen=True)
class ConformalThresholds:
    """Per category of `keys`: the lowest probability that enters a set, and what it rests on.

    `lowest` is None where `positives`, the calibration sentences of the category, are too few:
    nothing is promised for it and it enters no set.
    """

    keys: tuple[str, ...]
    level: float
    lowest: tuple[float | None, ...]
    positives: tuple[int, ...]

    @property
    def without_promise(self) -> tuple[str, ...]:
        """Categories with too few calibration sentences."""
        return tuple(k for k, low in zip(self.keys, self.lowest, strict=True) if low is None)


def fewest_positives(level: float = LEVEL) -> int:
    """How many calibration sentences a category needs: 19 for .95, as 19 / 20 = .95."""
    if not 0 < level < 1:
        raise ValueError(f"level {level}")
    return math.ceil(level / (1 - level) - 1e-9)


def calibrate(
    true: Sequence[str], probabilities: ArrayLike, keys: Sequence[str], level: float = LEVEL
) -> ConformalThresholds:
    """Thresholds from sentences that the model has not trained on.

    `true` (n category keys), `probabilities` (n, c) of held-out or out-of-fold sentences in the
    order of `keys`. The promise presumes that new sentences are like these: drugs differ, so it
    holds on average over drugs, not for each one. Raises ValueError for different lengths, a
    category that is not in `keys`, or probabilities that are not numbers.
    """
    shown = _as_table(probabilities, len(keys))
    if len(shown) != len(true):
        raise ValueError("true and probabilities differ in length")
    index = as_indices(keys, true)
    lowest: list[float | None] = []
    positives: list[int] = []
    for category in range(len(keys)):
        own = np.sort(shown[index == category, category])
        n = len(own)
        positives.append(n)
        if n < fewest_positives(level):
            lowest.append(None)
            continue
        # Of n + 1 exchangeable sentences, at least the level reach the rank-th highest.
        rank = math.ceil((n + 1) * level - 1e-9)
        lowest.append(float(own[n - rank]))
    return ConformalThresholds(tuple(keys), level, tuple(lowest), tuple(positives))


def conformal_sets(thresholds: ConformalThresholds, probabilities: ArrayLike) -> NDArray[np.bool_]:
    """Which categories (n, c) are in the set of each sentence, for `probabilities` (n, c)."""
    shown = _as_table(probabilities, len(thresholds.keys))
    lowest = np.array([np.inf if low is None else low for low in thresholds.lowest])
    return shown >= lowest


def sets_to_show(
    thresholds: ConformalThresholds,
    probabilities: ArrayLike,
    suggested: Sequence[str] | None = None,
) -> list[tuple[str, ...]]:
    """The categories between which a person should look closer, most probable first.

    `probabilities` (n, c); `suggested` (n category keys): added to its set, as the decision may
    be shifted towards rare categories. An empty tuple where the set has fewer than two
    categories: it would say no more than the suggestion does.
    """
    shown = _as_table(probabilities, len(thresholds.keys))
    inside = conformal_sets(thresholds, shown)
    if suggested is not None:
        if len(suggested) != len(shown):
            raise ValueError("suggested and probabilities differ in length")
        inside[np.arange(len(shown)), as_indices(thresholds.keys, suggested)] = True
    order = np.argsort(-shown, axis=1, kind="stable")
    return [
        tuple(thresholds.keys[c] for c in order[row] if inside[row, c])
        if inside[row].sum() >= 2
        else ()
        for row in range(len(shown))
    ]


def _as_table(probabilities: ArrayLike, categories: int) -> NDArray[np.float64]:
    shown = np.asarray(probabilities, dtype=np.float64).reshape(-1, categories)
    if not np.isfinite(shown).all():
        raise ValueError("probabilities that are not numbers")
    return shown
