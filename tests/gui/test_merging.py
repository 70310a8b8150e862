"""An edited table comes back through the window, worked by keys, with the real worker."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from merge_pictures import A, D, E, M, edited
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from samples import make_project, suggest_everything

from adme_labeler.domain.records import SentenceId
from adme_labeler.gui import merge_dialogs
from adme_labeler.gui.dialogs.export_dialog import ExportDialog
from adme_labeler.gui.dialogs.import_dialog import ImportDialog
from adme_labeler.gui.dialogs.merge import MergeDialog, MergeOrImportDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.merge_table import MergeModel
from adme_labeler.services import annotating, headless
from adme_labeler.services.annotating import Shown
from adme_labeler.services.merge_compare import Entry
from adme_labeler.services.merge_plan import MergePlan, MergeRow, RowKind
from adme_labeler.storage import annotations, sentences


@pytest.fixture
def window(new_window, tmp_path):
    opened = make_project(tmp_path / "work.adme")
    suggest_everything(opened, "M", "E")
    return new_window(opened)


def shown(window: MainWindow, kind):
    return next(d for d in window.findChildren(kind) if d.isVisible())


def compared(window: MainWindow, qtbot, table: Path) -> MergeDialog:
    """The dialog once the worker has read the table."""
    merge_dialogs.merge(window, table)
    dialog = shown(window, MergeDialog)
    qtbot.waitUntil(lambda: not dialog.said().startswith("Reading"), timeout=30_000)
    return dialog


def category(window: MainWindow, sentence: SentenceId):
    found = annotations.resolutions(window.project.session.connection, [sentence])
    return found[sentence].category if sentence in found else None


def press(key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def test_an_edited_table_is_reviewed_and_taken_by_keys_and_undone_at_once(window, qtbot, tmp_path):
    opened = window.project.session
    table = edited(opened, tmp_path)
    ids = sentences.in_document_order(opened.connection)
    dialog = compared(window, qtbot, table)
    assert dialog.said().startswith("edited-by-ann.tsv: 12 changed, 2 in conflict")
    assert '"Metabolsim" (1)' in dialog.said()
    assert QApplication.focusWidget() is dialog.table
    assert dialog.apply.text() == "Apply 12 rows"
    press(Qt.Key.Key_Space)  # the first row is refused
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Space)  # the first conflict is taken
    assert dialog.apply.text() == "Apply 12 rows"
    before = len(annotations.everything(opened.connection))
    press(Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert category(window, ids[0]) == M  # refused
    assert category(window, ids[1]) == A
    assert category(window, ids[3]) == D  # the table's side of the conflict
    assert category(window, ids[4]) == E  # the project's side of the other one
    said = window.project.work.status.activity.text()
    assert said == "12 sentences changed from edited-by-ann.tsv; one undo takes it back"
    window.run("undo")
    assert category(window, ids[1]) == E
    assert category(window, ids[3]) == M
    assert len(annotations.everything(opened.connection)) == before


def test_rows_are_filtered_by_state_and_accepted_all_at_once(window, qtbot, tmp_path):
    table = edited(window.project.session, tmp_path)
    dialog = compared(window, qtbot, table)
    model = dialog.table.model()
    assert model.rowCount() == 16
    for kind, number in (("conflict", 2), ("refused", 1), ("missing", 5), ("unchanged", 28)):
        dialog.filters.choose(kind)
        assert model.rowCount() == number
    assert not dialog.accept_all.isEnabled()
    assert [model.index(0, column).data() for column in (3, 4, 5)] == ["Distribution"] * 3
    dialog.filters.choose("conflict")
    dialog.accept_all.click()
    assert len(dialog.taken()) == 14
    dialog.filters.choose("everything")
    dialog.refuse_all.click()
    assert dialog.taken() == set()
    assert not dialog.apply.isEnabled()
    assert "Nothing is accepted yet" in dialog.apply.toolTip()
    dialog.table.setFocus()
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(Qt.Key.Key_Space)
    assert len(dialog.taken()) == 14
    dialog.reject()


def test_a_table_that_nobody_edited_brings_nothing(window, qtbot, tmp_path):
    table = tmp_path / "same.xlsx"
    headless.export(window.project.session, table)
    dialog = compared(window, qtbot, table)
    assert dialog.said() == "same.xlsx brings nothing new: 48 rows say what the project holds."
    assert not dialog.apply.isVisible()
    press(Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_table_of_another_project_is_refused_in_the_dialog(window, qtbot, tmp_path):
    other = make_project(tmp_path / "other.adme", count=1)
    table = tmp_path / "other.csv"
    headless.export(other, table)
    other.close()
    dialog = compared(window, qtbot, table)
    assert dialog.said() == "other.csv was exported from another project."
    assert not dialog.apply.isVisible()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.project.merger.running(), timeout=20_000)


def test_a_decision_made_meanwhile_is_compared_again_and_not_overwritten(window, qtbot, tmp_path):
    opened = window.project.session
    table = edited(opened, tmp_path)
    (first, *_) = sentences.in_document_order(opened.connection)
    dialog = compared(window, qtbot, table)
    annotating.decide(opened, first, D, Shown())
    dialog.apply.click()
    assert "compare again" in dialog.said()
    assert category(window, first) == D
    dialog.again.click()
    qtbot.waitUntil(lambda: dialog.table is not None, timeout=30_000)
    assert dialog.said().startswith("edited-by-ann.tsv: 11 changed, 3 in conflict")
    dialog.reject()


def test_a_comparison_can_be_cancelled_while_it_reads(window, qtbot, tmp_path):
    table = tmp_path / "out.tsv"
    headless.export(window.project.session, table)
    merge_dialogs.merge(window, table)
    QTest.keyClick(shown(window, MergeDialog), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.project.merger.running(), timeout=30_000)
    assert not [d for d in window.findChildren(MergeDialog) if d.isVisible()]


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv", "out.tsv"])
def test_an_exported_table_that_is_dropped_is_asked_about(window, qtbot, tmp_path, name):
    table = tmp_path / name
    headless.export(window.project.session, table)
    drop(window, table)
    dialog = shown(window, MergeOrImportDialog)
    dialog.new.setChecked(True)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert shown(window, ImportDialog)


def test_another_table_that_is_dropped_is_imported(window, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("text,category\nIt is fast.,Absorption\n", "utf-8")
    drop(window, table)
    assert shown(window, ImportDialog)


def test_fifty_thousand_rows_are_shown_and_scrolled_without_a_wait(qtbot, window):
    scheme = window.project.session.scheme
    rows = tuple(
        MergeRow(
            RowKind.CHANGED,
            f"Row {n}",
            f"Sentence {n} about absorption.",
            SentenceId(n),
            f"{n}",
            Entry(M),
            Entry(E, (M,), "a note"),
            Entry(M),
            ("category", "also", "note"),
            annotation=annotations.Annotation(SentenceId(n), "ann", "open", E),
        )
        for n in range(50_000)
    )
    plan = MergePlan("big.xlsx", "ab" * 32, "ann", 1, 1, rows, (), 0, (), {})
    dialog = MergeDialog("big.xlsx", scheme, lambda ids: {})
    qtbot.addWidget(dialog)
    slowest = 0.0

    def timed(act) -> None:
        nonlocal slowest
        started = time.perf_counter()
        act()
        dialog.grab()
        slowest = max(slowest, time.perf_counter() - started)

    dialog.show_plan(plan)
    dialog.show()
    for _ in range(20):
        timed(lambda: QTest.keyClick(dialog.table, Qt.Key.Key_PageDown))
    timed(lambda: QTest.keyClick(dialog.table, Qt.Key.Key_End))
    timed(lambda: QTest.keyClick(dialog.table, Qt.Key.Key_Space))
    timed(dialog.refuse_all.click)
    assert dialog.taken() == set()
    assert isinstance(dialog.table.model(), MergeModel)
    assert slowest < 0.5


def test_the_export_dialog_says_what_stands_in_the_way_and_follows_the_format(qtbot, tmp_path):
    (tmp_path / "p.xlsx").touch()
    dialog = ExportDialog(tmp_path / "p.xlsx", sentences=9, decided=2, label=(3, "Mirtacaine"))
    qtbot.addWidget(dialog)
    assert "exists and will be replaced" in dialog.said()
    dialog.choose_format(".jsonl")
    assert dialog.target() == tmp_path / "p.jsonl"
    assert dialog.said() == ""
    dialog.place.setText(str(tmp_path / "nowhere" / "p.csv"))
    assert "There is no folder" in dialog.said()
    assert not dialog.go.isEnabled()
    dialog.place.setText(str(tmp_path / "p.csv"))
    dialog.only_label.setChecked(True)
    dialog.tables.setChecked(True)
    assert (dialog.choice().label, dialog.choice().tables) == (3, True)
    dialog.only_decided.setChecked(True)
    assert (dialog.choice().decided, dialog.choice().tables) == (True, False)


def test_the_window_exports_what_the_dialog_says(window, qtbot, tmp_path):
    window.run("export")
    dialog = shown(window, ExportDialog)
    dialog.place.setText(str(tmp_path / "out.tsv"))
    dialog.only_label.setChecked(True)
    with qtbot.waitSignal(window.project.exporter.finished, timeout=30_000):
        dialog.go.click()
    with (tmp_path / "out.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 8
    assert len({row["set_id"] for row in rows}) == 1


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPoint(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
