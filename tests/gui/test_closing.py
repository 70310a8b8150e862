"""Closing a project: the window does not wait for the backup, what comes after it does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from adme_labeler.gui.backing_up import Backups
from adme_labeler.services import importing
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
