"""The shipped sample: fictional labels, our annotations of them, guideline and icons."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from adme_labeler import importers, paths
from adme_labeler.domain.categories import ADME
from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections

LABELS = paths.sample_labels() / "labels"
UPDATES = paths.sample_labels() / "updates"
PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)


@lru_cache
def read(folder: Path, sections: Sections = Sections.PHARMACOKINETICS) -> tuple[LabelDraft, ...]:
    results = importers.read_paths(
        [folder], sections=sections, types=frozenset({LabelType.PRESCRIPTION}), columns={}
    )
    return tuple(result for result in results if isinstance(result, LabelDraft))


def prose(label: LabelDraft) -> list[str]:
    return [
        block.text[span.start : span.end]
        for block in label.blocks
        if block.kind in PROSE
        for span in block.spans
    ]


@lru_cache
def annotation_rows() -> tuple[dict[str, str], ...]:
    path = paths.sample_labels() / "annotations.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def test_every_label_is_read_as_a_prescription_label_with_its_own_set_id() -> None:
    labels = read(LABELS)
    assert len(labels) == len(list(LABELS.glob("*.xml"))) >= 14
    assert len({label.set_id for label in labels}) == len(labels)
    assert all(label.names and label.dosage_form and label.effective_date for label in labels)


def test_labels_form_many_drug_groups_and_one_has_a_repackager() -> None:
    groups = Counter(label.ingredients for label in read(LABELS))
    assert len(groups) >= 12
    assert groups["ZELVARONE",] == 2


def test_each_annotation_belongs_to_exactly_one_imported_sentence() -> None:
    imported = Counter((label.set_id, text) for label in read(LABELS) for text in prose(label))
    wrong = {row["text"]: n for row in annotation_rows() if (n := imported[_key(row)]) != 1}
    assert wrong == {}


def test_every_pharmacokinetics_sentence_is_annotated_once() -> None:
    annotated = Counter(_key(row) for row in annotation_rows())
    missing = [
        text
        for label in read(LABELS)
        for text in prose(label)
        if annotated[label.set_id, text] != 1
    ]
    assert missing == []


def test_categories_are_in_the_scheme_and_their_mix_is_that_of_real_labels() -> None:
    rows = annotation_rows()
    for row in rows:
        also = row["also"].split("+") if row["also"] else []
        assert row["category"] in ADME.keys, row
        assert set(also) <= set(ADME.substantive) - {row["category"]}, row
    counts = Counter(row["category"] for row in rows)
    assert len(rows) >= 420
    assert all(counts[key] >= 50 for key in ADME.substantive), counts
    assert 0.45 <= counts[ADME.rest] / len(rows) <= 0.65


def test_drug_and_heading_of_an_annotation_are_those_of_its_sentence() -> None:
    headings = {
        (label.set_id, block.text[span.start : span.end]): (label.ingredients, block.heading_path)
        for label in read(LABELS)
        for block in label.blocks
        for span in block.spans
    }
    for row in annotation_rows():
        ingredients, path = headings[_key(row)]
        assert row["drug"].split("; ") == list(ingredients)
        assert row["heading"] in path, row


def test_sentences_are_not_templates_repeated_across_drugs() -> None:
    repackaged = next(label for label in read(LABELS) if "repackaged" in label.source)
    texts = [row["text"] for row in annotation_rows() if row["set_id"] != repackaged.set_id]
    assert len(set(texts)) == len(texts)


def test_forms_of_real_labels_occur() -> None:
    labels = {Path(label.source).stem: label for label in read(LABELS)}
    blocks = [block for label in labels.values() for block in label.blocks]
    kinds = Counter(block.kind for block in blocks)
    assert kinds[BlockKind.TABLE] >= 4
    assert kinds[BlockKind.CAPTION] and kinds[BlockKind.FOOTNOTE] and kinds[BlockKind.LIST_ITEM]
    text = "\n".join(block.text for block in blocks)
    assert all(wanted in text for wanted in ("Cmax of", "AUC0-∞", "mg/m2", "approx. 5.5 hours"))
    combination = labels["oxtelipine-darosartan-tablets"]
    assert combination.ingredients == ("DAROSARTAN", "OXTELIPINE")
    paths_below_drugs = {
        drug: {b.hint for b in combination.blocks if drug in b.heading_path}
        for drug in ("Oxtelipine", "Darosartan")
    }
    assert all({"A", "D", "M", "E"} <= hints for hints in paths_below_drugs.values())
    old = labels["sorvacaine-injection"]
    assert {block.section_code for block in old.blocks} == {"34090-1"}


def test_highlights_are_in_the_file_but_not_in_the_imported_text() -> None:
    source = (LABELS / "zelvarone-tablets.xml").read_text(encoding="utf-8")
    highlight = "is an antiarrhythmic indicated"
    assert highlight in source
    whole = next(
        label for label in read(LABELS, Sections.ALL) if label.source == "zelvarone-tablets.xml"
    )
    assert not any(highlight in block.text for block in whole.blocks)
    assert any("7 DRUG INTERACTIONS" in block.heading_path for block in whole.blocks)


def test_the_update_is_a_later_version_with_changed_and_unchanged_sentences() -> None:
    (later,) = read(UPDATES)
    (earlier,) = (label for label in read(LABELS) if label.set_id == later.set_id)
    assert later.version > earlier.version
    assert later.content_hash != earlier.content_hash
    before, after = set(prose(earlier)), set(prose(later))
    assert len(before & after) >= 20
    assert len(after - before) >= 3
    assert before - after


def test_no_path_of_a_machine_is_in_the_resources() -> None:
    path = re.compile(r"file:|[A-Za-z]:\\|(?<![\w/.<:°)%])/\w+/\w+")
    for file in sorted(paths.resources().rglob("*")):
        if file.suffix in {".xml", ".csv", ".md", ".svg"}:
            assert not path.search(file.read_text(encoding="utf-8")), file


def test_the_guideline_has_a_part_per_category_and_its_examples_stand_in_the_sample() -> None:
    text = (paths.resources() / "guideline" / "adme.md").read_text(encoding="utf-8")
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    assert [*parts] == [*(category.name for category in ADME.categories), "Deciding rules"]
    ours = {row["text"]: row["category"] for row in annotation_rows()}
    for category in ADME.categories:
        examples = re.findall(r'^- "(.+?)"', parts[category.name], re.M)
        assert len(examples) >= 2
        assert {example: ours.get(example) for example in examples} == dict.fromkeys(
            examples, category.key
        )


@pytest.mark.parametrize(
    "file", sorted((paths.resources() / "icons").glob("*.svg")), ids=lambda f: f.stem
)
def test_an_icon_is_a_square_drawing_without_outside_references(file: Path) -> None:
    root = ElementTree.parse(file).getroot()
    colours = set(re.findall(r"#[0-9A-Fa-f]{3,6}", file.read_text(encoding="utf-8")))
    for element in root.iter():
        assert element.tag.rpartition("}")[2] not in {"image", "use"}
        assert not any(name.endswith("href") for name in element.attrib)
    if file.stem == "adme-labeler":
        assert root.get("viewBox") == "0 0 256 256"
        assert {ADME[key].color_light for key in ADME.substantive} <= colours
    else:
        assert root.get("viewBox") == "0 0 20 20"
        assert colours == {"#000"}


def _key(row: dict[str, str]) -> tuple[str, str]:
    return row["set_id"], row["text"]
