"""Empty queues: each says what emptied it, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.services import annotating, conflicts, empty_queues, importing, queue, shelf
from adme_labeler.services.annotating import Shown
from adme_labeler.services.project_settings import ProjectSettings, save
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from tests.drafts import simple_label

A, D = CategoryKey("A"), CategoryKey("D")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        importing.commit_batch(opened, [simple_label(0)], importing.ImportTally())
        yield opened


def said(session: Session, kind: QueueKind) -> str:
    built = queue.build(session, kind)
    assert built.items == ()
    return built.explanation


def decide_all(session: Session) -> list:
    ids = sentences.in_document_order(session.connection)
    for sentence in ids:
        annotating.decide(session, sentence, A, Shown())
    return ids


@pytest.mark.parametrize("kind", QueueKind)
def test_without_sentences_every_queue_says_how_they_come(tmp_path: Path, kind: QueueKind) -> None:
    with Session.create(tmp_path / "empty", "ana") as empty:
        assert said(empty, kind) == empty_queues.no_sentences()


@pytest.mark.parametrize("kind", [k for k in QueueKind if k is not QueueKind.DOCUMENT])
def test_when_all_is_decided_every_queue_names_a_menu_to_go_on_with(
    session: Session, kind: QueueKind
) -> None:
    decide_all(session)
    assert " > " in said(session, kind)
    assert said(session, kind) != empty_queues.no_sentences()


def test_what_was_set_aside_or_is_in_conflict_is_named_with_its_queue(session: Session) -> None:
    ids = decide_all(session)
    disputed = ids[0]
    for _ in range(3):
        annotating.undo(session)
    annotating.skip(session, ids[-1], Shown())
    annotating.unsure(session, ids[-2], Shown())
    annotating.unsure(session, ids[-3], Shown())
    session.curator = "ben"
    annotating.decide(session, disputed, D, Shown())
    session.curator = "ana"
    assert said(session, QueueKind.UNCERTAIN) == (
        "Every sentence is decided, apart from 1 skipped (Queue > Skipped), 2 unsure (Queue > "
        "Unsure) and 1 in conflict (Queue > Conflicts between curators)."
    )
    conflicts.settle(session, disputed, D)
    assert "conflict" not in said(session, QueueKind.UNCERTAIN)


def test_the_rarest_category_tells_no_model_from_no_candidate(session: Session) -> None:
    assert said(session, QueueKind.RAREST).startswith("No model has suggested Absorption yet")


def test_second_looks_that_are_switched_off_say_where_they_are_switched_on(
    session: Session,
) -> None:
    assert "three days" in said(session, QueueKind.SECOND_LOOK)
    save(session, ProjectSettings(second_look_share=0))
    assert "Edit > Project settings" in said(session, QueueKind.SECOND_LOOK)


def test_conflicts_tell_one_curator_from_several_who_agree(session: Session) -> None:
    assert "merge" in said(session, QueueKind.CONFLICTS).lower()
    (first, *_) = decide_all(session)
    session.curator = "ben"
    annotating.decide(session, first, A, Shown())
    assert said(session, QueueKind.CONFLICTS).startswith("Curators agree")


def test_a_conflict_that_nobody_settled_is_open_in_the_progress_of_its_label(
    session: Session,
) -> None:
    (first, *rest) = decide_all(session)
    (label,) = shelf.read(session).values()
    assert label.decided == label.sentences == 1 + len(rest)
    session.curator = "ben"
    changes = annotating.decide(session, first, D, Shown())
    (label,) = shelf.followed(session, {label.id: label}, changes).values()
    assert label.decided == len(rest)
    changes = conflicts.settle(session, first, D)
    (label,) = shelf.followed(session, {label.id: label}, changes).values()
    assert label.decided == label.sentences
