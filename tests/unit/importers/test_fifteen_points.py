"""The fifteen things real labels do to an importer, each on a small document of our own: 1 to 10.

The numbers are those of the list that the real labels were counted for; the drugs are fictional.
"""

from __future__ import annotations

import pytest

from adme_labeler.domain.records import BlockKind, LabelDraft

TABLE = (
    "<table><thead><tr><th>Dose</th><th>AUC</th></tr></thead>"
    "<tbody><tr><td>10 mg</td><td>5</td></tr></tbody></table>"
)


def p(*texts: str) -> str:
    return "".join(f"<paragraph>{text}</paragraph>" for text in texts)


def styled(text: str, style: str = "bold") -> str:
    return f'<content styleCode="{style}">{text}</content>'


def blocks(draft: LabelDraft) -> list[tuple[BlockKind, str]]:
    return [(b.kind, b.text) for b in draft.blocks]


def under(draft: LabelDraft) -> list[tuple[str, str]]:
    return [
        (" > ".join(b.heading_path[1:]), b.text[s.start : s.end])
        for b in draft.blocks
        for s in b.spans
    ]


# ------------------------------------------------------- 1: the code of the section is missing


def test_1_a_title_on_an_unclassified_section_finds_pharmacokinetics(spl):
    pk = spl.section(p("It is absorbed."), "Human Pharmacokinetics", "42229-5")
    draft = spl.label(spl.section(p("It acts."), "CLINICAL PHARMACOLOGY", "34090-1", pk))
    assert spl.sentences(draft) == ["It is absorbed."]


def test_1_a_styled_first_paragraph_finds_pharmacokinetics(spl):
    text = p(styled("Mechanism"), "It acts.", styled("Pharmacokinetics"), "It is absorbed.")
    draft = spl.label(spl.section(text, "CLINICAL PHARMACOLOGY", "34090-1"))
    assert spl.sentences(draft) == ["It is absorbed."]


def test_1_sections_beside_pharmacokinetics_in_old_labels_belong_to_it(spl):
    inner = "".join(
        spl.section(p(text), title, "42229-5")
        for title, text in (
            ("Pharmacodynamics", "It lowers pressure."),
            ("Pharmacokinetics", "It is given by mouth."),
            ("Absorption", "It is absorbed."),
            ("Special Populations", "Age has no effect."),
            ("Clinical Studies", "It was compared with placebo."),
        )
    )
    draft = spl.label(spl.section("", "CLINICAL PHARMACOLOGY", "34090-1", inner))
    assert under(draft) == [
        ("Pharmacokinetics", "It is given by mouth."),
        ("Absorption", "It is absorbed."),
        ("Special Populations", "Age has no effect."),
    ]


def test_1_clinical_pharmacology_by_title_alone_is_found(spl):
    draft = spl.label(spl.section(p("It is absorbed."), "CLINICAL PHARMACOLOGY", "42229-5"))
    assert spl.sentences(draft) == ["It is absorbed."]


# ------------------------------------------------------- 2: the code is wrong or repeated


def test_2_several_clinical_pharmacology_sections_are_all_read(spl):
    one = spl.section(p("It is absorbed."), "CLINICAL PHARMACOLOGY", "34090-1")
    two = spl.section(p("It is bound."), "CLINICAL PHARMACOLOGY, Continued", "34090-1")
    assert spl.sentences(spl.label(one, two)) == ["It is absorbed.", "It is bound."]


def test_2_a_section_without_code_takes_the_place_of_the_one_around_it(spl):
    draft = spl.label(spl.pk("", inner=spl.section(p("It is absorbed."), "Absorption")))
    assert draft.blocks[0].section_code == "43682-4"
    assert draft.blocks[0].heading_path[-1] == "Absorption"


def test_2_interactions_called_pharmacokinetic_are_no_pharmacokinetics_section(spl):
    other = spl.section(p("It raises levels."), "7.2 Pharmacokinetic Drug Interactions", "42229-5")
    draft = spl.label(
        spl.section("", "7 DRUG INTERACTIONS", "34073-7", other), spl.pk(p("It is absorbed."))
    )
    assert spl.sentences(draft) == ["It is absorbed."]


