"""openFDA answers: results one by one, headings and tables lifted out of the flat text."""

from __future__ import annotations

import io
import json

import pytest

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelType, Sections
from adme_labeler.importers import openfda

RESULT = {
    "set_id": "set-9",
    "id": "doc-9",
    "version": "4",
    "effective_time": "20230501",
    "openfda": {
        "brand_name": ["Corvexa"],
        "generic_name": ["VELMORADINE HYDROCHLORIDE"],
        "substance_name": ["VELMORADINE HYDROCHLORIDE"],
        "product_type": ["HUMAN PRESCRIPTION DRUG"],
    },
}


def read(sections: Sections = Sections.PHARMACOKINETICS, **fields: object):
    return openfda.read({**RESULT, **fields}, "a.json", sections)


def places(draft) -> list[tuple[str, str]]:
    return [
        (" > ".join(b.heading_path[1:]), b.text[s.start : s.end])
        for b in draft.blocks
        for s in b.spans
    ]


def results(text: str) -> list[dict]:
    return list(openfda.results(io.BytesIO(text.encode()), "a.json"))


def test_a_label_is_described_by_its_result():
    draft = read(pharmacokinetics=["12.3 Pharmacokinetics It is absorbed."])
    assert (draft.set_id, draft.document_id, draft.version) == ("set-9", "doc-9", 4)
    assert draft.title == "Corvexa"
    assert draft.ingredients == ("VELMORADINE",)
    assert draft.label_type is LabelType.PRESCRIPTION
    assert draft.blocks[0].heading_path == ("12.3 Pharmacokinetics",)


def test_names_come_from_the_product_data_where_the_openfda_part_is_empty():
    draft = read(
        openfda={},
        spl_product_data_elements=["Corvexa Tabs Corvexa Tabs VELMORADINE LACTOSE"],
        pharmacokinetics=["It is absorbed."],
    )
    assert "Corvexa Tabs" in draft.names


def test_headings_are_lifted_out_of_running_text():
    text = (
        "12.3 Pharmacokinetics Velmoradine is given by mouth. Absorption Peak levels occur at 2 "
        "hours. Effect of Food Food delays the peak. Distribution Binding is 97%. Elimination The "
        "half-life is 9 hours. Metabolism CYP3A4 forms M1. Excretion About 60% is found in urine. "
        "Specific Populations Patients with Renal Impairment Clearance falls by half. Drug "
        "Interaction Studies Transporter Systems: It inhibits P-gp."
    )
    assert places(read(pharmacokinetics=[text])) == [
        ("", "Velmoradine is given by mouth."),
        ("Absorption", "Peak levels occur at 2 hours."),
        ("Absorption > Effect of Food", "Food delays the peak."),
        ("Distribution", "Binding is 97%."),
        ("Elimination", "The half-life is 9 hours."),
        ("Elimination > Metabolism", "CYP3A4 forms M1."),
        ("Elimination > Excretion", "About 60% is found in urine."),
        ("Specific Populations > Patients with Renal Impairment", "Clearance falls by half."),
        ("Drug Interaction Studies > Transporter Systems", "It inhibits P-gp."),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Absorption of velmoradine is fast.",
        "Elimination half-life is 9 hours.",
        "Metabolism is the main route.",
        "Age had no effect.",
    ],
)
def test_a_sentence_that_begins_with_a_heading_word_is_kept_whole(sentence):
    text = f"12.3 Pharmacokinetics It is given by mouth. {sentence} Doses were small."
    assert ("", sentence) in places(read(pharmacokinetics=[text]))


def test_a_heading_that_has_lost_its_blank_is_found():
    text = "12.3 Pharmacokinetics It undergoes glucuronidation.Drug Interaction StudiesNo study."
    assert places(read(pharmacokinetics=[text]))[-1] == ("Drug Interaction Studies", "No study.")


def test_clinical_pharmacology_stands_in_and_is_limited_to_its_pharmacokinetics():
    text = (
        "CLINICAL PHARMACOLOGY Mechanism of Action It blocks a channel. Pharmacokinetics It is "
        "absorbed. Distribution It is bound. Clinical Studies It was compared with placebo."
    )
    draft = read(clinical_pharmacology=[text])
    assert [s for _, s in places(draft)] == ["It is absorbed.", "It is bound."]


def test_the_same_text_in_nested_fields_comes_once():
    inner = "12.3 Pharmacokinetics It is absorbed."
    outer = f"12 CLINICAL PHARMACOLOGY 12.1 Mechanism of Action It acts. {inner}"
    draft = read(
        Sections.ALL,
        pharmacokinetics=[inner, "It is absorbed."],
        clinical_pharmacology=[outer],
        warnings=["WARNINGS It may harm."],
    )
    assert sorted(s for _, s in places(draft)) == ["It acts.", "It is absorbed.", "It may harm."]


def test_tables_are_lifted_out_of_the_flat_text():
    table = (
        "<table><caption>Table 1: Exposure</caption><tbody><tr><td>Dose</td><td>AUC</td></tr>"
        "<tr><td>10 mg</td><td>5 <sup>a</sup></td></tr></tbody></table>"
    )
    text = (
        "12.3 Pharmacokinetics Values are in Table 1. Table 1: Exposure Dose AUC 10 mg 5 a "
        "Distribution It is bound."
    )
    draft = read(pharmacokinetics=[text], pharmacokinetics_table=[table])
    assert [b.kind for b in draft.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.CAPTION,
        BlockKind.TABLE,
        BlockKind.PARAGRAPH,
    ]
    assert draft.blocks[2].rows[0] == ("Dose", "AUC")
    assert draft.blocks[3].heading_path[-1] == "Distribution"


def test_results_are_decoded_one_by_one_across_chunks():
    padding = "x" * 400_000
    text = json.dumps(
        {"meta": {"note": padding}, "results": [{"set_id": str(n), "t": padding} for n in range(4)]}
    )
    assert [r["set_id"] for r in results(text)] == ["0", "1", "2", "3"]


def test_a_bare_result_is_a_label_as_well():
    assert results(json.dumps(RESULT))[0]["set_id"] == "set-9"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"lastModified": "today"}', 'a.json holds no drug labels: it has no "results".'),
        ('{"results": [{"set_id": "1"}, {"set', "a.json breaks off or is damaged: "),
        ('{"results": [{"set_id": "1"}]', "a.json breaks off or is damaged: "),
        ('{"error": {"message": "No matches found!"}}', "a.json is an openFDA error message"),
        ('{"a": ' + "[" * 100_000, "a.json nests its JSON deeper"),
    ],
)
def test_other_json_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ImportProblem, match=sentence.replace("(", r"\(")):
        results(text)


def test_results_before_the_break_are_not_lost():
    stream = io.BytesIO(b'{"results": [{"set_id": "1"}, {"set')
    reading = openfda.results(stream, "a.json")
    assert next(reading)["set_id"] == "1"
    with pytest.raises(ImportProblem):
        next(reading)
