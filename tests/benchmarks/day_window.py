"""A working day in the real window: thousands of keys, one after the other, with real workers.

    python -m tests.benchmarks.day_window [FOLDER ENCODER DECISIONS SOURCE …]

Without arguments: 5,000 decisions on the drug labels of ADME_REAL_DATA, with a tiny encoder that is
made on the spot, and a verdict in words. An ENCODER of "" is the shipped one.

Imports the sources into a new project in FOLDER, decides, takes back, searches, changes queues and
views, retrains twice in the background, closes the project and checks it. Prints one line of JSON.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from adme_labeler.domain.records import Sections
from adme_labeler.gui import theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage.integrity import check

WARM = 500
"""Decisions after which what is kept in memory is compared with what is kept later."""
PAUSE_MS = 4
"""Between two keys; what the workers send is dealt with here."""
DEAL = (("Return", 60), ("3", 8), ("1", 6), ("2", 6), ("4", 6), ("5", 8))
"""Keys that decide, and how often each is pressed."""
ASIDE = ((Qt.Key.Key_Backspace, 0.03), (Qt.Key.Key_Space, 0.01), (Qt.Key.Key_U, 0.01),
         (Qt.Key.Key_F, 0.01), (Qt.Key.Key_Down, 0.02), (Qt.Key.Key_Up, 0.01))  # fmt: skip
QUEUES = ("uncertain", "rare", "document", "unsure", "document")
SEARCHES = ("half-life", "category:M state:corrected", "suggestion:E p<0.6", "metabolism is:open")


class Warnings(logging.Handler):
    """What the log would show a developer."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.levelname} {record.name}: {record.getMessage()}")


