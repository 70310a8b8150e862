"""``evaluate JOB.json``: train and test on tables, without a project."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr
from adme_labeler.ml import compute, evaluation, two_stage
from adme_labeler.worker.channel import Channel
from adme_labeler.worker.train import Watch

NICENESS = 10


def run(path: Path, channel: Channel) -> int:
    """Exit code 0 with `EvaluateDone` or `Cancelled` sent; raises Problem otherwise."""
    try:
        job = msgspec.json.decode(path.read_bytes(), type=protocol.EvaluateJob)
    except (OSError, msgspec.DecodeError) as error:
        raise Problem(
            tr("The evaluation {file} cannot be read: {reason}.", file=path, reason=error)
        ) from error
    compute.lower_priority(NICENESS)
    start = time.monotonic()
    try:
        result = evaluation.evaluate(job, compute.choose(), Watch(channel))
    except two_stage.Stopped:
        channel.flush_progress()
        channel.send(protocol.Cancelled())
        return 0
    result["seconds"]["total"] = round(time.monotonic() - start, 2)
    channel.flush_progress()
    channel.send(protocol.EvaluateDone(result=result))
    return 0
