"""The append-only, hash-chained log of operations, and undo and redo as read from it."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

GENESIS = "0" * 64
HASH_DIGITS = 12
"""Digits of a hash that a `Revision` carries."""

_SLICE = 200
"""Changes dealt with in one go: a few milliseconds."""

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_REVISION = re.compile(rf"r(\d{{1,18}})\.([0-9a-f]{{{HASH_DIGITS}}})\.([0-9a-f]{{{HASH_DIGITS}}})")


@dataclass(frozen=True)
class Change:
    """One thing before and after; None means that it did not exist. Texts are canonical JSON."""

    kind: str
    key: str
    before: str | None
    after: str | None

    def inverse(self) -> Change:
        return Change(self.kind, self.key, self.after, self.before)


@dataclass
class Draft:
    """An operation while its transaction is open."""

    kind: str
    summary: str
    curator: str
    at: str
    undoable: bool
    undoes: int | None = None
    redoes: int | None = None
    id: int = 0
    keep: bool = False
    changes: list[Change] = field(default_factory=list[Change])
    written: bool = False
    """The log has it."""


@dataclass(frozen=True)
class Operation:
    """An entry of the log."""

    id: int
    kind: str
    summary: str
    curator: str
    at: str
    undoable: bool
    undoes: int | None
    redoes: int | None
    hash: str


def canonical(value: Json) -> str:
    """JSON text that is the same for the same value."""
    return _canonical.encode(value)


def next_id(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM operation").fetchone()[0])


def head(connection: sqlite3.Connection) -> tuple[int, str]:
    """Id and hash of the newest operation; (0, 64 zeros) in a new project."""
    row = connection.execute("SELECT id, hash FROM operation ORDER BY id DESC LIMIT 1").fetchone()
    return (0, GENESIS) if row is None else (int(row["id"]), str(row["hash"]))


def fingerprint(connection: sqlite3.Connection) -> str:
    """Hash of the project's first operation: the same in every copy of it, in no other project."""
    return _hash_of(connection, 1) or GENESIS


@dataclass(frozen=True)
class Revision:
    """A project as it was after one operation; the hashes are cut to `HASH_DIGITS`.

    Written as "r120.3fa5c01b77d2.90e1ab34cd56": a text that no spreadsheet program takes for a
    number or a date.
    """

    operation: int
    project: str
    hash: str

    def __str__(self) -> str:
        return f"r{self.operation}.{self.project}.{self.hash}"

    @classmethod
    def parse(cls, written: str) -> Revision | None:
        """None for a text that is no revision."""
        found = _REVISION.fullmatch(written.strip())
        return None if found is None else cls(int(found[1]), found[2], found[3])


def revision(connection: sqlite3.Connection, operation: int | None = None) -> Revision | None:
    """The project after `operation`, or as it is now; None when it has no such operation."""
    number, digest = head(connection)
    if operation is not None and operation != number:
        number, digest = operation, _hash_of(connection, operation) or ""
        if not digest:
            return None
    return Revision(number, fingerprint(connection)[:HASH_DIGITS], digest[:HASH_DIGITS])


def append(connection: sqlite3.Connection, draft: Draft) -> None:
    """Write a draft and its changes; the caller holds the transaction."""
    for _ in appending(connection, draft):
        pass


def appending(connection: sqlite3.Connection, draft: Draft) -> Generator[None]:
    """`append` in slices: yields between them. Nothing may be added to the draft any more."""
    previous = head(connection)[1]
    hashing = hashlib.sha256()
    for piece in _pieces(previous, draft.id, draft, draft.changes):
        hashing.update(piece.encode())
        yield
    digest = hashing.hexdigest()
    connection.execute(
        "INSERT INTO operation VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            draft.id,
            draft.kind,
            draft.summary,
            draft.curator,
            draft.at,
            int(draft.undoable),
            draft.undoes,
            draft.redoes,
            previous,
            digest,
        ),
    )
    for start in range(0, len(draft.changes), _SLICE):
        connection.executemany(
            "INSERT INTO change VALUES (?,?,?,?,?,?)",
            [
                (draft.id, ordinal, c.kind, c.key, c.before, c.after)
                for ordinal, c in enumerate(draft.changes[start : start + _SLICE], start)
            ],
        )
        yield
    draft.written = True


def changes_of(connection: sqlite3.Connection, operation: int) -> list[Change]:
    rows = connection.execute(
        "SELECT kind, key, before, after FROM change WHERE operation = ? ORDER BY ordinal",
        (operation,),
    )
    return [Change(r["kind"], r["key"], r["before"], r["after"]) for r in rows]


