"""How decisions agree: counted from what was really kept, by chance where chance hid it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adme_labeler.cli import main
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.domain.resolution import ResolutionSource
from adme_labeler.services import (
    annotating,
    blindness,
    conflicts,
    decision_quality,
    importing,
    project_settings,
    queue,
    second_look,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind, Task
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label

A, E, M = CategoryKey("A"), CategoryKey("E"), CategoryKey("M")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=40) for i in range(24)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        set_shares(opened, blind_share=0.2)
        yield opened


def set_shares(session: Session, **shares: float) -> None:
    project_settings.save(session, replace(project_settings.read(session), **shares))


def open_ids(session: Session) -> list[SentenceId]:
    ids = sentences.in_document_order(session.connection)
    return [i for i in ids if i not in sentences.held_out_among(session.connection, ids)]


def made(sentence: SentenceId) -> Suggestion:
    return Suggestion(sentence, ModelVersion(1), 1, A, E, (0.6, 0.1, 0.1, 0.1, 0.1), 0.5)


def read_everything(session: Session, swayed: float, arm: Arm = Arm.DOCUMENT) -> None:
    """A curator who finds the suggestion right in half the cases, and in `swayed` more of them
    when it is on screen."""
    noise = random.Random(5)
    for sentence in open_ids(session):
        blind = annotating.must_be_blind(session, sentence)
        agrees = noise.random() < 0.5 + (0 if blind else swayed)
        annotating.decide(session, sentence, A if agrees else E, Shown(made(sentence), blind, arm))


def test_a_curator_who_follows_what_is_on_screen_is_found_out(session: Session) -> None:
    read_everything(session, swayed=0.4)
    found = decision_quality.report(session).swayed
    hidden = blindness.of_share(session, open_ids(session))
    assert found.blind.sentences == len(hidden)
    assert found.shown.sentences == len(open_ids(session)) - len(hidden)
    assert found.difference_low is not None and found.difference_low > 0.2
    assert found.reason.startswith("A suggestion on screen may sway")


def test_a_curator_who_decides_alike_is_not_accused(session: Session) -> None:
    read_everything(session, swayed=0.0)
    found = decision_quality.report(session).swayed
    assert found.reason.startswith("There is no evidence")


def test_what_was_chosen_counts_on_neither_side(session: Session) -> None:
    read_everything(session, swayed=0.0, arm=Arm.RARE)
    found = decision_quality.report(session).swayed
    assert (found.blind.sentences, found.shown.sentences) == (0, 0)
    assert "10 of each" in found.reason


def test_hiding_by_choice_and_changing_ones_mind_count_on_neither_side(session: Session) -> None:
    shown = [i for i in open_ids(session) if not annotating.must_be_blind(session, i)]
    hidden = [i for i in open_ids(session) if annotating.must_be_blind(session, i)]
    annotating.decide(session, shown[0], A, Shown(made(shown[0]), blind=True))
    annotating.decide(session, hidden[0], E, Shown(made(hidden[0]), blind=True))
    annotating.decide(session, hidden[0], A, Shown(made(hidden[0])))
    annotating.decide(session, hidden[1], A, Shown(made(hidden[1]), blind=True))
    annotating.decide(session, shown[1], A, Shown(made(shown[1])))
    found = decision_quality.report(session).swayed
    assert (found.blind.sentences, found.shown.sentences) == (1, 1)
    # A smaller share today does not turn what chance had hidden into something else.
    set_shares(session, blind_share=0.01)
    again = decision_quality.report(session).swayed
    assert (again.blind.sentences, again.shown.sentences) == (1, 1)


def test_self_agreement_comes_from_second_looks_and_first_decisions_stay_the_evidence(
    session: Session,
) -> None:
    set_shares(session, second_look_share=0.2)
    session.project.now = lambda: "2026-03-02T09:00:00.000Z"
    read_everything(session, swayed=0.0)
    before = decision_quality.report(session).swayed
    session.project.now = lambda: "2026-03-09T09:00:00.000Z"
    back = second_look.waiting(session)
    for n, sentence in enumerate(back):
        own = annotating.annotation(session, sentence)
        assert own is not None and own.category is not None
        other = E if own.category == A else A
        key = other if n % 5 == 0 else own.category
        second_look.decide(session, sentence, key, Shown(blind=True))
    found = decision_quality.report(session)
    (mine,) = found.with_self
    changed = len(range(0, len(back), 5))
    assert (mine.agreement.sentences, mine.agreement.same) == (len(back), len(back) - changed)
    assert mine.agreement.kappa is not None and 0.3 < mine.agreement.kappa < 0.9
    assert mine.waiting == 0 and "kappa" in mine.verdict
    assert found.swayed == before


def test_conflicts_are_listed_with_who_says_what_and_settled_by_one_decision(
    session: Session,
) -> None:
    ids = open_ids(session)[:30]
    for n, sentence in enumerate(ids):
        session.curator = "ana"
        annotating.decide(session, sentence, A if n % 2 else M, Shown())
        session.curator = "ben"
        annotating.decide(session, sentence, A if n % 2 or n < 4 else M, Shown())
    found = decision_quality.report(session)
    (pair,) = found.between
    assert (pair.one, pair.other) == ("ana", "ben")
    assert (pair.agreement.sentences, pair.agreement.same) == (30, 28)
    assert pair.agreement.kappa is not None and "kappa" in pair.verdict
    assert (found.conflicts, found.settled) == (2, 0)
    items = queue.build(session, QueueKind.CONFLICTS).items
    assert [i.sentence for i in items] == [ids[0], ids[2]]
    assert items[0].reason == "ana says Metabolism · ben says Absorption"
    assert items[0].task is Task.SETTLE
    session.curator = "cleo"
    conflicts.settle(session, ids[0], M)
    held = annotations.resolutions(session.connection, [ids[0]])[ids[0]]
    assert (held.category, held.source) == (M, ResolutionSource.ADJUDICATED)
    assert annotating.annotation(session, ids[0]) is None
    assert [i.sentence for i in queue.build(session, QueueKind.CONFLICTS).items] == [ids[2]]
    assert decision_quality.report(session).settled == 1
    assert annotating.undo(session).focus == ids[0]
    assert decision_quality.report(session).conflicts == 2
    annotating.redo(session)
    conflicts.reopen(session, ids[0])
    assert decision_quality.report(session).conflicts == 2
    assert check(session.connection).faults == ()


def test_the_command_says_it_and_shows_it_as_json(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    read_everything(session, swayed=0.4)
    path = str(session.path)
    session.close()
    assert main(["quality", path, "--curator", "ana"]) == 0
    assert "may sway the decision" in capsys.readouterr().out
    assert main(["quality", path, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert shown["swayed"]["difference"] > 0.2
    assert shown["conflicts"] == 0 and shown["between"] == []