# ------------------------------------------------------- 3: nesting, sections without title


def test_3_sections_nest_to_five_levels(spl):
    inner = ""
    for level in range(5, 0, -1):
        title = f"Level {level}" if level % 2 else ""
        text = (
            p(f"Sentence {level}.") if title else p(styled(f"Level {level}"), f"Sentence {level}.")
        )
        inner = spl.section(text, title, "42229-5", inner)
    draft = spl.label(spl.pk("", inner=inner))
    assert under(draft)[-1] == ("Level 1 > Level 3 > Level 5", "Sentence 5.")
    assert [s for _, s in under(draft)] == [f"Sentence {n}." for n in range(1, 6)]


def test_3_a_heading_that_closes_the_text_heads_the_sections_inside(spl):
    inner = spl.section(p("Clearance falls."), "Renal Impairment", "42229-5")
    draft = spl.label(
        spl.pk("", inner=spl.section(p(styled("Special Populations")), "", "42229-5", inner))
    )
    assert under(draft) == [("Special Populations > Renal Impairment", "Clearance falls.")]
    assert draft.blocks[0].hint == "O"


def test_3_a_title_may_hold_markup_and_breaks(spl):
    title = f"12.3{styled(' Pharma', 'italics')}{styled('cokinetics', 'italics')}<br/>"
    draft = spl.label(spl.pk(p("It is absorbed."), title))
    assert draft.blocks[0].heading_path == ("12.3 Pharmacokinetics",)


# ------------------------------------------------------- 4: headings of every kind


@pytest.mark.parametrize(
    "heading",
    [
        p(styled("Absorption"), "It is fast."),
        p("Absorption", "It is fast."),
        p(styled("Absorption") + " It is fast."),
        p(styled("Absorption:", "bolditalics") + " It is fast."),
        p(styled(styled("Absorption", "italics"), "underline") + ". It is fast."),
        p("Absorption - It is fast."),
        p("Absorption: It is fast."),
        p(styled("Absorption", "xmChange bold"), "It is fast."),
    ],
)
def test_4_headings_are_known_run_in_and_alone_styled_and_plain(spl, heading):
    assert under(spl.label(spl.pk(heading))) == [("Absorption", "It is fast.")]


def test_4_pharmacokinetics_styled_like_its_topics_stays_above_them(spl):
    heads = ("Mechanism of Action", "Pharmacokinetics", "Absorption", "Metabolism")
    text = "".join(p(styled(h), f"About {h}.") for h in heads) + p(
        styled("Clinical Studies"), "No."
    )
    draft = spl.label(spl.section(text, "CLINICAL PHARMACOLOGY", "34090-1"))
    assert under(draft) == [
        ("Pharmacokinetics", "About Pharmacokinetics."),
        ("Pharmacokinetics > Absorption", "About Absorption."),
        ("Pharmacokinetics > Metabolism", "About Metabolism."),
    ]


def test_4_populations_styled_like_their_heading_stay_below_it(spl):
    text = p(
        styled("Special Populations"), styled("Patients with Gout"), "Exposure is the same.",
        styled("Renal Impairment"), "Clearance falls.", styled("Metabolism"), "It is oxidized.",
    )  # fmt: skip
    assert under(spl.label(spl.pk(text))) == [
        ("Special Populations > Patients with Gout", "Exposure is the same."),
        ("Special Populations > Renal Impairment", "Clearance falls."),
        ("Metabolism", "It is oxidized."),
    ]


def test_4_a_known_heading_ends_its_like_under_a_drug_of_another_look(spl):
    text = p(
        styled("Drug Interactions"), styled("In Vivo Studies", "underline"),
        styled("Warfarin", "italics") + ": Levels rose.", styled("In Vitro Studies:"), "None rose.",
    )  # fmt: skip
    assert under(spl.label(spl.pk(text)))[-1] == (
        "Drug Interactions > In Vitro Studies",
        "None rose.",
    )


