"""A curator's actions, undo and redo, provenance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import AnnotationState, Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences, suggestions
from tests.drafts import simple_label

A, D, M, E = (CategoryKey(k) for k in "ADME")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        importing.commit_batch(opened, [simple_label(i) for i in range(3)], importing.ImportTally())
        yield opened


def ids(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def suggestion(sentence: SentenceId, category: str = "A") -> Suggestion:
    others = {"A": "D"}.get(category, "A")
    probabilities = tuple(0.8 if k == category else 0.05 for k in "ADMEO")
    return Suggestion(
        sentence, ModelVersion(2), 7, CategoryKey(category), CategoryKey(others), probabilities, 0.6
    )


def state(session: Session, sentence: SentenceId) -> AnnotationState | None:
    own = annotating.annotation(session, sentence)
    return None if own is None else own.state


def test_accepting_and_correcting_keep_what_was_shown(session: Session) -> None:
    first, second = ids(session)[:2]
    annotating.accept(session, first, Shown(suggestion(first), arm=Arm.UNCERTAIN))
    annotating.decide(session, second, M, Shown(suggestion(second)))
    accepted = annotating.annotation(session, first)
    corrected = annotating.annotation(session, second)
    assert accepted is not None and corrected is not None
    assert (accepted.state, corrected.state) == ("accepted", "corrected")
    assert accepted.provenance.probability == pytest.approx(0.8)
    assert (accepted.provenance.model_version, accepted.provenance.head_revision) == (2, 7)
    assert accepted.provenance.arm is Arm.UNCERTAIN
    assert (corrected.category, corrected.provenance.suggested) == ("M", "A")


def test_a_blind_decision_says_so_and_keeps_the_suggestion_that_was_hidden(
    session: Session,
) -> None:
    sentence = ids(session)[0]
    annotating.decide(session, sentence, E, Shown(suggestion(sentence), blind=True))
    own = annotating.annotation(session, sentence)
    assert own is not None
    assert own.state is AnnotationState.DECIDED
    assert own.provenance.blind and own.provenance.suggested == "A"
    held = annotations.resolutions(session.connection, [sentence])[sentence]
    assert held.blind


def test_accepting_without_a_suggestion_is_refused_in_words(session: Session) -> None:
    with pytest.raises(Problem, match="No suggestion"):
        annotating.accept(session, ids(session)[0], Shown())


def test_deciding_the_same_again_changes_nothing_and_adds_no_undo_step(session: Session) -> None:
    sentence = ids(session)[0]
    assert annotating.decide(session, sentence, A, Shown())
    assert not annotating.decide(session, sentence, A, Shown())
    annotating.undo(session)
    assert state(session, sentence) is None


def test_undo_walks_back_over_sentences_and_kinds_and_redo_forward(session: Session) -> None:
    one, two, three = ids(session)[:3]
    annotating.decide(session, one, A, Shown())
    annotating.toggle_also(session, one, M)
    annotating.skip(session, two, Shown())
    annotating.toggle_flag(session, three)
    annotating.set_note(session, three, "look again")
    for expected in (three, three, two, one, one):
        assert annotating.undo(session).focus == expected
    assert not annotating.undo(session)
    assert session.connection.execute("SELECT count(*) FROM annotation").fetchone()[0] == 0
    for _ in range(5):
        assert annotating.redo(session)
    assert not annotating.redo(session)
    own = annotating.annotation(session, three)
    assert own is not None and own.flagged and own.note == "look again"
    also = annotating.annotation(session, one)
    assert also is not None and also.also == ("M",)


def test_undo_after_reopen_restores_the_previous_category(session: Session) -> None:
    sentence = ids(session)[0]
    annotating.decide(session, sentence, A, Shown())
    annotating.decide(session, sentence, D, Shown())
    path = session.path
    session.close()
    with Session.open(path, "ana") as again:
        annotating.undo(again)
        own = annotating.annotation(again, sentence)
        assert own is not None and own.category == "A"
        annotating.redo(again)
        own = annotating.annotation(again, sentence)
        assert own is not None and own.category == "D"


def test_a_new_decision_after_undo_empties_redo(session: Session) -> None:
    one, two = ids(session)[:2]
    annotating.decide(session, one, A, Shown())
    annotating.undo(session)
    annotating.decide(session, two, D, Shown())
    assert not annotating.redo(session)


def test_bulk_accept_is_one_undo_step_and_leaves_decided_and_held_out_alone(
    session: Session,
) -> None:
    everything = ids(session)
    with session.project.transaction() as connection:
        suggestions.store(connection, [suggestion(i, "D") for i in everything])
    annotating.decide(session, everything[0], A, Shown())
    group = sentences.model_inputs(session.connection, [everything[-1]])[0].group
    importing.set_held_out(session, [group], True)
    changes = annotating.bulk_accept(session, everything)
    assert len(changes.annotations) == 24 - 1 - 8
    assert state(session, everything[0]) is AnnotationState.DECIDED
    assert state(session, everything[-1]) is None
    assert state(session, everything[1]) is AnnotationState.BULK
    annotating.undo(session)
    assert state(session, everything[1]) is None


def test_two_curators_who_disagree_are_a_conflict_until_one_gives_way(session: Session) -> None:
    sentence = ids(session)[0]
    annotating.decide(session, sentence, A, Shown())
    session.curator = "ben"
    annotating.decide(session, sentence, D, Shown())
    row = session.connection.execute("SELECT category, source FROM resolution").fetchone()
    assert (row["category"], row["source"]) == (None, "conflict")
    annotating.decide(session, sentence, A, Shown())
    row = session.connection.execute("SELECT category, source FROM resolution").fetchone()
    assert (row["category"], row["source"]) == ("A", "agreed")


def test_further_categories_keep_scheme_order_and_exclude_the_first(session: Session) -> None:
    sentence = ids(session)[0]
    annotating.decide(session, sentence, M, Shown())
    annotating.toggle_also(session, sentence, E)
    annotating.toggle_also(session, sentence, A)
    own = annotating.annotation(session, sentence)
    assert own is not None and own.also == ("A", "E")
    with pytest.raises(Problem, match="already the category"):
        annotating.toggle_also(session, sentence, M)
    annotating.decide(session, sentence, E, Shown())
    own = annotating.annotation(session, sentence)
    assert own is not None and (own.category, own.also) == ("E", ("A",))