def reading_changes(
    connection: sqlite3.Connection, operation: int
) -> Generator[None, None, list[Change]]:
    """`changes_of` in slices: yields between them."""
    found: list[Change] = []
    while rows := connection.execute(
        "SELECT kind, key, before, after FROM change WHERE operation = ? AND ordinal >= ? "
        "ORDER BY ordinal LIMIT ?",
        (operation, len(found), 5 * _SLICE),
    ).fetchall():
        found += [Change(r["kind"], r["key"], r["before"], r["after"]) for r in rows]
        yield
    return found


def change_count(connection: sqlite3.Connection, operation: int) -> int:
    row = connection.execute(
        "SELECT coalesce(max(ordinal) + 1, 0) FROM change WHERE operation = ?", (operation,)
    ).fetchone()
    return int(row[0])


def operations(
    connection: sqlite3.Connection, *, newest_first: bool = True, limit: int = -1
) -> Iterator[Operation]:
    order = "DESC" if newest_first else "ASC"
    for row in connection.execute(f"SELECT * FROM operation ORDER BY id {order} LIMIT ?", (limit,)):
        yield operation_of(row)


def undo_stacks(connection: sqlite3.Connection) -> tuple[list[int], list[int]]:
    """Operations that can be undone and redone, the next one last in each list.

    Follows the usual rule: a new undoable operation empties the redo list. Operations that are
    not undoable (imports, promotions) are stepped over.
    """
    undo: list[int] = []
    redo: list[int] = []
    for row in connection.execute(
        "SELECT id, undoes, redoes FROM operation WHERE undoable = 1 ORDER BY id"
    ):
        if row["undoes"] is not None:
            undo.pop()
            redo.append(int(row["undoes"]))
        elif row["redoes"] is not None:
            redo.pop()
            undo.append(int(row["redoes"]))
        else:
            undo.append(int(row["id"]))
            redo.clear()
    return undo, redo


@dataclass(frozen=True)
class ChainPage:
    """How far the chain was followed: the `last` operation and its `hash`; `broken` is the first
    one that does not fit, `end` says that none is left."""

    last: int = 0
    hash: str = GENESIS
    broken: int | None = None
    end: bool = False


def first_broken(connection: sqlite3.Connection) -> int | None:
    """Id of the first operation whose hash does not fit the chain, or None when all fit."""
    page = ChainPage()
    while not page.end and page.broken is None:
        page = follow_chain(connection, page, 10_000)
    return page.broken


def follow_chain(connection: sqlite3.Connection, page: ChainPage, count: int) -> ChainPage:
    """Check the next `count` operations after `page`."""
    previous = page.hash
    expected = page.last + 1
    rows = connection.execute(
        "SELECT * FROM operation WHERE id > ? ORDER BY id LIMIT ?", (page.last, count)
    ).fetchall()
    for row in rows:
        operation = operation_of(row)
        draft = Draft(
            operation.kind,
            operation.summary,
            operation.curator,
            operation.at,
            operation.undoable,
            operation.undoes,
            operation.redoes,
        )
        changes = changes_of(connection, operation.id)
        digest = _digest(previous, operation.id, draft, changes)
        intact = row["previous_hash"] == previous and operation.hash == digest
        if not intact or operation.id != expected:
            return ChainPage(page.last, page.hash, operation.id)
        previous = operation.hash
        expected += 1
    return ChainPage(expected - 1, previous, end=len(rows) < count)


def _hash_of(connection: sqlite3.Connection, operation: int) -> str | None:
    row = connection.execute("SELECT hash FROM operation WHERE id = ?", (operation,)).fetchone()
    return None if row is None else str(row["hash"])


def _digest(previous: str, number: int, draft: Draft, changes: list[Change]) -> str:
    hashing = hashlib.sha256()
    for piece in _pieces(previous, number, draft, changes):
        hashing.update(piece.encode())
    return hashing.hexdigest()


def _pieces(previous: str, number: int, draft: Draft, changes: list[Change]) -> Iterator[str]:
    """What is hashed: the hash before, a line's end, the canonical JSON of the whole operation."""
    head: list[Json] = [
        number,
        draft.kind,
        draft.summary,
        draft.curator,
        draft.at,
        draft.undoable,
        draft.undoes,
        draft.redoes,
    ]
    yield f"{previous}\n{canonical(head)[:-1]},["
    for start in range(0, len(changes), _SLICE):
        some: list[Json] = [
            [c.kind, c.key, c.before, c.after] for c in changes[start : start + _SLICE]
        ]
        yield ("," if start else "") + canonical(some)[1:-1]
    yield "]]"


def operation_of(row: sqlite3.Row) -> Operation:
    return Operation(
        int(row["id"]),
        row["kind"],
        row["summary"],
        row["curator"],
        row["at"],
        bool(row["undoable"]),
        row["undoes"],
        row["redoes"],
        row["hash"],
    )
