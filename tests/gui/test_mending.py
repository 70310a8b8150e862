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
    assert "same paragraph" in window.project.work.status.activity.text()


def test_a_split_in_a_queue_keeps_its_place_in_the_queue(window):
    desk = window.project.desk
    desk.show_ids(desk.ids()[2:5], "for a test")
    third = desk.ids()[0]
    window.run("split")
    dialog = next(d for d in window.findChildren(SplitDialog) if d.isVisible())
    QTest.keyClicks(dialog.sentence, "a")
    assert desk.focus is not None and desk.focus != third
    assert desk.ids()[0] == desk.focus
    assert len(desk.ids()) == 3
