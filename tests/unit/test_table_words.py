"""Tables from the command line: columns, categories, sheets, and what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adme_labeler.cli import main
from adme_labeler.services.session import Session
from tests.tables import written, xlsx


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["new", str(tmp_path / "p")]) == 0
    capsys.readouterr()
    return str(tmp_path / "p")


def decided(project: str) -> list[tuple[str, str]]:
    with Session.open(Path(project)) as session:
        return [
            (row["text"], row["category"])
            for row in session.connection.execute(
                "SELECT s.text, r.category FROM sentence s LEFT JOIN resolution r "
                "ON r.sentence = s.id ORDER BY s.id"
            )
        ]


def test_columns_categories_and_the_sheet_are_said_in_words(tmp_path, project, capsys):
    path = xlsx(
        tmp_path / "a.xlsx",
        Old=[["Satz"], ["Never."]],
        Neu=[["Satz", "Klasse"], ["One.", "Elim"], ["Two.", "Absorption"], ["Three.", "?"]],
    )
    words = ["--column", "Satz=text", "--column", "Klasse=category", "--category", "Elim=E"]
    assert main(["import", project, str(path), *words, "--sheet", "Neu", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["sentences"], said["annotations"]) == (3, 2)
    assert 'does not know ("?")' in said["files"][0]["reason"]
    assert decided(project) == [("One.", "E"), ("Two.", "A"), ("Three.", None)]


def test_a_table_whose_text_cannot_be_told_is_refused_with_its_columns(tmp_path, project, capsys):
    path = written(tmp_path / "a.csv", "Satz;Klasse\nEs wirkt.;A\n")
    assert main(["import", project, str(path)]) == 1
    assert capsys.readouterr().err == (
        'a.csv has no column "text" (its columns are "Satz", "Klasse"); '
        "say which column holds the text.\n"
    )
    assert decided(project) == []


def test_a_table_without_names_goes_by_letters(tmp_path, project, capsys):
    path = written(tmp_path / "a.csv", "It acts.,A\nIt binds.,D\n")
    words = ["--header-row", "0", "--column", "Column A=text", "--column", "column b=category"]
    assert main(["import", project, str(path), *words]) == 0
    assert decided(project) == [("It acts.", "A"), ("It binds.", "D")]


def test_a_word_that_is_not_understood_changes_nothing(tmp_path, project, capsys):
    path = written(tmp_path / "a.csv", "text\nIt acts.\n")
    assert main(["import", project, str(path), "--column", "text=prose"]) == 1
    assert 'A column cannot mean "prose"' in capsys.readouterr().err
    assert decided(project) == []


def test_annotations_are_taken_from_a_table_whose_columns_are_said(tmp_path, project, capsys):
    written(tmp_path / "labels.csv", "text,drug\nIt acts.,X\nIt binds.,X\n")
    assert main(["import", project, str(tmp_path / "labels.csv")]) == 0
    read = written(tmp_path / "read.csv", "Satz;Klasse\nIt binds.;Vertlg\nIt acts.;A\n")
    words = ["--column", "Satz=text", "--column", "Klasse=category", "--category", "Vertlg=D"]
    assert main(["annotate", project, str(read), *words, "--curator", "ana"]) == 0
    assert decided(project) == [("It acts.", "A"), ("It binds.", "D")]
