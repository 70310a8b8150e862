from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from samples import make_project

from adme_labeler.gui.dialogs.split import SplitDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.services import annotating
from adme_labeler.storage import sentences

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(new_window, tmp_path):
    return new_window(make_project(tmp_path / "work.adme"))


def press(window: MainWindow, text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget() or window.project.work.pane, text)


def text_of(window: MainWindow, ident) -> str:
    return sentences.get(window.project.session.connection, [ident])[0].text


def shown(window: MainWindow) -> list[str]:
    return [text_of(window, i) for i in window.project.work.pane.sentence_ids()]


def test_two_keys_split_a_sentence_and_the_first_part_is_decided_next(window):
    desk = window.project.desk
    whole = desk.focus
    text = text_of(window, whole)
    count = len(desk.ids())
    window.project.work.pane.setFocus()
    press(window, "s")
    dialog = next(d for d in window.findChildren(SplitDialog) if d.isVisible())
    QTest.keyClicks(dialog.sentence, "b")
    assert len(desk.ids()) == count + 1
    first, second = desk.ids()[:2]
    assert desk.focus == first
    assert f"{text_of(window, first)} {text_of(window, second)}" == text
    assert shown(window)[:2] == [text_of(window, first), text_of(window, second)]
    window.project.work.pane.setFocus()
    press(window, "1")
    assert annotating.annotation(window.project.session, first).category == "A"
    assert desk.focus == second
    window.run("undo")
    window.run("undo")
    assert desk.focus == whole
    assert shown(window)[0] == text


def test_arrow_keys_move_the_mark_and_enter_cuts_there(window):
    desk = window.project.desk
    text = text_of(window, desk.focus)
    words = text.split()
    window.run("split")
    dialog = next(d for d in window.findChildren(SplitDialog) if d.isVisible())
    for _ in range(len(words)):
        QTest.keyClick(dialog.sentence, Qt.Key.Key_Left)
    assert dialog.at() == len(words[0])
    QTest.keyClick(dialog.sentence, Qt.Key.Key_Right)
    assert dialog.at() == len(" ".join(words[:2]))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert text_of(window, desk.ids()[0]) == " ".join(words[:2])


def test_one_key_joins_with_the_next_sentence_of_the_paragraph(window):
    desk = window.project.desk
    window.run("split")
    dialog = next(d for d in window.findChildren(SplitDialog) if d.isVisible())
    text = dialog.sentence._text
    QTest.keyClicks(dialog.sentence, "c")
    window.project.work.pane.setFocus()
    pane = window.project.work.pane
    QTest.keyClick(pane, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert text_of(window, desk.focus) == text
    QTest.keyClick(pane, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert text_of(window, desk.focus) == text, "the next one stands in another paragraph"
    said = window.project.work.status.activity
    assert "same paragraph" in said.text()
    QTest.keyClicks(pane, "j")
    assert said.text() == "", "an answer goes with the next key"


def test_undo_and_redo_say_what_they_took_back_and_did_again(window):
    pane, said = window.project.work.pane, window.project.work.status.activity
    pane.setFocus()
    text = text_of(window, window.project.desk.focus)
    QTest.keyClicks(pane, "3")
    QTest.keyClick(pane, Qt.Key.Key_Backspace)
    assert said.text().startswith(f"Undone: Metabolism: {text[:20]}")
    QTest.keyClick(pane, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert said.text().startswith("Redone: Metabolism")


def test_both_parts_of_a_split_sentence_stand_in_the_queue_in_its_place(window):
    desk = window.project.desk
    desk.show_ids(desk.ids()[2:5], "for a test")
    first, second, third = desk.ids()
    whole = text_of(window, first)
    window.run("split")
    dialog = next(d for d in window.findChildren(SplitDialog) if d.isVisible())
    QTest.keyClicks(dialog.sentence, "a")
    one, other = desk.ids()[:2]
    assert desk.focus == one and desk.ids()[2:] == [second, third]
    assert whole == f"{text_of(window, one)} {text_of(window, other)}"
    assert {item.reason for item in desk.items} == {"for a test"}
    desk.step(1)
    assert desk.focus == other, "the second part comes next"
    window.run("undo")
    back = desk.ids()
    assert len(back) == 3 and text_of(window, back[0]) == whole and back[1:] == [second, third]
    assert desk.focus == back[0]


def test_a_split_in_a_sorted_list_is_followed_in_the_list_and_in_the_queue(window):
    desk = window.project.desk
    desk.show_ids(desk.ids()[2:5], "for a test")
    first, second, third = desk.ids()
    desk.arrange([third, first, second], "sorted")
    desk.go_to(first)
    window.run("split")
    dialog = next(d for d in window.findChildren(SplitDialog) if d.isVisible())
    QTest.keyClicks(dialog.sentence, "a")
    parts = [i for i in desk.ids() if i not in (first, second, third)]
    assert desk.ids() == [third, *parts, second]
    desk.disarrange()
    assert desk.ids() == [*parts, second, third]
