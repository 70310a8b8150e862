"""Imports as the project remembers them: runs, their files, drug labels and headings.

Derived data, not in the log: what came in is in the log, this tells how it came in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class RunState(StrEnum):
    """RUNNING after the program has gone means that the import was interrupted."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    FAILED = "failed"
    FINISHED = "finished"
    GIVEN_UP = "given up"


UNFINISHED = (RunState.INTERRUPTED, RunState.CANCELLED, RunState.FAILED)


@dataclass(frozen=True)
class ImportRun:
    """One import. `job` is the JSON of `protocol.ImportJob`.

    `path`, `stamp` (its size and time of change) and `place` (see `importers.Cursor`) tell where
    reading stands; `path` is empty between two files.
    """

    id: int
    at: str
    ended_at: str
    curator: str
    read_by: str
    job: str
    state: RunState
    path: str
    stamp: str
    place: tuple[int, ...]
    remark: str = ""
    """About the import as a whole."""


@dataclass(frozen=True)
class FileRow:
    """What became of one file; `run` is 0 for imports before runs were kept."""

    run: int
    at: str
    path: str
    status: str
    reason: str
    labels: int
    sentences: int
    tables: int


@dataclass(frozen=True)
class LabelRow:
    """What became of one drug label; `member` tells where it stands in its file, "" if alone."""

    path: str
    member: str
    title: str
    set_id: str
    version: int
    status: str
    reason: str
    sentences: int = 0
    tables: int = 0


_RUNS = "SELECT * FROM import_run LEFT JOIN import_remark ON import_remark.run = import_run.id"


def begin(connection: sqlite3.Connection, at: str, curator: str, read_by: str, job: str) -> int:
    cursor = connection.execute(
        "INSERT INTO import_run (at, curator, read_by, job, state) VALUES (?,?,?,?,?)",
        (at, curator, read_by, job, RunState.RUNNING.value),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def set_state(connection: sqlite3.Connection, run: int, state: RunState, at: str | None) -> None:
    connection.execute(
        "UPDATE import_run SET state = ?, ended_at = ? WHERE id = ?", (state.value, at, run)
    )


def set_remark(connection: sqlite3.Connection, run: int, remark: str) -> None:
    """What is said of the import as a whole; "" takes an earlier remark away."""
    connection.execute("DELETE FROM import_remark WHERE run = ?", (run,))
    if remark:
        connection.execute("INSERT INTO import_remark VALUES (?, ?)", (run, remark))


def stand(
    connection: sqlite3.Connection, run: int, path: str, stamp: str, place: Iterable[int]
) -> None:
    """Everything up to and with `place` in `path` is in the project."""
    connection.execute(
        "UPDATE import_run SET path = ?, stamp = ?, place = ? WHERE id = ?",
        (path, stamp, json.dumps(list(place)), run),
    )


def one(connection: sqlite3.Connection, run: int) -> ImportRun | None:
    row = connection.execute(f"{_RUNS} WHERE id = ?", (run,)).fetchone()
    return None if row is None else _run(row)


def runs(connection: sqlite3.Connection) -> list[ImportRun]:
    """Newest first."""
    return [_run(r) for r in connection.execute(f"{_RUNS} ORDER BY id DESC")]


def in_state(connection: sqlite3.Connection, *states: RunState) -> list[ImportRun]:
    """Newest first."""
    marks = ",".join("?" * len(states))
    rows = connection.execute(
        f"{_RUNS} WHERE state IN ({marks}) ORDER BY id DESC",
        [s.value for s in states],
    )
    return [_run(row) for row in rows]


def add_file(connection: sqlite3.Connection, row: FileRow) -> None:
    """A file of a run that is told of again (a resumed one) replaces what was said before."""
    if row.run:
        connection.execute(
            "DELETE FROM import_report WHERE run = ? AND path = ?", (row.run, row.path)
        )
    connection.execute(
        "INSERT INTO import_report (at, path, status, reason, labels, sentences, tables, run) "
        "VALUES (?,?,?,?,?,?,?,?)",
        (
            row.at,
            row.path,
            row.status,
            row.reason,
            row.labels,
            row.sentences,
            row.tables,
            row.run or None,
        ),
    )


def add_labels(connection: sqlite3.Connection, run: int, rows: Iterable[LabelRow]) -> None:
    connection.executemany(
        "INSERT INTO import_label (run, path, member, title, set_id, version, status, reason, "
        "sentences, tables) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            (
                run,
                r.path,
                r.member,
                r.title,
                r.set_id,
                r.version,
                r.status,
                r.reason,
                r.sentences,
                r.tables,
            )
            for r in rows
        ),
    )


