"""Drug names of documents that carry none: said by the person who imports, else guessed aloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adme_labeler.cli import main
from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import FileOutcome, read_paths
from adme_labeler.importers.hyphens import unbroken, words_of
from adme_labeler.services.session import Session
from adme_labeler.storage import labels


def read(*paths: Path, drug_names=None) -> tuple[list[LabelDraft], list[FileOutcome]]:
    items = list(
        read_paths(
            paths,
            sections=Sections.ALL,
            types=frozenset({LabelType.PRESCRIPTION}),
            columns={},
            drug_names=drug_names,
        )
    )
    return (
        [i for i in items if isinstance(i, LabelDraft)],
        [i for i in items if isinstance(i, FileOutcome)],
    )


@pytest.fixture
def text(tmp_path) -> Path:
    path = tmp_path / "corvexa_2024.txt"
    path.write_text("Absorption\n\nIt is absorbed.\n")
    return path


def test_given_names_mask_and_group(text):
    (label,), (outcome,) = read(
        text, drug_names={str(text): ("Corvexa", "velmoradine hydrochloride")}
    )
    assert label.names == ("Corvexa", "velmoradine", "velmoradine hydrochloride")
    assert label.ingredients == ("CORVEXA", "VELMORADINE")
    assert outcome.reason == ""


def test_names_hold_for_a_folder_and_for_everything(text):
    for place in (str(text.parent), ""):
        (label,), _ = read(text, drug_names={place: ("velmoradine",)})
        assert label.names == ("velmoradine",)


def test_a_name_for_the_file_goes_before_that_of_its_folder(text):
    names = {"": ("c",), str(text.parent): ("lunaprin",), str(text): ("velmoradine",)}
    (label,), _ = read(text, drug_names=names)
    assert label.names == ("velmoradine",)


def test_without_a_name_the_file_name_is_taken_and_said(text):
    (label,), (outcome,) = read(text)
    assert label.names == ("corvexa",)
    assert label.ingredients == ()
    assert outcome.reason == (
        "No drug name was given for corvexa_2024.txt; “corvexa” was taken from its file name."
    )


def test_a_title_goes_before_the_file_name(tmp_path):
    page = tmp_path / "download(3).html"
    page.write_text(
        "<title>DailyMed - CORVEXA- velmoradine tablet</title><h2>Absorption</h2>"
        "<p>It is bound.</p>"
    )
    (label,), (outcome,) = read(page)
    assert label.names == ("CORVEXA", "velmoradine")
    assert outcome.reason == (
        "No drug name was given for download(3).html; “CORVEXA” and “velmoradine” were taken from "
        "its title."
    )


@pytest.mark.parametrize("name", ["label.txt", "prescribing information.txt", "12345.txt"])
def test_a_name_that_says_nothing_is_not_taken(tmp_path, name):
    (tmp_path / name).write_text("Absorption\n\nIt is absorbed.\n")
    (label,), (outcome,) = read(tmp_path / name)
    assert label.names == ()
    assert outcome.reason == (
        f"No drug name was given for {name} and none was found, so none will be masked."
    )


def test_the_same_file_is_known_again_and_two_formats_are_two_labels(tmp_path, text):
    page = tmp_path / "corvexa_2024.html"
    page.write_text("<p>It is absorbed.</p>")
    (first, second), _ = read(text, page)
    (again,), _ = read(text)
    assert first.set_id == again.set_id != second.set_id


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["undergoes meta-", "bolism by"], "undergoes metabolism by"),
        (["the CYP3A4-", "mediated pathway"], "the CYP3A4-mediated pathway"),
        (["a dose-", "dependent rise"], "a dose-dependent rise"),
        (["the first-", "pass effect"], "the first-pass effect"),
        (["of P-", "glycoprotein"], "of P-glycoprotein"),
        (["a non-", "linear rise"], "a nonlinear rise"),
        (["10-", "20 mg"], "10-20 mg"),
        (["one -", "two"], "one - two"),
        (["half-", "life"], "half-life"),
        (["absorp\u00ad", "tion"], "absorption"),
    ],
)
def test_words_divided_at_a_line_end(lines, text):
    assert unbroken(lines) == text


def test_words_that_the_document_uses_elsewhere_decide():
    assert unbroken(["an over-", "night fast"], words_of("overnight")) == "an overnight fast"
    assert unbroken(["an over-", "night fast"], words_of("over-night")) == "an over-night fast"


def test_the_command_line_says_the_drug_of_documents(tmp_path, text, capsys):
    project = str(tmp_path / "p.adme")
    assert main(["new", project]) == 0
    named = ["--drug", "Corvexa", "--drug", "velmoradine sodium"]
    assert main(["import", project, str(text), *named, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["files"][0]["reason"] == ""
    with Session.open(Path(project), read_only=True) as session:
        (label,) = labels.all_labels(session.connection)
    assert label.names == ("Corvexa", "velmoradine", "velmoradine sodium")
    assert label.ingredients == ("CORVEXA", "VELMORADINE")
