"""Identical sentences: who gets a decision, with which provenance, and who never does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import AnnotationState, Arm, BlockKind, SentenceId
from adme_labeler.services import annotating, finding, identical, importing, queue
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, labels, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import block, label

M, OTHER = CategoryKey("M"), CategoryKey("O")
SAME = "No accumulation was seen."
BLANKS = "No  accumulation was SEEN."


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [
            label(f"s{n}", f"Drug{n}", [block("X", [SAME if n else BLANKS, f"Own words {n}."])])
            for n in range(6)
        ]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened


def same(session: Session) -> list[SentenceId]:
    rows = session.connection.execute(
        "SELECT id FROM sentence WHERE text LIKE 'No%ccumulation%' ORDER BY id"
    )
    return [SentenceId(row["id"]) for row in rows]


def hold_out(session: Session, sentence: SentenceId) -> None:
    ident = sentences.label_of(session.connection, sentence)
    group = labels.one(session.connection, ident).group
    importing.set_held_out(session, [group], True, automatic=True)


def held(session: Session) -> dict[SentenceId, str | None]:
    found = annotations.resolutions(session.connection, same(session))
    return {sentence: found[sentence].category for sentence in found}


def test_a_decision_is_offered_to_the_same_text_whatever_its_blanks_and_case(
    session: Session,
) -> None:
    first, *others = same(session)
    assert identical.offer(session, first) is None
    annotating.decide(session, first, M, Shown())
    offer = identical.offer(session, first)
    assert offer is not None
    assert [t.sentence for t in offer.targets] == others
    assert (offer.category, offer.labels, offer.held_out) == (M, 5, 0)


def test_taking_it_over_is_one_operation_that_trains_but_never_evaluates(session: Session) -> None:
    first, *others = same(session)
    annotating.decide(session, first, M, Shown())
    annotating.toggle_also(session, first, OTHER)
    changes = identical.apply(session, first)
    assert changes.annotations == frozenset(others)
    for sentence in others:
        own = annotating.annotation(session, sentence)
        assert own is not None
        assert (own.category, own.also, own.state) == (M, (OTHER,), AnnotationState.BULK)
        assert own.provenance.arm is Arm.IDENTICAL
    found = annotations.resolutions(session.connection, same(session))
    assert [found[s].read for s in (first, *others)] == [True] + [False] * 5
    with pytest.raises(Problem):
        identical.apply(session, first)
    undone = annotating.undo(session)
    assert undone.annotations == frozenset(others)
    assert held(session) == {first: M}
    annotating.redo(session)
    assert set(held(session).values()) == {M} and len(held(session)) == 6
    assert check(session.connection).faults == ()


def test_reading_a_filled_sentence_makes_it_count(session: Session) -> None:
    first, second, *_ = same(session)
    annotating.decide(session, first, M, Shown())
    identical.apply(session, first)
    annotating.decide(session, second, M, Shown())
    assert annotations.resolutions(session.connection, [second])[second].read


def test_held_out_decided_and_set_aside_sentences_are_left_alone(session: Session) -> None:
    first, held_out, decided, skipped, unsure, free = same(session)
    hold_out(session, held_out)
    annotating.decide(session, decided, OTHER, Shown())
    annotating.skip(session, skipped, Shown())
    annotating.unsure(session, unsure, Shown())
    annotating.decide(session, first, M, Shown())
    offer = identical.offer(session, first)
    assert offer is not None
    assert ([t.sentence for t in offer.targets], offer.held_out) == ([free], 1)
    identical.apply(session, first)
    assert held(session) == {first: M, decided: OTHER, free: M}


def test_what_was_filled_follows_a_correction_and_is_never_a_source_itself(
    session: Session,
) -> None:
    first, second, *_ = same(session)
    annotating.decide(session, first, M, Shown())
    identical.apply(session, first)
    assert identical.offer(session, second) is None
    annotating.decide(session, first, OTHER, Shown())
    identical.apply(session, first)
    assert set(held(session).values()) == {OTHER}


def test_always_makes_decision_and_copies_one_undo_step(session: Session) -> None:
    first, *others = same(session)
    own_words = finding.find(session, '"own words 3"').ids[0]
    annotating.decide(session, first, M, Shown())
    assert identical.apply(session, first, ask=False).settings
    assert identical.always(session)
    annotating.undo(session)
    assert not identical.always(session) and held(session) == {first: M}
    annotating.redo(session)
    annotating.clear(session, first)
    for sentence in others:
        annotating.clear(session, sentence)
    done = identical.decide(session, others[0], OTHER, Shown())
    assert len(done.annotations) == 6
    assert set(held(session).values()) == {OTHER} and len(held(session)) == 6
    undone = annotating.undo(session)
    assert undone.focus == others[0]
    assert held(session) == {}
    assert len(identical.decide(session, own_words, OTHER, Shown()).annotations) == 1


def test_the_survey_takes_agreed_texts_over_and_lists_the_others_for_review(
    session: Session,
) -> None:
    more = [label(f"t{n}", f"More{n}", [block("X", ["Food had no effect."])]) for n in range(3)]
    importing.commit_batch(session, more, importing.ImportTally())
    first, second, *_ = same(session)
    annotating.decide(session, first, M, Shown())
    annotating.decide(session, second, OTHER, Shown())
    food = finding.find(session, "food").ids
    annotating.decide(session, food[0], OTHER, Shown())
    survey = identical.survey(session)
    assert [text.text for text in survey.agreed] == ["Food had no effect."]
    assert (survey.sentences, survey.conflicts, len(survey.differing)) == (2, 2, 1)
    identical.apply_everywhere(session, survey.agreed)
    assert identical.survey(session).sentences == 0
    assert held(session) == {first: M, second: OTHER}
    built = queue.build(session, QueueKind.IDENTICAL)
    assert [item.sentence for item in built.items] == [first, second]
    assert built.items[0].reason == (
        "the same sentence is Metabolism in 1 place and Other in 1 place"
    )
    annotating.undo(session)
    assert identical.survey(session).sentences == 2
    annotating.decide(session, second, M, Shown())
    assert queue.build(session, QueueKind.IDENTICAL).items == ()


def test_rows_of_tables_are_no_sentences_to_fill(session: Session) -> None:
    table = label("tab", "Tab", [block("X", [SAME], kind=BlockKind.TABLE)])
    importing.commit_batch(session, [table], importing.ImportTally())
    first = same(session)[0]
    annotating.decide(session, first, M, Shown())
    offer = identical.offer(session, first)
    assert offer is not None and len(offer.targets) == 5
