"""The program in German, through the real code: what a curator reads, and what programs read."""

from __future__ import annotations

import sqlite3

import pytest

from adme_labeler import language, protocol
from adme_labeler.cli import main
from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import LabelType, ModelVersion, Sections, SentenceId
from adme_labeler.exporters.targets import check_target
from adme_labeler.importers import read_paths
from adme_labeler.services import (
    annotating,
    bulk,
    ended_runs,
    history,
    importing,
    phases,
    queue,
    searching,
    training,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.services.worker_client import WorkerClient
from adme_labeler.storage import backups, sentences
from adme_labeler.storage.project import Project
from adme_labeler.worker.export_job import FINISHING, PHASE
from tests.drafts import simple_label


@pytest.fixture(autouse=True)
def german():
    language.use("de")
    yield
    language.use("en")


@pytest.fixture
def session(tmp_path):
    with Session.create(tmp_path / "p.adme", "ana") as opened:
        importing.commit_batch(opened, [simple_label(i) for i in range(2)], importing.ImportTally())
        yield opened


def said(call, *arguments) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments)
    return str(caught.value)


FILES = {
    "empty.xml": (b"", "empty.xml ist leer."),
    "old.rtf": (b"{\\rtf1 text}", "old.rtf ist ein RTF-Dokument; speichern Sie es als .docx"),
    "torn.zip": (b"PK\x03\x04torn", "torn.zip ist kein vollständiges Zip-Archiv."),
    "torn.xml": (b"<?xml version='1.0'?><document>", "ist kein vollständiges XML-Dokument"),
    "other.xml": (b"<?xml version='1.0'?><note></note>", "das äußerste Element ist <note>"),
    "other.json": (b'{"meta": {}}', "other.json enthält keine Fachinformationen"),
    "bare.csv": (b"drug;dose\nFictamide;5\n", "bare.csv hat keine Spalte „text“"),
    "torn.pdf": (b"%PDF-1.7\ntorn", "torn.pdf ist beschädigt oder kein vollständiges PDF"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_says_so_in_german(tmp_path, name):
    content, sentence = FILES[name]
    (tmp_path / name).write_bytes(content)
    path = tmp_path / name
    (outcome,) = read_paths([path], sections=Sections.ALL, types=frozenset(LabelType), columns={})
    assert sentence in outcome.reason


def test_projects_and_backups_that_are_not_there_say_so_in_german(tmp_path):
    path = tmp_path / "p.adme"
    assert said(Project.open, path) == f"Unter {path} gibt es kein Projekt."
    path.write_text("no project")
    assert "p.adme ist kein lesbares Projekt" in said(Project.open, path)
    assert "p.adme gibt es schon" in said(Project.create, path)
    assert said(backups.restore, path) == "Von p.adme gibt es noch keine Sicherung."


def test_training_without_anything_to_learn_from_says_so_in_german(tmp_path):
    with Session.create(tmp_path / "p.adme", "ana") as session:
        assert said(training.create_run, session).startswith("Es gibt noch nichts zu lernen:")
        assert said(training.promote, session, ModelVersion(9)) == (
            "Eine Modellversion 9 gibt es nicht."
        )


def test_what_a_curator_does_is_answered_in_german_and_logged_as_always(session):
    ids = list(sentences.in_document_order(session.connection))
    assert said(annotating.accept, session, ids[0], Shown()) == (
        "Für diesen Satz wird kein Vorschlag gezeigt; wählen Sie eine Kategorie."
    )
    flagged = bulk.flag(session, ids[:2]).said
    assert flagged == "2 Sätze markiert; einmal Rückgängig nimmt alles zurück"
    stored = session.connection.execute("SELECT summary FROM operation ORDER BY id DESC").fetchone()
    assert stored["summary"] == "2 sentences flagged"
    assert history.kind_words("held_out") == "zurückgehaltene Arzneimittel"
    first = queue.build(session, queue.QueueKind.DOCUMENT).items[0]
    assert first.reason == "Textreihenfolge"


def test_a_search_that_is_not_understood_says_so_in_german():
    assert said(searching.parse, "stat:open", ADME).startswith(
        "Das Suchzeichen „stat:“ gibt es nicht: Meinten Sie state:? Erlaubt sind category, also"
    )
    assert "eine Wahrscheinlichkeit ist höchstens 1" in said(searching.parse, "p>2", ADME)


def test_numbers_are_written_as_germans_write_them():
    tally = importing.ImportTally(new_labels=1, sentences=12345)
    assert tally.sentence == "1 Fachinformation hinzugefügt, 12.345 neue Sätze."
    assert language.tr("{share:.1%} of {size:,.0f} MB", share=0.125, size=1234) == (
        "12,5\N{NO-BREAK SPACE}% of 1.234 MB"
    )


def test_an_export_target_is_refused_in_german(tmp_path):
    assert said(check_target, tmp_path / "out.doc") == (
        'out.doc hat ".doc": Der Name eines Exports endet auf .xlsx, .csv, .tsv, .jsonl oder '
        ".parquet."
    )


def test_phases_are_worded_where_they_are_shown_and_travel_in_english():
    assert phases.in_words("Calibrating (fold 1 of 3)") == "Wird kalibriert (Durchgang 1 von 3)"
    assert phases.in_words("Reading a.zip (1,234 labels)") == (
        "a.zip wird gelesen (1.234 Fachinformationen)"
    )
    assert (PHASE, phases.in_words(PHASE)) == (
        "Writing the spreadsheet",
        "Die Tabelle wird geschrieben",
    )
    assert phases.in_words(FINISHING) == "Die Tabelle wird fertiggestellt"


def test_a_worker_speaks_the_language_of_its_window(tmp_path):
    with WorkerClient("import", str(tmp_path / "no.json")) as worker:
        list(worker.messages())
    assert isinstance(worker.run.outcome, protocol.Failed)
    assert worker.run.outcome.sentence.startswith("Der Importauftrag no.json kann nicht gelesen")


@pytest.mark.parametrize(
    "sentence",
    [
        "The encoder folder {folder} has no file model.safetensors.",
        "The training cannot start: nothing can be written to {folder} ({reason}).",
        "The program was updated while it ran; start it again.",
        "The encoder in {folder} cannot be loaded: {reason}",
        "The weights in {folder} do not fit its config.json: {count} layers are missing or of "
        "another size.",
    ],
)
def test_a_failed_training_has_the_same_advice_in_every_language(sentence):
    values = {"folder": "/x", "reason": "?", "count": 1}
    german = ended_runs.hint(language.tr(sentence, **values), "")
    language.use("en")
    english = ended_runs.hint(language.tr(sentence, **values), "")
    language.use("de")
    assert german == (language.tr(english) if english else "")


def test_commands_speak_english_whatever_the_window_speaks(tmp_path, capsys):
    assert main(["check", str(tmp_path / "none.adme")]) == 1
    assert capsys.readouterr().err.startswith("There is no project at")


def test_a_project_keeps_no_german_of_its_own(session):
    annotating.skip(session, SentenceId(1), Shown())
    with sqlite3.connect(session.path) as project:
        states = {row[0] for row in project.execute("SELECT state FROM annotation")}
        kinds = {row[0] for row in project.execute("SELECT kind FROM operation")}
    assert states == {"skipped"}
    assert kinds == {"import", "skipped"}
