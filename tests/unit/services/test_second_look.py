"""Second looks: which decisions come back, when, and what they leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import AnnotationState, Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, history, importing, project_settings, queue
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind, Task
from adme_labeler.services.second_look import NowAndThen, decide, waiting
from adme_labeler.services.session import Session
from adme_labeler.storage import second_looks, sentences
from adme_labeler.storage.integrity import check
from adme_labeler.storage.second_looks import Why
from tests.drafts import simple_label

A, E, M = CategoryKey("A"), CategoryKey("E"), CategoryKey("M")
MONDAY, LATER = "2026-03-02T09:00:00.000Z", "2026-03-05T09:00:00.000Z"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=40) for i in range(10)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        opened.project.now = lambda: MONDAY
        yield opened


def everything(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def decide_everything(session: Session, blind: bool = False) -> None:
    for sentence in everything(session):
        made = Suggestion(sentence, ModelVersion(1), 2, A, M, (0.6, 0.1, 0.1, 0.1, 0.1), 0.5)
        shown = Shown(made, blind, Arm.RANDOM, 0.25)
        annotating.decide(session, sentence, A, shown)


def test_a_small_share_of_ones_own_decisions_comes_back_after_three_days(session: Session) -> None:
    decide_everything(session)
    session.project.now = lambda: "2026-03-05T08:59:59.999Z"
    assert waiting(session) == []
    session.project.now = lambda: LATER
    back = waiting(session)
    assert 2 <= len(back) <= 28  # 3 % of 400, by chance
    session.curator = "ben"
    assert waiting(session) == []
    session.curator = "ana"
    project_settings.save(session, replace(project_settings.read(session), second_look_share=0.0))
    assert waiting(session) == []


def test_an_equal_decision_is_recorded_and_leaves_the_first_one_as_it_was(session: Session) -> None:
    decide_everything(session)
    session.project.now = lambda: LATER
    sentence = waiting(session)[0]
    first = annotating.annotation(session, sentence)
    changes = decide(session, sentence, A, Shown(blind=True, arm=Arm.REVIEW))
    assert changes.annotations == {sentence}
    assert annotating.annotation(session, sentence) == first
    (placed,) = second_looks.by_chance(session.connection, "ana")
    look = placed.look
    assert (look.first, look.first_at, look.category, look.at) == (A, MONDAY, A, LATER)
    assert sentence not in waiting(session)
    assert check(session.connection).faults == ()
    assert annotating.undo(session).focus == sentence
    assert second_looks.by_chance(session.connection, "ana") == []
    assert sentence in waiting(session)
    annotating.redo(session)
    assert len(second_looks.by_chance(session.connection, "ana")) == 1
    assert check(session.connection).faults == ()


@pytest.mark.parametrize("blind", [True, False])
def test_another_category_becomes_the_annotation_but_not_its_provenance(
    session: Session, blind: bool
) -> None:
    decide_everything(session, blind)
    session.project.now = lambda: LATER
    sentence = waiting(session)[0]
    first = annotating.annotation(session, sentence)
    decide(session, sentence, E, Shown(blind=True, arm=Arm.REVIEW))
    own = annotating.annotation(session, sentence)
    assert own is not None and first is not None
    assert own.category == E and own.provenance == first.provenance
    expected = AnnotationState.DECIDED if blind else AnnotationState.CORRECTED
    assert own.state is expected
    (placed,) = second_looks.by_chance(session.connection, "ana")
    assert (placed.look.first, placed.look.category) == (A, E)
    # Made up one's mind again in the same second look: what was first stays first.
    decide(session, sentence, M, Shown(blind=True, arm=Arm.REVIEW))
    (placed,) = second_looks.by_chance(session.connection, "ana")
    assert (placed.look.first, placed.look.first_at, placed.look.category) == (A, MONDAY, M)
    operation = history.newest(session)
    annotation, look = history.details(session, operation)
    assert (annotation.sentence, look.sentence) == (sentence, sentence)
    assert look.what.startswith("Second look: ") and look.before == "Excretion, at first Absorption"
    assert look.after == "Metabolism, at first Absorption"
    assert history.first_sentence(session, operation) == sentence
    annotating.undo(session)
    annotating.undo(session)
    assert annotating.annotation(session, sentence) == first
    assert check(session.connection).faults == ()


def test_what_was_settled_since_or_taken_back_does_not_come_back(session: Session) -> None:
    decide_everything(session)
    session.project.now = lambda: LATER
    one, two = waiting(session)[:2]
    annotating.clear(session, one)
    annotating.skip(session, two, Shown())
    assert not {one, two} & set(waiting(session))


def test_they_come_rarely_and_never_two_in_a_row(session: Session) -> None:
    decide_everything(session)
    session.project.now = lambda: LATER
    now_and_then = NowAndThen(session, waiting)
    brought = [now_and_then.next() for _ in range(100)]
    places = [n for n, sentence in enumerate(brought) if sentence is not None]
    assert places == [32, 65, 98]
    assert len({brought[n] for n in places}) == len(places)


def test_the_queue_says_why_and_asks_to_look_again(session: Session) -> None:
    assert "three days" in queue.build(session, QueueKind.SECOND_LOOK).explanation
    decide_everything(session)
    session.project.now = lambda: LATER
    items = queue.build(session, QueueKind.SECOND_LOOK).items
    assert [i.sentence for i in items] == waiting(session)
    assert all(i.task is Task.LOOK_AGAIN and "second look" in i.reason for i in items)


def test_a_second_look_by_chance_is_none_at_what_looks_wrong(session: Session) -> None:
    decide_everything(session)
    session.project.now = lambda: LATER
    sentence = waiting(session)[0]
    from adme_labeler.services.second_look import review

    review(session, sentence, A, Shown())
    assert second_looks.by_chance(session.connection, "ana") == []
    assert second_looks.get(session.connection, sentence, "ana", Why.LOOKS_WRONG) is not None
    assert sentence in waiting(session)
