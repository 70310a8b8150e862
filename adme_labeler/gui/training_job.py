"""Retraining beside the window: at most one run, at most one more waiting."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import ModelState, ModelVersion, Verdict
from adme_labeler.gui import words
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.curve import LossPoint, thinned
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.gui.training_cards import OutcomeView, RunView, calibrating
from adme_labeler.gui.training_panel import TrainingView, VersionRow
from adme_labeler.gui.turns import Turns
from adme_labeler.language import tr, trn
from adme_labeler.services import ended_runs, training
from adme_labeler.services.runs import WorkerRun
from adme_labeler.services.session import Session
from adme_labeler.services.training import TrainingRun
from adme_labeler.storage.models import Model, RunState

_ENOUGH = 10
REST_S = 0.3
"""Training rests for so long after every decision or step of the curator. Its low priority alone
does not free the caches and, where two cores are one, the core that the window works on."""
_TITLES = {
    Verdict.FIRST: tr("Version {version} is active: the first one"),
    Verdict.BETTER: tr("Version {version} is active: it finds more"),
    Verdict.NO_EVIDENCE: tr("Version {version} is active: no worse"),
    Verdict.WORSE: tr("Version {version} is worse and waits"),
    Verdict.INCONCLUSIVE: tr("Version {version} waits: not enough evidence"),
}
_TONES = {Verdict.FIRST: "success", Verdict.BETTER: "success", Verdict.WORSE: "warning"}


class Trainer(Job):
    """`changed` whenever `view()` would say something else."""

    promoted = Signal()
    """Another version suggests from now on."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, bus, parent)
        self._run: TrainingRun | None = None
        self._title = ""
        self._snapshot = ""
        self._progress: protocol.Progress | None = None
        self._curve: tuple[LossPoint, ...] = ()
        self._preparing = False
        self._cancelling = False
        self._queued = False
        self._leaving = False
        self._outcome: OutcomeView | None = None
        self._resumable: int | None = None
        self._detail = ""
        self._versions: tuple[VersionRow, ...] | None = None
        self._snapshots = Turns(self)

    # ------------------------------------------------------------------ what the panel shows

    def busy(self) -> bool:
        return self._preparing or self.running()

    def view(self) -> TrainingView:
        run = None
        if self.busy():
            run = RunView(
                self._title,
                self._snapshot,
                self._progress,
                self._cancelling,
                self._queued,
                self._curve,
            )
        if self._versions is None:
            self._versions = tuple(self._row(m) for m in training.versions(self.session))
        rows = self._versions
        # Only a candidate newer than the active version is worth promoting by a button.
        newest = rows[0] if rows else None
        candidate = newest.version if newest and newest.state is ModelState.CANDIDATE else None
        return TrainingView(
            run=run,
            outcome=self._outcome,
            versions=rows[:6],
            candidate=candidate if newest and newest.here else None,
            can_roll_back=any(r.state is ModelState.ACTIVE for r in rows),
            writable=not self.session.read_only,
        )

    @property
    def detail(self) -> str:
        """Tail of the log of the last failed run."""
        return self._detail

    def forget_versions(self) -> None:
        self._versions = None

    # ------------------------------------------------------------------ what the curator does

    def retrain(self) -> None:
        """Answers at once: a run starts, or waits behind the one that runs."""
        if self.session.read_only:
            return
        if self.busy():
            self._queued = True
            self.changed.emit()
            return
        versions = training.versions(self.session)
        number = versions[0].version + 1 if versions else 1
        self._title = tr("Training version {number}", number=number)
        self._snapshot = tr("Taking the snapshot")
        self._begin()
        # The button has answered before the snapshot is written.
        QTimer.singleShot(0, self, self._create)

    def resume(self) -> None:
        """Go on with the run that was stopped or interrupted last."""
        if self._resumable is None or self.busy():
            return
        try:
            run = training.resume(self.session, self._resumable)
        except Problem as problem:
            self._fail(str(problem))
            return
        self._title = tr("Training goes on")
        self._begin()
        self._start(run)

    def give_way(self) -> None:
        """The curator is at work: a training rests for a moment, at its next step."""
        if self.worker is not None and self.running():
            self.worker.send(protocol.GiveWay(seconds=REST_S))

    def cancel(self) -> None:
        self._queued = False
        if self._snapshots.running():
            self._snapshots.stop()
            self._preparing = False
            self.changed.emit()
        elif self.worker is not None and self.running():
            self._cancelling = True
            self.worker.cancel()
            self.changed.emit()

    def leave(self) -> None:
        self._leaving = True
        self._queued = False
        self._snapshots.stop()
        self._preparing = False
        super().leave()

    def promote(self) -> None:
        candidate = self.view().candidate
        if candidate is not None:
            self.use(candidate)

    def use(self, version: ModelVersion) -> None:
        """Make any version the one that suggests, earlier or later; 0 is the instant model."""
        try:
            changes = training.promote(self.session, version)
        except Problem as problem:
            self._fail(str(problem))
            return
        name = tr("Version {version}", version=version) if version else tr("The instant model")
        self._switched(tr("{name} is active", name=name))
        self.bus.publish(changes)

    def roll_back(self) -> None:
        try:
            version, changes = training.roll_back(self.session)
        except Problem as problem:
            self._fail(str(problem))
            return
        name = tr("version {version}", version=version) if version else tr("the instant model")
        self._switched(tr("Rolled back to {name}", name=name))
        self.bus.publish(changes)

    def look_for_interrupted(self) -> None:
        """At the start: a run that the last window left behind can go on, a failed one says why."""
        if self.session.read_only:
            return
        self._take_finished()
        found = training.find_interrupted(self.session)
        newest = next(iter(training.runs(self.session)), None)
        if newest is None:
            return
        if found and newest.id == found[0].id:
            self._resumable = newest.id
            title = tr("The last training did not finish")
            says = tr("{message} It can go on from its last checkpoint.", message=newest.message)
        elif newest.state is RunState.FAILED:
            title, says = tr("The last training failed"), newest.message
        else:
            return
        self._detail = ended_runs.log_of(self.session, newest.id)
        self._outcome = OutcomeView(
            title,
            says,
            "danger" if self._resumable is None else "warning",
            resumable=self._resumable is not None,
            detail=self._detail,
            hint=ended_runs.hint(newest.message, self._detail),
        )
        self.changed.emit()

    def _take_finished(self) -> None:
        """Take what a training finished after the last window had gone."""
        try:
            taken = ended_runs.take_finished(self.session)
        except (Problem, OSError) as error:
            self._fail(tr("A finished training could not be stored: {error}", error=error))
            return
        for run in taken:
            self._tell_result(run.version, run.result, run.changes)

    # ------------------------------------------------------------------ the run

    def _begin(self) -> None:
        self._preparing = True
        self._progress = None
        self._curve = ()
        self._cancelling = False
        self._outcome = None
        self.changed.emit()

    def _create(self) -> None:
        if not self._leaving:
            self._snapshots.run(self._creating(), self._created)

    def _creating(self) -> Generator[None, None, TrainingRun | Problem]:
        try:
            return (yield from training.creating_run(self.session))
        except Problem as problem:
            return problem

    def _created(self, run: TrainingRun | Problem) -> None:
        if isinstance(run, Problem):
            self._fail(str(run))
        else:
            self._start(run)

    def _start(self, run: TrainingRun) -> None:
        self._run = run
        self._resumable = None
        learns = learned_from(run.annotations, run.hints)
        self._snapshot = f"{learns} · {datetime.now():%H:%M}"
        self.worker = WorkerProcess("train", str(run.folder), parent=self)
        self.worker.progressed.connect(self._progressed)
        self.worker.ended.connect(self._ended)
        self.worker.start()
        self._preparing = False
        self.changed.emit()

    def _progressed(self, progress: protocol.Progress) -> None:
        self._progress = progress
        # Calibration trains again in every fold, and the hints before: other curves.
        of_stage = progress.stage in (1, 2) and not calibrating(progress)
        if of_stage and progress.loss is not None:
            point = LossPoint(progress.stage, progress.step, progress.total, progress.loss)
            self._curve = thinned((*self._curve, point))
        self.changed.emit()

    def _ended(self, worker_run: WorkerRun) -> None:
        run, self._run = self._run, None
        self._cancelling = False
        if run is None:
            return
        outcome = worker_run.outcome
        if isinstance(outcome, protocol.TrainFinished):
            self._take(run, outcome)
        else:
            self._stopped(run, outcome)
        self.changed.emit()
        if self._queued and not self._leaving:
            self._queued = False
            self.retrain()

    def _take(self, run: TrainingRun, result: protocol.TrainFinished) -> None:
        try:
            version, changes = training.finish(self.session, run.id, result)
        except (Problem, OSError) as error:
            self._fail(tr("The new version could not be stored: {error}", error=error))
            return
        self._tell_result(version, result, changes)

    def _tell_result(
        self, version: ModelVersion, result: protocol.TrainFinished, changes: Changes
    ) -> None:
        verdict = Verdict(result.comparison.verdict)
        self._outcome = OutcomeView(
            _TITLES[verdict].format(version=version),
            result.comparison.reason,
            _TONES.get(verdict, "secondary"),
            curve=self._curve,
        )
        self._versions = None
        active = {
            m.version for m in training.versions(self.session) if m.state is ModelState.ACTIVE
        }
        if version in active:
            self.promoted.emit()
        self.bus.publish(changes)

    def _stopped(self, run: TrainingRun, outcome: protocol.FromWorker | None) -> None:
        changes = training.stop(self.session, run.id, outcome)
        if isinstance(outcome, protocol.Cancelled):
            self._outcome = OutcomeView(
                tr("Training cancelled"),
                tr("The model in use has not changed."),
                "secondary",
                resumable=outcome.resumable,
            )
            resumable = outcome.resumable
        else:
            failed = outcome if isinstance(outcome, protocol.Failed) else None
            self._detail = self._log_of(failed)
            ended_runs.keep_log(self.session, run.id, self._detail)
            resumable = failed.resumable if failed else False
            self._outcome = OutcomeView(
                tr("Training failed"),
                failed.sentence if failed else tr("It ended without a result."),
                "danger",
                resumable=resumable,
                detail=self._detail,
                hint=ended_runs.hint(failed.sentence if failed else "", self._detail),
                curve=self._curve,
            )
        self._resumable = run.id if resumable else None
        self.bus.publish(changes)

    def _log_of(self, failed: protocol.Failed | None) -> str:
        """What the process wrote, and last the fault that ended it."""
        written = self.worker.stderr_tail if self.worker is not None else ""
        fault = failed.detail if failed else ""
        return fault if fault.strip() in written or not written.strip() else f"{written}\n{fault}"

    def _fail(self, sentence: str) -> None:
        self._preparing = False
        self._queued = False
        self._outcome = OutcomeView(tr("Not possible now"), sentence, "danger")
        self.changed.emit()

    def _switched(self, title: str) -> None:
        self._outcome = OutcomeView(title, "", "success")
        self._versions = None
        self.promoted.emit()
        self.changed.emit()

    def _row(self, model: Model) -> VersionRow:
        result = training.result_of(model)
        return VersionRow(
            version=model.version,
            state=model.state,
            when=local_time(model.created_at),
            trained_on=learned_from(result.train_sentences, result.hint_sentences),
            recall=adme_recall(result, self.session.scheme.substantive),
            here=training.weights_here(self.session, model.version),
        )


def learned_from(annotations: int, hints: int) -> str:
    """What a version learns from, in words."""
    said = trn("{count:,} annotation", "{count:,} annotations", annotations)
    if hints:
        said = trn("{said}, {count:,} hint", "{said}, {count:,} hints", hints, said=said)
    return said


def adme_recall(result: protocol.TrainFinished, substantive: tuple[str, ...]) -> str:
    """Sentences of the substantive categories that were found, when it was trained."""
    measured = result.held_out or result.cross_validation
    if measured is None:
        return tr("not measured")
    rows = [m for m in measured.categories if m.category in substantive]
    support = sum(m.support for m in rows)
    if support < _ENOUGH:
        return tr("not enough evidence (n = {support})", support=support)
    found = sum(m.found for m in rows)
    return tr("found {found:,} of {support:,}", found=found, support=support)


def local_time(at: str) -> str:
    """A UTC time of the project as hours today, as a date before."""
    try:
        moment = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return at
    today = datetime.now(UTC).astimezone().date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{words.day(moment)} {moment:%H:%M}"
