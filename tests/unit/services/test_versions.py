"""Versions against each other on the same held-out sentences; runs that outlived the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.records import ModelState, ModelVersion, SentenceId
from adme_labeler.services import annotating, ended_runs, importing, recall, training, versions
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.storage import sentences
from adme_labeler.storage.models import RunState
from tests.drafts import finished_training, simple_label

KEYS = "ADME"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=16) for i in range(30)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        for place, ident in enumerate(held_out(opened)):
            annotating.decide(opened, ident, truth(place), Shown(blind=True))
        yield opened


def truth(place: int) -> CategoryKey:
    return CategoryKey(KEYS[place % 4])


def held_out(session: Session) -> list[SentenceId]:
    return [i.id for i in sentences.model_inputs(session.connection) if i.held_out]


def train(
    session: Session, decides: Callable[[int], str], verdict: str = "first", every: int = 1
) -> ModelVersion:
    """A version that decided the n-th held-out sentence so; it knows one of `every` of them."""
    predictions = tuple(
        protocol.HeldOutPrediction(sentence=ident, category=decides(n), probabilities=(0.2,) * 5)
        for n, ident in enumerate(held_out(session))
        if n % every == 0
    )
    run = training.create_run(session, encoder=session.project.folder)
    result = msgspec.structs.replace(finished_training(verdict), predictions=predictions)
    weights(session, run.id)
    return training.finish(session, run.id, result)[0]


def weights(session: Session, run: int) -> None:
    folder = training.folder_of(session, run) / "model"
    folder.mkdir()
    (folder / "model.json").write_text("{}")


def serve(session: Session, decides: Callable[[int], str]) -> None:
    keeper = ScoreKeeper.start(session)
    revision = keeper.refit().revision
    items = tuple(
        protocol.Score(ident, decides(n), "O", (0.2,) * 5, 0.5)
        for n, ident in enumerate(held_out(session))
    )
    keeper.take(protocol.Scores(revision, items))


def right(n: int) -> str:
    return truth(n)


def half(n: int) -> str:
    return truth(n) if n % 8 < 4 else "O"


def test_a_better_version_is_said_to_be_better_with_its_figures(session: Session) -> None:
    old, new = train(session, half), train(session, right, "better")
    found = versions.compare(session, new, old)
    assert found.verdict.startswith(f"Version {new} is better than version {old}: +")
    assert found.figures.sentences == len(held_out(session))
    assert all(c.evident and c.lost == 0 for c in found.by_category if c.category != "O")
    back = versions.compare(session, old, new)
    assert back.verdict.startswith(f"Version {old} is worse than version {new}: -")
    assert back.figures.difference == pytest.approx(-(found.figures.difference or 0))


def test_changed_decisions_are_listed_losses_first(session: Session) -> None:
    def other(n: int) -> str:
        return "O" if n == 0 else right(n)

    old, new = train(session, half), train(session, other, "better")
    ids = held_out(session)
    found = versions.compare(session, new, old)
    expected = {ids[n] for n in range(len(ids)) if half(n) != other(n)}
    assert {c.sentence for c in found.changed} == expected
    assert found.changed[0].sentence == ids[0]
    assert [c.gain for c in found.changed] == sorted(c.gain for c in found.changed)


def test_equal_versions_are_no_evidence_of_a_difference(session: Session) -> None:
    one, other = train(session, half), train(session, half)
    found = versions.compare(session, other, one)
    assert found.verdict.startswith("There is no evidence that versions 2 and 1 differ")
    assert found.changed == ()
    assert not any(c.evident for c in found.by_category)


def test_sentences_of_a_drug_that_either_trained_on_are_left_out(session: Session) -> None:
    one, other = train(session, half), train(session, right)
    ids = held_out(session)
    group = sentences.model_inputs(session.connection, ids[:1])[0].group
    session.connection.execute("INSERT INTO model_group VALUES (?, ?)", (one, group))
    of_group = [i.id for i in sentences.model_inputs(session.connection, ids) if i.group == group]
    found = versions.compare(session, other, one)
    assert found.left_out == len(of_group)
    assert found.figures.sentences == len(ids) - len(of_group)
    assert not {c.sentence for c in found.changed} & set(of_group)


def test_versions_without_a_common_sentence_cannot_be_compared(session: Session) -> None:
    one, other = train(session, right, every=1000), train(session, right)
    session.connection.execute("INSERT OR IGNORE INTO model_group SELECT 1, id FROM drug_group")
    found = versions.compare(session, one, other)
    assert "no held-out sentence that both may be measured on" in found.verdict
    with pytest.raises(TrainingProblem, match="no model version 9"):
        versions.compare(session, one, ModelVersion(9))


def test_the_panel_sets_the_served_model_against_the_version_before_on_the_same_sentences(
    session: Session,
) -> None:
    train(session, half)
    train(session, right, "better")
    serve(session, right)
    shown = recall.report(session)
    assert shown.version == 2 and shown.change is not None
    assert (shown.change.against, shown.change.left_out) == (1, 0)
    assert shown.change.by_category[CategoryKey("A")].evident
    assert shown.change.by_category[CategoryKey("O")].difference is None


def test_a_waiting_candidate_is_set_against_the_active_version(session: Session) -> None:
    train(session, right)
    train(session, half, "worse")
    serve(session, right)
    shown = recall.report(session)
    assert (shown.version, shown.candidate_version) == (1, 2)
    assert shown.change is None
    assert shown.candidate_change is not None
    change = shown.candidate_change.by_category[CategoryKey("M")]
    assert change.evident and (change.high or 0) < 0


def test_the_trend_holds_only_versions_measured_on_the_same_sentences(session: Session) -> None:
    train(session, right, every=5)
    train(session, half)
    train(session, right)
    found = recall.report(session).trend
    support = found.support[CategoryKey("A")]
    assert (found.left_out, found.sentences) == (1, len(held_out(session)))
    points = found.points[CategoryKey("A")]
    assert [(p.version, p.found) for p in points] == [(2, (support + 1) // 2), (3, support)]


def test_one_version_makes_no_trend(session: Session) -> None:
    train(session, right)
    assert recall.report(session).trend.points == {}


def test_confused_sentences_are_exactly_those_of_the_cell(session: Session) -> None:
    train(session, right)
    serve(session, half)
    ids = held_out(session)
    missed = [ids[n] for n in range(len(ids)) if truth(n) == "D" and half(n) == "O"]
    assert recall.confused(session, "D", "O") == missed
    assert recall.missed(session, "D") == missed
    assert recall.confused(session, "D", "M") == []
    shown = recall.report(session).held_out
    assert shown is not None
    assert shown.confusion[1][4] == len(missed)


def measure(support: int, found: int, low: float | None, high: float | None):
    return protocol.CategoryMeasure(
        category="E",
        support=support,
        found=found,
        claimed=found,
        recall=found / support if low is not None else None,
        recall_low=low,
        recall_high=high,
        precision=None,
        precision_low=None,
        precision_high=None,
    )


def test_what_would_narrow_an_interval_is_said_in_sentences_to_read() -> None:
    first = recall.more_needed(measure(4, 3, None, None), 100, 80)
    assert (first.of_category, first.half_width, first.to_read, first.unread) == (6, None, 150, 80)
    wide = recall.more_needed(measure(20, 18, 0.699, 0.972), 200, 500)
    assert wide.half_width == 0.1
    assert wide.to_read is not None and wide.of_category * 10 == wide.to_read
    clustered = recall.more_needed(measure(20, 18, 0.55, 0.99), 200, 500)
    assert clustered.of_category > 2 * wide.of_category
    narrow = recall.more_needed(measure(400, 360, 0.867, 0.926), 4000, 0)
    assert (narrow.of_category, narrow.half_width, narrow.to_read) == (0, 0.05, 0)
    assert recall.more_needed(measure(0, 0, None, None), 100, 80).to_read is None


def test_a_run_that_finished_after_the_window_died_is_taken_at_the_next_start(
    session: Session,
) -> None:
    run = training.create_run(session, encoder=session.project.folder)
    weights(session, run.id)
    result = finished_training("first")
    (run.folder / ended_runs.RESULT).write_bytes(msgspec.json.encode(result))
    (taken,) = ended_runs.take_finished(session)
    assert (taken.run, taken.version, taken.result) == (run.id, 1, result)
    assert taken.changes.models
    assert training.runs(session)[0].state is RunState.FINISHED
    assert training.versions(session)[0].state is ModelState.ACTIVE
    assert training.weights_here(session, taken.version)
    assert ended_runs.take_finished(session) == []
    assert training.find_interrupted(session) == []


@pytest.mark.parametrize("damage", ["no weights", "cut", "locked", "cancelled"])
def test_a_result_that_is_not_whole_or_not_ours_is_not_taken(session: Session, damage: str) -> None:
    run = training.create_run(session, encoder=session.project.folder)
    if damage != "no weights":
        weights(session, run.id)
    body = msgspec.json.encode(finished_training("first"))
    (run.folder / ended_runs.RESULT).write_bytes(body[:50] if damage == "cut" else body)
    if damage == "cancelled":
        training.stop(session, run.id, protocol.Cancelled())
    if damage == "locked":
        from filelock import FileLock

        with FileLock(run.folder / training.LOCK_NAME):
            assert ended_runs.take_finished(session) == []
    else:
        assert ended_runs.take_finished(session) == []
    assert training.versions(session) == []


@pytest.mark.parametrize(
    ("sentence", "log", "hint"),
    [
        ("It stopped.", "OSError: [Errno 28] No space left on device", "Free some disk space"),
        ("The train process ended unexpectedly (code -9); nothing…", "", "ran out of memory"),
        ("It stopped.", "RuntimeError: DefaultCPUAllocator: can't allocate memory", "out of mem"),
        ("The encoder folder /x is not there; choose another one.", "", "encoder's files"),
        ("It stopped.", "PermissionError: [Errno 13] Permission denied: 'x'", "Make it writable"),
        ("It stopped.", "ValueError: unforeseen", ""),
    ],
)
def test_common_failures_come_with_what_to_do(sentence: str, log: str, hint: str) -> None:
    said = ended_runs.hint(sentence, log)
    assert (hint in said) if hint else said == ""


def test_the_log_of_a_failed_run_stays_beside_it(session: Session) -> None:
    run = training.create_run(session, encoder=session.project.folder)
    assert ended_runs.log_of(session, run.id) == ""
    ended_runs.keep_log(session, run.id, "line\n" * 50_000)
    assert ended_runs.log_of(session, run.id).endswith("line\n")
    assert len(ended_runs.log_of(session, run.id)) == 100_000
