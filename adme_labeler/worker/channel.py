"""A worker's end of the wire: typed messages as JSON lines (see `adme_labeler.protocol`)."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable

import msgspec

import adme_labeler
from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr
from adme_labeler.protocol import (
    PROTOCOL_VERSION,
    Cancel,
    Failed,
    GiveWay,
    Hello,
    Message,
    Progress,
    Shutdown,
    ToWorker,
    decode_to_worker,
    encode,
)

PROGRESS_INTERVAL = 0.1
"""Seconds between two progress messages: the window shows 10 a second at most."""


REST_INTERVAL = 0.1
"""A rest can end early: it is looked at again after so many seconds."""


class Channel:
    """Owns file descriptor 1; whatever else is printed goes to stderr and cannot break a line."""

    def __init__(self, job: str) -> None:
        sys.stdout.flush()
        self._out = os.dup(1)
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self._received: queue.Queue[ToWorker | Exception] = queue.Queue()
        self._cancelled = threading.Event()
        self._rest_until = 0.0
        self._asked = False
        """Whether the job has looked for messages, or failed; before, its libraries are loading."""
        self._last_progress = 0.0
        self._last_phase = ""
        self._waiting: Progress | None = None
        self.send(
            Hello(
                protocol=PROTOCOL_VERSION,
                app_version=getattr(adme_labeler, "__version__", ""),
                pid=os.getpid(),
                job=job,
            )
        )
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def send(self, message: Message) -> None:
        """Write one message. Where nobody reads any more, the job counts as cancelled."""
        self._asked = self._asked or isinstance(message, Failed)
        data = memoryview(encode(message))
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._out, data) :]
            except BrokenPipeError:
                self._cancelled.set()

    def progress(self, progress: Progress) -> None:
        """Send a progress message, or keep it as the latest while the last one is too recent."""
        now = time.monotonic()
        if (
            progress.phase == self._last_phase
            and now - self._last_progress < PROGRESS_INTERVAL
            and progress.step < progress.total
        ):
            self._waiting = progress
            return
        self._last_progress, self._last_phase, self._waiting = now, progress.phase, None
        self.send(progress)

    def flush_progress(self) -> None:
        """Send the latest progress message if it was held back."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.send(waiting)

    def receive(self, timeout: float | None = 0.0) -> ToWorker | None:
        """Next message, or None after `timeout` seconds (None waits for ever).

        End of stdin gives `Shutdown` for ever after. Raises msgspec.DecodeError for a line that
        is no message.
        """
        self._asked = True
        try:
            message = self._received.get(block=timeout is None or timeout > 0, timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(message, Exception):
            raise message
        if isinstance(message, Shutdown):
            self._received.put(message)
        return message

    def cancelled(self) -> bool:
        """Whether `Cancel` or `Shutdown` has arrived, or the application is gone."""
        self._asked = True
        return self._cancelled.is_set()

    def give_way(self) -> None:
        """Rest as long as `GiveWay` asked for; cancelling ends it."""
        while (left := self._rest_until - time.monotonic()) > 0 and not self.cancelled():
            self._cancelled.wait(min(left, REST_INTERVAL))

    def _read(self) -> None:
        # Not sys.stdin: its lock would make the interpreter wait for this thread at exit.
        with contextlib.suppress(OSError), open(0, "rb", closefd=False) as lines:
            for line in lines:
                if not line.strip():
                    continue
                try:
                    message = decode_to_worker(line)
                except msgspec.DecodeError as error:
                    self._received.put(error)
                    continue
                if isinstance(message, GiveWay):
                    self._rest_until = time.monotonic() + message.seconds
                    continue
                if isinstance(message, Cancel | Shutdown):
                    self._cancelled.set()
                self._received.put(message)
        if not self._asked:
            os._exit(0)  # the window died while libraries load: nothing is begun, nobody waits
        self._cancelled.set()
        self._received.put(Shutdown())


def guarded(channel: Channel, work: Callable[[], int]) -> int:
    """Run `work`; whatever it raises becomes one `Failed` message and exit code 1."""
    try:
        return work()
    except Problem as problem:
        channel.flush_progress()
        channel.send(
            Failed(
                sentence=str(problem),
                detail=traceback.format_exc(),
                resumable=bool(getattr(problem, "resumable", False)),
            )
        )
    except Exception:
        # The outermost place: a bug ends as a message with its traceback for the log.
        channel.flush_progress()
        channel.send(
            Failed(
                sentence=tr("The background job stopped because of a fault in the program."),
                detail=traceback.format_exc(),
            )
        )
    return 1
