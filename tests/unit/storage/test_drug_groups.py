"""Drug groups: what joins them, what becomes of held-out marks, and when one is too large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.records import GroupId, LabelDraft
from adme_labeler.services import drug_groups, importing
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, log
from adme_labeler.storage.integrity import check
from adme_labeler.storage.labels import shared_text
from tests.drafts import block, label, simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        yield opened


def bring(session: Session, *drafts: LabelDraft) -> None:
    importing.commit_batch(session, drafts, importing.ImportTally())


def text(number: int, count: int) -> list[str]:
    return [f"Statement {i} of text {number} is here." for i in range(count)]


def held_out_in_log(session: Session) -> list[tuple[str, str | None, str | None]]:
    return [
        (change.key, change.before, change.after)
        for operation in log.operations(session.connection, newest_first=False)
        for change in log.changes_of(session.connection, operation.id)
        if change.kind == "held_out"
    ]


@pytest.mark.parametrize("longer_first", [True, False])
def test_half_of_the_shorter_text_joins_whichever_comes_first(
    session: Session, longer_first: bool
) -> None:
    longer = label("1", "Alpha", [block("A", text(1, 30))], ingredients=())
    shorter = label("2", "Beta", [block("A", [*text(1, 6), *text(2, 6)])], ingredients=())
    bring(session, *((longer, shorter) if longer_first else (shorter, longer)))
    (group,) = labels.groups(session.connection)
    (join,) = labels.joins(session.connection, group.id)
    assert (join.ingredient, join.shared, join.sentences) == ("", 6, 12)


def test_four_common_sentences_or_less_than_half_do_not_join(session: Session) -> None:
    bring(
        session,
        label("1", "Alpha", [block("A", text(1, 4))], ingredients=()),
        label("2", "Beta", [block("A", [*text(1, 4), "Own."])], ingredients=()),
        label("3", "Gamma", [block("A", [*text(3, 20)])], ingredients=()),
        label("4", "Delta", [block("A", [*text(3, 9), *text(4, 11)])], ingredients=()),
    )
    assert len(labels.groups(session.connection)) == 4


def test_set_phrases_of_many_drugs_neither_join_nor_take_time(session: Session) -> None:
    """Work grows with the number of drug labels, not with its square."""
    steps: list[int] = []
    phrases = text(0, 8)
    for number in range(3 * shared_text.COMMON):
        own = text(1000 + number, 12)
        counted = [0]
        session.connection.set_progress_handler(lambda c=counted: c.__setitem__(0, c[0] + 1), 100)
        bring(
            session, label(f"{number}", f"T{number}", [block("A", own + phrases)], ingredients=())
        )
        session.connection.set_progress_handler(None, 0)
        steps.append(counted[0])
    assert len(labels.groups(session.connection)) == len(steps)
    first, last = steps[shared_text.COMMON // 2], steps[-1]
    assert last < 1.5 * first, (first, last)


def test_set_phrases_count_where_other_sentences_are_shared_too(session: Session) -> None:
    phrases = text(0, 8)
    for number in range(shared_text.COMMON + 1):
        own = text(1000 + number, 12)
        bring(
            session, label(f"{number}", f"T{number}", [block("A", own + phrases)], ingredients=())
        )
    bring(session, label("near", "Near", [block("A", text(1003, 2) + phrases)], ingredients=()))
    groups = [g for g in labels.groups(session.connection) if g.labels > 1]
    (join,) = labels.joins(session.connection, groups[0].id)
    assert len(groups) == 1
    assert (join.shared, join.sentences) == (10, 10)


def test_what_is_taken_back_joins_nobody(session: Session) -> None:
    one = label("1", "Alpha", [block("A", text(1, 8))], ingredients=("SAME",))
    two = label("2", "Beta", [block("A", text(1, 8))], ingredients=("SAME",))
    with pytest.raises(RuntimeError), session.project.operation("import", "", "ana") as draft:
        importing.store(session, draft, one, importing.ImportTally())
        importing.store(session, draft, two, importing.ImportTally())
        raise RuntimeError
    bring(session, label("3", "Gamma", [block("A", text(1, 8))], ingredients=("SAME",)))
    assert [g.labels for g in labels.groups(session.connection)] == [1]
    bring(session, one)
    assert [g.labels for g in labels.groups(session.connection)] == [2]


def test_an_ingredient_that_a_newer_version_dropped_joins_nobody(session: Session) -> None:
    bring(session, label("1", "Alpha", [block("A", text(1, 8))], ingredients=("ONE", "TWO")))
    bring(
        session,
        label("1", "Alpha", [block("A", text(2, 8))], ingredients=("ONE",), version=2),
        label("2", "Beta", [block("A", text(3, 8))], ingredients=("TWO",)),
    )
    assert sorted(g.labels for g in labels.groups(session.connection)) == [1, 1]


def test_a_merge_writes_to_the_log_what_becomes_of_held_out_groups(session: Session) -> None:
    bring(session, simple_label(1), simple_label(2))
    first, second = (g.id for g in labels.groups(session.connection))
    importing.set_held_out(session, [second], True)
    bring(session, label("3", "Both", [block("A", text(3, 6))], ingredients=_names(1, 2)))
    assert held_out_in_log(session) == [
        (str(second), "false", "true"),
        (str(second), "true", "false"),
        (str(first), "false", "true"),
    ]
    (group,) = labels.groups(session.connection)
    assert group.held_out and group.labels == 3
    assert check(session.connection).faults == ()
    joins = labels.joins(session.connection, group.id)
    assert {(j.survivor, j.ingredient) for j in joins} == {
        (first, "TESTAZOLE1"),
        (first, "TESTAZOLE2"),
    }


def test_an_unlogged_change_of_a_held_out_mark_is_found(session: Session) -> None:
    bring(session, simple_label(1))
    session.connection.execute("UPDATE drug_group SET held_out = 1")
    assert check(session.connection).faults == (
        "Replaying the log does not give the present held-out drugs.",
    )


def test_what_went_into_a_group_is_known_through_several_merges(session: Session) -> None:
    bring(session, *(simple_label(n) for n in range(4)))
    bring(session, label("a", "A", [block("A", text(1, 6))], ingredients=_names(2, 3)))
    bring(session, label("b", "B", [block("A", text(2, 6))], ingredients=_names(0, 3)))
    found = {g.labels: g.id for g in labels.groups(session.connection)}
    assert sorted(found) == [1, 5]
    ingredients = {j.ingredient for j in labels.joins(session.connection, found[5])}
    assert ingredients <= {"TESTAZOLE0", "TESTAZOLE2", "TESTAZOLE3"} and len(ingredients) >= 2
    assert labels.joins(session.connection, GroupId(found[1])) == []


def test_a_group_with_more_than_a_third_of_the_sentences_is_reported_with_what_joined_it(
    session: Session,
) -> None:
    bring(session, *(simple_label(n) for n in range(12)))
    assert drug_groups.warning(session) == ""
    bring(
        session,
        label("a", "Combi", [block("A", text(1, 40))], ingredients=_names(0, 1)),
        label("b", "Generic", [block("A", text(1, 40))], ingredients=("OTHERNAME",)),
    )
    found = drug_groups.dominant(session)
    assert found is not None
    assert (found.group.labels, round(found.share, 2)) == (4, 0.55)
    assert found.sentence == (
        "One drug group holds 55% of all sentences: Testazole0 with 4 drug labels, joined by "
        "the ingredient Testazole1, the ingredient Testazole0, "
        "the text of Generic and Combi (40 of 40 sentences). "
        "Recall measured on held-out drugs then rests on few drugs."
    )


def test_small_projects_are_not_bothered(session: Session) -> None:
    bring(session, simple_label(1), simple_label(2))
    assert drug_groups.warning(session) == ""


def _names(*numbers: int) -> tuple[str, ...]:
    return tuple(f"TESTAZOLE{number}" for number in numbers)
