"""Whole jobs without a window: import, suggest, train, export, each to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from adme_labeler import protocol
from adme_labeler.domain.problems import ImportProblem, Problem
from adme_labeler.domain.records import LabelDraft, LabelType, ModelVersion, Sections
from adme_labeler.language import tr
from adme_labeler.services import (
    exporting,
    import_reports,
    import_runs,
    importing,
    merging,
    recall,
    suggesting,
    training,
)
from adme_labeler.services.session import Session
from adme_labeler.services.worker_client import WorkerClient
from adme_labeler.storage import labels

BATCH = 16
"""Drug labels, and seconds, that are stored in one transaction."""
STORE_S = 0.5

Report = Callable[[str], None]
"""Takes a line about what is going on."""


class _Pace:
    """Lets a line through when the phase changes, else every ten seconds."""

    def __init__(self) -> None:
        self._phase, self._said = "", 0.0

    def due(self, phase: str) -> bool:
        now = time.monotonic()
        if phase == self._phase and now - self._said < 10:
            return False
        self._phase, self._said = phase, now
        return True


def import_paths(
    session: Session,
    paths: Sequence[Path],
    sections: Sections = Sections.PHARMACOKINETICS,
    report: Report = lambda line: None,
    types: Iterable[LabelType] = (LabelType.PRESCRIPTION,),
    drug_names: Sequence[str] = (),
    layouts: dict[str, protocol.TableLayout] | None = None,
    read_by: str = "",
) -> importing.ImportTally:
    """Import files and folders; raises Problem when the import process fails.

    `drug_names` are those of the drug that loose documents (PDF, Word, web page, text) are about;
    `layouts` as in `ImportJob`, `read_by` as in `importing.commit_batch`.
    """
    job = importing.job_of(paths, sections, types, layouts, {"": drug_names} if drug_names else {})
    return _import(import_runs.Intake.begin(session, job, read_by), report)


def resume_import(session: Session, report: Report = lambda line: None) -> importing.ImportTally:
    """Go on with the last import where it was stopped. Raises ImportProblem where it was not."""
    left = import_runs.resumable(session)
    if left is None:
        raise ImportProblem(tr("The last import came to its end; there is nothing to resume."))
    return _import(import_runs.Intake.resume(session, left.id), report)


def _import(intake: import_runs.Intake, report: Report) -> importing.ImportTally:
    outcome: protocol.FromWorker | None = protocol.Cancelled(resumable=True)  # by Ctrl+C
    try:
        while True:
            worker = _read_in(intake, report)
            if not intake.without_the_culprit(worker.run.outcome):
                break
        outcome = worker.run.outcome
    finally:  # what came in before Ctrl+C must not be decided with its suggestion in view either
        intake.end(outcome)
    worker.result()
    intake.tally.held_out_groups = sum(g.held_out for g in labels.groups(intake.session.connection))
    return intake.tally


def _read_in(intake: import_runs.Intake, report: Report) -> WorkerClient:
    """Store what one reading process hands over; returns it when it has ended."""
    pace = _Pace()
    with WorkerClient("import", str(intake.job)) as worker:
        for message in worker.messages():
            intake.take(message)
            is_end = isinstance(message, protocol.FileDone)
            if is_end and message.reason:
                report(message.reason)
            elif isinstance(message, protocol.Progress) and pace.due("reading"):
                report(message.phase)
            if is_end or intake.waiting() >= BATCH:
                worker.send(intake.store(STORE_S)[1])
    while intake.waiting():
        intake.store(STORE_S)
    return worker


def write_import_report(session: Session, target: Path) -> protocol.ExportDone:
    """The report on every import as .csv or .xlsx. Raises Problem when it cannot be written."""
    with WorkerClient("report", str(import_reports.write_job(session, target))) as worker:
        for _ in worker.messages():
            pass
    done = worker.result()
    assert isinstance(done, protocol.ExportDone)
    return done


def read_table(
    session: Session, table: Path, layouts: dict[str, protocol.TableLayout] | None = None
) -> list[LabelDraft]:
    """Rows of a table as the import process reads them, without storing anything.

    `layouts` as in `ImportJob`.
    """
    job = importing.write_job(
        session.project.folder / "runs" / "import", [table], Sections.ALL, layouts=layouts
    )
    drafts: list[LabelDraft] = []
    with WorkerClient("import", str(job)) as worker:
        for message in worker.messages():
            if isinstance(message, protocol.LabelRead):
                drafts.append(message.label)
            elif isinstance(message, protocol.FileDone) and message.status != "read":
                raise Problem(message.reason)
    worker.result()
    return drafts


def suggest(session: Session, report: Report = lambda line: None) -> int:
    """Suggest for every sentence with the served model; returns how many were scored."""
    keeper = suggesting.ScoreKeeper.start(session)
    pace = _Pace()
    count = 0
    with WorkerClient("serve", *suggesting.serve_arguments(session)) as worker:
        for message in worker.messages():
            if isinstance(message, protocol.Ready):
                report(f"Model ready ({message.dtype}, {message.threads} threads)")
                for chunk in suggesting.sentence_messages(session):
                    worker.send(chunk)
                worker.send(protocol.Prioritise(tuple(suggesting.evaluated_ids(session))))
                worker.send(keeper.refit())
            elif isinstance(message, protocol.Refitted):
                keeper.fitted(message)
            elif isinstance(message, protocol.Scores):
                keeper.take(message)
                count += len(message.items)
                if pace.due("scoring"):
                    report(f"{count:,} sentences scored")
            elif isinstance(message, protocol.ScoresDone):
                keeper.done(message)
                worker.send(protocol.Shutdown())
    if isinstance(worker.run.outcome, protocol.Failed):
        raise Problem(worker.run.outcome.sentence)
    return count


def train(
    session: Session,
    preset: str = "default",
    encoder: Path | None = None,
    seed: int = 42,
    report: Report = lambda line: None,
) -> tuple[ModelVersion, protocol.TrainFinished]:
    """Train a model version to its end; the gate decides whether it becomes active."""
    run = training.create_run(session, preset, encoder, seed)
    report(
        f"Learning from {run.annotations:,} annotations and {run.hints:,} heading hints; "
        f"measuring on {run.held_out:,} held-out sentences"
    )
    pace = _Pace()
    try:
        with WorkerClient("train", str(run.folder)) as worker:
            for message in worker.messages():
                if isinstance(message, protocol.Progress) and pace.due(message.phase):
                    left = message.seconds_left
                    rest = "" if left is None else f", {left:.0f} s left"
                    report(f"{message.phase}: step {message.step} of {message.total}{rest}")
    except BaseException:  # Ctrl+C above all: the run must not stay "running" in the project
        training.stop(session, run.id, None)
        raise
    outcome = worker.run.outcome
    if not isinstance(outcome, protocol.TrainFinished):
        training.stop(session, run.id, outcome)
        worker.result()
        raise Problem(tr("The training process gave no result."))
    version, _ = training.finish(session, run.id, outcome)
    return version, outcome


def export(
    session: Session,
    target: Path,
    report: Report = lambda line: None,
    choice: exporting.Choice = exporting.EVERYTHING,
) -> protocol.ExportDone:
    """Write the spreadsheet; the suffix of `target` chooses the format."""
    job = exporting.write_job(session, target, recall.report(session).held_out, choice)
    pace = _Pace()
    with WorkerClient("export", str(job)) as worker:
        for message in worker.messages():
            if isinstance(message, protocol.Progress) and message.step and pace.due(""):
                report(f"{message.step:,} rows written")
    done = worker.result()
    assert isinstance(done, protocol.ExportDone)
    return done


def compare_table(
    session: Session, table: Path, report: Report = lambda line: None
) -> merging.MergePlan:
    """Read an edited export and compare it with the project; nothing is changed.

    Raises Problem when the file cannot be read or is no export of this project.
    """
    import tempfile

    planner = merging.Planner(session)
    with (
        tempfile.TemporaryDirectory(prefix="adme-merge-") as folder,
        WorkerClient("merge", str(merging.write_job(Path(folder), table))) as worker,
    ):
        for message in worker.messages():
            if isinstance(message, protocol.EditedSource):
                planner.begin(message)
            elif isinstance(message, protocol.EditedRows):
                planner.add(message.items)
            elif isinstance(message, protocol.Progress):
                report(f"{message.step:,} rows read" if message.step else message.phase)
        worker.result()
    return planner.plan()


def evaluate(job: protocol.EvaluateJob, report: Report = lambda line: None) -> dict[str, object]:
    """Train and test on tables, without a project; returns the result as in `evaluate --json`."""
    import tempfile

    import msgspec

    with tempfile.TemporaryDirectory(prefix="adme-evaluate-") as folder:
        path = Path(folder) / "evaluate.json"
        path.write_bytes(msgspec.json.encode(job))
        with WorkerClient("evaluate", str(path)) as worker:
            for message in worker.messages():
                if isinstance(message, protocol.Progress):
                    report(message.phase)
        done = worker.result()
    assert isinstance(done, protocol.EvaluateDone)
    return done.result
