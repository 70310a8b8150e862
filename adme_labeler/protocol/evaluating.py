"""Messages of an evaluation on tables."""

from __future__ import annotations

from typing import Any

import msgspec

from adme_labeler.protocol.base import Message


class EvaluateJob(msgspec.Struct, frozen=True, kw_only=True):
    train: str
    test: str = ""
    hints: str = ""
    preset: str = "default"
    encoder: str = ""
    folds: int = 0
    seeds: tuple[int, ...] = (0,)
    limit: int = 0
    predictions: str = ""
    """File (tsv) for every test sentence's decision and probabilities; "" writes none. With
    several presets or sizes, a file for each, its name with "-PRESET" and "-nSIZE" added."""
    presets: tuple[str, ...] = ()
    """Several presets on the same folds, compared in the result; `preset` is not read then."""
    sizes: tuple[int, ...] = ()
    """Several numbers of annotations drawn at random (0: all), in place of `limit`."""


class EvaluateDone(Message, tag="evaluate_done", frozen=True):
    result: dict[str, Any]
