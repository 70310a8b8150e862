"""PDF documents: reading order, divided words, running lines, tables, and what cannot be read."""

from __future__ import annotations

import io

import pytest

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, Sections
from adme_labeler.importers import pdf
from adme_labeler.importers.documents import Origin, Reading
from tests.unit.importers import printed


def read(data: bytes, sections: Sections = Sections.PHARMACOKINETICS, **more) -> Reading:
    origin = Origin("corvexa.pdf", "corvexa.pdf", "pdf", **more)
    return pdf.read(io.BytesIO(data), origin, sections, lambda: None)


def places(label: LabelDraft) -> list[tuple[str, str]]:
    return [
        (b.heading_path[-1] if b.heading_path else "", b.text[s.start : s.end])
        for b in label.blocks
        if b.kind is not BlockKind.TABLE
        for s in b.spans
    ]


def test_a_label_is_read_under_its_headings_across_pages():
    label = read(printed.label()).label
    assert places(label) == [
        (
            "Absorption",
            "Velmoradine is absorbed within two hours of an oral dose and undergoes first-pass "
            "metabolism in the liver.",
        ),
        (
            "Absorption",
            "A high-fat meal has no effect on its exposure, and the CYP3A4-mediated pathway is not "
            "saturated at the doses that were studied in healthy subjects.",
        ),
        ("Distribution", "Velmoradine is 96% bound to plasma proteins."),
        (
            "Distribution",
            "Its volume of distribution is about 40 L, which says that it goes to the tissues, and "
            "the concentrations in the brain are one tenth of those in plasma.",
        ),
        ("Elimination", "The half-life is 12 hours."),
        (
            "Elimination",
            "Urine: half of the dose is excreted unchanged in the urine of healthy subjects within "
            "two days.",
        ),
        ("Elimination", "Feces: one third is recovered."),
    ]
    assert label.blocks[0].heading_path == (
        "12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics", "Absorption"
    )  # fmt: skip
    assert label.blocks[0].section_code == "43682-4"
    assert [b.kind for b in label.blocks[-2:]] == [BlockKind.LIST_ITEM] * 2


def test_a_ruled_table_keeps_its_cells():
    (table,) = [b for b in read(printed.label()).label.blocks if b.kind is BlockKind.TABLE]
    assert table.rows == (
        ("Dose", "Cmax (ng/mL)", "Tmax (h)"), ("10 mg", "120", "1.5"), ("20 mg", "260", "2")
    )  # fmt: skip
    assert table.heading_path[-1] == "Absorption"


def test_headers_footers_and_page_numbers_are_no_text():
    label = read(printed.label(), Sections.ALL).label
    said = " ".join(text for _, text in places(label))
    assert "prescribing information" not in said
    assert "Reference ID" not in said
    assert "Page" not in said


@pytest.mark.parametrize(
    ("sections", "headings"),
    [
        (Sections.PHARMACOKINETICS, {"Absorption", "Distribution", "Elimination"}),
        (
            Sections.CLINICAL_PHARMACOLOGY,
            {"12.1 Mechanism of Action", "Absorption", "Distribution", "Elimination"},
        ),
        (
            Sections.ALL,
            {"11 DESCRIPTION", "12.1 Mechanism of Action", "Absorption", "Distribution",
             "Elimination", "13 NONCLINICAL TOXICOLOGY"},
        ),
    ],
)  # fmt: skip
def test_the_choice_of_sections_is_honoured(sections, headings):
    assert {heading for heading, _ in places(read(printed.label(), sections).label)} == headings


def test_two_columns_are_read_one_after_the_other():
    label = read(printed.two_columns()).label
    assert places(label) == [
        (
            "Absorption",
            "Velmoradine is absorbed within two hours of an oral dose, and food does not slow it "
            "in any of the studies that were conducted in healthy subjects and in patients.",
        ),
        (
            "Distribution",
            "It is widely distributed to the tissues and its volume of distribution is larger than "
            "the volume of the body, which is the reason why dialysis does not remove much of it.",
        ),
        (
            "Metabolism",
            "Velmoradine is metabolized by CYP2C9 and to a lesser extent by esterases that occur "
            "in plasma; no metabolite is active at the concentrations that were reached in man.",
        ),
        (
            "Excretion",
            "Half of a dose is excreted in the urine in unchanged form, and the rest appears as "
            "metabolites in the feces.",
        ),
    ]
    assert label.title == "CORVEXA (velmoradine) tablets, for oral use"