def add_headings(connection: sqlite3.Connection, run: int, found: Iterable[str]) -> None:
    """Count headings that no rule knows, once for every drug label that has them."""
    connection.executemany(
        "INSERT INTO import_heading VALUES (?, ?, 1) "
        "ON CONFLICT (run, heading) DO UPDATE SET labels = labels + 1",
        ((run, heading) for heading in found),
    )


def forget_file(connection: sqlite3.Connection, run: int, path: str) -> None:
    """The file is read again from its beginning."""
    connection.execute("DELETE FROM import_label WHERE run = ? AND path = ?", (run, path))


def files(connection: sqlite3.Connection, run: int | None = None) -> list[FileRow]:
    """Files of one run (0: before runs were kept) or of all, newest run first, then in order."""
    where = "" if run is None else "WHERE coalesce(run, 0) = ?"
    rows = connection.execute(
        f"SELECT *, coalesce(run, 0) AS n FROM import_report {where} ORDER BY n DESC, id",
        () if run is None else (run,),
    )
    return [
        FileRow(
            r["n"],
            r["at"],
            r["path"],
            r["status"],
            r["reason"],
            r["labels"],
            r["sentences"],
            r["tables"],
        )
        for r in rows
    ]


def labels(connection: sqlite3.Connection, run: int, path: str | None = None) -> list[LabelRow]:
    """Drug labels of one run, or of one file in it, in the order they were read."""
    rows = connection.execute(
        "SELECT * FROM import_label WHERE run = ?1 AND (?2 IS NULL OR path = ?2) ORDER BY id",
        (run, path),
    )
    return [
        LabelRow(
            r["path"],
            r["member"],
            r["title"],
            r["set_id"],
            r["version"],
            r["status"],
            r["reason"],
            r["sentences"],
            r["tables"],
        )
        for r in rows
    ]


def statuses(connection: sqlite3.Connection, run: int, path: str) -> set[str]:
    """What became of the drug labels of a file, each status once."""
    rows = connection.execute(
        "SELECT DISTINCT status FROM import_label WHERE run = ? AND path = ?", (run, path)
    )
    return {row[0] for row in rows}


def reasons(connection: sqlite3.Connection, run: int, path: str) -> set[str]:
    """What is said of the drug labels of a file, each sentence once."""
    rows = connection.execute(
        "SELECT DISTINCT reason FROM import_label WHERE run = ? AND path = ?", (run, path)
    )
    return {row[0] for row in rows}


def counts(connection: sqlite3.Connection) -> dict[int, dict[str, int]]:
    """By run and status: drug labels, and files that failed before any drug label was read."""
    rows = connection.execute(
        """
        SELECT run, status, count(*) AS n FROM import_label GROUP BY run, status
        UNION ALL
        SELECT r.run, r.status, count(*) FROM import_report r
        WHERE r.run IS NOT NULL AND NOT EXISTS
          (SELECT 1 FROM import_label l WHERE l.run = r.run AND l.path = r.path)
        GROUP BY r.run, r.status
        """
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        of_run = found.setdefault(row["run"], {})
        of_run[row["status"]] = of_run.get(row["status"], 0) + row["n"]
    return found


def count_labels(connection: sqlite3.Connection, run: int, statuses: Iterable[str]) -> int:
    wanted = list(statuses)
    marks = ",".join("?" * len(wanted))
    row = connection.execute(
        f"SELECT count(*) FROM import_label WHERE run = ? AND status IN ({marks})", (run, *wanted)
    ).fetchone()
    return int(row[0])


def headings(connection: sqlite3.Connection, run: int | None = None) -> list[tuple[str, int]]:
    """(heading that no rule knows, drug labels that have it), most frequent first."""
    where = "" if run is None else "WHERE run = ?"
    rows = connection.execute(
        f"SELECT heading, sum(labels) AS n FROM import_heading {where} "
        "GROUP BY heading ORDER BY n DESC, heading",
        () if run is None else (run,),
    )
    return [(row["heading"], row["n"]) for row in rows]


def _run(row: sqlite3.Row) -> ImportRun:
    return ImportRun(
        row["id"],
        row["at"],
        row["ended_at"] or "",
        row["curator"],
        row["read_by"],
        row["job"],
        RunState(row["state"]),
        row["path"],
        row["stamp"],
        tuple(json.loads(row["place"])),
        row["remark"] or "",
    )
