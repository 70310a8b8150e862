"""The project's drug labels with their progress."""

from __future__ import annotations

import json
import sqlite3

from adme_labeler.domain.records import BlockKind, DrugLabel, GroupId, LabelId

QUEUED_KINDS = (BlockKind.PARAGRAPH.value, BlockKind.LIST_ITEM.value)
"""Kinds of block whose sentences a curator is asked about; tables are shown, not queued."""


def all_labels(connection: sqlite3.Connection) -> list[DrugLabel]:
    """Every drug label with its progress, by title."""
    marks = ",".join("?" * len(QUEUED_KINDS))
    rows = connection.execute(
        f"""
        SELECT l.id, l.set_id, l.drug_group, g.held_out, v.version, v.title, v.dosage_form,
               v.ingredients, v.names, count(s.id) AS sentences, count(r.sentence) AS decided
        FROM drug_label l
        JOIN drug_group g ON g.id = l.drug_group
        JOIN label_version v ON v.id = l.label_version
        LEFT JOIN sentence s ON s.drug_label = l.id AND s.current = 1 AND s.kind IN ({marks})
        LEFT JOIN resolution r ON r.sentence = s.id
        GROUP BY l.id ORDER BY v.title COLLATE NOCASE, l.id
        """,
        QUEUED_KINDS,
    )
    return [_drug_label(row) for row in rows]


def one(connection: sqlite3.Connection, label: LabelId) -> DrugLabel:
    marks = ",".join("?" * len(QUEUED_KINDS))
    row = connection.execute(
        f"""
        SELECT l.id, l.set_id, l.drug_group, g.held_out, v.version, v.title, v.dosage_form,
               v.ingredients, v.names,
               (SELECT count(*) FROM sentence s WHERE s.drug_label = l.id AND s.current = 1
                AND s.kind IN ({marks})) AS sentences,
               (SELECT count(*) FROM sentence s JOIN resolution r ON r.sentence = s.id
                WHERE s.drug_label = l.id AND s.current = 1 AND s.kind IN ({marks})) AS decided
        FROM drug_label l JOIN drug_group g ON g.id = l.drug_group
        JOIN label_version v ON v.id = l.label_version WHERE l.id = ?
        """,
        (*QUEUED_KINDS, *QUEUED_KINDS, label),
    ).fetchone()
    return _drug_label(row)


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
