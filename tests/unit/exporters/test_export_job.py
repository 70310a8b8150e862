"""From a project to a file, through the real export process."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from python_calamine import CalamineWorkbook

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import ExportProblem, Problem
from adme_labeler.domain.records import (
    Annotation,
    AnnotationState,
    BlockKind,
    ModelVersion,
    SentenceId,
    Suggestion,
)
from adme_labeler.domain.resolution import Adjudication
from adme_labeler.services import annotating, exporting, headless, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.runs import State
from adme_labeler.services.session import Session
from adme_labeler.services.worker_client import WorkerClient
from adme_labeler.storage import annotations, labels, log, sentences, suggestions
from tests.drafts import block, label, simple_label

M, E, O = CategoryKey("M"), CategoryKey("E"), CategoryKey("O")  # noqa: E741


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "trial", "ann") as opened:
        yield opened


def bring_in(session: Session, *drafts: importing.LabelDraft) -> list[SentenceId]:
    importing.commit_batch(session, drafts, importing.ImportTally())
    return sentences.in_document_order(session.connection)


def suggest(
    session: Session, ids: list[SentenceId], category: CategoryKey = M, revision: int = 3
) -> list[Suggestion]:
    """What a served model would have stored; 0.6 for the category, though A is likelier still."""
    probabilities = tuple(0.7 if k == "A" else 0.25 if k == category else 0.01 for k in "ADMEO")
    made = [Suggestion(i, ModelVersion(1), revision, category, O, probabilities, 0.1) for i in ids]
    with session.project.transaction() as connection:
        suggestions.store(connection, made)
    return made


def exported(session: Session, out: Path) -> list[dict[str, str]]:
    headless.export(session, out)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_a_row_tells_place_suggestion_category_and_who_decided_when(
    session: Session, tmp_path: Path
) -> None:
    ids = bring_in(session, simple_label(1, "Testazole"))
    shown = suggest(session, ids)[2]
    annotating.decide(session, ids[2], E, Shown(shown))
    annotating.toggle_also(session, ids[2], M)
    annotating.set_note(session, ids[2], "see table 4")
    annotating.toggle_flag(session, ids[2])
    suggest(session, ids, O, revision=4)
    rows = exported(session, tmp_path / "out.tsv")
    assert [row["uid"] for row in rows] == [s.uid for s in sentences.get(session.connection, ids)]
    row = rows[2]
    expected = {
        "drug": "testazole",
        "label": "Testazole",
        "section": "12.3 Pharmacokinetics",
        "heading": "12.3 Pharmacokinetics > Distribution",
        "paragraph_no": "2",
        "sentence_no": "1",
        "suggestion": "Other",
        "probability": "0.2500",
        "model": "1.4",
        "category": "Excretion",
        "also": "Metabolism",
        "state": "corrected",
        "curator": "ann",
        "note": "see table 4",
        "flagged": "yes",
        "shown_suggestion": "Metabolism",
        "shown_model": "1.3",
        "set_id": "set-1",
        "label_version": "1",
        "source": "set-1.xml",
        "kind": "paragraph",
    }
    assert {name: row[name] for name in expected} == expected
    stored = annotating.annotation(session, ids[2])
    assert stored is not None
    assert row["time"] == stored.at
    assert rows[0]["state"] == "open"
    assert rows[0]["category"] == ""


def test_curators_who_disagree_are_a_conflict_until_somebody_settles_it(
    session: Session, tmp_path: Path
) -> None:
    (first, *_) = bring_in(session, simple_label(1))
    both = [
        Annotation(first, "ann", AnnotationState.DECIDED, M, at="2026-01-01T00:00:00Z"),
        Annotation(first, "bob", AnnotationState.DECIDED, E, at="2026-01-02T00:00:00Z"),
    ]
    with session.project.operation("decide", "both", "ann") as draft:
        annotations.write(session.connection, draft, both)
    row = exported(session, tmp_path / "conflict.tsv")[0]
    assert (row["state"], row["category"]) == ("conflict", "")
    assert row["curator"] == "ann (Metabolism), bob (Excretion)"
    with session.project.operation("adjudicate", "settled", "eve") as draft:
        decision = Adjudication(E, (), "eve", "2026-01-03T00:00:00Z")
        annotations.adjudicate(session.connection, draft, first, decision)
    row = exported(session, tmp_path / "settled.tsv")[0]
    assert (row["state"], row["category"]) == ("adjudicated", "Excretion")
    assert (row["curator"], row["time"]) == ("eve, ann, bob", "2026-01-03T00:00:00Z")


def test_an_undecided_held_out_sentence_does_not_give_its_suggestion_away(
    session: Session, tmp_path: Path
) -> None:
    ids = bring_in(session, *(simple_label(n) for n in range(6)))
    importing.choose_held_out(session)
    held_out = [i for i in ids if sentences.is_held_out(session.connection, i)]
    suggest(session, ids)
    annotating.decide(session, held_out[0], M, Shown(blind=True))
    rows = {row["uid"]: row for row in exported(session, tmp_path / "out.tsv")}
    uid = {s.id: s.uid for s in sentences.get(session.connection, ids)}
    for sentence in ids:
        row = rows[uid[sentence]]
        hidden = sentence in held_out[1:]
        assert (row["suggestion"] == "") is hidden
        assert (row["probability"] == "") is hidden
        assert (row["held_out"] == "yes") is (sentence in held_out)
    decided = rows[uid[held_out[0]]]
    assert (decided["blind"], decided["shown_suggestion"]) == ("yes", "")


def test_table_rows_are_left_out_unless_somebody_annotated_them(
    session: Session, tmp_path: Path
) -> None:
    table = block("Absorption", ["Cmax | 5", "AUC | 7"], kind=BlockKind.TABLE)
    bring_in(session, label("set-t", "Tabulone", [block("Absorption", ["It is fast."]), table]))
    assert [r["text"] for r in exported(session, tmp_path / "before.tsv")] == ["It is fast."]
    (cell,) = [
        SentenceId(row["id"])
        for row in session.connection.execute("SELECT id FROM sentence WHERE text LIKE 'AUC%'")
    ]
    annotating.decide(session, cell, M, Shown())
    rows = exported(session, tmp_path / "after.tsv")
    assert [(r["text"], r["kind"], r["sentence_no"]) for r in rows] == [
        ("It is fast.", "paragraph", "1"),
        ("AUC | 7", "table", "2"),
    ]


def test_a_new_label_version_exports_what_is_current_and_counts_what_is_history(
    session: Session, tmp_path: Path
) -> None:
    kept, gone, new = "It is kept.", "It goes.", "It is new."
    ids = bring_in(session, label("set-v", "Versione", [block("Absorption", [kept, gone])]))
    for sentence in ids:
        annotating.decide(session, sentence, M, Shown())
    bring_in(session, label("set-v", "Versione", [block("Absorption", [kept, new])], version=2))
    out = tmp_path / "out.xlsx"
    headless.export(session, out)
    sheet = CalamineWorkbook.from_path(out)
    table = sheet.get_sheet_by_name("Annotations").to_python()
    place = {title: n for n, title in enumerate(table[0])}
    assert [(row[place["Text"]], row[place["Category"]]) for row in table[1:]] == [
        (kept, "Metabolism"),
        (new, ""),
    ]
    about = {row[0]: row[1] for row in sheet.get_sheet_by_name("About").to_python()}
    assert about["Annotated sentences of former label versions, not in this file"] == 1
    assert about["Sentences with a category"] == 1


def test_the_about_sheet_names_the_operation_and_the_end_of_the_chain(
    session: Session, tmp_path: Path
) -> None:
    ids = bring_in(session, simple_label(1))
    annotating.decide(session, ids[0], M, Shown())
    out = tmp_path / "out.xlsx"
    done = headless.export(session, out)
    number, head = log.head(session.connection)
    sheet = CalamineWorkbook.from_path(out).get_sheet_by_name("About").to_python()
    about = {row[0]: row[1] for row in sheet}
    assert done.operation == about["Operation"] == number
    assert about["Hash of that operation"] == head
    assert about["Project"] == "trial"
    assert about["Sentences decided Metabolism"] == 1
    assert done.rows == len(ids)


def test_recall_of_the_window_stands_in_the_workbook(session: Session, tmp_path: Path) -> None:
    from tests.unit.exporters.samples import measurement

    bring_in(session, simple_label(1))
    out = tmp_path / "out.xlsx"
    job = exporting.write_job(session, out, measurement())
    with WorkerClient("export", str(job)) as worker:
        list(worker.messages())
    assert worker.run.state is State.FINISHED, worker.stderr_tail
    table = CalamineWorkbook.from_path(out).get_sheet_by_name("Recall").to_python()
    assert ["Metabolism", 0.75] in [row[:2] for row in table]
    assert not job.exists()


def test_decisions_made_while_the_export_reads_are_saved_and_not_in_the_file(
    session: Session, tmp_path: Path
) -> None:
    ids = bring_in(session, *(simple_label(n, sentences=40) for n in range(60)))
    before, _ = log.head(session.connection)
    out = tmp_path / "out.jsonl"
    job = exporting.write_job(session, out, None)
    decided_meanwhile = 0
    with WorkerClient("export", str(job)) as worker:
        for message in worker.messages():
            if isinstance(message, protocol.Progress):
                for sentence in ids[-5:]:
                    annotating.decide(session, sentence, (M, E)[decided_meanwhile % 2], Shown())
                    decided_meanwhile += 1
    done = worker.result()
    assert isinstance(done, protocol.ExportDone)
    assert decided_meanwhile > 0
    assert log.head(session.connection)[0] > before
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(rows) == len(ids) == done.rows
    assert done.operation == before
    assert {row["category"] for row in rows} == {""}
    assert len(annotations.everything(session.connection)) == 5


def test_an_export_from_a_folder_without_write_ahead_log_does_not_lock_the_writer(
    session: Session, tmp_path: Path
) -> None:
    ids = bring_in(session, *(simple_label(n, sentences=40) for n in range(60)))
    session.connection.execute("PRAGMA journal_mode = DELETE")
    out = tmp_path / "out.xlsx"
    job = exporting.write_job(session, out, None)
    with WorkerClient("export", str(job)) as worker:
        for message in worker.messages():
            if isinstance(message, protocol.Progress):
                session.connection.execute("PRAGMA busy_timeout = 0")
                annotating.decide(session, ids[0], M, Shown())
    assert worker.run.state is State.FINISHED, worker.run.outcome
    assert annotating.annotation(session, ids[0]) is not None


def test_a_cancelled_export_leaves_the_former_file_and_nothing_else(
    session: Session, tmp_path: Path
) -> None:
    bring_in(session, *(simple_label(n, sentences=60) for n in range(100)))
    out = tmp_path / "sheets" / "out.xlsx"
    out.parent.mkdir()
    out.write_bytes(b"before")
    job = exporting.write_job(session, out, None)
    with WorkerClient("export", str(job)) as worker:
        for message in worker.messages():
            if isinstance(message, protocol.Progress):
                worker.cancel()
    assert worker.run.state is State.CANCELLED
    assert out.read_bytes() == b"before"
    assert list(out.parent.iterdir()) == [out]
    assert not job.exists()


def test_a_target_that_cannot_be_is_refused_before_a_process_starts(
    session: Session, tmp_path: Path
) -> None:
    with pytest.raises(ExportProblem, match="ends in"):
        exporting.write_job(session, tmp_path / "out.pdf", None)
    assert not list((session.project.folder / "runs").glob("export-*"))


def test_a_folder_that_vanishes_before_the_export_gives_one_sentence(
    session: Session, tmp_path: Path
) -> None:
    bring_in(session, simple_label(1))
    folder = tmp_path / "sheets"
    folder.mkdir()
    job = exporting.write_job(session, folder / "out.csv", None)
    folder.rmdir()
    with WorkerClient("export", str(job)) as worker:
        list(worker.messages())
    with pytest.raises(Problem, match=r"^There is no folder .*sheets; choose another one"):
        worker.result()


def test_a_job_without_categories_uses_the_adme_names(session: Session, tmp_path: Path) -> None:
    ids = bring_in(session, simple_label(1))
    annotating.decide(session, ids[0], M, Shown())
    out = tmp_path / "out.jsonl"
    job = tmp_path / "job.json"
    job.write_bytes(
        msgspec.json.encode(protocol.ExportJob(project=str(session.path), out=str(out)))
    )
    with WorkerClient("export", str(job)) as worker:
        list(worker.messages())
    assert json.loads(out.read_text("utf-8").splitlines()[0])["category"] == "Metabolism"


def test_every_drug_label_of_the_project_is_in_the_file(session: Session, tmp_path: Path) -> None:
    bring_in(session, *(simple_label(n) for n in range(4)))
    rows = exported(session, tmp_path / "out.tsv")
    assert {row["set_id"] for row in rows} == {
        found.set_id for found in labels.all_labels(session.connection)
    }
