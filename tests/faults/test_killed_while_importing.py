"""SIGKILL and Cancel in the middle of an import: nothing half-written, and it goes on."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from adme_labeler.services import headless, import_reports, import_runs
from adme_labeler.services.import_runs import Intake
from adme_labeler.services.importing import job_of
from adme_labeler.services.session import Session
from adme_labeler.services.worker_client import WorkerClient
from adme_labeler.storage import imports, labels
from adme_labeler.storage.imports import RunState
from adme_labeler.storage.integrity import check

LABELS = 40
_HEADINGS = ("Absorption", "Distribution", "Metabolism", "Excretion")


def bulk_label(number: int) -> dict[str, object]:
    """A result in the shape of openFDA's bulk files, about a drug of its own."""
    name = f"Velmoradine{number}"
    parts = " ".join(
        f"{heading} {name} was given to {place + number} healthy volunteers in study {place}. "
        f"The mean value for part {place} was {number}.{place} hours in all of them."
        for place, heading in enumerate(_HEADINGS)
    )
    return {
        "set_id": f"set-{number}",
        "id": f"doc-{number}",
        "version": "1",
        "openfda": {"generic_name": [name], "product_type": ["HUMAN PRESCRIPTION DRUG"]},
        "pharmacokinetics": [f"12.3 Pharmacokinetics {parts}"],
    }


def text_file(path: Path, number: int) -> Path:
    path.write_text(
        f"Corvexa{number}\n\nPharmacokinetics\n\nAbsorption\nHalf of dose {number} is absorbed "
        f"within {number} hours.\n\nMetabolism\nIt is metabolised by enzyme {number}.\n"
    )
    return path


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """A zip with a bulk file, a bad member and a nested zip; a bad file; and small files."""
    folder = tmp_path / "labels"
    folder.mkdir()
    bulk = json.dumps({"results": [bulk_label(n) for n in range(LABELS)]})
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        for number in range(100, 106):
            result = json.dumps({"results": [bulk_label(number)]})
            archive.writestr(f"label-{number}.json", result)
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("broken.xml", "<document>")
        archive.writestr("bulk.json", bulk)
        archive.write(inner, "inner.zip")
    (folder / "b.xml").write_text("<document")
    for number in range(4):
        text_file(folder / f"c{number}.txt", number)
    return [folder]


