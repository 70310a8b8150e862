"""The fifteen things real labels do to an importer, each on a small document of our own: 11 to 15.

The numbers are those of the list that the real labels were counted for; the drugs are fictional.
"""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections
from adme_labeler.importers import FileOutcome, openfda, read_paths
from adme_labeler.importers.segmenter import sentence_spans

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


def answer(*texts: str, sections: Sections = Sections.PHARMACOKINETICS, **fields: object):
    """An openFDA answer whose pharmacokinetics field holds these texts."""
    result = {"set_id": "s", "pharmacokinetics": list(texts), **fields}
    return openfda.read(result, "a.json", sections)


def under(draft: LabelDraft) -> list[tuple[str, str]]:
    return [
        (" > ".join(b.heading_path[1:]), b.text[s.start : s.end])
        for b in draft.blocks
        for s in b.spans
    ]


# ------------------------------------------------------- 11: ids, products, kinds of label


def test_11_document_set_version_and_date_are_told_apart(spl):
    draft = spl.label(spl.pk(p("It is absorbed.")))
    assert (draft.document_id, draft.set_id) == ("doc-1", "set-1")
    assert (draft.version, draft.effective_date) == (7, "20240131")


def test_11_several_products_give_all_their_names_and_ingredients_once(spl):
    def product(name: str, substance: str) -> str:
        return (
            f"<subject><manufacturedProduct><manufacturedProduct><name>{name}</name>"
            '<formCode displayName="TABLET"/><ingredient classCode="ACTIM"><ingredientSubstance>'
            f"<name>{substance}</name></ingredientSubstance></ingredient></manufacturedProduct>"
            "</manufacturedProduct></subject>"
        )

    listing = (
        '<component><section><code code="48780-1"/>'
        + product("Corvexa", "VELMORADINE SODIUM")
        + product("Corvexa Plus", "TIRAVASTINE")
        + product("Corvexa", "VELMORADINE")
        + "</section></component>"
    )
    draft = spl.label(spl.pk(p("It is absorbed.")), product=listing)
    assert draft.ingredients == ("TIRAVASTINE", "VELMORADINE")
    assert {"Corvexa", "Corvexa Plus"} <= set(draft.names)
    assert draft.dosage_form == "TABLET"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("34391-3", LabelType.PRESCRIPTION),
        ("34390-5", LabelType.OTC),
        ("53404-0", LabelType.VACCINE),
        ("50578-4", LabelType.ANIMAL),
        ("69403-4", LabelType.DEVICE),
        ("77573-2", LabelType.OTHER),
    ],
)
def test_11_the_kind_of_label_is_known_by_code_where_words_are_missing(spl, code, kind):
    draft = spl.label(spl.pk(p("It is absorbed.")), kind=f'<code code="{code}"/>')
    assert draft.label_type is kind


# ------------------------------------------------------- 12: characters


def test_12_invisible_and_odd_characters_do_no_harm(spl):
    text = (
        "At\u00a05\u202fmg the half\u00adlife\u200b is 3\u20111\u00bd\u2009h; "
        "2\u00a0\u03bcg\ufeff <![CDATA[< 1% & more]]>."
    )
    assert spl.sentences(spl.label(spl.pk(p(text)))) == [
        "At 5 mg the halflife is 3-1½ h; 2 µg < 1% & more."
    ]


def test_12_a_replacement_character_stays_visible(spl):
    assert spl.sentences(spl.label(spl.pk(p("About 5 \ufffd 1 h.")))) == ["About 5 \ufffd 1 h."]


# ------------------------------------------------------- 13: openFDA's flat strings


