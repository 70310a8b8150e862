"""Rows and measurements for tests of the exporters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adme_labeler.domain.categories import ADME
from adme_labeler.exporters.rows import Content, ExportRow, MeasurementSheet, ModelRow
from adme_labeler.protocol import CategoryMeasure, ExportCategory, Measurement

CATEGORIES = tuple(
    ExportCategory(c.key, c.name, c.color_light, c.definition) for c in ADME.categories
)

PLAIN = ExportRow(
    uid="0123456789abcdef0123",
    set_id="set-1",
    drug="testazole",
    title="Testazole Tablets",
    section="12.3 Pharmacokinetics",
    heading="Elimination > Metabolism",
    paragraph=2,
    sentence=3,
    kind="paragraph",
    text="Testazole is metabolized by CYP3A4.",
    suggestion="Metabolism",
    probability=0.8125,
    category="Metabolism",
    also=("Excretion",),
    state="accepted",
    curators="ann",
    time="2026-03-01T10:11:12.000Z",
    note="checked",
    flagged=True,
    blind=False,
    model="2.7",
    shown_suggestion="Metabolism",
    shown_probability=0.75,
    shown_model="1.4",
    drug_group="5",
    held_out=False,
    label_version=3,
    source="testazole.xml",
    text_hash="ab" * 16,
    revision="r17.3fa5c01b77d2.90e1ab34cd56",
)


def rows(number: int) -> list[ExportRow]:
    return [replace(PLAIN, uid=f"{n:020x}", text=f"Sentence {n}.") for n in range(number)]


def content(
    rows: Iterable[ExportRow],
    measurements: tuple[MeasurementSheet, ...] = (),
    models: tuple[ModelRow, ...] = (),
) -> Content:
    return Content(
        rows=rows,
        categories=CATEGORIES,
        measurements=measurements,
        no_measurement="Nothing is measured yet.",
        models=models,
        about=(("Project", "trial"), ("Operation", 17)),
    )


def measurement() -> Measurement:
    """Metabolism has enough evidence (n = 12), Distribution has not (n = 4)."""
    return Measurement(
        source="held-out",
        sentences=16,
        groups=3,
        not_blind=1,
        accuracy=0.75,
        macro_f1=0.7,
        categories=(
            CategoryMeasure(
                category="M",
                support=12,
                found=9,
                claimed=10,
                recall=0.75,
                recall_low=0.47,
                recall_high=0.91,
                precision=0.9,
                precision_low=0.6,
                precision_high=0.98,
            ),
            CategoryMeasure(
                category="D",
                support=4,
                found=3,
                claimed=6,
                recall=None,
                recall_low=None,
                recall_high=None,
                precision=None,
                precision_low=None,
                precision_high=None,
            ),
        ),
        confusion=((9, 3), (1, 3)),
    )
