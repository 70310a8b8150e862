"""What real labels do to an importer, each on a small document of our own."""

from __future__ import annotations

import pytest

from adme_labeler.domain.records import BlockKind, LabelType, Sections


def paragraph(text: str) -> str:
    return f"<paragraph>{text}</paragraph>"


def test_the_label_is_described_by_its_document(spl):
    draft = spl.label(spl.pk(paragraph("It is absorbed.")))
    assert (draft.set_id, draft.document_id, draft.version) == ("set-1", "doc-1", 7)
    assert draft.effective_date == "20240131"
    assert draft.label_type is LabelType.PRESCRIPTION
    assert draft.dosage_form == "TABLET"
    assert draft.ingredients == ("VELMORADINE",)
    assert {n.casefold() for n in draft.names} == {
        "corvexa",
        "velmoradine",
        "velmoradine hydrochloride",
    }


def test_pharmacokinetics_is_found_by_code(spl):
    inner = spl.pk(paragraph("It is absorbed."))
    other = spl.section(paragraph("It acts."), "12.1 Mechanism of Action", "43679-0")
    draft = spl.label(spl.section("", "12 CLINICAL PHARMACOLOGY", "34090-1", other + inner))
    assert spl.sentences(draft) == ["It is absorbed."]
    assert draft.blocks[0].heading_path == ("12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics")
    assert draft.blocks[0].section_code == "43682-4"


def test_pharmacokinetics_is_found_by_title_where_the_code_says_nothing(spl):
    inner = spl.section(paragraph("It is absorbed."), "Pharmacokinetics", "42229-5")
    other = spl.section(paragraph("It lowers pressure."), "Pharmacodynamics", "42229-5")
    draft = spl.label(spl.section("", "CLINICAL PHARMACOLOGY", "34090-1", other + inner))
    assert spl.sentences(draft) == ["It is absorbed."]


def test_clinical_pharmacology_stands_in_whole_where_no_pharmacokinetics_heading_exists(spl):
    text = paragraph("It acts on vessels.") + paragraph("It is absorbed.")
    draft = spl.label(spl.section(text, "CLINICAL PHARMACOLOGY", "34090-1"))
    assert spl.sentences(draft) == ["It acts on vessels.", "It is absorbed."]


def test_a_pharmacokinetics_heading_inside_the_text_limits_the_choice(spl):
    bold = '<content styleCode="bold">{}</content>'.format
    text = "".join(
        paragraph(t)
        for t in (
            bold("Mechanism of Action"),
            "It acts on vessels.",
            bold("Pharmacokinetics"),
            "It is absorbed.",
            bold("Distribution"),
            "It is bound.",
            bold("Clinical Studies"),
            "It was compared with placebo.",
        )
    )
    draft = spl.label(spl.section(text, "CLINICAL PHARMACOLOGY", "34090-1"))
    assert spl.sentences(draft) == ["It is absorbed.", "It is bound."]


def test_clinical_studies_coded_as_clinical_pharmacology_by_mistake_are_left_out(spl):
    right = spl.section(paragraph("It is absorbed."), "CLINICAL PHARMACOLOGY", "34090-1")
    wrong = spl.section(paragraph("It was better than placebo."), "CLINICAL STUDIES", "34090-1")
    assert spl.sentences(spl.label(right, wrong)) == ["It is absorbed."]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Sections.PHARMACOKINETICS, ["It is absorbed."]),
        (Sections.CLINICAL_PHARMACOLOGY, ["It acts.", "It is absorbed."]),
        (Sections.ALL, ["It may harm.", "It acts.", "It is absorbed."]),
    ],
)
def test_the_choice_of_sections_is_kept(spl, wanted, expected):
    inner = spl.section(paragraph("It acts."), "12.1 Mechanism of Action", "43679-0")
    clinical = spl.section(
        "", "12 CLINICAL PHARMACOLOGY", "34090-1", inner + spl.pk(paragraph("It is absorbed."))
    )
    warning = spl.section(paragraph("It may harm."), "WARNINGS", "34071-1")
    assert spl.sentences(spl.label(warning, clinical, wanted=wanted)) == expected


def test_nested_sections_and_a_styled_first_paragraph_make_the_heading_path(spl):
    deep = spl.section(
        paragraph('<content styleCode="italics underline">Metabolism</content>')
        + paragraph("It is oxidized."),
        "",
        "42229-5",
    )
    draft = spl.label(spl.pk("", inner=spl.section("", "Elimination", "42229-5", deep)))
    assert spl.places(draft) == [("Elimination > Metabolism", "It is oxidized.")]
    assert draft.blocks[0].hint == "M"


def test_a_title_that_holds_markup_is_a_plain_heading(spl):
    inner = '<content styleCode="italics">Pharmacokinetics</content>'
    title = f'<content styleCode="bold">12.3 {inner}</content>'
    draft = spl.label(spl.pk(paragraph("It is absorbed."), title))
    assert draft.blocks[0].section_title == "12.3 Pharmacokinetics"


