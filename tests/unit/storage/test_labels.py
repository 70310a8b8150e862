"""Drug labels in the project: again, newer, older, grouped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import LabelDraft, ModelVersion, Suggestion
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, sentences
from adme_labeler.storage.labels import CommitStatus, Committed
from tests.drafts import block, label, simple_label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        yield opened


def commit(session: Session, draft: LabelDraft) -> Committed:
    with session.project.operation("import", "import", undoable=False) as operation:
        return labels.commit(session.connection, operation, draft)


def test_the_same_label_again_adds_nothing(session: Session) -> None:
    assert commit(session, simple_label(1)).status is CommitStatus.NEW
    again = commit(session, simple_label(1))
    assert again.status is CommitStatus.KNOWN
    assert session.connection.execute("SELECT count(*) FROM sentence").fetchone()[0] == 8
    assert session.connection.execute("SELECT count(*) FROM operation").fetchone()[0] == 1


def test_a_new_version_keeps_unchanged_sentences_with_their_annotations(session: Session) -> None:
    first = label("s", "Zelvarone", [block("Absorption", ["It is absorbed.", "Food delays it."])])
    committed = commit(session, first)
    kept, changed = committed.sentences
    annotating.decide(session, kept, CategoryKey("A"), Shown())
    second = label(
        "s",
        "Zelvarone",
        [block("Absorption", ["It is absorbed.", "Food delays it by one hour."])],
        version=2,
    )
    update = commit(session, second)
    assert update.status is CommitStatus.UPDATED
    assert (update.kept, len(update.sentences), update.gone) == (1, 1, 1)
    own = annotating.annotation(session, kept)
    assert own is not None and own.category == "A"
    assert changed not in sentences.in_document_order(session.connection)
    former = session.connection.execute("SELECT count(*) FROM former_place").fetchone()[0]
    assert former == 2


def test_an_older_version_adds_nothing(session: Session) -> None:
    commit(session, label("s", "Zelvarone", [block("A", ["Now so."])], version=5))
    older = commit(session, label("s", "Zelvarone", [block("A", ["Then so."])], version=4))
    assert older.status is CommitStatus.OLDER


def test_more_sections_of_the_same_version_are_added_and_fewer_are_not(session: Session) -> None:
    narrow = label("s", "Zelvarone", [block("A", ["One."])])
    wide = label("s", "Zelvarone", [block("A", ["One."]), block("B", ["Two."])])
    commit(session, narrow)
    assert commit(session, wide).status is CommitStatus.UPDATED
    assert commit(session, narrow).status is CommitStatus.KNOWN
    assert len(sentences.in_document_order(session.connection)) == 2


def test_repeated_sentences_of_one_label_are_told_apart(session: Session) -> None:
    twice = commit(session, label("s", "Zelvarone", [block("A", ["Same.", "Same."])]))
    assert len(set(twice.sentences)) == 2


def test_labels_that_share_an_ingredient_are_one_group_also_through_a_combination(
    session: Session,
) -> None:
    commit(session, label("1", "Oxtelipine", [block("A", ["First."])]))
    commit(session, label("2", "Darosartan", [block("A", ["Second."])]))
    assert len(labels.groups(session.connection)) == 2
    commit(
        session,
        label("3", "Both", [block("A", ["Third."])], ingredients=("DAROSARTAN", "OXTELIPINE")),
    )
    (group,) = labels.groups(session.connection)
    assert group.labels == 3


def test_labels_with_mostly_the_same_text_are_one_group(session: Session) -> None:
    texts = [f"The drug does thing number {i}." for i in range(8)]
    commit(session, label("1", "Alpha", [block("A", texts)], ingredients=()))
    commit(session, label("2", "Beta", [block("A", [*texts[:7], "Another."])], ingredients=()))
    commit(
        session,
        label("3", "Gamma", [block("A", [f"Own {i}." for i in range(6)])], ingredients=()),
    )
    assert sorted(g.labels for g in labels.groups(session.connection)) == [1, 2]


def test_about_a_fifth_of_the_groups_is_held_out_and_stays_so(session: Session) -> None:
    tally = importing.ImportTally()
    importing.commit_batch(session, [simple_label(i) for i in range(4)], tally)
    importing.choose_held_out(session)
    assert not any(g.held_out for g in labels.groups(session.connection))
    importing.commit_batch(session, [simple_label(i) for i in range(4, 20)], tally)
    importing.choose_held_out(session)
    chosen = {g.key for g in labels.groups(session.connection) if g.held_out}
    assert len(chosen) == 4
    importing.commit_batch(session, [simple_label(i) for i in range(20, 30)], tally)
    importing.choose_held_out(session)
    later = {g.key for g in labels.groups(session.connection) if g.held_out}
    assert chosen < later
    assert len(later) == 6


def test_a_group_decided_with_suggestions_in_view_is_not_chosen(session: Session) -> None:
    tally = importing.ImportTally()
    importing.commit_batch(session, [simple_label(i) for i in range(5)], tally)
    for one in labels.all_labels(session.connection)[:3]:
        sentence = sentences.in_document_order(session.connection, one.id)[0]
        key, other = CategoryKey("A"), CategoryKey("O")
        seen = Suggestion(sentence, ModelVersion(0), 0, key, other, (0.6, 0.1, 0.1, 0.1, 0.1), 0.5)
        annotating.decide(session, sentence, key, Shown(seen))
    importing.choose_held_out(session)
    held = {g.key for g in labels.groups(session.connection) if g.held_out}
    assert held == {"TESTAZOLE3", "TESTAZOLE4"}


def test_categories_of_a_table_count_only_when_somebody_declares_having_read_them(
    session: Session,
) -> None:
    texts = ["It is absorbed.", "It is excreted."]
    draft = label("t", "Zelvarone", [block("", texts, categories=["Absorption", "E"])])
    tally = importing.ImportTally()
    importing.commit_batch(session, [draft], tally)
    rows = session.connection.execute("SELECT category, read FROM resolution ORDER BY sentence")
    assert [(row["category"], row["read"]) for row in rows] == [("A", 0), ("E", 0)]
