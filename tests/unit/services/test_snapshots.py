"""A snapshot is the project at one operation, however long it takes to write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import SentenceId
from adme_labeler.domain.slices import at_once
from adme_labeler.services import annotating, importing, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.storage import log, models, sentences
from tests.drafts import simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(n) for n in range(6)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        yield opened


def learnable(session: Session) -> list[SentenceId]:
    return [i.id for i in sentences.model_inputs(session.connection) if not i.held_out]


def decide(session: Session, sentence: SentenceId, category: str) -> None:
    annotating.decide(session, sentence, CategoryKey(category), Shown())


def test_what_is_decided_while_a_snapshot_is_written_is_not_in_it_but_counts_as_new(
    session: Session,
) -> None:
    first, *_, last = learnable(session)
    decide(session, first, "M")
    head = log.head(session.connection)[0]
    steps = training.creating_run(session, encoder=session.project.folder)
    next(steps)
    decide(session, last, "E")
    decide(session, first, "A")
    run = at_once(steps)

    body = (run.folder / "snapshot.jsonl").read_bytes()
    rows = [json.loads(line) for line in body.splitlines()]
    assert [(r["sentence"], r["category"]) for r in rows if r["role"] == "train"] == [(first, "M")]
    assert last in {r["sentence"] for r in rows if r["role"] == "hint"}
    (stored,) = models.runs(session.connection)
    assert (stored.snapshot_operation, stored.annotations) == (head, 1)
    assert stored.snapshot_sha256 == hashlib.sha256(body).hexdigest()
    with session.project.transaction() as connection:
        models.set_run_state(connection, run.id, models.RunState.FINISHED, None)
    assert training.since_last_training(session) == 2


def test_a_snapshot_that_is_given_up_leaves_no_run_and_no_file(session: Session) -> None:
    decide(session, learnable(session)[0], "M")
    steps = training.creating_run(session, encoder=session.project.folder)
    next(steps)
    steps.close()
    assert models.runs(session.connection) == []
    assert list((session.project.folder / "runs").iterdir()) == []


def test_examples_that_are_gathered_in_slices_follow_drug_labels_that_come_meanwhile(
    session: Session,
) -> None:
    decide(session, learnable(session)[0], "M")
    keeper = ScoreKeeper.start(session)
    steps = keeper.refitting()
    next(steps)
    next(steps)
    assert keeper.revision == -1
    importing.commit_batch(session, [simple_label(9)], importing.ImportTally())
    keeper.sentences_changed()
    message = at_once(steps)
    assert message.revision == keeper.revision == 0
    new = set(sentences.in_document_order(session.connection)) - {e.id for e in message.examples}
    held = {i.id for i in sentences.model_inputs(session.connection) if i.held_out}
    assert new == held
    assert message.examples == ScoreKeeper.start(session).refit().examples