@pytest.mark.parametrize(
    "style",
    [
        "bold",
        "italics",
        "underline",
        "bold italics",
        "bolditalics",
        "Italics Underline",
        "Bold xmChange",
    ],
)
def test_standalone_headings_are_taken_out_whatever_their_style(spl, style):
    text = paragraph(f'<content styleCode="{style}">Absorption</content>') + paragraph(
        "It is fast."
    )
    assert spl.places(spl.label(spl.pk(text))) == [("Absorption", "It is fast.")]


@pytest.mark.parametrize(
    "text",
    [
        '<content styleCode="underline">Absorption</content>: It is fast.',
        '<content styleCode="bold">Absorption:</content> It is fast.',
        '<content styleCode="italics">Absorption</content> It is fast.',
        '<content styleCode="italics">Absorption</content> – It is fast.',
        "Absorption: It is fast.",
        "Absorption. It is fast.",
    ],
)
def test_run_in_headings_are_taken_out_of_the_sentence(spl, text):
    assert spl.places(spl.label(spl.pk(paragraph(text)))) == [("Absorption", "It is fast.")]


def test_plain_headings_are_known_by_their_words(spl):
    text = paragraph("Absorption") + paragraph("It is fast.")
    assert spl.places(spl.label(spl.pk(text))) == [("Absorption", "It is fast.")]


@pytest.mark.parametrize(
    "text",
    [
        '<content styleCode="bold">CORVEXA</content> is absorbed.',
        '<content styleCode="italics">In vitro</content> studies were done.',
        'It is <content styleCode="bold">not</content> absorbed.',
    ],
)
def test_stressed_words_are_no_headings(spl, text):
    places = spl.places(spl.label(spl.pk(paragraph(text))))
    assert [path for path, _ in places] == [""]


def test_one_paragraph_with_line_breaks_is_taken_apart(spl):
    text = paragraph(
        'It is given by mouth.<br/><content styleCode="bold">Absorption</content><br/>It is fast.'
        '<br/><br/><content styleCode="bold">Distribution</content><br/>It is bound.'
    )
    assert spl.places(spl.label(spl.pk(text))) == [
        ("", "It is given by mouth."),
        ("Absorption", "It is fast."),
        ("Distribution", "It is bound."),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        '<content styleCode="bold">E</content> <content styleCode="bold">xcretion</content>',
        '<content styleCode="bold">Ex cre tion</content>',
    ],
)
def test_split_headings_are_recognised(spl, heading):
    draft = spl.label(spl.pk(paragraph(heading) + paragraph("It is in urine.")))
    assert spl.sentences(draft) == ["It is in urine."]
    assert draft.blocks[0].hint == "E"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("The C <sub>max</sub>and AUC rose.", "The Cmax and AUC rose."),
        ("At 75 mg/m<sup>2</sup>levels rose.", "At 75 mg/m2 levels rose."),
        ("Of [<sup>14</sup>C]-drug, all was found.", "Of [14C]-drug, all was found."),
        ("A dose of <sup>14</sup>C drug was given.", "A dose of 14C drug was given."),
        (
            'An <content styleCode="italics">in vitro</content>biochemical test was done.',
            "An in vitro biochemical test was done.",
        ),
        (
            'It was tested <content styleCode="italics">in vitro</content> .',
            "It was tested in vitro.",
        ),
        ('See<linkHtml href="#x">Warnings</linkHtml> ( 5.1 ).', "See Warnings (5.1)."),
    ],
)
def test_lost_and_added_blanks_are_repaired(spl, markup, text):
    assert spl.sentences(spl.label(spl.pk(paragraph(markup)))) == [text]


def test_a_combination_product_keeps_the_drug_as_a_heading_level(spl):
    bold = '<content styleCode="bold">{}</content>'.format
    italics = '<content styleCode="italics">{}</content>'.format
    text = "".join(
        paragraph(t)
        for t in (
            bold("Velmoradine"), italics("Absorption"), "It is fast.",
            italics("Metabolism"), "It is oxidized.",
            bold("Tiravastine"), italics("Absorption"), "It is slow.",
        )
    )  # fmt: skip
    draft = spl.label(spl.pk(text))
    assert spl.places(draft) == [
        ("Velmoradine > Absorption", "It is fast."),
        ("Velmoradine > Metabolism", "It is oxidized."),
        ("Tiravastine > Absorption", "It is slow."),
    ]
    assert [b.hint for b in draft.blocks] == ["A", "M", "A"]


