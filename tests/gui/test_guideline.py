from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from samples import make_project

from adme_labeler.gui.dialogs.guide import GuideDialog
from adme_labeler.gui.dialogs.guideline_editor import GuidelineEditor
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.services import guideline


@pytest.fixture
def window(new_window, tmp_path):
    return new_window(make_project(tmp_path / "work.adme"))


def visible(window: MainWindow, kind: type):
    return next(dialog for dialog in window.findChildren(kind) if dialog.isVisible())


def test_a_changed_rule_brings_the_decisions_made_before_it_back(window, qtbot):
    desk = window.project.desk
    metabolism, excretion = desk.ids()[:2]
    QTest.keyClicks(window.project.work.pane, "34")
    window.run("guideline")
    guide = visible(window, GuideDialog)
    assert not guide.older.isVisible()
    qtbot.mouseClick(guide.edit, Qt.MouseButton.LeftButton)
    editor = visible(window, GuidelineEditor)
    assert not editor.save.isEnabled()
    rules = guideline.shipped_text().replace("activation of a prodrug", "prodrugs")
    editor.editor.setPlainText(rules)
    editor.settle()
    assert editor.affected() == {"M"}
    assert "1 decision of yours" in editor._said.text()
    qtbot.mouseClick(editor.save, Qt.MouseButton.LeftButton)
    assert guideline.version(window.project.session) == 2
    assert "prodrugs" in window.project.work.bar.buttons["M"].toolTip()

    window.run("guideline")
    guide = visible(window, GuideDialog)
    qtbot.mouseClick(guide.older, Qt.MouseButton.LeftButton)
    assert desk.ids() == [metabolism]
    assert excretion not in desk.ids()
    QTest.keyClicks(window.project.work.pane, "3")
    assert guideline.older_decisions(window.project.session) == []


def test_a_choice_of_categories_made_by_hand_survives_further_typing(window, qtbot):
    window.run("edit-guideline")
    editor = visible(window, GuidelineEditor)
    qtbot.mouseClick(editor.chosen["A"], Qt.MouseButton.LeftButton)
    editor.editor.setPlainText(
        guideline.shipped_text().replace("activation of a prodrug", "prodrugs")
    )
    editor.settle()
    assert editor.affected() == {"A", "M"}
    editor.reject()


def test_an_emptied_guideline_cannot_be_saved(window):
    window.run("edit-guideline")
    editor = visible(window, GuidelineEditor)
    editor.editor.setPlainText("   ")
    editor.settle()
    assert not editor.save.isEnabled()
    editor.editor.setPlainText("x")
    editor.settle()
    QTest.mouseClick(editor.shipped, Qt.MouseButton.LeftButton)
    editor.settle()
    assert editor.text() == guideline.shipped_text()
    editor.reject()
