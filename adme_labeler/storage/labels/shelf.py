"""The project's drug labels with their progress."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from adme_labeler.domain.records import BlockKind, DrugLabel, GroupId, LabelId

QUEUED_KINDS = (BlockKind.PARAGRAPH.value, BlockKind.LIST_ITEM.value)
"""Kinds of block whose sentences a curator is asked about; tables are shown, not queued."""


def all_labels(connection: sqlite3.Connection) -> list[DrugLabel]:
    """Every drug label with its progress, by title; a conflict nobody settled is not decided."""
    rows = connection.execute(_SHELF.format(which="") + " ORDER BY v.title COLLATE NOCASE, l.id")
    return [_drug_label(row) for row in rows]


def in_order(connection: sqlite3.Connection) -> list[LabelId]:
    """Every drug label, by title."""
    rows = connection.execute(
        "SELECT l.id FROM drug_label l JOIN label_version v ON v.id = l.label_version "
        "ORDER BY v.title COLLATE NOCASE, l.id"
    )
    return [LabelId(row[0]) for row in rows]


def some(connection: sqlite3.Connection, ids: Iterable[LabelId]) -> list[DrugLabel]:
    """These drug labels with their progress."""
    one_of = "WHERE s.drug_label IN (SELECT value FROM json_each(?1))"
    rows = connection.execute(
        _SHELF.format(which=one_of) + " WHERE l.id IN (SELECT value FROM json_each(?1))",
        (json.dumps(list(ids)),),
    )
    return [_drug_label(row) for row in rows]


def one(connection: sqlite3.Connection, label: LabelId) -> DrugLabel:
    (found,) = some(connection, [label])
    return found


def by_title(label: DrugLabel) -> tuple[bytes, LabelId]:
    """Sorts drug labels as `all_labels` does: capitals of the alphabet are as small letters."""
    return label.title.encode().lower(), label.id


def standing(connection: sqlite3.Connection) -> dict[LabelId, tuple[GroupId, bool]]:
    """Drug group of every drug label, and whether it is held out."""
    rows = connection.execute(
        "SELECT l.id, l.drug_group, g.held_out FROM drug_label l "
        "JOIN drug_group g ON g.id = l.drug_group"
    )
    return {LabelId(row[0]): (GroupId(row[1]), bool(row[2])) for row in rows}


_SHELF = """
    SELECT l.id, l.set_id, l.drug_group, g.held_out, v.version, v.title, v.dosage_form,
           v.ingredients, v.names, coalesce(c.sentences, 0) AS sentences,
           coalesce(c.decided, 0) AS decided
    FROM drug_label l
    JOIN drug_group g ON g.id = l.drug_group
    JOIN label_version v ON v.id = l.label_version
    LEFT JOIN (SELECT s.drug_label, count(*) AS sentences, count(r.category) AS decided
               FROM (SELECT s.drug_label, s.id FROM sentence s
                     WHERE s.current = 1 AND s.kind IN ('paragraph', 'list_item')) s
               LEFT JOIN resolution r ON r.sentence = s.id {which}
               GROUP BY s.drug_label) c ON c.drug_label = l.id
"""
assert set(QUEUED_KINDS) == {"paragraph", "list_item"}


def _drug_label(row: sqlite3.Row) -> DrugLabel:
    return DrugLabel(
        LabelId(row["id"]),
        row["set_id"],
        row["version"],
        row["title"],
        row["dosage_form"],
        tuple(json.loads(row["ingredients"])),
        tuple(json.loads(row["names"])),
        GroupId(row["drug_group"]),
        bool(row["held_out"]),
        row["sentences"],
        row["decided"],
    )