def test_metabolism_and_excretion_stand_under_elimination(spl):
    underline = '<content styleCode="underline">{}</content>'.format
    italics = '<content styleCode="italics">{}</content>'.format
    text = "".join(
        paragraph(t)
        for t in (
            underline("Elimination"), "The half-life is 9 hours.",
            italics("Metabolism"), "It is oxidized.",
            italics("Excretion"), "It is in urine.",
            underline("Specific Populations"), italics("Renal Impairment"), "Clearance falls.",
        )
    )  # fmt: skip
    draft = spl.label(spl.pk(text))
    assert [
        (path, b.hint) for (path, _), b in zip(spl.places(draft), draft.blocks, strict=True)
    ] == [
        ("Elimination", "E"),
        ("Elimination > Metabolism", "M"),
        ("Elimination > Excretion", "E"),
        ("Specific Populations > Renal Impairment", "O"),
    ]


TABLE = """<table><caption>Table 1. Exposure</caption><thead><tr><th>Dose</th><th>AUC<footnote>In
plasma.</footnote></th></tr></thead><tfoot><tr><td colspan="2">SD in brackets.</td></tr></tfoot>
<tbody><tr><td rowspan="2">10 mg</td><td>5 (1)</td></tr><tr><td>6 (1)</td></tr></tbody></table>"""


def test_a_table_stays_a_table_with_one_span_per_row(spl):
    draft = spl.label(spl.pk(paragraph("See the table.") + TABLE + paragraph("It is fast.")))
    assert [b.kind for b in draft.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.CAPTION,
        BlockKind.TABLE,
        BlockKind.FOOTNOTE,
        BlockKind.FOOTNOTE,
        BlockKind.PARAGRAPH,
    ]
    table = draft.blocks[2]
    assert table.rows == (("Dose", "AUC"), ("10 mg", "5 (1)"), ("", "6 (1)"))
    lines = [table.text[s.start : s.end] for s in table.spans]
    assert lines == ["Dose | AUC", "10 mg | 5 (1)", " | 6 (1)"]
    assert table.hint == ""


def test_a_table_of_one_column_is_prose(spl):
    frame = "<table><tbody><tr><td>It is fast. It is bound.</td></tr></tbody></table>"
    draft = spl.label(spl.pk(frame))
    assert [b.kind for b in draft.blocks] == [BlockKind.PARAGRAPH]
    assert len(draft.blocks[0].spans) == 2


def test_lists_captions_footnotes_and_pictures_are_read_in_order(spl):
    text = (
        "Direct text in the section."
        "<list><caption>Findings</caption><item><caption>•</caption>Food has no effect.</item>"
        "<item>Age has none<footnote>In adults.</footnote>.</item></list>"
        '<renderMultiMedia referencedObject="MM1"><caption>Figure 1</caption></renderMultiMedia>'
    )
    draft = spl.label(spl.pk(text))
    assert [(b.kind, b.text) for b in draft.blocks] == [
        (BlockKind.PARAGRAPH, "Direct text in the section."),
        (BlockKind.PARAGRAPH, "Findings"),
        (BlockKind.LIST_ITEM, "Food has no effect."),
        (BlockKind.LIST_ITEM, "Age has none."),
        (BlockKind.FOOTNOTE, "In adults."),
        (BlockKind.CAPTION, "Figure 1"),
    ]


def test_highlights_in_excerpts_are_skipped(spl):
    extra = (
        "<excerpt><highlight><text><paragraph>Short form.</paragraph></text></highlight></excerpt>"
    )
    one = spl.section(paragraph("It is absorbed."), "12.3 Pharmacokinetics", "43682-4", extra=extra)
    assert spl.sentences(spl.label(one)) == ["It is absorbed."]


def test_strange_characters_become_plain_ones(spl):
    text = "Half\u00adlife\u00a0is\u200b 5\u2011fold; 3\u00a0\u03bcg of it <![CDATA[are left]]>."
    assert spl.sentences(spl.label(spl.pk(paragraph(text)))) == [
        "Halflife is 5-fold; 3 \u00b5g of it are left."
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("HUMAN OTC DRUG LABEL", LabelType.OTC),
        ("VACCINE LABEL", LabelType.VACCINE),
        ("PRESCRIPTION ANIMAL DRUG LABEL", LabelType.ANIMAL),
        ("PRESCRIPTION MEDICAL DEVICE LABEL", LabelType.DEVICE),
        ("Human Prescription Drug Label", LabelType.PRESCRIPTION),
        ("Indexing - Pharmacologic Class", LabelType.OTHER),
    ],
)
def test_the_label_type_follows_the_document_code(spl, words, kind):
    code = f'<code code="x" displayName="{words}"/>'
    draft = spl.label(spl.pk(paragraph("It is absorbed.")), kind=code)
    assert draft.label_type is kind


def test_the_content_hash_follows_text_and_headings_only(spl):
    one = spl.label(spl.pk(paragraph("It is absorbed.")))
    same = spl.label(spl.pk(paragraph("It  is <content>absorbed</content>.")))
    other_title = spl.label(spl.pk(paragraph("It is absorbed."), "Pharmacokinetics"))
    assert one.content_hash == same.content_hash
    assert one.content_hash != other_title.content_hash
