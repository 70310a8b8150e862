"""Backups of a project file: made by VACUUM INTO, verified, thinned, restored without deleting."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from adme_labeler.domain.problems import StorageProblem
from adme_labeler.language import tr
from adme_labeler.storage import migrations

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"^(?P<stem>.+)-(?P<stamp>\d{8}T\d{6}Z)(?:-(?P<reason>\w+))?\.adme$")


@dataclass(frozen=True)
class Backup:
    """`reason` is empty for a routine backup, else why it was made (schema1, restore)."""

    path: Path
    at: datetime
    reason: str
    size: int


def make(project: Path, reason: str = "", now: datetime | None = None) -> Path:
    """Write and verify a backup beside the project; returns its path.

    Reads with a connection of its own, so another thread may run it while decisions are saved.
    Raises StorageProblem when the disk is full or the copy does not verify.
    """
    if not project.is_file():
        raise StorageProblem(tr("There is no project at {project}.", project=project))
    folder = _folder(project)
    moment = (now or datetime.now(UTC)).strftime(_STAMP)
    name = f"{project.stem}-{moment}" + (f"-{reason}" if reason else "") + ".adme"
    target, partial = folder / name, folder / (name + ".partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        connection = sqlite3.connect(f"{project.as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            connection.execute("VACUUM INTO ?", (str(partial),))
        finally:
            connection.close()
        _verify(partial)
        _sync(partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StorageProblem(
            tr("The backup of {file} could not be made: {reason}.", file=project.name, reason=error)
        ) from error
    return target


def listed(project: Path) -> list[Backup]:
    """Backups of a project, newest first."""
    found: list[Backup] = []
    for path in _folder(project).glob("*.adme"):
        match = _NAME.match(path.name)
        if match:
            at = datetime.strptime(match["stamp"], _STAMP).replace(tzinfo=UTC)
            found.append(Backup(path, at, match["reason"] or "", path.stat().st_size))
    return sorted(found, key=lambda backup: (backup.at, backup.path.name), reverse=True)


def thin(project: Path, now: datetime | None = None) -> list[Path]:
    """Remove routine backups beyond one an hour for a day, one a day for a week, one a week for
    a month, one a month after that. Backups made for a reason stay. Returns what was removed."""
    now = now or datetime.now(UTC)
    kept: set[str] = set()
    removed: list[Path] = []
    for backup in listed(project):
        if backup.reason:
            continue
        slot = _slot(backup.at, now)
        if slot in kept:
            backup.path.unlink()
            removed.append(backup.path)
        kept.add(slot)
    return removed


def restore(project: Path, backup: Path | None = None) -> Path:
    """Put a backup (the newest by default) in the project's place; the present file is put aside.

    Returns where the present file went. Raises StorageProblem when the project is open, there is
    no backup, or the backup is damaged.
    """
    if backup is None:
        candidates = listed(project)
        if not candidates:
            raise StorageProblem(tr("There is no backup of {file} yet.", file=project.name))
        backup = candidates[0].path
    if not backup.is_file():
        raise StorageProblem(tr("There is no backup at {backup}.", backup=backup))
    folder = project.with_name(project.name + ".d")
    lock = FileLock(folder / "lock")
    try:
        folder.mkdir(exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StorageProblem(
            tr("{file} is open in another window; close it before restoring.", file=project.name)
        ) from error
    except (OSError, NotImplementedError) as error:
        raise StorageProblem(
            tr("Nothing can be written to {folder}: {reason}.", folder=folder.parent, reason=error)
        ) from error
    try:
        return _exchange(project, backup)
    except (OSError, sqlite3.Error) as error:
        raise StorageProblem(
            tr("{file} could not be restored: {reason}.", file=backup.name, reason=error)
        ) from error
    finally:
        lock.release()


def _exchange(project: Path, backup: Path) -> Path:
    _verify(backup)
    partial = project.with_name(project.name + ".restoring")
    partial.unlink(missing_ok=True)
    try:
        _copy(backup, partial)
        _sync(partial)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _fold(project)
    stamp = datetime.now(UTC).strftime(_STAMP)
    aside = project.with_name(f"{project.stem}-before-restore-{stamp}.adme")
    number = 1
    while aside.exists():
        number += 1
        aside = project.with_name(f"{project.stem}-before-restore-{stamp}-{number}.adme")
    if project.exists():
        for suffix in ("-wal", "-shm"):
            side = project.with_name(project.name + suffix)
            if side.exists():
                side.replace(aside.with_name(aside.name + suffix))
        project.replace(aside)
    partial.replace(project)
    return aside


def _copy(source: Path, target: Path) -> None:
    """A project that was put aside after a crash keeps its last decisions in a `-wal` file."""
    if not source.with_name(source.name + "-wal").exists():
        shutil.copyfile(source, target)
        return
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as connection,
        closing(sqlite3.connect(target)) as copy,
    ):
        connection.backup(copy)


def _fold(project: Path) -> None:
    """Take the write-ahead log into the file, so that putting it aside is one move, not two.

    A file too damaged for that is put aside together with its log, as it is.
    """
    with (
        contextlib.suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{project.as_uri()}?mode=rw", uri=True)) as connection,
    ):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _slot(at: datetime, now: datetime) -> str:
    age = now - at
    if age < timedelta(days=1):
        return at.strftime("hour %Y%m%d%H")
    if age < timedelta(days=7):
        return at.strftime("day %Y%m%d")
    if age < timedelta(days=31):
        return at.strftime("week %G%V")
    return at.strftime("month %Y%m")


def _verify(path: Path) -> None:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
    finally:
        connection.close()
    if application != migrations.APPLICATION_ID:
        raise StorageProblem(tr("{file} is no project of this program.", file=path.name))
    if answer != "ok":
        raise StorageProblem(tr("{file} is damaged ({reason}).", file=path.name, reason=answer))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _folder(project: Path) -> Path:
    return project.with_name(project.name + ".d") / "backups"
