"""Many sentences at once: thresholds, expected errors, and what a selection has done to it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import AnnotationState, Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, bulk, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.bulk import Pool
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import sentences, suggestions
from tests.drafts import simple_label

M, E = CategoryKey("M"), CategoryKey("E")
ROWS = st.lists(st.tuples(st.sampled_from("ADMEO"), st.floats(0.2, 1.0)), max_size=60)


def pool(rows: list[tuple[str, float]]) -> Pool:
    found: dict[CategoryKey, list[tuple[float, SentenceId]]] = {k: [] for k in ADME.keys}
    for number, (key, p) in enumerate(rows):
        found[CategoryKey(key)].append((-p, SentenceId(number)))
    return Pool({key: sorted(rows) for key, rows in found.items()})


@given(ROWS, st.floats(0.2, 1.0), st.floats(0.2, 1.0))
def test_counts_errors_and_samples_are_those_of_the_sentences_above_the_thresholds(
    rows: list[tuple[str, float]], first: float, second: float
) -> None:
    made = pool(rows)
    least = {M: first, E: second}
    wanted = {
        n for n, (k, p) in enumerate(rows) if k in least and p >= least[CategoryKey(k)] - 1e-9
    }
    assert set(made.chosen(least)) == wanted
    assert made.count(M, first) + made.count(E, second) == len(wanted)
    errors = made.errors(least)
    assert errors.expected == pytest.approx(sum(1 - rows[n][1] for n in wanted))
    assert 0 <= errors.low <= errors.expected + 1 and errors.low <= errors.high <= len(wanted)
    drawn = made.sample(least, 10, seed=1)
    assert len(drawn) == min(10, len(wanted)) == len({i for i, _, _ in drawn})
    assert all(i in wanted and rows[i] == (key, p) for i, key, p in drawn)
    assert drawn == made.sample(least, 10, seed=1)


@pytest.mark.parametrize(("size", "p"), [(200, 0.97), (2000, 0.9)])
def test_the_interval_of_expected_errors_holds_what_chance_gives(size: int, p: float) -> None:
    made = pool([("M", p)] * size)
    errors = made.errors({M: 0.5})
    chance = random.Random(3)
    trials = [sum(chance.random() > p for _ in range(size)) for _ in range(400)]
    inside = sum(errors.low <= wrong <= errors.high for wrong in trials)
    assert 0.93 <= inside / len(trials) <= 0.995


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=8) for i in range(10)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        change_setting(opened, "blind_share", 0.0)  # which sentences it takes is chance
        ids = sentences.in_document_order(opened.connection)
        with opened.project.transaction() as connection:
            suggestions.store(
                connection,
                [
                    Suggestion(
                        i,
                        ModelVersion(0),
                        1,
                        M if n % 2 else E,
                        E,
                        (0.0, 0.0, 0.9, 0.1, 0.0) if n % 2 else (0.0, 0.0, 0.2, 0.8, 0.0),
                        0.5,
                    )
                    for n, i in enumerate(ids)
                ],
            )
        yield opened


def sides(session: Session) -> tuple[list[SentenceId], list[SentenceId]]:
    ids = sentences.in_document_order(session.connection)
    held = sentences.held_out_among(session.connection, ids)
    assert held
    return [i for i in ids if i not in held], sorted(held)


def state(session: Session, ident: SentenceId) -> tuple[AnnotationState, str | None] | None:
    own = annotating.annotation(session, ident)
    return None if own is None else (own.state, own.category)


def test_the_pool_leaves_out_what_must_not_be_accepted_in_bulk(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SLICE", 7)
    train, _ = sides(session)
    annotating.decide(session, train[0], M, Shown())
    annotating.skip(session, train[1], Shown())
    found = bulk.read(session)
    assert set(found.chosen({M: 0.0, E: 0.0})) == set(train[2:])
    assert found.surest() == pytest.approx(0.9)
    shares = list(bulk.reading(session))
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert set(bulk.read(session, train[:5]).chosen({M: 0.0, E: 0.0})) == set(train[2:5])


def test_a_model_without_cross_validation_is_not_called_calibrated(session: Session) -> None:
    assert not bulk.calibrated(session)


def test_a_category_for_a_selection_is_one_undo_step_and_says_what_it_left_out(
    session: Session,
) -> None:
    train, held = sides(session)
    annotating.decide(session, train[0], M, Shown())
    annotating.decide(session, train[1], E, Shown())
    done = bulk.set_category(session, [*train[:4], *held[:2]], M)
    assert done.said == (
        "Metabolism for 3 sentences; 1 had another category; 1 had it already; "
        "2 held out or drawn for the audit, to be decided one by one; one undo takes it back"
    )
    assert [state(session, i) for i in train[:4]] == [
        (AnnotationState.DECIDED, "M"),
        *[(AnnotationState.BULK, "M")] * 3,
    ]
    own = annotating.annotation(session, train[3])
    assert own is not None and own.provenance.arm is Arm.BULK
    assert own.provenance.probability == pytest.approx(0.9)
    assert state(session, held[0]) is None
    annotating.undo(session)
    assert state(session, train[1]) == (AnnotationState.DECIDED, "E")
    assert state(session, train[2]) is None


def test_flags_skips_and_accepts_of_a_selection(session: Session) -> None:
    train, held = sides(session)
    annotating.decide(session, train[0], M, Shown())
    annotating.toggle_flag(session, train[0])
    assert bulk.flag(session, train[:3]).said.startswith("2 sentences flagged")
    assert bulk.flag(session, train[:3]).said.startswith("3 sentences without their flag")
    done = bulk.set_aside(session, [*train[:3], held[0]], AnnotationState.SKIPPED)
    assert done.said.startswith("3 sentences skipped; 1 decided, left as they are")
    assert state(session, train[0]) == (AnnotationState.DECIDED, "M")
    done = bulk.accept(session, [*train[:6], held[0]])
    assert done.said.startswith("5 suggestions accepted; 1 decided or without a suggestion; 1 held")
    assert len(done.changes.annotations) == 5
    assert not bulk.set_aside(session, train[:1], AnnotationState.UNSURE).changes
