"""Headings, hints, names and sentence boundaries by their words."""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from adme_labeler.importers import drug_names
from adme_labeler.importers.detect import FileKind, kind_of
from adme_labeler.importers.headings import is_heading
from adme_labeler.importers.hints import hint_for, sentence_hint
from adme_labeler.importers.segmenter import sentence_spans
from adme_labeler.importers.text import cleaned, decoded

DATA = Path(__file__).parents[2] / "data" / "segmentation"


@pytest.fixture
def gold():
    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    try:
        import segmenters  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    return segmenters


@pytest.mark.parametrize("name", ["labels.txt", "held_out.txt", "blind.txt"])
def test_sentence_boundaries_agree_with_the_gold_file(gold, name):
    paragraphs = gold.paragraphs(DATA / name)
    precision, recall, _ = gold.measure(gold.ours(), paragraphs)
    assert precision >= 0.98
    assert recall >= 0.98


def test_sentence_boundaries_of_the_file_that_changed_no_rule_are_nearly_all_right(gold):
    precision, recall, _ = gold.measure(gold.ours(), gold.paragraphs(DATA / "fresh.txt"))
    assert precision >= 0.96
    assert recall >= 0.95


def test_the_gold_files_hold_three_hundred_decisions(gold):
    total = sum(
        gold.decisions(text, sentences)
        for path in DATA.glob("*.txt")
        for text, sentences in gold.paragraphs(path)
    )
    assert total >= 300


@pytest.mark.parametrize("text", ["", " ", "...", "•", "No stop here", "A. ", "(", "a" * 50_000])
def test_spans_of_odd_texts_are_in_order_and_inside(text):
    spans = sentence_spans(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_splitting_takes_linear_time():
    def seconds(text: str) -> float:
        started = time.perf_counter()
        sentence_spans(text)
        return time.perf_counter() - started

    passage = "The half-life (t 1/2 ) was 3 h. (See 4.) [ "
    small, large = seconds(passage * 500), seconds(passage * 5_000)
    assert large < 60 * small + 0.5


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        (("12.3 Pharmacokinetics", "Absorption"), "A"),
        (("12.3 Pharmacokinetics", "Effect of Food"), "A"),
        (("12.3 Pharmacokinetics", "Distribution"), "D"),
        (("12.3 Pharmacokinetics", "Plasma Protein Binding"), "D"),
        (("12.3 Pharmacokinetics", "Elimination"), "E"),
        (("12.3 Pharmacokinetics", "Elimination", "Metabolism"), "M"),
        (("12.3 Pharmacokinetics", "Elimination", "Excretion"), "E"),
        (("12.3 Pharmacokinetics",), ""),
        (("12.3 Pharmacokinetics", "Metabolism and Elimination"), ""),
        (("12.3 Pharmacokinetics", "Absorption and Distribution"), ""),
        (("Pharmacokinetics and Metabolism",), ""),
        (("12.3 Pharmacokinetics", "Special Populations", "Clearance"), "O"),
        (("12.3 Pharmacokinetics", "Drug Interaction Studies"), "O"),
        (("12.3 Pharmacokinetics", "Absorption", "Hydrochlorothiazide"), "A"),
        (("12.1 Mechanism of Action",), "O"),
        (("A. Mineral Metabolism",), "O"),
        (("Asian Patients",), "O"),
        (("Patients with Gout",), "O"),
        (("CYP2D6 Poor Metabolizers",), ""),
        (("Absorption", "Healthy Adults"), "A"),
        ((), ""),
    ],
)
def test_a_heading_implies_a_category_or_none(path, hint):
    assert hint_for(path) == hint


@pytest.mark.parametrize(
    ("hint", "text", "expected"),
    [
        ("A", "Peak levels occur at 2 hours.", "A"),
        ("A", "Exposure is dose proportional from 5 to 80 mg.", "O"),
        ("A", "It may be taken with or without food.", "O"),
        ("D", "It is a substrate of P-glycoprotein.", "O"),
        ("D", "Binding is 97%.", "D"),
        ("M", "The half-life is 9 hours.", ""),
        ("O", "Binding is 97%.", "O"),
        ("", "Binding is 97%.", ""),
    ],
)
def test_a_sentence_can_lose_the_hint_of_its_heading(hint, text, expected):
    assert sentence_hint(hint, text) == expected


