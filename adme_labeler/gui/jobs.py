"""What runs beside the window: suggesting and exporting.

Training is in `training_job`, importing in `import_job`.

Each job lends a `WorkerProcess` to its service, commits what comes back in small batches and
publishes the `Changes`.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import LabelId, SentenceId
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.gui.turns import Turns
from adme_labeler.language import tr
from adme_labeler.services import exporting, recall, suggesting
from adme_labeler.services.runs import State, WorkerRun
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, sentences

_log = logging.getLogger(__name__)

_CHUNK = 400
"""Sentences handed to the model worker in one message."""


class Job(QObject):
    """A job that may own a worker. `said` carries one sentence for the status bar."""

    said = Signal(str)
    changed = Signal()

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.bus = bus
        self.worker: WorkerProcess | None = None

    def running(self) -> bool:
        return self.worker is not None and self.worker.is_running()

    def hold(self, held: bool) -> None:
        """Deal with no messages for a while: something large is being written."""
        if self.worker is not None:
            self.worker.hold(held)

    def leave(self) -> None:
        """The application goes."""
        if self.worker is not None:
            self.worker.leave()


class Suggester(Job):
    """The long-lived model worker: knows every sentence, refits every few annotations."""

    settled = Signal()
    """Every sentence is scored with the newest head: the worker has time for questions."""
    answered = Signal(object)
    """Answer to a question that was put with `ask`."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, bus, parent)
        self.model = ""
        self.encoder = ""
        self._keeper: suggesting.ScoreKeeper | None = None
        self._queue: dict[LabelId, None] = {}
        self._known: set[SentenceId] = set()
        self._first: Sequence[SentenceId] = ()
        self._since_refit = 0
        self._wanted = False
        self._scoring = False
        self._restarts = 0
        self._leaving = False
        self._again = False
        self._pump = Turns(self)
        self._gathering = Turns(self)
        bus.changed.connect(self._note)

    def start(self) -> None:
        """Start the worker, unless it runs or the project is read-only."""
        if self.session.read_only or self.running() or self._leaving:
            return
        try:
            arguments = suggesting.serve_arguments(self.session)
        except Problem as problem:
            self.said.emit(str(problem))
            return
        self._stop_turns()
        self._keeper = suggesting.ScoreKeeper.start(self.session)
        self._known.clear()
        self._scoring = False
        self.worker = WorkerProcess("serve", *arguments, parent=self)
        self.worker.received.connect(self._received)
        self.worker.ended.connect(self._ended)
        self.worker.start()

    def restart(self) -> None:
        """Serve another model: the worker goes, a new one comes when it is gone."""
        if self.worker is None:
            return
        if self.running():
            self._again = True
            self.worker.leave()
        else:
            self.start()

    def leave(self) -> None:
        self._leaving = True
        self._stop_turns()
        super().leave()

    def ask(self, question: protocol.Similar | protocol.Examine) -> bool:
        """Put a question beside the scoring; False while there is nobody who could answer."""
        knows = self._known and not self._queue and not self._pump.running()
        ready = knows and self.running() and not self._leaving
        if self.worker is not None and ready:
            self.worker.send(question)
        return bool(ready)

    def look_first_at(self, ids: Sequence[SentenceId]) -> None:
        """Sentences on screen: encoded and scored before all others."""
        self._first = ids
        if self._known and self.worker is not None:
            known = tuple(i for i in ids if i in self._known)
            if known:
                self.worker.send(protocol.Prioritise(known))

    def _note(self, changes: Changes) -> None:
        if changes.groups or changes.labels:
            if self._keeper is not None:
                self._keeper.sentences_changed()
            self._offer(changes.labels)
            self._wanted = True
        self._since_refit += len(changes.annotations)
        if self._since_refit >= suggesting.REFIT_EVERY:
            self._wanted = True
        self._refit_if_due()

    def _received(self, message: protocol.FromWorker) -> None:
        if self._keeper is None:
            return
        if isinstance(message, protocol.Ready):
            self.encoder = Path(message.encoder).name
            self.said.emit(tr("Suggestions: the model is ready"))
            self._wanted = True
            connection = self.session.connection
            shown = [sentences.label_of(connection, i) for i in self._first[:1]]
            self._offer([*shown, *labels.in_order(connection)])
            if not self._queue:
                self._refit_if_due()
        elif isinstance(message, protocol.Encoded):
            if message.done < message.total:
                self.said.emit(
                    tr(
                        "Reading {done:,} of {total:,} sentences",
                        done=message.done,
                        total=message.total,
                    )
                )
            else:
                self.said.emit("")
        elif isinstance(message, protocol.Refitted):
            self._keeper.fitted(message)
        elif isinstance(message, protocol.Scores):
            self._took(self._keeper.take(message))
        elif isinstance(message, protocol.ScoresDone):
            self._took(self._keeper.done(message))
            if message.revision == self._keeper.revision:
                self._scoring = False
                self._restarts = 0
                self._refit_if_due()
                self.settled.emit()
        elif isinstance(message, protocol.SimilarFound | protocol.Examined):
            self.answered.emit(message)
        elif isinstance(message, protocol.Failed):
            self.said.emit(message.sentence)

    def _took(self, changes: Changes) -> None:
        if changes.models:
            # Every held-out sentence carries this revision, so the next refit may overtake.
            self._scoring = False
        self.bus.publish(changes)
        if changes.models:
            self.changed.emit()
            self._refit_if_due()

    def _offer(self, found: Iterable[LabelId]) -> None:
        """Queue drug labels with sentences that the worker does not know yet."""
        if self.worker is None or self.worker.run.state is not State.RUNNING:
            return
        self._queue.update(dict.fromkeys(found))
        if self._queue and not self._pump.running():
            self._pump.run(self._hand_over(), lambda _: self._handed_over())

    def _hand_over(self) -> Generator[None, None, None]:
        while self._queue:
            label = next(iter(self._queue))
            del self._queue[label]
            ids = sentences.in_document_order(self.session.connection, label)
            fresh = [i for i in ids if i not in self._known]
            for start in range(0, len(fresh), _CHUNK):
                chunk = fresh[start : start + _CHUNK]
                for message in suggesting.sentence_messages(self.session, chunk):
                    if self.worker is not None:
                        self.worker.send(message)
                self._known.update(chunk)
                yield
            yield

    def _handed_over(self) -> None:
        if self.worker is not None:
            first = [*self._first, *suggesting.evaluated_ids(self.session)]
            self.worker.send(protocol.Prioritise(tuple(dict.fromkeys(first))))
        self._refit_if_due()

    def _refit_if_due(self) -> None:
        ready = self._known and not self._queue and not self._pump.running() and not self._scoring
        if not (self._wanted and ready and self._keeper and self.worker and self.running()):
            return
        self._wanted = False
        self._since_refit = 0
        self._scoring = True
        self._gathering.run(self._keeper.refitting(), self._refit)

    def _refit(self, message: protocol.Refit) -> None:
        if self.worker is not None and self.running():
            self.worker.send(message)

    def _stop_turns(self) -> None:
        self._pump.stop()
        self._gathering.stop()
        self._queue.clear()

    def _ended(self, run: WorkerRun) -> None:
        self._stop_turns()
        if self._leaving:
            return
        if self._again:
            self._again = False
            self.start()
        elif isinstance(run.outcome, protocol.Failed):
            self.said.emit(run.outcome.sentence)
            if self._restarts < 1:
                self._restarts += 1
                self.start()


class Exporter(Job):
    """Writes the spreadsheet in a worker."""

    finished = Signal(object)
    """The `ExportDone`."""
    failed = Signal(str, str)

    def start(self, target: Path, choice: exporting.Choice = exporting.EVERYTHING) -> None:
        """Raises ExportProblem when the job cannot even be written down."""
        if self.running():
            self.said.emit(tr("An export is running already."))
            return
        measured = recall.report(self.session).held_out
        job = exporting.write_job(self.session, target, measured, choice)
        self.worker = WorkerProcess("export", str(job), parent=self)
        self.worker.progressed.connect(
            lambda p: self.said.emit(
                tr("Exporting · {step:,} of {total:,} rows", step=p.step, total=p.total)
            )
        )
        self.worker.ended.connect(self._ended)
        self.worker.start()
        self.said.emit(tr("Exporting"))
        self.changed.emit()

    def _ended(self, run: WorkerRun) -> None:
        self.said.emit("")
        self.changed.emit()
        if isinstance(run.outcome, protocol.ExportDone):
            self.finished.emit(run.outcome)
        elif isinstance(run.outcome, protocol.Failed):
            self.failed.emit(run.outcome.sentence, run.outcome.detail)
