from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit, QPushButton
from samples import make_project, suggest_everything
from windows import keys, put_away

from adme_labeler import paths
from adme_labeler.domain.records import AnnotationState, Sections
from adme_labeler.gui import dialogs_of
from adme_labeler.gui.dialogs.bulk import BulkDialog
from adme_labeler.gui.dialogs.guide import GuideDialog
from adme_labeler.gui.dialogs.import_dialog import ImportDialog
from adme_labeler.gui.dialogs.import_report import ImportReport
from adme_labeler.gui.dialogs.note import NoteDialog
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.gui.dialogs.reports import HeldOutDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.services import annotating, blindness, project_settings
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences


@pytest.fixture
def opened(window, tmp_path):
    """A window on a project without a model worker."""
    session = make_project(tmp_path / "work.adme")
    suggest_everything(session, "M", "E")
    window.show_session(session, place=False, jobs=False)
    return window


def dialog_of(window: MainWindow, kind: type) -> QDialog:
    return next(d for d in window.findChildren(kind) if d.isVisible())


def own(window: MainWindow, sentence):
    return annotating.annotation(window.project.session, sentence)


def test_the_window_is_worked_by_keys_alone(opened):
    desk = opened.project.desk
    first, second, third, fourth, fifth = desk.ids()[:5]
    keys(opened, "3", Qt.Key.Key_Return, Qt.Key.Key_Space, "u", "f", "1")
    assert own(opened, first).state is AnnotationState.ACCEPTED
    assert own(opened, second).category == "M"
    assert own(opened, third).state is AnnotationState.SKIPPED
    assert own(opened, fourth).state is AnnotationState.UNSURE
    assert own(opened, fifth).flagged
    assert (own(opened, fifth).category, own(opened, fifth).state) == (
        "A",
        AnnotationState.CORRECTED,
    )
    keys(opened, Qt.Key.Key_Backspace, Qt.Key.Key_Backspace)
    assert not own(opened, fifth)
    assert desk.focus == fifth


@pytest.mark.parametrize(
    ("pressed", "count"), [((Qt.Key.Key_Return,), 1), (("4",), 1), (("4", Qt.Key.Key_Backspace), 0)]
)
def test_accept_correct_and_undo_take_one_key_each(opened, pressed, count):
    keys(opened, *pressed)
    assert (
        opened.project.session.connection.execute("SELECT count(*) FROM resolution").fetchone()[0]
        == count
    )


