"""Pictures of the real window on a project, drawn without a display.

python -m adme_labeler.gui.screenshots PROJECT FOLDER
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QTemporaryDir, QTimer
from PySide6.QtWidgets import QApplication

from adme_labeler.domain.problems import Problem
from adme_labeler.gui import app as application
from adme_labeler.gui import theme
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services.session import Session

_PAUSE_MS = 400
"""The window settles (fonts, counts, recall) before a picture is taken."""
_SIZE = (1440, 900)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write PNG files into a folder; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if len(words) != 2:
        sys.stderr.write("usage: python -m adme_labeler.gui.screenshots PROJECT FOLDER\n")
        return 2
    project, folder = Path(words[0]), Path(words[1])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    app = application.make_application()
    theme.apply(app, "light")
    passing = QTemporaryDir()
    settings = QSettings(passing.filePath("window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Preferences(settings))
    window.resize(*_SIZE)
    try:
        opened = Session.open(project)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    window.show_session(opened, place=False, jobs=False)
    window.show()
    steps = _steps(app, window, folder)
    QTimer.singleShot(_PAUSE_MS, window, lambda: _next(window, steps))
    return app.exec()


def _steps(
    app: QApplication, window: MainWindow, folder: Path
) -> list[tuple[Callable[[], object], Path]]:
    """(what to do, where the picture of the result goes), in order."""
    return [
        (lambda: _open_sentence(window), folder / "work-light.png"),
        (lambda: theme.apply(app, "dark"), folder / "work-dark.png"),
        (lambda: window.run("view-list"), folder / "list-dark.png"),
        (lambda: theme.apply(app, "light"), folder / "list-light.png"),
        (lambda: _narrow(window), folder / "work-1280x720.png"),
    ]


def _open_sentence(window: MainWindow) -> None:
    """A sentence whose suggestion may be shown, if there is one."""
    project = window.project
    if project is None:
        return
    for label in project.desk.shelf.values():
        if not label.held_out and label.sentences:
            project.desk.choose_label(label.id)
            project.desk.step(4)
            return


def _narrow(window: MainWindow) -> None:
    window.run("view-read")
    window.resize(1280, 720)


def _next(window: MainWindow, steps: list[tuple[Callable[[], object], Path]]) -> None:
    if not steps:
        window.close()
        return
    act, target = steps.pop(0)
    act()

    def take() -> None:
        window.grab().save(str(target))
        _next(window, steps)

    QTimer.singleShot(_PAUSE_MS, window, take)


if __name__ == "__main__":
    sys.exit(main())
