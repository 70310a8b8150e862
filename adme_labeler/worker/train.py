"""``train RUN_DIR``: one training run, resumable, with progress and cancel within a step."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from adme_labeler import protocol
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr
from adme_labeler.ml import checkpoint, compute, fitting, two_stage
from adme_labeler.ml.encoder import default_folder, weights_digest
from adme_labeler.ml.recipes import Stage
from adme_labeler.ml.trainer import step_cost
from adme_labeler.worker.channel import Channel

LOCK = "lock"
NICENESS = 15
"""Training is the least urgent work of this program: the window and the suggestions go first."""


def run(folder: Path, channel: Channel) -> int:
    """Exit code 0 with `TrainFinished` or `Cancelled` sent; raises Problem otherwise."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError) as error:
        raise TrainingProblem(
            tr(
                "This training is already running, or its folder {folder} cannot be written.",
                folder=folder,
            )
        ) from error
    with lock:
        return _train(folder, channel)


def _train(folder: Path, channel: Channel) -> int:
    channel.progress(protocol.Progress(phase="Reading"))
    compute.lower_priority(NICENESS)
    settings, rows = fitting.read_snapshot(folder)
    earlier = fitting.resolved(folder)
    chosen = compute.choose(
        int(earlier.get("threads", settings.threads)), str(earlier.get("dtype", settings.dtype))
    )
    encoder = weights_digest(Path(settings.encoder) if settings.encoder else default_folder())
    if earlier.get("encoder", encoder) != encoder:
        raise TrainingProblem(
            tr(
                "The language model is not the one with which this training began: its files have "
                "changed, so start a new training."
            )
        )
    kept = msgspec.to_builtins(chosen) | {"encoder": encoder}
    checkpoint.write_bytes(folder / "resolved.json", json.dumps(kept).encode())
    watch = Watch(channel)
    try:
        result = fitting.run_training(settings, rows, folder, chosen, watch)
    except two_stage.Stopped:
        channel.flush_progress()
        channel.send(protocol.Cancelled(resumable=True))
        return 0
    except (OSError, RuntimeError, MemoryError) as error:
        if (trouble := _trouble(error)) is None:
            raise
        raise trouble from error
    checkpoint.write_bytes(folder / "result.json", msgspec.json.encode(result))
    fitting.clear_work(folder)
    channel.flush_progress()
    channel.send(result)
    return 0


def _trouble(error: Exception) -> checkpoint.ResumableProblem | None:
    """What a person can do something about, wherever in the training it came up."""
    if compute.is_out_of_memory(error):
        return checkpoint.ResumableProblem(
            tr(
                "The computer has too little free memory to train this model: close other programs "
                "or choose a smaller encoder."
            )
        )
    if isinstance(error, OSError):
        return checkpoint.ResumableProblem(
            tr(
                "The training stopped because a file cannot be written or read: {reason}.",
                reason=error,
            )
        )
    return None


class Watch:
    """Turns steps into progress messages with an estimate of the time left."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._start = time.monotonic()
        self._planned = 0.0
        self._done = 0.0
        self._phase = ""

    def plan(self, work: float) -> None:
        self._planned, self._start = work, time.monotonic()

    def phase(self, name: str) -> None:
        self._phase = name if name.startswith("Calibrating") else ""
        if name:
            self._channel.progress(protocol.Progress(phase=name, seconds_left=self._left()))

    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None:
        self._done += step_cost(stage)
        self._channel.progress(
            protocol.Progress(
                phase=self._phase or stage.name,
                step=step,
                total=total,
                stage=stage.number,
                seconds_left=self._left(),
                loss=loss,
            )
        )

    def stopping(self) -> bool:
        """Asked before every step: the place to rest while the curator is at the keys."""
        self._channel.give_way()
        return self._channel.cancelled()

    def _left(self) -> float | None:
        if self._done < 3 or not self._planned:
            return None
        spent = time.monotonic() - self._start
        return max(0.0, spent / self._done * (self._planned - self._done))
