"""Backups of projects that were closed, made beside the window, one after the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from adme_labeler.domain.problems import Problem
from adme_labeler.services import session

_log = logging.getLogger(__name__)
_LOOK_MS = 50


class Backups(QObject):
    """The window may be gone while one is made: the process ends when the last one is whole."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._one_at_a_time = threading.Lock()
        self._threads: list[threading.Thread] = []

    def make(self, path: Path) -> None:
        """Of a project that nobody writes to; returns at once."""
        thread = threading.Thread(target=self._make, args=(path,), name="backup")
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    def when_done(self, then: Callable[[], None]) -> None:
        """Go on once no backup is being made, for example before the file is exchanged."""
        if any(thread.is_alive() for thread in self._threads):
            QTimer.singleShot(_LOOK_MS, self, lambda: self.when_done(then))
        else:
            then()

    def _make(self, path: Path) -> None:
        with self._one_at_a_time:
            try:
                session.back_up(path)
            except (Problem, OSError) as problem:
                _log.warning("No backup of %s was made: %s", path, problem)
