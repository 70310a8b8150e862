"""What is left where no sentence waits: set aside, or in conflict."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from adme_labeler.storage.labels import QUEUED_KINDS


@dataclass(frozen=True)
class LeftOver:
    """Sentences that no queue brings up by itself, each counted once."""

    skipped: int
    unsure: int
    conflicts: int
    """Curators decided differently, and nobody has settled it."""


def left_over(connection: sqlite3.Connection, curator: str) -> LeftOver:
    row = connection.execute(
        """
        SELECT sum(r.sentence IS NULL AND a.state = 'skipped'),
          sum(r.sentence IS NULL AND a.state = 'unsure'), sum(r.sentence IS NOT NULL)
        FROM sentence s LEFT JOIN resolution r ON r.sentence = s.id
        LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ?1
        WHERE s.current = 1 AND s.kind IN (?2, ?3) AND r.category IS NULL
        """,
        (curator, *QUEUED_KINDS),
    ).fetchone()
    return LeftOver(*(int(number or 0) for number in row))


def has_sentences(connection: sqlite3.Connection) -> bool:
    return (
        connection.execute("SELECT 1 FROM sentence WHERE current = 1 LIMIT 1").fetchone()
        is not None
    )


def has_newer_versions(connection: sqlite3.Connection) -> bool:
    """Whether a drug label ever came in another version."""
    found = connection.execute(
        "SELECT 1 FROM label_version v JOIN drug_label l ON l.id = v.drug_label "
        "WHERE v.id <> l.label_version LIMIT 1"
    )
    return found.fetchone() is not None


def has_facts(connection: sqlite3.Connection) -> bool:
    """Whether a table row that is looked at states an ADME fact, decided or not."""
    found = connection.execute(
        "SELECT 1 FROM table_row t JOIN sentence s ON s.id = t.sentence AND s.current = 1 "
        "WHERE t.fact <> '' LIMIT 1"
    )
    return found.fetchone() is not None


def has_suggestions(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM suggestion LIMIT 1").fetchone() is not None


def several_curators(connection: sqlite3.Connection) -> bool:
    """Whether more than one person has given a category."""
    found = connection.execute(
        "SELECT 1 FROM annotation WHERE category IS NOT NULL AND curator > "
        "(SELECT min(curator) FROM annotation WHERE category IS NOT NULL) LIMIT 1"
    )
    return found.fetchone() is not None
