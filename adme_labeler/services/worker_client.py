"""Workers for callers without an event loop (command line, notebooks), over subprocess."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator

import msgspec

from adme_labeler import language, protocol
from adme_labeler.domain.closing import Closable
from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr
from adme_labeler.services.runs import Action, State, WorkerRun, worker_command


class WorkerClient(Closable):
    """A worker process. Iterate `messages()`; leaving the `with` block ends the process."""

    def __init__(self, job: str, *arguments: str) -> None:
        self.run = WorkerRun(job)
        self.process = subprocess.Popen(
            worker_command(job, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **language.environment()},
        )
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._errors: deque[bytes] = deque(maxlen=200)
        self._threads = [
            threading.Thread(target=self._read_messages, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def stderr_tail(self) -> str:
        return b"".join(self._errors).decode("utf-8", "replace")

    def send(self, message: protocol.Message) -> None:
        """Write one message; a worker that is gone shows in `messages()`, not here."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(protocol.encode(message))
            self.process.stdin.flush()
        except OSError:
            return

    def cancel(self) -> None:
        if self.run.cancel(time.monotonic()) is Action.SEND_CANCEL:
            self.send(protocol.Cancel())

    def messages(self) -> Iterator[protocol.FromWorker]:
        """Messages as they come, until the process has ended; the run's outcome is then set."""
        while True:
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                self._climb()
                continue
            if line is None:
                break
            try:
                message = protocol.decode_from_worker(line)
            except msgspec.DecodeError:
                self._errors.append(line)
                continue
            self.run.receive(message)
            yield message
        self.run.exited(self.process.wait(), self.stderr_tail)

    def result(self) -> protocol.FromWorker:
        """The run's outcome after `messages()` ended. Raises Problem when it failed."""
        outcome = self.run.outcome
        if isinstance(outcome, protocol.Failed):
            raise Problem(outcome.sentence)
        if self.run.state is State.CANCELLED or outcome is None:
            raise Problem(tr("Cancelled; nothing was changed."))
        return outcome

    def close(self) -> None:
        if self.process.poll() is None:
            self.send(protocol.Shutdown())
            assert self.process.stdin is not None
            try:
                self.process.stdin.close()
                self.process.wait(timeout=10)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                # What was written to a process that had ended is still in the buffer.
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _climb(self) -> None:
        action = self.run.tick(time.monotonic())
        if action is Action.TERMINATE:
            self.process.terminate()
        elif action is Action.KILL:
            self.process.kill()

    def _read_messages(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.append(line)
