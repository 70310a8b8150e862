from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from samples import make_project

from adme_labeler.gui import keymap, theme
from adme_labeler.gui.dialogs.preferences import PreferencesDialog
from adme_labeler.gui.keymap import Keymap
from adme_labeler.services import annotating


@pytest.fixture(autouse=True)
def _own_keys_end_with_the_test(qapp):
    yield
    keymap.use(Keymap())
    theme.apply(qapp, "light", 1.0, "comfortable")


@pytest.fixture
def dialog(qtbot, preferences):
    made = PreferencesDialog(preferences, lambda: None)
    qtbot.addWidget(made)
    made.pages.choose("keys")
    made.show()
    return made


def choose(dialog: PreferencesDialog, ident: str) -> None:
    table = dialog.keys.table
    for row in range(table.rowCount()):
        if table.item(row, 0).data(Qt.ItemDataRole.UserRole) == ident:
            table.selectRow(row)
            return
    raise AssertionError(f"{ident} stands in no row")


def test_a_pressed_key_becomes_the_key_of_the_chosen_action(dialog, preferences, qtbot):
    choose(dialog, "unsure")
    dialog.keys.pressed.setFocus()
    qtbot.keyClick(dialog.keys.pressed, Qt.Key.Key_W)
    qtbot.mouseClick(dialog.keys.take, Qt.MouseButton.LeftButton)
    assert preferences.keymap.printed("unsure") == "W"
    assert not dialog.keys.take.isEnabled()


def test_a_key_in_use_is_said_and_taken_only_on_request(dialog, preferences, qtbot):
    choose(dialog, "unsure")
    dialog.keys.pressed.setKeySequence(QKeySequence("F"))
    assert "Flag" in dialog.keys.verdict.text()
    assert preferences.keymap.printed("flag") == "F"
    qtbot.mouseClick(dialog.keys.take, Qt.MouseButton.LeftButton)
    assert preferences.keymap.printed("unsure") == "F"
    assert preferences.keymap.printed("flag") == ""
    choose(dialog, "flag")
    qtbot.mouseClick(dialog.keys.reset, Qt.MouseButton.LeftButton)
    assert preferences.keymap.printed("flag") == "F"


def test_digits_cannot_be_given_away(dialog):
    choose(dialog, "skip")
    dialog.keys.pressed.setKeySequence(QKeySequence("3"))
    assert not dialog.keys.take.isEnabled()
    assert "1 to 9" in dialog.keys.verdict.text()


def test_damaged_stored_keys_leave_the_profile_as_it_is(preferences):
    preferences._settings.setValue("keys/changes", "{not json")
    assert preferences.keymap.changes == {}
    preferences._settings.setValue("keys/changes", '["skip"]')
    assert preferences.keymap.changes == {}


def test_a_profile_chosen_in_the_open_window_decides_at_once(window, qtbot, preferences, tmp_path):
    window.show_session(make_project(tmp_path / "work.adme"), place=False, jobs=False)
    project = window.project
    assert project is not None
    window.run("preferences")
    dialog = window.findChild(PreferencesDialog)
    assert isinstance(dialog, PreferencesDialog)
    profiles = dialog.keys.profile
    profiles.setCurrentIndex(profiles.findData("mnemonic"))
    dialog.appearance.spacing.choose("compact")
    dialog.reject()
    sentence = project.desk.focus
    assert sentence is not None
    qtbot.keyClick(project.work.pane, Qt.Key.Key_M)
    own = annotating.annotation(project.session, sentence)
    assert own is not None and own.category == "M"
    assert preferences.spacing == "compact"
