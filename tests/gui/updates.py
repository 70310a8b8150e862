"""A project in which a drug label came in two versions and some sentences stand in many labels."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from samples import SECTION, drafts

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import BlockDraft, BlockKind, LabelDraft, SpanDraft
from adme_labeler.services import annotating, finding, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences

SHARED = "No clinically relevant accumulation was observed after repeated once-daily dosing."
DOSE = "Pharmacokinetics were linear over the range of doses that was studied."
FIRST: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Absorption",
        (
            "Mirtacaine is absorbed rapidly, with peak concentrations after 1.5 hours.",
            "The absolute bioavailability is about 62%.",
            "A high-fat meal delayed the peak by one hour and did not change the AUC.",
        ),
    ),
    (
        "Distribution",
        ("Mirtacaine is approximately 94% bound to plasma proteins.", SHARED),
    ),
    (
        "Elimination",
        (
            "Mirtacaine is converted in the liver to two inactive metabolites, chiefly by CYP1A2.",
            "The terminal half-life in healthy adults is 2.6 hours (range 1.9 to 3.4 hours).",
            "About 71% of a radiolabeled dose was recovered in urine.",
        ),
    ),
)
SECOND: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Absorption",
        (
            "Mirtacaine is absorbed rapidly, with peak concentrations after 1.5 hours.",
            "The absolute bioavailability is about 68%.",
        ),
    ),
    (
        "Distribution",
        ("Mirtacaine is approximately 94% bound to plasma proteins.", SHARED),
    ),
    (
        "Elimination",
        (
            "Mirtacaine is converted in the liver to two inactive metabolites, by CYP1A2 and to a "
            "lesser extent by CYP3A4.",
            "The terminal half-life in healthy adults is 2.6 hours (range 1.9 to 3.4 hours).",
            "About 71% of a radiolabeled dose was recovered in urine.",
            "Dialysis removes less than 10% of a dose.",
        ),
    ),
)
DECIDED = "AAADOMEE"
"""Categories of the sentences of the first version, in order."""


def version(parts: tuple[tuple[str, tuple[str, ...]], ...], number: int) -> LabelDraft:
    """Mirtacaine as an importer hands it over."""
    blocks = tuple(_block(heading, text) for heading, texts in parts for text in texts)
    return replace(
        drafts(1)[0],
        source=f"mirtacaine-v{number}.xml",
        set_id="set-mirtacaine",
        document_id=f"doc-mirtacaine-{number}",
        version=number,
        effective_date=f"202{number}0301",
        title="Mirtacaine injection",
        dosage_form="injection",
        ingredients=("MIRTACAINE",),
        names=("Mirtacaine",),
        content_hash=hashlib.sha256(repr(parts).encode()).hexdigest(),
        blocks=blocks,
    )


def updated_project(path: Path, held_out: bool = False) -> Session:
    """Version 1 decided, version 2 imported; `SHARED` and `DOSE` wait in five other labels."""
    opened = Session.create(path, "curator")
    others = []
    for draft in drafts(5, 2):
        more = tuple(_block("Distribution", text) for text in (SHARED, DOSE))
        others.append(
            replace(draft, blocks=draft.blocks + more, content_hash=draft.content_hash + "+")
        )
    tally = importing.ImportTally()
    importing.commit_batch(opened, [version(FIRST, 1), *others], tally)
    if held_out:
        importing.choose_held_out(opened)
    label = sentences.label_of(opened.connection, finding.find(opened, "CYP1A2").ids[0])
    for sentence, key in zip(
        sentences.in_document_order(opened.connection, label), DECIDED, strict=True
    ):
        annotating.decide(opened, sentence, CategoryKey(key), Shown())
    importing.commit_batch(opened, [version(SECOND, 2)], tally)
    return opened


def _block(heading: str, text: str) -> BlockDraft:
    return BlockDraft(
        kind=BlockKind.PARAGRAPH,
        section_code="43682-4",
        section_title=SECTION[1],
        heading_path=(*SECTION, heading),
        text=text,
        spans=(SpanDraft(0, len(text)),),
    )
