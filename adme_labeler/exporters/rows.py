"""What an export says: a row a sentence, the measurements, the model versions, the project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from adme_labeler.protocol import ExportCategory, Measurement

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One sentence in its place with what the project holds for it.

    `suggestion`, `probability` (0 to 1, calibrated, natural prior) and `model` ("version.revision")
    are what the served model proposes now; the three `shown_` fields are what was on screen when
    the decision was made, empty where nothing was. `category` is the resolved one. `state` is that
    of the deciding annotation, or "open", "conflict" (the curators disagree; `curators` then says
    who chose what) or "adjudicated". `also` holds category names. `paragraph` and `sentence` count
    from 1, in the drug label and in the paragraph. `time` is UTC, ISO 8601. `revision` names the
    operation and the project that the row shows (see `storage.log.Revision`), so that an edited
    table can be compared with what it was.
    """

    uid: str
    set_id: str
    drug: str
    title: str
    section: str
    heading: str
    paragraph: int
    sentence: int
    kind: str
    text: str
    suggestion: str
    probability: float | None
    category: str
    also: tuple[str, ...]
    state: str
    curators: str
    time: str
    note: str
    flagged: bool
    blind: bool
    model: str
    shown_suggestion: str
    shown_probability: float | None
    shown_model: str
    drug_group: str
    held_out: bool
    label_version: int
    source: str
    text_hash: str
    revision: str


_OTHER_NAMES = {
    "title": "label",
    "curators": "curator",
    "paragraph": "paragraph_no",
    "sentence": "sentence_no",
}
FIELDS: Final = tuple((f.name, _OTHER_NAMES.get(f.name, f.name)) for f in fields(ExportRow))
"""Attribute of a row and its name in JSON lines and parquet, which keep lists and truth values."""


@dataclass(frozen=True)
class Column:
    """A column of every format: `name` in tables and JSON, `title` in the workbook.

    `width` is in characters of the workbook's font. Hidden columns tie a row to its sentence when
    the workbook comes back. `long` texts are wrapped.
    """

    name: str
    title: str
    width: int
    value: Callable[[ExportRow], Value]
    hidden: bool = False
    long: bool = False


COLUMNS: Final = (
    Column("uid", "Sentence id", 22, lambda r: r.uid, hidden=True),
    Column("drug", "Drug", 18, lambda r: r.drug, long=True),
    Column("section", "Section", 20, lambda r: r.section, long=True),
    Column("heading", "Heading", 40, lambda r: r.heading, long=True),
    Column("paragraph_no", "Paragraph no.", 12, lambda r: r.paragraph),
    Column("sentence_no", "Sentence no.", 11, lambda r: r.sentence),
    Column("kind", "Kind", 11, lambda r: r.kind),
    Column("text", "Text", 80, lambda r: r.text, long=True),
    Column("suggestion", "Suggestion", 14, lambda r: r.suggestion),
    Column("probability", "Probability", 13, lambda r: r.probability),
    Column("category", "Category", 14, lambda r: r.category),
    Column("also", "Also", 13, lambda r: "; ".join(r.also)),
    Column("state", "State", 11, lambda r: r.state),
    Column("curator", "Curator", 14, lambda r: r.curators, long=True),
    Column("time", "Time (UTC)", 21, lambda r: r.time),
    Column("note", "Note", 30, lambda r: r.note, long=True),
    Column("flagged", "Flagged", 10, lambda r: "yes" if r.flagged else ""),
    Column("blind", "Blind", 8, lambda r: "yes" if r.blind else ""),
    Column("model", "Model", 8, lambda r: r.model),
    Column("shown_suggestion", "Suggestion shown", 14, lambda r: r.shown_suggestion),
    Column("shown_probability", "Probability shown", 13, lambda r: r.shown_probability),
    Column("shown_model", "Model shown", 9, lambda r: r.shown_model),
    Column("label", "Drug label", 30, lambda r: r.title, long=True),
    Column("set_id", "Set id", 20, lambda r: r.set_id),
    Column("label_version", "Label version", 10, lambda r: r.label_version),
    Column("drug_group", "Drug group", 9, lambda r: r.drug_group),
    Column("held_out", "Held out", 9, lambda r: "yes" if r.held_out else ""),
    Column("source", "Source", 24, lambda r: r.source),
    Column("text_hash", "Text hash", 34, lambda r: r.text_hash, hidden=True),
    Column("revision", "Revision", 34, lambda r: r.revision, hidden=True),
)


@dataclass(frozen=True)
class MeasurementSheet:
    """A measurement with the sentence that says of which model and on what."""

    title: str
    measurement: Measurement


@dataclass(frozen=True)
class ModelRow:
    """A model version as the sheet Models lists it; figures are None where nothing was measured.

    `recall` has a text by category key ("81 % (60 to 92 %), 17 of 21"). `measured_on` says on what.
    """

    version: int
    state: str
    created_at: str
    settings: str
    annotations: int
    hints: int
    drug_groups: int
    measured_on: str
    measured_sentences: int | None
    measured_groups: int | None
    recall: Mapping[str, str]
    accuracy: float | None
    macro_f1: float | None
    verdict: str
    reason: str
    seconds: float | None
    snapshot_sha256: str


@dataclass(frozen=True)
class HistoryRow:
    """An operation of the log; `changes` counts what it changed."""

    operation: int
    at: str
    curator: str
    kind: str
    summary: str
    changes: int


@dataclass(frozen=True)
class Content:
    """Everything an export writes. `rows` is read once; `about` holds label and value pairs.

    `history` are the newest of all `operations`, newest first. `guideline` is Markdown.
    """

    rows: Iterable[ExportRow]
    categories: tuple[ExportCategory, ...]
    measurements: tuple[MeasurementSheet, ...]
    no_measurement: str
    models: tuple[ModelRow, ...]
    about: tuple[tuple[str, Value], ...]
    history: tuple[HistoryRow, ...] = ()
    operations: int = 0
    guideline: str = ""


@dataclass(frozen=True)
class Written:
    """`reports` are sentences about what the file could not hold as it is in the project."""

    rows: int
    reports: tuple[str, ...]
