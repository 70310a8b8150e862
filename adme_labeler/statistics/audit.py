"""What is still out there: how many sentences of a category nobody has found yet, and the price.

Two ways to an answer, both from sentences drawn by chance out of the undecided ones:

- the score-stratified audit: `stratify` by the model's probability, `allocate` the reading,
  `draw` it, let a person decide it blind, then `estimate_unfound`;
- the stopping certificate: read so many undecided sentences at random without a find that at
  most so many can remain (`certificate`, exact, needs no model).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import betaln, expit, logit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRATA = 8
PROPORTIONAL_SHARE = 0.3
"""Share of the audit spread over the whole pool: it finds what the scores are blind to."""
PSEUDO_OBSERVATIONS = 20.0
SLOPE_SPREAD = 0.6
SHIFT_SPREAD = 1.0
DRAWS = 4000
SEED = 20_220_710
_TINY = 1e-6
_PARTS = 12


@dataclass(frozen=True)
class Strata:
    """`stratum_of`: stratum (n,) of every undecided sentence; `sizes`: sentences of each (h,)."""

    stratum_of: Ints
    sizes: Ints


@dataclass(frozen=True)
class Allocation:
    """Per stratum: `draws` (h,), sentences to read; `inclusion` (h,), chance of each, 0 to 1."""

    draws: Ints
    inclusion: Floats


@dataclass(frozen=True)
class Drawn:
    """`rows` (m,) of the pool in random order, each with its `inclusion` probability (m,)."""

    rows: Ints
    inclusion: Floats


@dataclass(frozen=True)
class Slices:
    """A category's scores in short: per stratum up to a dozen slices of the sorted scores.

    `means[h]` (0 to 1) and `counts[h]` belong together; that is all that an estimate needs, so a
    plan can be kept without the scores of the whole pool.
    """

    means: tuple[tuple[float, ...], ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Unfound:
    """Sentences of one category among the `remaining` undecided ones that nobody has read.

    `audited` sentences of the pool were read, `found` of them are of the category. `estimate`
    (posterior mean), `low` and `high` (95 % unless asked otherwise) count sentences. With
    `audited` 0 it is nothing but the model's own expectation, and must be shown as such.
    """

    pool: int
    audited: int
    found: int
    remaining: int
    estimate: float
    low: int
    high: int


@dataclass(frozen=True)
class Certificate:
    """Read `to_read` of `pool` sentences at random; without a find at most `at_most` remain."""

    pool: int
    at_most: int
    confidence: float
    to_read: int

    @property
    def share(self) -> float:
        """The price as a share of the pool, 0 to 1."""
        return self.to_read / self.pool if self.pool else 0.0


def stratify(probabilities: ArrayLike, strata: int = STRATA) -> Strata:
    """Strata of the undecided sentences by the calibrated probability of a category.

    `probabilities` (n,) of one category, or (n, c) of all categories that one audit is to serve
    (without Other). Strata carry equal shares of the cumulated standard deviation sqrt(p(1-p)),
    so that the same number read in each is nearly Neyman's allocation; equal probabilities stay
    together. With several categories a sentence first goes to the one whose probability stands
    out most from its mean, then to a stratum of that one: any category may be estimated from any
    strata, these suit all of them.
    """
    if strata < 1:
        raise ValueError(f"{strata} strata")
    scores = _checked(probabilities)
    if scores.ndim == 1:
        scores = scores[:, None]
    n, categories = scores.shape
    if n == 0:
        return Strata(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    leading = (scores / scores.mean(axis=0)).argmax(axis=1)
    stratum = np.zeros(n, dtype=np.int64)
    for category in range(categories):
        rows = np.flatnonzero(leading == category)
        if len(rows):
            stratum[rows] = category * strata + _by_score(scores[rows, category], strata)
    _, stratum_of, sizes = np.unique(stratum, return_inverse=True, return_counts=True)
    return Strata(stratum_of.astype(np.int64), sizes.astype(np.int64))


def allocate(strata: Strata, audits: int) -> Allocation:
    """How many of `audits` sentences to read in which stratum, and each one's chance.

    The greater part goes to all strata alike, `PROPORTIONAL_SHARE` in proportion to their sizes.
    Never more than a stratum holds; with `audits` above the pool everything is read.
    """
    if audits < 0:
        raise ValueError(f"{audits} audits")
    wanted = min(audits, int(strata.sizes.sum()))
    even = _spread(
        np.ones(len(strata.sizes)), strata.sizes, wanted - round(PROPORTIONAL_SHARE * wanted)
    )
    left = strata.sizes - even
    draws = even + _spread(left.astype(np.float64), left, wanted - int(even.sum()))
    return Allocation(draws, draws / np.maximum(strata.sizes, 1))


def draw(strata: Strata, allocation: Allocation, seed: int) -> Drawn:
    """Rows to read, drawn without replacement in every stratum; the same for the same seed."""
    rng = np.random.default_rng(seed)
    chosen = [
        rng.choice(np.flatnonzero(strata.stratum_of == stratum), int(wanted), replace=False)
        for stratum, wanted in enumerate(allocation.draws)
    ]
    # Mixed, or the reader would know from the place in the list what the model thinks.
    rows = rng.permutation(np.concatenate([np.zeros(0, dtype=np.int64), *chosen]))
    return Drawn(rows, allocation.inclusion[strata.stratum_of[rows]])


def estimate_unfound(
    strata: Strata,
    probabilities: ArrayLike,
    rows: ArrayLike,
    of_category: ArrayLike,
    level: float = 0.95,
) -> Unfound:
    """Number of sentences of one category among those that the audit did not read.

    `probabilities` (n,): the model's calibrated probability of the category, as it was before
    the audit. `rows` (m,): what was drawn and decided; `of_category` (m,): whether it is one.

    In every stratum the share has a Beta prior worth `PSEUDO_OBSERVATIONS` whose mean is the
    model's mean probability there, recalibrated: p becomes expit(slope * logit(p) + shift), with
    log slope ~ N(0, 0.6) and shift ~ N(0, 1) common to all strata and learned from the same
    reading (grid, beta-binomial likelihood). The posterior of the total sums the strata's
    beta-binomials by Monte Carlo with a fixed seed.

    Simulated (500 repeats, 100 or 300 audits, pools of 3,000 at 5 % and 10,000 at 1 %), coverage
    of the 95 % interval: .92 to .98 for scores that are calibrated, over- or underconfident
    (logits x 1.7, x 0.6) or shifted by 1.5 either way; .89 to .94 for a model blind to a tenth of
    the category. A prior of 5 on the scores as they are falls to .63 for the overconfident ones
    (150 repeats). Both fail, .55 to .89, where a sharp model is blind to a quarter or half of a
    category at 1 %: there only the certificate helps.
    """
    scores = _checked(probabilities)
    read = np.asarray(rows, dtype=np.int64)
    hit = np.asarray(of_category, dtype=bool)
    if scores.shape != strata.stratum_of.shape or read.shape != hit.shape:
        raise ValueError("probabilities and strata, or rows and decisions, differ in length")
    if len(np.unique(read)) != len(read):
        raise ValueError("a sentence was audited twice")
    h = len(strata.sizes)
    audited = np.bincount(strata.stratum_of[read], minlength=h)
    found = np.bincount(strata.stratum_of[read[hit]], minlength=h)
    return estimate_from(strata.sizes, slices(strata, scores), audited, found, level)


def slices(strata: Strata, probabilities: ArrayLike) -> Slices:
    """What `estimate_from` needs of a category's `probabilities` (n,)."""
    scores = _checked(probabilities)
    means: list[tuple[float, ...]] = []
    counts: list[tuple[int, ...]] = []
    for stratum in range(len(strata.sizes)):
        ordered = np.sort(scores[strata.stratum_of == stratum])
        parts = np.array_split(ordered, min(_PARTS, len(ordered)))
        means.append(tuple(float(part.mean()) for part in parts))
        counts.append(tuple(len(part) for part in parts))
    return Slices(tuple(means), tuple(counts))


