"""SIGKILL to the window in the middle of one operation on thousands of sentences.

Such an operation is written in slices of the event loop, in one transaction: whatever moment the
kill hits, everything decided before is there and nothing of the half-done operation.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.records import ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, bulk, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences, suggestions
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label
from tests.edited_tables import Row, edited

LABELS, EACH, BY_HAND = 5, 1000, 40

# The real window does what a person asks for by key and click. Before and between the slices it
# prints the bytes in the write-ahead log and waits for a line before it goes on, so that the kill
# never comes too late, however busy the machine is. A page cache of 20 pages sends half-done work
# to the disk early. "done": the window shows what was written.
WINDOW = """
import sqlite3
import sys
from pathlib import Path
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication
from adme_labeler.gui import merge_dialogs, theme
from adme_labeler.gui.app import make_application
from adme_labeler.gui.dialogs.bulk import BulkDialog
from adme_labeler.gui.dialogs.merge import MergeDialog
from adme_labeler.gui.history_panel import HistoryDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services import history
from adme_labeler.services.session import Session

connect = sqlite3.connect

def with_small_cache(*args, **options):
    connection = connect(*args, **options)
    connection.execute("PRAGMA cache_size = 20")
    return connection

sqlite3.connect = with_small_cache
path, settings, act, detail = sys.argv[1:]
app = make_application()
window = MainWindow(Preferences(QSettings(settings, QSettings.Format.IniFormat)))
theme.apply(app, "light", 1.0)
window.show()
session = Session.open(Path(path), "ana")
assert not session.read_only
window.show_session(session, place=False, jobs=False)
log = Path(f"{path}-wal")
begun = False

def shown(kind):
    return next(d for d in QApplication.topLevelWidgets() if isinstance(d, kind))

def ready():
    if act == "bulk":
        dialog = shown(BulkDialog)
        return dialog.ready() and len(dialog.chosen()) > 1000
    return act != "merge" or shown(MergeDialog).apply.isVisible()

def go():
    if act == "undo":
        window.run("undo")
    elif act == "bulk":
        shown(BulkDialog).accept()
    elif act == "merge":
        shown(MergeDialog).apply.click()
    else:
        shown(HistoryDialog).back_asked.emit(history.way_back(session, int(detail)))
    assert window.project.writes.running()

def say_and_wait():
    print(log.stat().st_size, flush=True)
    sys.stdin.readline()

def turn():
    global begun
    if not begun:
        if ready():
            begun = True
            say_and_wait()
            go()
    elif window.project.writes.running():
        say_and_wait()
    else:
        timer.stop()
        window.leave_project(app.quit)

def opened():
    if act == "bulk":
        window.run("bulk")
        shown(BulkDialog).slider.setValue(shown(BulkDialog).slider.minimum())
    elif act == "back":
        window.run("history")
    elif act == "merge":
        merge_dialogs.merge(window, Path(detail))
    timer.start(0)

timer = QTimer()
timer.timeout.connect(turn)
QTimer.singleShot(0, opened)
app.exec()
print("done", flush=True)
"""

Tables = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Case:
    path: Path
    act: str
    detail: str
    """Operation to go back to, or the table to merge."""
    file: bytes
    before: Tables
    decided_by_hand: Mapping[SentenceId, str]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A project with suggestions everywhere and a few decisions made one by one."""
    folder = tmp_path_factory.mktemp("project")
    with Session.create(folder / "p", "ana") as session:
        for number in range(LABELS):
            label = simple_label(number, sentences=EACH)
            importing.commit_batch(session, [label], importing.ImportTally())
        ids = sentences.in_document_order(session.connection)
        keys, sure = session.scheme.keys, (0.96, 0.01, 0.01, 0.01, 0.01)
        with session.project.transaction() as connection:
            suggestions.store(
                connection,
                [Suggestion(i, ModelVersion(0), 1, keys[0], keys[1], sure, 0.1) for i in ids],
            )
        for sentence in ids[::100][:BY_HAND]:
            annotating.decide(session, sentence, keys[2], Shown())
        path = session.path
    return path.read_bytes()


