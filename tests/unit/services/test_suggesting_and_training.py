"""Served model, snapshot, candidate, gate, promotion, roll-back, recall: all on a real project."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.records import ModelVersion, SentenceId
from adme_labeler.services import annotating, importing, recall, suggesting, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session, back_up, restore
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.storage import labels, models, sentences, suggestions
from adme_labeler.storage.models import RunState
from tests.drafts import block, finished_training, label, simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i) for i in range(10)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        yield opened


def by_side(session: Session) -> tuple[list[SentenceId], list[SentenceId]]:
    """(sentences for training, held-out sentences)"""
    inputs = sentences.model_inputs(session.connection)
    return [i.id for i in inputs if not i.held_out], [i.id for i in inputs if i.held_out]


def scores(revision: int, ids: list[SentenceId], category: str = "A") -> protocol.Scores:
    probabilities = tuple(0.8 if k == category else 0.05 for k in "ADMEO")
    return protocol.Scores(
        revision, tuple(protocol.Score(i, category, "O", probabilities, 0.5) for i in ids)
    )


def trained(session: Session, verdict: str) -> ModelVersion:
    run = training.create_run(session, encoder=session.project.folder)
    (run.folder / "model").mkdir()
    (run.folder / "model" / "model.json").write_text("{}")
    version, _ = training.finish(session, run.id, finished_training(verdict))
    return version


def test_hints_and_annotations_of_held_out_drugs_never_reach_the_head(session: Session) -> None:
    train, held = by_side(session)
    annotating.decide(session, held[0], CategoryKey("A"), Shown(blind=True))
    annotating.decide(session, train[0], CategoryKey("D"), Shown())
    examples = ScoreKeeper.start(session).refit().examples
    assert {e.id for e in examples} == set(train)
    assert [(e.id, e.category, e.hint) for e in examples if not e.hint] == [(train[0], "D", False)]


def test_without_annotations_and_headings_the_sample_teaches(tmp_path: Path) -> None:
    with Session.create(tmp_path / "bare", "ana") as bare:
        examples = ScoreKeeper.start(bare).refit().examples
    assert len(examples) >= 300
    assert all(e.text and e.id < 0 and e.group < 0 for e in examples)
    assert {e.category for e in examples} == set("ADMEO")


def test_without_headings_the_sample_goes_on_teaching_beside_the_first_annotations(
    tmp_path: Path,
) -> None:
    with Session.create(tmp_path / "plain", "ana") as plain:
        words = block("Clinical Pharmacology", ["Food delays it.", "It is excreted."])
        draft = label("set-1", "Testazole", [words])
        importing.commit_batch(plain, [draft], importing.ImportTally())
        annotating.decide(plain, by_side(plain)[0][0], CategoryKey("A"), Shown())
        examples = ScoreKeeper.start(plain).refit().examples
    assert [(e.id > 0, e.category) for e in examples if not e.hint] == [(True, "A")]
    assert sum(e.hint and e.id < 0 for e in examples) >= 300


def test_a_drug_label_of_the_sample_is_never_taught_by_the_sample(tmp_path: Path) -> None:
    rows = suggesting.sample_annotations()
    first = rows[0]["set_id"]
    with Session.create(tmp_path / "own", "ana") as opened:
        draft = label(first, rows[0]["drug"], [block("", [rows[0]["text"]])])
        importing.commit_batch(opened, [draft], importing.ImportTally())
        taught = ScoreKeeper.start(opened).refit().examples
    others = [row for row in rows if row["set_id"] != first]
    assert 0 < len(taught) == len(others) < len(rows)
    assert rows[0]["text"] not in {example.text for example in taught}


def test_names_are_masked_in_what_the_model_sees(session: Session) -> None:
    (first, *_) = suggesting.sentence_messages(session)
    assert all("Testazole" not in item.text for item in first.items)
    assert first.items[0].heading == "Absorption"


def test_held_out_scores_and_the_served_model_change_together(session: Session) -> None:
    train, held = by_side(session)
    for sentence in held[:4]:
        annotating.decide(session, sentence, CategoryKey("A"), Shown(blind=True))
    keeper = ScoreKeeper.start(session)
    assert keeper.refit().revision == 0
    keeper.take(scores(0, [*train, *held]))
    served = suggesting.served(session)
    assert served is not None and (served.version, served.revision) == (0, 0)
    keeper.refit()
    keeper.take(scores(1, held[:2], "D"))
    measured = recall.report(session)
    assert (measured.revision, measured.updating) == (0, False)
    assert measured.held_out is not None and measured.held_out.accuracy == 1.0
    keeper.take(scores(1, held[2:4], "D"))
    measured = recall.report(session)
    assert measured.revision == 1
    assert measured.held_out is not None and measured.held_out.accuracy == 0.0


def test_late_scores_of_an_overtaken_revision_are_dropped(session: Session) -> None:
    train, _ = by_side(session)
    keeper = ScoreKeeper.start(session)
    keeper.refit()
    keeper.refit()
    assert not keeper.take(scores(0, train))
    assert suggestions.get(session.connection, train) == {}


def test_bulk_and_seen_groups_measure_nothing(session: Session) -> None:
    train, held = by_side(session)
    keeper = ScoreKeeper.start(session)
    keeper.refit()
    keeper.take(scores(0, [*train, *held]))
    annotating.bulk_accept(session, train)
    assert recall.report(session).held_out is None
    group = sentences.model_inputs(session.connection, [train[0]])[0].group
    importing.set_held_out(session, [group], True)
    annotating.decide(session, train[0], CategoryKey("A"), Shown(blind=True))
    assert recall.report(session).held_out is None


def test_a_snapshot_separates_roles_and_keeps_blindness(session: Session) -> None:
    train, held = by_side(session)
    annotating.decide(session, train[0], CategoryKey("M"), Shown())
    annotating.decide(session, held[0], CategoryKey("E"), Shown(blind=True))
    run = training.create_run(session, encoder=session.project.folder)
    lines = (run.folder / "snapshot.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=protocol.SnapshotRow) for line in lines]
    by_role = {role: [r for r in rows if r.role == role] for role in ("train", "hint", "held_out")}
    assert [r.sentence for r in by_role["train"]] == [train[0]]
    assert [(r.sentence, r.blind) for r in by_role["held_out"]] == [(held[0], True)]
    assert {r.sentence for r in by_role["hint"]} == set(train[1:])
    assert (run.annotations, run.held_out) == (1, 1)


def test_with_nothing_to_learn_from_training_says_what_to_do(tmp_path: Path) -> None:
    with Session.create(tmp_path / "bare", "ana") as bare:
        with pytest.raises(TrainingProblem, match="nothing to learn from"):
            training.create_run(bare, encoder=tmp_path)
        assert training.runs(bare) == []


@pytest.mark.parametrize(
    ("verdict", "active"),
    [
        ("first", True),
        ("better", True),
        ("no evidence of a difference", True),
        ("worse", False),
        ("inconclusive", False),
    ],
)
def test_the_gate_opens_only_for_the_verdicts_of_the_method(
    session: Session, verdict: str, active: bool
) -> None:
    version = trained(session, verdict)
    assert (suggesting.served_version(session) == version) is active


def test_roll_back_returns_to_the_version_before_and_then_to_the_instant_model(
    session: Session,
) -> None:
    first, second = trained(session, "first"), trained(session, "better")
    assert suggesting.served_version(session) == second
    assert training.roll_back(session)[0] == first
    assert suggesting.served_version(session) == first
    assert training.roll_back(session)[0] == 0
    with pytest.raises(TrainingProblem, match="nothing to roll back"):
        training.roll_back(session)
    training.promote(session, second)
    assert suggesting.served_version(session) == second


def test_a_version_remembers_its_groups_through_a_merge(session: Session) -> None:
    version = trained(session, "first")
    groups = labels.groups(session.connection)
    assert {g.id for g in groups if g.trained} == {g.id for g in groups if not g.held_out}
    held = next(g for g in groups if g.held_out)
    seen = next(g for g in groups if not g.held_out)
    merged = replace(simple_label(99), ingredients=(held.key, seen.key))
    importing.commit_batch(session, [merged], importing.ImportTally())
    survivor = next(g for g in labels.groups(session.connection) if g.labels == 3)
    assert survivor.trained
    assert not survivor.held_out
    assert survivor.id in models.trained_groups(session.connection, version)


def test_an_interrupted_run_is_found_and_can_be_resumed(session: Session) -> None:
    run = training.create_run(session, encoder=session.project.folder)
    (found,) = training.find_interrupted(session)
    assert (found.id, found.state) == (run.id, RunState.INTERRUPTED)
    again = training.resume(session, run.id)
    assert again.folder == run.folder
    assert training.runs(session)[0].state is RunState.RUNNING


def test_a_failed_run_keeps_its_sentence(session: Session) -> None:
    run = training.create_run(session, encoder=session.project.folder)
    training.stop(session, run.id, protocol.Failed("The disk is full."))
    assert training.runs(session)[0].message == "The disk is full."
    assert training.runs(session)[0].state is RunState.FAILED
    assert training.find_interrupted(session) == [], "it would only fail again"


def test_a_failed_run_that_can_go_on_is_interrupted_and_offered_again(session: Session) -> None:
    run = training.create_run(session, encoder=session.project.folder)
    training.stop(session, run.id, protocol.Failed("The disk is full.", resumable=True))
    (found,) = training.find_interrupted(session)
    assert (found.id, found.state, found.message) == (
        run.id,
        RunState.INTERRUPTED,
        "The disk is full.",
    )


def test_a_group_that_the_head_learned_from_is_not_measured_after_a_merge(session: Session) -> None:
    learn, held = by_side(session)
    groups = {i.id: i for i in sentences.model_inputs(session.connection)}
    # The later group learns and the earlier one survives the merge, so the number changes.
    measured = min(held, key=lambda i: groups[i].group)
    learned = max(learn, key=lambda i: groups[i].group)
    assert groups[measured].group < groups[learned].group
    annotating.decide(session, learned, CategoryKey("A"), Shown())
    annotating.decide(session, measured, CategoryKey("A"), Shown(blind=True))
    keeper = ScoreKeeper.start(session)
    keeper.refit()
    keeper.take(scores(0, [*learn, *held]))
    assert [e.sentence for e in recall.measurable(session)[0]] == [measured]

    ids = (groups[measured].group, groups[learned].group)
    both = [g.key for g in labels.groups(session.connection) if g.id in ids]
    joined = replace(simple_label(99), ingredients=tuple(both))
    importing.commit_batch(session, [joined], importing.ImportTally())

    assert suggestions.evaluated(session.connection, held_out=True)
    assert recall.measurable(session)[0] == []


def test_a_rolled_back_finish_leaves_the_weights_for_the_next_attempt(session: Session) -> None:
    learn, _ = by_side(session)
    annotating.decide(session, learn[0], CategoryKey("A"), Shown())
    run = training.create_run(session, encoder=session.project.folder)
    (run.folder / "model").mkdir()
    (run.folder / "model" / "model.json").write_text("{}")
    session.connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON operation "
        "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        training.finish(session, run.id, finished_training("better"))
    session.connection.execute("DROP TRIGGER full")

    version, _ = training.finish(session, run.id, finished_training("better"))

    assert training.weights_here(session, version)


def test_weights_that_a_crash_left_in_the_run_folder_are_found_at_the_next_start(
    session: Session,
) -> None:
    learn, _ = by_side(session)
    annotating.decide(session, learn[0], CategoryKey("A"), Shown())
    version = trained(session, "better")
    run = training.versions(session)[0].run
    moved = suggesting.model_folder(session, version)
    moved.rename(training.folder_of(session, run) / "model")
    assert not training.weights_here(session, version)

    training.find_interrupted(session)

    assert training.weights_here(session, version)


def test_after_an_older_backup_came_back_no_run_or_version_takes_a_later_ones_folder(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.adme"
    with Session.create(path, "ana") as opened:
        importing.commit_batch(opened, [simple_label(1)], importing.ImportTally())
        annotating.decide(opened, by_side(opened)[0][0], CategoryKey("A"), Shown())
        back_up(opened)
        later = trained(opened, "better")
        weights = suggesting.model_folder(opened, later) / "model.json"
        weights.write_text("of the later version")
    restore(path)
    with Session.open(path, "ana") as opened:
        again = trained(opened, "better")
        runs = [run.id for run in training.runs(opened)]

    assert again == later + 1
    assert runs == [2]
    assert weights.read_text() == "of the later version"


def test_a_run_folder_that_cannot_be_made_is_one_sentence_and_no_run(session: Session) -> None:
    learn, _ = by_side(session)
    annotating.decide(session, learn[0], CategoryKey("A"), Shown())
    (session.project.folder / "runs").write_text("a file in the way")
    with pytest.raises(TrainingProblem, match="The training cannot start"):
        training.create_run(session, encoder=session.project.folder)
    assert training.runs(session) == []


def test_a_decided_table_row_neither_teaches_nor_waits_for_a_suggestion(session: Session) -> None:
    learn, held = by_side(session)
    for sentence in (learn[0], learn[1], held[0], held[1]):
        annotating.decide(session, sentence, CategoryKey("A"), Shown(blind=True))
    session.connection.execute(
        "UPDATE sentence SET kind = 'table' WHERE id IN (?, ?)", (learn[1], held[1])
    )
    keeper = ScoreKeeper.start(session)
    assert [e.id for e in keeper.refit().examples if not e.hint] == [learn[0]]
    keeper.take(scores(0, [learn[0], held[0]]))

    rows, updating = recall.measurable(session)

    assert ([row.sentence for row in rows], updating) == ([held[0]], False)


def test_a_new_version_serves_what_the_gate_measured_until_enough_is_decided(
    session: Session,
) -> None:
    train, _ = by_side(session)
    trained(session, "first")
    for number, sentence in enumerate(train[:19]):
        annotating.decide(session, sentence, CategoryKey("ADMEO"[number % 5]), Shown())
    keeper = ScoreKeeper.start(session)
    first, second = keeper.refit(), keeper.refit()
    assert (first.revision, first.examples) == (0, ())
    assert (second.revision, second.examples) == (1, ())
    annotating.decide(session, train[19], CategoryKey("A"), Shown())
    assert len(keeper.refit().examples) == 20
    again = ScoreKeeper.start(session)
    assert again.refit().examples == ()
