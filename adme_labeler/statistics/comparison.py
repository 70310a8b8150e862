"""The gate: does a candidate model replace the active one?"""

from __future__ import annotations

from collections.abc import Sequence

from adme_labeler.protocol import Comparison


def compare(
    true: Sequence[str],
    candidate: Sequence[str],
    active: Sequence[str] | None,
    groups: Sequence[int],
    keys: Sequence[str],
    rare: Sequence[str] | None = None,
) -> Comparison:
    """Compare two models on the same held-out sentences (category keys, one per sentence).

    `active` is None when no trained model is active (verdict FIRST); an empty string in it means
    that the active model has no say on that sentence, which is then left out.
    `rare`: categories that must not get worse; None means those with less than an even share.
    """
    raise NotImplementedError


def promotes(verdict: str) -> bool:
    """Whether a candidate with this verdict becomes active without being asked."""
    raise NotImplementedError
