"""The hunt: three ways in turn, each find knows its own, and none of them measures anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from adme_labeler import protocol
from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import HUNTED, Arm, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import (
    annotating,
    blindness,
    hunting,
    importing,
    queue,
    suggesting,
    training,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.hunting import Hunt
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, measured, sentences, suggestions
from tests.drafts import block, label

E = CategoryKey("E")
SPOKEN = (
    "About {n} % of the dose is excreted in urine.",
    "The terminal half-life is {n} hours.",
    "Food delays the peak by {n} hours.",
    "It is bound to albumin by {n} %.",
    "Weight in study {n} was normal.",
    "Patients in study {n} were adults.",
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """The model suggests Excretion for "half-life" alone, so that "excreted" is left to words."""
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [
            label(f"s{i}", f"Drug{i}", [block("X", [t.format(n=10 * i + 3) for t in SPOKEN])])
            for i in range(20)
        ]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        importing.choose_held_out(opened)
        found = sentences.get(opened.connection, everything(opened))
        with opened.project.transaction() as connection:
            suggestions.store(
                connection, [suggestion(s.id, "E" if "half-life" in s.text else "O") for s in found]
            )
        yield opened


def suggestion(sentence: SentenceId, key: str) -> Suggestion:
    shares = tuple(0.6 if k == key else 0.1 for k in "ADMEO")
    return Suggestion(sentence, ModelVersion(0), 1, CategoryKey(key), CategoryKey("A"), shares, 0.4)


def everything(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def about(session: Session, word: str) -> list[SentenceId]:
    return [s.id for s in sentences.get(session.connection, everything(session)) if word in s.text]


def text(session: Session, sentence: SentenceId) -> str:
    return sentences.get(session.connection, [sentence])[0].text


def test_three_ways_take_turns_and_every_find_knows_its_own(session: Session) -> None:
    hunt = Hunt(session)
    hunt.choose(E)
    alike = about(session, "albumin")
    hunt.similar = lambda category: alike if category == E else ()
    finds = [hunt.next() for _ in range(12)]
    assert [f.arm for f in finds if f] == [Arm.RARE, Arm.SIMILAR, Arm.PATTERN] * 4
    for find in finds:
        assert find is not None and find.inclusion_probability is None
        words = {Arm.RARE: "half-life", Arm.SIMILAR: "albumin", Arm.PATTERN: "excreted"}
        assert words[find.arm] in text(session, find.sentence)
        if find.arm is Arm.PATTERN:
            assert "“excreted”" in find.reason and "does not suggest" in find.reason
    assert len({f.sentence for f in finds if f}) == 12


def test_a_way_that_finds_nothing_gives_its_turn_away_and_says_what_it_is(
    session: Session,
) -> None:
    hunt = Hunt(session)
    hunt.choose(E)
    arms = [find.arm for _ in range(4) if (find := hunt.next())]
    assert arms == [Arm.RARE, Arm.PATTERN, Arm.RARE, Arm.PATTERN]


def test_held_out_blind_decided_and_set_aside_sentences_are_never_found(session: Session) -> None:
    ids = everything(session)
    gone = set(blindness.among(session, ids))
    open_now = [i for i in about(session, "half-life") if i not in gone]
    annotating.decide(session, open_now[0], E, Shown())
    annotating.skip(session, open_now[1], Shown())
    gone |= set(open_now[:2])
    hunt = Hunt(session)
    hunt.choose(E)
    hunt.similar = lambda category: ids
    found = {find.sentence for _ in range(100) if (find := hunt.next())}
    assert found and not found & gone
    assert set(open_now[2:]) <= found


def test_after_the_last_find_the_round_begins_again_and_an_empty_hunt_says_so(
    session: Session,
) -> None:
    hunt = Hunt(session)
    hunt.choose(E)
    finds = [hunt.next() for _ in range(80)]
    assert None not in finds
    assert all(a is not None and b is not None and a.sentence != b.sentence
               for a, b in pairwise(finds))  # fmt: skip
    hunt.choose(CategoryKey("M"))
    assert hunt.next() is None
    assert "Metabolism" in hunt.why_none()


def test_the_category_is_the_rarest_until_another_is_chosen_in_turn(session: Session) -> None:
    hunt = Hunt(session)
    assert hunt.category == queue.rarest_category(session) == "A"
    annotating.decide(session, everything(session)[0], CategoryKey("A"), Shown())
    assert hunt.category == "D"
    said = [hunt.choose_next() for _ in range(5)]
    assert [s.split(":")[0] for s in said[:4]] == [
        "Hunting Absorption",
        "Hunting Distribution",
        "Hunting Metabolism",
        "Hunting Excretion",
    ]
    assert said[0].endswith("1 confirmed so far")
    assert said[4].startswith("Hunting the rarest category, now Distribution")


@pytest.mark.parametrize("arm", sorted(HUNTED))
def test_finds_train_but_measure_nothing(session: Session, arm: Arm) -> None:
    groups = labels.groups(session.connection)
    group = next(g for g in groups if not g.held_out)
    inputs = [i for i in sentences.model_inputs(session.connection) if i.group == group.id]
    first, second, third = (i.id for i in inputs[:3])
    annotating.decide(session, first, E, Shown(arm=arm))
    annotating.decide(session, second, E, Shown(arm=Arm.DOCUMENT))
    annotating.decide(session, third, E, Shown(arm=arm))
    session.curator = "ben"
    annotating.decide(session, third, E, Shown(arm=Arm.DOCUMENT))
    # Cross-validation: they are examples, and estimate nothing.
    refit = suggesting.ScoreKeeper.start(session).refit()
    evaluates = {e.id: e.evaluates for e in refit.examples if not e.hint}
    assert evaluates == {first: False, second: True, third: True}
    run = training.create_run(session, encoder=session.path.parent)
    lines = (run.folder / "snapshot.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=protocol.SnapshotRow) for line in lines]
    assert {r.sentence: r.read for r in rows} == evaluates
    # Held out later: what was hunted is not measured.
    importing.set_held_out(session, [group.id], True)
    assert {m.sentence for m in measured.decided(session.connection)} == {second, third}
    known = suggestions.evaluated(session.connection, held_out=True)
    assert {e.sentence for e in known} == {second, third}


def test_bulk_accepted_sentences_estimate_nothing_either(session: Session) -> None:
    taken = annotating.bulk_accept(session, everything(session)).annotations
    refit = suggesting.ScoreKeeper.start(session).refit()
    own = [e for e in refit.examples if not e.hint]  # the shipped sample teaches as hints do
    assert {e.id: e.evaluates for e in own} == dict.fromkeys(sorted(taken), False)


def test_every_category_has_words_and_they_are_found_where_they_stand(session: Session) -> None:
    for key in ADME.substantive:
        assert len(hunting.patterns(session, key)) >= 10
    words = hunting.patterns(session, E)
    assert hunting.first_match("It is excreted, mainly in URINE.", words) == "excreted"
    assert hunting.first_match("Its half-life is short.", words) == "half-life"
    assert hunting.first_match("Nothing of the kind.", words) == ""
