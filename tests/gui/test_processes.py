from __future__ import annotations

import sys
import time

import pytest

from adme_labeler import protocol
from adme_labeler.gui import processes
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.services import runs
from adme_labeler.services.runs import State

FAR_SIDE = """
import sys, json, time, signal
say = lambda **m: (sys.stdout.write(json.dumps(m) + "\\n"), sys.stdout.flush())
say(type="hello", protocol={version}, app_version="0", pid=1, job="train")
"""


def worker(code: str, version: int = protocol.PROTOCOL_VERSION, job: str = "train"):
    body = FAR_SIDE.format(version=version) + code
    return WorkerProcess(job, command=[sys.executable, "-c", body])


@pytest.fixture
def ended(qtbot):
    def wait(process: WorkerProcess, timeout: int = 10_000) -> runs.WorkerRun:
        with qtbot.waitSignal(process.ended, timeout=timeout) as signal:
            process.start()
        return signal.args[0]

    return wait


def test_messages_arrive_in_order_and_the_outcome_is_kept(ended):
    process = worker(
        'for n in range(3): say(type="encoded", done=n, total=3)\n'
        'say(type="export_done", out="x.csv", rows=3, operation=7, reports=[])'
    )
    got: list[object] = []
    process.received.connect(got.append)
    run = ended(process)
    assert [m.done for m in got[:3]] == [0, 1, 2]
    assert run.state is State.FINISHED
    assert run.outcome == protocol.ExportDone("x.csv", 3, 7, ())


def test_another_protocol_version_ends_in_a_sentence(ended):
    run = ended(worker("time.sleep(30)", version=99))
    assert run.state is State.FAILED
    assert run.outcome.sentence == "The program was updated while it ran; start it again."


def test_a_crash_ends_in_a_sentence_with_the_last_lines_as_detail(ended):
    run = ended(worker("raise ValueError('broken weights')"))
    assert run.state is State.FAILED
    assert "nothing you decided is lost" in run.outcome.sentence
    assert "broken weights" in run.outcome.detail


def test_a_line_that_is_no_message_is_logged_and_skipped(ended, caplog):
    run = ended(worker('print("chatter"); say(type="import_done", files=1, labels=0, sentences=0)'))
    assert run.state is State.FINISHED
    assert "is no message" in caplog.text


def test_a_program_that_cannot_be_started_is_a_failed_run(ended):
    run = ended(WorkerProcess("train", command=["/there/is/no/such/program"]))
    assert run.state is State.FAILED


def test_a_last_line_without_its_end_still_counts(ended):
    run = ended(
        worker(
            'sys.stdout.write(json.dumps(dict(type="import_done", files=1, labels=2, sentences=3)))'
        )
    )
    assert run.outcome == protocol.ImportDone(1, 2, 3)


def test_cancel_is_a_message_first(ended, qtbot):
    process = worker('line = sys.stdin.readline(); say(type="cancelled", resumable=True)')
    process.run.state  # noqa: B018
    process.start()
    qtbot.waitUntil(lambda: process.run.state is State.RUNNING, timeout=5000)
    with qtbot.waitSignal(process.ended, timeout=5000) as signal:
        process.cancel()
    assert signal.args[0].outcome == protocol.Cancelled(resumable=True)


def test_a_worker_that_does_not_listen_is_terminated_and_one_that_resists_is_killed(
    qtbot, monkeypatch
):
    monkeypatch.setattr(runs, "TERMINATE_AFTER", 0.3)
    monkeypatch.setattr(runs, "KILL_AFTER", 0.3)
    monkeypatch.setattr(processes, "LADDER_MS", 50)
    process = worker(
        'signal.signal(signal.SIGTERM, signal.SIG_IGN); say(type="encoded", done=0, total=1)\n'
        "time.sleep(60)"
    )
    with qtbot.waitSignal(process.received, timeout=5000):
        process.start()
    started = time.monotonic()
    with qtbot.waitSignal(process.ended, timeout=5000) as signal:
        process.cancel()
    assert 0.6 <= time.monotonic() - started < 4
    assert signal.args[0].state is State.CANCELLED


def test_a_worker_that_has_its_result_but_does_not_go_is_killed(ended, monkeypatch):
    monkeypatch.setattr(runs, "KILL_AFTER", 0.3)
    monkeypatch.setattr(processes, "LADDER_MS", 50)
    process = worker(
        'say(type="import_done", files=1, labels=0, sentences=0)\ntime.sleep(60)', job="import"
    )
    assert ended(process, timeout=5000).state is State.FINISHED


def test_a_talkative_worker_does_not_hold_the_window_up(qtbot):
    from PySide6.QtCore import QTimer

    process = worker(
        "for n in range(20000): sys.stdout.write("
        'json.dumps(dict(type="encoded", done=n, total=20000)) + "\\n")\n'
        "sys.stdout.flush()"
    )
    between_beats = [0]
    heart = QTimer()
    heart.setInterval(5)
    heart.timeout.connect(lambda: between_beats.append(0))

    def count(message: object) -> None:
        between_beats[-1] += 1

    process.received.connect(count)
    heart.start()
    with qtbot.waitSignal(process.ended, timeout=20_000):
        process.start()
    heart.stop()
    assert sum(between_beats) == 20_000
    # All at once would be one turn of the event loop; the budget of 8 ms makes many of them.
    assert max(between_beats) < 5_000


def test_of_much_progress_only_the_latest_is_passed_on(qtbot):
    process = worker(
        'for n in range(500): say(type="progress", phase="stage 1", step=n, total=500)\n'
        "time.sleep(0.4)"
    )
    seen: list[int] = []
    process.progressed.connect(lambda p: seen.append(p.step))
    with qtbot.waitSignal(process.ended, timeout=10_000):
        process.start()
    assert seen[-1] == 499
    assert len(seen) < 20


def test_the_end_of_the_application_closes_the_worker(qtbot):
    process = worker('say(type="encoded", done=0, total=1); sys.stdin.read(); sys.exit(0)')
    with qtbot.waitSignal(process.received, timeout=5000):
        process.start()
    with qtbot.waitSignal(process.ended, timeout=5000):
        process.leave()
    assert not process.is_running()


def test_a_worker_that_still_loads_is_not_waited_for(qtbot):
    process = worker("time.sleep(60)")
    process.start()
    qtbot.waitUntil(lambda: process.run.state is State.RUNNING, timeout=5000)
    with qtbot.waitSignal(process.ended, timeout=3000):
        process.leave()