def test_a_click_on_a_category_button_leaves_the_keyboard_with_the_text(opened):
    desk = opened.project.desk
    first, second = desk.ids()[:2]
    button = opened.project.work.bar.buttons["D"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    keys(opened, "5")
    assert own(opened, first).category == "D"
    assert own(opened, second).category == "O"


def test_typing_in_the_filter_decides_nothing_and_escape_leaves_it(opened):
    work, desk = opened.project.work, opened.project.desk
    before = desk.focus
    work.labels.filter.setFocus()
    keys(opened, "1 2 a u")
    assert work.labels.filter.text() == "1 2 a u"
    assert desk.focus == before and own(opened, before) is None
    keys(opened, Qt.Key.Key_Escape, "1")
    assert own(opened, before).category == "A"


def test_the_search_key_opens_the_line_and_enter_goes_to_the_sentences(opened, qtbot):
    work, desk = opened.project.work, opened.project.desk
    keys(opened, "/")
    assert work.search.isVisible() and work.search.field.hasFocus()
    keys(opened, "metabolism", Qt.Key.Key_Return)
    assert work.list_shown() and desk.searching and len(desk.items) == 12
    keys(opened, "3")
    assert len([i for i in desk.ids() if own(opened, i)]) == 1
    keys(opened, "/", Qt.Key.Key_Escape)
    assert not desk.searching and not work.list_shown()


def test_escape_leaves_a_search_from_its_list_as_the_button_promises(opened):
    work, desk = opened.project.work, opened.project.desk
    keys(opened, "/")
    keys(opened, "metabolism", Qt.Key.Key_Return)
    found = desk.focus
    keys(opened, Qt.Key.Key_Escape)
    assert not work.search.isVisible() and not desk.searching and not work.list_shown()
    assert desk.focus == found


def test_another_queue_closes_the_search_that_it_replaces(opened):
    work, desk = opened.project.work, opened.project.desk
    keys(opened, "/")
    keys(opened, "metabolism", Qt.Key.Key_Return)
    opened.run("queue-uncertain")
    assert not work.search.isVisible() and not desk.searching
    keys(opened, "/")
    keys(opened, "metabolism", Qt.Key.Key_Return)
    work.labels.chosen.emit(int(desk.label))
    assert not work.search.isVisible() and not desk.searching


def test_a_window_that_may_only_read_offers_no_decision(window, tmp_path):
    make_project(tmp_path / "read.adme").close()
    writer = Session.open(tmp_path / "read.adme", "curator")
    suggest_everything(writer, "M", "E")
    try:
        reader = Session.open(tmp_path / "read.adme", "curator", read_only=True)
        window.show_session(reader, place=False, jobs=False)
        bar = window.project.work.bar
        assert window.project.desk.suggestion_shown
        for button in (bar.accept, bar.skip, bar.flag, bar.note, *bar.buttons.values()):
            assert not button.isEnabled()
    finally:
        writer.close()


def test_the_status_line_says_that_the_first_suggestions_are_coming(new_window, tmp_path):
    window = new_window(make_project(tmp_path / "fresh.adme"))
    project = window.of_project()
    texts = [label.text() for label in project.work.status.findChildren(QLabel)]
    assert "first suggestions are on their way" not in texts
    project.suggester.start()
    project.show_status()
    texts = [label.text() for label in project.work.status.findChildren(QLabel)]
    assert "first suggestions are on their way" in texts


def test_the_list_hides_a_held_out_suggestion_that_only_another_curator_has_earned(
    window, tmp_path
):
    first = make_project(tmp_path / "two.adme", held_out=True)
    suggest_everything(first, "M", "E")
    sentence = next(
        i
        for i in sentences.in_document_order(first.connection)
        if sentences.is_held_out(first.connection, i)
    )
    annotating.decide(first, sentence, "A", annotating.Shown())
    first.close()
    window.show_session(Session.open(tmp_path / "two.adme", "second"), place=False, jobs=False)
    rows = window.project.listing.rows
    assert rows([sentence])[sentence].suggestion is None
    annotating.decide(window.project.session, sentence, "A", annotating.Shown())
    assert rows([sentence])[sentence].suggestion == "M"


def test_the_list_view_decides_with_the_same_keys(opened):
    keys_of = opened.project.desk
    opened.run("view-list")
    first = keys_of.focus
    keys(opened, "2")
    assert own(opened, first).category == "D"
    assert opened.project.work.list.currentIndex().row() == 1


def test_a_note_is_written_and_undone(opened, qtbot):
    sentence = opened.project.desk.focus
    keys(opened, "n")
    dialog = dialog_of(opened, NoteDialog)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QPlainTextEdit))
    keys(opened, "look at the table")
    qtbot.waitUntil(lambda: dialog.text() == "look at the table")
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert own(opened, sentence).note == "look at the table"
    opened.run("undo")
    assert own(opened, sentence) is None


def test_bulk_accept_shows_a_count_and_a_preview_and_is_one_undo_step(opened, qtbot):
    opened.run("bulk")
    dialog = dialog_of(opened, BulkDialog)
    qtbot.waitUntil(dialog.ready)
    ids = sentences.in_document_order(opened.project.session.connection)
    offered = len(ids) - len(blindness.among(opened.project.session, ids))
    assert 0 < offered < len(ids) == 48
    assert dialog.count.text() == f"0 of {offered} sentences" and not dialog.go.isEnabled()
    assert "surest has 70 %" in dialog.errors.text()
    assert dialog.focusWidget() is dialog.slider
    dialog.slider.setValue(70)
    assert dialog.count.text() == f"{offered} of {offered} sentences"
    assert dialog.go.text() == f"Accept {offered}"
    assert "not calibrated" in dialog.errors.text()
    dialog.go.click()
    assert opened.project.counts is not None
    accepted = [found for i in opened.project.desk.ids() if (found := own(opened, i))]
    assert {found.state for found in accepted} == {AnnotationState.BULK}
    hidden = blindness.among(opened.project.session, opened.project.desk.ids())
    assert not hidden & {found.sentence for found in accepted}
    last = opened.project.desk.ids()[-1]
    opened.project.desk.go_to(last)
    opened.run("undo")
    assert all(own(opened, i) is None for i in opened.project.desk.ids())
    assert opened.project.desk.focus == last, "the place where one reads is kept"


