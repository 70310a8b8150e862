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
    """Bring a connection outside any transaction from schema `current` to the newest."""
    for number, sql in available():
        if number <= current:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(sql):
                connection.execute(statement)
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
