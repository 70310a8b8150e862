"""Whether the write-ahead log of an open project still lies beside it.

SQLite guards the log with POSIX locks on the project file, and all of them are gone as soon as
this process has opened and closed that file in any other way (https://sqlite.org/howtocorrupt.html,
2.2), as a file dialog does that looks into files for their type. From then on another program that
opens and closes the project (a database viewer, say) takes itself for the last one and deletes the
log, while this process goes on writing into a file without a name. What is written then is folded
into the project at once.
"""

from __future__ import annotations

from pathlib import Path


class WriteAheadLog:
    """The log as it is now; none, and never lost, where the journal is of another kind."""

    def __init__(self, project: Path) -> None:
        self._project, self._log = project, project.with_name(project.name + "-wal")
        self._file, self._identity = _identity(self._project), _identity(self._log)

    def lost(self) -> bool:
        """Whether it was deleted or replaced, while the project file is still the same one."""
        if self._identity is None or _identity(self._log) == self._identity:
            return False
        return _identity(self._project) == self._file


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
