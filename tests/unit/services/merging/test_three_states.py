"""What the table, the export and the project say of a sentence, and what is taken."""

from __future__ import annotations

import hashlib
from pathlib import Path

from adme_labeler.domain.records import (
    AnnotationState,
    Arm,
    ModelVersion,
    Suggestion,
)
from adme_labeler.domain.resolution import Adjudication
from adme_labeler.services import annotating, headless, merging
from adme_labeler.services.annotating import Shown
from adme_labeler.services.merging import RowKind
from adme_labeler.services.session import Session, check_project
from adme_labeler.storage import annotations, log, suggestions
from tests.edited_tables import (
    A,
    D,
    E,
    M,
    O,
    Row,
    compared,
    decided_by,
    edited,
    ids_of,
    kinds,
    only,
    resolved,
    setting,
)


def test_a_sheet_that_nobody_edited_changes_nothing(session: Session, tmp_path: Path) -> None:
    ids = ids_of(session)
    annotating.decide(session, ids[0], M, Shown())
    annotating.toggle_also(session, ids[0], E)
    annotating.set_note(session, ids[1], "=1+1, or not\nsecond line")
    annotating.toggle_flag(session, ids[2])
    decided_by(session, "bob", ids[1], category=D, note="mine")
    decided_by(session, "bob", ids[0], category=D)
    for name in ("a.xlsx", "a.csv", "a.tsv"):
        headless.export(session, tmp_path / name)
        plan = compared(session, tmp_path / name)
        assert kinds(plan) == {"unchanged": 16}
        assert not merging.apply(session, plan, "all")


def test_an_edited_row_is_shown_and_taken_as_one_undoable_operation(
    session: Session, tmp_path: Path
) -> None:
    ids = ids_of(session)
    annotating.decide(session, ids[0], M, Shown())

    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = "Elimination"
        rows[0]["also"] = "Metabolism; Distribution"
        rows[1]["note"] = "see table 4"
        rows[2]["flagged"] = "yes"

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"changed": 3, "unchanged": 13}
    first = plan.rows[0]
    assert first.fields == ("category", "also")
    assert first.exported is not None and first.exported.decision == (M, ())
    assert first.edited is not None and first.edited.decision == (E, (D, M))
    before = log.head(session.connection)[0]
    changes = merging.apply(session, plan, "all")
    assert changes.annotations == set(ids[:3])
    assert log.head(session.connection)[0] == before + 1
    assert resolved(session, ids[0]) == E
    assert annotations.get(session.connection, ids[1], "ann") is not None
    flagged = annotations.get(session.connection, ids[2], "ann")
    assert flagged is not None and flagged.flagged
    assert kinds(compared(session, tmp_path / "e.tsv")) == {"unchanged": 16}
    annotating.undo(session)
    assert resolved(session, ids[0]) == M
    assert annotations.get(session.connection, ids[2], "ann") is None
    annotating.redo(session)
    assert resolved(session, ids[0]) == E
    assert check_project(session.path).faults == ()


def test_the_history_names_the_file_by_its_hash(session: Session, tmp_path: Path) -> None:
    path = edited(session, tmp_path, setting(0, category="Metabolism"))
    plan = compared(session, path)
    changes = merging.apply(session, plan, "all")
    assert changes.operation is not None
    written = log.changes_of(session.connection, changes.operation)
    (source,) = [c for c in written if c.kind == "merged_file"]
    assert source.key == plan.sha256
    assert plan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert plan.sha256[:12] in annotating.next_undo(session)


def test_only_accepted_rows_are_taken(session: Session, tmp_path: Path) -> None:
    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = rows[1]["category"] = "Metabolism"

    ids = ids_of(session)
    plan = compared(session, edited(session, tmp_path, edit))
    merging.apply(session, plan, {ids[1]})
    assert (resolved(session, ids[0]), resolved(session, ids[1])) == (None, M)


def test_what_both_changed_since_the_export_is_a_conflict_and_taken_only_by_name(
    session: Session, tmp_path: Path
) -> None:
    ids = ids_of(session)
    annotating.decide(session, ids[0], M, Shown())
    path = edited(session, tmp_path, setting(0, category="Excretion"))
    annotating.decide(session, ids[0], D, Shown())
    plan = compared(session, path)
    row = only(plan)
    assert row.kind is RowKind.CONFLICT
    states = [entry and entry.category for entry in (row.exported, row.edited, row.current)]
    assert states == [M, E, D]
    assert not merging.apply(session, plan, "all")
    assert resolved(session, ids[0]) == D
    merging.apply(session, plan, {ids[0]})
    assert resolved(session, ids[0]) == E


def test_changes_of_the_project_alone_stay(session: Session, tmp_path: Path) -> None:
    ids = ids_of(session)
    annotating.decide(session, ids[0], M, Shown())
    path = edited(session, tmp_path, setting(0, note="looked at"))
    annotating.decide(session, ids[0], D, Shown())
    annotating.decide(session, ids[1], A, Shown())
    plan = compared(session, path)
    assert only(plan).kind is RowKind.CHANGED
    assert only(plan).fields == ("note",)
    merging.apply(session, plan, "all")
    assert (resolved(session, ids[0]), resolved(session, ids[1])) == (D, A)


