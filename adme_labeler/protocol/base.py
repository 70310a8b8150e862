"""What every worker says and hears."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, tag_field="type", frozen=True, forbid_unknown_fields=True):
    """Base of every line on the wire."""


class Hello(Message, tag="hello", frozen=True):
    protocol: int
    app_version: str
    pid: int
    job: str


class Progress(Message, tag="progress", frozen=True):
    """Latest state of a job. `stage` is 0 outside training; `seconds_left` None when unknown."""

    phase: str
    step: int = 0
    total: int = 0
    stage: int = 0
    seconds_left: float | None = None
    loss: float | None = None


class Failed(Message, tag="failed", frozen=True):
    """The job ended without a result. `sentence` is for the curator, `detail` for the log."""

    sentence: str
    detail: str = ""
    resumable: bool = False


class Cancelled(Message, tag="cancelled", frozen=True):
    """The job stopped because it was asked to; a checkpoint allows resuming if `resumable`."""

    resumable: bool = False


class Cancel(Message, tag="cancel", frozen=True):
    """Stop soon: at the next step, checkpoint if the job has checkpoints."""


class Shutdown(Message, tag="shutdown", frozen=True):
    """Finish and exit with status 0."""


class GiveWay(Message, tag="give_way", frozen=True):
    """A person is at the keys: rest for so long, from now; 0 ends a rest."""

    seconds: float