def estimate_from(
    sizes: ArrayLike,
    scores: Slices,
    audited: ArrayLike,
    found: ArrayLike,
    level: float = 0.95,
) -> Unfound:
    """`estimate_unfound` from counts per stratum (h,): `sizes`, `audited` and of these `found`."""
    pool, read, hit = (np.asarray(a, dtype=np.int64) for a in (sizes, audited, found))
    if not pool.shape == read.shape == hit.shape == (len(scores.means),):
        raise ValueError("sizes, scores, audited and found differ in length")
    totals = _posterior_totals(pool, scores, read, hit)
    tail = (1 - level) / 2
    low, high = np.quantile(totals, (tail, 1 - tail), method="inverted_cdf")
    return Unfound(
        pool=int(pool.sum()),
        audited=int(read.sum()),
        found=int(hit.sum()),
        remaining=int(pool.sum() - read.sum()),
        estimate=float(totals.mean()),
        low=int(low),
        high=int(high),
    )


def certificate(pool: int, at_most: int, confidence: float = 0.95) -> Certificate:
    """How many of `pool` undecided sentences to read at random for "at most `at_most` remain".

    Exact (hypergeometric): the smallest number that would, with probability `confidence`, meet
    one of `at_most` + 1 sentences. It holds for a number fixed beforehand and read without a
    find. After a find use `remaining_at_most`; starting anew until an attempt succeeds gives
    every attempt its own 5 % chance to deceive.
    """
    if pool < 0 or at_most < 0 or not 0 < confidence < 1:
        raise ValueError(f"at most {at_most} of {pool} with {confidence}")
    if at_most >= pool:
        return Certificate(pool, at_most, confidence, 0)
    # From pool - at_most sentences on, one of at_most + 1 is met for certain.
    low, high = 0, pool - at_most
    while low < high:
        middle = (low + high) // 2
        enough = _log_no_find(pool, at_most + 1, middle) <= math.log(1 - confidence) + 1e-9
        low, high = (low, middle) if enough else (middle + 1, high)
    return Certificate(pool, at_most, confidence, low)


