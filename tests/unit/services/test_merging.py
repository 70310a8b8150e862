"""An exported table comes back: what is compared, taken, refused, and undone."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest

from adme_labeler import cli
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import ImportProblem, Problem
from adme_labeler.domain.records import (
    Annotation,
    AnnotationState,
    Arm,
    ModelVersion,
    SentenceId,
    Suggestion,
)
from adme_labeler.domain.resolution import Adjudication
from adme_labeler.importers import edited_table
from adme_labeler.protocol import EditedRow, EditedSource
from adme_labeler.services import annotating, headless, importing, merging
from adme_labeler.services.annotating import Shown
from adme_labeler.services.merging import MergePlan, MergeRow, RowKind
from adme_labeler.services.session import Session, check_project
from adme_labeler.storage import annotations, log, sentences, suggestions
from adme_labeler.worker.merge_job import TITLES
from tests.drafts import block, label, simple_label

A, D, M, E, O = (CategoryKey(k) for k in "ADMEO")  # noqa: E741
Row = dict[str, str]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "trial", "ann") as opened:
        drafts = [simple_label(1), simple_label(2)]
        importing.commit_batch(opened, drafts, importing.ImportTally())
        yield opened


def ids_of(session: Session) -> list[SentenceId]:
    return sentences.in_document_order(session.connection)


def decided_by(session: Session, curator: str, sentence: SentenceId, **fields: Any) -> None:
    made = Annotation(sentence, curator, AnnotationState.DECIDED, **fields, at="2026-01-01T00:00Z")
    annotating.write(session, "decide", "by another curator", [made], curator)


def resolved(session: Session, sentence: SentenceId) -> CategoryKey | None:
    found = annotations.resolutions(session.connection, [sentence]).get(sentence)
    return None if found is None else found.category


def edited(
    session: Session, tmp_path: Path, edit: Callable[[list[Row]], list[Row] | None], name: str = "e"
) -> Path:
    """Export as tsv, change the rows as a program that knows no formulas would, write again."""
    path = tmp_path / f"{name}.tsv"
    headless.export(session, path)
    return rewritten(path, edit)


def rewritten(path: Path, edit: Callable[[list[Row]], list[Row] | None]) -> Path:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows = edit(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return path


def setting(number: int, **values: str) -> Callable[[list[Row]], None]:
    return lambda rows: rows[number].update(values)


def compared(session: Session, path: Path) -> MergePlan:
    """As the merge process reads it, without the process."""
    items = list(edited_table.read(path, TITLES))
    source = items[0]
    assert isinstance(source, EditedSource)
    return merging.plan(session, source, [i for i in items if isinstance(i, EditedRow)])


def kinds(plan: MergePlan) -> dict[str, int]:
    return {kind.value: n for kind, n in plan.counts.items() if n}


def only(plan: MergePlan) -> MergeRow:
    (row,) = plan.rows
    return row


# --------------------------------------------------------------------------- the three states


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


# --------------------------------------------------------------------------- what is written


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


# --------------------------------------------------------------------------- what sheets go through


def test_unknown_categories_are_listed_and_nothing_is_guessed(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> None:
        rows[0]["category"] = "Metabolsim"
        rows[1].update(category="Metabolism", also="clearence, Distribution")
        rows[2]["flagged"] = "perhaps"
        rows[3].update(category="", also="Excretion")

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"refused": 4, "unchanged": 12}
    assert plan.unknown_categories == {"Metabolsim": 1, "clearence": 1}
    assert plan.rows[0].reason == '"Metabolsim" is no category of this project.'
    assert not merging.apply(session, plan, set(ids_of(session)))


def test_rows_may_be_shuffled_deleted_repeated_and_foreign(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        rows[5]["category"] = "Distribution"
        kept = [rows[5], dict(rows[5]), *reversed(rows[8:])]
        strange = dict(rows[0], uid="f" * 20, text="A sentence of nowhere.")
        return [{k: row[k] for k in reversed(row)} for row in [*kept, strange]]

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"changed": 1, "unchanged": 8, "unknown": 1, "missing": 7}
    assert plan.repeated == 1
    ids = ids_of(session)
    assert set(plan.missing) == {*ids[:5], *ids[6:8]}
    assert plan.rows[0].place == "Row 2"
    merging.apply(session, plan, "all")
    assert resolved(session, ids[5]) == D


def test_rows_of_two_exports_are_each_compared_with_their_own(
    session: Session, tmp_path: Path
) -> None:
    ids = ids_of(session)
    older = edited(session, tmp_path, lambda rows: rows[:8], "older")
    annotating.decide(session, ids[0], M, Shown())
    annotating.decide(session, ids[8], M, Shown())
    with older.open(encoding="utf-8", newline="") as file:
        first_half = list(csv.DictReader(file, delimiter="\t"))

    def edit(rows: list[Row]) -> list[Row]:
        rows[8]["category"] = ""
        return [*first_half, *rows[8:]]

    plan = compared(session, edited(session, tmp_path, edit, "both"))
    assert kinds(plan) == {"changed": 1, "unchanged": 15}
    assert plan.rows[0].sentence == ids[8]


def test_sentences_that_came_after_the_export_are_not_missing(
    session: Session, tmp_path: Path
) -> None:
    path = edited(session, tmp_path, lambda rows: rows[:10])
    importing.commit_batch(session, [simple_label(3)], importing.ImportTally())
    newer = label("set-1", "Testazole1", [block("Absorption", ["New."])], version=2)
    importing.commit_batch(session, [newer], importing.ImportTally())
    assert kinds(compared(session, path)) == {"unchanged": 10, "missing": 6}


def test_the_same_sentence_with_two_different_entries_is_refused(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        return [*rows, dict(rows[3], category="Metabolism")]

    plan = compared(session, edited(session, tmp_path, edit))
    assert only(plan).kind is RowKind.REFUSED
    assert "Row 18" in only(plan).reason


def test_columns_that_were_sorted_apart_are_refused(session: Session, tmp_path: Path) -> None:
    def edit(rows: list[Row]) -> None:
        uids = [row["uid"] for row in rows]
        for row, uid in zip(rows, reversed(uids), strict=True):
            row.update(uid=uid, category="Metabolism")

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"refused": 16, "missing": 16}
    assert "sorted apart" in plan.rows[0].reason


def test_an_id_that_a_program_took_for_a_number_is_found_by_its_text(
    session: Session, tmp_path: Path
) -> None:
    path = edited(session, tmp_path, setting(4, uid="1.23E+19", category="Metabolism"))
    merging.apply(session, compared(session, path), "all")
    assert resolved(session, ids_of(session)[4]) == M


def test_only_the_columns_that_are_there_count(session: Session, tmp_path: Path) -> None:
    (first, *_) = ids_of(session)
    annotating.decide(session, first, M, Shown())
    annotating.toggle_also(session, first, E)
    annotating.set_note(session, first, "kept")

    def edit(rows: list[Row]) -> list[Row]:
        rows[0]["category"] = "Excretion"
        return [{k: row[k] for k in ("category", "revision", "uid")} for row in rows]

    merging.apply(session, compared(session, edited(session, tmp_path, edit)), "all")
    left = annotations.get(session.connection, first, "ann")
    assert left is not None
    assert (left.category, left.also, left.note) == (E, (), "kept")


def test_formula_like_notes_are_unescaped_once(session: Session, tmp_path: Path) -> None:
    (first, second, *_) = ids_of(session)
    for sentence, note in ((first, "=1+1"), (second, "'-5 %")):
        annotating.set_note(session, sentence, note)

    def edit(rows: list[Row]) -> None:
        assert rows[0]["note"] == "'=1+1"
        rows[2]["note"] = "'+3 mL"

    plan = compared(session, edited(session, tmp_path, edit))
    assert kinds(plan) == {"changed": 1, "unchanged": 15}
    assert plan.rows[0].edited is not None and plan.rows[0].edited.note == "+3 mL"


def test_a_workbook_saved_again_by_openpyxl_comes_back(session: Session, tmp_path: Path) -> None:
    (first, second, *_) = ids_of(session)
    annotating.set_note(session, second, "=odd _x0041_ \u2265 3")
    path = tmp_path / "book.xlsx"
    headless.export(session, path)
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Annotations"]
    titles = [cell.value for cell in sheet[1]]
    category = titles.index("Category") + 1
    sheet.cell(2, category).value = "Metabolism"
    sheet.delete_rows(10, 4)
    sheet.move_range(f"A1:A{sheet.max_row}", cols=len(titles) + 2)
    sheet.insert_rows(1)
    sheet["B1"] = "To be looked at by Ann"
    sheet.title = "My selection"
    del book["About"], book["Recall"]
    book.save(path)
    plan = compared(session, path)
    assert kinds(plan) == {"changed": 1, "unchanged": 11, "missing": 4}
    assert plan.rows[0].place == "My selection, row 3"
    merging.apply(session, plan, "all")
    assert resolved(session, first) == M


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_table_saved_again_by_pandas_comes_back(
    session: Session, tmp_path: Path, suffix: str
) -> None:
    annotating.set_note(session, ids_of(session)[1], "-5 %")
    path = tmp_path / f"pandas.{suffix}"
    headless.export(session, tmp_path / "out.xlsx")
    frame = pandas.read_excel(
        tmp_path / "out.xlsx", engine="calamine", dtype=str, keep_default_na=False
    )
    frame.loc[0, "Category"] = "Metabolism"
    frame = frame.sort_values("Text", ascending=False).drop(columns=["Text hash", "State"])
    if suffix == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False, sep=";", encoding="utf-16")
    assert kinds(compared(session, path)) == {"changed": 1, "unchanged": 15}


def test_a_workbook_of_several_sheets_and_without_revisions_relies_on_about(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    headless.export(session, path)
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Annotations"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    keep = [n for n, title in enumerate(rows[0]) if title not in ("Revision", "Text hash")]
    del book["Annotations"]
    for name, part in (("Annotations", rows[1:9]), ("Annotations 2", rows[9:])):
        made: Any = book.create_sheet(name)
        for row in (rows[0], *part):
            made.append([row[n] for n in keep])
    book.save(path)
    assert kinds(compared(session, path)) == {"unchanged": 16}


# --------------------------------------------------------------------------- refusals


def test_a_sheet_of_another_project_is_refused(session: Session, tmp_path: Path) -> None:
    with Session.create(tmp_path / "other", "ann") as other:
        importing.commit_batch(other, [simple_label(1)], importing.ImportTally())
        path = edited(other, tmp_path, setting(0, category="Metabolism"))
    with pytest.raises(ImportProblem, match=r"e.tsv was exported from another project\."):
        compared(session, path)


def test_a_sheet_of_a_copy_that_went_another_way_is_refused(
    session: Session, tmp_path: Path
) -> None:
    (first, *_) = ids_of(session)
    annotating.decide(session, first, M, Shown())
    path = edited(session, tmp_path, lambda rows: None)
    number = log.head(session.connection)[0]

    def other_hash(rows: list[Row]) -> None:
        for row in rows:
            row["revision"] = f"{row['revision'][:-12]}{'0' * 12}"

    with pytest.raises(ImportProblem, match=f"another copy of this project: operation {number}"):
        compared(session, rewritten(path, other_hash))


def test_a_table_that_does_not_say_where_it_comes_from_is_refused(
    session: Session, tmp_path: Path
) -> None:
    def edit(rows: list[Row]) -> None:
        for row in rows:
            del row["revision"]

    with pytest.raises(ImportProblem, match="does not say which project"):
        compared(session, edited(session, tmp_path, edit))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.csv", b"drug,dose\nx,1\n", 'no sheet with the columns "Sentence id" and "Category"'),
        ("text.txt", b"Some text.", "is no table"),
        ("twice.csv", b"uid,category,Category\nx,M,E\n", 'two columns named "Category"'),
        ("broken.xlsx", b"PK\x03\x04 nothing", "damaged"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_one_sentence(
    session: Session, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportProblem, match=sentence):
        compared(session, tmp_path / name)
    with pytest.raises(ImportProblem, match="cannot be read"):
        compared(session, tmp_path / "not-there.csv")


def test_formulas_without_a_stored_result_are_not_taken_for_empty_cells(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsx"
    headless.export(session, path)
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Annotations"]
    titles = [cell.value for cell in sheet[1]]
    sheet.cell(2, titles.index("Category") + 1).value = '="Meta"&"bolism"'
    book.save(path)
    with pytest.raises(ImportProblem, match=r'values \(cell K2 of the sheet "Annotations"\)'):
        compared(session, path)


def test_a_project_that_changed_after_the_comparison_is_compared_again(
    session: Session, tmp_path: Path
) -> None:
    (first, *_) = ids_of(session)
    plan = compared(session, edited(session, tmp_path, setting(0, category="Metabolism")))
    annotating.decide(session, first, E, Shown())
    with pytest.raises(Problem, match="compare again"):
        merging.apply(session, plan, "all")
    assert resolved(session, first) == E


def test_a_second_window_can_compare_but_not_take(session: Session, tmp_path: Path) -> None:
    path = edited(session, tmp_path, setting(0, category="Metabolism"))
    with Session.open(session.path, "ann", read_only=True) as reader:
        plan = headless.compare_table(reader, path)
        assert kinds(plan) == {"changed": 1, "unchanged": 15}
        with pytest.raises(Problem, match="can only read it"):
            merging.apply(reader, plan, "all")


# --------------------------------------------------------------------------- command line


def test_the_command_compares_takes_and_reports(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ids_of(session)
    path = edited(session, tmp_path, setting(0, category="Metabolism"))
    words = ["merge-table", str(session.path), str(path), "--curator", "ann", "--json"]
    session.close()
    assert cli.main([*words, "--dry-run"]) == 0
    dry = json.loads(capsys.readouterr().out)
    assert (dry["counts"]["changed"], dry["applied"], dry["operation"]) == (1, 0, None)
    assert dry["rows"][0]["edited"]["category"] == "Metabolism"
    assert cli.main(words) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["applied"], done["sha256"]) == (1, dry["sha256"])
    with Session.open(session.path, "ann") as again:
        assert resolved(again, ids[0]) == M
        assert annotating.next_undo(again).startswith("Merge 1 row of e.tsv")
        annotating.decide(again, ids[0], E, Shown())
    assert cli.main([*words[:-1], "--dry-run"]) == 0
    assert "conflict, category (none) -> Metabolism (now Excretion)" in capsys.readouterr().out
    assert cli.main([*words, "--take-conflicts"]) == 0
    with Session.open(session.path, "ann") as again:
        assert resolved(again, ids[0]) == M
