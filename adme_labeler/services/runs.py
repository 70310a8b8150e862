"""The life of one worker process as a state machine without transport.

The window lends it QProcess, the command line subprocess; both only report what happened and do
what `Action` says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from adme_labeler import protocol, starting
from adme_labeler.language import tr

TERMINATE_AFTER = 10.0
"""Seconds from the cancel message to terminating the process."""
KILL_AFTER = 5.0
"""Seconds from terminating to killing."""
NO_PATIENCE = {"import": 0.5, "preview": 0.5}
"""Both times for jobs that write nothing, so that nothing is lost when they are ended at once."""


class State(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What the transport must do now."""

    SEND_CANCEL = "send cancel"
    TERMINATE = "terminate"
    KILL = "kill"


_RESULTS = (
    protocol.TrainFinished,
    protocol.ImportDone,
    protocol.PreviewDone,
    protocol.ExportDone,
    protocol.EditedDone,
    protocol.EvaluateDone,
    protocol.EncoderChecked,
)


def worker_command(job: str, *arguments: str) -> list[str]:
    """Command line that starts a worker."""
    return starting.command("worker", job, *arguments)


@dataclass
class WorkerRun:
    """Feed it messages, time and the exit; read `state`, `progress` and `outcome`."""

    job: str
    state: State = State.STARTING
    progress: protocol.Progress | None = None
    outcome: protocol.FromWorker | None = None
    _deadline: float | None = field(default=None, repr=False)
    _terminated: bool = field(default=False, repr=False)

    @property
    def over(self) -> bool:
        return self.state in (State.FINISHED, State.FAILED, State.CANCELLED)

    def receive(self, message: protocol.FromWorker) -> None:
        """Take a message; one that comes after the end is ignored."""
        if self.over:
            return
        if isinstance(message, protocol.Hello):
            if message.protocol != protocol.PROTOCOL_VERSION:
                self._fail(tr("The program was updated while it ran; start it again."), "")
            elif self.state is State.STARTING:
                self.state = State.RUNNING
        elif isinstance(message, protocol.Progress):
            self.progress = message
        elif isinstance(message, protocol.Failed):
            self.outcome, self.state = message, State.FAILED
        elif isinstance(message, protocol.Cancelled):
            self.outcome, self.state = message, State.CANCELLED
        elif isinstance(message, _RESULTS):
            self.outcome, self.state = message, State.FINISHED

    def cancel(self, now: float) -> Action | None:
        """The curator pressed Cancel at monotonic time `now` (seconds)."""
        if self.over or self.state is State.CANCELLING:
            return None
        self.state = State.CANCELLING
        self._deadline = now + NO_PATIENCE.get(self.job, TERMINATE_AFTER)
        return Action.SEND_CANCEL

    def tick(self, now: float) -> Action | None:
        """Next rung of the ladder if its time has come."""
        if self.state is not State.CANCELLING or self._deadline is None or now < self._deadline:
            return None
        if self._terminated:
            self._deadline = None
            return Action.KILL
        self._terminated = True
        self._deadline = now + NO_PATIENCE.get(self.job, KILL_AFTER)
        return Action.TERMINATE

    def exited(self, code: int, stderr_tail: str = "") -> None:
        """The process is gone. Without an outcome before, it was cancelled or it crashed."""
        if self.over:
            return
        if self.state is State.CANCELLING or (self.job == "serve" and code == 0):
            self.outcome, self.state = protocol.Cancelled(resumable=True), State.CANCELLED
        else:
            self._fail(
                tr(
                    "The {job} process ended unexpectedly (code {code}); nothing you decided is "
                    "lost.",
                    job=self.job,
                    code=code,
                ),
                stderr_tail,
            )

    def _fail(self, sentence: str, detail: str) -> None:
        self.outcome = protocol.Failed(sentence, detail, resumable=self.job == "train")
        self.state = State.FAILED
