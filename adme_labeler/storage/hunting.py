"""Undecided sentences for the hunt after a rare category, and which decisions came from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import HUNTED, READ_BY_A_PERSON, SentenceId

_ARMS = ", ".join(f"'{arm.value}'" for arm in sorted(HUNTED))
_READ = ", ".join(f"'{state.value}'" for state in sorted(READ_BY_A_PERSON))
_BY = f"""EXISTS (SELECT 1 FROM annotation h WHERE h.sentence = s.id AND h.category IS NOT NULL
    AND h.state IN ({_READ}) AND h.arm"""
COUNTS = f"(NOT {_BY} IN ({_ARMS})) OR {_BY} NOT IN ({_ARMS})))"
"""Condition on a sentence `s`: somebody read it who did not come to it by a hunt, or nobody came
to it by one. Only such a sentence may measure a model."""


def hunted(connection: sqlite3.Connection) -> frozenset[SentenceId]:
    """Decided sentences that only hunts have brought before anybody."""
    rows = connection.execute(
        "SELECT s.id FROM annotation a JOIN sentence s ON s.id = a.sentence "
        f"WHERE a.arm IN ({_ARMS}) AND a.category IS NOT NULL AND NOT {COUNTS}"
    )
    return frozenset(SentenceId(row[0]) for row in rows)


def confirmed(connection: sqlite3.Connection, category: CategoryKey) -> int:
    """How many sentences a person read and gave this category."""
    row = connection.execute(
        "SELECT count(*) FROM resolution WHERE category = ? AND read = 1", (category,)
    ).fetchone()
    return int(row[0])


def latest_confirmed(
    connection: sqlite3.Connection, category: CategoryKey, most: int
) -> list[SentenceId]:
    rows = connection.execute(
        "SELECT r.sentence FROM resolution r JOIN sentence s ON s.id = r.sentence "
        "WHERE r.category = ? AND r.read = 1 AND s.current = 1 "
        "ORDER BY (SELECT max(at) FROM annotation a WHERE a.sentence = r.sentence) DESC LIMIT ?",
        (category, most),
    )
    return [SentenceId(row[0]) for row in rows]


def open_among(
    connection: sqlite3.Connection, curator: str, ids: Sequence[SentenceId]
) -> frozenset[SentenceId]:
    """Those that have no category and that this curator did not set aside."""
    rows = connection.execute(
        """
        SELECT s.id FROM sentence s WHERE s.id IN (SELECT value FROM json_each(?))
          AND s.current = 1 AND s.kind IN ('paragraph', 'list_item')
          AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.sentence = s.id)
          AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.sentence = s.id AND a.curator = ?
                          AND a.state IN ('skipped', 'unsure'))
        """,
        (json.dumps(list(ids)), curator),
    )
    return frozenset(SentenceId(row[0]) for row in rows)


def with_words(
    connection: sqlite3.Connection,
    curator: str,
    words: Sequence[str],
    category: CategoryKey,
    limit: int,
) -> list[SentenceId]:
    """Undecided sentences with these words that the model does not suggest as `category`, those
    with the most and the rarest of them first. A word that ends in "*" may go on."""
    if not words:
        return []
    match = " OR ".join(
        '"' + word.rstrip("*").replace('"', " ") + '"' + ("*" if word.endswith("*") else "")
        for word in words
    )
    rows = connection.execute(
        """
        SELECT s.id FROM sentence_search f JOIN sentence s ON s.id = f.rowid
        JOIN drug_label l ON l.id = s.drug_label
        JOIN drug_group d ON d.id = l.drug_group AND d.held_out = 0
        LEFT JOIN suggestion g ON g.sentence = s.id
        WHERE f.sentence_search MATCH ? AND s.current = 1
          AND s.kind IN ('paragraph', 'list_item') AND g.category IS NOT ?
          AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.sentence = s.id)
          AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.sentence = s.id AND a.curator = ?
                          AND a.state IN ('skipped', 'unsure'))
        ORDER BY f.rank LIMIT ?
        """,
        (match, category, curator, limit),
    )
    return [SentenceId(row[0]) for row in rows]
