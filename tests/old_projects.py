"""Projects as earlier versions of the program left them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from adme_labeler.storage import migrations


def as_schema(path: Path, number: int) -> None:
    """Put a project's rows into a file as this schema has it, and the file in place of it."""
    old = path.with_name("old.adme")
    connection = sqlite3.connect(old, isolation_level=None)
    known = dict(migrations.available())
    for earlier in range(1, number + 1):
        connection.executescript(known[earlier])
    connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("ATTACH ? AS later", (str(path),))
    tables = connection.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' "
        "AND name NOT LIKE 'sentence_search%'"
    )
    for (table,) in tables.fetchall():
        columns = ", ".join(r[1] for r in connection.execute(f"PRAGMA main.table_info({table})"))
        connection.execute(
            f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM later.{table}"
        )
    connection.close()
    old.replace(path)
