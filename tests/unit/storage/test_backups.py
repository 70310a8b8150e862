"""Backups: made, verified, thinned, restored without deleting anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adme_labeler.domain.problems import StorageProblem
from adme_labeler.services.session import Session, back_up, change_setting, restore
from adme_labeler.storage import backups


def test_a_backup_is_made_while_the_project_is_open_and_restores(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        change_setting(session, "colour", "before")
        made = back_up(session)
        change_setting(session, "colour", "after")
        path = session.path
    aside = restore(path)
    with Session.open(path) as session:
        assert session.setting("colour") == "before"
    with Session.open(aside) as session:
        assert session.setting("colour") == "after"
    assert made.exists()


def test_an_open_project_is_not_restored_over(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        back_up(session)
        with pytest.raises(StorageProblem, match="open in another window"):
            restore(session.path)


def test_a_damaged_backup_is_refused_and_the_project_stays(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        change_setting(session, "colour", "kept")
        path = session.path
    broken = back_up(path)
    broken.write_bytes(broken.read_bytes()[:3000])
    with pytest.raises(StorageProblem):
        restore(path, broken)
    with Session.open(path) as session:
        assert session.setting("colour") == "kept"


def test_a_project_put_aside_after_a_crash_comes_back_with_its_last_decisions(
    tmp_path: Path,
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        path = session.path
        back_up(session)
        change_setting(session, "colour", "still in the write-ahead log")
        crashed = tmp_path / "crashed.adme"
        for suffix in ("", "-wal"):
            part = path.with_name(path.name + suffix)
            crashed.with_name(crashed.name + suffix).write_bytes(part.read_bytes())

    restore(path, crashed)

    with Session.open(path) as session:
        assert session.setting("colour") == "still in the write-ahead log"


def test_what_a_crash_left_in_the_log_is_folded_in_before_the_project_is_put_aside(
    tmp_path: Path,
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        made = back_up(session)
        change_setting(session, "colour", "still in the write-ahead log")
        crashed = tmp_path / "crashed.adme"
        for suffix in ("", "-wal"):
            part = session.path.with_name(session.path.name + suffix)
            crashed.with_name(crashed.name + suffix).write_bytes(part.read_bytes())

    aside = restore(crashed, made)

    assert not aside.with_name(aside.name + "-wal").exists()
    with Session.open(aside) as session:
        assert session.setting("colour") == "still in the write-ahead log"


def test_a_file_that_is_no_project_is_not_restored(tmp_path: Path) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        change_setting(session, "colour", "kept")
        path = session.path
    empty = tmp_path / "empty.adme"
    empty.touch()
    with pytest.raises(StorageProblem, match="no project of this program"):
        restore(path, empty)
    with Session.open(path) as session:
        assert session.setting("colour") == "kept"


def test_without_a_backup_restoring_says_so(tmp_path: Path) -> None:
    Session.create(tmp_path / "p", "ana").close()
    with pytest.raises(StorageProblem, match="no backup"):
        restore(tmp_path / "p.adme")


def test_thinning_keeps_hours_days_weeks_months_and_everything_made_for_a_reason(
    tmp_path: Path,
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        path = session.path
    now = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
    ages = [timedelta(minutes=10 * i) for i in range(18)] + [
        timedelta(days=i) for i in range(2, 90)
    ]
    for age in ages:
        backups.make(path, now=now - age)
    backups.make(path, reason="schema1", now=now - timedelta(days=300))
    backups.thin(path, now)
    left = backups.listed(path)
    assert sum(b.reason == "schema1" for b in left) == 1
    routine = [now - b.at for b in left if not b.reason]
    assert len([a for a in routine if a < timedelta(days=1)]) == 4
    assert len([a for a in routine if timedelta(days=1) <= a < timedelta(days=7)]) == 5
    assert 3 <= len([a for a in routine if timedelta(days=7) <= a < timedelta(days=31)]) <= 5
    assert min(routine) == timedelta(0)
