"""Suggestions of the served model: derived data, a row a sentence, replaced by each revision."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import GroupId, LabelId, ModelVersion, SentenceId, Suggestion
from adme_labeler.storage.hunting import COUNTS


@dataclass(frozen=True)
class Evaluated:
    """A sentence read by a person together with what a model suggests for it."""

    sentence: SentenceId
    group: GroupId
    category: CategoryKey
    blind: bool
    suggestion: Suggestion | None


def store(
    connection: sqlite3.Connection,
    suggestions: Sequence[Suggestion],
    keys: Sequence[CategoryKey] = ADME.keys,
) -> None:
    """Replace the suggestions of these sentences; the caller holds the transaction.

    `keys` is the order of their probabilities. The column `probability` is that of the suggested
    category, which the class shift may prefer to a likelier one.
    """
    place = {key: number for number, key in enumerate(keys)}
    connection.executemany(
        "INSERT OR REPLACE INTO suggestion VALUES (?,?,?,?,?,?,?,?)",
        [
            (
                s.sentence,
                s.model_version,
                s.head_revision,
                s.category,
                s.second,
                s.probabilities[place[s.category]],
                s.margin,
                json.dumps([round(p, 5) for p in s.probabilities]),
            )
            for s in suggestions
        ],
    )


def get(connection: sqlite3.Connection, ids: Iterable[SentenceId]) -> dict[SentenceId, Suggestion]:
    rows = connection.execute(
        "SELECT * FROM suggestion WHERE sentence IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {SentenceId(row["sentence"]): _suggestion(row) for row in rows}


def last_revision(connection: sqlite3.Connection, version: ModelVersion) -> int:
    """Highest head revision among the suggestions of a version; -1 where there are none."""
    row = connection.execute(
        "SELECT coalesce(max(head_revision), -1) FROM suggestion WHERE model_version = ?",
        (version,),
    ).fetchone()
    return int(row[0])


def clear(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM suggestion")


def evaluated(
    connection: sqlite3.Connection, *, held_out: bool, label: LabelId | None = None
) -> list[Evaluated]:
    """Sentences with a category that a person read (never bulk, hunted or hints), by id.

    `held_out` chooses the held-out drug groups or all the others, `label` one drug label. Each
    comes with the stored suggestion, whose revision says which model it belongs to. Rows of tables,
    which a curator may have decided in a spreadsheet, are left out: no model is asked about them.
    """
    here = "" if label is None else "AND s.drug_label = ?"
    rows = connection.execute(
        f"""
        SELECT r.sentence AS evaluated, l.drug_group, r.category AS truth, r.blind, g.*
        FROM resolution r JOIN sentence s ON s.id = r.sentence AND s.current = 1
        JOIN drug_label l ON l.id = s.drug_label JOIN drug_group d ON d.id = l.drug_group
        LEFT JOIN suggestion g ON g.sentence = r.sentence
        WHERE r.category IS NOT NULL AND r.read = 1 AND d.held_out = ? AND {COUNTS}
          AND s.kind IN ('paragraph', 'list_item') {here} ORDER BY r.sentence
        """,
        (int(held_out),) if label is None else (int(held_out), label),
    )
    return [
        Evaluated(
            SentenceId(row["evaluated"]),
            GroupId(row["drug_group"]),
            CategoryKey(row["truth"]),
            bool(row["blind"]),
            None if row["sentence"] is None else _suggestion(row),
        )
        for row in rows
    ]


def evaluated_ids(connection: sqlite3.Connection) -> list[SentenceId]:
    """The held-out sentences of `evaluated`, by id."""
    row = connection.execute(
        f"""
        SELECT json_group_array(s.id)
        FROM drug_group d CROSS JOIN drug_label l ON l.drug_group = d.id
        CROSS JOIN sentence s ON s.drug_label = l.id AND s.current = 1
        CROSS JOIN resolution r ON r.sentence = s.id
        WHERE r.category IS NOT NULL AND r.read = 1 AND d.held_out = 1 AND {COUNTS}
          AND s.kind IN ('paragraph', 'list_item')
        """
    ).fetchone()
    return sorted(json.loads(row[0]))


def _suggestion(row: sqlite3.Row) -> Suggestion:
    return Suggestion(
        SentenceId(row["sentence"]),
        ModelVersion(row["model_version"]),
        row["head_revision"],
        CategoryKey(row["category"]),
        CategoryKey(row["second"]),
        tuple(json.loads(row["probabilities"])),
        row["margin"],
    )
