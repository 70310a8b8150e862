"""Settings of a project, each JSON under a key; changes are logged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from adme_labeler.storage.log import Change, Draft, Json, canonical


def get(connection: sqlite3.Connection, key: str, default: Json = None) -> Json:
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return default if row is None else json.loads(row["value"])


def put(connection: sqlite3.Connection, draft: Draft, key: str, value: Json) -> None:
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    before = None if row is None else str(row["value"])
    after = canonical(value)
    if before != after:
        draft.changes.append(Change("setting", key, before, after))
        connection.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (key, after))


def remember(connection: sqlite3.Connection, key: str, value: Json) -> None:
    """Keep a fact about derived data (served revision); not part of the log."""
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (key, canonical(value)))


def apply(connection: sqlite3.Connection, changes: Iterable[Change]) -> bool:
    """Bring settings to the `after` of each change; true when there was one."""
    touched = False
    for change in changes:
        if change.kind != "setting":
            continue
        touched = True
        if change.after is None:
            connection.execute("DELETE FROM setting WHERE key = ?", (change.key,))
        else:
            connection.execute(
                "INSERT OR REPLACE INTO setting VALUES (?,?)", (change.key, change.after)
            )
    return touched
