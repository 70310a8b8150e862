"""Splitting and joining sentences: nothing decided is lost, a new label version keeps the cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import SentenceId
from adme_labeler.services import annotating, boundaries, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from adme_labeler.storage.integrity import check
from tests.drafts import block, label

M = CategoryKey("M")
TEXTS = ("It is absorbed approx.", "half in an hour.", "It is bound; it is excreted.", "The end.")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        importing.commit_batch(opened, [version(1)], importing.ImportTally())
        yield opened


def version(number: int, texts=TEXTS):
    return label("set-1", "Zelvarone", [block("X", texts)], version=number)


def ids(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def texts(session: Session) -> list[str]:
    return [s.text for s in sentences.get(session.connection, ids(session))]


def category(session: Session, sentence: SentenceId) -> str | None:
    own = annotating.annotation(session, sentence)
    return own.category if own else None


def test_a_split_gives_two_sentences_in_order_and_undo_gives_the_whole_back(session):
    whole = ids(session)[2]
    annotating.decide(session, whole, M, Shown())
    changes = boundaries.split(session, whole, len("It is bound;"))
    assert texts(session) == [*TEXTS[:2], "It is bound;", "it is excreted.", TEXTS[3]]
    assert changes.focus == ids(session)[2]
    assert whole not in ids(session)
    assert [category(session, i) for i in ids(session)] == [None] * 5
    back = annotating.undo(session)
    assert texts(session) == list(TEXTS)
    assert ids(session)[2] == whole
    assert category(session, whole) == "M"
    assert back.focus == whole
    annotating.redo(session)
    assert texts(session)[2:4] == ["It is bound;", "it is excreted."]
    assert check(session.connection).faults == ()


def test_two_sentences_are_joined_with_what_stood_between_them(session):
    first, second = ids(session)[:2]
    annotating.decide(session, second, M, Shown())
    boundaries.merge(session, first)
    assert texts(session) == ["It is absorbed approx. half in an hour.", *TEXTS[2:]]
    annotating.undo(session)
    assert ids(session)[:2] == [first, second]
    assert category(session, second) == "M"


def test_joining_backwards_is_the_same(session):
    boundaries.merge(session, ids(session)[1], -1)
    assert texts(session)[0] == "It is absorbed approx. half in an hour."


def test_a_cut_inside_a_joined_sentence_can_be_chosen_anew(session):
    boundaries.merge(session, ids(session)[0])
    boundaries.split(session, ids(session)[0], len("It is absorbed"))
    assert texts(session)[:2] == ["It is absorbed", "approx. half in an hour."]
    for _ in range(2):
        annotating.undo(session)
    assert texts(session) == list(TEXTS)
    assert check(session.connection).faults == ()


def test_a_new_version_of_the_label_keeps_the_mended_boundaries(session):
    boundaries.merge(session, ids(session)[0])
    boundaries.split(session, ids(session)[1], len("It is bound;"))
    mended = ids(session)
    annotating.decide(session, mended[0], M, Shown())
    tally = importing.ImportTally()
    newer = version(2, ("A new first sentence.", *TEXTS))
    importing.commit_batch(session, [newer], tally)
    assert tally.updated_labels == 1
    assert texts(session) == [
        "A new first sentence.",
        "It is absorbed approx. half in an hour.",
        "It is bound;",
        "it is excreted.",
        "The end.",
    ]
    assert ids(session)[1:] == mended
    assert category(session, mended[0]) == "M"


def test_an_edit_whose_sentences_are_gone_is_undone_without_harm(session):
    boundaries.merge(session, ids(session)[0])
    importing.commit_batch(
        session, [version(2, ("Everything reads otherwise.",))], importing.ImportTally()
    )
    annotating.undo(session)
    assert texts(session) == ["Everything reads otherwise."]
    assert check(session.connection).faults == ()


def test_of_equal_sentences_the_one_in_focus_is_cut_and_each_gets_its_own_decision_back(
    tmp_path: Path,
):
    with Session.create(tmp_path / "twice", "ana") as opened:
        twice = ("Same here; same there.", "Between.", "Same here; same there.")
        draft = label("set-2", "Ondrafenate", [block("X", twice)])
        importing.commit_batch(opened, [draft], importing.ImportTally())
        first, _, last = ids(opened)
        annotating.decide(opened, first, M, Shown())
        annotating.decide(opened, last, CategoryKey("E"), Shown())
        boundaries.split(opened, last, 10)
        assert texts(opened)[0] == "Same here; same there."
        boundaries.split(opened, first, 10)
        annotating.undo(opened)
        annotating.undo(opened)
        assert [ids(opened)[0], ids(opened)[2]] == [first, last]
        assert (category(opened, first), category(opened, last)) == ("M", "E")


@pytest.mark.parametrize("at", [0, 1000, -1])
def test_a_cut_that_leaves_nothing_on_one_side_is_refused(session, at):
    if at == -1:
        at = len(TEXTS[3])
    with pytest.raises(Problem, match="between two of its words"):
        boundaries.split(session, ids(session)[3], at)
    assert texts(session) == list(TEXTS)


def test_there_is_nothing_to_join_at_the_end_of_a_paragraph(session):
    with pytest.raises(Problem, match="no sentence after this one"):
        boundaries.merge(session, ids(session)[-1])
    with pytest.raises(Problem, match="no sentence before this one"):
        boundaries.merge(session, ids(session)[0], -1)


def test_rows_of_a_table_are_left_as_they_are(tmp_path: Path):
    from adme_labeler.domain.records import BlockKind

    with Session.create(tmp_path / "t", "ana") as opened:
        rows = block("X", ("Tmax | 2 h", "Cmax | 3 mg/L"), kind=BlockKind.TABLE)
        importing.commit_batch(opened, [label("s", "D", [rows])], importing.ImportTally())
        row = opened.connection.execute("SELECT id FROM sentence LIMIT 1").fetchone()[0]
        with pytest.raises(Problem, match="Rows of a table"):
            boundaries.merge(opened, SentenceId(row))


def test_likely_cuts_come_first():
    text = "It is bound to albumin. It is excreted; some remains"
    points = boundaries.split_points(text)
    assert text[: points[0]].endswith("albumin.")
    assert text[: points[1]].endswith("excreted;")
    assert len(points) == len(text.split()) - 1
    assert boundaries.split_points("Alone.") == []
