"""Splits that never divide a drug group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr

Ints = NDArray[np.int64]


class SplitProblem(Problem):
    """The annotated drugs cannot be split into folds that keep every drug group whole."""


def grouped_folds(
    groups: Sequence[int] | Ints,
    categories: Sequence[str] | Sequence[int] | Ints,
    k: int,
    seed: int = 0,
) -> Ints:
    """Fold index (n,), 0 to at most k - 1, of every sentence: every drug group is in one fold.

    `groups` (n,) and `categories` (n,) belong to the sentences. Every category counts the same
    however rare it is, so that the rare ones are spread evenly first. Folds number fewer than
    `k` (``folds.max() + 1``) where there are fewer groups, or where the largest group would
    swallow one of `k` folds. The order of the sentences makes no difference.

    Raises SplitProblem with fewer than two groups, or when the largest group swallows one fold
    of two (METHOD, section 4).
    """
    if k < 2:
        raise ValueError(f"{k} folds")
    names, group_of = np.unique(np.asarray(groups), return_inverse=True)
    if len(names) < 2:
        raise SplitProblem(
            tr(
                "All annotated sentences belong to one drug, so the model cannot be checked "
                "on a drug that it has not seen: annotate sentences of at least one more "
                "drug."
            )
        )
    kinds, category_of = np.unique(np.asarray(categories), return_inverse=True)
    counts = np.zeros((len(names), len(kinds)))
    np.add.at(counts, (group_of, category_of), 1)
    sizes = counts.sum(axis=1)
    folds = _folds_that_fit(sizes, k)
    # Shares of each category, and of all sentences: the last keeps folds of similar size.
    shares = np.column_stack([counts / counts.sum(axis=0), sizes / sizes.sum()])
    return _spread(shares, folds, seed)[group_of]


def _folds_that_fit(sizes: NDArray[np.float64], k: int) -> int:
    share = float(sizes.max() / sizes.sum())
    for folds in range(min(k, len(sizes)), 1, -1):
        # Alone half as large again as a fold should be; of two folds, two thirds of everything.
        if share <= min(1.5 / folds, 2 / 3):
            return folds
    raise SplitProblem(
        tr(
            "One drug group holds {share:.0%} of the annotated sentences, too many to check "
            "the model on drugs that it has not seen: annotate more sentences of other drugs.",
            share=share,
        )
    )


def _spread(shares: NDArray[np.float64], folds: int, seed: int) -> Ints:
    """Fold of each group: the most uneven groups first, each where it adds least unevenness."""
    chosen = np.zeros(len(shares), dtype=np.int64)
    held = np.zeros((folds, shares.shape[1]))
    order = np.random.default_rng(seed).permutation(len(shares))
    for group in order[np.argsort(-shares[order].max(axis=1), kind="stable")]:
        # Sum of squares over folds grows by share * (2 * held + share); the last term is common.
        fold = int(np.argmin(held @ shares[group]))
        chosen[group] = fold
        held[fold] += shares[group]
    return chosen
