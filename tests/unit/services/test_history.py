"""History: found, explained, followed to its sentence; going back is one step, undone by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler import language
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import SentenceId
from adme_labeler.services import annotating, boundaries, history, importing, titles, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.history import Filter, Standing
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import annotations, log, sentences
from adme_labeler.storage.integrity import check
from tests.drafts import block, finished_training, label, simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i) for i in range(4)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened


def decide(session: Session, key: str, *ids: SentenceId) -> int:
    for ident in ids:
        annotating.decide(session, ident, CategoryKey(key), Shown())
    return log.head(session.connection)[0]


def held(session: Session) -> dict[str, str]:
    return annotations.current(session.connection)[0]


def standing(session: Session, *numbers: int) -> list[Standing]:
    found = history.entries(session, numbers)
    return [found[n].standing for n in numbers]


def test_everything_is_listed_newest_first_and_found_by_text_kind_curator_and_date(
    session: Session,
) -> None:
    ids = sentences.in_document_order(session.connection)
    first = decide(session, "M", ids[0])
    annotating.toggle_flag(session, ids[1])
    session.curator = "ben"
    last = decide(session, "E", ids[2])
    everything = history.find(session)
    assert everything == sorted(everything, reverse=True)
    assert (everything[0], everything[-1]) == (last, 1)
    assert history.find(session, Filter(text="metabolism: sentence 0")) == [first]
    assert history.find(session, Filter(kind="flag")) == [first + 1]
    assert history.find(session, Filter(curator="ben")) == [last]
    assert history.find(session, Filter(text=f"#{first}")) == [first]
    assert history.find(session, Filter(since="2999")) == []
    assert history.find(session, Filter(until="2999")) == everything
    assert history.find(session, Filter(text="100%_")) == []
    kinds, curators = history.choices(session)
    assert set(kinds) == {"decide", "flag", "import"}
    assert curators == ["ana", "ben"]
    assert history.choices(session, last - 1) == (["decide"], ["ben"])
    assert history.find(session, Filter(after=last - 1)) == [last]


def test_titles_are_found_as_the_curator_reads_them(
    session: Session, request: pytest.FixtureRequest
) -> None:
    ids = sentences.in_document_order(session.connection)
    annotating.toggle_flag(session, ids[1])
    first = log.head(session.connection)[0]
    decide(session, "M", ids[0])
    title = history.entries(session, [first])[first].operation.summary
    request.addfinalizer(lambda: language.use("en"))
    language.use("de")
    word = titles.in_words(title).split()[0]
    assert word not in title
    assert history.find(session, Filter(text=word)) == [first]


def test_a_split_is_told_by_its_texts_and_its_undo_the_other_way_round(session: Session) -> None:
    (first, *_) = sentences.in_document_order(session.connection)
    (whole,) = sentences.get(session.connection, [first])
    at = whole.text.index(" ")
    boundaries.split(session, first, at)
    parts = f"{whole.text[:at]} | {whole.text[at + 1 :]}"
    (change,) = history.details(session, history.newest(session))
    assert (change.before, change.after) == (whole.text, parts)
    annotating.undo(session)
    (change,) = history.details(session, history.newest(session))
    assert (change.before, change.after) == (parts, whole.text)


def test_the_history_is_searched_while_other_rows_are_still_being_read(session: Session) -> None:
    first = decide(session, "M", sentences.in_document_order(session.connection)[0])
    half_read = session.connection.execute("SELECT id FROM sentence")
    next(half_read)
    for _ in range(2):
        assert history.find(session, Filter(text="metabolism")) == [first]


def test_an_operation_leads_to_its_sentence_and_says_what_changed(session: Session) -> None:
    ids = sentences.in_document_order(session.connection)
    decide(session, "M", ids[3])
    number = decide(session, "E", ids[3])
    (change,) = history.details(session, number)
    assert history.first_sentence(session, number) == change.sentence == ids[3]
    assert change.before == "Metabolism, decided"
    assert change.after == "Excretion, decided"
    assert history.first_sentence(session, 1) is None
    assert history.change_count(session, number) == 1


def test_going_back_restores_the_state_of_then_and_one_undo_brings_it_forward(
    session: Session,
) -> None:
    ids = sentences.in_document_order(session.connection)
    decide(session, "A", ids[0])
    target = decide(session, "D", ids[1])
    then = held(session)
    second = decide(session, "M", ids[0])
    decide(session, "E", ids[2], ids[3])
    annotating.undo(session)
    change_setting(session, "tau", 0.7)
    later = held(session)

    way = history.way_back(session, target)
    assert (way.operations, way.sentences, way.settings, way.stays) == (3, 2, 1, ())
    changes = history.go_back(session, way)

    assert held(session) == then
    assert session.setting("tau") is None
    assert changes.annotations == {ids[0], ids[2]}
    back = log.head(session.connection)[0]
    assert standing(session, target, second, back) == [
        Standing.HOLDS,
        Standing.UNDONE,
        Standing.HOLDS,
    ]
    assert check(session.connection).faults == ()
    annotating.undo(session)
    assert held(session) == later
    assert session.setting("tau") == 0.7
    assert standing(session, second, back) == [Standing.HOLDS, Standing.UNDONE]
    annotating.redo(session)
    assert held(session) == then
    assert check(session.connection).faults == ()


def test_going_back_over_going_back_counts_what_holds(session: Session) -> None:
    ids = sentences.in_document_order(session.connection)
    start = decide(session, "A", ids[0])
    decide(session, "D", ids[1], ids[2])
    history.go_back(session, history.way_back(session, start))
    decide(session, "E", ids[3])
    way = history.way_back(session, start - 1)
    assert (way.operations, way.sentences) == (3, 2)
    history.go_back(session, way)
    assert held(session) == {}


def test_imports_and_promotions_stay_and_are_said_to(session: Session) -> None:
    ids = sentences.in_document_order(session.connection)
    target = decide(session, "A", ids[0])
    run = training.create_run(session, encoder=session.project.folder)
    training.finish(session, run.id, finished_training("first"))
    read = label("set-90", "Curol", [block("Absorption", ["Curol is absorbed."], categories="A")])
    importing.commit_batch(session, [read], importing.ImportTally(), "ana")
    number = log.head(session.connection)[0]
    imported = set(held(session))
    decide(session, "M", ids[1])

    way = history.way_back(session, target)
    assert dict(way.stays) == {"import": 1, "model": 1}
    history.go_back(session, way)

    assert set(held(session)) == imported
    assert len(sentences.in_document_order(session.connection)) == len(ids) + 1
    assert training.versions(session)[0].state.value == "active"
    assert standing(session, number) == [Standing.STAYS]


def test_with_nothing_to_take_back_or_something_new_it_refuses(session: Session) -> None:
    ids = sentences.in_document_order(session.connection)
    number = decide(session, "A", ids[0])
    with pytest.raises(Problem, match="nothing to take back"):
        history.go_back(session, history.way_back(session, number))
    way = history.way_back(session, 1)
    decide(session, "D", ids[1])
    with pytest.raises(Problem, match="decided meanwhile"):
        history.go_back(session, way)
    with pytest.raises(Problem, match="no operation 999"):
        history.way_back(session, 999)


def test_the_chain_is_followed_in_steps_and_a_changed_entry_is_named(session: Session) -> None:
    ids = sentences.in_document_order(session.connection)
    decide(session, "A", *ids[:6])
    verified = history.Verification(session)
    steps = 1
    while not verified.step(2):
        steps += 1
    assert steps > 2
    assert verified.page.broken is None
    assert (verified.page.last, verified.page.hash) == log.head(session.connection)
    session.connection.executescript(
        "DROP TRIGGER operation_is_final_update; UPDATE operation SET summary = 'x' WHERE id = 4"
    )
    again = history.Verification(session)
    while not again.step(2):
        pass
    assert again.page.broken == 4


def test_going_back_over_splits_and_joins_puts_the_sentences_back(session: Session) -> None:
    ids = sentences.in_document_order(session.connection)
    target = decide(session, "A", ids[0])
    first = sentences.get(session.connection, [ids[0]])[0]
    changes = boundaries.split(session, ids[0], first.text.index(" of "))
    assert changes.focus is not None
    left = decide(session, "D", changes.focus)
    boundaries.merge(session, ids[4], 1)
    later = sentences.in_document_order(session.connection)
    assert later != ids
    now = held(session)

    changes = history.go_back(session, history.way_back(session, target))
    assert changes.labels
    assert sentences.in_document_order(session.connection) == ids
    assert set(held(session)) == {f'[{ids[0]},"ana"]'}
    assert check(session.connection).faults == ()
    annotating.undo(session)
    assert sentences.in_document_order(session.connection) == later
    assert held(session) == now
    annotating.redo(session)
    assert sentences.in_document_order(session.connection) == ids
    assert standing(session, left) == [Standing.UNDONE]
    assert check(session.connection).faults == ()
