"""Messages and files of a training run."""

from __future__ import annotations

import msgspec

from adme_labeler.protocol.base import Message


class TrainSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`run.json`. Fixed when the run is created, so that resuming is exact."""

    categories: tuple[str, ...]
    rest: str
    category_names: dict[str, str] = {}
    """Name by key, for sentences that a curator reads."""
    active_version: int = 0
    """The trained version that was active; 0 when only the instant model suggested."""
    preset: str = "default"
    encoder: str = ""
    """Folder of the pretrained encoder; empty means the one that is shipped."""
    seed: int = 42
    threads: int = 0
    """0: the probe of the worker decides and writes its choice into `resolved.json`."""
    dtype: str = ""
    folds: int = 3
    """Grouped folds for out-of-fold calibration; 0 or 1 skips it (temperature 1, no estimate)."""
    tau: float = 0.5
    precision_floor: float = 0.7
    max_length: int = 128


class SnapshotRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `snapshot.jsonl`: a sentence as a training run sees it.

    `text` is masked; `heading` is the heading path joined with " > ". `role` is "train" (read by
    a person), "hint" (category from the heading, never evaluated) or "held_out" (read by a person,
    evaluated only). `served` are the active model's natural-prior probabilities in scheme order
    and `served_category` its decision, for the paired comparison; empty where it has none or has
    trained on the row's drug group.
    """

    sentence: int
    text: str
    category: str
    group: int
    role: str
    heading: str = ""
    also: tuple[str, ...] = ()
    blind: bool = False
    read: bool = True
    """Whether a person read it in its place; bulk-accepted and hunted sentences train, but
    estimate nothing."""
    served: tuple[float, ...] = ()
    served_category: str = ""


class CategoryMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """Recall and precision of one category with counts.

    Recall is None where the support, precision where the claimed are under 10.
    `support`: held-out sentences of the category; `found`: those the model decided so;
    `claimed`: sentences the model decided so. Bounds are 95 % intervals in 0..1, None when the
    support is under 10. `method` names the interval: "wilson" or "cluster bootstrap".
    """

    category: str
    support: int
    found: int
    claimed: int
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    method: str = "wilson"


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What one model finds on one set of sentences. `source` is "held-out" or "cross-validation".

    `not_blind` counts evaluated sentences whose suggestion was visible when they were decided.
    """

    source: str
    sentences: int
    groups: int
    not_blind: int
    accuracy: float | None
    macro_f1: float | None
    categories: tuple[CategoryMeasure, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Row = true category, column = decided category, in scheme order."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate against active model on the same held-out sentences (paired)."""

    verdict: str
    """A value of `domain.records.Verdict`."""
    sentences: int
    groups: int
    difference: float | None
    """Macro-F1 of the candidate minus that of the active model; bounds are the 95 % interval."""
    difference_low: float | None
    difference_high: float | None
    category_p_values: dict[str, float]
    """Exact McNemar p value per category, over the sentences of that category."""
    category_changes: dict[str, int]
    """Found by the candidate only, minus found by the active model only, per category."""
    reason: str
    """One sentence for the curator."""


class HeldOutPrediction(msgspec.Struct, frozen=True, kw_only=True):
    sentence: int
    category: str
    probabilities: tuple[float, ...]


class TrainFinished(Message, tag="train_finished", frozen=True):
    """`model` is the model folder relative to the run directory; also written to `result.json`."""

    model: str
    train_sentences: int
    hint_sentences: int
    seconds: float
    seconds_per_phase: dict[str, float]
    held_out: Measurement | None
    cross_validation: Measurement | None
    comparison: Comparison
    predictions: tuple[HeldOutPrediction, ...]
    losses: tuple[float, ...]
    """Mean training loss per epoch, stage 1 then stage 2."""
    temperature: float
    shift: tuple[float, ...]
