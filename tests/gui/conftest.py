"""Every window test runs without a display, in the light theme, and fails on a Qt warning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from windows import NewWindow, put_away

from adme_labeler.gui import theme
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services.session import Session


@pytest.fixture(autouse=True)
def _dressed(qapp, qtlog) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    said = [r.message for r in qtlog.records if "This plugin does not support" not in r.message]
    assert not said, f"Qt complained: {said}"


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    from PySide6.QtCore import QSettings

    return Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def new_window(qtbot, preferences) -> Iterator[NewWindow]:
    # Not given to qtbot, which would destroy them before their workers have ended.
    made: list[MainWindow] = []

    def new(session: Session | None = None) -> MainWindow:
        window = MainWindow(preferences)
        made.append(window)
        window.resize(1280, 720)
        with qtbot.waitExposed(window):
            window.show()
        if session is not None:
            window.show_session(session, place=False, jobs=False)
        return window

    yield new
    for window in made:
        put_away(window, qtbot)


@pytest.fixture
def window(new_window: NewWindow) -> MainWindow:
    """Without a project; many modules have their own, on one."""
    return new_window()