class Day:
    """Presses keys and keeps what each of them took: (what, wall ms, own ms)."""

    def __init__(self, window: MainWindow, wanted: int) -> None:
        self.window = window
        self.wanted = wanted
        self.took: list[tuple[str, float, float]] = []
        self.memory: list[tuple[int, float]] = []
        self.decided = 0
        self.retrained = 0
        self.chance = random.Random(7)

    def act(self, what: str, do: Callable[[], object]) -> None:
        wall, own = time.perf_counter(), time.thread_time()
        do()
        self.window.repaint()
        passed = 1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - own)
        self.took.append((what, *passed))

    def press(self, what: str, key: Qt.Key | str) -> None:
        target = QApplication.focusWidget() or self.window
        if isinstance(key, str):
            self.act(what, lambda: QTest.keyClicks(target, key))
        else:
            self.act(what, lambda: QTest.keyClick(target, key))

    def steps(self) -> Generator[None, None, None]:
        """One key or command a step."""
        project = self.window.project
        assert project is not None
        keys, weights = zip(*DEAL, strict=True)
        turn = 0
        while self.decided < self.wanted:
            turn += 1
            self._look(turn)
            desk = project.desk
            if turn % 300 == 0:
                queue = QUEUES[turn // 300 % len(QUEUES)]
                self.act("queue", lambda q=queue: self.window.run(f"queue-{q}"))
                yield
            if turn % 450 == 0:
                yield from self._search(SEARCHES[turn // 450 % len(SEARCHES)])
            if turn % 700 == 0:
                yield from self._list()
            if self.decided >= (self.retrained + 1) * self.wanted // 3 and self.retrained < 2:
                self.retrained += 1
                self.act("retrain", lambda: self.window.run("retrain"))
                yield
            if desk.focus is None or turn % 40 == 0:
                self.act("next open", lambda: self.window.run("next-open"))
                yield
            if desk.focus is None:
                self.act("queue", lambda: self.window.run("queue-document"))
                yield
            for key, share in ASIDE:
                if self.chance.random() < share:
                    self.press(f"{key.name[4:].lower()}", key)
                    yield
            yield from self._decide(self.chance.choices(keys, weights)[0])

    def _decide(self, key: str) -> Generator[None, None, None]:
        project = self.window.project
        assert project is not None
        if project.desk.focus is None:
            return
        if key == "Return" and project.desk.suggestion_shown:
            self.press("accept", Qt.Key.Key_Return)
        else:
            self.press("category", key if key != "Return" else "5")
        self.decided += 1
        yield

    def _search(self, written: str) -> Generator[None, None, None]:
        self.press("open search", "/")
        yield
        self.press("type a search", written)
        yield
        self.press("first found", Qt.Key.Key_Return)
        yield
        for _ in range(3):
            yield from self._decide("Return")
        self.press("end search", Qt.Key.Key_Escape)
        yield

    def _list(self) -> Generator[None, None, None]:
        self.act("list view", lambda: self.window.run("view-list"))
        yield
        for _ in range(8):
            yield from self._decide("Return")
        self.act("read view", lambda: self.window.run("view-read"))
        yield

    def _look(self, turn: int) -> None:
        if turn % 250 == 0:
            gc.collect()
            used = psutil.Process().memory_info().rss / 1e6
            self.memory.append((self.decided, used))
            print(f"{self.decided} decided, {used:.0f} MB", file=sys.stderr, flush=True)


def tell_verdict(day: dict[str, Any]) -> None:
    """What the figures of one day amount to."""
    base = next(used for decided, used in day["memory"] if decided >= WARM)
    end = day["memory"][-1][1]
    own = sorted(taken for _, _, taken in day["keys"])
    for line in (
        f"{day['decided']:,} decisions on {day['sentences']:,} sentences, {day['versions']} "
        f"trainings, {day['whole'] / 60:.1f} minutes",
        f"memory {base:.0f} MB after {WARM}, {end:.0f} MB at the end: {end / base - 1:+.1%}",
        f"work of a key: median {own[len(own) // 2]:.1f} ms, 99th percentile "
        f"{own[int(0.99 * len(own))]:.1f} ms, most {own[-1]:.1f} ms",
        f"warnings in the log: {len(day['warnings'])}; faults in the project: {len(day['faults'])}",
    ):
        print(line, flush=True)


def a_day_of_its_own(decisions: int) -> None:
    """The whole day in a process of its own, on the drug labels of ADME_REAL_DATA."""
    from tests.encoders import make_tiny_encoder

    data = Path(os.environ["ADME_REAL_DATA"])
    sources = data / "spl", data / "openfda" / "drug-label-0001-of-0001.json.zip"
    with tempfile.TemporaryDirectory() as name:
        encoder = make_tiny_encoder(Path(name) / "encoder")
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name, name, *map(str, (encoder, decisions, *sources))],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": name},
        )
    line = next(li for li in done.stdout.splitlines() if li.startswith("day: "))
    tell_verdict(json.loads(line.removeprefix("day: ")))


def main(folder: Path, encoder: str, decisions: int, sources: list[Path]) -> None:
    app = make_application()
    theme.apply(app, "light", 1.0)
    heard = Warnings()
    logging.getLogger().addHandler(heard)
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Preferences(settings))
    window.resize(1440, 900)
    window.show()
    opened = Session.create(folder / "day.adme", "curator")
    change_setting(opened, "encoder", encoder)
    window.show_session(opened, place=False)
    project = window.project
    assert project is not None
    day = Day(window, decisions)
    started = time.monotonic()

    def begin() -> None:
        started_day = time.monotonic()
        steps = day.steps()

        def step() -> None:
            if next(steps, True) is None:
                return
            timer.stop()
            tell(time.monotonic() - started_day)

        timer = QTimer(window)
        timer.timeout.connect(step)
        timer.start(PAUSE_MS)

    def tell(seconds: float) -> None:
        trainer = project.trainer
        if trainer.busy():
            print("waiting for the training", file=sys.stderr, flush=True)
            QTimer.singleShot(500, lambda: tell(seconds))
            return
        versions = len(project.trainer.view().versions)
        gc.collect()
        day.memory.append((day.decided, psutil.Process().memory_info().rss / 1e6))
        window.leave_project(lambda: finish(seconds, versions))

    def finish(seconds: float, versions: int) -> None:
        with Session.open(folder / "day.adme", "curator") as session:
            faults = list(check(session.connection).faults)
            sentences = session.connection.execute("SELECT count(*) FROM sentence").fetchone()[0]
            kept = session.connection.execute("SELECT count(*) FROM resolution").fetchone()[0]
        figures = {
            "sentences": sentences, "keys": day.took, "memory": day.memory, "seconds": seconds,
            "decided": day.decided, "kept": kept, "versions": versions, "warnings": heard.said,
            "faults": faults, "whole": time.monotonic() - started,
        }  # fmt: skip
        print("day: " + json.dumps(figures), flush=True)
        os._exit(0)

    project.importer.finished.connect(lambda _: QTimer.singleShot(3000, begin))
    project.importer.failed.connect(lambda s, d: sys.exit(s))
    project.importer.start(sources, Sections.PHARMACOKINETICS)
    app.exec()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        a_day_of_its_own(5000)
        sys.exit()
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), [Path(name) for name in sys.argv[4:]])
