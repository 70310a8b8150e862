"""The frozen program at work, as on a machine of somebody without Python.

python packaging/smoke_test.py [FOLDER] [--only WORD …]

FOLDER holds the program; without it the newest Debian package of dist/ is unpacked. --only takes
the steps whose name holds one of these words.

Started as root, the program runs as user "nobody" without a network, so that the folder it lies in
is read-only for it. Its home has a blank and letters outside ASCII in its name. The environment is
empty but for what a login sets. What comes of it is judged by reading project and spreadsheet.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import wheel_test

from tests.e2e.screen import Screen, missing, wait_until
from tests.encoders import make_tiny_encoder

NOBODY = 65534
MOST_START_S = 2.0
"""From the click to the window; on a machine that has nothing else to do."""
DECIDED = "SELECT count(*) FROM annotation WHERE category IS NOT NULL"


class Machine:
    """The account that the program runs under, and how it is started there."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.home = folder / "Zoë Müller 试"
        self.home.mkdir()
        self.given = folder / "given"
        """What the curator was given; not writable for the program."""
        self.given.mkdir()
        self.opened = self.home / "opened"
        """What the program had opened for its user, and with which library path."""
        self._browser()
        self.as_nobody = os.geteuid() == 0
        if self.as_nobody:
            folder.chmod(0o755)
            os.chown(self.home, NOBODY, NOBODY)

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": f"{self.given}:/usr/local/bin:/usr/bin:/bin",
            "USER": "nobody",
            "LANG": "C.UTF-8",
            **more,
        }

    def _browser(self) -> None:
        """In place of the desktop's browser: writes down what it was asked to show."""
        opener = self.given / "xdg-open"
        opener.write_text('#!/bin/sh\necho "$1 ${LD_LIBRARY_PATH-none}" >>"$HOME/opened"\n')
        opener.chmod(0o755)

    def command(self, *words: str, program: Path | None = None) -> list[str]:
        started = [str(program or self.program), *words]
        if not self.as_nobody:
            return started
        alone = ["unshare", "--net"] if _can_unshare() else []
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return [*alone, *user, *started]

    def run(self, *words: str, code: int = 0, seconds: float = 900, **more: str) -> str:
        """What the program says; ends the test when it ends otherwise."""
        listening, talking = os.pipe()  # a worker takes the end of its input for the end of the job
        try:
            done = subprocess.run(
                self.command(*words),
                env=self.environment(**more),
                cwd=self.home,
                capture_output=True,
                text=True,
                timeout=seconds,
                stdin=listening,
                check=False,
            )
        finally:
            os.close(listening)
            os.close(talking)
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{words} ended with {done.returncode}:\n{said}"
        assert "Traceback" not in done.stderr, said
        return said

    def start(
        self, display: str, *words: str, program: Path | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                self.command(*words, program=program),
                env=self.environment(DISPLAY=display),
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser()
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--only", nargs="+", metavar="WORD", default=[""])
    asked = options.parse_args(words)
    if missing():
        sys.exit(f"A virtual screen needs {', '.join(missing())}")
    with tempfile.TemporaryDirectory(prefix="adme-smoke-") as folder:
        program = (asked.folder or _unpacked()).resolve() / "adme-labeler"
        machine = Machine(program, Path(folder))
        encoder = make_tiny_encoder(machine.given / "encoder")
        _readable(encoder)
        steps: list[tuple[str, Callable[[], object]]] = [
            ("a folder that nobody may write to", lambda: _read_only(machine)),
            ("version, help, wrong words", lambda: _words(machine)),
            ("worker, alone", lambda: _worker(machine)),
            ("shipped encoder, and encoders of other families", lambda: _encoders(machine)),
            ("import, check, export, backup by command", lambda: _commands(machine)),
            ("pictures without a display", lambda: _pictures(machine)),
            ("the window, from the sample to the spreadsheet", lambda: _window(machine, encoder)),
            ("a fault in the program", lambda: _fault(machine)),
            ("the wheel in an empty environment", lambda: _wheel(machine)),
        ]
        steps = [row for row in steps if any(word in row[0] for word in asked.only)]
        for name, step in steps:
            began = time.monotonic()
            said = step()
            print(
                f"ok  {name} ({time.monotonic() - began:.0f} s){f': {said}' if said else ''}",
                flush=True,
            )
    print(f"{len(steps)} passed, 0 failed")
    return 0


def _read_only(machine: Machine) -> None:
    """No file of the program may be changed by the account it runs under."""
    asked = [*machine.command(program=Path("/usr/bin/find")), str(machine.program.parent)]
    done = subprocess.run(
        [*asked, "-writable", "-not", "-type", "l"], capture_output=True, text=True, check=False
    )
    if machine.as_nobody:
        assert done.stdout == "", done.stdout[:500]
    bare = machine.command("-c", "import torch, PySide6", program=Path("/usr/bin/python3"))
    if Path("/usr/bin/python3").exists():
        done = subprocess.run(bare, env=machine.environment(), capture_output=True, check=False)
        assert done.returncode != 0, "this account has the Python packages; it proves nothing"


def _words(machine: Machine) -> None:
    assert re.fullmatch(r"adme-labeler \d+\.\d+\.\d+\S*\n", machine.run("--version"))
    assert "export" in machine.run("--help")
    machine.run("import", code=2)
    assert "display" in machine.run(code=1)


def _worker(machine: Machine) -> None:
    machine.run("--worker", code=2)
    said = machine.run("--worker", "encoder", str(machine.given / "none.json"), code=1)
    assert json.loads(said.splitlines()[0])["type"] == "hello", said
    assert json.loads(said.splitlines()[1])["type"] == "failed", said


def _encoders(machine: Machine) -> str:
    """Ten steps of training with each; DeBERTa compiles its functions from their source."""
    made = [("", "all-MiniLM-L6-v2")]
    made += [
        (str(_tiny(machine.given, family)), family) for family in ("deberta-v2", "roberta", "mpnet")
    ]
    for place, family in made:
        job = {
            "encoder": place,
            "texts": ["The drug is absorbed in the gut.", "It is metabolized by the liver."] * 8,
            "headings": ["Absorption", "Metabolism"] * 8,
            "train": 16,
            "hints": 0,
            "categories": 5,
        }
        asked = machine.home / f"{family}.json"
        asked.write_text(json.dumps(job))
        if machine.as_nobody:
            os.chown(asked, NOBODY, NOBODY)
        said = [
            json.loads(line)
            for line in machine.run("--worker", "encoder", str(asked)).splitlines()
            if line.startswith("{")
        ]
        assert said[-1]["type"] == "encoder_checked", said
    return ", ".join(family for _, family in made)


def _commands(machine: Machine) -> str:
    project, sheet = "by command.adme", "by command.xlsx"
    labels = machine.program.parent / "_internal/adme_labeler/resources/sample/labels"
    machine.run("new", project)
    machine.run("import", project, str(labels))
    machine.run("check", project)
    machine.run("export", project, sheet)
    machine.run("export", project, "by command.csv")
    machine.run("backup", project)
    rows = _rows(machine.home / sheet)
    sentences = _ask(machine.home / project, "SELECT count(*) FROM sentence WHERE current = 1")
    assert rows >= 400, rows
    return f"{sentences} sentences, {rows} rows"


def _pictures(machine: Machine) -> None:
    machine.run("--screenshots", "by command.adme", "pictures", seconds=180)
    pictures = list((machine.home / "pictures").glob("*.png"))
    assert len(pictures) >= 4, pictures
    assert all(p.stat().st_size > 20_000 for p in pictures), pictures


def _window(machine: Machine, encoder: Path) -> str:
    project = machine.home / "Documents" / "adme-sample.adme"
    with _ended() as running, _screen(machine) as screen:
        display = screen.environment["DISPLAY"]
        start = _time_to_window(machine, screen, running)
        _manual(machine, screen)
        screen.key("Return")  # the sample is the first choice of the welcome page
        wait_until(project.is_file, f"the sample project {project}", 60)
        _until(project, "SELECT count(*) FROM import_report", 18, "the sample's labels", 120)
        _quit(screen, running)
        _use_encoder(machine, project, encoder)
        running.append(machine.start(display, str(project)))  # a double click on the project
        screen.wait_for_window("adme-sample.adme", 60)
        _until(project, "SELECT count(*) FROM suggestion", 400, "suggestions", 300)
        screen.key("Escape")  # the tour
        _decide(screen, project, 40)
        screen.key("ctrl+r")
        _until(project, "SELECT count(*) FROM model", 1, "a model version", 600)
        _second_window(machine, screen, running, project)
        sheet = project.with_suffix(".xlsx")
        screen.key("ctrl+e")
        screen.wait_for_window("Export")
        screen.confirm("Export")
        wait_until(sheet.is_file, "the spreadsheet", 60)
        decided = _ask(project, DECIDED)
        screen.picture(ROOT / "build" / "package" / "smoke.png")
        _quit(screen, running)
    assert _rows(sheet) >= 400
    machine.run("check", str(project))
    log = next(machine.home.rglob("window.log")).read_text("utf-8")
    bad = (" ERROR ", " CRITICAL ", "stylesheet")  # Qt only warns of one it drops
    said = [line for line in log.splitlines() if any(word in line for word in bad)]
    assert said == [], said
    return f"window after {start}; {decided} decisions, one training"


def _manual(machine: Machine, screen: Screen) -> None:
    """F1 opens the page that came with the program, by a program with its own libraries."""
    screen.key("F1")
    wait_until(machine.opened.is_file, "the manual")
    address, libraries = machine.opened.read_text("utf-8").split()
    page = Path(unquote(urlsplit(address).path))
    assert page.is_relative_to(machine.program.parent / "_internal") and page.is_file(), address
    assert page.name == "getting-started.html", page
    assert libraries == "none", f"the browser would load {libraries}"


def _time_to_window(
    machine: Machine, screen: Screen, running: list[subprocess.Popen[bytes]]
) -> str:
    """From the start to the first window, the second time (the first fills the disk's cache).

    Where the machine has other work, the processor time decides: that much it would take alone.
    """
    display = screen.environment["DISPLAY"]
    seconds = worked = 0.0
    for _ in range(2):
        began = time.monotonic()
        running.append(machine.start(display))
        wait_until(lambda: screen.window("ADME labeler") != "", "the window", 60)
        seconds, worked = time.monotonic() - began, _worked(running[-1].pid)
        screen.wait_for_window("ADME labeler")
        if not running[:-1]:
            _quit(screen, running)
    said = f"{seconds:.1f} s, {worked:.1f} s of work"
    assert worked < MOST_START_S, f"the window took {said}"
    if seconds > MOST_START_S:
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
        assert busy > 1, f"the window took {said}"
        said += f" on a machine that is {busy:.0f}x overbooked"
    return said


def _worked(program: int) -> float:
    """Processor seconds of a process and of those that it started and that have ended."""
    stat = Path(f"/proc/{program}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, stat[11:15])) / os.sysconf("SC_CLK_TCK")


def _decide(screen: Screen, project: Path, wanted: int) -> None:
    keys = "1534253415"
    end = time.monotonic() + 120
    turn = 0
    while _ask(project, DECIDED) < wanted:
        assert time.monotonic() < end, f"{_ask(project, DECIDED)} of {wanted} decided"
        screen.key(*keys[turn % 10 : turn % 10 + 3])
        turn += 3


def _second_window(
    machine: Machine, screen: Screen, running: list[subprocess.Popen[bytes]], project: Path
) -> None:
    """A second start with a project that is open says so and only reads it."""
    before = _ask(project, DECIDED)
    running.append(machine.start(screen.environment["DISPLAY"], str(project)))
    wait_until(
        lambda: len(screen.xdotool("search", "--onlyvisible", "--name", "adme-sample").split()) > 1,
        "the second window",
    )
    time.sleep(3)  # it takes the keyboard  # noqa: TID251
    screen.picture(ROOT / "build" / "package" / "smoke-second.png")
    screen.key("1", "2")
    screen.key("ctrl+q")
    assert running.pop().wait(timeout=60) == 0
    assert _ask(project, DECIDED) == before, "the second window wrote into the project"
    screen.wait_for_window("adme-sample.adme")


def _fault(machine: Machine) -> str:
    """A program with a broken file: it says that something went wrong, logs it and goes on."""
    broken = machine.given / "broken"
    shutil.copytree(machine.program.parent, broken, copy_function=_link, symlinks=True)
    guideline = broken / "_internal/adme_labeler/resources/guideline/adme.md"
    guideline.unlink()
    guideline.write_bytes(b"\xff\xfe\xfa no text")
    guideline.chmod(0o644)
    with _ended() as running, _screen(machine) as screen:
        running.append(
            machine.start(screen.environment["DISPLAY"], program=broken / machine.program.name)
        )
        screen.wait_for_window("ADME labeler", 60)
        screen.key("h")
        screen.wait_for_window("Something went wrong in the program", 30)
        screen.picture(ROOT / "build" / "package" / "smoke-fault.png")
        screen.key("Escape")
        screen.wait_for_window("ADME labeler")
        _quit(screen, running)
    log = next(machine.home.rglob("window.log")).read_text("utf-8")
    assert "CRITICAL" in log and "UnicodeDecodeError" in log, log[-2000:]
    return "told, logged, and the window went on"


def _wheel(machine: Machine) -> str:
    wheel = wheel_test.newest()
    if wheel is None:
        return "there is none here (python packaging/build.py wheel)"
    folder = machine.folder / "wheel"
    folder.mkdir()
    return wheel_test.check(wheel, folder)


# ---------------------------------------------------------------------------- helpers


def _unpacked() -> Path:
    """The newest Debian package of dist/, unpacked; else the frozen folder."""
    packages = sorted((ROOT / "dist").glob("adme-labeler_*.deb"), key=lambda p: p.stat().st_mtime)
    if not packages:
        return ROOT / "build" / "package" / "frozen" / "adme-labeler"
    target = ROOT / "build" / "package" / "installed"
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-x", packages[-1], target], check=True)
    started = target / "usr/bin/adme-labeler"
    assert os.access(started, os.X_OK), f"{started} does not start"
    return started.resolve().parent


def _can_unshare() -> bool:
    return (
        subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode
        == 0
    )


def _tiny(folder: Path, family: str) -> Path:
    """A random encoder of this family with the tokenizer of the tiny one."""
    import torch
    import transformers

    place = make_tiny_encoder(folder / family)
    words = len(json.loads((place / "tokenizer.json").read_text("utf-8"))["model"]["vocab"])
    kinds = {
        "deberta-v2": (transformers.DebertaV2Config, transformers.DebertaV2Model),
        "roberta": (transformers.RobertaConfig, transformers.RobertaModel),
        "mpnet": (transformers.MPNetConfig, transformers.MPNetModel),
    }
    configuration, model = kinds[family]
    more = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 16}
    torch.manual_seed(0)
    model(
        configuration(
            vocab_size=words,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=132,
            pad_token_id=0,
            **(more if family == "deberta-v2" else {}),
        )
    ).save_pretrained(place)
    _readable(place)
    return place


def _readable(folder: Path) -> None:
    """Weights are saved for their owner alone."""
    for path in folder.iterdir():
        path.chmod(0o644)


def _use_encoder(machine: Machine, project: Path, encoder: Path) -> None:
    """Set the project's encoder as the window would, with the owner of the file kept."""
    from adme_labeler.services.session import Session, change_setting

    with Session.open(project) as session:
        change_setting(session, "encoder", str(encoder))
    if machine.as_nobody:
        for path in (project, *project.parent.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


@contextmanager
def _screen(machine: Machine) -> Iterator[Screen]:
    with Screen(machine.folder / "screen") as screen:
        try:
            yield screen
        except BaseException:
            screen.picture(ROOT / "build" / "package" / "smoke-stuck.png")
            print((machine.folder / "log.txt").read_text("utf-8", "replace")[-4000:])
            raise


@contextmanager
def _ended() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Programs that are put into this list are ended at the end."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        yield running
    finally:
        for program in running:
            if program.poll() is None:
                program.kill()
                program.wait()


def _quit(screen: Screen, running: list[subprocess.Popen[bytes]]) -> None:
    screen.key("ctrl+q")
    assert running[-1].wait(timeout=90) == 0, "the window ended with an error"


def _ask(project: Path, query: str) -> int:
    connection = sqlite3.connect(f"{project.as_uri()}?mode=ro", uri=True, timeout=20)
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall():
            return 0  # the file is there, and its tables are about to be
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _until(project: Path, query: str, wanted: int, what: str, seconds: float) -> None:
    wait_until(lambda: _ask(project, query) >= wanted, what, seconds)


def _rows(sheet: Path) -> int:
    import openpyxl

    book = openpyxl.load_workbook(sheet, read_only=True)
    try:
        return sum(1 for _ in book["Annotations"].iter_rows()) - 1
    finally:
        book.close()


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
