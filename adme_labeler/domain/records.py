"""Records that cross the edges between rooms: frozen, typed, without behaviour of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from adme_labeler.domain.categories import CategoryKey

SentenceId = NewType("SentenceId", int)
LabelId = NewType("LabelId", int)
GroupId = NewType("GroupId", int)
ModelVersion = NewType("ModelVersion", int)
OperationId = NewType("OperationId", int)

NO_TRAINED_MODEL = ModelVersion(0)
"""Version number of the instant model on the unchanged pretrained encoder."""


class BlockKind(StrEnum):
    """What a block of a drug label is."""

    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CAPTION = "caption"
    FOOTNOTE = "footnote"


class LabelType(StrEnum):
    """Kind of drug label; only human prescription labels are read by default."""

    PRESCRIPTION = "prescription"
    OTC = "otc"
    VACCINE = "vaccine"
    ANIMAL = "animal"
    DEVICE = "device"
    OTHER = "other"


class Sections(StrEnum):
    """Which part of a drug label an import takes."""

    PHARMACOKINETICS = "pk"
    CLINICAL_PHARMACOLOGY = "clinical-pharmacology"
    ALL = "all"


@dataclass(frozen=True)
class SpanDraft:
    """A sentence inside its block: character offsets, end exclusive, into ``BlockDraft.text``."""

    start: int
    end: int


@dataclass(frozen=True)
class BlockDraft:
    """A paragraph, list item or table as an importer read it.

    `text` is cleaned (one blank between words, sub- and superscripts glued). `heading_path` lists
    headings from the section title down to the nearest one, outermost first. `hint` is the
    category key that the nearest heading implies, or "". A table keeps its rows in `rows`
    (cells as text, first row the header where the source says so) and its sentences are its rows:
    each span covers one row of `text`, whose cells are joined by " | " and rows by newlines.
    `categories`, `also`, `uids` and `notes` are filled only by table imports that carry them: one
    entry per span ("" where the cell is empty; `also` joins keys with "+").
    """

    kind: BlockKind
    section_code: str
    section_title: str
    heading_path: tuple[str, ...]
    text: str
    spans: tuple[SpanDraft, ...]
    hint: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    categories: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    """One hint per span, finer than `hint`: "" where the heading says nothing about it."""


@dataclass(frozen=True)
class LabelDraft:
    """One drug label as an importer read it, ready to be committed by the window.

    `content_hash` is the sha256 (hex) over the blocks' texts and heading paths; `names` are all
    generic, brand and ingredient names used for masking; `ingredients` (upper case, salts
    removed) decide the drug group.
    """

    source: str
    source_format: str
    set_id: str
    document_id: str
    version: int
    effective_date: str
    title: str
    label_type: LabelType
    dosage_form: str
    ingredients: tuple[str, ...]
    names: tuple[str, ...]
    content_hash: str
    blocks: tuple[BlockDraft, ...]
    unknown_headings: tuple[str, ...] = ()


class AnnotationState(StrEnum):
    """How an annotation came to be. OPEN carries only a flag or a note."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    DECIDED = "decided"
    """Decided while no suggestion was shown (held-out, blind, or none made yet)."""
    BULK = "bulk"
    IMPORTED = "imported"
    SKIPPED = "skipped"
    UNSURE = "unsure"


READ_BY_A_PERSON = frozenset(
    {
        AnnotationState.ACCEPTED,
        AnnotationState.CORRECTED,
        AnnotationState.DECIDED,
        AnnotationState.IMPORTED,
    }
)
"""States whose category a person read and stands for: they train and may evaluate."""


class Arm(StrEnum):
    """By which queue arm a sentence came before the curator."""

    DOCUMENT = "document"
    UNCERTAIN = "uncertain"
    RARE = "rare"
    RANDOM = "random"
    AUDIT = "audit"
    """Drawn by chance, in strata of the model's probabilities; decided blind."""
    SIMILAR = "similar"
    PATTERN = "pattern"
    """Has words of a rare category that the model does not suggest."""
    REVIEW = "review"
    SEARCH = "search"
    IMPORT = "import"
    BULK = "bulk"
    IDENTICAL = "identical"
    """Filled with the category of the same sentence elsewhere; nobody read it in its place."""


HUNTED = frozenset({Arm.RARE, Arm.SIMILAR, Arm.PATTERN})
"""Arms of the hunt after a rare category: what they bring trains, and never measures a model."""


@dataclass(frozen=True)
class Provenance:
    """What the curator saw when deciding, and why the sentence came up.

    `suggested`, `probability` (0 to 1, calibrated, natural prior), `model_version` and
    `head_revision` are None when no suggestion existed; `blind` is true when it was hidden: they
    then say what the curator did not see (nothing in projects of before 2026-11).
    `inclusion_probability` is the chance with which the arm drew this sentence, where it has one.
    """

    suggested: CategoryKey | None = None
    probability: float | None = None
    model_version: ModelVersion | None = None
    head_revision: int | None = None
    blind: bool = False
    arm: Arm = Arm.DOCUMENT
    inclusion_probability: float | None = None
    guideline_version: int = 1
    scheme_version: int = 1


@dataclass(frozen=True)
class Annotation:
    """One curator's decision on one sentence; `at` is UTC, ISO 8601 with seconds."""

    sentence: SentenceId
    curator: str
    state: AnnotationState
    category: CategoryKey | None = None
    also: tuple[CategoryKey, ...] = ()
    flagged: bool = False
    note: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    at: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What the served model proposes for one sentence.

    `probabilities` are calibrated, under the natural prior, in scheme order, and sum to 1.
    `category` is the decision after the class shift, so it need not be their argmax; `second`
    is the next one. `margin` is the difference between the two best prior-balanced
    probabilities (0 most uncertain, 1 certain).
    """

    sentence: SentenceId
    model_version: ModelVersion
    head_revision: int
    category: CategoryKey
    second: CategoryKey
    probabilities: tuple[float, ...]
    margin: float


@dataclass(frozen=True)
class Sentence:
    """A sentence in its place. `uid` is stable across projects and re-imports."""

    id: SentenceId
    uid: str
    label: LabelId
    block: int
    ordinal: int
    text: str
    kind: BlockKind
    section_code: str
    section_title: str
    heading_path: tuple[str, ...]
    hint: str
    start: int
    end: int


@dataclass(frozen=True)
class DrugLabel:
    """A drug label with its progress; `held_out` follows its drug group."""

    id: LabelId
    set_id: str
    version: int
    title: str
    dosage_form: str
    ingredients: tuple[str, ...]
    names: tuple[str, ...]
    group: GroupId
    held_out: bool
    sentences: int
    decided: int


class ModelState(StrEnum):
    """A model version suggests (active), waits (candidate) or has been replaced (retired)."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"


class Verdict(StrEnum):
    """Outcome of comparing a candidate with the active model on the same held-out sentences."""

    FIRST = "first"
    BETTER = "better"
    NO_EVIDENCE = "no evidence of a difference"
    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"