def test_13_headings_are_found_in_running_text():
    text = (
        "12.3 Pharmacokinetics Corvexa is given once a day. Absorption Peak levels come at 2 h. "
        "Metabolism - CYP2C9 forms M1. Elimination: The half-life is 9 h. Specific Populations "
        "Body Weight, Sex, and Race No effect was seen. Drug Interaction Studies In Vitro Studies "
        "Velmoradine inhibits CYP2C8. Warfarin A single dose had no effect."
    )
    assert under(answer(text)) == [
        ("", "Corvexa is given once a day."),
        ("Absorption", "Peak levels come at 2 h."),
        ("Metabolism", "CYP2C9 forms M1."),
        ("Elimination", "The half-life is 9 h."),
        ("Specific Populations > Body Weight, Sex, and Race", "No effect was seen."),
        ("Drug Interaction Studies > In Vitro Studies", "Velmoradine inhibits CYP2C8."),
        ("Drug Interaction Studies > In Vitro Studies > Warfarin", "A single dose had no effect."),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Body weight (40 to 90 kg) was a covariate.",
        "Vitamin A is not affected.",
        "Metabolism of Corvexa is slow in men.",
        "Hepatic impairment (Child-Pugh A or B) raised the AUC.",
        "Table 4 The values are means.",
        "In vitro studies indicate that CYP2C9 plays a part.",
        "Patients with two CYP2C9 alleles have reduced S-velmoradine clearance.",
        "Effects of food on Corvexa are shown in Table 4.",
    ],
)
def test_13_sentences_that_only_look_like_headings_stay_whole(sentence):
    text = f"12.3 Pharmacokinetics It is given by mouth. {sentence} Doses were small."
    assert ("", sentence) in under(answer(text))


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("Effect of Corvexa on Other Drugs", "Velmoradine is a weak inhibitor of CYP2C8."),
        ("Effects of other Drugs on Velmoradine", "Co-administration of Tiravastine raised AUC."),
        ("Tiravastine", "Concomitant administration of Tiravastine raised the AUC."),
        ("Strong CYP3A Inhibitors", "Concomitant use with Tiravastine raised AUC."),
        ("Effect of Velmoradine on CYP2C8 Substrates", "Multiple doses of Corvexa had no effect."),
    ],
)
def test_13_a_long_heading_ends_where_its_sentence_begins(heading, sentence):
    text = f"12.3 Pharmacokinetics Drug Interaction Studies {heading} {sentence}"
    assert under(answer(text)) == [(f"Drug Interaction Studies > {heading}", sentence)]


def test_13_blanks_that_the_flat_text_lost_or_gained_are_repaired():
    text = (
        "12.3 Pharmacokinetics The C max ( 5 ng/mL ) and AUC 0-24 of [ 14 C ]-velmoradine at 40 "
        "mg/m 2 rose [see Warnings ( 5.1 ) ] . It undergoes glucuronidation.Distribution"
        "It is bound."
    )
    assert under(answer(text)) == [
        ("", "The Cmax (5 ng/mL) and AUC0-24 of [14C]-velmoradine at 40 mg/m2 rose [see Warnings "
         "(5.1)]."),
        ("", "It undergoes glucuronidation."),
        ("Distribution", "It is bound."),
    ]  # fmt: skip


def test_13_tables_and_captions_are_lifted_out_of_the_flat_text():
    table = (
        "<table><caption>Table 1. Exposure</caption><tbody><tr><td>Dose</td><td>C <sub>max</sub>"
        "</td></tr><tr><td>10 mg</td><td>5 (2)</td></tr></tbody></table>"
    )
    text = (
        "12.3 Pharmacokinetics See Table 1. Table 1. Exposure Dose C max 10 mg 5 (2) Food has no "
        "effect. Figure 1. Levels by dose Figure 1 Distribution It is bound."
    )
    draft = answer(text, pharmacokinetics_table=[table])
    assert [(b.kind, b.text.split("\n")[0]) for b in draft.blocks] == [
        (BlockKind.PARAGRAPH, "See Table 1."),
        (BlockKind.CAPTION, "Table 1. Exposure"),
        (BlockKind.TABLE, "Dose | Cmax"),
        (BlockKind.PARAGRAPH, "Food has no effect."),
        (BlockKind.CAPTION, "Figure 1. Levels by dose Figure 1"),
        (BlockKind.PARAGRAPH, "It is bound."),
    ]
    assert draft.blocks[-1].heading_path[-1] == "Distribution"


