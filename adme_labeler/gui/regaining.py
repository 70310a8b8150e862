"""A window that may only read: once the other one is closed, it opens the project for writing.

Often nobody sees that other one: a window that was just closed still ends its workers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from adme_labeler.domain.problems import Problem
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.language import tr
from adme_labeler.services.session import Session
from adme_labeler.storage.project import is_free

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow

_LOOK_MS = 1000


def watch(window: MainWindow, project: ProjectView) -> None:
    """Look every second whether the project can be had; not below an open dialog."""
    if not project.session.read_only:
        return
    timer = QTimer(project)
    timer.timeout.connect(lambda: _look(window, project, timer))
    timer.start(_LOOK_MS)


def _look(window: MainWindow, project: ProjectView, timer: QTimer) -> None:
    if window.project is not project or QApplication.activeModalWidget() is not None:
        return
    path, curator = project.session.path, project.session.curator
    if not is_free(path):
        return
    timer.stop()
    try:
        opened = Session.open(path, curator)
    except Problem:  # gone or damaged meanwhile: what is shown can still be read
        return
    window.show_session(opened, then=_say)


def _say(project: ProjectView) -> None:
    if not project.session.read_only:
        project.work.status.say(tr("The other window is closed: decisions can be made here now."))
