"""Background training: snapshot, run, candidate, gate, promotion and roll-back."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.records import (
    NO_TRAINED_MODEL,
    GroupId,
    ModelState,
    ModelVersion,
    OperationId,
)
from adme_labeler.domain.slices import at_once
from adme_labeler.language import tr
from adme_labeler.services import project_settings, snapshots, suggesting
from adme_labeler.services.session import Session
from adme_labeler.storage import log, models
from adme_labeler.storage.models import Model, Run, RunState

LOCK_NAME = "lock"
"""Operating-system lock that a training process holds in its run directory."""


@dataclass(frozen=True)
class TrainingRun:
    """A run that is ready to be started: `adme_labeler.worker train FOLDER`."""

    id: int
    folder: Path
    annotations: int
    hints: int
    held_out: int


def create_run(
    session: Session,
    preset: str = "default",
    encoder: Path | None = None,
    seed: int = 42,
    folds: int = 3,
) -> TrainingRun:
    """Freeze what is known now into a run directory.

    Raises TrainingProblem when there is nothing to learn from.
    """
    return at_once(creating_run(session, preset, encoder, seed, folds))


def creating_run(
    session: Session,
    preset: str = "default",
    encoder: Path | None = None,
    seed: int = 42,
    folds: int = 3,
) -> Generator[None, None, TrainingRun]:
    """As `create_run`, in slices: yields between them.

    What is decided meanwhile is not in the snapshot: that is the project at one operation.
    """
    folder = encoder or suggesting.encoder_folder(session)
    tau = session.setting("tau", 0.5)
    run_settings = protocol.TrainSettings(
        categories=session.scheme.keys,
        rest=session.scheme.rest,
        category_names={c.key: c.name for c in session.scheme.categories},
        active_version=suggesting.served_version(session),
        preset=preset,
        encoder=str(folder.resolve()),
        seed=seed,
        folds=folds,
        tau=float(tau) if isinstance(tau, int | float) else 0.5,
        precision_floor=project_settings.read(session).precision_floor,
    )
    # Decisions made while the snapshot is read come after it, as `since_last_training` counts.
    at = session.project.now()
    partial = session.project.folder / "runs" / "snapshot.partial"
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        taken = yield from snapshots.write(session, partial)
        if not taken.annotations and not taken.hints:
            raise TrainingProblem(
                tr(
                    "There is nothing to learn from yet: decide some sentences, or import "
                    "drug labels with headings such as Absorption or Metabolism."
                )
            )
        with session.project.transaction() as connection:
            run = models.add_run(
                connection,
                "train",
                at,
                msgspec.json.encode(run_settings).decode(),
                taken.sha256,
                taken.operation,
                taken.annotations,
                above=_highest_number(session.project.folder / "runs"),
            )
            run_folder = folder_of(session, run)
            run_folder.mkdir(parents=True)
            (run_folder / "run.json").write_bytes(msgspec.json.encode(run_settings))
            partial.replace(run_folder / "snapshot.jsonl")
    except OSError as error:
        raise TrainingProblem(
            tr(
                "The training cannot start: nothing can be written to {folder} ({reason}).",
                folder=session.project.folder,
                reason=error.strerror,
            )
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return TrainingRun(run, run_folder, taken.annotations, taken.hints, taken.held_out)


def folder_of(session: Session, run: int) -> Path:
    return session.project.folder / "runs" / str(run)


def finish(
    session: Session, run: int, result: protocol.TrainFinished
) -> tuple[ModelVersion, Changes]:
    """Take the result of a finished run: a new version, active at once if the gate opens."""
    groups = _snapshot_groups(folder_of(session, run))
    from adme_labeler.statistics.comparison import promotes

    promoted = promotes(result.comparison.verdict)
    with session.project.operation(
        "model", "Train a model", session.curator, undoable=False
    ) as draft:
        version = models.add(
            session.connection,
            draft,
            run,
            result.comparison.verdict,
            msgspec.json.encode(result).decode(),
            groups,
            above=_highest_number(session.project.folder / "models"),
        )
        draft.summary = f"Train version {version}: {result.comparison.verdict}"
        models.set_run_state(session.connection, run, RunState.FINISHED, session.project.now())
        if promoted:
            models.activate(session.connection, draft, version)
    put_weights_in_place(session)
    return version, Changes(operation=OperationId(draft.id), models=True)


def put_weights_in_place(session: Session) -> None:
    """Move the weights of recorded versions from their run folders to where they are served from.

    Follows the commit, so that a version never loses its weights to a rolled back transaction; a
    move that a crash or a full disk prevented is made up for at the next start. Raises
    TrainingProblem when the folder cannot be written.
    """
    for model in versions(session):
        target = suggesting.model_folder(session, model.version)
        if target.exists():
            continue
        source = folder_of(session, model.run) / result_of(model).model
        if not (source / "model.json").is_file():
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        except OSError as error:
            raise TrainingProblem(
                tr(
                    "The weights of version {version} could not be moved to {folder} "
                    "({reason}); open the project again once that folder can be written.",
                    version=model.version,
                    folder=target.parent,
                    reason=error.strerror,
                )
            ) from error


def stop(session: Session, run: int, outcome: protocol.FromWorker | None) -> Changes:
    """Record a run that ended without a result, with its sentence: interrupted where it can go on
    from its last checkpoint, failed where it would only fail again."""
    if isinstance(outcome, protocol.Cancelled):
        state, message = RunState.CANCELLED, tr("Cancelled.")
    elif isinstance(outcome, protocol.Failed):
        state = RunState.INTERRUPTED if outcome.resumable else RunState.FAILED
        message = outcome.sentence
    else:
        state, message = RunState.INTERRUPTED, tr("Interrupted.")
    with session.project.transaction() as connection:
        models.set_run_state(connection, run, state, session.project.now(), message)
    return Changes(models=True)


def promote(session: Session, version: ModelVersion) -> Changes:
    """Make a version the one that suggests. Raises TrainingProblem when it cannot."""
    if version and not any(m.version == version for m in versions(session)):
        raise TrainingProblem(tr("There is no model version {version}.", version=version))
    if version and not weights_here(session, version):
        raise TrainingProblem(
            tr(
                "The weights of version {version} are not beside the project file; retrain.",
                version=version,
            )
        )
    title = f"Promote version {version}" if version else "Back to the instant model"
    with session.project.operation("model", title, session.curator, undoable=False) as draft:
        models.activate(session.connection, draft, version)
    return Changes(operation=OperationId(draft.id), models=True)


def roll_back(session: Session) -> tuple[ModelVersion, Changes]:
    """Return to the newest earlier version that ever suggested; 0 is the instant model."""
    active = models.active(session.connection)
    if not active:
        raise TrainingProblem(tr("The instant model suggests now; there is nothing to roll back."))
    earlier = [v for v in once_active(session) if v < active and weights_here(session, v)]
    target = earlier[0] if earlier else NO_TRAINED_MODEL
    return target, promote(session, target)


def versions(session: Session) -> list[Model]:
    """Every model version, newest first."""
    return models.everything(session.connection)


def result_of(model: Model) -> protocol.TrainFinished:
    """Metrics of a version as its run reported them."""
    return msgspec.json.decode(model.result, type=protocol.TrainFinished)


def weights_here(session: Session, version: ModelVersion) -> bool:
    return (suggesting.model_folder(session, version) / "model.json").is_file()


def runs(session: Session) -> list[Run]:
    return models.runs(session.connection)


def find_interrupted(session: Session) -> list[Run]:
    """Mark runs whose process is gone as interrupted; returns all that can be resumed.

    For the start of a session that writes; makes up for `put_weights_in_place` too.
    """
    with contextlib.suppress(TrainingProblem):  # the version then says that it has no weights
        put_weights_in_place(session)
    for run in models.runs(session.connection):
        if run.state is RunState.RUNNING and lock_is_free(folder_of(session, run.id)):
            with session.project.transaction() as connection:
                models.set_run_state(
                    connection, run.id, RunState.INTERRUPTED, None, tr("The program was closed.")
                )
    resumable = (RunState.INTERRUPTED, RunState.CANCELLED)
    return [
        run
        for run in models.runs(session.connection)
        if run.state in resumable and (folder_of(session, run.id) / "snapshot.jsonl").is_file()
    ]


def resume(session: Session, run: int) -> TrainingRun:
    """Make a stopped run ready to go on from its checkpoint, with its own snapshot."""
    folder = folder_of(session, run)
    if not (folder / "snapshot.jsonl").is_file():
        raise TrainingProblem(tr("The files of run {run} are gone; start a new training.", run=run))
    if not lock_is_free(folder):
        raise TrainingProblem(tr("This training is still running."))
    with session.project.transaction() as connection:
        models.set_run_state(connection, run, RunState.RUNNING, None)
    roles = [place.role for place in _places(folder)]
    return TrainingRun(
        run, folder, roles.count("train"), roles.count("hint"), roles.count("held_out")
    )


def since_last_training(session: Session) -> int:
    """Annotations decided since the newest finished run's snapshot: "Retrain · 34 new"."""
    finished = [r for r in runs(session) if r.state is RunState.FINISHED]
    since = finished[0].created_at if finished else ""
    row = session.connection.execute(
        "SELECT count(*) FROM annotation WHERE at > ? AND category IS NOT NULL", (since,)
    ).fetchone()
    return int(row[0])


