"""How long the window is ever busy: the longest gap of a 10 ms heartbeat while jobs run beside it.

The real window with its real workers (a tiny encoder), offscreen, a process of its own per job. A
gap is the time between two beats less the 10 ms that lie between them anyway. Training and
suggesting are watched for at most 40 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from adme_labeler import paths
from adme_labeler.domain.records import SentenceId, Suggestion
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import sentences, suggestions
from tests.benchmarks.report import Row
from tests.drafts import simple_label
from tests.encoders import make_tiny_encoder

MOST_MS = 100
"""A person sees a hand stop moving after about this long."""
TIME_LIMIT_S = 120

# argv: settings project job [source]
WINDOW = """
import json, os, sys, time
from pathlib import Path
from PySide6.QtCore import QSettings, Qt, QTimer
from adme_labeler.domain.records import Sections
from adme_labeler.gui import theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services.session import Session

settings, project, job, source = sys.argv[1:5]
app = make_application()
theme.apply(app, "light", 1.0)
window = MainWindow(Preferences(QSettings(settings, QSettings.Format.IniFormat)))
window.resize(1440, 900)
window.show()
window.show_session(Session.open(Path(project)), place=False, jobs=False)
view = window.project
beats = []
last = [0.0]

def beat():
    now = time.perf_counter()
    if last[0]:
        beats.append((now - last[0]) * 1000 - 10)
    last[0] = now

def done(*_):
    timer.stop()
    beats.sort()
    print("gaps: " + json.dumps([beats[-1], beats[int(0.99 * len(beats))], len(beats)]), flush=True)
    os._exit(0)

def begin():
    timer.start(10)
    if job == "import":
        view.suggester.start = lambda: None
        view.importer.finished.connect(lambda _: QTimer.singleShot(1500, done))
        view.importer.start([Path(source)], Sections.PHARMACOKINETICS)
    elif job == "export":
        view.exporter.finished.connect(done)
        view.exporter.failed.connect(lambda s, d: sys.exit(s))
        view.exporter.start(Path(source))
    elif job == "train":
        view.trainer.changed.connect(lambda: None if view.trainer.busy() else done())
        view.trainer.retrain()
        QTimer.singleShot(40_000, done)
    elif job == "suggest":
        count = [0]
        def told(changes):
            count[0] += len(changes.suggestions)
            if count[0] >= 20_000:
                done()
        view.bus.changed.connect(told)
        view.suggester.start()
        QTimer.singleShot(40_000, done)

timer = QTimer()
timer.setTimerType(Qt.TimerType.PreciseTimer)
timer.timeout.connect(beat)
QTimer.singleShot(1000, begin)
app.exec()
"""


def rows() -> list[Row]:
    """The longest gap and the 99th percentile for every job, in milliseconds."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = _project(folder / "empty", 0, 0)
        source = _labels(folder)
        found += _rows(f"importing {source.name}", _measure(folder, empty, "import", source))
        half = _project(folder / "half", 500, 100)
        out = folder / "out.xlsx"
        found += _rows("exporting 50,000 sentences", _measure(folder, half, "export", out))
        small = _project(folder / "small", 24, 40, decided=400)
        found += _rows("training, 400 annotations", _measure(folder, small, "train", out))
        large = _project(folder / "large", 1000, 100, decided=400)
        found += _rows(
            "suggestions coming in, 100,000 sentences", _measure(folder, large, "suggest", out)
        )
    return found


def _rows(what: str, gaps: tuple[float, float]) -> list[Row]:
    return [
        Row(f"longest gap while {what}", gaps[0], "ms", at_most=MOST_MS),
        Row("  99th percentile", gaps[1], "ms"),
    ]


def _labels(folder: Path) -> Path:
    """The openFDA bulk file of ADME_REAL_DATA, or a folder with the sample's labels many times."""
    named = os.environ.get("ADME_REAL_DATA", "")
    source = Path(named) / "openfda" / "drug-label-0001-of-0001.json.zip"
    if named and source.is_file():
        return source
    target = folder / "labels"
    target.mkdir()
    for copy in range(40):
        for path in sorted((paths.sample_labels() / "labels").glob("*.xml")):
            text = path.read_text("utf-8").replace('<setId root="', f'<setId root="{copy}-')
            (target / f"{copy}-{path.name}").write_text(text, "utf-8")
    return target


def _project(path: Path, labels: int, length: int, decided: int = 0) -> Path:
    with Session.create(path, "ana") as session:
        tiny = path.with_name("encoder")
        if not tiny.exists():
            make_tiny_encoder(tiny)
        change_setting(session, "encoder", str(tiny))
        for start in range(0, labels, 20):
            drafts = [
                simple_label(n, sentences=length) for n in range(start, min(start + 20, labels))
            ]
            importing.commit_batch(session, drafts, importing.ImportTally())
        if labels:
            importing.choose_held_out(session)
        ids = sentences.in_document_order(session.connection)
        step = max(1, len(ids) // decided) if decided else 1
        for turn, sentence in enumerate(ids[::step][:decided]):
            annotating.decide(session, sentence, session.scheme.keys[turn % 5], Shown())
        if labels:
            _suggest(session, ids)
        return session.path


def _suggest(session: Session, ids: list[SentenceId]) -> None:
    """What a model had suggested before, so that refits replace rows instead of adding them."""
    keys = session.scheme.keys
    with session.project.transaction() as connection:
        suggestions.store(
            connection,
            [
                Suggestion(i, 0, 1, keys[i % 5], keys[(i + 1) % 5], (0.2,) * 5, (i % 100) / 100)  # pyright: ignore[reportArgumentType]
                for i in ids
            ],
        )


def _measure(folder: Path, project: Path, job: str, source: Path) -> tuple[float, float]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, f"{folder}/settings.ini", str(project), job, str(source)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=TIME_LIMIT_S,
    )
    line = next(li for li in done.stdout.splitlines() if li.startswith("gaps: "))
    longest, high, _ = json.loads(line.removeprefix("gaps: "))
    return longest, high
