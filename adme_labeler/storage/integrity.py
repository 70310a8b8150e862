"""Is the project what its log says it is?"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from adme_labeler.domain.problems import StorageProblem
from adme_labeler.storage import annotations, boundaries, labels, log, second_looks


@dataclass(frozen=True)
class CheckReport:
    """`faults` are sentences, empty when all is well."""

    operations: int
    changes: int
    annotations: int
    head: str
    faults: tuple[str, ...]


def check(connection: sqlite3.Connection) -> CheckReport:
    """SQLite's own check, foreign keys, hash chain, and replay of the log against the tables.

    Raises StorageProblem when the file is too damaged to be read to its end.
    """
    try:
        return _check(connection)
    except sqlite3.DatabaseError as error:
        raise StorageProblem(f"The file is damaged ({error}); restore a backup.") from error


def _check(connection: sqlite3.Connection) -> CheckReport:
    faults: list[str] = []
    answer = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if answer != ["ok"]:
        faults.append(f"The file is damaged: {answer[0]}.")
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        faults.append(f"{len(orphans)} rows point to something that is not there.")
    broken = log.first_broken(connection)
    if broken is not None:
        faults.append(f"The log was altered at operation {broken}: its hash does not fit.")
    history = [
        change
        for operation in log.operations(connection, newest_first=False)
        for change in log.changes_of(connection, operation.id)
    ]
    if annotations.replayed(history) != annotations.current(connection):
        faults.append("Replaying the log does not give the present annotations.")
    if labels.misreplayed(connection, history):
        faults.append("Replaying the log does not give the present held-out drugs.")
    if boundaries.misreplayed(connection, history):
        faults.append("Replaying the log does not give the present sentence boundaries.")
    if second_looks.misreplayed(connection, history):
        faults.append("Replaying the log does not give the present second looks.")
    wrong = annotations.wrong_resolutions(connection)
    if wrong:
        faults.append(f"{len(wrong)} sentences hold a category that their annotations do not give.")
    count = connection.execute("SELECT count(*) FROM annotation").fetchone()[0]
    number, digest = log.head(connection)
    return CheckReport(number, len(history), count, digest, tuple(faults))
