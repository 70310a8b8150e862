"""Importing beside the window: a worker reads the files, the window commits what it hands over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import LabelDraft, Sections
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.services import importing
from adme_labeler.services.runs import WorkerRun
from adme_labeler.services.session import Session

_BATCH = 4
"""Drug labels committed per transaction."""
_TELL_PAUSE_S = 0.4
_TELL_SHARE = 20
"""Between two updates of the views: this many times what the last one took."""


class Importer(Job):
    """Reads files in a worker, commits drug labels as they come."""

    finished = Signal(object)
    """The `ImportTally`."""
    failed = Signal(str, str)
    """A sentence and the log's tail."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, bus, parent)
        self.tally = importing.ImportTally()
        self._waiting: list[LabelDraft] = []
        self._read_by = ""
        self._untold = Changes()
        self._tell_at = 0.0

    def start(self, paths: Sequence[Path], sections: Sections, read_by: str = "") -> None:
        """Import files and folders; one import at a time."""
        if self.running():
            self.said.emit("An import is running already; add these files when it is done.")
            return
        folder = self.session.project.folder / "runs" / "import"
        try:
            job = importing.write_job(folder, paths, sections)
        except OSError as error:
            self.failed.emit(f"The import cannot be prepared: {error.strerror}.", "")
            return
        self.tally = importing.ImportTally()
        self._tell_at = 0.0
        self._waiting = []
        self._read_by = read_by
        self.worker = WorkerProcess("import", str(job), parent=self)
        self.worker.received.connect(self._received)
        self.worker.progressed.connect(self._progressed)
        self.worker.ended.connect(self._ended)
        self.worker.start()
        self.said.emit("Importing: starting")
        self.changed.emit()

    def cancel(self) -> None:
        if self.worker is not None:
            self.worker.cancel()

    def _received(self, message: protocol.FromWorker) -> None:
        if isinstance(message, protocol.LabelRead):
            self._waiting.append(message.label)
            if len(self._waiting) >= _BATCH:
                self._commit()
        elif isinstance(message, protocol.FileDone):
            self._commit()
            importing.note_file(self.session, message, self.tally)

    def _progressed(self, progress: protocol.Progress) -> None:
        files = f" · {progress.step:,} of {progress.total:,}" if progress.total else ""
        self.said.emit(f"Importing {progress.phase}{files} · {self.tally.sentences:,} sentences")

    def _commit(self) -> None:
        if self._waiting:
            drafts, self._waiting = self._waiting, []
            self._untold |= importing.commit_batch(self.session, drafts, self.tally, self._read_by)
            if time.monotonic() >= self._tell_at:
                self._tell()

    def _tell(self) -> None:
        """Views read the whole shelf of drug labels again, so they are told now and then only."""
        started = time.monotonic()
        untold, self._untold = self._untold, Changes()
        self.bus.publish(untold)
        now = time.monotonic()
        self._tell_at = now + max(_TELL_PAUSE_S, _TELL_SHARE * (now - started))

    def _ended(self, run: WorkerRun) -> None:
        self._commit()
        self._untold |= importing.choose_held_out(self.session)
        self._tell()
        self.said.emit("")
        self.changed.emit()
        if isinstance(run.outcome, protocol.Failed):
            self.failed.emit(run.outcome.sentence, run.outcome.detail)
        self.finished.emit(self.tally)
