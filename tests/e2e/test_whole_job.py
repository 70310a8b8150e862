"""The whole job in the real window on a real X screen, by keyboard only."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from adme_labeler import paths
from adme_labeler.services import recall
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage.integrity import check
from tests.e2e.screen import Screen, missing, wait_until
from tests.encoders import make_tiny_encoder

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.skipif(bool(missing()), reason=f"a virtual screen needs {', '.join(missing())}"),
]


def ask(project: Path, query: str) -> Any:
    """One value from the project file, read beside the running program."""
    connection = sqlite3.connect(f"{project.as_uri()}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


def test_import_decide_undo_retrain_recall_export_by_keyboard(tmp_path: Path) -> None:
    encoder = make_tiny_encoder(tmp_path / "encoder")
    with Session.create(tmp_path / "curation", "ana") as session:
        change_setting(session, "encoder", str(encoder))
        project = session.path
    sheet = tmp_path / "out.xlsx"
    log = tmp_path / "log.txt"
    labels = sorted((paths.sample_labels() / "labels").glob("*.xml"))[:8]
    with Screen() as screen:
        program = screen.start(str(project), log=log)
        try:
            _drive(screen, project, labels, sheet)
            screen.key("ctrl+q")
            assert program.wait(timeout=60) == 0, log.read_text()
        finally:
            if program.poll() is None:
                screen.picture(tmp_path / "stuck.png")
                program.kill()
                program.wait()
    _judge(project, sheet)
    assert "Traceback" not in log.read_text()


def _drive(screen: Screen, project: Path, labels: list[Path], sheet: Path) -> None:
    screen.wait_for_window("curation.adme")
    screen.key("ctrl+i")
    screen.wait_for_window("Add drug labels")
    screen.type(" ".join(f'"{path}"' for path in labels))
    screen.key("Return")
    wait_until(lambda: screen.xdotool("getactivewindow", "getwindowname") != "", "a window")
    screen.wait_for_window("Add drug labels")
    screen.key("Return")
    wait_until(
        lambda: ask(project, "SELECT count(*) FROM import_report") == len(labels), "the import"
    )
    wait_until(
        lambda: ask(project, "SELECT count(*) FROM suggestion") > 100, "the first suggestions"
    )
    decided = "SELECT count(*) FROM annotation WHERE category IS NOT NULL"
    for number, key in enumerate(("1", "3", "4", "5", "2"), start=1):
        screen.key(key)
        wait_until(lambda n=number: ask(project, decided) == n, f"decision {number}", 10)
    screen.key("ctrl+z")
    wait_until(lambda: ask(project, decided) == 4, "the undo", 10)
    screen.key("ctrl+r")
    wait_until(lambda: ask(project, "SELECT count(*) FROM run") == 1, "the run to start", 15)
    wait_until(lambda: ask(project, "SELECT count(*) FROM model") == 1, "a model version", 180)
    wait_until(
        lambda: ask(project, "SELECT max(model_version) FROM suggestion") == 1,
        "suggestions of the new version",
        60,
    )
    screen.key("ctrl+e")
    screen.wait_for_window("Export a spreadsheet")
    screen.key("ctrl+a")
    screen.type(str(sheet))
    screen.key("Return")
    wait_until(sheet.is_file, "the spreadsheet")


def _judge(project: Path, sheet: Path) -> None:
    with Session.open(project, "ana", read_only=True) as session:
        assert check(session.connection).faults == ()
        rows = session.connection.execute(
            "SELECT category FROM annotation WHERE category IS NOT NULL ORDER BY at"
        ).fetchall()
        assert [row["category"] for row in rows] == ["A", "M", "E", "O"]
        report = recall.report(session)
        assert report.version == 1
        assert report.held_out_groups >= 2
        total = session.connection.execute(
            "SELECT count(*) FROM sentence WHERE current = 1 AND kind IN ('paragraph', 'list_item')"
        ).fetchone()[0]
    book = openpyxl.load_workbook(sheet, read_only=True)
    table = [list(row) for row in book["Annotations"].iter_rows(values_only=True)]
    book.close()
    header = [str(cell).casefold() for cell in table[0]]
    categories = [row[header.index("category")] for row in table[1:]]
    assert len(table) - 1 >= total
    assert sorted(c for c in categories if c) == ["Absorption", "Excretion", "Metabolism", "Other"]