@pytest.mark.parametrize("text", ["12.3 Pharmacokinetics", "ABSORPTION", "A bsorp tion", "Race:"])
def test_headings_are_known_by_their_words(text):
    assert is_heading(text)


@pytest.mark.parametrize("text", ["Absorption is fast.", "absorption", "", "Corvexa", "1.5"])
def test_other_lines_are_no_headings(text):
    assert not is_heading(text)


@pytest.mark.parametrize(
    ("name", "ingredient"),
    [
        ("VELMORADINE HYDROCHLORIDE", "VELMORADINE"),
        ("Tiravastine calcium trihydrate", "TIRAVASTINE"),
        ("PELUNOMAB-QXVZ", "PELUNOMAB"),
        ("Sodium chloride", "SODIUM CHLORIDE"),
        ("Fosvelmoric acid", "FOSVELMORIC ACID"),
        ("TIRAVASTINE CALCIUM PROPYLENE GLYCOL SOLVATE", "TIRAVASTINE"),
        ("Propylene glycol", "PROPYLENE GLYCOL"),
        ("Corvexanib S-malate", "CORVEXANIB"),
        ("Corvexanib dimethyl sulfoxide", "CORVEXANIB"),
        ("L-glutamine", "L-GLUTAMINE"),
        ("Divalproex sodium", "VALPROIC ACID"),
        ("Valproate sodium", "VALPROIC ACID"),
        ("Velmorsartan medoxomil", "VELMORSARTAN"),
    ],
)
def test_salts_do_not_count_for_grouping(name, ingredient):
    assert drug_names.ingredient(name) == ingredient


def test_combined_names_are_taken_apart():
    assert drug_names.ingredients(["Velmoradine HCl and Tiravastine", "TIRAVASTINE"]) == (
        "TIRAVASTINE",
        "VELMORADINE",
    )


def test_names_for_masking_leave_everyday_words_alone():
    names = drug_names.names_for_masking(["Corvexa® ER", "Velmoradine Sodium", "Sodium", "Oil"])
    assert set(names) == {"Corvexa ER", "Corvexa", "Velmoradine Sodium", "Velmoradine"}


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"", "a.xml", FileKind.EMPTY),
        (b"\0\0\0", "a.xml", FileKind.EMPTY),
        (b"<?xml version='1.0'?><document/>", "a.json", FileKind.XML),
        (b"<!DOCTYPE html><html>", "a.xml", FileKind.HTML),
        (b'{"results": []}', "a.txt", FileKind.JSON),
        (b"%PDF-1.7", "a.xml", FileKind.PDF),
        (b"PK\x03\x04rest", "a.zip", FileKind.ZIP),
        (b"PK\x03\x04" + b"\0" * 22 + b"\x0f\0\0\0xl/workbook.xml", "a.zip", FileKind.XLSX),
        (b"PK\x03\x04" + b"\0" * 22 + b"\x06\0\0\0a.xlsx xl/workbook.xml", "a.zip", FileKind.ZIP),
        (b"PK\x03\x04" + b"\0" * 22 + b"\x11\0\0\0word/document.xml", "a.bin", FileKind.DOCX),
        (b"<div>It is absorbed.</div>", "a.txt", FileKind.HTML),
        (rb"{\rtf1 It is absorbed.}", "a.txt", FileKind.RTF),
        (b"\x89PNG\r\n", "a.xml", FileKind.IMAGE),
        (b"text,drug\n", "a.csv", FileKind.TABLE),
        (b"It is absorbed.", "a.txt", FileKind.TEXT),
        ("It is absorbed.".encode("utf-16"), "a.txt", FileKind.TEXT),
        (bytes(range(1, 32)) * 9, "a.txt", FileKind.BINARY),
    ],
)
def test_the_kind_of_a_file_follows_its_content(head, name, kind):
    assert kind_of(head, name) is kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_bytes_are_decoded_whatever_their_encoding(encoding):
    text = "The half-life is 9 h – not µ."
    assert decoded(text.encode(encoding)) == text


def test_cleaning_twice_changes_nothing():
    once = cleaned("\u00a0A\u00ad \u200bb\t\n 5 \u03bcg in vitrotest ")
    assert cleaned(once) == once == "A b 5 \u00b5g in vitro test"
