"""Probabilities that mean what they say, and decisions that do not forget rare categories.

Convention: `probabilities` are natural-prior and calibrated, softmax(logits / temperature); they
are what is shown. Decisions add a per-category `shift` to their logarithm:
argmax(log(probabilities) + shift), shift = -tau * log(prior), prior = share of each category
among the training sentences (Menon et al. 2021, post-hoc logit adjustment). tau 0 decides by the
shown probabilities, tau 1 as if every category were equally frequent.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_FOR_TEMPERATURE = 20
COLDEST, HOTTEST = 0.05, 20.0
TAUS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
RECALL_WEIGHT = 0.5
LEAST_COMMON_GAIN = 0.005
LEAST_GAIN = 0.01
_ROUNDS = 3
_TINY = 1e-12
_LEAST_SHOWN = 5e-5
"""What a probability of four decimals may be where it reads 0.0000."""


class Decisions(NamedTuple):
    """`first`, `second`: category indices (n,); `margin`: (n,), 0 uncertain to 1 certain."""

    first: Ints
    second: Ints
    margin: Floats


def fit_temperature(logits: ArrayLike, true: ArrayLike) -> float:
    """The temperature for out-of-fold logits (n, c) with true category indices (n,).

    Minimises the log loss (Guo et al. 2017) within 0.05 to 20. The targets are softened by one
    sentence's worth over all categories (as Platt 1999 does), or a model without a mistake would
    be called certain. 1.0 with fewer than 20 sentences or fewer than two categories.
    """
    scores, index = np.asarray(logits, dtype=np.float64), np.asarray(true, dtype=np.int64)
    n = len(index)
    if n < FEWEST_FOR_TEMPERATURE or len(np.unique(index)) < 2:
        return 1.0
    softened = 1 / (n + 1)

    def loss(log_temperature: float) -> float:
        logs = log_softmax(scores / np.exp(log_temperature), axis=1)
        hit = logs[np.arange(n), index].mean()
        return -float((1 - softened) * hit + softened * logs.mean())

    best = minimize_scalar(
        loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded", options={"xatol": 1e-4}
    )
    return float(np.exp(best.x))


def cross_fitted(probabilities: ArrayLike, true: ArrayLike, folds: ArrayLike) -> Floats:
    """Probabilities (n, c) after one temperature per fold, fitted on all other folds.

    `true` category indices (n,), `folds` (n,). No sentence takes part in fitting its own
    temperature, so that what is measured afterwards is honest. One fold alone stays as it is.
    """
    shown, index = np.asarray(probabilities, dtype=np.float64), np.asarray(true, dtype=np.int64)
    fold_of = np.asarray(folds)
    logits = np.log(np.maximum(shown, _LEAST_SHOWN))
    after = shown.copy()
    for fold in np.unique(fold_of):
        out = fold_of == fold
        if not out.all():
            after[out] = softmax(logits[out] / fit_temperature(logits[~out], index[~out]), axis=1)
    return after


def expected_calibration_error(probabilities: ArrayLike, true: ArrayLike, bins: int = 15) -> float:
    """Mean gap between the best probability and how often it is right, 0 to 1.

    `probabilities` (n, c), `true` category indices (n,), `bins` of equal width; 0 when empty.
    """
    shown, index = np.asarray(probabilities, dtype=np.float64), np.asarray(true, dtype=np.int64)
    if not len(index):
        return 0.0
    confidence = shown.max(axis=1)
    right = shown.argmax(axis=1) == index
    bin_of = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.bincount(bin_of, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(index))


def adaptive_calibration_error(probabilities: ArrayLike, true: ArrayLike, bins: int = 15) -> float:
    """As `expected_calibration_error`, but over bins that hold equally many sentences (n / bins).

    Most probabilities of a good model are near 1, where bins of equal width put nearly all
    sentences into one. Equal probabilities share a bin, so the order of sentences is no matter.
    """
    shown, index = np.asarray(probabilities, dtype=np.float64), np.asarray(true, dtype=np.int64)
    if bins < 1:
        raise ValueError(f"{bins} bins")
    if not len(index):
        return 0.0
    confidence = shown.max(axis=1)
    right = shown.argmax(axis=1) == index
    edges = np.quantile(confidence, np.arange(1, bins) / bins, method="inverted_cdf")
    bin_of = np.searchsorted(edges, confidence, side="left")
    gaps = np.bincount(bin_of, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(index))


def shift_for(prior: ArrayLike, tau: ArrayLike) -> Floats:
    """-tau * log(prior), (c,), for one tau or one per category.

    A category without training sentences gets 0: nothing is known that could lift it.
    """
    shares = np.asarray(prior, dtype=np.float64)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return -np.asarray(tau, dtype=np.float64) * logs


def decide(probabilities: ArrayLike, shift: ArrayLike, prior: ArrayLike) -> Decisions:
    """Decisions for natural-prior `probabilities` (n, c), with `shift` (c,) and `prior` (c,).

    The margin is the gap between the two best prior-balanced (tau 1) probabilities, whatever the
    shift. With a single category `second` equals `first` and the margin is 1.
    """
    shown = np.asarray(probabilities, dtype=np.float64)
    logs = np.log(np.maximum(shown, _TINY))
    n, categories = shown.shape
    if categories == 1:
        nothing = np.zeros(n, dtype=np.int64)
        return Decisions(nothing, nothing.copy(), np.ones(n))
    # Stable: of equal categories the first in scheme order wins.
    order = np.argsort(-(logs + np.asarray(shift, dtype=np.float64)), axis=1, kind="stable")
    balanced = np.sort(softmax(logs + shift_for(prior, 1.0), axis=1), axis=1)
    return Decisions(
        order[:, 0].astype(np.int64),
        order[:, 1].astype(np.int64),
        balanced[:, -1] - balanced[:, -2],
    )


def tune_shift(
    probabilities: ArrayLike,
    true: ArrayLike,
    prior: ArrayLike,
    tau: float = 0.5,
    precision_floor: float = 0.7,
    min_positives: int = 30,
) -> Floats:
    """Per-category shift (c,) chosen on calibrated out-of-fold probabilities.

    `probabilities` (n, c), `true` category indices (n,), `prior` (c,) training shares. First one
    tau for all, out of `TAUS` and `tau`; then a tau of its own for every category with
    `min_positives` or more sentences, and one that all smaller ones share. Another tau must gain
    at least `LEAST_COMMON_GAIN` for all, `LEAST_GAIN` for one. The most frequent category keeps
    the common tau: only differences of shifts decide. With fewer than `min_positives` sentences
    outside the most frequent category nothing is tuned and `tau` holds for all.

    Chosen is what raises the mean of macro-F1 and mean recall most, among the choices that fall
    least below the floor (summed over all categories but the most frequent one). Measured on the
    gold sentences, tuned on four folds by drug and decided on the fifth; macro-F1, ADME recall and
    worst recall: four fine-tuned models .898, .905, .878 (tau 0.5: .899, .905, .878; tau 0: .900,
    .885, .847; whatever gains for all: .894, .908, .886), four linear ones .846,
    .836, .785 (.841, .795, .736; .819, .721, .653; .839, .846, .790).
    """
    shown, index = np.asarray(probabilities, dtype=np.float64), np.asarray(true, dtype=np.int64)
    shares = np.asarray(prior, dtype=np.float64)
    usual = int(shares.argmax())
    if int((index != usual).sum()) < min_positives:
        return shift_for(shares, tau)
    logs = np.log(np.maximum(shown, _TINY))
    checked = np.flatnonzero(np.arange(len(shares)) != usual)

    def merit(taus: Floats) -> tuple[float, float]:
        decided = (logs + shift_for(shares, taus)).argmax(axis=1)
        return _merit(index, decided, checked, len(shares), precision_floor)

    # Nearest to the given tau first: it stays where others are no better.
    values = sorted({*TAUS, tau}, key=lambda value: (abs(value - tau), value))
    taus = np.full(len(shares), float(tau))
    best = merit(taus)
    for value in values:
        floor_kept, gain = merit(np.full(len(shares), value))
        if floor_kept > best[0] or (floor_kept == best[0] and gain >= best[1] + LEAST_COMMON_GAIN):
            best, taus = (floor_kept, gain), np.full(len(shares), value)
    for unit in _tuned_together(index, shares, min_positives) * _ROUNDS:
        for value in values:
            candidate = taus.copy()
            candidate[unit] = value
            floor_kept, gain = merit(candidate)
            if floor_kept > best[0] or (floor_kept == best[0] and gain >= best[1] + LEAST_GAIN):
                best, taus = (floor_kept, gain), candidate
    return shift_for(shares, taus)


def _tuned_together(true: Ints, prior: Floats, min_positives: int) -> list[Ints]:
    """Categories that share a tau, rarest first; the most frequent one is the reference."""
    positives = np.bincount(true, minlength=len(prior))
    tunable = [c for c in np.argsort(positives, kind="stable") if c != prior.argmax()]
    small = np.array([c for c in tunable if positives[c] < min_positives], dtype=np.int64)
    units = [np.array([c]) for c in tunable if positives[c] >= min_positives]
    if positives[small].sum() >= min_positives:
        units.insert(0, small)
    return units


def _merit(
    true: Ints, decided: Ints, checked: Ints, categories: int, floor: float
) -> tuple[float, float]:
    """Minus the shortfall from the precision floor, then weighted macro-F1 and mean recall."""
    support = np.bincount(true, minlength=categories)
    claimed = np.bincount(decided, minlength=categories)
    found = np.bincount(true[true == decided], minlength=categories)
    occurs = support > 0
    missing = floor - found[checked] / np.maximum(claimed[checked], 1)
    shortfall = float(np.where(claimed[checked] > 0, np.maximum(missing, 0), 0).sum())
    recall = found[occurs] / support[occurs]
    f1 = 2 * found[occurs] / (support[occurs] + claimed[occurs])
    gain = RECALL_WEIGHT * recall.mean() + (1 - RECALL_WEIGHT) * f1.mean()
    return -round(shortfall, 6), float(gain)
