"""Records about drugs that do not exist, for widgets without a project behind them."""

from __future__ import annotations

from adme_labeler.domain.records import (
    AnnotationState,
    BlockKind,
    DrugLabel,
    GroupId,
    LabelId,
    Sentence,
    SentenceId,
)
from adme_labeler.gui.reading import Mark
from adme_labeler.protocol import CategoryMeasure, Measurement

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
        ("O", 118, 112, 114, (0.95, 0.89, 0.98)),
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
        confusion=(),
    )
