"""An open project and the person working on it."""

from __future__ import annotations

import getpass
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from adme_labeler.domain.categories import ADME, CategoryScheme
from adme_labeler.domain.closing import Closable
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.language import tr
from adme_labeler.storage import backups, labels, log, sentences, settings
from adme_labeler.storage.integrity import CheckReport, check
from adme_labeler.storage.log import Json, Operation
from adme_labeler.storage.project import Project, existing, with_suffix

__all__ = ["Session", "check_project", "with_suffix"]


@dataclass
class Session(Closable):
    """One project, one curator. Close it, or use it in a `with` statement."""

    project: Project
    curator: str
    scheme: CategoryScheme = ADME
    scheme_problem: str = ""
    """A sentence for the curator where the stored categories could not be read."""
    _stacks: tuple[list[int], list[int]] | None = field(default=None, repr=False)

    @classmethod
    def create(cls, path: Path, curator: str = "") -> Session:
        """New project. Raises StorageProblem when the file exists or cannot be made."""
        return cls(Project.create(path), curator or default_curator())

    @classmethod
    def open(cls, path: Path, curator: str = "", *, read_only: bool = False) -> Session:
        """Raises StorageProblem when the file cannot be used."""
        from adme_labeler.services import schemes

        opened = cls(Project.open(path, read_only=read_only), curator or default_curator())
        opened.scheme, opened.scheme_problem = schemes.read(opened)
        if not opened.read_only:
            from adme_labeler.services import import_runs

            import_runs.settle(opened)
        return opened

    @property
    def connection(self) -> sqlite3.Connection:
        return self.project.connection

    @property
    def path(self) -> Path:
        return self.project.path

    @property
    def read_only(self) -> bool:
        return self.project.read_only

    def setting(self, key: str, default: Json = None) -> Json:
        return settings.get(self.connection, key, default)

    def stacks(self) -> tuple[list[int], list[int]]:
        """Operations that can be undone and redone; read from the log once, then kept up."""
        if self._stacks is None:
            self._stacks = log.undo_stacks(self.connection)
        return self._stacks

    def note_undoable(self, operation: int) -> None:
        """Tell the cached undo list about a new undoable operation."""
        undo, redo = self.stacks()
        if not undo or undo[-1] != operation:
            undo.append(operation)
            redo.clear()

    def drop_stacks(self) -> None:
        self._stacks = None

    def close(self) -> None:
        self.project.close()


def default_curator() -> str:
    """Login name of the person at the keyboard."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "curator"


def change_setting(session: Session, key: str, value: Json) -> Changes:
    """Set a project setting; one undo step."""
    with session.project.operation("setting", f"Set {key}", session.curator) as draft:
        settings.put(session.connection, draft, key, value)
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(operation=None, settings=True)


def history(session: Session, limit: int = 500) -> list[Operation]:
    """What was done, newest first."""
    return list(log.operations(session.connection, limit=limit))


def counts(session: Session) -> sentences.Counts:
    return sentences.counts(session.connection, session.curator, session.project.now()[:10])


def groups(session: Session) -> list[labels.DrugGroup]:
    return labels.groups(session.connection)


def check_project(path: Path) -> CheckReport:
    """Integrity, hash chain and replay of a project that may be open elsewhere."""
    with Session.open(path, read_only=True) as session:
        return check(session.connection)


def back_up(session_or_path: Session | Path) -> Path:
    """Make, verify and thin backups; returns the new one. Safe in another thread by path."""
    path = session_or_path.path if isinstance(session_or_path, Session) else session_or_path
    path = existing(path)
    made = backups.make(path)
    backups.thin(path)
    return made


def restore(path: Path, backup: Path | None = None) -> Path:
    """Restore a backup (the newest unless named); returns where the present file was put."""
    path = existing(path)
    if backup is not None and not backup.exists():
        beside = [b.path for b in backups.listed(path) if b.path.name == backup.name]
        if not beside:
            raise Problem(tr("There is no backup named {name}.", name=backup.name))
        backup = beside[0]
    return backups.restore(path, backup)