def test_enter_presses_the_button_that_has_the_focus(opened, qtbot):
    sentence = opened.project.desk.focus
    keys(opened, "n")
    dialog = dialog_of(opened, NoteDialog)
    cancel = dialog.findChildren(QPushButton)[0]
    cancel.setFocus()
    QTest.keyClick(cancel, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert own(opened, sentence) is None


def test_what_was_written_is_not_given_up_by_one_press_of_escape(opened, qtbot):
    keys(opened, "n")
    dialog = dialog_of(opened, NoteDialog)
    field = dialog.findChild(QPlainTextEdit)
    field.setPlainText("half of a thought")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    warnings = [text.text() for text in dialog.findChildren(QLabel) if text.isVisible()]
    assert "What you entered is not saved. Close once more to give it up." in warnings
    field.setPlainText("the whole thought")
    dialog.close()
    assert dialog.isVisible(), "it was written on"
    dialog.close()
    assert not dialog.isVisible()


def test_changed_settings_are_not_given_up_by_escape_but_by_cancel(opened):
    opened.run("project-settings")
    dialog = dialog_of(opened, ProjectSettingsDialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible(), "nothing was changed"
    opened.run("project-settings")
    dialog = dialog_of(opened, ProjectSettingsDialog)
    dialog.deciding.blind.setValue(dialog.deciding.blind.value() + 3)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    asked = []
    dialog.held_out_asked.connect(lambda: asked.append(True))
    dialog.deciding.blind.setValue(dialog.deciding.blind.value() + 3)
    QTest.mouseClick(dialog.deciding.held_out, Qt.MouseButton.LeftButton)
    assert dialog.isVisible() and not asked
    cancel = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Cancel")
    QTest.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    before = project_settings.read(opened.project.session)
    assert dialog.chosen() != before


def test_after_filtering_for_a_drug_label_the_next_key_decides(opened, qtbot):
    field = opened.project.work.labels.filter
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    desk = opened.project.desk
    wanted = next(label for label in desk.shelf.values() if label.id != desk.label)
    keys(opened, wanted.names[0], Qt.Key.Key_Return)
    assert desk.label == wanted.id
    sentence = desk.focus
    keys(opened, "3")
    assert field.text() == wanted.names[0]
    assert own(opened, sentence).category == "M"


def test_held_out_drugs_can_be_chosen_and_are_decided_blind_at_once(opened, qtbot):
    from PySide6.QtCore import Qt as QtNamespace

    opened.run("next")  # who has moved stays where they are
    opened.run("held-out")
    dialog = dialog_of(opened, HeldOutDialog)
    label = opened.project.desk.shelf[opened.project.desk.label]
    row = next(
        r
        for r in range(dialog.table.rowCount())
        if dialog.table.item(r, 0).text().upper() in label.title.upper()
    )
    dialog.table.item(row, 1).setCheckState(QtNamespace.CheckState.Checked)
    assert opened.project.desk.decision().probabilities
    dialog.accept()
    assert opened.project.desk.decision().hidden
    assert opened.project.desk.shelf[label.id].held_out


def test_the_guideline_and_the_keys_open_by_one_key(opened):
    keys(opened, "h")
    dialog = dialog_of(opened, GuideDialog)
    assert "Absorption" in dialog.shown_text()
    dialog.pages.choose("keys")
    assert "Enter" in dialog.shown_text() and "Excretion" in dialog.shown_text()


def test_an_empty_project_says_what_to_do_and_keys_do_no_harm(window, tmp_path):
    window.show_session(Session.create(tmp_path / "empty.adme"), jobs=False)
    for key in ("1", "a", "u", "x", "g", "f", "j", "k"):
        keys(window, key)
    keys(window, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Backspace)
    assert window.project.desk.focus is None
    assert not window.findChildren(NoteDialog)


def test_the_window_comes_back_to_the_last_place(opened, qtbot, tmp_path):
    desk = opened.project.desk
    place = desk.ids()[5]
    desk.go_to(place)
    opened.leave_project(opened.show_welcome)
    qtbot.waitUntil(lambda: opened.project is None, timeout=5000)
    assert opened.preferences.recent() == [(tmp_path / "work.adme").resolve()]
    opened.show_session(Session.open(tmp_path / "work.adme", "curator"), jobs=False)
    assert opened.project.desk.focus == place


def test_a_second_window_on_a_project_can_read_but_not_decide(opened, qtbot, preferences, tmp_path):
    second = MainWindow(preferences)
    second.show_session(Session.open(tmp_path / "work.adme", "other"), place=False)
    sentence = second.project.desk.focus
    assert sentence is not None
    second.run("category-1")
    second.run("note")
    assert own(second, sentence) is None
    assert "Read only" in second.project.work.status.saved.text()
    put_away(second, qtbot)


def test_a_file_that_is_no_project_is_told_in_a_sentence(window, tmp_path):
    wrong = tmp_path / "wrong.adme"
    wrong.write_bytes(b"this is no database at all" * 100)
    assert not window.open_path(wrong)
    assert window.project is None


def test_dropping_a_project_opens_it_and_dropping_files_imports_them(window, tmp_path, qtbot):
    make_project(tmp_path / "dropped.adme").close()

    def drop(path: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        event = QDropEvent(
            QPoint(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        window.dropEvent(event)

    drop(tmp_path / "dropped.adme")
    assert window.project is not None
    window.leave_project(lambda: None)
    qtbot.waitUntil(lambda: window.project is None, timeout=30_000)
    window.show_session(Session.open(tmp_path / "dropped.adme"), jobs=False)
    sheet = tmp_path / "table.csv"
    sheet.write_text("text,category\nHalf of the dose is absorbed.,Absorption\n", "utf-8")
    drop(sheet)
    dialog = dialog_of(window, ImportDialog)
    assert dialog.read.isVisibleTo(dialog)
    dialog.reject()


def test_an_import_runs_in_its_own_process_and_shows_up(window, tmp_path, qtbot):
    window.show_session(Session.create(tmp_path / "new.adme", "me"), jobs=False)
    project = window.project
    project.suggester.start = lambda: None  # the model worker has its own tests
    label = sorted((paths.sample_labels() / "labels").glob("*.xml"))[0]
    broken = tmp_path / "broken.xml"
    broken.write_text("<document>", "utf-8")
    with qtbot.waitSignal(project.importer.finished, timeout=30_000) as finished:
        project.importer.start([label, broken], Sections.PHARMACOKINETICS)
    tally = finished.args[0]
    assert tally.new_labels == 1 and tally.sentences > 5
    assert project.desk.focus is not None
    assert project.work.labels.model.rowCount() == 1
    report = dialog_of(window, ImportReport)
    assert report.model.rowCount() == 2
    assert report.model.index(0, 1).data() == "Failed"
    report.accept()


def test_an_export_runs_in_its_own_process(opened, tmp_path, qtbot):
    keys(opened, "1")
    target = tmp_path / "out.csv"
    with qtbot.waitSignal(opened.project.exporter.finished, timeout=60_000):
        opened.project.exporter.start(target)
    assert target.read_text("utf-8-sig").count("\n") >= 48


def test_a_name_that_cannot_be_exported_to_is_told(opened, tmp_path):
    from adme_labeler.domain.problems import Problem

    with pytest.raises(Problem):
        opened.project.exporter.start(tmp_path / "out.docx")


def test_retrain_answers_at_once(opened):
    keys(opened, "1")
    started = time.process_time()
    opened.run("retrain")
    assert time.process_time() - started < 1.0
    assert opened.project.trainer.busy()
    assert opened.project.work.toolbar.retrain.text() == "Training"
    opened.run("retrain")
    assert opened.project.trainer.view().run.queued
    opened.run("cancel-training")


def test_training_without_anything_to_learn_from_ends_in_a_sentence(window, tmp_path, qtbot):
    window.show_session(Session.create(tmp_path / "empty.adme"), jobs=False)
    with qtbot.waitSignal(window.project.trainer.changed):
        window.run("retrain")
    qtbot.waitUntil(lambda: window.project.trainer.view().outcome is not None)
    assert "nothing to learn from" in window.project.trainer.view().outcome.reason


FRESH = """
import json, sys
from adme_labeler.gui import app, theme
from adme_labeler.gui.main_window import MainWindow
application = app.make_application()
theme.apply(application, "light")
window = MainWindow()
window.show()
window.grab()
heavy = ("numpy", "pandas", "torch", "transformers", "openpyxl", "lxml", "scipy", "sklearn")
print(json.dumps([m for m in heavy if m in sys.modules]))
"""


def test_the_window_starts_without_anything_heavy():
    done = subprocess.run(
        [sys.executable, "-c", FRESH],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert json.loads(done.stdout.strip().splitlines()[-1]) == []


def test_a_dead_display_is_one_sentence_and_not_an_abort():
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    environment |= {"DISPLAY": ":997", "WAYLAND_DISPLAY": ""}
    done = subprocess.run(
        [sys.executable, "-m", "adme_labeler.gui.app"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("No display answers") and done.stderr.count("\n") == 1


def test_the_first_window_is_no_larger_than_the_screen(preferences, qtbot):
    made = MainWindow(preferences)
    qtbot.addWidget(made)
    screen = made.screen().availableSize()
    least = made.minimumSize()
    assert made.width() <= max(screen.width(), least.width())
    assert made.height() <= max(screen.height(), least.height())


def test_the_sample_project_is_made_once_and_opened_later(window, tmp_path, qtbot):
    make_project(tmp_path / "adme-sample.adme", count=1).close()
    dialogs_of.open_sample(window, tmp_path)
    assert not window.project.importer.running()
    assert window.project.session.path.name == "adme-sample.adme"
