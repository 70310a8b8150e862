"""A training worker rests while the curator is at the keys."""

from __future__ import annotations

import subprocess
import sys
import threading

from adme_labeler import protocol

FAR_SIDE = """
import threading
from adme_labeler import protocol
from adme_labeler.worker.channel import Channel

channel, step = Channel("train"), 0
while not channel.cancelled():
    channel.give_way()
    step += 1
    channel.send(protocol.Progress(phase="training", step=step))
    threading.Event().wait(0.02)
channel.send(protocol.Cancelled())
"""


def test_work_rests_as_long_as_asked_for_goes_on_when_told_and_can_be_cancelled_meanwhile() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FAR_SIDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    lines, heard = process.stdout, threading.Semaphore(0)
    said: list[protocol.FromWorker] = []

    def listen() -> None:
        for line in lines:
            said.append(protocol.decode_from_worker(line))
            heard.release()

    def send(message: protocol.Message) -> None:
        assert process.stdin is not None
        process.stdin.write(protocol.encode(message))
        process.stdin.flush()

    def silent() -> bool:
        """Whether nothing is heard for a second, once the step that ran is over."""
        while heard.acquire(timeout=1.0):
            if len(said) > 2000:
                return False
        return True

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert all(heard.acquire(timeout=30) for _ in range(5))
    send(protocol.GiveWay(seconds=3600))
    assert silent()
    send(protocol.GiveWay(seconds=0))
    assert all(heard.acquire(timeout=30) for _ in range(20))
    send(protocol.GiveWay(seconds=3600))
    assert silent()
    send(protocol.Cancel())
    assert process.wait(timeout=30) == 0
    listener.join(timeout=30)
    assert isinstance(said[-1], protocol.Cancelled)
    process.stdin.close()
    process.stdout.close()
