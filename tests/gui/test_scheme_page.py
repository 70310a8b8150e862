from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from samples import make_project

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.gui import keymap
from adme_labeler.gui.dialogs.guide import key_sheet
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.gui.dialogs.scheme_page import SchemePage
from adme_labeler.services import annotating, headless, merging
from adme_labeler.storage import annotations, sentences

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def adme_again():
    yield
    keymap.use_scheme(ADME)


@pytest.fixture
def window(adme_again, new_window, tmp_path):
    return new_window(make_project(tmp_path / "work.adme"))


def settings(window, qtbot) -> ProjectSettingsDialog:
    window.run("project-settings")
    dialog = next(d for d in window.findChildren(ProjectSettingsDialog) if d.isVisible())
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.pages.choose("categories")
    return dialog


def press(key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def type_(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)


def reopened(window, qtbot, before) -> None:
    qtbot.waitUntil(
        lambda: window.project is not None and window.project is not before, timeout=30_000
    )


def add_food_effect(window, qtbot) -> None:
    dialog = settings(window, qtbot)
    dialog.categories.add.setFocus()
    press(Qt.Key.Key_Space)
    assert QApplication.focusWidget() is dialog.categories.name
    type_("Food effect")
    assert dialog.categories.current().key == "F"
    dialog.categories.definition.setFocus()
    type_("What a meal does to exposure.")
    before = window.project
    dialog.save.setFocus()
    press(Qt.Key.Key_Space)
    reopened(window, qtbot, before)


def category(window, sentence):
    found = annotations.resolutions(window.project.session.connection, [sentence])
    return found[sentence].category if sentence in found else None


def test_a_sixth_category_is_added_decided_undone_exported_and_taken_back_by_keys(
    window, qtbot, tmp_path
):
    first, second = sentences.in_document_order(window.project.session.connection)[:2]
    window.project.work.pane.setFocus()
    QTest.keyClick(window, Qt.Key.Key_6)
    assert category(window, first) is None
    assert not window.actions_["category-6"].isVisible()
    add_food_effect(window, qtbot)
    opened = window.project.session
    assert [b.text() for b in window.project.work.bar.buttons.values()][-1] == "Food effect"
    assert window.actions_["category-6"].isVisible()
    assert window.actions_["category-6"].text().startswith("Food effect")
    assert "Food effect" in key_sheet(opened.scheme)
    QTest.keyClick(window, Qt.Key.Key_6)
    assert category(window, first) == "F"
    assert window.project.desk.focus == second
    QTest.keyClick(window, Qt.Key.Key_1)
    window.project.desk.step(-1)
    QTest.keyClick(window, Qt.Key.Key_6, SHIFT)
    held = annotating.annotation(opened, second)
    assert held is not None
    assert (held.category, held.also) == ("A", ("F",))

    out = tmp_path / "table.tsv"
    headless.export(opened, out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert (rows[0]["category"], rows[1]["also"]) == ("Food effect", "Food effect")

    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_Backspace)
    assert category(window, first) is None
    assert category(window, second) is None
    rows[2]["category"] = "food effect"
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    plan = headless.compare_table(opened, out)
    merging.apply(opened, plan, "all")
    third = sentences.in_document_order(opened.connection)[2]
    assert category(window, third) == "F"
    assert category(window, first) is None  # undone since, and not edited in the table


def test_undoing_the_adding_opens_the_window_again_without_it(window, qtbot):
    add_food_effect(window, qtbot)
    before = window.project
    assert before.desk.session.scheme.keys[-1] == "F"
    QTest.keyClick(window, Qt.Key.Key_Backspace)
    reopened(window, qtbot, before)
    assert window.project.session.scheme.keys == ADME.keys
    assert "F" not in window.project.work.bar.buttons
    assert not window.actions_["category-6"].isVisible()


def test_renaming_keeps_decisions_and_shows_the_new_name_everywhere(window, qtbot):
    first = sentences.in_document_order(window.project.session.connection)[0]
    QTest.keyClick(window, Qt.Key.Key_4)
    dialog = settings(window, qtbot)
    dialog.categories.table.setFocus()
    for _ in range(3):
        press(Qt.Key.Key_Down)
    dialog.categories.name.setFocus()
    dialog.categories.name.selectAll()
    type_("Clearance")
    before = window.project
    dialog.save.click()
    reopened(window, qtbot, before)
    scheme = window.project.session.scheme
    assert scheme["E"].name == "Clearance"
    assert "Excretion" in scheme["E"].synonyms
    assert category(window, first) == "E"
    assert window.project.work.bar.buttons["E"].text() == "Clearance"
    assert window.actions_["category-4"].text().startswith("Clearance")


@pytest.fixture
def page(qtbot):
    why = {"M": "Metabolism cannot be removed: it is used by 14 decisions."}
    made = SchemePage(ADME, lambda key: why.get(key, ""))
    qtbot.addWidget(made)
    made.show()
    return made


def test_choosing_a_taken_digit_swaps_the_two(page):
    page.select(0)
    page.digit.setCurrentText("5")
    assert [(c.key, c.shortcut) for c in page.chosen().categories] == [
        ("A", "5"), ("D", "2"), ("M", "3"), ("E", "4"), ("O", "1"),
    ]  # fmt: skip
    assert page.current().key == "A"
    assert page.chosen().keys == ADME.keys
    assert page.usable()


def test_a_mistake_is_one_sentence_and_nothing_to_save(page):
    page.select(0)
    page.name.selectAll()
    QTest.keyClicks(page.name, "Distribution")
    assert "same name" in page.said.text()
    assert not page.usable()
    page.name.selectAll()
    QTest.keyClicks(page.name, "Uptake")
    assert page.usable()
    page.color.light.selectAll()
    QTest.keyClicks(page.color.light, "#FFEE99")
    assert "hardly be seen on the light window" in page.said.text()
    assert not page.usable()
    QTest.keyClick(page.color.palette_, Qt.Key.Key_Left)
    assert page.current().color_light == "#008B9A"
    assert page.usable()


def test_what_is_in_use_is_not_removed_and_says_why(page):
    page.select(2)
    page.remove.click()
    assert "it is used by 14 decisions" in page.said.text()
    assert len(page.chosen().categories) == 5
    page.select(3)
    page.remove.click()
    assert page.chosen().keys == ("A", "D", "M", "O")
    page.select(3)
    assert page.current().key == "O"
    assert not page.remove.isEnabled()


def test_the_key_follows_the_name_until_one_is_typed_and_is_fixed_for_old_ones(page):
    assert not page.key.isEnabled()
    page.add.click()
    page.name.selectAll()
    QTest.keyClicks(page.name, "Active site")
    assert page.current().key == "Ac"
    page.key.selectAll()
    QTest.keyClicks(page.key, "q")
    assert page.current().key == "Q"
    page.name.setText("")
    QTest.keyClicks(page.name, "Other words")
    assert page.current().key == "Q"
    assert page.usable()


def test_nine_are_the_most_and_keep_colours_and_digits_apart(page):
    for number in range(4):
        page.add.click()
        page.name.selectAll()
        QTest.keyClicks(page.name, f"Further {'abcd'[number]}")
    assert page.usable(), page.said.text()
    assert not page.add.isEnabled()
    assert sorted(c.shortcut for c in page.chosen().categories) == list("123456789")


def test_while_a_training_runs_nothing_can_be_saved_here(qtbot):
    made = SchemePage(ADME, lambda key: "", "The categories can be changed once it has ended.")
    qtbot.addWidget(made)
    assert made.usable()
    made.name.setText("Uptake")
    made.name.textEdited.emit("Uptake")
    assert not made.usable()
    assert made.said.text() == "The categories can be changed once it has ended."
    assert not made.add.isEnabled()


def test_every_field_has_a_name_for_screen_readers(page):
    for widget in (page.table, page.name, page.key, page.digit, page.definition, page.synonyms):
        assert widget.accessibleName()
    assert page.color.palette_.accessibleName() == "Colour: Blue"
    assert CategoryKey("A") == page.current().key
