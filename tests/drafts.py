"""Drug labels for tests, as an importer would hand them over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from adme_labeler import protocol
from adme_labeler.domain.records import BlockDraft, BlockKind, LabelDraft, LabelType, SpanDraft


def block(
    heading: str,
    sentences: Sequence[str],
    *,
    hint: str = "",
    kind: BlockKind = BlockKind.PARAGRAPH,
    categories: Sequence[str] = (),
) -> BlockDraft:
    """A paragraph of these sentences under "12.3 Pharmacokinetics" and a heading."""
    spans: list[SpanDraft] = []
    start = 0
    for sentence in sentences:
        spans.append(SpanDraft(start, start + len(sentence)))
        start += len(sentence) + 1
    return BlockDraft(
        kind,
        "43682-4",
        "12.3 Pharmacokinetics",
        ("12.3 Pharmacokinetics", heading),
        " ".join(sentences),
        tuple(spans),
        hint,
        categories=tuple(categories),
    )


def label(
    set_id: str,
    drug: str,
    blocks: Sequence[BlockDraft],
    *,
    version: int = 1,
    ingredients: Sequence[str] | None = None,
) -> LabelDraft:
    """A prescription drug label; the ingredient is the drug unless given."""
    body = "\x1e".join(f"{b.heading_path}{b.text}" for b in blocks)
    return LabelDraft(
        source=f"{set_id}.xml",
        source_format="spl",
        set_id=set_id,
        document_id=f"doc-{set_id}-{version}",
        version=version,
        effective_date="2026-01-01",
        title=drug,
        label_type=LabelType.PRESCRIPTION,
        dosage_form="tablets",
        ingredients=tuple(ingredients) if ingredients is not None else (drug.upper(),),
        names=(drug,),
        content_hash=hashlib.sha256(body.encode()).hexdigest(),
        blocks=tuple(blocks),
    )


def simple_label(number: int, drug: str = "", *, sentences: int = 8) -> LabelDraft:
    """A drug label whose sentences carry its number, two to a paragraph, hints A D M E in turn."""
    name = drug or f"Testazole{number}"
    headings = (("Absorption", "A"), ("Distribution", "D"), ("Metabolism", "M"), ("Excretion", "E"))
    blocks = [
        block(
            headings[i // 2 % 4][0],
            [
                f"{name} sentence {i} of label {number} about {headings[i // 2 % 4][0].lower()}.",
                f"{name} sentence {i + 1} of label {number} follows.",
            ],
            hint=headings[i // 2 % 4][1],
        )
        for i in range(0, sentences, 2)
    ]
    return label(f"set-{number}", name, blocks)


def finished_training(verdict: str = "first") -> protocol.TrainFinished:
    """What a training process reports that measured nothing."""
    comparison = protocol.Comparison(
        verdict=verdict,
        sentences=0,
        groups=0,
        difference=None,
        difference_low=None,
        difference_high=None,
        category_p_values={},
        category_changes={},
        reason="Because.",
    )
    return protocol.TrainFinished(
        model="model",
        train_sentences=1,
        hint_sentences=0,
        seconds=1.0,
        seconds_per_phase={},
        held_out=None,
        cross_validation=None,
        comparison=comparison,
        predictions=(),
        losses=(),
        temperature=1.0,
        shift=(0.0,) * 5,
    )
