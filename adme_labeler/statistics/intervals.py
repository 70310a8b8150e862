"""Intervals for a proportion, and how many sentences a claim needs. Plain Python."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

MIN_SUPPORT = 10
"""Below this many sentences no percentage is shown: "not enough evidence (n = 4)"."""


class Interval(NamedTuple):
    """Bounds of a proportion, both in 0..1."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def wilson(found: float, n: float, level: float = 0.95) -> Interval:
    """Wilson score interval for `found` of `n` (Wilson 1927); (0, 1) when `n` is 0.

    Both counts may be fractional: an effective sample size is allowed.
    """
    if n < 0 or not -1e-9 <= found <= n + 1e-9:
        raise ValueError(f"found {found} of {n}")
    if n == 0:
        return Interval(0.0, 1.0)
    z = _z(level)
    share = min(1.0, max(0.0, found / n))
    shrink = 1 + z * z / n
    center = (share + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends the bound is exact; rounding must not push it past the point estimate.
    return Interval(
        0.0 if share == 0 else max(0.0, center - half),
        1.0 if share == 1 else min(1.0, center + half),
    )


def needed_for_half_width(recall: float, half_width: float, level: float = 0.95) -> int:
    """How many positives bring the Wilson interval to `recall` ± `half_width`.

    About 140 for ± 0.05 at a recall of 0.9.
    """
    if not 0 <= recall <= 1 or not 0 < half_width < 0.5:
        raise ValueError(f"recall {recall} ± {half_width}")
    high = 1
    while wilson(recall * high, high, level).half_width > half_width:
        high *= 2
    low = high // 2
    while high - low > 1:  # the half-width falls with n, so halving finds the first n that fits
        middle = (low + high) // 2
        fits = wilson(recall * middle, middle, level).half_width <= half_width
        low, high = (low, middle) if fits else (middle, high)
    return high


def more_needed(recall: float, support: int, half_width: float, level: float = 0.95) -> int:
    """How many positives are still missing for `recall` ± `half_width`; 0 when there are enough."""
    return max(0, needed_for_half_width(recall, half_width, level) - support)


def needed_without_a_miss(at_least: float, level: float = 0.95) -> int:
    """How many positives, all found, show a recall of `at_least` (one-sided, exact).

    29 for 0.9: 0.9 ** 29 is the first power under 0.05. The rule of three is its approximation.
    """
    if not 0 < at_least < 1:
        raise ValueError(f"recall {at_least}")
    return math.ceil(math.log(1 - level) / math.log(at_least))


@lru_cache(maxsize=16)
def _z(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level {level}")
    return NormalDist().inv_cdf(0.5 + level / 2)