class _Place(msgspec.Struct, frozen=True):
    """The part of a `protocol.SnapshotRow` that is read here."""

    group: int
    role: str


def _places(folder: Path) -> list[_Place]:
    decoder = msgspec.json.Decoder(_Place)
    lines = (folder / "snapshot.jsonl").read_bytes().splitlines()
    return [decoder.decode(line) for line in lines]


def _snapshot_groups(folder: Path) -> set[GroupId]:
    return {GroupId(place.group) for place in _places(folder) if place.role in ("train", "hint")}


def _highest_number(folder: Path) -> int:
    """Highest number that a folder in `folder` carries, 0 for none.

    Numbers are not used twice: after an older backup was restored, the folders of later runs and
    versions are still there, and belong to the project that was put aside.
    """
    if not folder.is_dir():
        return 0
    return max((int(p.name) for p in folder.iterdir() if p.name.isdecimal()), default=0)


def lock_is_free(folder: Path) -> bool:
    if not folder.is_dir():
        return True
    lock = FileLock(folder / LOCK_NAME)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    return True


def once_active(session: Session) -> list[ModelVersion]:
    """Versions that were active at some time, latest first."""
    rows = session.connection.execute(
        "SELECT key FROM change WHERE kind = 'model' AND after = ? ORDER BY operation DESC",
        (log.canonical(ModelState.ACTIVE.value),),
    )
    return list(dict.fromkeys(ModelVersion(int(row["key"])) for row in rows))
