"""Messages between the window (or command line) and its worker processes.

Transport: one JSON object per line, UTF-8; every object carries its type in ``"type"``. The first
line of every worker is `Hello`; a client that reads another `PROTOCOL_VERSION` stops it. Workers
keep file descriptor 1 for these lines and send everything else to stderr. End of file on stdin
means that the application is gone.

    python -m adme_labeler.worker train RUN_DIR       run.json, snapshot.jsonl -> model/
    python -m adme_labeler.worker serve MODEL FEATURES  (MODEL: a model folder or an encoder folder)
    python -m adme_labeler.worker import JOB.json     -> LabelRead, FileDone, ImportDone
    python -m adme_labeler.worker export JOB.json     -> ExportDone
    python -m adme_labeler.worker merge JOB.json      -> EditedSource, EditedRows, EditedDone
    python -m adme_labeler.worker evaluate JOB.json   -> EvaluateDone
"""

from __future__ import annotations

from typing import Any

import msgspec

from adme_labeler.domain.records import LabelDraft

PROTOCOL_VERSION = 1


class Message(msgspec.Struct, tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Base of every line on the wire."""


# --------------------------------------------------------------------------- from every worker


class Hello(Message, tag="hello", frozen=True):
    protocol: int
    app_version: str
    pid: int
    job: str


class Progress(Message, tag="progress", frozen=True):
    """Latest state of a job. `stage` is 0 outside training; `seconds_left` None when unknown."""

    phase: str
    step: int = 0
    total: int = 0
    stage: int = 0
    seconds_left: float | None = None
    loss: float | None = None


class Failed(Message, tag="failed", frozen=True):
    """The job ended without a result. `sentence` is for the curator, `detail` for the log."""

    sentence: str
    detail: str = ""
    resumable: bool = False


class Cancelled(Message, tag="cancelled", frozen=True):
    """The job stopped because it was asked to; a checkpoint allows resuming if `resumable`."""

    resumable: bool = False


# --------------------------------------------------------------------------- to every worker


class Cancel(Message, tag="cancel", frozen=True):
    """Stop soon: at the next step, checkpoint if the job has checkpoints."""


class Shutdown(Message, tag="shutdown", frozen=True):
    """Finish and exit with status 0."""


# --------------------------------------------------------------------------- train


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
    """Whether a person read it; bulk-accepted sentences train, but estimate nothing."""
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


# --------------------------------------------------------------------------- serve


class SentenceInput(msgspec.Struct, frozen=True):
    """A sentence for the model: `text` masked, `heading` as in `SnapshotRow`."""

    id: int
    text: str
    heading: str = ""


class Example(msgspec.Struct, frozen=True):
    """A sentence with a category for the instant head; `hint` marks heading hints.

    Its sentence must have been sent with `AddSentences` before, or stand in `text`.
    """

    id: int
    category: str
    group: int
    hint: bool = False
    text: str = ""
    heading: str = ""


class AddSentences(Message, tag="add_sentences", frozen=True):
    """Make sentences known. They are encoded in this order, after prioritised ones."""

    items: tuple[SentenceInput, ...]


class Forget(Message, tag="forget", frozen=True):
    ids: tuple[int, ...]


class Prioritise(Message, tag="prioritise", frozen=True):
    """Encode and score these first (what is on screen, then what is held out)."""

    ids: tuple[int, ...]


class Refit(Message, tag="refit", frozen=True):
    """Fit the instant head on these examples and score every known sentence again.

    With no examples a trained model serves its own head. Only the latest pending Refit is done.
    """

    revision: int
    categories: tuple[str, ...]
    rest: str
    examples: tuple[Example, ...]
    tau: float = 0.5


class Ready(Message, tag="ready", frozen=True):
    model: str
    encoder: str
    encoder_hash: str
    dtype: str
    threads: int
    device: str


class Encoded(Message, tag="encoded", frozen=True):
    """How many of the known sentences have features."""

    done: int
    total: int


class Refitted(Message, tag="refitted", frozen=True):
    revision: int
    examples: int
    hints: int
    seconds: float
    temperature: float
    cross_validation: Measurement | None = None
    """Grouped out-of-fold estimate over the annotated examples (never hints); None when they are
    too few or of fewer than two drug groups."""


class Score(msgspec.Struct, frozen=True):
    """See `domain.records.Suggestion` for the meaning of the fields."""

    id: int
    category: str
    second: str
    probabilities: tuple[float, ...]
    margin: float


class Scores(Message, tag="scores", frozen=True):
    """At most 500 scored sentences, prioritised ones first."""

    revision: int
    items: tuple[Score, ...]


class ScoresDone(Message, tag="scores_done", frozen=True):
    """Every known sentence has been scored with this revision."""

    revision: int
    count: int


class Similar(Message, tag="similar", frozen=True):
    """Ask for the `count` known sentences nearest to these (cosine), without themselves."""

    ids: tuple[int, ...]
    count: int


class SimilarFound(Message, tag="similar_found", frozen=True):
    ids: tuple[int, ...]


# --------------------------------------------------------------------------- import


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """`sections` and `types` hold values of domain.records.Sections and LabelType."""

    paths: tuple[str, ...]
    sections: str = "pk"
    types: tuple[str, ...] = ("prescription",)
    columns: dict[str, str] = {}
    """For tables: column name in the file -> field (text, category, drug, set_id, …)."""


class LabelRead(Message, tag="label_read", frozen=True):
    label: LabelDraft


class FileDone(Message, tag="file_done", frozen=True):
    """`status`: read, skipped or failed; `reason` is one sentence unless read."""

    path: str
    status: str
    reason: str
    labels: int
    sentences: int
    tables: int


class ImportDone(Message, tag="import_done", frozen=True):
    files: int
    labels: int
    sentences: int


# --------------------------------------------------------------------------- export, evaluate


class ExportCategory(msgspec.Struct, frozen=True):
    """A category as a spreadsheet shows it; `color` is #RRGGBB on a light ground."""

    key: str
    name: str
    color: str
    definition: str = ""


class ExportJob(msgspec.Struct, frozen=True, kw_only=True):
    """`recall` is the measurement that the recall panel shows, of model `recall_model`."""

    project: str
    out: str
    curator: str = ""
    categories: tuple[ExportCategory, ...] = ()
    recall: Measurement | None = None
    recall_model: str = ""


class ExportDone(Message, tag="export_done", frozen=True):
    out: str
    rows: int
    operation: int
    reports: tuple[str, ...]


class MergeJob(msgspec.Struct, frozen=True, kw_only=True):
    """Read an exported table that was edited; nothing is written."""

    path: str


class EditedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an edited export. Fields are text as a person wrote it, None without a column.

    `place` says where the row stands, for a person. `text_hashes` are hashes of the row's text
    (see `domain.sentence_text.text_hash`), any of which may be that of its sentence; empty where
    the text is missing or was cut. `excerpt` is its beginning. `revision` is the text of a
    `storage.log.Revision`.
    """

    place: str
    uid: str = ""
    set_id: str = ""
    text_hashes: tuple[str, ...] = ()
    excerpt: str = ""
    revision: str = ""
    category: str | None = None
    also: str | None = None
    note: str | None = None
    flagged: str | None = None
    suggestion: str = ""
    probability: str = ""
    model: str = ""


class EditedSource(Message, tag="edited_source", frozen=True):
    """What the file says of itself, before its rows: `revision` as in its About sheet, or ""."""

    path: str
    sha256: str
    revision: str


class EditedRows(Message, tag="edited_rows", frozen=True):
    """At most 500 rows, in the order of the file."""

    items: tuple[EditedRow, ...]


class EditedDone(Message, tag="edited_done", frozen=True):
    rows: int


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
    """File (tsv) for every test sentence's decision and probabilities; "" writes none."""


class EvaluateDone(Message, tag="evaluate_done", frozen=True):
    result: dict[str, Any]


FromWorker = (
    Hello
    | Progress
    | Failed
    | Cancelled
    | TrainFinished
    | Ready
    | Encoded
    | Refitted
    | Scores
    | ScoresDone
    | SimilarFound
    | LabelRead
    | FileDone
    | ImportDone
    | ExportDone
    | EditedSource
    | EditedRows
    | EditedDone
    | EvaluateDone
)
ToWorker = Cancel | Shutdown | AddSentences | Forget | Prioritise | Refit | Similar

_encoder = msgspec.json.Encoder()
_from_worker = msgspec.json.Decoder(FromWorker)
_to_worker = msgspec.json.Decoder(ToWorker)


def encode(message: Message) -> bytes:
    """One line, with its newline."""
    return _encoder.encode(message) + b"\n"


def decode_from_worker(line: bytes) -> FromWorker:
    """Raises msgspec.DecodeError (or its ValidationError) for a line that is no message."""
    return _from_worker.decode(line)


def decode_to_worker(line: bytes) -> ToWorker:
    """Raises msgspec.DecodeError (or its ValidationError) for a line that is no message."""
    return _to_worker.decode(line)
