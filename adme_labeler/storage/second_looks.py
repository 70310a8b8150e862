"""Decisions that were looked at again; every write goes through an operation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import GroupId, SentenceId
from adme_labeler.storage.log import Change, Draft, Json, canonical

KIND = "second_look"
"""Kind of change in the log."""


class Why(StrEnum):
    """How a decision came back before its curator."""

    CHANCE = "chance"
    """Drawn by chance and decided blind: it measures how far a curator agrees with themselves."""
    LOOKS_WRONG = "looks wrong"
    """The model or near-identical sentences contradict it; measures nothing."""


@dataclass(frozen=True)
class SecondLook:
    """`first` was the category since `first_at`, `category` is what it was found to be at `at`."""

    sentence: SentenceId
    curator: str
    why: Why
    first: CategoryKey
    first_at: str
    category: CategoryKey
    at: str


@dataclass(frozen=True)
class Placed:
    """A second look with the drug group of its sentence."""

    look: SecondLook
    group: GroupId


def get(
    connection: sqlite3.Connection, sentence: SentenceId, curator: str, why: Why
) -> SecondLook | None:
    row = connection.execute(
        "SELECT * FROM second_look WHERE sentence = ? AND curator = ? AND why = ?",
        (sentence, curator, why.value),
    ).fetchone()
    return None if row is None else _look(row)


def write(connection: sqlite3.Connection, draft: Draft, look: SecondLook) -> None:
    """Set the second look of one sentence inside the open operation `draft`."""
    held = get(connection, look.sentence, look.curator, look.why)
    before = None if held is None else _dump(held)
    change = Change(KIND, _key(look), before, _dump(look))
    if change.before != change.after:
        draft.changes.append(change)
        _store(connection, change)


def apply(connection: sqlite3.Connection, changes: Iterable[Change]) -> set[SentenceId]:
    """Bring second looks to the `after` of each change; returns the touched sentences."""
    mine = [change for change in changes if change.kind == KIND]
    for change in mine:
        _store(connection, change)
    return set(sentences_of(mine))


def sentences_of(changes: Iterable[Change]) -> list[SentenceId]:
    return [SentenceId(json.loads(c.key)[0]) for c in changes if c.kind == KIND]


def misreplayed(connection: sqlite3.Connection, changes: Iterable[Change]) -> bool:
    """Whether the stored second looks are not what the log amounts to."""
    held: dict[str, str] = {}
    for change in changes:
        if change.kind == KIND:
            if change.after is None:
                held.pop(change.key, None)
            else:
                held[change.key] = change.after
    found = [_look(row) for row in connection.execute("SELECT * FROM second_look")]
    return held != {_key(look): _dump(look) for look in found}


def by_chance(connection: sqlite3.Connection, curator: str) -> list[Placed]:
    """This curator's second looks that were drawn by chance, oldest first."""
    rows = connection.execute(
        "SELECT k.*, l.drug_group FROM second_look k JOIN sentence s ON s.id = k.sentence "
        "JOIN drug_label l ON l.id = s.drug_label WHERE k.curator = ? AND k.why = ? "
        "ORDER BY k.at, k.sentence",
        (curator, Why.CHANCE.value),
    )
    return [Placed(_look(row), GroupId(row["drug_group"])) for row in rows]


def curators(connection: sqlite3.Connection) -> list[str]:
    """Who has looked again at a decision that was drawn by chance."""
    rows = connection.execute(
        "SELECT DISTINCT curator FROM second_look WHERE why = ? ORDER BY curator",
        (Why.CHANCE.value,),
    )
    return [row[0] for row in rows]


def candidates(
    connection: sqlite3.Connection, curator: str, until: str, below: str
) -> list[SentenceId]:
    """This curator's own decisions made until `until` (UTC), not looked at again by chance, whose
    uid ends on digits that sort before `below`; the oldest first."""
    rows = connection.execute(
        """
        SELECT a.sentence FROM annotation a JOIN sentence s ON s.id = a.sentence
        WHERE a.curator = ? AND a.state IN ('accepted', 'corrected', 'decided') AND a.at <= ?
          AND a.category IS NOT NULL AND substr(s.uid, ?) < ?
          AND s.current = 1 AND s.kind IN ('paragraph', 'list_item')
          AND NOT EXISTS (SELECT 1 FROM second_look k WHERE k.sentence = a.sentence
                          AND k.curator = a.curator AND k.why = ?)
        ORDER BY a.at, a.sentence
        """,
        (curator, until, -len(below), below, Why.CHANCE.value),
    )
    return [SentenceId(row[0]) for row in rows]


def _store(connection: sqlite3.Connection, change: Change) -> None:
    sentence, curator, why = json.loads(change.key)
    if change.after is None:
        connection.execute(
            "DELETE FROM second_look WHERE sentence = ? AND curator = ? AND why = ?",
            (sentence, curator, why),
        )
        return
    fields: dict[str, Any] = json.loads(change.after)
    connection.execute(
        "INSERT OR REPLACE INTO second_look VALUES (?,?,?,?,?,?,?)",
        (
            sentence,
            curator,
            why,
            fields["first"],
            fields["first_at"],
            fields["category"],
            fields["at"],
        ),
    )


def _key(look: SecondLook) -> str:
    return canonical([int(look.sentence), look.curator, look.why.value])


def _dump(look: SecondLook) -> str:
    fields: dict[str, Json] = {
        "first": look.first,
        "first_at": look.first_at,
        "category": look.category,
        "at": look.at,
    }
    return canonical(fields)


def _look(row: sqlite3.Row) -> SecondLook:
    return SecondLook(
        SentenceId(row["sentence"]),
        row["curator"],
        Why(row["why"]),
        CategoryKey(row["first"]),
        row["first_at"],
        CategoryKey(row["category"]),
        row["at"],
    )
