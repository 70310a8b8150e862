"""Importing beside the window: a worker reads the files, the window stores what it hands over."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import LabelType, Sections
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.language import tr, trn
from adme_labeler.services import import_runs, importing
from adme_labeler.services.import_runs import Intake
from adme_labeler.services.phases import in_words
from adme_labeler.services.runs import WorkerRun
from adme_labeler.services.session import Session

_TURN_S = 0.008
"""Time for storing drug labels in one turn of the event loop; one drug label is the least."""
_TELL_PAUSE_S = 0.4
_TELL_SHARE = 20
"""Between two updates of the views: this many times what the last one took."""


@dataclass(frozen=True)
class ImportView:
    """What the bar shows. `share` is None where nobody knows how far it is."""

    title: str
    detail: str = ""
    running: bool = False
    share: float | None = None
    cancelling: bool = False


class Importer(Job):
    """Reads files in a worker, stores drug labels as they come. `view()` is what the bar shows."""

    finished = Signal(object)
    """The `ImportTally`."""
    failed = Signal(str, str)
    """A sentence and the log's tail."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, bus, parent)
        self.tally = importing.ImportTally()
        self._intake: Intake | None = None
        self._left: int | None = None
        self._progress: protocol.Progress | None = None
        self._cancelling = False
        self._held = False
        self._untold = Changes()
        self._tell_at = 0.0
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._store)
        self._over: WorkerRun | None = None

    def running(self) -> bool:
        return self._intake is not None

    def start(
        self,
        paths: Sequence[Path],
        sections: Sections,
        read_by: str = "",
        types: Iterable[LabelType] = (LabelType.PRESCRIPTION,),
        layouts: Mapping[str, protocol.TableLayout] | None = None,
        drug_names: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Import files and folders; one import at a time."""
        if self.running():
            self.said.emit(tr("An import is running already; add these files when it is done."))
            return
        job = importing.job_of(paths, sections, types, dict(layouts or {}), drug_names)
        try:
            self._begin(Intake.begin(self.session, job, read_by))
        except Problem as problem:
            self.failed.emit(str(problem), "")

    def resume(self) -> None:
        """Go on with the import that was stopped."""
        if self.running() or self._left is None:
            return
        try:
            self._begin(Intake.resume(self.session, self._left))
        except Problem as problem:
            self.failed.emit(str(problem), "")

    def cancel(self) -> None:
        """What is stored stays; the rest can be resumed."""
        if self._intake is not None and self.worker is not None:
            self._cancelling = True
            self._intake.drop()
            self.worker.cancel()
            self.changed.emit()

    def give_up(self) -> None:
        """The curator does not want the rest of the import that was stopped."""
        if self._left is not None and not self.running():
            import_runs.give_up(self.session, self._left)
            self._left = None
            self.changed.emit()

    def leave(self) -> None:
        if self._intake is not None:
            self._cancelling = True
            self._intake.drop()
        super().leave()

    def hold(self, held: bool) -> None:
        super().hold(held)
        self._held = held
        if not held and self._intake is not None and self._intake.waiting():
            self._turn.start()

    def look_for_interrupted(self) -> None:
        """At the start: offer to go on with an import that the last window left behind."""
        left = None if self.session.read_only else import_runs.resumable(self.session)
        self._left = left.id if left is not None else None
        self.changed.emit()

    def can_resume(self) -> bool:
        return self._left is not None and not self.running()

    def view(self) -> ImportView | None:
        """None while there is nothing to say."""
        if self._intake is not None:
            return self._running()
        if self._left is None:
            return None
        done, reading = import_runs.so_far(self.session, self._left)
        said = tr("{done} are in the project. It can go on where it stopped.", done=done)
        if reading:
            said = tr(
                "{done} are in the project, the last of them in {file}. It can go on where it "
                "stopped.",
                done=done,
                file=reading,
            )
        return ImportView(tr("The import did not come to its end"), said)

    # ------------------------------------------------------------------ the run

    def _begin(self, intake: Intake) -> None:
        self._intake = intake
        self.tally = intake.tally
        self._left = None
        self._cancelling = False
        self._tell_at = 0.0
        self._start_worker()
        self.said.emit("")
        self.changed.emit()

    def _start_worker(self) -> None:
        assert self._intake is not None
        self._progress = None
        self._over = None
        self.worker = WorkerProcess("import", str(self._intake.job), parent=self)
        self.worker.received.connect(self._received)
        self.worker.progressed.connect(self._progressed)
        self.worker.ended.connect(self._ended)
        self.worker.start()

    def _running(self) -> ImportView:
        progress = self._progress
        count = trn("{count:,} sentence", "{count:,} sentences", self.tally.sentences)
        if self._cancelling:
            return ImportView(tr("Cancelling the import"), count, True, None, True)
        if progress is None:
            return ImportView(tr("Importing"), tr("starting"), True)
        parts = [in_words(progress.phase), count]
        if progress.total > 1:
            place = tr(
                "file {number:,} of {total:,}", number=progress.step + 1, total=progress.total
            )
            parts.insert(1, place)
        share = progress.step / progress.total if progress.total > 1 else None
        return ImportView(tr("Importing"), " · ".join(parts), True, share)

    def _received(self, message: protocol.FromWorker) -> None:
        if self._intake is not None and not self._cancelling:
            self._intake.take(message)
            self._turn.start()

    def _progressed(self, progress: protocol.Progress) -> None:
        self._progress = progress
        self.changed.emit()

    def _store(self) -> None:
        """Some of what waits; the rest has its turn when the window has had its own."""
        intake = self._intake
        if intake is None or self._held:
            return
        try:
            changes, taken = intake.store(_TURN_S)
        except Problem as problem:
            self._stop_for(problem)
            return
        if taken.labels and self.worker is not None:
            self.worker.send(taken)
        self._untold |= changes
        if self._untold and time.monotonic() >= self._tell_at:
            self._tell()
        if intake.waiting():
            self._turn.start()
        elif self._over is not None:
            self._close(self._over)

    def _stop_for(self, problem: Problem) -> None:
        """Nothing can be stored (a full disk): the run ends here and can be resumed."""
        self.failed.emit(str(problem), "")
        self.cancel()

    def _tell(self) -> None:
        """Views read the whole shelf of drug labels again, so they are told now and then only."""
        started = time.monotonic()
        untold, self._untold = self._untold, Changes()
        self.bus.publish(untold)
        now = time.monotonic()
        self._tell_at = now + max(_TELL_PAUSE_S, _TELL_SHARE * (now - started))

    def _ended(self, run: WorkerRun) -> None:
        """The process is gone; what it sent may still wait."""
        self._over = run
        if self._intake is not None and self._intake.waiting():
            self._turn.start()
        else:
            self._close(run)

    def _close(self, run: WorkerRun) -> None:
        intake = self._intake
        if intake is None:
            return
        try:
            if not self._cancelling and intake.without_the_culprit(run.outcome):
                self._start_worker()
                return
            self._untold |= intake.end(run.outcome)
        except Problem as problem:
            self.failed.emit(str(problem), "")
        self._intake = None
        self.look_for_interrupted()
        self._tell()
        if isinstance(run.outcome, protocol.Failed):
            self.failed.emit(run.outcome.sentence, run.outcome.detail)
        self.finished.emit(self.tally)
