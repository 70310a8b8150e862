"""Transactions that need not be on the disk before the next one."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without_waiting_for_the_disk(connection: sqlite3.Connection) -> Generator[None]:
    """Around transactions of what can be had again: suggestions, drug labels that come in.

    A loss of power may then take the last of them back, all together and in order; the next
    decision puts everything before it on the disk. Only with a write-ahead log: without one a loss
    of power could damage the file.
    """
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        yield
        return
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")
