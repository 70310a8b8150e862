"""A project: one `name.adme` file, its folder `name.adme.d`, one writer, every change logged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from adme_labeler.domain.closing import Closable
from adme_labeler.domain.problems import StorageProblem
from adme_labeler.language import tr
from adme_labeler.storage import log, migrations
from adme_labeler.storage.filesystem import FolderKind, folder_kind
from adme_labeler.storage.write_ahead import WriteAheadLog

SUFFIX = ".adme"


def utc_now() -> str:
    """Now in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Project(Closable):
    """An open project file. `read_only` is true in a second window on the same project.

    Not thread-safe: the thread that opened it uses it. `warning` is a sentence for the curator
    (shared or synchronised folder), or empty.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: FileLock | None,
        warning: str,
        now: Callable[[], str],
    ) -> None:
        self.path = path
        self.folder = folder_of(path)
        self.connection = connection
        self.warning = warning
        self.now = now
        self.before_writing: Callable[[], None] | None = None
        """Ends what a `second` project is writing, before this one writes."""
        self._lock = lock
        self._closed = False
        self._log = WriteAheadLog(path)

    @property
    def read_only(self) -> bool:
        return self._lock is None

    @classmethod
    def create(cls, path: Path, now: Callable[[], str] = utc_now) -> Project:
        """New, empty project. Raises StorageProblem when the file exists or cannot be made."""
        path = with_suffix(path)
        try:
            there = path.exists()
            if not there:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(exist_ok=False)
        except OSError as error:
            raise StorageProblem(
                tr(
                    "The project cannot be created in {folder}: {reason}.",
                    folder=path.parent,
                    reason=error.strerror,
                )
            ) from error
        if there:
            raise StorageProblem(
                tr("{file} already exists; open it or choose another name.", file=path.name)
            )
        return cls.open(path, now=now)

    @classmethod
    def open(
        cls, path: Path, *, read_only: bool = False, now: Callable[[], str] = utc_now
    ) -> Project:
        """Open a project; read-only when asked to or when another window has it open.

        Raises StorageProblem when the file is missing, no project, damaged or of a newer program.
        """
        path = existing(path)
        if not path.is_file():
            raise StorageProblem(tr("There is no project at {path}.", path=path))
        kind = folder_kind(path.parent)
        lock = None if read_only else _writer_lock(path)
        connection = None
        try:
            connection = _connect(path, writable=lock is not None, wal=kind is FolderKind.LOCAL)
            if lock is not None:
                _upgrade(path, connection)
            elif _schema(connection) != migrations.newest():
                raise StorageProblem(
                    tr(
                        "{file} must first be opened for writing once, to bring it up to date.",
                        file=path.name,
                    )
                )
        except sqlite3.OperationalError as error:  # busy, full or write-protected, not damaged
            _close(connection, lock)
            raise StorageProblem(
                tr(
                    "{file} cannot be opened now ({reason}); nothing in it was changed.",
                    file=path.name,
                    reason=error,
                )
            ) from error
        except sqlite3.DatabaseError as error:
            _close(connection, lock)
            raise StorageProblem(
                tr(
                    "{file} is no readable project ({reason}); a backup can be restored with "
                    "File > Restore a backup.",
                    file=path.name,
                    reason=error,
                )
            ) from error
        except BaseException:
            _close(connection, lock)
            raise
        return cls(path, connection, lock, _warning(path, kind), now)

    @contextmanager
    def operation(
        self,
        kind: str,
        summary: str,
        curator: str = "",
        *,
        undoable: bool = True,
        undoes: int | None = None,
        redoes: int | None = None,
    ) -> Generator[log.Draft]:
        """One transaction that ends in one log entry; an exception undoes all of it.

        An operation that recorded no change and is not marked `keep` leaves no trace.
        """
        draft = log.Draft(kind, summary, curator, self.now(), undoable, undoes, redoes)
        with self.transaction():
            draft.id = log.next_id(self.connection)
            yield draft
            if (draft.changes or draft.keep) and not draft.written:
                log.append(self.connection, draft)

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """A durable transaction for derived data; decisions go through `operation`."""
        if self.read_only:
            raise StorageProblem(
                tr(
                    "{file} is open in another window; this window can only read it.",
                    file=self.path.name,
                )
            )
        if self.before_writing is not None:
            self.before_writing()
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            if self._log.lost():  # then a crash would lose what is in it
                self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.OperationalError as error:
            raise StorageProblem(_explain(self.path, error)) from error

    @contextmanager
    def second(self) -> Generator[Project | None]:
        """The same project once more, for one long operation: until it is committed, whoever reads
        here sees what was there before. None where there is no write-ahead log to allow that.

        Both may not write at once: see `before_writing`.
        """
        mode = self.connection.execute("PRAGMA journal_mode").fetchone()[0]
        if self.read_only or str(mode).lower() != "wal":
            yield None
            return
        connection = _connect(self.path, writable=True, wal=True)
        other = Project(self.path, connection, self._lock, "", self.now)
        other._log = self._log
        try:
            yield other
        finally:
            connection.close()

    def close(self) -> None:
        """Fold the write-ahead log into the file, so that it can be copied, and let go of it."""
        if self._closed:
            return
        self._closed = True
        if not self.read_only:
            try:
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError:
                self.warning = tr("The project could not be folded into one file; nothing is lost.")
        _close(self.connection, self._lock)


def folder_of(path: Path) -> Path:
    """`name.adme.d` beside `name.adme`: models, runs, features, backups, lock."""
    return path.with_name(path.name + ".d")


def with_suffix(path: Path) -> Path:
    """The path with `.adme` at its end, absolute."""
    path = path.expanduser().absolute()
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def existing(path: Path) -> Path:
    """The project that `path` names, with or without `.adme`, links followed; it may be missing."""
    path = path.expanduser()
    if path.suffix != SUFFIX and not path.is_file() and with_suffix(path).is_file():
        path = with_suffix(path)
    return path.resolve()


def is_free(path: Path) -> bool:
    """Whether no window has the project open for writing just now."""
    lock = FileLock(folder_of(path) / "lock")
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError, NotImplementedError):
        return False
    lock.release()
    return True


def _writer_lock(path: Path) -> FileLock | None:
    folder = folder_of(path)
    try:
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except (OSError, NotImplementedError) as error:
        raise StorageProblem(
            tr(
                "The folder of {file} does not let programs lock files ({reason}); copy the "
                "project to a folder on this computer.",
                file=path.name,
                reason=error,
            )
        ) from error
    return lock


def _connect(path: Path, *, writable: bool, wal: bool) -> sqlite3.Connection:
    mode = "rw" if writable else "ro"
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    if writable:
        connection.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def _schema(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _upgrade(path: Path, connection: sqlite3.Connection) -> None:
    schema = _schema(connection)
    if schema > migrations.newest():
        raise StorageProblem(
            tr(
                "{file} was written by a newer version of this program; install that version.",
                file=path.name,
            )
        )
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if (tables or schema) and application != migrations.APPLICATION_ID:
        raise StorageProblem(
            tr("{file} is a database, but not a project of this program.", file=path.name)
        )
    if schema == migrations.newest():
        return
    if schema:
        from adme_labeler.storage import backups

        backups.make(path, reason=f"schema{schema}")
    migrations.migrate(connection, schema)


def _warning(path: Path, kind: FolderKind) -> str:
    if kind is FolderKind.NETWORK:
        return tr(
            "{file} lies on a network drive: saving is slower, and one person at a time.",
            file=path.name,
        )
    if kind is FolderKind.SYNCHRONISED:
        return tr(
            "{file} lies in a synchronised folder: close the program before the folder "
            "is used on another computer.",
            file=path.name,
        )
    return ""


def _explain(path: Path, error: sqlite3.OperationalError) -> str:
    text = str(error)
    if "full" in text:
        return tr(
            "The disk is full: the last decision was not saved. Free some space and decide again."
        )
    if "readonly" in text:
        return tr("{file} is write-protected: the last decision was not saved.", file=path.name)
    return tr(
        "{file} could not be written ({text}): the last decision was not saved.",
        file=path.name,
        text=text,
    )


def _close(connection: sqlite3.Connection | None, lock: FileLock | None) -> None:
    if connection is not None:
        connection.close()
    if lock is not None:
        lock.release()