def prices(
    pool: int, at_most: Iterable[int] = (0, 5, 10, 20, 50, 100), confidence: float = 0.95
) -> tuple[Certificate, ...]:
    """Certificates for several claims, so that the price is seen before one is chosen."""
    return tuple(certificate(pool, most, confidence) for most in at_most if most < pool)


def remaining_at_most(pool: int, read: int, found: int, confidence: float = 0.95) -> int:
    """Upper bound on the category's sentences among the unread, after `found` in `read` of `pool`.

    One-sided exact hypergeometric bound, valid for a number of readings fixed beforehand.
    """
    if not 0 <= found <= read <= pool or not 0 < confidence < 1:
        raise ValueError(f"found {found} in {read} of {pool} with {confidence}")
    low, high = found, pool - (read - found)
    while low < high:
        total = (low + high + 1) // 2
        possible = stats.hypergeom.cdf(found, pool, total, read) > 1 - confidence + 1e-12
        low, high = (total, high) if possible else (low, total - 1)
    return low - found


def _checked(probabilities: ArrayLike) -> Floats:
    scores = np.asarray(probabilities, dtype=np.float64)
    if not np.isfinite(scores).all() or (scores < 0).any() or (scores > 1).any():
        raise ValueError("probabilities outside 0 to 1")
    return np.clip(scores, _TINY, 1 - _TINY)


def _by_score(scores: Floats, strata: int) -> Ints:
    values, value_of, counts = np.unique(scores, return_inverse=True, return_counts=True)
    weights = counts * np.sqrt(values * (1 - values))
    middle = np.cumsum(weights) - weights / 2
    return np.minimum(middle / weights.sum() * strata, strata - 1).astype(np.int64)[value_of]


def _spread(weights: Floats, room: Ints, wanted: int) -> Ints:
    """`wanted` units over strata by `weights`, none above its `room`, largest remainders first."""
    given = np.zeros(len(room), dtype=np.int64)
    while (left := min(wanted, int(room.sum())) - int(given.sum())) > 0:
        open_weights = np.where(given < room, weights, 0.0)
        shares = left * open_weights / open_weights.sum()
        whole = np.floor(shares).astype(np.int64)
        order = np.argsort(-(shares - whole), kind="stable")
        whole[order[: left - int(whole.sum())]] += 1
        given = np.minimum(given + whole, room)
    return given


def _posterior_totals(sizes: Ints, scores: Slices, audited: Ints, found: Ints) -> Ints:
    """`DRAWS` totals of the unread sentences of the category, over all strata."""
    log_prior, means = _recalibrated_means(scores)
    a, b = PSEUDO_OBSERVATIONS * means, PSEUDO_OBSERVATIONS * (1 - means)
    fit = log_prior + (betaln(a + found, b + audited - found) - betaln(a, b)).sum(axis=1)
    weights = np.exp(fit - fit.max())
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(weights), size=DRAWS, p=weights / weights.sum())
    shares = rng.beta(a[chosen] + found, b[chosen] + audited - found)
    return rng.binomial(sizes - audited, shares).sum(axis=1)


def _recalibrated_means(scores: Slices) -> tuple[Floats, Floats]:
    """Log prior (g,) of each slope and shift on a grid, and the strata's means (g, h) under it."""
    slopes = np.exp(SLOPE_SPREAD * np.linspace(-2.4, 2.4, 9))
    shifts = SHIFT_SPREAD * np.linspace(-2.6, 2.6, 17)
    slope, shift = (axis.ravel() for axis in np.meshgrid(slopes, shifts, indexing="ij"))
    log_prior = -((np.log(slope) / SLOPE_SPREAD) ** 2 + (shift / SHIFT_SPREAD) ** 2) / 2
    means = np.zeros((len(slope), len(scores.means)))
    for stratum, (mean, count) in enumerate(zip(scores.means, scores.counts, strict=True)):
        # A dozen slices stand for the stratum: their means keep its mean exact at slope 1.
        weight = np.array(count) / sum(count)
        means[:, stratum] = expit(slope[:, None] * logit(mean) + shift[:, None]) @ weight
    return log_prior, np.clip(means, _TINY**2, 1 - _TINY)


def _log_no_find(pool: int, of_category: int, read: int) -> float:
    """Log probability that `read` of `pool` sentences, drawn at random, miss all of a category."""
    if read > pool - of_category:
        return -math.inf
    return (
        math.lgamma(pool - of_category + 1)
        - math.lgamma(pool - of_category - read + 1)
        - math.lgamma(pool + 1)
        + math.lgamma(pool - read + 1)
    )
