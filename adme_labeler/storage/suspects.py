"""Annotations that look wrong: derived data, replaced whole by each examination."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import GroupId, SentenceId
from adme_labeler.storage.second_looks import Why


@dataclass(frozen=True)
class Suspect:
    """An annotation to look at; `place` 0 is the most urgent.

    `given` was its category when it was examined, `proposed` the one that speaks against it (""
    where none does), `why` the kind of suspicion. `model` is what a model that had not seen it
    says with `probability` (0 to 1); `duplicates` counts near-identical sentences that have the
    proposed category.
    """

    sentence: SentenceId
    place: int
    given: CategoryKey
    proposed: str
    why: str
    model: str
    probability: float
    duplicates: int


@dataclass(frozen=True)
class Decided:
    """An annotation that can be examined: outside the held-out drugs, whoever made it."""

    sentence: SentenceId
    category: CategoryKey
    group: GroupId


def replace_all(connection: sqlite3.Connection, found: Sequence[Suspect]) -> None:
    """The caller holds the transaction."""
    connection.execute("DELETE FROM suspect")
    connection.executemany(
        "INSERT INTO suspect VALUES (?,?,?,?,?,?,?,?)",
        [
            (s.sentence, s.place, s.given, s.proposed, s.why, s.model, s.probability, s.duplicates)
            for s in found
        ],
    )


def standing(connection: sqlite3.Connection) -> list[Suspect]:
    """Those that still hold: their category is as it was, and nobody has confirmed it since."""
    rows = connection.execute(
        """
        SELECT p.* FROM suspect p JOIN sentence s ON s.id = p.sentence AND s.current = 1
        JOIN resolution r ON r.sentence = p.sentence AND r.category = p.given
        WHERE NOT EXISTS (SELECT 1 FROM second_look k WHERE k.sentence = p.sentence
                          AND k.why = ? AND k.category = p.given)
        ORDER BY p.place
        """,
        (Why.LOOKS_WRONG.value,),
    )
    return [
        Suspect(
            SentenceId(row["sentence"]),
            row["place"],
            CategoryKey(row["given"]),
            row["proposed"],
            row["why"],
            row["model"],
            row["probability"],
            row["duplicates"],
        )
        for row in rows
    ]


def decided(connection: sqlite3.Connection) -> list[Decided]:
    """Every annotation that can be examined, by sentence."""
    rows = connection.execute(
        """
        SELECT r.sentence, r.category, l.drug_group FROM resolution r
        JOIN sentence s ON s.id = r.sentence AND s.current = 1
        JOIN drug_label l ON l.id = s.drug_label
        JOIN drug_group d ON d.id = l.drug_group AND d.held_out = 0
        WHERE r.category IS NOT NULL AND s.kind IN ('paragraph', 'list_item') ORDER BY r.sentence
        """
    )
    return [Decided(SentenceId(r[0]), CategoryKey(r[1]), GroupId(r[2])) for r in map(tuple, rows)]
