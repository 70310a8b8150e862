"""What a model finds, per category, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

from adme_labeler.protocol import CategoryMeasure, Measurement


def measure(
    true: Sequence[str],
    decided: Sequence[str],
    groups: Sequence[int],
    keys: Sequence[str],
    *,
    blind: Sequence[bool] | None = None,
    source: str = "held-out",
) -> Measurement:
    """Measurement of one model on one set of sentences (category keys, one per sentence)."""
    raise NotImplementedError


def rarest_first(measurement: Measurement) -> tuple[CategoryMeasure, ...]:
    """The categories of a measurement, smallest support first."""
    raise NotImplementedError