def test_text_turned_on_a_landscape_page_is_read_and_margin_marks_are_not():
    paper = printed.Print()
    paper.at(72, 700, "12.3 Pharmacokinetics", "bold")
    paper.at(72, 680, "Velmoradine is absorbed.")
    paper.canvas.saveState()
    paper.canvas.rotate(90)
    paper.at(100, -590, "Downloaded copy")
    paper.canvas.restoreState()
    paper.page()
    paper.canvas.rotate(90)
    paper.at(100, -72, "Distribution", "bold")
    paper.at(100, -90, "Velmoradine is bound to plasma proteins.")
    paper.page()
    assert places(read(paper.bytes()).label) == [
        ("12.3 Pharmacokinetics", "Velmoradine is absorbed."),
        ("Distribution", "Velmoradine is bound to plasma proteins."),
    ]


def test_small_letters_are_glued_to_their_word():
    paper = printed.Print()
    paper.at(72, 700, "Absorption", "bold")
    paper.at(72, 680, "The C")
    paper.at(72 + paper.canvas.stringWidth("The C", "Helvetica", 10), 677, "max", size=7)
    paper.at(72 + paper.canvas.stringWidth("The C", "Helvetica", 10) + 16, 680, "is 5 ng/mL.")
    paper.page()
    assert places(read(paper.bytes()).label) == [("Absorption", "The Cmax is 5 ng/mL.")]


def test_the_highlights_and_the_contents_in_front_of_a_label_are_left_out():
    paper = printed.Print()
    paper.line("HIGHLIGHTS OF PRESCRIBING INFORMATION", "bold")
    paper.lines(
        "These highlights do not include all the information needed to use CORVEXA safely and"
    )
    paper.lines("effectively. See full prescribing information for CORVEXA.", gap=0)
    paper.line("DRUG INTERACTIONS", "bold", gap=8)
    paper.lines("It interacts with ketolazone.")
    paper.line("FULL PRESCRIBING INFORMATION: CONTENTS*", "bold", gap=8)
    paper.lines("12.3 Pharmacokinetics ................. 14")
    paper.line("FULL PRESCRIBING INFORMATION", "bold", gap=8)
    paper.line("12 CLINICAL PHARMACOLOGY", "bold", gap=8)
    paper.line("12.3 Pharmacokinetics", "bold", gap=8)
    paper.lines("Corvexa is absorbed.")
    paper.page()
    reading = read(paper.bytes(), Sections.ALL)
    assert places(reading.label) == [("12.3 Pharmacokinetics", "Corvexa is absorbed.")]
    assert reading.label.names == ("CORVEXA",)
    assert "“CORVEXA” was taken from its highlights." in reading.remark


def test_the_imprint_of_dailymed_names_the_label():
    paper = printed.Print()
    paper.line("12.3 Pharmacokinetics", "bold")
    paper.lines("Corvexa is absorbed.")
    paper.lines("Document Id: 0a1b2c3d-1111-2222-3333-444455556666")
    paper.lines("Set id: 0A1B2C3D-0000-4000-8000-00000000CAFE", gap=0)
    paper.lines("Version: 6", gap=0)
    paper.lines("Effective Time: 20240131", gap=0)
    paper.page()
    label = read(paper.bytes(), Sections.ALL).label
    assert label.set_id == "0a1b2c3d-0000-4000-8000-00000000cafe"
    assert (label.version, label.effective_date) == (6, "20240131")
    assert places(label) == [("12.3 Pharmacokinetics", "Corvexa is absorbed.")]


def test_reading_stops_between_two_pages():
    seen = []

    class Stop(Exception):
        pass

    def pulse() -> None:
        seen.append(1)
        if len(seen) == 2:
            raise Stop

    with pytest.raises(Stop):
        pdf.read(io.BytesIO(printed.label()), Origin("a", "a", "pdf"), Sections.ALL, pulse)


def test_pages_that_are_pictures_are_counted():
    paper = printed.Print()
    paper.line("12.3 Pharmacokinetics", "bold")
    paper.lines("Corvexa is absorbed.")
    paper.page()
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    paper.canvas.drawImage(ImageReader(Image.new("L", (20, 20))), 0, 0, 600, 700)
    paper.page()
    assert read(paper.bytes()).remark.startswith(
        "1 of 2 pages of corvexa.pdf are pictures without text."
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (printed.locked, "protected by a password"),
        (printed.scan, "is a scan without a text layer"),
        (lambda: b"%PDF-1.7\n", "is damaged or no complete PDF document"),
        (lambda: printed.label()[:300], "is damaged or no complete PDF document"),
    ],
)
def test_what_cannot_be_read_says_why(data, sentence):
    with pytest.raises(ImportProblem, match=sentence):
        read(data())
