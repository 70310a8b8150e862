"""Records about drugs that do not exist, for widgets without a project behind them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.evidence import ModelChange, MoreNeeded, RecallChange, Trend, TrendPoint
from adme_labeler.domain.records import (
    AnnotationState,
    BlockDraft,
    BlockKind,
    DrugLabel,
    GroupId,
    LabelDraft,
    LabelId,
    LabelType,
    ModelVersion,
    Sentence,
    SentenceId,
    SpanDraft,
    Suggestion,
)
from adme_labeler.gui.reading import Mark
from adme_labeler.protocol import CategoryMeasure, Measurement
from adme_labeler.services import importing
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences as stored_sentences
from adme_labeler.storage import suggestions as stored_suggestions

SECTION = ("12 Clinical pharmacology", "12.3 Pharmacokinetics")

_PARAGRAPHS: tuple[tuple[str, BlockKind, tuple[str, ...]], ...] = (
    (
        "Distribution",
        BlockKind.PARAGRAPH,
        (
            "Mirtacaine is approximately 94% bound to plasma proteins, mainly to alpha-1-acid "
            "glycoprotein.",
            "The mean steady-state volume of distribution is 1.9 L/kg.",
            "No accumulation was seen after repeated block over 48 hours.",
        ),
    ),
    (
        "Elimination",
        BlockKind.PARAGRAPH,
        (
            "Mirtacaine is converted in the liver to two inactive hydroxylated metabolites, "
            "chiefly by CYP1A2.",
            "Following a single radiolabeled dose, about 71% of the radioactivity was recovered "
            "in urine, less than 2% of it as unchanged drug.",
            "The terminal half-life in healthy adults is 2.6 hours (range 1.9 to 3.4 hours).",
            "Total plasma clearance averages 0.55 L/min.",
            "In patients with severe hepatic impairment, exposure was about 1.5-fold higher than "
            "in patients with normal hepatic function.",
        ),
    ),
    (
        "Specific populations",
        BlockKind.PARAGRAPH,
        (
            "Age and sex had no clinically relevant effect on the pharmacokinetics of mirtacaine.",
            "Placental transfer has been shown; the umbilical vein to maternal vein ratio at "
            "delivery was 0.3.",
        ),
    ),
    (
        "Specific populations",
        BlockKind.TABLE,
        (
            "Group | n | Cmax (ng/mL) | AUC (ng·h/mL) | Half-life (h)",
            "Healthy adults | 24 | 812 | 4,310 | 2.6",
            "Severe hepatic impairment (Child-Pugh C) | 8 | 1,004 | 6,480 | 4.1",
        ),
    ),
    (
        "Specific populations",
        BlockKind.LIST_ITEM,
        ("Dose reduction is recommended in patients with severe hepatic impairment.",),
    ),
    (
        "Specific populations",
        BlockKind.LIST_ITEM,
        ("No adjustment is needed in patients with renal impairment.",),
    ),
)


def document() -> list[Sentence]:
    """Thirteen sentences: three headings, a table, a list."""
    made: list[Sentence] = []
    for block, (heading, kind, texts) in enumerate(_PARAGRAPHS):
        for text in texts:
            number = len(made) + 1
            made.append(
                Sentence(
                    id=SentenceId(number),
                    uid=f"{number:020d}",
                    label=LabelId(2),
                    block=block,
                    ordinal=number,
                    text=text,
                    kind=kind,
                    section_code="43682-4",
                    section_title=SECTION[1],
                    heading_path=(*SECTION, heading),
                    hint="",
                    start=0,
                    end=len(text),
                )
            )
    return made


MARKS = {
    SentenceId(1): Mark("D", state=AnnotationState.ACCEPTED),
    SentenceId(2): Mark("D", state=AnnotationState.ACCEPTED),
    SentenceId(3): Mark("O", state=AnnotationState.CORRECTED, flagged=True),
    SentenceId(4): Mark("M", ("E",), state=AnnotationState.ACCEPTED, noted=True),
    SentenceId(6): Mark(state=AnnotationState.UNSURE),
    SentenceId(7): Mark(state=AnnotationState.SKIPPED),
}


def drug_labels() -> list[DrugLabel]:
    rows = (
        ("Zelvarone", "tablets", 42, 42, False),
        ("Mirtacaine", "injection", 31, 18, False),
        ("Oxtelipine / Darosartan hydrochlorothiazide", "film-coated tablets", 55, 12, False),
        ("Brenquinib", "capsules", 61, 2, False),
        ("Talvorexin", "tablets", 38, 0, True),
        ("Pelumab-qrst", "injection", 24, 0, False),
        ("Cortazolam", "oral solution", 29, 0, False),
    )
    return [
        DrugLabel(
            id=LabelId(number),
            set_id=f"set-{number}",
            version=1,
            title=title,
            dosage_form=form,
            ingredients=(title.upper(),),
            names=(title,),
            group=GroupId(number),
            held_out=held_out,
            sentences=total,
            decided=decided,
        )
        for number, (title, form, total, decided, held_out) in enumerate(rows, start=1)
    ]


def measurement(source: str = "held-out") -> Measurement:
    """Five categories; Distribution has too few sentences to say anything."""
    rows = (
        ("A", 33, 31, 36, (0.94, 0.80, 0.98)),
        ("D", 7, 6, 8, None),
        ("M", 28, 24, 27, (0.86, 0.69, 0.94)),
        ("E", 21, 17, 22, (0.81, 0.60, 0.92)),
        ("O", 118, 109, 114, (0.92, 0.86, 0.96)),
    )
    return Measurement(
        source=source,
        sentences=207,
        groups=6,
        not_blind=4,
        accuracy=0.91,
        macro_f1=0.87,
        categories=tuple(
            CategoryMeasure(
                category=key,
                support=support,
                found=found,
                claimed=claimed,
                recall=interval[0] if interval else None,
                recall_low=interval[1] if interval else None,
                recall_high=interval[2] if interval else None,
                precision=found / claimed if interval else None,
                precision_low=0.7 if interval else None,
                precision_high=0.97 if interval else None,
            )
            for key, support, found, claimed, interval in rows
        ),
        confusion=(
            (31, 0, 0, 1, 1),
            (0, 6, 0, 0, 1),
            (1, 0, 24, 2, 1),
            (0, 1, 1, 17, 2),
            (4, 1, 2, 2, 109),
        ),
    )


def model_change(against: int) -> ModelChange:
    """Excretion got better, Absorption worse; of the others nothing can be said."""
    rows = (
        ("A", 33, 0, 4, (-0.12, -0.24, -0.01)),
        ("D", 7, 1, 0, None),
        ("M", 28, 2, 1, (0.04, -0.09, 0.17)),
        ("E", 21, 2, 0, (0.09, 0.02, 0.2)),
        ("O", 118, 3, 3, (0.0, -0.04, 0.04)),
    )
    return ModelChange(
        against=ModelVersion(against),
        sentences=201,
        groups=6,
        left_out=6,
        by_category={
            CategoryKey(key): RecallChange(
                CategoryKey(key), support, won, lost, *(figures or (None, None, None)), p_value=0.4
            )
            for key, support, won, lost, figures in rows
        },
    )


def trend() -> Trend:
    """Four versions on the same 201 sentences."""
    found = {"A": (30, 33, 32, 31), "D": (5, 5, 6, 6), "M": (20, 21, 23, 24), "E": (9, 12, 15, 17)}
    found["O"] = (111, 112, 114, 112)
    return Trend(
        sentences=201,
        left_out=2,
        support={CategoryKey(c.category): c.support for c in measurement().categories},
        points={
            CategoryKey(key): tuple(
                TrendPoint(ModelVersion(version), count)
                for version, count in enumerate(counts, start=4)
            )
            for key, counts in found.items()
        },
    )


NEEDS = {
    "D": MoreNeeded(3, None, 89, 412),
    "E": MoreNeeded(48, 0.1, 474, 412),
    "M": MoreNeeded(25, 0.1, 185, 412),
    "A": MoreNeeded(60, 0.05, 377, 412),
    "O": MoreNeeded(0, 0.05, 0, 412),
}


def drafts(count: int = 6, sentences: int = 8) -> list[LabelDraft]:
    """Drug labels as an importer hands them over; every drug is its own group."""
    return [_draft(number, sentences) for number in range(1, count + 1)]


def make_project(path: Path, count: int = 6, sentences: int = 8, held_out: bool = False) -> Session:
    """A project on disk with these drug labels; its session is open."""
    session = Session.create(path, "curator")
    importing.commit_batch(session, drafts(count, sentences), importing.ImportTally())
    if held_out:
        importing.choose_held_out(session)
    return session


def suggest_everything(session: Session, category: str = "M", second: str = "E") -> None:
    """Store what a model worker would have sent: 70 % `category`, 20 % `second`."""
    keys = session.scheme.keys
    shares = {category: 0.7, second: 0.2}
    rest = 0.1 / (len(keys) - 2)
    found = [
        Suggestion(
            sentence=sentence,
            model_version=ModelVersion(0),
            head_revision=1,
            category=CategoryKey(category),
            second=CategoryKey(second),
            probabilities=tuple(shares.get(key, rest) for key in keys),
            margin=0.5,
        )
        for sentence in stored_sentences.in_document_order(session.connection)
    ]
    with session.project.transaction() as connection:
        stored_suggestions.store(connection, found)


_HEADINGS = ("Absorption", "Distribution", "Metabolism", "Elimination")


def _draft(number: int, sentences: int) -> LabelDraft:
    name = f"Testodrug{chr(96 + number % 26 + 1)}{number}"
    blocks = []
    for place in range(sentences):
        heading = _HEADINGS[place % len(_HEADINGS)]
        text = (
            f"{name} statement {place + 1} about {heading.lower()} in study {number * 100 + place}."
        )
        blocks.append(
            BlockDraft(
                kind=BlockKind.PARAGRAPH,
                section_code="43682-4",
                section_title=SECTION[1],
                heading_path=(*SECTION, heading),
                text=text,
                spans=(SpanDraft(0, len(text)),),
            )
        )
    return LabelDraft(
        source=f"{name}.xml",
        source_format="spl",
        set_id=f"set-{number:04d}",
        document_id=f"doc-{number:04d}",
        version=1,
        effective_date="20260101",
        title=f"{name} tablets",
        label_type=LabelType.PRESCRIPTION,
        dosage_form="tablet",
        ingredients=(name.upper(),),
        names=(name,),
        content_hash=hashlib.sha256(name.encode()).hexdigest(),
        blocks=tuple(blocks),
    )
