"""What is still out there: drawn by chance, decided blind, estimated from what was read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, audit, audit_drawing, importing, queue
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences, suggestions
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=40) for i in range(12)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        yield opened


def pool(session: Session) -> list[SentenceId]:
    return [i.id for i in sentences.model_inputs(session.connection) if not i.held_out]


def suggest(session: Session, excretion: set[SentenceId], noise: random.Random) -> None:
    """A model that is fairly good at finding these sentences of Excretion."""
    found = []
    for ident in [i.id for i in sentences.model_inputs(session.connection)]:
        likely = 0.3 + 0.6 * noise.random() if ident in excretion else 0.25 * noise.random() ** 2
        rest = (1 - likely) / 4
        found.append(
            Suggestion(
                ident,
                ModelVersion(1),
                2,
                CategoryKey("E" if likely > 0.5 else "O"),
                CategoryKey("O"),
                (rest, rest, rest, likely, rest),
                0.5,
            )
        )
    with session.project.transaction() as connection:
        suggestions.store(connection, found)


def draw(session: Session, audits: int = 60) -> audit.Plan:
    planner = audit_drawing.Planner(session, audits, seed=3)
    while not planner.step():
        pass
    planner.commit()
    plan = audit.plan(session)
    assert plan is not None
    return plan


def read(session: Session, plan: audit.Plan, excretion: set[SentenceId], count: int) -> None:
    for drawn in plan.drawn[:count]:
        key = CategoryKey("E" if drawn.sentence in excretion else "O")
        shown = Shown(blind=True, arm=Arm.AUDIT, inclusion_probability=drawn.inclusion)
        annotating.decide(session, drawn.sentence, key, shown)


def test_an_audit_is_drawn_from_what_is_undecided_and_never_from_held_out_drugs(
    session: Session,
) -> None:
    among = pool(session)
    suggest(session, set(among[:30]), random.Random(1))
    annotating.decide(session, among[0], CategoryKey("E"), Shown())
    plan = draw(session)
    ids = {d.sentence for d in plan.drawn}
    assert (len(plan.drawn), len(ids), plan.pool) == (60, 60, len(among) - 1)
    assert ids <= set(among[1:])
    assert all(0 < d.inclusion <= 1 for d in plan.drawn)
    # Horvitz and Thompson: the inverse chances add up to the pool.
    assert sum(1 / d.inclusion for d in plan.drawn) == pytest.approx(plan.pool, rel=1e-3)


def test_its_queue_carries_arm_and_chance_and_its_sentences_are_decided_blind(
    session: Session,
) -> None:
    among = pool(session)
    suggest(session, set(among[:30]), random.Random(1))
    plan = draw(session)
    built = queue.build(session, QueueKind.AUDIT)
    assert [i.sentence for i in built.items] == [d.sentence for d in plan.drawn]
    assert {i.arm for i in built.items} == {Arm.AUDIT}
    first = built.items[0]
    assert first.inclusion_probability == plan.drawn[0].inclusion
    assert annotating.must_be_blind(session, first.sentence)
    read(session, plan, set(), 1)
    stored = annotating.annotation(session, first.sentence)
    assert stored is not None
    assert stored.provenance.arm is Arm.AUDIT
    assert stored.provenance.inclusion_probability == plan.drawn[0].inclusion
    assert not annotating.must_be_blind(session, first.sentence)
    assert len(queue.build(session, QueueKind.AUDIT).items) == 59


def test_accepting_many_leaves_the_audit_to_be_read(session: Session) -> None:
    among = pool(session)
    suggest(session, set(among[:30]), random.Random(1))
    plan = draw(session)
    changes = annotating.bulk_accept(session, among)
    assert changes.annotations
    assert not changes.annotations & {d.sentence for d in plan.drawn}


def test_before_enough_is_read_there_is_no_estimate(session: Session) -> None:
    suggest(session, set(pool(session)[:30]), random.Random(1))
    assert audit.state(session) is None
    plan = draw(session)
    read(session, plan, set(), audit.FEWEST_READ - 1)
    state = audit.state(session)
    assert state is not None
    assert (state.read, state.estimates) == (audit.FEWEST_READ - 1, ())


def test_the_interval_holds_what_is_really_unfound(session: Session) -> None:
    among = pool(session)
    held = 0
    for seed in range(5):
        noise = random.Random(seed)
        excretion = set(noise.sample(among, 40))
        suggest(session, excretion, noise)
        plan = draw(session)
        read(session, plan, excretion, 60)
        state = audit.state(session)
        assert state is not None and state.done
        unfound = len(excretion - {d.sentence for d in plan.drawn})
        estimate = next(e for e in state.estimates if e.category == "E")
        held += estimate.low <= unfound <= estimate.high
        assert estimate.high < 120
        for _ in range(61):
            annotating.undo(session)
    assert held >= 4


def test_what_is_found_meanwhile_is_not_out_there_any_more(session: Session) -> None:
    among = pool(session)
    excretion = set(among[:60])
    suggest(session, excretion, random.Random(4))
    plan = draw(session)
    read(session, plan, excretion, 60)
    before = audit.state(session)
    drawn = {d.sentence for d in plan.drawn}
    others = [i for i in among if i in excretion and i not in drawn]
    for ident in others:
        annotating.decide(session, ident, CategoryKey("E"), Shown())
    after = audit.state(session)
    assert before is not None and after is not None
    old = next(e for e in before.estimates if e.category == "E")
    new = next(e for e in after.estimates if e.category == "E")
    assert (new.since, new.found) == (len(others), old.found)
    assert new.high == max(0, old.high - len(others))
    assert new.estimate < old.estimate
    assert after.undecided == before.undecided - len(others)


def test_a_set_aside_sentence_counts_as_such_and_not_as_read(session: Session) -> None:
    suggest(session, set(), random.Random(1))
    plan = draw(session)
    annotating.unsure(session, plan.drawn[0].sentence, Shown(blind=True))
    state = audit.state(session)
    assert state is not None
    assert (state.read, state.set_aside) == (0, 1)


def test_drawing_can_be_undone_and_the_log_replays_it(session: Session) -> None:
    suggest(session, set(), random.Random(1))
    plan = draw(session)
    annotating.undo(session)
    assert audit.plan(session) is None
    assert not annotating.must_be_blind(session, plan.drawn[0].sentence)
    annotating.redo(session)
    assert audit.plan(session) == plan
    assert check(session.connection).faults == ()


def test_with_nothing_to_draw_from_it_says_so(session: Session) -> None:
    planner = audit_drawing.Planner(session)
    with pytest.raises(Problem, match="no model has suggested yet"):
        while not planner.step():
            pass
    assert audit.plan(session) is None