@pytest.fixture(params=["bulk", "undo", "back", "merge"])
def case(request: pytest.FixtureRequest, project: bytes, tmp_path: Path) -> Case:
    path, act, detail = tmp_path / "p.adme", str(request.param), "-"
    path.write_bytes(project)
    with Session.open(path, "ana") as session:
        by_hand = {s: a.category for s, a in _held(session).items() if a.category}
        assert len(by_hand) == BY_HAND
        newest = session.stacks()[0][-1]
        if act in ("undo", "back"):
            bulk.accept(session, sentences.in_document_order(session.connection))
        if act == "back":
            annotating.decide(session, next(iter(by_hand)), ADME.keys[3], Shown())
            detail = str(newest)
        if act == "merge":
            detail = str(edited(session, tmp_path, _all_metabolism))
        before = _tables(session)
    return Case(path, act, detail, path.read_bytes(), before, by_hand)


def test_nothing_of_a_half_done_operation_stays_and_it_can_be_done_again(case: Case) -> None:
    assert not _killed(case, lambda turn, grown: grown > 0), "the kill came too late"
    _assert_as_before(case)
    _assert_done(case)


@pytest.mark.full
def test_a_kill_at_any_moment_leaves_all_or_nothing(case: Case) -> None:
    chance = random.Random(5)
    half_done = 0
    for _ in range(12):
        last = chance.randrange(1, 20)
        whole = _killed(case, lambda turn, grown, last=last: turn == last, chance.random() * 0.02)
        with Session.open(case.path, "ana") as session:
            assert check(session.connection).faults == ()
            after = _tables(session)
        if after == case.before:
            assert not whole
            half_done += 1
        else:
            assert len(after["operation"]) == len(case.before["operation"]) + 1
            case.path.write_bytes(case.file)
    assert half_done
    _assert_done(case)


def _all_metabolism(rows: list[Row]) -> None:
    for row in rows:
        row["category"] = "Metabolism"


def _held(session: Session):
    return annotations.resolutions(
        session.connection, sentences.in_document_order(session.connection)
    )


def _tables(session: Session) -> Tables:
    """All that a curator's work is kept in, and its log."""
    names = ("annotation", "adjudication", "resolution", "second_look", "operation", "change")
    return {n: _rows(session, n) for n in (*names, "setting")}


def _rows(session: Session, table: str) -> list[tuple[object, ...]]:
    return [tuple(r) for r in session.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]


def _start(case: Case) -> subprocess.Popen[str]:
    settings = str(case.path.with_name("window.ini"))
    return subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(case.path), settings, case.act, case.detail],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _killed(case: Case, moment: Callable[[int, int], bool], later_s: float | None = None) -> bool:
    """Kill between two slices, the first time that `moment` (number of slices so far, bytes that
    the write-ahead log has grown) is true; with `later_s`, let the window go on and kill it so
    many seconds later. True: the whole had been written by then."""
    child = _start(case)
    assert child.stdout is not None
    first = None
    for turn, line in enumerate(child.stdout, 1):
        if line == "done\n":
            child.communicate(timeout=60)
            return True
        first = int(line) if first is None else first
        reached = moment(turn, int(line) - first)
        if not reached or later_s is not None:
            _let_go_on(child)
        if reached:
            Event().wait(later_s or 0.0)
            child.send_signal(signal.SIGKILL)
            break
    rest = child.stdout.read()
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    return "done" in rest


def _let_go_on(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def _assert_as_before(case: Case) -> None:
    with Session.open(case.path, "ana") as session:
        assert not session.read_only
        assert check(session.connection).faults == ()
        assert _tables(session) == case.before


def _assert_done(case: Case) -> None:
    """Asked for again and left alone, it is done; what was decided by hand stands as it should."""
    child = _start(case)
    said, _ = child.communicate("\n" * 100_000, timeout=120)
    assert child.returncode == 0 and said.endswith("done\n")
    with Session.open(case.path, "ana") as session:
        assert check(session.connection).faults == ()
        held = {s: r.category for s, r in _held(session).items()}
        wanted = {"bulk": "A", "merge": "M"}.get(case.act)
        if wanted is None:
            assert held == case.decided_by_hand
        else:
            assert len(held) > 0.7 * LABELS * EACH
            others = {category for s, category in held.items() if s not in case.decided_by_hand}
            assert others == {wanted}
            assert case.decided_by_hand.items() <= held.items()
        (annotating.redo if case.act == "undo" else annotating.undo)(session)
        assert _tables(session)["annotation"] == case.before["annotation"]
