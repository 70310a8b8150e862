"""The blind share: drawn by the uid, hidden wherever a suggestion could be seen, kept for later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.domain.resolution import resolve
from adme_labeler.services import (
    annotating,
    blindness,
    bulk,
    finding,
    hunting,
    importing,
    project_settings,
    queue,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.blindness import Why
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences, suggestions
from adme_labeler.worker import export_rows
from tests.drafts import simple_label

A, E = CategoryKey("A"), CategoryKey("E")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=40) for i in range(30)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        with opened.project.transaction() as connection:
            suggestions.store(connection, [suggestion(i) for i in everything(opened)])
        yield opened


def everything(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def suggestion(sentence: SentenceId, key: CategoryKey = A) -> Suggestion:
    shares = tuple(0.6 if k == key else 0.1 for k in "ADMEO")
    return Suggestion(sentence, ModelVersion(0), 1, key, CategoryKey("O"), shares, 0.4)


def of_share(session: Session) -> list[SentenceId]:
    """Outside the held-out drugs."""
    ids = everything(session)
    taken = blindness.of_share(session, ids) - sentences.held_out_among(session.connection, ids)
    return sorted(taken)


def set_share(session: Session, share: float) -> None:
    wanted = replace(project_settings.read(session), blind_share=share)
    project_settings.save(session, wanted)


def test_the_share_is_as_large_as_it_says_and_a_smaller_one_lies_within_a_larger(
    session: Session,
) -> None:
    ids = everything(session)
    taken = {}
    for share in (0.0, 0.05, 0.2, 0.5):
        set_share(session, share)
        taken[share] = blindness.of_share(session, ids)
        assert abs(len(taken[share]) / len(ids) - share) < 3 * (share / len(ids)) ** 0.5 + 1e-9
    assert taken[0.0] < taken[0.05] < taken[0.2] < taken[0.5]


def test_the_same_sentences_are_taken_in_another_project(session: Session, tmp_path: Path) -> None:
    texts = {s.text for s in sentences.get(session.connection, of_share(session))}
    with Session.create(tmp_path / "other", "ben") as other:
        drafts = [simple_label(i, sentences=40) for i in reversed(range(30))]
        importing.commit_batch(other, drafts, importing.ImportTally())
        again = blindness.of_share(other, everything(other))
        assert texts <= {s.text for s in sentences.get(other.connection, sorted(again))}


def test_a_suggestion_of_the_share_is_hidden_until_this_curator_has_decided(
    session: Session,
) -> None:
    first = of_share(session)[0]
    assert blindness.why(session, first) is Why.SHARE
    assert annotating.must_be_blind(session, first)
    annotating.decide(session, first, E, Shown(suggestion(first), blind=True))
    assert not annotating.must_be_blind(session, first)
    session.curator = "ben"
    assert annotating.must_be_blind(session, first)


def test_no_search_list_or_queue_gives_a_hidden_suggestion_away(session: Session) -> None:
    hidden = set(of_share(session))
    assert hidden
    for written in ("suggestion:A", "p>=50%", "p<100%", "-suggestion:E"):
        found = set(finding.find(session, written).ids)
        assert found and not found & hidden, written
    visible = set(everything(session)) - blindness.among(session, everything(session))
    order = finding.ordered(session, everything(session), finding.Column.SUGGESTION)
    assert set(order[: len(visible)]) == visible
    assert not {i.sentence for i in queue.build(session, QueueKind.RAREST).items} & hidden
    pool = bulk.read(session)
    assert len(pool) == len(visible)
    hunt = hunting.Hunt(session)
    hunt.similar = lambda category: everything(session)
    picks = [pick for _ in range(60) if (pick := hunt.next()) is not None]
    assert {p.arm for p in picks} >= {Arm.RARE, Arm.SIMILAR}
    assert not {p.sentence for p in picks} & hidden


def test_bulk_accept_leaves_the_share_alone(session: Session) -> None:
    ids = everything(session)
    hidden = blindness.among(session, ids)
    accepted = annotating.bulk_accept(session, ids).annotations
    assert accepted == set(ids) - hidden
    assert "held out" not in bulk.set_category(session, of_share(session)[:2], E).said


def test_an_export_leaves_hidden_suggestions_out(session: Session, tmp_path: Path) -> None:
    hidden = of_share(session)
    annotating.decide(session, hidden[0], E, Shown(suggestion(hidden[0]), blind=True))
    names = {c.key: c.name for c in session.scheme.categories}
    job = protocol.ExportJob(
        project="p", out="o", blind_below=blindness.uid_below(session), drawn=(hidden[-1] + 1,)
    )
    rows = {r.uid: r for r in export_rows.rows(session.connection, names, job)}
    uids = {s.id: s.uid for s in sentences.get(session.connection, everything(session))}
    assert rows[uids[hidden[0]]].suggestion == "Absorption"
    assert rows[uids[hidden[0]]].shown_suggestion == "" and rows[uids[hidden[0]]].blind
    assert all(not rows[uids[i]].suggestion and not rows[uids[i]].model for i in hidden[1:])
    shown = [r for r in rows.values() if r.suggestion]
    assert len(shown) >= 0.6 * len(rows)


def test_blind_means_that_nobody_saw_a_suggestion_in_old_projects_as_well(
    session: Session,
) -> None:
    first, second, third = of_share(session)[:3]
    annotating.decide(session, first, E, Shown(suggestion(first), blind=True))
    annotating.decide(session, second, E, Shown(None, blind=True))
    annotating.decide(session, third, E, Shown(suggestion(third)))
    held = annotations.resolutions(session.connection, [first, second, third])
    assert [held[i].blind for i in (first, second, third)] == [True, True, False]
    own = annotating.annotation(session, first)
    old = annotating.annotation(session, third)
    assert own is not None and old is not None
    assert own.provenance.suggested == A and own.provenance.blind
    both = resolve([own, replace(old, sentence=first, curator="ben")], None)
    assert both is not None and not both.blind
