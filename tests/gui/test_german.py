"""The window speaks German: nothing is left in English, and nothing is clipped by longer words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gallery import PICTURES

from adme_labeler import language

HERE = Path(__file__).parent
OFTEN = ("window", "work", "dialog-import", "dialog-preferences", "dialog-export", "list")


def run(program: str, *words: str, code: str = language.ENGLISH) -> str:
    done = subprocess.run(
        [sys.executable, *program.split(), *words],
        capture_output=True,
        text=True,
        cwd=HERE,
        env={
            **os.environ,
            language.VARIABLE: code,
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(HERE.parents[1]),
        },
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_nothing_of_the_main_screens_is_said_past_the_catalogues():
    assert run("marked.py", *OFTEN, "dialog-keys", "dialog-bulk", "evidence-healthy") == ""


@pytest.mark.full
def test_nothing_of_any_screen_is_said_past_the_catalogues():
    assert run("marked.py", *sorted(PICTURES)) == ""


def test_german_words_fit_the_main_screens():
    assert run("layouts.py", *OFTEN, code="de") == ""


@pytest.mark.full
def test_german_words_fit_the_work_view_at_every_size():
    assert run("layouts.py", code="de") == ""


SPEAK = """
from adme_labeler.gui import app, words
from adme_labeler.gui.actions import BY_ID
from adme_labeler.gui.main_window import MainWindow
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDialogButtonBox
application = app.make_application()
window = MainWindow()
print([a.text() for a in window.menuBar().actions()])
print(BY_ID["undo"].text, QLocale().toString(1234.5), words.state("accepted"))
box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
print(box.buttons()[0].text())
"""


def test_menus_numbers_and_the_own_words_of_qt_are_german():
    menus, ours, qt = run("-c", SPEAK, code="de").splitlines()
    titles = ["&Datei", "&Bearbeiten", "&Satz", "&Warteliste", "&Modell", "&Ansicht", "&Hilfe"]
    assert menus == str(titles)
    assert ours == "Rückgängig 1.234,5 angenommen"
    assert qt == "Abbrechen"


def test_the_chosen_language_is_kept_for_the_next_start(qtbot, preferences, tmp_path, monkeypatch):
    from adme_labeler.gui.dialogs.preferences import PreferencesDialog

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    dialog = PreferencesDialog(preferences, lambda: None)
    qtbot.addWidget(dialog)
    assert dialog.appearance.language.current() == ""
    dialog.appearance.language.choose("de")
    assert language.preferred() == "de"
    again = PreferencesDialog(preferences, lambda: None)
    qtbot.addWidget(again)
    assert again.appearance.language.current() == "de"
