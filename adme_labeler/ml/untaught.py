"""Categories of which a head has not seen a single example: it must not suggest them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from adme_labeler.ml.instant import InstantHead

_NEVER = -1e4
"""Logit whose probability is 0 in double precision, whatever the temperature (at most 20)."""


def silenced(head: InstantHead, keys: Sequence[str], taught: Collection[str]) -> InstantHead:
    """`head` with probability 0 for every category of `keys` that is not in `taught`.

    Without this a category that was added to the scheme would be suggested by its prior alone,
    which the shift for rare categories even lifts. A head that was taught fewer than two
    categories knows nothing and stays as it is.
    """
    mute = np.array([key not in taught for key in keys])
    if not mute.any() or (~mute).sum() < 2:
        return head
    words = head.words
    if words is not None:
        words = words.copy()
        words[:, mute] = 0.0
    prior = np.where(mute, 0.0, head.prior)
    return replace(
        head,
        dense=np.where(mute, 0.0, head.dense),
        words=words,
        bias=np.where(mute, _NEVER, head.bias),
        prior=prior / max(1e-9, float(prior.sum())),
        shift=np.where(mute, 0.0, head.shift),
    )