def contents(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Everything that an import brings, without ids and times."""
    ask = {
        "sentences": "SELECT s.uid, s.text, s.kind, s.hint, s.position, s.current, b.heading_path, "
        "l.set_id FROM sentence s JOIN block b ON b.id = s.block "
        "JOIN drug_label l ON l.id = s.drug_label ORDER BY l.set_id, s.position",
        "groups": "SELECT key, held_out FROM drug_group ORDER BY key",
        "files": "SELECT path, status, labels, sentences, tables FROM import_report ORDER BY path",
        "labels": "SELECT path, member, title, status, sentences FROM import_label "
        "ORDER BY path, member, title",
        "headings": "SELECT heading, labels FROM import_heading ORDER BY heading",
    }
    return {
        name: [tuple(row) for row in session.connection.execute(question)]
        for name, question in ask.items()
    }


@pytest.fixture
def whole(tmp_path: Path, sources: list[Path]) -> dict[str, list[tuple[object, ...]]]:
    """What the project holds when nothing comes between."""
    with Session.create(tmp_path / "whole", "ana") as session:
        headless.import_paths(session, sources)
        return contents(session)


def command(*words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "adme_labeler.cli", *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def stored(path: Path) -> int:
    with Session.open(path, "ana", read_only=True) as session:
        return session.connection.execute("SELECT count(*) FROM import_label").fetchone()[0]


def test_an_import_that_is_killed_again_and_again_ends_like_one_that_was_not(
    tmp_path: Path, sources: list[Path], whole: dict[str, list[tuple[object, ...]]]
) -> None:
    chance = random.Random(5)
    Session.create(tmp_path / "p", "ana").close()
    path = tmp_path / "p.adme"
    words: tuple[object, ...] = ("import", path, *sources)
    kills = 0
    before = 0
    while True:
        child = command(*words)
        goal = before + chance.randrange(1, 14)
        while child.poll() is None and stored(path) < goal:
            pass
        if child.poll() is not None:
            break
        child.send_signal(signal.SIGKILL)
        child.wait()
        kills += 1
        with Session.open(path, "ana") as session:
            assert check(session.connection).faults == ()
            left = import_runs.resumable(session)
            assert left is not None and left.state is RunState.INTERRUPTED
            assert any(group.held_out for group in labels.groups(session.connection))
        before = stored(path)
        assert before >= goal, "what was stored before the kill is still there"
        words = ("import", path, "--resume")
    assert child.returncode == 0
    assert kills >= 3
    with Session.open(path, "ana") as session:
        assert contents(session) == {**whole, "groups": contents(session)["groups"]}
        keys = [key for key, _ in contents(session)["groups"]]
        assert keys == [key for key, _ in whole["groups"]]
        assert check(session.connection).faults == ()
        (run,) = import_reports.runs(session)
        assert run.state is RunState.FINISHED


def test_a_large_archive_is_cancelled_within_a_second_and_goes_on_where_it_stood(
    tmp_path: Path,
) -> None:
    source = tmp_path / "large.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        results = [bulk_label(n) for n in range(3000)]
        archive.writestr("bulk.json", json.dumps({"results": results}))
    with Session.create(tmp_path / "p", "ana") as session:
        intake = Intake.begin(session, job_of([source]))
        asked = 0.0
        with WorkerClient("import", str(intake.job)) as worker:
            for message in worker.messages():
                intake.take(message)
                if intake.waiting() and not asked:
                    worker.send(intake.store()[1])
                if intake.tally.new_labels >= 20 and not asked:
                    asked = time.monotonic()
                    intake.drop()
                    worker.cancel()
            took = time.monotonic() - asked
        intake.drop()
        intake.end(worker.run.outcome)
        assert took < 1.0
        run = import_runs.resumable(session)
        assert run is not None and run.state is RunState.CANCELLED
        assert imports.count_labels(session.connection, run.id, ["read"]) == 20
        assert run.place == (0, 19)


def test_a_process_that_dies_over_a_file_costs_only_that_file(tmp_path: Path) -> None:
    first, second, third = (text_file(tmp_path / f"{n}.txt", n) for n in range(3))
    with Session.create(tmp_path / "p", "ana") as session:
        intake = Intake.begin(session, job_of([first, second, third]))
        with WorkerClient("import", str(intake.job)) as worker:
            for message in worker.messages():
                intake.take(message)
                if getattr(message, "path", "") == str(second):
                    worker.process.kill()
                    break
            for _ in worker.messages():
                pass
        assert intake.without_the_culprit(worker.run.outcome)
        with WorkerClient("import", str(intake.job)) as worker:
            for message in worker.messages():
                intake.take(message)
        while intake.waiting():
            intake.store()
        intake.end(worker.run.outcome)
        (run,) = import_reports.runs(session)
        assert run.state is RunState.FINISHED
        assert {Path(f.path).name: f.status for f in run.files} == {
            "0.txt": "read",
            "1.txt": "failed",
            "2.txt": "read",
        }


def test_a_file_that_changed_meanwhile_is_read_from_its_beginning(
    tmp_path: Path, sources: list[Path]
) -> None:
    source = sources[0] / "a.zip"
    with Session.create(tmp_path / "p", "ana") as session:
        intake = Intake.begin(session, job_of([source]))
        with WorkerClient("import", str(intake.job)) as worker:
            for message in worker.messages():
                intake.take(message)
                if intake.waiting() >= 5:
                    break
        intake.store(10)
        session.connection.execute("SELECT 1")
    source.write_bytes(source.read_bytes() + b"\0" * 8)
    with Session.open(tmp_path / "p", "ana") as session:
        run = import_runs.resumable(session)
        assert run is not None
        tally = headless.resume_import(session)
        assert tally.known_labels >= 1
        assert contents(session)["labels"]
        assert len({row[2] for row in contents(session)["labels"]}) == LABELS + 6 + 1


def test_the_window_offers_to_resume_what_was_killed(
    tmp_path: Path, sources: list[Path], qtbot, preferences_of
) -> None:
    from adme_labeler.gui.main_window import MainWindow

    Session.create(tmp_path / "p", "ana").close()
    path = tmp_path / "p.adme"
    child = command("import", path, *sources)
    while child.poll() is None and stored(path) < 10:
        pass
    child.send_signal(signal.SIGKILL)
    child.wait()
    window = MainWindow(preferences_of(tmp_path))
    opened = Session.open(path, "ana")
    window.show_session(opened, jobs=False)
    project = window.project
    assert project is not None
    project.suggester.start = lambda: None
    bar = project.work.imports
    assert bar.resume.isVisibleTo(bar)
    with qtbot.waitSignal(project.importer.finished, timeout=60_000):
        window.run("resume-import")
    assert bar.isHidden()
    assert len(contents(opened)["labels"]) == LABELS + 6 + 1 + 4
    window.leave_project(lambda: None)
    qtbot.waitUntil(lambda: window.project is None, timeout=30_000)
    window.close()
    window.deleteLater()


@pytest.fixture
def preferences_of():
    from PySide6.QtCore import QSettings

    from adme_labeler.gui.preferences import Preferences

    def made(folder: Path) -> Preferences:
        return Preferences(QSettings(str(folder / "w.ini"), QSettings.Format.IniFormat))

    return made
