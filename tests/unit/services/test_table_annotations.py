"""Annotations from a table: matching, reports, one undo step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import AnnotationState, Arm, ModelVersion, Suggestion
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.services.table_annotations import TableRow, annotate
from adme_labeler.storage import sentences
from tests.drafts import block, label


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [
            label("s1", "One", [block("", ["AUC rose to 3 mg/m2.", "It is bound."])]),
            label("s2", "Two", [block("", ["It is bound.", "It is excreted."])]),
        ]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened


def resolved(session: Session) -> dict[str, str]:
    return {
        f"{row['set_id']}: {row['text']}": row["category"]
        for row in session.connection.execute(
            "SELECT l.set_id, s.text, r.category FROM resolution r JOIN sentence s "
            "ON s.id = r.sentence JOIN drug_label l ON l.id = s.drug_label"
        )
    }


def test_rows_match_by_label_and_text_whatever_the_blanks(session: Session) -> None:
    rows = [
        TableRow("AUC rose to 3 mg/m 2 .", "Absorption", "s1"),
        TableRow("It is bound.", "d", "s2"),
    ]
    report, _ = annotate(session, rows, "ben")
    assert (report.rows, report.matched, report.sentences, report.unmatched) == (2, 2, 2, 0)
    assert resolved(session) == {"s1: AUC rose to 3 mg/m2.": "A", "s2: It is bound.": "D"}


def test_a_row_without_a_label_annotates_the_same_text_everywhere(session: Session) -> None:
    report, _ = annotate(session, [TableRow("It is bound.", "Distribution")], "ben")
    assert report.sentences == 2
    assert set(resolved(session).values()) == {"D"}


def test_the_sentence_id_wins_over_the_text(session: Session) -> None:
    last = sentences.in_document_order(session.connection)[-1]
    (found,) = sentences.get(session.connection, [last])
    report, _ = annotate(session, [TableRow("edited text", "Elimination", uid=found.uid)], "ben")
    assert report.sentences == 1
    assert resolved(session) == {"s2: It is excreted.": "E"}


def test_unknown_categories_and_texts_are_reported_and_nothing_is_guessed(session: Session) -> None:
    rows = [TableRow("It is bound.", "Toxicity"), TableRow("Not there.", "A"), TableRow("x", " ")]
    report, changes = annotate(session, rows, "ben")
    assert (report.matched, report.unmatched, report.unknown) == (0, 1, {"Toxicity": 1})
    assert not changes
    assert resolved(session) == {}


def test_a_table_is_one_undo_step_and_names_its_curator(session: Session) -> None:
    rows = [TableRow("It is bound.", "D"), TableRow("It is excreted.", "E", note="sure")]
    annotate(session, rows, "ben")
    curators = session.connection.execute("SELECT DISTINCT curator, state FROM annotation")
    assert [tuple(row) for row in curators] == [("ben", "imported")]
    annotating.undo(session)
    assert resolved(session) == {}


def test_a_heading_before_the_sentence_does_not_hide_it_but_another_sentence_does(
    session: Session,
) -> None:
    drafts = [label("s3", "Three", [block("", ["The mean half-life was about 12 hours."])])]
    importing.commit_batch(session, drafts, importing.ImportTally())
    body = "The mean half-life was about 12 hours."
    report, _ = annotate(session, [TableRow(f"Plasma Elimination: {body}", "E", "s3")], "ben")
    assert report.matched == 1
    two = TableRow(f"It is absorbed quickly. {body}", "A", "s3")
    assert annotate(session, [two], "ben")[0].unmatched == 1
    assert annotate(session, [TableRow(f"Elimination {body}", "E", "s1")], "ben")[0].unmatched == 1


def test_a_row_that_repeats_a_decision_keeps_what_the_curator_saw_flagged_and_noted(
    session: Session,
) -> None:
    first = sentences.in_document_order(session.connection)[0]
    seen = Suggestion(
        first, ModelVersion(0), 0, CategoryKey("A"), CategoryKey("O"), (0.8, 0, 0, 0, 0.2), 0.6
    )
    annotating.accept(session, first, Shown(seen))
    annotating.toggle_flag(session, first)
    annotating.set_note(session, first, "see Table 2")
    before = annotating.annotation(session, first)

    annotate(session, [TableRow("AUC rose to 3 mg/m2.", "A", "s1")], "ana")
    assert annotating.annotation(session, first) == before

    annotate(session, [TableRow("AUC rose to 3 mg/m2.", "M", "s1")], "ana")
    after = annotating.annotation(session, first)
    assert after is not None
    assert (after.category, after.state) == ("M", AnnotationState.IMPORTED)
    assert (after.flagged, after.note) == (True, "see Table 2")
    assert (after.provenance.suggested, after.provenance.arm) == ("A", Arm.IMPORT)


def test_a_row_without_letters_fits_no_sentence(session: Session) -> None:
    importing.commit_batch(
        session, [label("s3", "Three", [block("", ["* * *"])])], importing.ImportTally()
    )
    report, _ = annotate(session, [TableRow("---", "A")], "ben")
    assert (report.sentences, report.unmatched) == (0, 1)
