"""What may be accepted in bulk: undecided sentences outside the held-out drugs, as arrays."""

from __future__ import annotations

import sqlite3

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import SentenceId


def last_id(connection: sqlite3.Connection) -> int:
    """Highest id of a suggestion's sentence; 0 where there is none."""
    return int(
        connection.execute("SELECT coalesce(max(sentence), 0) FROM suggestion").fetchone()[0]
    )


def between(
    connection: sqlite3.Connection, curator: str, first: int, last: int, blind_below: str = ""
) -> list[tuple[SentenceId, CategoryKey, float]]:
    """(sentence, suggested category, its probability) for sentence ids `first` to `last`.

    Left out are decided sentences, those this curator has set aside, held-out drugs, and the
    blind share: sentences whose uid sorts before `blind_below`.
    """
    rows = connection.execute(
        """
        SELECT g.sentence, g.category, g.probability FROM suggestion g
        JOIN sentence s ON s.id = g.sentence
        WHERE g.sentence BETWEEN ? AND ? AND +s.uid >= ? AND s.current = 1
          AND s.kind IN ('paragraph', 'list_item')
          AND s.drug_label NOT IN (SELECT l.id FROM drug_label l
              JOIN drug_group d ON d.id = l.drug_group WHERE d.held_out = 1)
          AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.sentence = s.id)
          AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.sentence = s.id AND a.curator = ?
              AND a.state IN ('skipped', 'unsure'))
        """,
        (first, last, blind_below, curator),
    )
    rows.row_factory = None
    return rows.fetchall()