def test_4_drugs_in_a_list_of_interactions_are_of_one_level_however_styled(spl):
    text = p(
        styled("Drug Interactions"), styled("Tiravastine:", "bold italics"), "Levels fell.",
        styled("Pelunomab", "italics"), "Levels rose.",
    )  # fmt: skip
    assert under(spl.label(spl.pk(text))) == [
        ("Drug Interactions > Tiravastine", "Levels fell."),
        ("Drug Interactions > Pelunomab", "Levels rose."),
    ]


def test_4_stressed_lines_with_nothing_under_them_are_text(spl):
    text = p(
        "Two germs are susceptible:",
        styled("Fictiva alba", "italics"),
        styled("Fictiva nigra", "italics"),
    )
    assert spl.sentences(spl.label(spl.pk(text))) == [
        "Two germs are susceptible:",
        "Fictiva alba",
        "Fictiva nigra",
    ]


# ------------------------------------------------------- 5: one paragraph with line breaks


def test_5_a_paragraph_with_line_breaks_is_as_many_paragraphs(spl):
    text = p(
        f"{styled('Absorption')}<br/>It is fast.<br/>Food slows it.<br/><br/>"
        f"{styled('Distribution:')} It is bound.<br/>{styled('Excretion')}<br/><br/>It is renal."
    )
    assert under(spl.label(spl.pk(text))) == [
        ("Absorption", "It is fast."),
        ("Absorption", "Food slows it."),
        ("Distribution", "It is bound."),
        ("Excretion", "It is renal."),
    ]


def test_5_a_break_inside_a_styled_heading_is_none_of_its_words(spl):
    text = p('<content styleCode="bold"><br/>Absorption<br/></content>It is fast.')
    assert under(spl.label(spl.pk(text))) == [("Absorption", "It is fast.")]


# ------------------------------------------------------- 6: split headings


@pytest.mark.parametrize(
    "heading",
    [
        f"{styled('M')} {styled('etabolism')}",
        f"{styled('M')}{styled('etabolism', 'italics')}",
        styled("Me tab ol ism"),
        f"{styled('Metab')}{styled('olism:')}",
    ],
)
def test_6_a_heading_in_pieces_is_whole(spl, heading):
    (block,) = spl.label(spl.pk(p(heading, "It is oxidized."))).blocks
    assert (block.text, block.hint) == ("It is oxidized.", "M")


# ------------------------------------------------------- 7: lost and added blanks


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("The t<sub>1/2</sub>was long.", "The t1/2 was long."),
        ("The C <sub>max</sub> rose.", "The Cmax rose."),
        ("AUC<sub>0-24</sub>values fell.", "AUC0-24 values fell."),
        ("A dose of 5 mg/m <sup>2</sup> was given.", "A dose of 5 mg/m2 was given."),
        ("It was 10<sup>6</sup>-fold.", "It was 106-fold."),
        (f"An {styled('in vivo')}study was done.", "An in vivo study was done."),
    ],
)
def test_7_small_marks_are_glued_and_lost_blanks_put_back(spl, markup, text):
    assert spl.sentences(spl.label(spl.pk(p(markup)))) == [text]


# ------------------------------------------------------- 8: headings that lie


@pytest.mark.parametrize(
    ("heads", "hint"),
    [
        (("Metabolism and Elimination",), ""),
        (("Pharmacokinetics and Metabolism",), ""),
        (("Special Populations", "Clearance"), "O"),
        (("Tiravastine", "Absorption"), "A"),
        (("Absorption", "Tiravastine"), "A"),
        (("Pharmacokinetics in Elderly Patients",), "O"),
    ],
)
def test_8_a_heading_hints_only_where_it_is_clear(spl, heads, hint):
    styles = ("bold", "italics")
    text = p(*(styled(h, s) for h, s in zip(heads, styles, strict=False)), "It was measured.")
    (block,) = spl.label(spl.pk(text)).blocks
    assert (block.heading_path[1:], block.hint) == (heads, hint)


