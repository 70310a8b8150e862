"""Probabilities that mean what they say, and decisions that do not forget rare categories.

Convention: `probabilities` are natural-prior and calibrated, softmax(logits / temperature); they
are what is shown. Decisions add a per-category `shift` to their logarithm:
argmax(log(probabilities) + shift), shift = -tau * log(prior), prior = share of each category
among the training sentences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Decisions(NamedTuple):
    """`first`, `second`: category indices (n,); `margin`: (n,), 0 uncertain to 1 certain."""

    first: Ints
    second: Ints
    margin: Floats


def fit_temperature(logits: Floats, true: Ints) -> float:
    """Temperature for logits (n, c) with true category indices (n,); 1.0 with too few data."""
    raise NotImplementedError


def expected_calibration_error(probabilities: Floats, true: Ints, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy, 0 to 1."""
    raise NotImplementedError


def tune_shift(
    probabilities: Floats,
    true: Ints,
    prior: Floats,
    tau: float = 0.5,
    precision_floor: float = 0.7,
    min_positives: int = 30,
) -> Floats:
    """Per-category shift (c,) chosen on out-of-fold probabilities (n, c)."""
    raise NotImplementedError


def decide(probabilities: Floats, shift: Floats, prior: Floats) -> Decisions:
    """Decisions for probabilities (n, c), shift (c,), prior (c,)."""
    raise NotImplementedError
