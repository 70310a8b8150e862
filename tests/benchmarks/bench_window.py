"""The window: time to the first painted frame, key to next painted sentence, memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adme_labeler.services import importing
from adme_labeler.services.session import Session
from tests.benchmarks.report import Row
from tests.drafts import simple_label

STARTS = 5
DECISIONS = 300

WINDOW = """
import json, os, sys, time
from pathlib import Path
import psutil
from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from adme_labeler.gui import theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences

started, settings, project, decisions = float(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4])
app = make_application()
preferences = Preferences(QSettings(settings, QSettings.Format.IniFormat))
theme.apply(app, "light", 1.0)
window = MainWindow(preferences)
window.resize(1440, 900)

def painted():
    found = {"start": time.time() - started}
    if decisions:
        found["keys"] = [one() for _ in range(decisions)]
    found["memory"] = psutil.Process().memory_info().rss / 1e6
    print("figures: " + json.dumps(found), flush=True)
    os._exit(0)

def one():
    target = window.focusWidget() or window
    before = time.perf_counter()
    QTest.keyClick(target, Qt.Key.Key_1)
    window.project.work.repaint()
    return (time.perf_counter() - before) * 1000

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            app.removeEventFilter(self)
            QTimer.singleShot(0, painted)
        return False

first = FirstPaint()
if project:
    window.open_path(Path(project), place=False)
app.installEventFilter(first)
window.show()
app.exec()
"""


def rows() -> list[Row]:
    """Wall times of real processes, offscreen; medians of five starts."""
    with tempfile.TemporaryDirectory() as folder:
        path = _project(Path(folder))
        empty = [_measure(folder, "", 0) for _ in range(STARTS)]
        full = [_measure(folder, str(path), 0) for _ in range(STARTS)]
        keys = _measure(folder, str(path), DECISIONS)
    times = sorted(keys["keys"])
    return [
        Row(
            "window painted, no project",
            statistics.median(f["start"] for f in empty),
            "s",
            at_most=1.0,
        ),
        Row(
            "window painted, 100,000 sentences",
            statistics.median(f["start"] for f in full),
            "s",
            at_most=1.5,
        ),
        Row("key to next sentence painted, saved: median", times[len(times) // 2], "ms"),
        Row(
            "key to next sentence painted, saved: 99th percentile",
            times[int(0.99 * len(times))],
            "ms",
            at_most=50,
        ),
        Row("memory of the window with 100,000 sentences", keys["memory"], "MB", at_most=400),
    ]


def _project(folder: Path) -> Path:
    with Session.create(folder / "p", "ana") as session:
        tally = importing.ImportTally()
        for start in range(0, 1000, 20):
            drafts = [simple_label(start + i, sentences=100) for i in range(20)]
            importing.commit_batch(session, drafts, tally)
        return session.path


def _measure(folder: str, project: str, decisions: int) -> dict[str, float | list[float]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": folder}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WINDOW,
            str(time.time()),
            f"{folder}/settings.ini",
            project,
            str(decisions),
        ],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    line = next(li for li in done.stdout.splitlines() if li.startswith("figures: "))
    return json.loads(line.removeprefix("figures: "))
