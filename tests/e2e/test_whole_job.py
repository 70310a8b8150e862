"""The whole job in the real window on a real X screen, by keyboard and mouse.

What came of it is judged by reading the project and the spreadsheet, not by asking the window. The
recall that the window shows is read as a screen reader reads it, and compared with the command's.
"""

from __future__ import annotations

import configparser
import json
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import openpyxl
import pytest
from PySide6.QtGui import QImage

from adme_labeler import paths
from adme_labeler.domain.categories import ADME
from adme_labeler.services import recall
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage.integrity import check
from tests.e2e import reader
from tests.e2e.reader import Reader
from tests.e2e.screen import Screen, missing, wait_until
from tests.encoders import make_tiny_encoder

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.skipif(bool(missing()), reason=f"a virtual screen needs {', '.join(missing())}"),
]

DECISIONS = 50
MOST_SECONDS = 60
"""For fifty decisions by key, every one of them saved."""
DECIDED = "SELECT count(*) FROM annotation WHERE category IS NOT NULL"
BULK = "SELECT count(*) FROM annotation WHERE state = 'bulk'"


@dataclass
class Job:
    """The program on its screen, and where its things lie."""

    screen: Screen
    folder: Path
    running: list[Popen[bytes]] = field(default_factory=list)
    pressed: int = 0
    """Keys that each decide one sentence at most."""

    @property
    def project(self) -> Path:
        return self.folder / "curation.adme"

    @property
    def sheet(self) -> Path:
        return self.project.with_suffix(".xlsx")

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def start(self, *words: str) -> None:
        self.running.append(self.screen.start(*words, log=self.log))

    def quit(self) -> None:
        self.screen.key("ctrl+q")
        assert self.running[-1].wait(timeout=60) == 0, self.log.read_text()

    def ask(self, query: str) -> Any:
        """One value from the project file, read beside the running program."""
        connection = sqlite3.connect(f"{self.project.as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query).fetchone()[0]
        finally:
            connection.close()

    def until(self, query: str, wanted: int, what: str, seconds: float = 20) -> None:
        wait_until(lambda: self.ask(query) >= wanted, what, seconds)

    def press_until(self, keys: tuple[str, ...], wanted: int, seconds: float = 30) -> None:
        """Press keys in turn until so many sentences are decided."""
        end = time.monotonic() + seconds
        turn = 0
        while self.ask(DECIDED) < wanted:
            assert time.monotonic() < end, f"{self.ask(DECIDED)} of {wanted} decided"
            self.screen.key(keys[turn % len(keys)])
            turn += 1
            self.pressed += 1
        time.sleep(0.5)  # a key may still be on its way  # noqa: TID251

    def remembered(self) -> dict[str, str]:
        """What the window wrote down when it closed, without byte arrays."""
        found = configparser.ConfigParser(interpolation=None)
        found.read(self.folder / "home" / "config_home" / "adme-labeler" / "window.ini")
        return {key.split("\\")[-1]: value for key, value in found["places"].items()}

    def colours(self, name: str) -> QImage:
        self.screen.picture(self.folder / name)
        return QImage(str(self.folder / name))


def test_from_the_first_start_to_the_second_one_by_key_and_mouse(tmp_path: Path) -> None:
    encoder = make_tiny_encoder(tmp_path / "encoder")
    seeing = not reader.missing()
    with Reader() if seeing else nullcontext() as eyes, Screen(tmp_path / "home") as screen:
        screen.environment.update(eyes.environment if eyes else {})
        job = Job(screen, tmp_path)
        try:
            _first_start(job, encoder)
            _decide_fifty(job)
            _bulk_and_undo(job)
            _decide_held_out(job)
            _retrain_and_go_on(job)
            if eyes is not None:
                _read_the_recall(job, eyes)
            _export(job)
            _quit_and_come_back(job)
        except AssertionError:
            screen.picture(tmp_path / "stuck.png")
            raise
        finally:
            for program in job.running:
                if program.poll() is None:
                    program.kill()
                    program.wait()
    _judge(job)
    assert "Traceback" not in job.log.read_text()
    logs = list((tmp_path / "home").rglob("window.log"))
    written = "".join(path.read_text("utf-8") for path in logs)
    assert "Start " in written
    said = [line for line in written.splitlines() if " WARNING " in line or " ERROR " in line]
    assert said == []
    if not seeing:
        pytest.skip(f"all but reading the recall panel held; that needs {reader.missing()}")


def _first_start(job: Job, encoder: Path) -> None:
    """Files dropped on the welcome page make a project; more come by dialog; the tour is left."""
    screen = job.screen
    labels = sorted((paths.sample_labels() / "labels").glob("*.xml"))
    job.start()
    screen.wait_for_window("ADME labeler")
    assert screen.drop(labels[:3], (720, 450)) == "dropped"
    screen.wait_for_window("Name of the new project")
    screen.key("ctrl+a")
    screen.type(str(job.project))
    screen.key("Return")
    screen.wait_for_window("Add drug labels")
    screen.confirm("Add drug labels")
    wait_until(job.project.is_file, "the project")
    job.until("SELECT count(*) FROM import_report", 3, "the files that were dropped")
    screen.wait_for_window("curation.adme")
    screen.key("Escape")  # the tour
    screen.key("ctrl+i")
    screen.wait_for_window("Add drug labels")
    screen.type(" ".join(f'"{path}"' for path in labels[3:]))
    screen.key("Return")
    screen.wait_for_window("Add drug labels")
    screen.confirm("Add drug labels")
    job.until("SELECT count(*) FROM import_report", len(labels), "the files chosen in the dialog")
    screen.key("ctrl+w")
    screen.wait_for_window("ADME labeler")
    with Session.open(job.project) as session:
        change_setting(session, "encoder", str(encoder))
    screen.key("ctrl+o")
    screen.wait_for_window("Open a project")
    screen.type(str(job.project))
    screen.key("Return")
    screen.wait_for_window("curation.adme")
    job.until("SELECT count(*) FROM suggestion", 100, "the first suggestions", 180)


def _decide_fifty(job: Job) -> None:
    started = time.monotonic()
    job.screen.key(*"1534253415" * 3)  # as fast as they come
    job.pressed += 30
    job.until(DECIDED, 30, "thirty decisions in a row")
    job.press_until(("Return", "5"), DECISIONS)
    seconds = time.monotonic() - started
    assert seconds < MOST_SECONDS
    print(f"{DECISIONS} decisions in {seconds:.1f} s")


def _bulk_and_undo(job: Job) -> None:
    screen = job.screen
    before = job.ask(DECIDED)
    screen.key("ctrl+b")
    screen.wait_for_window("Accept many suggestions")
    screen.key("Home")  # as unsure as may be
    screen.key("Return")
    job.until(BULK, 1, "what was accepted at once")
    screen.wait_for_window("curation.adme")
    screen.key("ctrl+z")
    wait_until(lambda: job.ask(BULK) == 0, "one undo to take all of it back")
    assert job.ask(DECIDED) == before


def _decide_held_out(job: Job) -> None:
    """On them recall is measured; enough of one category to be shown."""
    screen = job.screen
    before = job.ask(DECIDED)
    screen.key("slash")
    screen.type("is:held-out")
    screen.key("Return")
    job.press_until(("1", "1", "1", "2"), before + 16)
    screen.key("slash", "ctrl+a", "Escape")


def _retrain_and_go_on(job: Job) -> None:
    screen = job.screen
    before = job.ask(DECIDED)
    screen.key("ctrl+r")
    job.until("SELECT count(*) FROM run", 1, "the run to start")
    job.press_until(("1", "3"), before + 5)
    assert job.ask("SELECT count(*) FROM model") == 0, "the training was over before the decisions"
    job.until("SELECT count(*) FROM model", 1, "a model version", 180)
    if job.ask("SELECT state FROM model") == "candidate":
        screen.key("alt+m", "Down", "Return")
    active = "SELECT count(*) FROM model WHERE state = 'active'"
    job.until(active, 1, "the version to be active")
    job.until("SELECT max(model_version) FROM suggestion", 1, "suggestions of the new version", 60)


def _read_the_recall(job: Job, eyes: Reader) -> None:
    """The panel says of every category what the command says."""
    command = [sys.executable, "-m", "adme_labeler.cli", "recall", str(job.project), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    measured = (said["held_out"] or said["cross_validation"])["categories"]
    wanted = {ADME[m["category"]].name: (m["found"], m["support"]) for m in measured}
    assert len(wanted) == 5 and sum(support for _, support in wanted.values()) > 0
    row = re.compile(
        rf"({'|'.join(wanted)}): (?:found (\d+) of (\d+), recall .*"
        r"|not enough evidence \(n = (\d+)\))",
    )

    def shown() -> dict[str, tuple[int | None, int]]:
        found = [row.fullmatch(name) for name in eyes.names()]
        return {m[1]: (int(m[2]), int(m[3])) if m[2] else (None, int(m[4])) for m in found if m}

    def same() -> bool:
        seen = shown()
        return seen.keys() == wanted.keys() and all(
            support == wanted[name][1] and hits in (None, wanted[name][0])
            for name, (hits, support) in seen.items()
        )

    wait_until(same, f"the recall panel to say {wanted}; it says {shown()}")


def _export(job: Job) -> None:
    job.screen.key("ctrl+e")
    job.screen.wait_for_window("Export")
    job.screen.key("Return")
    wait_until(job.sheet.is_file, "the spreadsheet")
    job.screen.wait_for_window("curation.adme")


def _quit_and_come_back(job: Job) -> None:
    screen = job.screen
    screen.key("alt+q", "Down", "Return")  # least certain first
    screen.key("alt+v", "Up", "Up", "Return")  # dark, above high contrast
    screen.key("j", "j")
    left = job.screen.geometry("curation.adme")
    job.screen.drag((228, 500), (300, 500))  # the edge of the list of drug labels
    screen.xdotool("windowsize", screen.window("curation.adme"), "1260", "780")
    wait_until(lambda: screen.geometry("curation.adme") != left, "the smaller window")
    size = {k: screen.geometry("curation.adme")[k] for k in ("WIDTH", "HEIGHT")}
    before = job.colours("before.png")
    job.quit()
    place = job.remembered()
    assert place["queue"] == "uncertain"
    job.start(str(job.project))
    screen.wait_for_window("curation.adme")
    again = screen.geometry("curation.adme")
    assert {k: again[k] for k in size} == size
    time.sleep(1.5)  # counts and recall follow the first frame  # noqa: TID251
    after = job.colours("after.png")
    print(f"{_unlike(before, after):.3f} of the screen differs after reopening")
    flagged = "SELECT count(*) FROM annotation WHERE flagged = 1"
    screen.key("f")
    job.until(flagged, 1, "the flag")
    assert str(job.ask("SELECT sentence FROM annotation WHERE flagged = 1")) == place["sentence"]
    job.quit()
    assert job.remembered() == place


def _unlike(first: QImage, second: QImage) -> float:
    """Share of the screen whose colour is another one."""
    assert first.size() == second.size()
    places = [(x, y) for x in range(0, first.width(), 3) for y in range(0, first.height(), 3)]
    return sum(first.pixel(x, y) != second.pixel(x, y) for x, y in places) / len(places)


def _judge(job: Job) -> None:
    with Session.open(job.project, read_only=True) as session:
        assert check(session.connection).faults == ()
        decided = session.connection.execute(DECIDED).fetchone()[0]
        assert DECISIONS + 5 <= decided <= job.pressed
        kinds = [row[0] for row in session.connection.execute("SELECT kind FROM operation")]
        assert kinds.count("undo") == 1
        report = recall.report(session)
        assert report.version == 1
        assert report.held_out_groups >= 2
        total = session.connection.execute(
            "SELECT count(*) FROM sentence WHERE current = 1 AND kind IN ('paragraph', 'list_item')"
        ).fetchone()[0]
    book = openpyxl.load_workbook(job.sheet, read_only=True)
    table = [list(row) for row in book["Annotations"].iter_rows(values_only=True)]
    book.close()
    header = [str(cell).casefold() for cell in table[0]]
    categories = [row[header.index("category")] for row in table[1:]]
    assert len(table) - 1 >= total
    assert len([c for c in categories if c]) == decided
