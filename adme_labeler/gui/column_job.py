"""Looking into tables beside the window, before anything is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from adme_labeler import protocol
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.language import tr
from adme_labeler.protocol import TableLayout
from adme_labeler.services import column_mapping
from adme_labeler.services.phases import in_words
from adme_labeler.services.runs import WorkerRun
from adme_labeler.services.session import Session


class TableLooker(Job):
    """Looks into tables in a worker; a new look ends the one before, whose results are dropped."""

    previewed = Signal(object)
    """A `TablePreviewed`."""
    progressed = Signal(str)
    finished = Signal(bool)
    """The look is over; whether it came to its end."""
    failed = Signal(str, str)

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, bus, parent)
        self._number = 0
        self._ending: list[WorkerProcess] = []

    def running(self) -> bool:
        return super().running() or any(worker.is_running() for worker in self._ending)

    def looking(self) -> bool:
        """Whether results are still to come."""
        return super().running()

    def look(self, paths: Sequence[Path], layouts: Mapping[str, TableLayout] | None = None) -> None:
        """Look into these files and the tables of these folders."""
        self.stop()
        self._number += 1
        folder = self.session.project.folder / "runs" / "preview"
        try:
            job = column_mapping.write_preview_job(folder, self._number, paths, layouts or {})
        except OSError as error:
            self.failed.emit(
                tr("The tables cannot be looked into: {error}.", error=error.strerror or error),
                "",
            )
            return
        worker = WorkerProcess("preview", str(job), parent=self)
        worker.received.connect(lambda message: self._received(worker, message))
        worker.progressed.connect(lambda progress: self._progressed(worker, progress))
        worker.ended.connect(lambda run: self._ended(worker, run))
        self.worker = worker
        worker.start()
        self.changed.emit()

    def stop(self) -> None:
        """End the look; nothing more comes of it."""
        if super().running() and self.worker is not None:
            self._ending.append(self.worker)
            self.worker.leave()
        self.worker = None

    def leave(self) -> None:
        self.stop()

    def _received(self, worker: WorkerProcess, message: protocol.FromWorker) -> None:
        if worker is self.worker and isinstance(message, protocol.TablePreviewed):
            self.previewed.emit(message)

    def _progressed(self, worker: WorkerProcess, progress: protocol.Progress) -> None:
        if worker is self.worker:
            self.progressed.emit(in_words(progress.phase))

    def _ended(self, worker: WorkerProcess, run: WorkerRun) -> None:
        if worker in self._ending:
            self._ending.remove(worker)
        if worker is not self.worker:
            worker.deleteLater()
            return
        if isinstance(run.outcome, protocol.Failed):
            self.failed.emit(run.outcome.sentence, run.outcome.detail)
        self.finished.emit(isinstance(run.outcome, protocol.PreviewDone))
        self.changed.emit()
