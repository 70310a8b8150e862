"""The life of a worker process, and the real transport of the command line."""

from __future__ import annotations

import pytest

from adme_labeler import protocol
from adme_labeler.services.runs import Action, State, WorkerRun

HELLO = protocol.Hello(protocol.PROTOCOL_VERSION, "0", 1, "train")


def running(job: str = "train") -> WorkerRun:
    run = WorkerRun(job)
    run.receive(HELLO)
    assert run.state is State.RUNNING
    return run


def test_cancel_climbs_from_message_over_terminate_to_kill() -> None:
    run = running()
    assert run.cancel(100.0) is Action.SEND_CANCEL
    assert run.cancel(101.0) is None
    assert run.tick(109.9) is None
    assert run.tick(110.0) is Action.TERMINATE
    assert run.tick(114.9) is None
    assert run.tick(115.0) is Action.KILL
    assert run.tick(200.0) is None
    run.exited(-9)
    assert run.state is State.CANCELLED


def test_a_crash_without_an_outcome_is_a_failure_that_can_be_resumed() -> None:
    run = running()
    run.exited(-11, "Segmentation fault")
    assert isinstance(run.outcome, protocol.Failed)
    assert run.outcome.resumable and run.outcome.detail == "Segmentation fault"
    assert "nothing you decided is lost" in run.outcome.sentence


def test_what_comes_after_the_end_changes_nothing() -> None:
    run = running("import")
    done = protocol.ImportDone(1, 1, 1)
    run.receive(done)
    run.receive(protocol.Failed("late"))
    run.exited(1)
    assert (run.state, run.outcome) == (State.FINISHED, done)
    assert run.cancel(0.0) is None


def test_a_worker_of_another_program_version_is_refused() -> None:
    run = WorkerRun("train")
    run.receive(protocol.Hello(protocol.PROTOCOL_VERSION + 1, "9", 1, "train"))
    assert isinstance(run.outcome, protocol.Failed)
    assert "start it again" in run.outcome.sentence


def test_only_the_latest_progress_is_kept() -> None:
    run = running()
    for step in range(100):
        run.receive(protocol.Progress("Stage 1", step, 100))
    assert run.progress is not None and run.progress.step == 99


@pytest.mark.parametrize(
    "message",
    [
        protocol.Cancel(),
        protocol.Refit(3, tuple("ADMEO"), "O", (protocol.Example(1, "A", 2),)),
        protocol.AddSentences((protocol.SentenceInput(1, "Ωµ\u2028 \n", "x"),)),
    ],
)
def test_messages_survive_the_wire_on_one_line(message: protocol.Message) -> None:
    line = protocol.encode(message)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert protocol.decode_to_worker(line) == message
