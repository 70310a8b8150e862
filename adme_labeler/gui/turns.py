"""Long work of the window itself, a few milliseconds in every turn of the event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer

T = TypeVar("T")

TURN_S = 0.008
"""Time for one turn; one step of the work is the least."""


class Turns(QObject):
    """Goes on with one generator (see `domain.slices`) until it returns, fails or is stopped."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._next: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def running(self) -> bool:
        return self._next is not None

    def run(self, steps: Generator[object, None, T], done: Callable[[T], None]) -> None:
        """Begin; `done` takes what it returns. What was under way before is let go.

        An error ends the work and is raised out of the event loop's turn, unless `steps` deals
        with it.
        """

        def step() -> None:
            try:
                next(steps)
            except StopIteration as end:
                self.stop()
                done(end.value)
            except BaseException:
                self.stop()
                raise

        self._next = step
        self._timer.start()

    def stop(self) -> None:
        self._next = None
        self._timer.stop()

    def _turn(self) -> None:
        until = time.monotonic() + TURN_S
        while True:
            step = self._next
            if step is None:
                return
            step()
            if self._next is not step or time.monotonic() >= until:
                return
