"""Main windows of the tests: opened as the program opens them, put away as a person closes them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from adme_labeler.gui.main_window import MainWindow

NewWindow = Callable[..., MainWindow]
"""The fixture `new_window`: one more window at 1280x720, put away after the test.

Takes a session to be shown in it, without workers and at the beginning of its queue.
"""


def put_away(window: MainWindow, qtbot) -> None:
    """Close as a person does: the workers end first."""
    if window.project is not None:
        window.leave_project(lambda: None)
        qtbot.waitUntil(lambda: window.project is None, timeout=30_000)
    window.close()
    window.deleteLater()


def keys(window: MainWindow, *pressed) -> None:
    """Press keys, or type texts, where the focus is."""
    for key in pressed:
        target = QApplication.focusWidget() or window
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key)
