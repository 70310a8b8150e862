"""Annotations that look wrong: the list, why each is on it, and how it comes off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Arm, SentenceId
from adme_labeler.services import annotating, importing, queue, second_look, suspects
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind, Task
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label

A, E, M = CategoryKey("A"), CategoryKey("E"), CategoryKey("M")
DUPLICATES = "near-identical sentences have different categories"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=8) for i in range(6)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        yield opened


def decided(session: Session, count: int = 6) -> list[SentenceId]:
    ids = sentences.in_document_order(session.connection)
    held = sentences.held_out_among(session.connection, ids)
    chosen = [i for i in ids if i not in held][:count]
    for sentence in [*chosen, *sorted(held)[:2]]:
        annotating.decide(session, sentence, A, Shown(arm=Arm.RANDOM))
    return chosen


def found(sentence: SentenceId, proposed: str = "M", duplicates: int = 0, model: str = "M"):
    return protocol.SuspectFound(sentence, "A", proposed, DUPLICATES, model, 0.82, duplicates)


def test_the_question_holds_every_decided_sentence_outside_the_held_out_drugs(
    session: Session,
) -> None:
    ids = decided(session)
    question = suspects.question(session)
    assert question.categories == session.scheme.keys
    assert [(g.id, g.category) for g in question.items] == [(i, "A") for i in ids]


def test_each_says_why_it_is_listed(session: Session) -> None:
    ids = decided(session)
    assert "No annotation is examined" in queue.build(session, QueueKind.WRONG).explanation
    answer = protocol.Examined(
        6,
        6,
        (
            found(ids[0], duplicates=2),
            found(ids[1], duplicates=1, model="E"),
            found(ids[2]),
            found(ids[3], proposed=""),
        ),
    )
    changes = suspects.take(session, answer)
    assert changes.suggestions == set(ids[:4])
    items = queue.build(session, QueueKind.WRONG).items
    assert [i.sentence for i in items] == ids[:4]
    assert all(i.task is Task.REVIEW and i.arm is Arm.REVIEW for i in items)
    assert [i.reason for i in items] == [
        "decided Absorption; the model and 2 near-identical sentences say Metabolism",
        "decided Absorption; 1 near-identical sentence says Metabolism, the model Excretion",
        "decided Absorption; a model that never saw it says Metabolism (82 %)",
        "decided Absorption: so few sentences are that each deserves another look",
    ]


def test_confirming_takes_it_off_the_list_and_undo_brings_it_back(session: Session) -> None:
    ids = decided(session)
    suspects.take(session, protocol.Examined(6, 6, (found(ids[0]), found(ids[1]))))
    first = annotating.annotation(session, ids[0])
    second_look.review(session, ids[0], A, Shown(arm=Arm.REVIEW))
    assert annotating.annotation(session, ids[0]) == first
    assert [s.sentence for s in suspects.standing(session)] == [ids[1]]
    # A later examination that lists it again does not bring it back: a person has looked.
    suspects.take(session, protocol.Examined(6, 6, (found(ids[0]), found(ids[1]))))
    assert [s.sentence for s in suspects.standing(session)] == [ids[1]]
    assert annotating.undo(session).focus == ids[0]
    assert [s.sentence for s in suspects.standing(session)] == ids[:2]
    assert check(session.connection).faults == ()


def test_a_correction_is_an_ordinary_one_and_nothing_is_corrected_by_itself(
    session: Session,
) -> None:
    ids = decided(session)
    suspects.take(session, protocol.Examined(6, 6, (found(ids[0]), found(ids[1]))))
    held = annotations.resolutions(session.connection, ids)
    assert {h.category for h in held.values()} == {A}
    second_look.review(session, ids[0], M, Shown(arm=Arm.REVIEW))
    own = annotating.annotation(session, ids[0])
    assert own is not None and own.category == M and own.provenance.arm is Arm.REVIEW
    assert [s.sentence for s in suspects.standing(session)] == [ids[1]]
    annotating.undo(session)
    back = annotating.annotation(session, ids[0])
    assert back is not None and back.category == A and back.provenance.arm is Arm.RANDOM


def test_another_curators_annotation_is_confirmed_by_a_decision_of_ones_own(
    session: Session,
) -> None:
    ids = decided(session)
    suspects.take(session, protocol.Examined(6, 6, (found(ids[0]),)))
    session.curator = "ben"
    second_look.review(session, ids[0], A, Shown(arm=Arm.REVIEW))
    own = annotating.annotation(session, ids[0])
    assert own is not None and own.category == A
    assert suspects.standing(session) == []
    assert suspects.examined(session) == (6, 6)
    assert "Nothing looks wrong: 6 of 6" in queue.build(session, QueueKind.WRONG).explanation


def test_an_examination_that_could_judge_nothing_says_so(session: Session) -> None:
    decided(session)
    suspects.take(session, protocol.Examined(6, 0, ()))
    assert "cannot be judged yet" in queue.build(session, QueueKind.WRONG).explanation
