"""The versions a drug label came in, and the sentences that each of them held."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from itertools import pairwise

from adme_labeler.domain.records import BlockKind, LabelId, SentenceId
from adme_labeler.storage.labels.shelf import QUEUED_KINDS


@dataclass(frozen=True)
class LabelVersion:
    """`id` counts in the order of arrival; `effective_date` is as the source writes it, or ""."""

    id: int
    label: LabelId
    version: int
    effective_date: str
    title: str
    source: str
    arrived: str
    """UTC, ISO 8601."""
    current: bool


@dataclass(frozen=True)
class Placed:
    """A sentence where it stood in one version of its drug label."""

    id: SentenceId
    text: str
    kind: BlockKind
    section_title: str
    heading_path: tuple[str, ...]


def versions(connection: sqlite3.Connection, label: LabelId) -> list[LabelVersion]:
    """Every version of a drug label that is in the project, in the order of arrival."""
    rows = connection.execute(
        "SELECT v.*, o.at, v.id = l.label_version AS current FROM label_version v "
        "JOIN drug_label l ON l.id = v.drug_label LEFT JOIN operation o ON o.id = v.operation "
        "WHERE v.drug_label = ? ORDER BY v.id",
        (label,),
    )
    return [
        LabelVersion(
            row["id"],
            LabelId(row["drug_label"]),
            row["version"],
            row["effective_date"],
            row["title"],
            row["source"],
            row["at"] or "",
            bool(row["current"]),
        )
        for row in rows
    ]


def placed(
    connection: sqlite3.Connection, version: int, without: int | None = None
) -> list[Placed]:
    """Sentences of one version in document order, also those that are gone today.

    `without`: leave out those that stand in this version of the drug label as well.
    """
    rows = connection.execute(
        """
        WITH other AS (SELECT sentence AS id FROM former_place WHERE label_version = ?2
                       UNION ALL
                       SELECT c.id FROM sentence c JOIN drug_label l ON l.id = c.drug_label
                       WHERE l.label_version = ?2 AND c.current = 1)
        SELECT s.id, s.text, p.position, b.kind, b.section_title, b.heading_path
        FROM (SELECT f.sentence, f.block, f.position FROM former_place f WHERE f.label_version = ?1
              UNION ALL
              SELECT c.id, c.block, c.position FROM sentence c
              JOIN drug_label l ON l.id = c.drug_label
              WHERE l.label_version = ?1 AND c.current = 1) p
        JOIN sentence s ON s.id = p.sentence JOIN block b ON b.id = p.block
        WHERE s.id NOT IN (SELECT id FROM other)
        ORDER BY p.position
        """,
        (version, without),
    )
    return [
        Placed(
            SentenceId(row["id"]),
            row["text"],
            BlockKind(row["kind"]),
            row["section_title"],
            tuple(json.loads(row["heading_path"])),
        )
        for row in rows
    ]


def came_with(
    connection: sqlite3.Connection, sentence: SentenceId
) -> tuple[LabelVersion, LabelVersion] | None:
    """(version before, version that brought the sentence) of one that is marked for review."""
    row = connection.execute(
        "SELECT drug_label, changed FROM sentence WHERE id = ? AND current = 1", (sentence,)
    ).fetchone()
    if row is None or not row["changed"]:
        return None
    held = {
        place["label_version"]
        for place in connection.execute(
            "SELECT label_version FROM former_place WHERE sentence = ? AND label_version IN "
            "(SELECT id FROM label_version WHERE drug_label = ?)",
            (sentence, row["drug_label"]),
        )
    }
    for before, after in reversed(list(pairwise(versions(connection, LabelId(row["drug_label"]))))):
        if before.id not in held:
            return before, after
    return None


def to_review(connection: sqlite3.Connection, curator: str) -> list[SentenceId]:
    """Sentences that a new version brought and that wait for a decision, drug labels by title."""
    rows = connection.execute(
        f"""
        SELECT s.id {_WAITING} ORDER BY (SELECT v.title FROM label_version v
            JOIN drug_label l ON l.label_version = v.id WHERE l.id = s.drug_label) COLLATE NOCASE,
            s.drug_label, s.position
        """,
        (*QUEUED_KINDS, curator),
    )
    return [SentenceId(row["id"]) for row in rows]


def count_to_review(connection: sqlite3.Connection, curator: str) -> int:
    found = connection.execute(f"SELECT count(*) {_WAITING}", (*QUEUED_KINDS, curator))
    return int(found.fetchone()[0])


_WAITING = """
    FROM sentence s WHERE s.current = 1 AND s.changed = 1 AND s.kind IN (?, ?)
      AND NOT EXISTS (SELECT 1 FROM resolution r WHERE r.sentence = s.id)
      AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.sentence = s.id AND a.curator = ?
                      AND a.state IN ('skipped', 'unsure'))
"""
