"""A worker process lent to the run state machine of `services.runs` by QProcess.

Messages are handled for a few milliseconds per turn of the event loop, so that a worker that
talks a lot cannot hold the window up; of progress reports only the latest one is passed on.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from adme_labeler import language, protocol
from adme_labeler.services import runs
from adme_labeler.services.runs import Action, State, WorkerRun, worker_command

_log = logging.getLogger(__name__)

BUDGET_S = 0.008
"""Time for messages in one turn of the event loop."""
PROGRESS_MS = 100
LADDER_MS = 250
_TAIL_LINES = 200


class WorkerProcess(QObject):
    """One worker. `run` is its state machine and keeps the outcome."""

    received = Signal(object)
    """Every message but Hello and Progress, in order."""
    progressed = Signal(object)
    """The latest Progress, at most ten times a second."""
    ended = Signal(object)
    """The `WorkerRun`, once, after the last message."""

    def __init__(
        self,
        job: str,
        *arguments: str,
        parent: QObject | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """`command` replaces the program that is started, arguments and all."""
        super().__init__(parent)
        self.run = WorkerRun(job)
        self._command = list(command or worker_command(job, *arguments))
        self._process = QProcess(self)
        self._process.setProcessEnvironment(_environment())
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed_to_start)
        self._rest = b""
        self._lines: deque[bytes] = deque()
        self._errors: deque[str] = deque(maxlen=_TAIL_LINES)
        self._exit_code: int | None = None
        self._told = False
        self._at_work = False
        self._held = False
        self._over_since: float | None = None
        self._turn = _timer(self, 0, self._handle)
        self._progress = _timer(self, PROGRESS_MS, self._tell_progress)
        self._ladder = QTimer(self)
        self._ladder.setInterval(LADDER_MS)
        self._ladder.timeout.connect(self._climb)

    @property
    def stderr_tail(self) -> str:
        return "".join(self._errors)

    def start(self) -> None:
        """Returns at once; a program that cannot be started ends as a failed run."""
        self._process.start(self._command[0], self._command[1:])

    def send(self, message: protocol.Message) -> None:
        """Write one message; one to a worker that is gone is lost, which `ended` tells anyway."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.write(protocol.encode(message))

    def cancel(self) -> None:
        """First rung of the ladder; the others follow by themselves."""
        if self.run.cancel(time.monotonic()) is Action.SEND_CANCEL:
            self.send(protocol.Cancel())
            self._ladder.start()

    def leave(self) -> None:
        """The application goes: checkpoint and exit. `ended` follows, after 15 s at the latest."""
        if self._told:
            return
        self.run.cancel(time.monotonic())
        self.send(protocol.Shutdown())
        self._process.closeWriteChannel()
        if not self._at_work:
            # Still loading its libraries: it would hear of this only many seconds later.
            self._process.terminate()
        self._ladder.start()

    def hold(self, held: bool) -> None:
        """While it is held, messages wait."""
        self._held = held
        if not held and (self._lines or self._exit_code is not None):
            self._turn.start()

    def is_running(self) -> bool:
        return not self._told

    def _read(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        self._lines.extend(line for line in lines if line.strip())
        if self._lines and not self._turn.isActive():
            self._turn.start()

    def _read_errors(self) -> None:
        written = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._errors.extend(written.splitlines(keepends=True))
        for line in written.splitlines():
            if line.strip():
                _log.info("The %s worker: %s", self.run.job, line)

    def _handle(self) -> None:
        if self._held:
            return
        until = time.monotonic() + BUDGET_S
        while self._lines and time.monotonic() < until:
            self._take(self._lines.popleft())
        if self._lines:
            self._turn.start()
        else:
            self._end_if_gone()

    def _take(self, line: bytes) -> None:
        try:
            message = protocol.decode_from_worker(line)
        except msgspec.DecodeError as error:
            _log.warning("A line of the %s worker is no message: %s", self.run.job, error)
            self._errors.append(line.decode("utf-8", "replace") + "\n")
            return
        before = self.run.state
        self.run.receive(message)
        if self.run.over and self._over_since is None:
            self._over_since = time.monotonic()
            self._ladder.start()
        if isinstance(message, protocol.Hello):
            if self.run.state is State.FAILED:
                self._process.terminate()
            return
        if before in (State.FAILED, State.CANCELLED, State.FINISHED):
            return
        self._at_work = True
        if isinstance(message, protocol.Progress):
            if not self._progress.isActive():
                self._progress.start()
            return
        self.received.emit(message)

    def _tell_progress(self) -> None:
        if self.run.progress is not None and not self.run.over:
            self.progressed.emit(self.run.progress)

    def _climb(self) -> None:
        now = time.monotonic()
        action = self.run.tick(now)
        if action is Action.TERMINATE:
            self._process.terminate()
        elif action is Action.KILL:
            self._process.kill()
        elif self._over_since is not None and now > self._over_since + runs.KILL_AFTER:
            # It has said how it ended and yet does not go.
            self._process.kill()

    def _failed_to_start(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._errors.append(self._process.errorString() + "\n")
            self._exit_code = -1
            self._end_if_gone()

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        if self._rest.strip():
            self._lines.append(self._rest)
            self._rest = b""
        self._exit_code = code if status is QProcess.ExitStatus.NormalExit else -abs(code or 1)
        if not self._lines:
            self._end_if_gone()
        elif not self._turn.isActive():
            self._turn.start()

    def _end_if_gone(self) -> None:
        if self._exit_code is None or self._told or self._held:
            return
        self._told = True
        self._ladder.stop()
        self._progress.stop()
        self.run.exited(self._exit_code, self.stderr_tail)
        if self.run.state is State.FAILED and self.stderr_tail:
            _log.warning("The %s worker failed:\n%s", self.run.job, self.stderr_tail)
        self.ended.emit(self.run)


def _environment() -> QProcessEnvironment:
    """The window's own, and its language."""
    environment = QProcessEnvironment.systemEnvironment()
    for name, value in language.environment().items():
        environment.insert(name, value)
    return environment


def _timer(parent: QObject, milliseconds: int, called) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(called)
    return timer
