"""Search line, list view and bulk acceptance in a window on a real project, by key and mouse."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from search_pictures import project

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import AnnotationState, Arm, SentenceId
from adme_labeler.gui.dialogs.bulk import BulkDialog, Scope
from adme_labeler.gui.dialogs.filters import FiltersDialog, NameDialog
from adme_labeler.gui.sentence_list import SentenceList
from adme_labeler.gui.sentence_model import COLUMNS, Row
from adme_labeler.services import annotating, finding
from adme_labeler.services.bulk import Pool
from adme_labeler.services.finding import Column
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences

NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(window):
    window.show_session(project(), place=False, jobs=False)
    window.run("view-list")
    return window


def press(window, *keys, modifiers=NONE) -> None:
    for key in keys:
        target = QApplication.focusWidget() or window
        if isinstance(key, str):
            QTest.keyClicks(target, key, modifiers)
        else:
            QTest.keyClick(target, key, modifiers)


def search(window, written: str) -> None:
    press(window, "/")
    press(window, written)
    window.project.work.search.tell()


def own(window, ident):
    return annotating.annotation(window.project.session, ident)


def click(table: SentenceList, row: int, modifiers=NONE) -> None:
    where = table.visualRect(table.sentences.index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifiers, where)


def dialog_of(window, kind):
    found = [d for d in QApplication.topLevelWidgets() if isinstance(d, kind) and d.isVisible()]
    assert len(found) == 1
    return found[0]


# --------------------------------------------------------------------------- search line


def test_tab_takes_a_token_and_then_its_value(opened):
    line = opened.project.work.search
    press(opened, "/")
    press(opened, "sta")
    assert [c.text for c in line.completions.choices()] == ["state:"]
    assert line.completions.isVisible() and line.field.hasFocus()
    press(opened, Qt.Key.Key_Tab)
    assert line.field.text() == "state:" and line.completions.isVisible()
    press(opened, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert line.field.text() == "state:accepted " and line.field.hasFocus()
    line.tell()
    assert opened.project.desk.found.query.terms[0].values == ("accepted",)


def test_escape_closes_the_choices_first_and_then_the_search(opened):
    work = opened.project.work
    press(opened, "/")
    press(opened, "is:")
    assert work.search.completions.isVisible()
    press(opened, Qt.Key.Key_Escape)
    assert not work.search.completions.isVisible() and work.search.isVisible()
    press(opened, Qt.Key.Key_Escape)
    assert not work.search.isVisible() and work.list_shown()


def test_a_click_takes_a_choice_and_the_field_keeps_the_keyboard(opened):
    line = opened.project.work.search
    press(opened, "/")
    press(opened, "category:met")
    view = line.completions.view
    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        NONE,
        view.visualRect(view.model().index(0, 0)).center(),
    )
    assert line.field.text() == "category:M " and line.field.hasFocus()


def test_what_is_not_understood_is_said_and_changes_nothing(opened):
    work, desk = opened.project.work, opened.project.desk
    search(opened, "is:flagged ")
    before = list(desk.ids())
    work.search.field.clear()
    press(opened, "categry:M ")
    work.search.tell()
    assert "did you mean category:?" in work.search.message()
    assert list(desk.ids()) == before == list(work.list.sentences.ids())


def test_an_empty_search_says_which_token_emptied_it(opened):
    search(opened, "metabolism state:bulk ")
    desk = opened.project.desk
    assert "without “state:bulk” it would be 36 sentences" in desk.explanation
    assert opened.project.work.list.sentences.rowCount() == 0 and desk.focus is None


def test_a_search_by_suggestion_tells_that_hidden_ones_are_left_out(opened, qtbot):
    search(opened, "suggestion:E ")
    line = opened.project.work.search
    qtbot.waitUntil(lambda: "left out" in line.message())
    held = sentences.held_out_among(opened.project.session.connection, opened.project.desk.ids())
    assert all(own(opened, i) is not None for i in held)


def test_an_emptied_line_brings_the_queue_back(opened):
    search(opened, "is:flagged ")
    assert opened.project.desk.searching
    opened.project.work.search.field.clear()
    opened.project.work.search.tell()
    assert not opened.project.desk.searching
    assert opened.project.work.list.sentences.rowCount() == 144


def test_a_search_is_saved_found_in_the_menu_renamed_and_deleted(opened, qtbot):
    project_, line = opened.project, opened.project.work.search
    search(opened, "is:noted state:open ")
    press(opened, Qt.Key.Key_D, modifiers=CTRL)
    dialog = dialog_of(opened, NameDialog)
    dialog.field.setText("Ask Eve")
    dialog.go.click()
    assert dialog.isVisible()  # the name is taken
    dialog.field.setText("Open notes")
    dialog.go.click()
    assert finding.saved_filters(project_.session)["Open notes"] == "is:noted state:open"
    opened.run("filters")
    manage = dialog_of(opened, FiltersDialog)
    assert manage.list.count() == 3
    manage.list.setCurrentRow(2)
    manage.rename.click()
    dialog = dialog_of(opened, NameDialog)
    dialog.field.setText("Notes")
    dialog.go.click()
    assert "Notes" in finding.saved_filters(project_.session)
    manage.list.setCurrentRow(0)
    manage.delete.click()
    assert sorted(finding.saved_filters(project_.session)) == [
        "Hardly sure, likely excretion",
        "Notes",
    ]
    manage.reject()
    opened.run("undo")
    assert "Ask Eve" in finding.saved_filters(project_.session)
    menu = line.filters_menu()
    chosen = next(a for a in menu.actions() if a.text() == "Hardly sure, likely excretion")
    chosen.trigger()
    assert line.text().strip() == "suggestion:E p<0.6 state:open"


def test_recent_searches_come_back_the_next_day(opened, preferences):
    search(opened, "heading:metab ")
    press(opened, Qt.Key.Key_Return)
    search(opened, "is:flagged ")
    press(opened, Qt.Key.Key_Return)
    path = opened.project.session.path
    assert preferences.recent_searches(path) == ("is:flagged", "heading:metab")
    menu = opened.project.work.search.filters_menu()
    assert "heading:metab" in [a.text() for a in menu.actions()]


# --------------------------------------------------------------------------- list


def test_a_click_on_a_header_sorts_and_deciding_goes_down_the_sorted_list(opened):
    desk, table = opened.project.desk, opened.project.work.list
    head = table.horizontalHeader()
    place = COLUMNS.index(Column.PROBABILITY)
    where = QPoint(head.sectionViewportPosition(place) + 12, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, NONE, where)
    rows = opened.project.listing.rows(table.sentences.ids())
    shown = [rows[i].probability for i in table.sentences.ids()]
    known = [p for p in shown if p is not None]
    assert known == sorted(known) and shown[: len(known)] == known
    waiting = [i for i in table.sentences.ids() if rows[i].state is AnnotationState.OPEN]
    desk.go_to(waiting[0])
    press(opened, "3")
    assert own(opened, waiting[0]).category == "M"
    assert own(opened, waiting[0]).provenance.arm in (Arm.SEARCH, Arm.DOCUMENT)
    assert desk.focus == waiting[1]
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, NONE, where)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, NONE, where)
    assert not desk.arranged and desk.focus == waiting[1]
    everything = sentences.in_document_order(opened.project.session.connection)
    assert list(table.sentences.ids()) == everything


def test_hidden_suggestions_never_show_in_the_order(opened):
    table, desk = opened.project.work.list, opened.project.desk
    opened.run("hide")
    table.sort_asked.emit(Column.PROBABILITY, True)
    rows = opened.project.listing.rows(table.sentences.ids())
    shown = [rows[i].probability is not None for i in table.sentences.ids()]
    assert shown == sorted(shown, reverse=True) and not all(shown)
    before = list(table.sentences.ids())
    opened.run("hide")
    assert list(table.sentences.ids()) != before and desk.arranged


def test_reading_goes_on_in_document_order_after_a_sorted_list(opened):
    table, desk = opened.project.work.list, opened.project.desk
    table.sort_asked.emit(Column.TEXT, True)
    desk.step(3)
    focus = desk.focus
    press(opened, Qt.Key.Key_Return)
    assert not opened.project.work.list_shown()
    assert desk.focus == focus and desk.in_order and focus in desk.ids()


def test_a_category_key_decides_every_selected_row_in_one_undo_step(opened):
    table, desk = opened.project.work.list, opened.project.desk
    ids = list(table.sentences.ids())
    held = sentences.held_out_among(opened.project.session.connection, ids)
    first = next(n for n in range(60, len(ids) - 3) if ids[n] not in held and ids[n + 1] in held)
    table.scrollTo(table.sentences.index(first, 1))
    click(table, first - 1)
    assert desk.focus == ids[first - 1]
    click(table, first + 1, SHIFT)
    assert table.selected_count() == 3 and desk.focus == ids[first - 1]
    assert "3 sentences selected" in opened.project.work.bar._reason.text()
    press(opened, "2")
    assert [own(opened, i).state for i in ids[first - 1 : first + 1]] == [AnnotationState.BULK] * 2
    assert own(opened, ids[first + 1]) is None
    assert table.selected_count() == 3
    press(opened, Qt.Key.Key_Z, modifiers=CTRL)
    assert own(opened, ids[first]) is None
    press(opened, Qt.Key.Key_Escape)
    assert table.selected_count() == 1


def test_rows_are_added_to_the_selection_one_by_one_and_flagged_together(opened):
    table = opened.project.work.list
    ids = table.sentences.ids()
    click(table, 0)
    click(table, 2, CTRL)
    click(table, 4, CTRL)
    assert table.selected_sentences() == (ids[0], ids[2], ids[4])
    press(opened, "f")
    assert all(own(opened, ids[n]).flagged for n in (0, 2, 4))
    before = own(opened, ids[0])
    press(opened, "n")  # a note is for one sentence
    assert own(opened, ids[0]) == before
    click(table, 2, CTRL)
    click(table, 4, CTRL)
    assert table.selected_count() == 1 and opened.project.desk.focus == ids[0]


def test_everything_is_selected_and_copied_as_text(opened, qtbot):
    table = opened.project.work.list
    search(opened, "is:flagged ")
    press(opened, Qt.Key.Key_Return)
    press(opened, Qt.Key.Key_A, modifiers=CTRL)
    number = len(table.sentences.ids())
    assert table.selected_count() == number > 5
    QGuiApplication.clipboard().clear()
    press(opened, Qt.Key.Key_C, modifiers=CTRL)
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == number and lines[0].count("\t") == 3
    assert "statement" in lines[0]


def test_the_menu_of_the_list_sorts_and_chooses_columns_by_key(opened):
    table = opened.project.work.list
    menu = opened.project.listing.menu()
    titles = [a.text().split("\t")[0] for a in menu.actions()]
    assert {"Open in the text", "Copy", "Metabolism", "Flag", "Skip"} <= set(titles)
    by_name = {m.title(): m for m in menu.findChildren(QMenu)}
    next(a for a in by_name["Sort by"].actions() if a.text() == "Note").trigger()
    assert own(opened, table.sentences.ids()[0]).flagged
    next(a for a in by_name["Columns"].actions() if a.text() == "Drug").trigger()
    assert table.isColumnHidden(COLUMNS.index(Column.DRUG))


def test_columns_come_back_as_they_were_left(qtbot):
    first, second = (SentenceList(ADME, lambda ids: {}) for _ in range(2))
    for table in (first, second):
        qtbot.addWidget(table)
        table.resize(1000, 400)
    drug = COLUMNS.index(Column.DRUG)
    assert first.layout_state().isEmpty()
    next(a for a in first.columns_menu(first).actions() if a.text() == "Note").trigger()
    first.setColumnWidth(drug, 177)
    first.horizontalHeader().moveSection(drug, 0)
    first.set_sorted(Column.TEXT, True)
    second.restore_layout(first.layout_state())
    assert second.columnWidth(drug) == 177
    assert second.horizontalHeader().visualIndex(drug) == 0
    assert second.isColumnHidden(COLUMNS.index(Column.NOTE))
    assert second.horizontalHeader().sortIndicatorSection() == -1


def test_a_row_says_what_it_shows_and_a_hidden_suggestion_only_that_it_is_hidden(qtbot):
    rows = {
        SentenceId(1): Row(
            SentenceId(1), AnnotationState.OPEN, None, "Text", None, None, "Drug", "Renal",
            hidden=True,
        ),
        SentenceId(2): Row(
            SentenceId(2), AnnotationState.OPEN, CategoryKey("M"), "Text", CategoryKey("E"), 0.5,
            "Drug", "Renal", True, "A note", (CategoryKey("E"),),
        ),
    }  # fmt: skip
    table = SentenceList(ADME, lambda ids: rows)
    qtbot.addWidget(table)
    table.show_ids(list(rows))

    def said(row: int) -> list[str]:
        return [table.sentences.index(row, c).data() for c in range(len(COLUMNS))]

    assert said(0) == ["open", "Text", "", "hidden", "", "Drug", "Renal", ""]
    assert said(1) == [
        "by others", "Text", "Metabolism, Excretion", "Excretion", "50 %", "Drug", "Renal",
        "flagged, A note",
    ]  # fmt: skip


def test_a_hundred_thousand_rows_are_selected_and_painted_without_a_wait(qtbot):
    table = SentenceList(ADME, lambda ids: {})
    qtbot.addWidget(table)
    table.resize(900, 600)
    table.show_ids(range(1, 100_001))
    with qtbot.waitExposed(table):
        table.show()
    started = time.process_time()
    table.selectAll()
    table.repaint()
    assert len(table.selected_sentences()) == 100_000
    assert time.process_time() - started < 1.0


# --------------------------------------------------------------------------- bulk


def pool() -> Pool:
    rows = [(-(50 + n % 50) / 100, SentenceId(n)) for n in range(200)]
    return Pool({CategoryKey("M"): sorted(rows), CategoryKey("E"): [(-0.9, SentenceId(900))]})


def reading():
    yield 0.5
    return pool()


def bulk_dialog(qtbot, calibrated: bool) -> BulkDialog:
    texts = {SentenceId(n): (f"Sentence {n}", "Drug") for n in range(1000)}
    dialog = BulkDialog(ADME, [Scope("All", reading)], lambda ids: texts, calibrated, seed=1)
    qtbot.addWidget(dialog)
    assert not dialog.go.isEnabled() and dialog.chosen() == []
    qtbot.waitUntil(dialog.ready)
    return dialog


def test_expected_errors_are_said_with_their_interval_only_where_calibrated(qtbot):
    dialog = bulk_dialog(qtbot, True)
    dialog.slider.setValue(90)
    assert dialog.count.text() == "41 of 201 sentences" and len(dialog.chosen()) == 41
    assert dialog.errors.text().startswith("About 2 of them would be wrong (95 % interval 0 to 6)")
    dialog = bulk_dialog(qtbot, False)
    assert "cannot be estimated" in dialog.errors.text() and "interval" not in dialog.errors.text()


def test_each_category_has_its_own_threshold_and_can_be_left_out(qtbot):
    dialog = bulk_dialog(qtbot, True)
    dialog.slider.setValue(90)
    dialog.rows[CategoryKey("M")].least.setValue(98)
    assert dialog.count.text() == "9 of 201 sentences"
    dialog.rows[CategoryKey("M")].check.setChecked(False)
    assert dialog.chosen() == [900] and dialog.go.text() == "Accept 1"


def test_a_key_draws_another_ten(qtbot):
    dialog = bulk_dialog(qtbot, True)
    dialog.slider.setValue(60)
    dialog.show()
    first = [line.text() for line in dialog.lines]
    QTest.keyClick(dialog, Qt.Key.Key_R)
    second = [line.text() for line in dialog.lines]
    assert first != second and len(set(second)) == 10


def test_bulk_accept_takes_what_the_search_found_first(opened, qtbot):
    search(opened, "heading:metab state:open ")
    found = set(opened.project.desk.ids())
    opened.run("bulk")
    dialog = dialog_of(opened, BulkDialog)
    qtbot.waitUntil(dialog.ready)
    dialog.slider.setValue(50)
    chosen = set(dialog.chosen())
    assert chosen and chosen <= found
    dialog.scope.choose("1")
    qtbot.waitUntil(dialog.ready)
    assert not set(dialog.chosen()) <= found
    dialog.scope.choose("0")
    qtbot.waitUntil(dialog.ready)
    dialog.go.click()
    assert all(own(opened, i).state is AnnotationState.BULK for i in chosen)
    opened.run("undo")
    assert all(own(opened, i) is None for i in chosen)


def test_an_empty_project_says_what_to_do_in_its_list(window, tmp_path):
    window.show_session(Session.create(tmp_path / "empty.adme", "ana"), place=False, jobs=False)
    window.run("view-list")
    assert "Ctrl+I" in window.project.work.list._empty
