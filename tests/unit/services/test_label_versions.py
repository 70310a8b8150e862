"""A new version of a drug label: what is kept, what comes up for review, what it is shown with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler import paths
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import Arm, LabelDraft, SentenceId
from adme_labeler.services import annotating, headless, importing, label_versions, queue
from adme_labeler.services.annotating import Shown
from adme_labeler.services.label_versions import Fate
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, labels, sentences
from adme_labeler.storage.integrity import check
from adme_labeler.storage.labels import CommitStatus, Committed
from tests.drafts import block, label, simple_label

A, E = CategoryKey("A"), CategoryKey("E")
FIRST = [
    "Zelvarone is absorbed within two hours.",
    "The terminal half-life is 9 hours.",
    "About 70% of a dose is recovered in urine.",
]
SECOND = [
    "Zelvarone is absorbed within two hours.",
    "The terminal half-life is 11 hours.",
    "Breast milk was not studied in this trial at all.",
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        yield opened


def draft(texts: list[str], version: int, date: str = "") -> LabelDraft:
    from dataclasses import replace

    made = label("s", "Zelvarone", [block("Elimination", texts)], version=version)
    return replace(made, effective_date=date or f"2026010{version}")


def commit(session: Session, made: LabelDraft) -> Committed:
    with session.project.operation("import", "import", undoable=False) as operation:
        return labels.commit(session.connection, operation, made)


def sentence(session: Session, text: str) -> SentenceId:
    row = session.connection.execute("SELECT id FROM sentence WHERE text = ?", (text,)).fetchone()
    return SentenceId(row["id"])


def category(session: Session, ident: SentenceId) -> str | None:
    own = annotating.annotation(session, ident)
    return own.category if own else None


def test_an_update_counts_kept_changed_new_and_gone(session: Session) -> None:
    commit(session, draft(FIRST, 1))
    update = commit(session, draft(SECOND, 2))
    assert update.status is CommitStatus.UPDATED
    assert (update.kept, update.changed, update.queued, update.gone) == (1, 1, 2, 2)


def test_changed_and_new_sentences_are_queued_with_the_older_one_as_reference(
    session: Session,
) -> None:
    commit(session, draft(FIRST, 1))
    annotating.decide(session, sentence(session, FIRST[1]), E, Shown())
    commit(session, draft(SECOND, 2))
    changed, new = queue.build(session, QueueKind.CHANGED).items
    assert changed.arm is Arm.REVIEW
    older = label_versions.older_of(session, changed.sentence)
    assert older is not None
    assert (older.version, older.text, older.category) == (2, FIRST[1], E)
    brand_new = label_versions.older_of(session, new.sentence)
    assert brand_new is not None and brand_new.sentence is None
    assert label_versions.older_of(session, sentence(session, FIRST[0])) is None


def test_keeping_the_older_category_is_an_undoable_decision_of_the_review(
    session: Session,
) -> None:
    commit(session, draft(FIRST, 1))
    annotating.decide(session, sentence(session, FIRST[1]), E, Shown())
    annotating.toggle_also(session, sentence(session, FIRST[1]), A)
    commit(session, draft(SECOND, 2))
    changed, new = queue.build(session, QueueKind.CHANGED).items
    label_versions.keep_older(session, changed.sentence, Shown())
    own = annotating.annotation(session, changed.sentence)
    assert own is not None
    assert (own.category, own.also, own.provenance.arm) == (E, (A,), Arm.REVIEW)
    assert [i.sentence for i in queue.build(session, QueueKind.CHANGED).items] == [new.sentence]
    with pytest.raises(Problem, match="no older one"):
        label_versions.keep_older(session, new.sentence, Shown())
    annotating.undo(session)
    assert category(session, changed.sentence) is None
    assert label_versions.count_to_review(session) == 2


def test_a_label_that_returns_to_an_earlier_text_has_its_annotations_again(
    session: Session,
) -> None:
    commit(session, draft(FIRST, 1))
    ident = sentence(session, FIRST[2])
    annotating.decide(session, ident, E, Shown())
    commit(session, draft(SECOND, 2))
    assert ident not in sentences.in_document_order(session.connection)
    back = commit(session, draft(FIRST, 3))
    assert back.status is CommitStatus.UPDATED
    assert (back.kept, back.changed, back.queued, back.gone) == (1, 1, 2, 2)
    assert back.sentences == ()
    assert ident in sentences.in_document_order(session.connection)
    assert category(session, ident) == E
    # What was never decided comes up for review, with what it replaces now.
    (waiting,) = label_versions.to_review(session)
    assert waiting == sentence(session, FIRST[1])
    older = label_versions.older_of(session, waiting)
    assert older is not None and older.text == SECOND[1]
    assert [v.version for v in label_versions.versions(session, back.label)] == [1, 2, 3]
    assert commit(session, draft(FIRST, 3)).status is CommitStatus.KNOWN


def test_an_older_version_never_overwrites_a_newer_one(session: Session) -> None:
    commit(session, draft(SECOND, 2))
    older = commit(session, draft(FIRST, 1))
    assert (older.status, older.version) == (CommitStatus.OLDER, 2)
    assert len(sentences.in_document_order(session.connection)) == 3
    # The same number with an earlier or a later date.
    assert commit(session, draft(FIRST, 2, "2025-12-31")).status is CommitStatus.OLDER
    assert commit(session, draft(FIRST, 2, "2026-06-30")).status is CommitStatus.UPDATED


def test_a_newer_version_with_the_same_text_is_remembered_as_the_newest(session: Session) -> None:
    commit(session, draft(FIRST, 1))
    assert commit(session, draft(FIRST, 5)).status is CommitStatus.KNOWN
    assert commit(session, draft(SECOND, 4)).status is CommitStatus.OLDER
    assert [v.version for v in label_versions.versions(session, labels_of(session))] == [5]


def test_a_waiting_review_goes_on_through_a_further_version(session: Session) -> None:
    commit(session, draft(FIRST, 1))
    commit(session, draft(SECOND, 2))
    commit(session, draft([*SECOND, "One more sentence about something else."], 3))
    waiting = label_versions.to_review(session)
    assert len(waiting) == 3
    older = label_versions.older_of(session, waiting[0])
    assert older is not None
    assert (older.version, older.text) == (2, FIRST[1])


def test_more_sections_of_the_same_version_are_no_review(session: Session) -> None:
    commit(session, draft(FIRST[:1], 1))
    commit(session, draft(FIRST, 1))
    assert label_versions.to_review(session) == []


def test_the_comparison_shows_every_sentence_of_both_versions_once(session: Session) -> None:
    commit(session, draft(FIRST, 1))
    annotating.decide(session, sentence(session, FIRST[2]), E, Shown())
    commit(session, draft(SECOND, 2))
    first, second = label_versions.versions(session, labels_of(session))
    diff = label_versions.compare(session, first, second)
    assert [row.fate for row in diff.rows] == [Fate.UNCHANGED, Fate.CHANGED, Fate.GONE, Fate.NEW]
    gone = diff.rows[2]
    assert gone.older is not None and (gone.older.text, gone.older.category) == (FIRST[2], E)
    assert label_versions.summary({fate: diff.count(fate) for fate in Fate}) == (
        "1 sentence unchanged, 1 changed, 1 new, 1 gone"
    )
    back = label_versions.compare(session, second, first)
    assert back.count(Fate.CHANGED) == 1 and back.count(Fate.NEW) == 1


def test_the_samples_update_keeps_annotations_and_asks_only_about_what_changed(
    session: Session,
) -> None:
    folder = paths.sample_labels()
    headless.import_paths(session, [folder / "labels" / "talvorexin-tablets.xml"])
    for ident in sentences.in_document_order(session.connection):
        annotating.decide(session, ident, A, Shown())
    decided = len(sentences.in_document_order(session.connection))
    headless.import_paths(session, [folder / "updates"])
    first, second = label_versions.versions(session, labels_of(session))
    diff = label_versions.compare(session, first, second)
    waiting = label_versions.to_review(session)
    assert diff.count(Fate.CHANGED) + diff.count(Fate.NEW) == len(waiting) > 0
    assert diff.count(Fate.UNCHANGED) + diff.count(Fate.CHANGED) + diff.count(Fate.GONE) == decided
    held = annotations.resolutions(
        session.connection, sentences.in_document_order(session.connection)
    )
    assert len(held) == diff.count(Fate.UNCHANGED)
    assert check(session.connection).faults == ()


def test_other_drug_labels_stay_as_they_are(session: Session) -> None:
    importing.commit_batch(session, [simple_label(1), draft(FIRST, 1)], importing.ImportTally())
    importing.commit_batch(session, [draft(SECOND, 2)], importing.ImportTally())
    assert len(sentences.in_document_order(session.connection)) == 8 + 3
    assert len(label_versions.to_review(session)) == 2


def labels_of(session: Session):
    (found,) = labels.all_labels(session.connection)
    return found.id
