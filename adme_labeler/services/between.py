"""Between which categories the model that suggests cannot decide, sentence by sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Suggestion
from adme_labeler.services.session import Session

_ROUNDED = 1e-5
"""Stored probabilities have five digits."""


@dataclass(frozen=True)
class EitherOf:
    """Two categories or more, likeliest first, that hold the right one as often as `level` says.

    See `statistics.conformal`: of the sentences of every calibrated category, the share `level`
    keep theirs in the set.
    """

    categories: tuple[CategoryKey, ...]
    level: float


def between(session: Session, suggestion: Suggestion | None) -> EitherOf | None:
    """None where the set of a suggestion has fewer than two categories: it would say no more than
    the suggestion does. None also for a suggestion of another head than the one that is served,
    whose bounds are not these, and while too few annotations calibrate them.
    """
    stored = cast("dict[str, Any] | None", session.setting("served"))
    if suggestion is None or stored is None or not stored.get("sets"):
        return None
    number = (suggestion.model_version, suggestion.head_revision)
    keys = cast("list[str]", stored.get("categories", []))
    if number != (stored["version"], stored["revision"]) or keys != list(session.scheme.keys):
        return None
    lowest = cast("list[float | None]", stored["sets"]["lowest"])
    shown = suggestion.probabilities
    inside = [
        (-shown[place], CategoryKey(key))
        for place, (key, low) in enumerate(zip(keys, lowest, strict=True))
        # The suggested category belongs to it: a decision may be shifted towards rare ones.
        if key == suggestion.category or (low is not None and shown[place] >= low - _ROUNDED)
    ]
    if len(inside) < 2:
        return None
    inside.sort(key=lambda found: found[0])
    return EitherOf(tuple(key for _, key in inside), float(stored["sets"]["level"]))
