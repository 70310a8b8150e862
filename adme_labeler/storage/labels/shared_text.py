"""Drug labels with much text in common, found without comparing all pairs.

Where many drug labels share sentences, reading all of them again for every one that comes in
would take time with the square of their number. So each connection remembers, for every sentence
that it met in two drug labels, one drug label of each group that has it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from adme_labeler.domain.records import LabelId

SHARED_TEXT = 0.5
SHARED_SENTENCES = 5
"""Two drug labels are one group from this many common sentences on, if they are at least
`SHARED_TEXT` of the sentences of one of them (docs/adr/0004)."""

COMMON = 50
"""A sentence of this many drug groups is a set phrase: alone it makes nobody look for relatives.
It still counts among the common sentences of drug labels that share others too."""

_COUNTED = "current = 1 AND kind IN ('paragraph', 'list_item')"


@dataclass(frozen=True)
class Near:
    """A drug label of another group; `shared` of the `sentences` of the shorter one of both."""

    label: int
    shared: int
    sentences: int


def near(connection: sqlite3.Connection, label: LabelId, own: int) -> dict[int, Near]:
    """By drug group: a drug label with so much in common with this one, of the group `own`, that
    they are one group. Call inside the transaction that stores the drug label."""
    _prepare(connection)
    rows = connection.execute(
        f"SELECT DISTINCT text_hash FROM sentence WHERE drug_label = ? AND {_COUNTED}", (label,)
    )
    mine = [row[0] for row in rows]
    if len(mine) < SHARED_SENTENCES:
        return {}
    rare, phrases = _met(connection, label, own, mine)
    found: dict[int, Near] = {}
    for group, shared in rare.items():
        if group == own or shared + phrases < SHARED_SENTENCES:
            continue
        sizes = _sizes(connection, group)
        if shared + phrases < SHARED_TEXT * min(len(mine), min(sizes.values(), default=0)):
            continue
        if (first := _first(connection, group, mine, sizes)) is not None:
            found[group] = first
    return found


def _met(
    connection: sqlite3.Connection, label: int, own: int, mine: list[str]
) -> tuple[Counter[int], int]:
    """How many of these sentences each group has, and how many are set phrases."""
    known = {
        row["text_hash"]: row["common"]
        for row in connection.execute(
            "SELECT * FROM temp.shared_text WHERE text_hash IN (SELECT value FROM json_each(?))",
            (json.dumps(mine),),
        )
    }
    groups: dict[str, dict[int, int]] = defaultdict(dict)
    remembered = [text for text, common in known.items() if not common]
    for row in connection.execute(
        "SELECT t.text_hash, t.label, l.drug_group FROM json_each(?) mine "
        "CROSS JOIN temp.text_label t ON t.text_hash = mine.value "
        "CROSS JOIN drug_label l ON l.id = t.label",
        (json.dumps(remembered),),
    ):
        groups[row["text_hash"]][row["drug_group"]] = row["label"]
    for text in remembered:
        if own not in groups[text]:
            groups[text][own] = label
            _remember(connection, text, groups[text], [label])
    for text, found in _read(connection, [text for text in mine if text not in known]).items():
        groups[text] = found
        _remember(connection, text, found, found.values())
    met = Counter(group for found in groups.values() if len(found) < COMMON for group in found)
    phrases = sum(known.values()) + sum(len(found) >= COMMON for found in groups.values())
    return met, phrases


def _read(connection: sqlite3.Connection, texts: list[str]) -> dict[str, dict[int, int]]:
    """A drug label of every group that has the sentence, for those that several labels have."""
    rows = connection.execute(
        f"""
        SELECT s.text_hash, l.drug_group, min(l.id) AS label, count(DISTINCT l.id) AS labels
        FROM json_each(?) mine CROSS JOIN sentence s ON s.text_hash = mine.value
        CROSS JOIN drug_label l ON l.id = s.drug_label WHERE s.{_COUNTED}
        GROUP BY s.text_hash, l.drug_group
        """,
        (json.dumps(texts),),
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    several: set[str] = set()
    for row in rows:
        text = row["text_hash"]
        if row["labels"] > 1 or found[text]:
            several.add(text)
        found[text][row["drug_group"]] = row["label"]
    return {text: found[text] for text in several}


def _remember(
    connection: sqlite3.Connection, text: str, groups: dict[int, int], fresh: Iterable[int]
) -> None:
    common = len(groups) >= COMMON
    connection.execute("INSERT OR REPLACE INTO temp.shared_text VALUES (?, ?)", (text, common))
    if common:
        connection.execute("DELETE FROM temp.text_label WHERE text_hash = ?", (text,))
    else:
        connection.executemany(
            "INSERT OR IGNORE INTO temp.text_label VALUES (?, ?)",
            ((text, label) for label in fresh),
        )


def _first(
    connection: sqlite3.Connection, group: int, mine: list[str], sizes: dict[int, int]
) -> Near | None:
    """The oldest drug label of a group that is near enough; one is enough."""
    rows = connection.execute(
        f"""
        SELECT l.id, count(DISTINCT s.text_hash) AS shared
        FROM drug_label l CROSS JOIN sentence s ON s.drug_label = l.id
        WHERE l.drug_group = ?1 AND s.{_COUNTED}
        AND +s.text_hash IN (SELECT value FROM json_each(?2)) GROUP BY l.id ORDER BY l.id
        """,
        (group, json.dumps(mine)),
    )
    for row in rows:
        shared, shorter = row["shared"], min(len(mine), sizes[row["id"]])
        if shared >= SHARED_SENTENCES and shared >= SHARED_TEXT * shorter:
            return Near(row["id"], shared, shorter)
    return None


def _sizes(connection: sqlite3.Connection, group: int) -> dict[int, int]:
    """Different sentences per drug label of a group; counted once per version and connection."""
    connection.execute(
        f"""
        INSERT INTO temp.label_size
        SELECT l.label_version, (SELECT count(DISTINCT s.text_hash) FROM sentence s
            WHERE s.drug_label = l.id AND s.{_COUNTED})
        FROM drug_label l WHERE l.drug_group = ?
        AND l.label_version NOT IN (SELECT label_version FROM temp.label_size)
        """,
        (group,),
    )
    rows = connection.execute(
        "SELECT l.id, z.sentences FROM drug_label l JOIN temp.label_size z "
        "ON z.label_version = l.label_version WHERE l.drug_group = ?",
        (group,),
    )
    return {row["id"]: row["sentences"] for row in rows}


def _prepare(connection: sqlite3.Connection) -> None:
    """Temporary tables take part in the transaction, so what is taken back is forgotten."""
    for table in (
        "label_size (label_version INTEGER PRIMARY KEY, sentences INTEGER NOT NULL)",
        "shared_text (text_hash TEXT PRIMARY KEY, common INTEGER NOT NULL) WITHOUT ROWID",
        "text_label (text_hash TEXT NOT NULL, label INTEGER NOT NULL, "
        "PRIMARY KEY (text_hash, label)) WITHOUT ROWID",
    ):
        connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")
