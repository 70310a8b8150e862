"""Held-out sentences as a measurement needs them: the decision and the model's, no more."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import GroupId, ModelVersion, SentenceId
from adme_labeler.storage.hunting import COUNTS

# From the held-out groups inwards, so that the price does not grow with what else is decided.
_HELD_OUT = """
    FROM drug_group d CROSS JOIN drug_label l ON l.drug_group = d.id
    CROSS JOIN sentence s ON s.drug_label = l.id AND s.current = 1
"""
_QUEUED = "d.held_out = 1 AND s.kind IN ('paragraph', 'list_item')"


@dataclass(frozen=True)
class Measured:
    """A held-out sentence that a person read; `suggested` by a model, or None while it waits."""

    sentence: SentenceId
    group: GroupId
    category: CategoryKey
    blind: bool
    suggested: CategoryKey | None
    model_version: ModelVersion | None
    head_revision: int | None


@dataclass(frozen=True)
class HeldOutCounts:
    """Drug groups held out, their queued sentences, and how many of these are undecided."""

    groups: int
    sentences: int
    undecided: int


def decided(connection: sqlite3.Connection) -> list[Measured]:
    """Held-out sentences with a category that a person read (never bulk) and did not come to by a
    hunt, by id."""
    rows = connection.execute(
        f"""
        SELECT s.id, d.id, r.category, r.blind, g.category, g.model_version, g.head_revision
        {_HELD_OUT} CROSS JOIN resolution r ON r.sentence = s.id
        LEFT JOIN suggestion g ON g.sentence = s.id
        WHERE {_QUEUED} AND r.category IS NOT NULL AND r.read = 1 AND {COUNTS}
        ORDER BY s.id
        """
    )
    return [
        Measured(
            SentenceId(row[0]),
            GroupId(row[1]),
            CategoryKey(row[2]),
            bool(row[3]),
            None if row[4] is None else CategoryKey(row[4]),
            None if row[5] is None else ModelVersion(row[5]),
            row[6],
        )
        for row in map(tuple, rows)
    ]


def counts(connection: sqlite3.Connection) -> HeldOutCounts:
    row = connection.execute(
        f"SELECT count(DISTINCT d.id), count(*), sum(r.sentence IS NULL) {_HELD_OUT} "
        f"LEFT JOIN resolution r ON r.sentence = s.id WHERE {_QUEUED}"
    ).fetchone()
    return HeldOutCounts(int(row[0]), int(row[1]), int(row[2] or 0))
