"""SIGKILL to the window itself while keys are pressed: no acknowledged decision is missing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from adme_labeler.domain.records import SentenceId
from adme_labeler.services import annotating, importing
from adme_labeler.services.session import Session
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label

KILLS = 20

# The real window and its real key handling; after each key the decisions that the window has
# announced as saved are written out. It never stops by itself.
WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from adme_labeler.gui import theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services import annotating

app = make_application()
window = MainWindow(Preferences(QSettings(sys.argv[2], QSettings.Format.IniFormat)))
theme.apply(app, "light", 1.0)
window.show()
assert window.open_path(Path(sys.argv[1]), place=False)
session = window.project.session
window.project.desk._bus.changed.connect(
    lambda changes: [
        print(s, annotating.annotation(session, s).category, flush=True)
        for s in changes.annotations
    ]
)
keys = [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5]
turn = 0

def press():
    global turn
    QTest.keyClick(window.focusWidget() or window, keys[turn % 5])
    turn += 1

timer = QTimer()
timer.timeout.connect(press)
timer.start(0)
print("ready", flush=True)
app.exec()
"""


def test_no_acknowledged_decision_is_lost_when_the_window_is_killed(tmp_path: Path) -> None:
    chance = random.Random(3)
    with Session.create(tmp_path / "p", "ana") as session:
        labels = [simple_label(i, sentences=40) for i in range(100)]
        importing.commit_batch(session, labels, importing.ImportTally())
        path, curator = session.path, session.curator
    for _ in range(KILLS):
        acknowledged = _press_until_killed(path, tmp_path / "settings.ini", chance.randrange(1, 40))
        with Session.open(path, curator) as session:
            assert check(session.connection).faults == ()
            rows = session.connection.execute("SELECT sentence, category FROM annotation")
            held = {SentenceId(row["sentence"]): row["category"] for row in rows}
        assert acknowledged.items() <= held.items()
    assert len(held) > KILLS
    with Session.open(path, curator) as session:
        assert annotating.next_undo(session)


def _press_until_killed(path: Path, settings: Path, decisions: int) -> dict[SentenceId, str]:
    child = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(path), str(settings)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    lines = [child.stdout.readline() for _ in range(decisions)]
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL
    whole = [line for line in lines + rest.splitlines(keepends=True) if line.endswith("\n")]
    assert len(whole) >= decisions
    return {SentenceId(int(s)): key for s, key in (line.split() for line in whole)}
