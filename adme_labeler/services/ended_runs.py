"""What a training left behind: a result nobody has taken yet, or the reason of its failure."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import ModelVersion
from adme_labeler.language import mark, tr
from adme_labeler.services import training
from adme_labeler.services.session import Session
from adme_labeler.storage import models
from adme_labeler.storage.models import RunState

_log = logging.getLogger(__name__)

RESULT = "result.json"
LOG = "log.txt"
_MOST_OF_LOG = 100_000
"""Characters of a log that are kept, the last ones."""

_HINTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("no space left", "disk full", "disk is full", "enospc", "errno 28", "quota exceeded"),
        mark("Free some disk space, then resume: the last checkpoint is kept."),
    ),
    (
        (
            "memoryerror",
            "cannot allocate memory",
            "can't allocate memory",
            "out of memory",
            "bad_alloc",
            "bad alloc",
            "memory allocation of",
            "code -9)",
            "code 137)",
        ),
        mark(
            "The computer ran out of memory. Close other programs, then resume; a smaller "
            "encoder needs less."
        ),
    ),
    (
        (
            "safetensorerror",
            "error while deserializing header",
            "encoder folder",
            "the encoder in ",
            "the weights in ",
            "language model that the program ships with",
            "language model that comes with the program",
            "no file named model.safetensors",
            "config.json",
            "tokenizer.json",
            "encoder-ordner",
            "der encoder in ",
            "die gewichte in ",
            "das sprachmodell, das mit dem programm",
        ),
        mark(
            "The encoder's files are missing, damaged or of a kind that cannot be used. "
            "Choose another encoder folder, or install the program again for the one that it "
            "ships with; then retrain."
        ),
    ),
    (
        (
            "permission denied",
            "errno 13",
            "read-only file system",
            "errno 30",
            "cannot be written",
            "kann nicht beschrieben werden",
        ),
        mark("The project's folder cannot be written. Make it writable, then resume."),
    ),
    (
        ("updated while it ran", "aktualisiert, während es lief"),
        mark("Close the program, start it again, then resume."),
    ),
)


@dataclass(frozen=True)
class Taken:
    """A finished run whose result was waiting in its folder."""

    run: int
    version: ModelVersion
    result: protocol.TrainFinished
    changes: Changes


def take_finished(session: Session) -> list[Taken]:
    """Take the results of trainings that ended after the window had gone.

    For the start of a session that writes, before `training.find_interrupted`. A result that
    cannot be read, or whose weights are not there, stays an interrupted run.
    """
    taken: list[Taken] = []
    waiting = (RunState.RUNNING, RunState.INTERRUPTED)
    recorded = {model.run for model in training.versions(session)}
    for run in reversed(models.runs(session.connection)):
        if run.state not in waiting or run.id in recorded:
            continue
        result = _waiting_result(session, run.id)
        if result is not None and training.lock_is_free(training.folder_of(session, run.id)):
            version, changes = training.finish(session, run.id, result)
            taken.append(Taken(run.id, version, result, changes))
    return taken


def keep_log(session: Session, run: int, log: str) -> None:
    """Keep what a failed training wrote last beside its other files; a full disk may refuse."""
    try:
        (training.folder_of(session, run) / LOG).write_text(log[-_MOST_OF_LOG:], "utf-8")
    except OSError as error:
        _log.warning("The log of training run %s could not be kept: %s", run, error)


def log_of(session: Session, run: int) -> str:
    """What `keep_log` kept, or ""."""
    try:
        return (training.folder_of(session, run) / LOG).read_text("utf-8", "replace")
    except OSError:
        return ""


def hint(sentence: str, log: str) -> str:
    """What to do about a failed training, from its sentence and log; "" where nobody can tell."""
    # The end of the log says what went wrong; earlier lines may only warn.
    said = f"{sentence}\n{log[-4000:]}".lower()
    for signs, advice in _HINTS:
        if any(sign in said for sign in signs):
            return tr(advice)
    return ""


def _waiting_result(session: Session, run: int) -> protocol.TrainFinished | None:
    folder = training.folder_of(session, run)
    try:
        result = msgspec.json.decode((folder / RESULT).read_bytes(), type=protocol.TrainFinished)
    except (OSError, msgspec.DecodeError) as error:
        if not isinstance(error, FileNotFoundError):
            _log.warning("The result of training run %s cannot be read: %s", run, error)
        return None
    return result if (folder / result.model / "model.json").is_file() else None
