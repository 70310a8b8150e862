"""Closing a project: the window does not wait for the backup, what comes after it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QObject
from windows import NewWindow, keys

from adme_labeler.gui.backing_up import Backups
from adme_labeler.gui.dialogs.files import BackupDialog
from adme_labeler.services import annotating, importing
from adme_labeler.services.session import Session
from adme_labeler.storage import backups
from tests.drafts import simple_label


def test_what_waits_for_the_backup_of_a_closed_project_finds_it_whole(
    tmp_path: Path, qtbot
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(session, [simple_label(1)], importing.ImportTally())
        path = session.path
    parent = QObject()
    beside = Backups(parent)
    found: list[int] = []
    beside.make(path)
    beside.when_done(lambda: found.append(len(backups.listed(path))))
    qtbot.waitUntil(lambda: bool(found))
    assert found == [1]
    assert not list((path.with_name("p.adme.d") / "backups").glob("*.partial"))
    beside.when_done(lambda: found.append(0))
    assert found == [1, 0]


def test_the_backup_of_this_very_hour_is_restored_whatever_was_done_since(
    tmp_path: Path, qtbot, new_window: NewWindow
) -> None:
    session = Session.create(tmp_path / "p", "ana")
    importing.commit_batch(session, [simple_label(1)], importing.ImportTally())
    wanted = backups.make(session.path, now=datetime.now(UTC) - timedelta(seconds=5))
    window = new_window(session)
    before = window.project
    sentence = window.project.desk.focus
    keys(window, "1")
    assert annotating.annotation(session, sentence) is not None
    window.run("restore")
    dialog = next(d for d in window.findChildren(BackupDialog) if d.isVisible())
    assert dialog.chosen() == wanted
    dialog.accept()
    qtbot.waitUntil(lambda: window.project not in (None, before), timeout=30_000)
    assert annotating.annotation(window.project.session, sentence) is None
    assert wanted.exists()
    (aside,) = tmp_path.glob("p-before-restore-*.adme")
    with Session.open(aside, "ana") as earlier:
        assert annotating.annotation(earlier, sentence) is not None


def test_a_window_that_may_only_read_can_decide_once_the_other_is_closed(
    tmp_path: Path, qtbot, new_window: NewWindow
) -> None:
    first = Session.create(tmp_path / "p", "ana")
    importing.commit_batch(first, [simple_label(1)], importing.ImportTally())
    window = new_window(Session.open(first.path, "ana"))
    reading = window.project
    assert reading.session.read_only
    sentence = reading.desk.ids()[1]
    reading.desk.go_to(sentence)
    first.close()
    qtbot.waitUntil(lambda: window.project not in (None, reading), timeout=30_000)
    assert not window.project.session.read_only
    assert window.project.desk.focus == sentence, "the place is kept"
    keys(window, "1")
    assert annotating.annotation(window.project.session, sentence) is not None
