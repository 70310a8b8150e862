"""Numbered schema migrations: `NNNN_name.sql`, applied in order, each in one transaction."""

from __future__ import annotations

import sqlite3
from importlib import resources

APPLICATION_ID = 0x41444D45
"""ASCII "ADME" in the SQLite header: tells a project from any other database."""


def available() -> list[tuple[int, str]]:
    """(number, SQL) of every migration, lowest first."""
    found: list[tuple[int, str]] = []
    for entry in resources.files(__name__).iterdir():
        if entry.name.endswith(".sql"):
            found.append((int(entry.name.split("_", 1)[0]), entry.read_text("utf-8")))
    return sorted(found)


def newest() -> int:
    """Schema version that this program writes."""
    return available()[-1][0]


def migrate(connection: sqlite3.Connection, current: int) -> None:
    """Bring a connection outside any transaction from schema `current` to the newest.

    Foreign keys rest meanwhile, so that a table can be made anew, and are checked before each
    commit (the procedure of https://sqlite.org/lang_altertable.html, section 7).
    """
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        _apply_after(connection, current)
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _apply_after(connection: sqlite3.Connection, current: int) -> None:
    for number, sql in available():
        if number <= current:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(sql):
                connection.execute(statement)
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise sqlite3.DatabaseError(f"migration {number} leaves rows without their parents")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _statements(sql: str) -> list[str]:
    """Split a script; sqlite3.complete_statement knows triggers with their inner semicolons."""
    statements: list[str] = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return [s for s in statements if s.strip()]
