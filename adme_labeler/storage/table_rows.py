"""Rows of tables in drug labels, and which of them state an ADME fact. Derived data, not logged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adme_labeler.domain.records import LabelId, SentenceId


@dataclass(frozen=True)
class StoredTable:
    """A table of a current drug label; `sentences` are its rows in order, `about` the headings
    above it and its caption."""

    rows: tuple[tuple[str, ...], ...]
    about: tuple[str, ...]
    sentences: tuple[SentenceId, ...]


def unexamined(
    connection: sqlite3.Connection, label: LabelId | None = None, limit: int = 1000
) -> list[StoredTable]:
    """At most `limit` tables, of one drug label if given, of which a row was not looked at."""
    # Told apart here: with one text for both the whole project would be read for one label.
    of_label = "" if label is None else "AND s.drug_label = ?1"
    blocks = connection.execute(
        f"""
        SELECT b.id, b.cells, b.heading_path,
          (SELECT p.text FROM block p WHERE p.label_version = b.label_version
             AND p.ordinal = b.ordinal - 1 AND p.kind = 'caption') AS caption
        FROM block b WHERE b.id IN (
          SELECT s.block FROM sentence s LEFT JOIN table_row t ON t.sentence = s.id
          WHERE s.kind = 'table' AND s.current = 1 AND t.sentence IS NULL
            {of_label} LIMIT ?2)
        """,
        (label, limit),
    ).fetchall()
    return [
        StoredTable(
            tuple(tuple(row) for row in json.loads(block["cells"] or "[]")),
            (*json.loads(block["heading_path"]), block["caption"] or ""),
            tuple(
                SentenceId(row[0])
                for row in connection.execute(
                    "SELECT id FROM sentence WHERE block = ? AND current = 1 ORDER BY position",
                    (block["id"],),
                )
            ),
        )
        for block in blocks
    ]


def put(connection: sqlite3.Connection, found: Iterable[tuple[SentenceId, str]]) -> None:
    """Note the fact that each row states, "" for none."""
    connection.executemany(
        "INSERT INTO table_row VALUES (?, ?) ON CONFLICT (sentence) DO UPDATE SET fact = "
        "excluded.fact",
        found,
    )


def open_with_facts(connection: sqlite3.Connection, curator: str) -> list[tuple[SentenceId, str]]:
    """(row, its fact) without a category that this curator did not set aside, in reading order."""
    rows = connection.execute(
        """
        SELECT t.sentence, t.fact FROM table_row t
        JOIN sentence s ON s.id = t.sentence AND s.current = 1
        JOIN drug_label l ON l.id = s.drug_label JOIN label_version v ON v.id = l.label_version
        WHERE t.fact <> '' AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.sentence = s.id)
          AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.sentence = s.id AND a.curator = ?
                          AND a.state IN ('skipped', 'unsure'))
        ORDER BY v.title COLLATE NOCASE, l.id, s.position
        """,
        (curator,),
    )
    return [(SentenceId(row["sentence"]), row["fact"]) for row in rows]


def facts(connection: sqlite3.Connection, ids: Sequence[SentenceId]) -> dict[SentenceId, str]:
    """The facts of those of these sentences that state one."""
    rows = connection.execute(
        "SELECT sentence, fact FROM table_row WHERE fact <> '' "
        "AND sentence IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {SentenceId(row["sentence"]): row["fact"] for row in rows}


def count(connection: sqlite3.Connection, label: LabelId) -> tuple[int, int]:
    """Tables of a drug label, and rows of them that state an ADME fact."""
    row = connection.execute(
        """
        SELECT count(DISTINCT s.block), coalesce(sum(t.fact <> ''), 0)
        FROM sentence s LEFT JOIN table_row t ON t.sentence = s.id
        WHERE s.kind = 'table' AND s.current = 1 AND s.drug_label = ?
        """,
        (label,),
    ).fetchone()
    return int(row[0]), int(row[1])
