"""Splits that never divide a drug group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adme_labeler.domain.problems import Problem


class SplitProblem(Problem):
    """The annotated drugs cannot be split into folds that keep every drug group whole."""


def grouped_folds(
    groups: Sequence[int] | NDArray[np.int64],
    categories: Sequence[str] | NDArray[np.int64],
    k: int,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Fold index (n,) of every sentence; fewer than `k` folds where the drug groups allow no more.

    Raises SplitProblem with fewer than two groups, or when one group swallows a fold.
    """
    raise NotImplementedError
