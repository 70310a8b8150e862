"""``encoder JOB.json``: check an encoder folder and estimate how long training with it takes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr
from adme_labeler.ml import compute, encoder_trial, two_stage
from adme_labeler.worker.channel import Channel
from adme_labeler.worker.train import Watch


def run(job_path: Path, channel: Channel) -> int:
    """Do the job and delete its file. Sends EncoderChecked or Cancelled; returns 0.

    Raises Problem with one sentence on what is wrong with the folder.
    """
    try:
        job = msgspec.json.decode(job_path.read_bytes(), type=protocol.EncoderJob)
    except (OSError, msgspec.DecodeError) as error:
        raise Problem(
            tr("The check of the encoder cannot start: {reason}.", reason=error)
        ) from error
    finally:
        job_path.unlink(missing_ok=True)
    channel.progress(protocol.Progress(phase="Loading"))
    try:
        checked = encoder_trial.check(job, compute.choose(), Watch(channel))
    except two_stage.Stopped:
        channel.flush_progress()
        channel.send(protocol.Cancelled())
        return 0
    channel.flush_progress()
    channel.send(checked)
    return 0
