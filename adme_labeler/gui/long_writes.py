"""Operations on very many sentences: written a few milliseconds in every turn of the event loop.

Meanwhile the window paints and reads what was there before, its jobs wait, and the curator can do
nothing but cancel. The operation is one transaction: whatever ends it early, nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QWidget

from adme_labeler.domain.problems import Problem
from adme_labeler.domain.slices import at_once
from adme_labeler.gui.dialogs.writing import WritingDialog
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.turns import Turns
from adme_labeler.services.session import Session
from adme_labeler.services.slices import apart

T = TypeVar("T")

MANY = 500
"""Sentences whose writing at once would hold the window up: some 50 ms."""
_SHOW_MS = 300
"""What is over sooner needs no dialog."""
_ASKING = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.Shortcut,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.ContextMenu,
        QEvent.Type.DragEnter,
        QEvent.Type.Drop,
        QEvent.Type.Close,
        QEvent.Type.TouchBegin,
    }
)
"""Events by which a person asks for something."""


@dataclass(frozen=True)
class _Ended:
    result: Any = None
    problem: Problem | None = None


class LongWrites(QObject):
    """One at a time. `failed` carries a `Problem` that nobody else was to be told."""

    failed = Signal(object)

    def __init__(
        self, session: Session, jobs: Callable[[], Iterable[Job]], window: QWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._window = window
        self._turns = Turns(self)
        self._steps: Generator[object, None, _Ended] | None = None
        self._then: Callable[[_Ended], None] | None = None
        self._dialog: WritingDialog | None = None
        self._show = QTimer(self)
        self._show.setSingleShot(True)
        self._show.setInterval(_SHOW_MS)

    def running(self) -> bool:
        return self._then is not None

    def do(
        self,
        count: int,
        title: str,
        work: Callable[[Session], Generator[object, None, T]],
        done: Callable[[T], None],
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Write what touches `count` sentences: at once where that is a moment (and a problem is
        raised), else in slices."""
        if count >= MANY:
            self.run(title, work, done, failed)
        else:
            done(at_once(work(self._session)))

    def run(
        self,
        title: str,
        work: Callable[[Session], Generator[object, None, T]],
        done: Callable[[T], None],
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Write in slices; `done` takes what `work` returns, `failed` its problem."""
        if self.running():
            return

        def then(ended: _Ended) -> None:
            if ended.problem is None:
                done(ended.result)
            elif failed is not None:
                failed(ended.problem)
            else:
                self.failed.emit(ended.problem)

        self._then = then
        self._steps = _guarded(apart(self._session, work))
        self._session.project.before_writing = self.finish
        for job in self._jobs():
            job.hold(True)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._show.timeout.connect(lambda: self._show_dialog(title))
        self._show.start()
        self._turns.run(self._steps, self._written)

    def finish(self) -> None:
        """Do the rest now: somebody else is about to write. What follows comes in a later turn."""
        steps, self._steps = self._steps, None
        if steps is None:
            return
        self._turns.stop()
        self._written(at_once(steps))

    def cancel(self) -> None:
        """Nothing was written."""
        if self._steps is not None:
            self._steps.close()
            self._let_go()

    def leave(self) -> None:
        """The project is about to be closed: what was asked for is done, and nobody is told."""
        if self.running():
            self.finish()
            self._let_go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _ASKING or self._of_dialog(watched):
            return False
        event.ignore()
        return True

    def _written(self, ended: _Ended) -> None:
        """Views follow in a turn of their own: this one was long enough."""
        self._steps = None
        self._session.project.before_writing = None
        QTimer.singleShot(0, self, lambda: self._over(ended))

    def _over(self, ended: _Ended) -> None:
        then = self._then
        if then is not None:
            self._let_go()
            then(ended)

    def _let_go(self) -> None:
        self._turns.stop()
        self._steps = self._then = None
        self._session.project.before_writing = None
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._show.stop()
        self._show.timeout.disconnect()
        if self._dialog is not None:
            self._dialog.rejected.disconnect(self.cancel)
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
        for job in self._jobs():
            job.hold(False)

    def _show_dialog(self, title: str) -> None:
        parent = QApplication.activeModalWidget() or self._window.window()
        self._dialog = WritingDialog(title, parent)
        self._dialog.rejected.connect(self.cancel)
        self._dialog.open()

    def _of_dialog(self, watched: QObject) -> bool:
        if self._dialog is None:
            return False
        if isinstance(watched, QWindow):
            return watched is self._dialog.windowHandle()
        return isinstance(watched, QWidget) and watched.window() is self._dialog


def _guarded(steps: Generator[object, None, T]) -> Generator[object, None, _Ended]:
    try:
        return _Ended((yield from steps))
    except Problem as problem:
        return _Ended(problem=problem)