def test_8_the_second_drug_of_a_combination_needs_no_pharmacokinetics_section(spl):
    pk = spl.section(p("It is absorbed."), "Pharmacokinetics", "42229-5")
    acts = spl.section(p("It acts."), "Mechanism of Action", "42229-5")
    inner = spl.section("", "Tiravastine", "42229-5", acts + pk)
    inner += spl.section(p("It is not metabolized."), "Velmoradine", "42229-5")
    inner += spl.section(p("Both lower pressure."), "Tests", "42229-5")
    draft = spl.label(spl.section("", "CLINICAL PHARMACOLOGY", "34090-1", inner))
    assert under(draft) == [
        ("Tiravastine > Pharmacokinetics", "It is absorbed."),
        ("Velmoradine", "It is not metabolized."),
    ]


# ------------------------------------------------------- 9: what stands inside the text


def test_9_a_table_in_a_paragraph_or_an_item_splits_no_sentence(spl):
    text = p(f"Before it.{TABLE}Behind it.") + f"<list><item>An item.{TABLE}</item></list>"
    assert [(k, t.split("\n")[0]) for k, t in blocks(spl.label(spl.pk(text)))] == [
        (BlockKind.PARAGRAPH, "Before it."),
        (BlockKind.TABLE, "Dose | AUC"),
        (BlockKind.PARAGRAPH, "Behind it."),
        (BlockKind.LIST_ITEM, "An item."),
        (BlockKind.TABLE, "Dose | AUC"),
    ]


def test_9_a_footnote_in_a_sentence_stands_behind_it_and_tears_nothing(spl):
    text = p("It is bound<footnote>To albumin.</footnote> to protein. It is stable.")
    assert blocks(spl.label(spl.pk(text))) == [
        (BlockKind.PARAGRAPH, "It is bound to protein. It is stable."),
        (BlockKind.FOOTNOTE, "To albumin."),
    ]


def test_9_bullets_links_pictures_and_direct_text_leave_only_words(spl):
    text = (
        'Direct text. <list listType="unordered"><item><caption>•</caption>First one.</item>'
        "<item>Second one.<list><item><caption>(a)</caption>Inner one.</item></list></item></list>"
        '<paragraph>See <linkHtml href="#S5">Warnings</linkHtml> '
        "(<linkHtml>5.1</linkHtml>).</paragraph><renderMultiMedia referencedObject='M1'/>"
    )
    assert blocks(spl.label(spl.pk(text))) == [
        (BlockKind.PARAGRAPH, "Direct text."),
        (BlockKind.LIST_ITEM, "First one."),
        (BlockKind.LIST_ITEM, "Second one."),
        (BlockKind.LIST_ITEM, "Inner one."),
        (BlockKind.PARAGRAPH, "See Warnings (5.1)."),
    ]


def test_9_merged_cells_captions_and_feet_of_a_table_keep_their_place(spl):
    table = (
        "<table><caption>Table 2. Exposure</caption>"
        "<tfoot><tr><td>NA: none</td></tr></tfoot><tbody>"
        '<tr><td rowspan="2">Men</td><td colspan="2">High</td><td>x</td></tr>'
        "<tr><td>1<sup>a</sup></td><td>2</td><td>3<br/>4</td></tr></tbody></table>"
    )
    caption, body, foot = spl.label(spl.pk(table)).blocks
    assert (caption.kind, foot.kind) == (BlockKind.CAPTION, BlockKind.FOOTNOTE)
    assert body.rows == (("Men", "High", "", "x"), ("", "1a", "2", "3 4"))


# ------------------------------------------------------- 10: excerpts


def test_10_highlights_are_not_read_twice(spl):
    excerpt = f"<excerpt><highlight><text>{p('It is short.')}</text></highlight></excerpt>"
    code = '<code code="43682-4"/><title>12.3 Pharmacokinetics</title>'
    section = (
        f"<component><section>{code}{excerpt}<text>{p('It is long.')}</text></section></component>"
    )
    assert spl.sentences(spl.label(section)) == ["It is long."]
