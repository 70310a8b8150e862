"""The window that `bench_heartbeat` watches: a heart beats every 10 ms while one job runs.

    python -m tests.benchmarks.heartbeat_window SETTINGS PROJECT JOB SOURCE [--why]

Prints one line of JSON. With `--why` the stacks of long turns go to stderr, the commonest first.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, QSettings, Qt, QTimer

from adme_labeler import protocol
from adme_labeler.domain.records import Sections, SentenceId
from adme_labeler.gui import theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.gui.turns import Turns
from adme_labeler.services import bulk, history, identical, merging
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import log

BEAT_MS = 10
LONG_MS = 40
LOOK_S = 0.005
PAUSE_MS = 3000
AFTER_MS = 3000
"""What follows the end of a job is watched for so long."""
LIMIT_MS = 200_000


class Heart(QObject):
    """`wall`: time between two beats less the one that lies between them anyway. `own`: what the
    thread of the window itself has worked in between; the rest is waiting for a processor or disk.
    Both in milliseconds, an entry a beat."""

    def __init__(self, why: bool) -> None:
        super().__init__()
        self.wall: list[float] = []
        self.own: list[float] = []
        self._last = (0.0, 0.0)
        self._watcher = _Watcher() if why else None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = (time.perf_counter(), time.thread_time())
        self._timer.start(BEAT_MS)
        if self._watcher is not None:
            self._watcher.beat(0, 0)

    def stop(self) -> None:
        self._timer.stop()
        if self._watcher is not None:
            self._watcher.tell()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.wall.append(max(0.0, 1000 * (now - self._last[0]) - BEAT_MS))
        self.own.append(1000 * (worked - self._last[1]))
        if self._watcher is not None:
            self._watcher.beat(self.own[-1], self.wall[-1])
        self._last = (time.perf_counter(), time.thread_time())


class _Watcher:
    """Where the thread works: its stack every few milliseconds of processor time.

    A signal is dealt with between two lines of Python, so a long call into a library counts for
    the line that made it.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._told: list[tuple[float, float, Counter[str]]] = []
        self._at = 0.0
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, LOOK_S, LOOK_S)

    def beat(self, own: float, wall: float) -> None:
        if own > LONG_MS or wall > 5 * LONG_MS:
            self._told.append((own, wall, self._seen))
        self._seen = Counter()
        self._at = time.thread_time()

    def tell(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(f"{sum(t[0] > LONG_MS for t in self._told)} turns over {LONG_MS} ms", file=sys.stderr)
        for own, wall, seen in sorted(self._told, key=lambda t: -t[0])[:12]:
            print(f"--- own {own:.0f} ms, wall {wall:.0f} ms", file=sys.stderr)
            for stack, spent in seen.most_common(4):
                print(f"{spent / 1000:.0f} ms\n{stack}", file=sys.stderr)

    def _look(self, number: int, frame: FrameType | None) -> None:
        now = time.thread_time()
        lines = traceback.extract_stack(frame)
        ours = [li for li in lines if "adme_labeler" in li.filename][-6:]
        top = f"    at {lines[-1].name}\n" if lines else ""
        said = "\n".join(f"    {Path(li.filename).name}:{li.lineno} {li.name}" for li in ours)
        self._seen[top + said] += round(1e6 * (now - self._at))
        self._at = now


def _import(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    view.importer.finished.connect(lambda _: done())
    view.importer.failed.connect(lambda s, d: sys.exit(s))
    view.importer.start([source], Sections.PHARMACOKINETICS)


def _export(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    view.exporter.finished.connect(lambda _: done())
    view.exporter.failed.connect(lambda s, d: sys.exit(s))
    view.exporter.start(source)


def _train(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    view.trainer.changed.connect(lambda: None if view.trainer.busy() else done())
    view.trainer.retrain()


def _suggest(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    """Until every sentence has its suggestion, deciding meanwhile so that the head is refitted."""
    deciding = QTimer(view)
    deciding.timeout.connect(lambda: view.desk.choose_number(1 + int(time.monotonic()) % 5))
    deciding.start(400)
    heard: set[int] = set()

    def told(changes: object) -> None:
        heard.update(changes.suggestions)  # pyright: ignore[reportAttributeAccessIssue]
        if len(heard) >= view.counts.sentences - 2000:
            deciding.stop()
            done()

    view.bus.changed.connect(told)
    view.suggester.start()


def _work(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    """What a curator asks for now and then; each in a turn of its own."""
    desk = view.desk

    steps: list[Callable[[], object]] = [
        lambda: desk.choose_queue(QueueKind.UNCERTAIN),
        lambda: desk.choose_number(1),
        lambda: desk.choose_queue(QueueKind.RAREST),
        lambda: desk.choose_queue(QueueKind.IDENTICAL),
        lambda: desk.choose_queue(QueueKind.DOCUMENT),
        lambda: view.show_list(True),
        lambda: view.show_list(False),
        lambda: desk.choose_number(2),
        desk.undo,
    ]

    def step() -> None:
        if steps:
            steps.pop(0)()
            QTimer.singleShot(600, step)
        else:
            done()

    step()


def _many(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    """Accept some 20,000 suggestions at once, in one operation and one undo step."""
    view.listing.act("accept")
    _when_written(view, done)


def _undo(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    view.undo()
    _when_written(view, done)


def _back(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    """Undo to an operation with 400 single decisions and one of 20,000 after it."""

    def go(way: history.WayBack) -> None:
        view.writes.do(
            len(way.changes), "", lambda own: history.going_back(own, way), view.desk.follow
        )
        _when_written(view, done)

    turns = Turns(view)
    turns.run(history.laying_way(view.session, history.newest(view.session) - 400), go)


def _merge(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    """Take 20,000 rows of an edited table that were compared already."""
    plan = _plans.pop()
    view.writes.do(
        len(plan.rows),
        "",
        lambda own: merging.applying(own, plan, "all"),
        lambda changes: view.work.status.say(f"{len(view.bus.publish(changes).annotations):,}"),
    )
    _when_written(view, done)


_plans: list[merging.MergePlan] = []


def _compare(view: ProjectView) -> None:
    """An edited export in which every sentence has another category than its suggestion."""
    revision = log.revision(view.session.connection)
    found = view.session.connection.execute(
        "SELECT uid, text_hash FROM sentence WHERE current = 1 ORDER BY id LIMIT 20000"
    )
    rows = [
        protocol.EditedRow(
            place=f"row {number}", uid=row["uid"], category="Other", text_hashes=(row["text_hash"],)
        )
        for number, row in enumerate(found)
    ]
    source = protocol.EditedSource(path="edited.xlsx", sha256="0" * 64, revision=str(revision))
    _plans.append(merging.plan(view.session, source, rows))


def _some(view: ProjectView, number: int) -> list[SentenceId]:
    return [row[0] for row in view.session.connection.execute(
        "SELECT id FROM sentence WHERE current = 1 ORDER BY id LIMIT ?", (number,))]  # fmt: skip


def _when_written(view: ProjectView, done: Callable[[], None]) -> None:
    if view.writes.running():
        QTimer.singleShot(20, lambda: _when_written(view, done))
    else:
        QTimer.singleShot(1500, done)


def _accepted(view: ProjectView) -> None:
    view.bus.publish(bulk.accept(view.session, _some(view, 25_000)).changes)


def _selected(view: ProjectView) -> None:
    view.show_list(True)
    view.work.list.show_ids(_some(view, 25_000))
    view.work.list.selectAll()


BEFORE: dict[str, Callable[[ProjectView], None]] = {
    "many": _selected,
    "undo": _accepted,
    "back": _accepted,
    "merge": _compare,
}
"""What is done before the heart beats."""


def _identical(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    identical.survey(view.session)
    QTimer.singleShot(500, done)


def _idle(view: ProjectView, source: Path, done: Callable[[], None]) -> None:
    QTimer.singleShot(3000, done)


JOBS = {
    "import": _import,
    "export": _export,
    "train": _train,
    "suggest": _suggest,
    "work": _work,
    "many": _many,
    "undo": _undo,
    "back": _back,
    "merge": _merge,
    "identical": _identical,
    "idle": _idle,
}


def main(settings: str, project: str, job: str, source: str, *options: str) -> None:
    gc.set_threshold(10_000, 20, 200)  # as the program sets it
    app = make_application()
    theme.apply(app, "light", 1.0)
    window = MainWindow(Preferences(QSettings(settings, QSettings.Format.IniFormat)))
    window.resize(1440, 900)
    window.show()
    heart = Heart("--why" in options)
    told: list[object] = []

    def over() -> None:
        if told:
            return
        told.append(None)
        QTimer.singleShot(AFTER_MS, tell)

    def tell() -> None:
        heart.stop()
        wall, own = sorted(heart.wall), sorted(heart.own)
        high = int(0.99 * len(wall))
        said = {"wall": [wall[-1], wall[high]], "own": [own[-1], own[high]], "beats": len(wall)}
        print("heart: " + json.dumps(said), flush=True)
        os._exit(0)

    def begin() -> None:
        view = window.project
        assert view is not None
        if job in BEFORE:
            BEFORE[job](view)
        QTimer.singleShot(PAUSE_MS if job in BEFORE else 0, lambda: start(view))

    def start(view: ProjectView) -> None:
        heart.start()
        QTimer.singleShot(200, lambda: JOBS[job](view, Path(source), over))
        QTimer.singleShot(LIMIT_MS, over)

    started = time.perf_counter(), time.thread_time()
    window.show_session(Session.open(Path(project)), place=False, jobs=False)
    view = window.project
    assert view is not None
    if job == "import":
        view.suggester.start = lambda: None  # the model worker would only take a processor
    print(
        f"opened in {1000 * (time.perf_counter() - started[0]):.0f} ms, "
        f"own {1000 * (time.thread_time() - started[1]):.0f} ms",
        file=sys.stderr,
    )
    QTimer.singleShot(1500, begin)
    app.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
