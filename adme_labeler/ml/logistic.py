"""Multinomial logistic regression on dense and sparse features, drawn towards a given solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BIAS_PENALTY = 0.01
"""The bias is hardly penalised: how frequent a category is must be learned at once."""


@dataclass(frozen=True)
class Design:
    """Features of n sentences: `dense` (n, d) and `words` (n, w), either of which may be empty."""

    dense: Floats
    words: Any  # sparse.csr_matrix; the stubs of scipy say that its shape may be None

    def __len__(self) -> int:
        return self.dense.shape[0]

    @property
    def size(self) -> int:
        return self.dense.shape[1] + self.words.shape[1] + 1

    def times(self, weights: Floats) -> Floats:
        """Logits (n, c) of weights (size, c), whose last row is the bias."""
        d = self.dense.shape[1]
        found = self.dense @ weights[:d] + weights[-1]
        return found + self.words @ weights[d:-1] if self.words.shape[1] else found

    def take(self, rows: Ints) -> Design:
        return Design(self.dense[rows], self.words[rows])


def fit(
    design: Design,
    categories: Ints,
    count: int,
    penalty: float,
    toward: Floats | None = None,
    weights: Floats | None = None,
    bias_penalty: float = BIAS_PENALTY,
    tolerance: float = 1e-2,
    most_steps: int = 150,
) -> Floats:
    """Weights (size, count) that minimise the summed log loss plus penalty / 2 · |W - toward|².

    `categories` (n,) are indices below `count`; `weights` (n,) weigh the sentences.
    """
    start = np.zeros((design.size, count)) if toward is None else toward
    target = np.zeros((len(design), count))
    target[np.arange(len(design)), categories] = 1.0
    weigh = np.ones((len(design), 1)) if weights is None else weights[:, None]
    penalties = np.full((design.size, 1), penalty)
    penalties[-1] *= bias_penalty
    dense, words = design.dense.T, design.words.T.tocsr()
    given = design.times(start)

    def loss(flat: Floats) -> tuple[float, Floats]:
        change = flat.reshape(start.shape)
        logits = given + design.times(change)
        logits -= logits.max(axis=1, keepdims=True)
        exp = np.exp(logits)
        total = exp.sum(axis=1, keepdims=True)
        value = float((weigh * (np.log(total) - (logits * target).sum(1, keepdims=True))).sum())
        slope = (exp / total - target) * weigh
        gradient = np.concatenate([dense @ slope, words @ slope, slope.sum(0, keepdims=True)])
        value += 0.5 * float((penalties * change**2).sum())
        return value, (gradient + penalties * change).ravel()

    best = minimize(
        loss,
        np.zeros(start.size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": most_steps, "gtol": tolerance, "maxcor": 10},
    )
    return best.x.reshape(start.shape) + start
