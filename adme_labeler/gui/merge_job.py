"""Reading an edited table beside the window, and comparing it a little at a time."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.language import tr
from adme_labeler.services import merging
from adme_labeler.services.runs import WorkerRun
from adme_labeler.services.session import Session

_TURN_S = 0.012
"""Time for comparing rows in one turn of the event loop; one portion is the least."""
_PORTION = 50
"""Rows compared at once: some 5 ms."""


class Merger(Job):
    """Reads a table in a worker and compares it with the project; changes nothing."""

    progressed = Signal(int)
    """Rows compared so far."""
    compared = Signal(object)
    """The `MergePlan`."""
    failed = Signal(str, str)
    """A sentence and the log's tail."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, bus, parent)
        self._planner: merging.Planner | None = None
        self._waiting: deque[protocol.EditedSource | tuple[protocol.EditedRow, ...]] = deque()
        self._rows = 0
        self._read = False
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._compare)

    def start(self, table: Path) -> None:
        """Read and compare `table`; `compared` or `failed` follows, unless it is cancelled."""
        if self.running():
            self.failed.emit(tr("Another table is being read; try again in a moment."), "")
            return
        folder = self.session.project.folder / "runs" / "merge"
        try:
            job = merging.write_job(folder, table)
        except OSError as error:
            self.failed.emit(
                tr("The comparison cannot start: {error}.", error=error.strerror or error), ""
            )
            return
        self._planner = merging.Planner(self.session)
        self._waiting.clear()
        self._rows = 0
        self._read = False
        self.worker = WorkerProcess("merge", str(job), parent=self)
        self.worker.received.connect(self._received)
        self.worker.ended.connect(self._ended)
        self.worker.start()

    def cancel(self) -> None:
        """Nothing more is heard of this comparison."""
        self._stop()
        if self.worker is not None:
            self.worker.cancel()

    def leave(self) -> None:
        self._stop()
        super().leave()

    def _received(self, message: protocol.FromWorker) -> None:
        if self._planner is None:
            return
        if isinstance(message, protocol.EditedSource):
            self._waiting.append(message)
        elif isinstance(message, protocol.EditedRows):
            rows = message.items
            portions = (rows[n : n + _PORTION] for n in range(0, len(rows), _PORTION))
            self._waiting.extend(portions)
        if self._waiting and not self._turn.isActive():
            self._turn.start()

    def _ended(self, run: WorkerRun) -> None:
        if self._planner is None:
            return
        if isinstance(run.outcome, protocol.Failed):
            self._stop()
            self.failed.emit(run.outcome.sentence, run.outcome.detail)
        elif isinstance(run.outcome, protocol.EditedDone):
            self._read = True
            self._turn.start()

    def _compare(self) -> None:
        planner = self._planner
        if planner is None:
            return
        until = time.monotonic() + _TURN_S
        try:
            while self._waiting and time.monotonic() < until:
                self._take(planner, self._waiting.popleft())
            if self._waiting:
                self.progressed.emit(self._rows)
                return
            self._turn.stop()
            if self._read:
                self._planner = None
                self.compared.emit(planner.plan())
        except Problem as problem:
            self.cancel()
            self.failed.emit(str(problem), "")

    def _take(
        self,
        planner: merging.Planner,
        item: protocol.EditedSource | tuple[protocol.EditedRow, ...],
    ) -> None:
        if isinstance(item, protocol.EditedSource):
            planner.begin(item)
        else:
            planner.add(item)
            self._rows += len(item)

    def _stop(self) -> None:
        self._planner = None
        self._waiting.clear()
        self._turn.stop()