def test_13_clinical_pharmacology_stands_in_where_the_field_is_missing_and_openfda_is_empty():
    text = "CLINICAL PHARMACOLOGY Mechanism of Action It acts. Pharmacokinetics It is absorbed."
    draft = openfda.read(
        {"set_id": "s", "openfda": {}, "clinical_pharmacology": [text]},
        "a.json",
        Sections.PHARMACOKINETICS,
    )
    assert [s for _, s in under(draft)] == ["It is absorbed."]
    assert draft.label_type is LabelType.PRESCRIPTION


def test_13_flat_text_and_spl_of_one_label_give_the_same_sentences(spl):
    markup = p(styled("Absorption"), "The C<sub>max</sub> (t<sub>1/2</sub> 3 h) is 5 ng/mL.")
    flat = "12.3 Pharmacokinetics Absorption The C max (t 1/2 3 h) is 5 ng/mL."
    assert under(spl.label(spl.pk(markup))) == under(answer(flat))


# ------------------------------------------------------- 14: sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The volume is 3.46 L. The drug is bound.", 2),
        ("The half-life is 68 hr. The drug is bound.", 2),
        ("It rises [see Warnings (5.1)]. It falls.", 2),
        ("It rises. [See Warnings (5.1).] It falls.", 2),
        ("Some, e.g. CYP3A4, take part.", 1),
        ("It was approx. 52% higher.", 1),
        ("It is sold in the U.S. and abroad.", 1),
        ("Compound No. 3 is active.", 1),
        ("* p < 0.05. † n = 11. ‡ Not done.", 3),
        ("a Mean. b Median. c Not done.", 3),
        ("The half-life is 2.5 h.Elimination is renal.", 2),
    ],
)
def test_14_sentences_end_where_they_end(text, count):
    assert len(sentence_spans(text)) == count


def test_14_a_sentence_cut_by_a_table_is_not_joined_to_the_next_paragraph(spl):
    draft = spl.label(spl.pk(p("Values were") + TABLE + p("They were low.")))
    assert [b.text for b in draft.blocks if b.kind is BlockKind.PARAGRAPH] == [
        "Values were",
        "They were low.",
    ]


def test_14_a_sentence_cut_by_a_break_or_a_paragraph_is_whole_again(spl):
    text = p("The use of Corvexa in patients with severe renal<br/>impairment is not advised.")
    text += p("It was given to men, women and, in one of the studies,", "healthy children.")
    assert spl.sentences(spl.label(spl.pk(text))) == [
        "The use of Corvexa in patients with severe renal impairment is not advised.",
        "It was given to men, women and, in one of the studies, healthy children.",
    ]


def test_14_captions_and_notes_of_tables_in_plain_paragraphs_are_no_sentences(spl):
    text = p("Table 3: Exposure of Corvexa") + TABLE + p("a Once daily", "SD: standard deviation")
    text += p("A dose was lost.")
    assert [k for k, _ in blocks(spl.label(spl.pk(text)))] == [
        BlockKind.CAPTION,
        BlockKind.TABLE,
        BlockKind.FOOTNOTE,
        BlockKind.FOOTNOTE,
        BlockKind.PARAGRAPH,
    ]


# ------------------------------------------------------- 15: archives


def packed(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def test_15_zips_of_zips_with_pictures_and_json_are_read_in_place(tmp_path, spl):
    one = packed({"a.xml": spl.document(spl.pk(p("It is absorbed."))), "a.jpg": b"\xff\xd8\xff"})
    result = {"set_id": "s2", "pharmacokinetics": ["12.3 Pharmacokinetics It is bound."]}
    two = packed({"drug-label.json": json.dumps({"results": [result]}).encode()})
    path = tmp_path / "bulk.zip"
    path.write_bytes(packed({"rx/one.zip": one, "two.zip": two, "notes.png": b"\x89PNG\r\n"}))
    found = list(
        read_paths(
            [path],
            sections=Sections.PHARMACOKINETICS,
            types=frozenset({LabelType.PRESCRIPTION}),
            columns={},
        )
    )
    labels = [x for x in found if isinstance(x, LabelDraft)]
    (outcome,) = (x for x in found if isinstance(x, FileOutcome))
    assert [x.set_id for x in labels] == ["set-1", "s2"]
    assert (outcome.status, outcome.labels, outcome.sentences) == ("read", 2, 2)
