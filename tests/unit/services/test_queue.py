"""Queues: order, arms, what they leave out, and what they say when they are empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, finding, hunting, importing, queue
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences, suggestions
from tests.drafts import block, label, simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=20) for i in range(12)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        ids = sentences.in_document_order(opened.connection)
        with opened.project.transaction() as connection:
            suggestions.store(connection, [_suggestion(i, n) for n, i in enumerate(ids)])
        yield opened


def _suggestion(sentence: SentenceId, n: int) -> Suggestion:
    key = CategoryKey("ADMEO"[n % 5])
    probabilities = tuple(0.6 if k == key else 0.1 for k in "ADMEO")
    return Suggestion(
        sentence, ModelVersion(0), 0, key, CategoryKey("O"), probabilities, (n % 97) / 97
    )


def held_out(session: Session) -> set[SentenceId]:
    return {i.id for i in sentences.model_inputs(session.connection) if i.held_out}


def test_document_order_holds_every_sentence_of_every_label_in_its_place(session: Session) -> None:
    items = queue.build(session, QueueKind.DOCUMENT).items
    assert len(items) == 240
    texts = [s.text for s in sentences.get(session.connection, [i.sentence for i in items[:20]])]
    assert [f"sentence {n} " in t for n, t in enumerate(texts)] == [True] * 20


def test_uncertain_queue_is_three_quarters_margin_one_quarter_random(session: Session) -> None:
    items = queue.build(session, QueueKind.UNCERTAIN).items
    arms = Counter(item.arm for item in items)
    assert arms == {Arm.UNCERTAIN: 75, Arm.RANDOM: 25}
    assert len({item.sentence for item in items}) == 100
    chance = {item.inclusion_probability for item in items if item.arm is Arm.RANDOM}
    assert chance == {25 / (240 - 75)}


def test_the_model_never_chooses_held_out_sentences(session: Session) -> None:
    hidden = held_out(session)
    assert hidden
    for kind in (QueueKind.UNCERTAIN, QueueKind.RAREST):
        chosen = {i.sentence for i in queue.build(session, kind).items if i.arm is not Arm.RANDOM}
        assert chosen
        assert not chosen & hidden


def test_uncertain_queue_spreads_over_drug_labels(session: Session) -> None:
    items = [i for i in queue.build(session, QueueKind.UNCERTAIN).items if i.arm is Arm.UNCERTAIN]
    first = [sentences.label_of(session.connection, i.sentence) for i in items[:10]]
    assert max(Counter(first).values()) <= 2


def test_decided_skipped_and_unsure_sentences_leave_the_model_driven_queues(
    session: Session,
) -> None:
    first, second, third = (i.sentence for i in queue.build(session, QueueKind.RAREST).items[:3])
    annotating.decide(session, first, CategoryKey("O"), Shown())
    annotating.skip(session, second, Shown())
    annotating.unsure(session, third, Shown())
    left = {i.sentence for i in queue.build(session, QueueKind.RAREST).items}
    assert not left & {first, second, third}
    assert [i.sentence for i in queue.build(session, QueueKind.SKIPPED).items] == [second]
    assert [i.sentence for i in queue.build(session, QueueKind.UNSURE).items] == [third]


def test_rarest_category_follows_what_was_decided(session: Session) -> None:
    assert queue.rarest_category(session) == "A"
    ids = sentences.in_document_order(session.connection)
    for sentence, key in zip(ids, "AADDM", strict=False):
        annotating.decide(session, sentence, CategoryKey(key), Shown())
    assert queue.rarest_category(session) == "E"
    best = hunting.Hunt(session).next()
    assert best is not None
    suggested = suggestions.get(session.connection, [best.sentence])[best.sentence]
    assert suggested.category == "E"


def test_identical_sentences_come_once_among_the_uncertain(session: Session) -> None:
    twins = [label(f"t{i}", f"Twin{i}", [block("X", ["The very same words."])]) for i in range(4)]
    importing.commit_batch(session, twins, importing.ImportTally())
    ids = finding.find(session, '"very same words"').ids
    assert len(ids) == 4
    with session.project.transaction() as connection:
        suggestions.store(connection, [_suggestion(i, 0) for i in ids])
    items = queue.build(session, QueueKind.UNCERTAIN).items
    assert sum(i.sentence in ids for i in items if i.arm is Arm.UNCERTAIN) == 1