def test_the_exported_state_is_that_of_the_log_also_after_undo(
    session: Session, tmp_path: Path
) -> None:
    ids = ids_of(session)
    annotating.decide(session, ids[0], M, Shown())
    path = edited(session, tmp_path, lambda rows: None)
    annotating.undo(session)
    assert kinds(compared(session, path)) == {"unchanged": 16}
    annotating.decide(session, ids[0], D, Shown())
    assert kinds(compared(session, path)) == {"unchanged": 16}
    assert resolved(session, ids[0]) == D


def test_what_the_project_has_already_is_unchanged(session: Session, tmp_path: Path) -> None:
    path = edited(session, tmp_path, setting(0, category="Excretion", note="n", flagged="x"))
    (first, *_) = ids_of(session)
    annotating.decide(session, first, E, Shown())
    annotating.set_note(session, first, "n")
    annotating.toggle_flag(session, first)
    assert kinds(compared(session, path)) == {"unchanged": 16}


def test_an_emptied_category_takes_the_decision_back(session: Session, tmp_path: Path) -> None:
    (first, *_) = ids_of(session)
    annotating.decide(session, first, M, Shown())
    annotating.set_note(session, first, "stays")
    plan = compared(session, edited(session, tmp_path, setting(0, category="")))
    merging.apply(session, plan, "all")
    left = annotations.get(session.connection, first, "ann")
    assert left is not None
    assert (left.state, left.category, left.note) == (AnnotationState.OPEN, None, "stays")


def test_states_and_provenance_say_what_the_sheet_showed(session: Session, tmp_path: Path) -> None:
    ids = ids_of(session)
    shown = [Suggestion(i, ModelVersion(2), 7, M, O, (0, 0, 0.75, 0.25, 0), 0.1) for i in ids[:2]]
    with session.project.transaction() as connection:
        suggestions.store(connection, shown)

    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = "Metabolism"
        rows[1]["category"] = "Excretion"
        rows[2]["category"] = "Excretion"

    merging.apply(session, compared(session, edited(session, tmp_path, edit)), "all")
    found = [annotations.get(session.connection, i, "ann") for i in ids[:3]]
    assert [a and a.state for a in found] == [
        AnnotationState.ACCEPTED,
        AnnotationState.CORRECTED,
        AnnotationState.DECIDED,
    ]
    assert all(a is not None and a.provenance.arm is Arm.REVIEW for a in found)
    corrected = found[1]
    assert corrected is not None
    p = corrected.provenance
    assert (p.suggested, p.probability, p.model_version, p.head_revision) == (M, 0.75, 2, 7)


def test_the_editor_never_decides_for_another_curator(session: Session, tmp_path: Path) -> None:
    ids = ids_of(session)
    decided_by(session, "bob", ids[0], category=M, note="bob thinks so")
    decided_by(session, "bob", ids[1], category=M)

    def edit(rows: list[Row]) -> None:
        rows[0].update(category="Excretion", note="bob thinks so\nI do not")
        rows[1]["category"] = ""

    plan = compared(session, edited(session, tmp_path, edit))
    changed, refused = plan.rows
    assert changed.disagrees == ("bob",)
    assert (refused.kind, refused.acceptable) == (RowKind.REFUSED, False)
    assert refused.reason == "Only bob can take that decision back."
    merging.apply(session, plan, {ids[0], ids[1]})
    bob = annotations.get(session.connection, ids[0], "bob")
    ann = annotations.get(session.connection, ids[0], "ann")
    assert bob is not None and (bob.category, bob.note) == (M, "bob thinks so")
    assert ann is not None and (ann.category, ann.note) == (E, "I do not")
    assert resolved(session, ids[0]) is None
    assert resolved(session, ids[1]) == M
    assert compared(session, tmp_path / "e.tsv").counts[RowKind.CHANGED] == 0


def test_a_settled_sentence_and_a_foreign_note_or_flag_are_refused(
    session: Session, tmp_path: Path
) -> None:
    ids = ids_of(session)
    for i in ids[:3]:
        decided_by(session, "bob", i, category=M, note="b", flagged=True)
        annotating.decide(session, i, E, Shown())
        annotating.set_note(session, i, "a")
    with session.project.operation("settle", "settle", "cat") as draft:
        settled = Adjudication(M, (), "cat", "2026-01-01T00:00Z")
        annotations.adjudicate(session.connection, draft, ids[0], settled)

    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = "Excretion"
        assert rows[1]["note"] == "ann: a\nbob: b"
        rows[1]["note"] = "ann: a2\nbob: c"
        rows[2].update(flagged="", note="ann: a2\nbob: b")
        rows[3]["category"] = "Excretion"

    decided_by(session, "bob", ids[3], category=M)
    annotating.decide(session, ids[3], E, Shown())
    plan = compared(session, edited(session, tmp_path, edit))
    assert [row.reason for row in plan.rows] == [
        "cat has settled this sentence as Metabolism; settle it again in the window.",
        "Only bob can change the note of bob.",
        "Only bob can take that flag back.",
        "This is ann's decision already; bob decided otherwise.",
    ]
    path = edited(session, tmp_path, setting(2, note="ann: a2\nbob: b"))
    merging.apply(session, compared(session, path), "all")
    ann = annotations.get(session.connection, ids[2], "ann")
    assert ann is not None and ann.note == "a2"
