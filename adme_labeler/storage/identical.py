"""Sentences with the same text in several places: who waits for what was decided elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import LabelId, SentenceId

_QUEUED = "s.current = 1 AND s.kind IN ('paragraph', 'list_item')"
_PLACE = """
    FROM sentence s JOIN drug_label l ON l.id = s.drug_label
    JOIN drug_group g ON g.id = l.drug_group
    LEFT JOIN resolution r ON r.sentence = s.id
    LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ?1
"""
_OPEN = "r.sentence IS NULL AND coalesce(a.state, '') NOT IN ('skipped', 'unsure')"
_FILLED = "a.state = 'bulk' AND a.arm = 'identical'"


@dataclass(frozen=True)
class Twin:
    """Another sentence with the same text.

    `open`: nobody decided it and this curator did not set it aside. `filled`: it holds what this
    curator's decision on the same text gave it, unread.
    """

    sentence: SentenceId
    label: LabelId
    held_out: bool
    open: bool
    filled: bool
    category: CategoryKey | None


@dataclass(frozen=True)
class SameText:
    """A text that stands in several places.

    `categories`: how many sentences of the text were decided as what. `open`: those that wait,
    without held-out ones; `held_out` counts the latter. `read`: somebody read one of the decided.
    """

    text_hash: str
    text: str
    categories: dict[CategoryKey, int]
    read: bool
    open: tuple[SentenceId, ...]
    open_labels: int
    held_out: int


def twins(connection: sqlite3.Connection, sentence: SentenceId, curator: str) -> list[Twin]:
    """Every other sentence of the queue with the text of this one, by drug label and place."""
    rows = connection.execute(
        f"""
        SELECT s.id, s.drug_label, g.held_out, ({_OPEN}) AS open, coalesce({_FILLED}, 0) AS filled,
               r.category
        {_PLACE} WHERE {_QUEUED} AND s.id <> ?2
        AND s.text_hash = (SELECT text_hash FROM sentence WHERE id = ?2)
        ORDER BY s.drug_label, s.position
        """,
        (curator, sentence),
    )
    return [
        Twin(
            SentenceId(row["id"]),
            LabelId(row["drug_label"]),
            bool(row["held_out"]),
            bool(row["open"]),
            bool(row["filled"]),
            row["category"],
        )
        for row in rows
    ]


def waiting(connection: sqlite3.Connection, curator: str) -> list[SameText]:
    """Texts that are decided in one place and wait in another, most waiting first."""
    texts = _texts(
        connection,
        curator,
        # CROSS JOIN keeps the order: from the decided ones to all with the same text.
        f"SELECT DISTINCT s.text_hash FROM resolution d CROSS JOIN sentence s ON s.id = d.sentence "
        f"WHERE {_QUEUED} AND EXISTS (SELECT 1 FROM sentence w WHERE w.text_hash = s.text_hash "
        "AND w.current = 1 AND w.id NOT IN (SELECT sentence FROM resolution))",
    )
    found = [text for text in texts if text.open or text.held_out]
    return sorted(found, key=lambda text: (-len(text.open), text.text))


def differing(connection: sqlite3.Connection) -> list[tuple[SentenceId, str]]:
    """(sentence, text hash) of every decided sentence whose text is decided differently elsewhere.

    Sentences of one text follow each other.
    """
    rows = connection.execute(
        f"""
        WITH unlike AS (SELECT s.text_hash
                        FROM resolution r CROSS JOIN sentence s ON s.id = r.sentence
                        WHERE {_QUEUED} AND r.category IS NOT NULL
                        GROUP BY s.text_hash HAVING count(DISTINCT r.category) > 1)
        SELECT s.id, s.text_hash FROM unlike JOIN sentence s ON s.text_hash = unlike.text_hash
        JOIN resolution r ON r.sentence = s.id
        WHERE {_QUEUED} AND r.category IS NOT NULL ORDER BY s.text_hash, s.drug_label, s.position
        """
    )
    return [(SentenceId(row["id"]), row["text_hash"]) for row in rows]


def _texts(connection: sqlite3.Connection, curator: str, hashes: str) -> Iterator[SameText]:
    rows = connection.execute(
        f"""
        SELECT s.id, s.text_hash, s.text, s.drug_label, g.held_out, ({_OPEN}) AS open,
               r.category, r.read, r.sentence IS NOT NULL AS decided
        {_PLACE} WHERE {_QUEUED} AND s.text_hash IN ({hashes})
        ORDER BY s.text_hash, s.drug_label, s.position
        """,
        (curator,),
    )
    same: list[sqlite3.Row] = []
    for row in rows:
        if same and same[0]["text_hash"] != row["text_hash"]:
            yield _same_text(same)
            same = []
        same.append(row)
    if same:
        yield _same_text(same)


def _same_text(rows: list[sqlite3.Row]) -> SameText:
    categories: dict[CategoryKey, int] = {}
    for row in rows:
        if row["decided"]:
            # Where curators disagree the category is missing; "" keeps the text from being agreed.
            key = CategoryKey(row["category"] or "")
            categories[key] = categories.get(key, 0) + 1
    free = [row for row in rows if row["open"] and not row["held_out"]]
    return SameText(
        rows[0]["text_hash"],
        rows[0]["text"],
        categories,
        any(row["read"] for row in rows),
        tuple(SentenceId(row["id"]) for row in free),
        len({row["drug_label"] for row in free}),
        sum(1 for row in rows if row["open"] and row["held_out"]),
    )
