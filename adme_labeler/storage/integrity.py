"""Is the project what its log says it is?"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from adme_labeler.domain.problems import StorageProblem
from adme_labeler.language import tr
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
        raise StorageProblem(
            tr("The file is damaged ({reason}); restore a backup.", reason=error)
        ) from error


def _check(connection: sqlite3.Connection) -> CheckReport:
    faults: list[str] = []
    answer = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if answer != ["ok"]:
        faults.append(tr("The file is damaged: {reason}.", reason=answer[0]))
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        faults.append(tr("{count} rows point to something that is not there.", count=len(orphans)))
    broken = log.first_broken(connection)
    if broken is not None:
        faults.append(
            tr(
                "The log was altered at operation {operation}: its hash does not fit.",
                operation=broken,
            )
        )
    history = [
        change
        for operation in log.operations(connection, newest_first=False)
        for change in log.changes_of(connection, operation.id)
    ]
    if annotations.replayed(history) != annotations.current(connection):
        faults.append(tr("Replaying the log does not give the present annotations."))
    if labels.misreplayed(connection, history):
        faults.append(tr("Replaying the log does not give the present held-out drugs."))
    if boundaries.misreplayed(connection, history):
        faults.append(tr("Replaying the log does not give the present sentence boundaries."))
    if second_looks.misreplayed(connection, history):
        faults.append(tr("Replaying the log does not give the present second looks."))
    wrong = annotations.wrong_resolutions(connection)
    if wrong:
        faults.append(
            tr(
                "{count} sentences hold a category that their annotations do not give.",
                count=len(wrong),
            )
        )
    count = connection.execute("SELECT count(*) FROM annotation").fetchone()[0]
    number, digest = log.head(connection)
    return CheckReport(number, len(history), count, digest, tuple(faults))
