"""Pictures of the real window on a project, drawn without a display: for the demo and the manual.

python -m adme_labeler.gui.screenshots PROJECT FOLDER
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from adme_labeler.domain.problems import Problem
from adme_labeler.gui import theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.theme import ThemeName
from adme_labeler.services.session import Session

_SETTLED = 400
"""Milliseconds after which panels that load lazily have drawn."""


class Photographer(QObject):
    """Shows one state after another and keeps a picture of each."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._folder = folder
        self._shots: list[tuple[str, ThemeName, Callable[[], None]]] = [
            ("work-view-light", "light", lambda: window.run("view-read")),
            ("work-view-dark", "dark", lambda: window.run("view-read")),
            ("list-view-light", "light", lambda: window.run("view-list")),
            ("list-view-dark", "dark", lambda: window.run("view-list")),
        ]

    def start(self) -> None:
        self._next()

    def _next(self) -> None:
        if not self._shots:
            self._window.close()
            return
        name, look, act = self._shots.pop(0)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, look, 1.0)
        act()
        QTimer.singleShot(_SETTLED, lambda: self._shoot(name))

    def _shoot(self, name: str) -> None:
        target = self._folder / f"{name}.png"
        if not self._window.grab().save(str(target)):
            raise OSError(f"{target} could not be written")
        self._next()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures; returns the exit code."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    project, folder = (Path(word) for word in (sys.argv[1:] if arguments is None else arguments))
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    with tempfile.TemporaryDirectory() as kept_apart:
        settings = QSettings(str(Path(kept_apart) / "settings.ini"), QSettings.Format.IniFormat)
        window = MainWindow(Preferences(settings))
        window.resize(1440, 900)
        window.show()
        try:
            window.show_session(Session.open(project, read_only=True), place=False)
        except Problem as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
        photographer = Photographer(window, folder)
        QTimer.singleShot(2 * _SETTLED, photographer.start)
        return app.exec()


if __name__ == "__main__":
    sys.exit(main())
