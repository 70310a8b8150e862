"""A tiny encoder, sentences that it can tell apart, and a real worker process."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from adme_labeler import protocol

KEYS = ("A", "D", "M", "E", "O")
TEMPLATES = {
    "A": "absorption of {} with food",
    "D": "volume of distribution {} protein bound",
    "M": "metabolized by cyp3a4 {} metabolite",
    "E": "excreted in urine {} clearance",
    "O": "patients of age {} in the study",
}
FILL = ("the drug", "a dose", "high fat meal", "plasma", "liver", "hours", "peak", "oral dose")


def _make_tiny_encoder() -> Callable[[Path], Path]:
    # Test folders are no packages; the helper beside them is loaded by its place.
    place = Path(__file__).resolve().parent.parent / "encoders.py"
    spec = importlib.util.spec_from_file_location("tiny_encoders", place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_tiny_encoder


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a BERT of two small layers."""
    return _make_tiny_encoder()(tmp_path_factory.mktemp("encoder") / "tiny")


def sentences(count: int, groups: int = 6) -> list[protocol.SnapshotRow]:
    """Sentences whose category a word gives away, in drug groups of equal size."""
    rows = []
    for number in range(count):
        key = KEYS[number % len(KEYS)]
        fill = f"{FILL[number % len(FILL)]} {FILL[(number // 3) % len(FILL)]} {number % 7}"
        rows.append(
            protocol.SnapshotRow(
                sentence=number,
                text=TEMPLATES[key].format(fill),
                category=key,
                group=(number // len(KEYS)) % groups,
                role="train",
                heading="absorption > food" if number % 2 else "",
            )
        )
    return rows


class Worker:
    """A worker process; `sent` collects every message that it has written."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adme_labeler.worker", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self.sent: list[protocol.FromWorker] = []

    def send(self, message: protocol.Message) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(protocol.encode(message))
        self.process.stdin.flush()

    def read(self) -> protocol.FromWorker | None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            return None
        message = protocol.decode_from_worker(line)
        self.sent.append(message)
        return message

    def until(self, kind: type, accept: Callable[[object], bool] = lambda message: True):
        """Next message of this kind; fails with what the worker said where it ends before."""
        while (message := self.read()) is not None:
            if isinstance(message, kind) and accept(message):
                return message
            if isinstance(message, protocol.Failed) and kind is not protocol.Failed:
                pytest.fail(f"{message.sentence}\n{message.detail}")
        assert self.process.stderr is not None
        pytest.fail(f"no {kind.__name__}: {self.process.stderr.read().decode()}")

    def end(self) -> int:
        """Close stdin as a vanished window does; returns the exit code."""
        assert self.process.stdin is not None
        if not self.process.stdin.closed:
            self.process.stdin.close()
        while self.read() is not None:
            pass
        return self.process.wait(timeout=60)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.process.wait(timeout=60)


def _workers() -> Iterator[Callable[..., Worker]]:
    started: list[Worker] = []

    def start(*arguments: object) -> Worker:
        started.append(Worker(*map(str, arguments)))
        return started[-1]

    yield start
    for worker in started:
        worker.close()


start_worker = pytest.fixture(_workers, name="start_worker")
start_shared_worker = pytest.fixture(_workers, scope="module", name="start_shared_worker")


def write_run(folder: Path, encoder: Path, rows: list[protocol.SnapshotRow], **settings) -> Path:
    """A run folder as the services write it."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = {"folds": 0, "seed": 7, "threads": 1, "dtype": "float32", "max_length": 32}
    chosen |= {"categories": KEYS, "rest": "O"}
    run = protocol.TrainSettings(encoder=str(encoder), **{**chosen, **settings})
    (folder / "run.json").write_bytes(msgspec.json.encode(run))
    lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    (folder / "snapshot.jsonl").write_bytes(lines)
    return folder


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Path]:
    return write_run


@pytest.fixture(scope="session")
def make_sentences() -> Callable[..., list[protocol.SnapshotRow]]:
    return sentences
