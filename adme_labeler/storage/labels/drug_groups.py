"""Drug groups: drug labels that must stay on one side of every split, and why they are one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from adme_labeler.domain.records import GroupId, LabelId
from adme_labeler.storage.log import Change, Draft, canonical

SHARED_TEXT = 0.5
SHARED_SENTENCES = 5
"""Two drug labels are one group from this many common sentences on, if they are at least
`SHARED_TEXT` of the sentences of one of them (docs/adr/0004)."""


@dataclass(frozen=True)
class DrugGroup:
    """Drug labels that must stay on one side of every split."""

    id: GroupId
    key: str
    held_out: bool
    labels: int
    sentences: int
    decided: int
    seen: int
    """Sentences decided while the suggestion was visible."""
    trained: bool


@dataclass(frozen=True)
class GroupJoin:
    """Two drug groups became one when `label` came in.

    Either by `ingredient`, or by text: `shared` sentences in common with `other`, out of
    `sentences` in the shorter one of both.
    """

    survivor: GroupId
    merged: GroupId
    label: LabelId
    ingredient: str
    other: LabelId | None
    shared: int
    sentences: int


def groups(connection: sqlite3.Connection) -> list[DrugGroup]:
    """Every drug group that still stands (merged ones are counted in their survivor)."""
    rows = connection.execute(
        """
        SELECT g.id, g.key, g.held_out, count(DISTINCT l.id) AS labels, count(s.id) AS sentences,
               count(r.sentence) AS decided,
               coalesce(sum(r.sentence IS NOT NULL AND r.blind = 0), 0) AS seen,
               EXISTS (SELECT 1 FROM model_group m WHERE m.drug_group = g.id) AS trained
        FROM drug_group g JOIN drug_label l ON l.drug_group = g.id
        LEFT JOIN sentence s ON s.drug_label = l.id AND s.current = 1
        LEFT JOIN resolution r ON r.sentence = s.id
        WHERE g.merged_into IS NULL GROUP BY g.id ORDER BY g.key
        """
    )
    return [
        DrugGroup(
            GroupId(row["id"]),
            row["key"],
            bool(row["held_out"]),
            row["labels"],
            row["sentences"],
            row["decided"],
            row["seen"],
            bool(row["trained"]),
        )
        for row in rows
    ]


def set_held_out(
    connection: sqlite3.Connection, draft: Draft, group: GroupId, held_out: bool
) -> None:
    """Hold a drug group out of training, or give it to training; logged."""
    row = connection.execute("SELECT held_out FROM drug_group WHERE id = ?", (group,)).fetchone()
    before, after = canonical(bool(row["held_out"])), canonical(held_out)
    if before != after:
        draft.changes.append(Change("held_out", canonical(int(group)), before, after))
        connection.execute(
            "UPDATE drug_group SET held_out = ? WHERE id = ?", (int(held_out), group)
        )


def survivors(connection: sqlite3.Connection, groups: Iterable[int]) -> frozenset[GroupId]:
    """The groups that stand today for these, followed through merges."""
    rows = connection.execute(
        "SELECT coalesce(merged_into, id) FROM drug_group "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(groups)),),
    )
    return frozenset(GroupId(row[0]) for row in rows)


def apply(connection: sqlite3.Connection, changes: Iterable[Change]) -> bool:
    """Bring held-out choices to the `after` of each change; true when there was one."""
    touched = False
    for change in changes:
        if change.kind == "held_out" and change.after is not None:
            connection.execute(
                "UPDATE drug_group SET held_out = ? WHERE id = ?",
                (int(json.loads(change.after)), int(json.loads(change.key))),
            )
            touched = True
    return touched


def joins(connection: sqlite3.Connection, group: GroupId) -> list[GroupJoin]:
    """What made this group out of several, oldest first, over all groups that went into it."""
    rows = connection.execute(
        "SELECT j.* FROM group_join j JOIN drug_group g ON g.id = j.survivor "
        "WHERE coalesce(g.merged_into, g.id) = ? ORDER BY j.id",
        (group,),
    )
    return [
        GroupJoin(
            GroupId(row["survivor"]),
            GroupId(row["merged"]),
            LabelId(row["drug_label"]),
            row["ingredient"],
            None if row["other"] is None else LabelId(row["other"]),
            row["shared"],
            row["sentences"],
        )
        for row in rows
    ]


def misreplayed(connection: sqlite3.Connection, changes: Iterable[Change]) -> list[GroupId]:
    """Groups whose held-out mark is not what the log gives.

    Merges before schema 2 did not write it down, so groups that took part in one are left out.
    """
    held: dict[int, int] = {}
    for change in changes:
        if change.kind == "held_out" and change.after is not None:
            held[int(json.loads(change.key))] = int(json.loads(change.after))
    rows = connection.execute(
        """
        WITH unwritten AS (SELECT g.id, g.merged_into FROM drug_group g
                           WHERE g.merged_into IS NOT NULL AND NOT EXISTS
                           (SELECT 1 FROM group_join j WHERE j.merged = g.id))
        SELECT id, held_out FROM drug_group WHERE id NOT IN (SELECT id FROM unwritten)
           AND id NOT IN (SELECT merged_into FROM unwritten)
        """
    )
    return [GroupId(r["id"]) for r in rows if held.get(r["id"], 0) != r["held_out"]]


def join(
    connection: sqlite3.Connection, draft: Draft, label: LabelId, ingredients: tuple[str, ...]
) -> None:
    """Merge this label's group with every group that shares an ingredient or most of its text.

    What becomes of the held-out marks is written to the open operation `draft`.
    """
    own = int(
        connection.execute("SELECT drug_group FROM drug_label WHERE id = ?", (label,)).fetchone()[0]
    )
    found = {**_by_text(connection, label, own), **_by_ingredient(connection, label, ingredients)}
    related = sorted({own, *(group for group in found)})
    if len(related) == 1:
        return
    survivor = related[0]
    _merge(connection, draft, related)
    for group in related:
        if group == survivor:
            continue
        # Where the label's own group goes under, what it has in common with the survivor counts.
        ingredient, other, shared, sentences = found[survivor if group == own else group]
        connection.execute(
            "INSERT INTO group_join (operation, survivor, merged, drug_label, ingredient, other, "
            "shared, sentences) VALUES (?,?,?,?,?,?,?,?)",
            (draft.id, survivor, group, label, ingredient, other, shared, sentences),
        )


_Reason = tuple[str, int | None, int, int]
"""Ingredient, other label, common sentences, sentences of the shorter label."""


def _by_ingredient(
    connection: sqlite3.Connection, label: LabelId, ingredients: tuple[str, ...]
) -> dict[int, _Reason]:
    if not ingredients:
        return {}
    rows = connection.execute(
        "SELECT l.drug_group, i.value AS ingredient, min(l.id) AS other FROM drug_label l "
        "JOIN label_version v ON v.id = l.label_version, json_each(v.ingredients) i "
        "WHERE l.id <> ? AND i.value IN (SELECT value FROM json_each(?)) "
        "GROUP BY l.drug_group, i.value ORDER BY i.value DESC",
        (label, json.dumps(ingredients)),
    )
    return {row["drug_group"]: (row["ingredient"], row["other"], 0, 0) for row in rows}


def _by_text(connection: sqlite3.Connection, label: LabelId, own: int) -> dict[int, _Reason]:
    near = connection.execute(
        """
        WITH mine AS (SELECT DISTINCT text_hash FROM sentence WHERE drug_label = ?1 AND current = 1
                      AND kind IN ('paragraph', 'list_item'))
        SELECT l.drug_group, l.id, count(DISTINCT s.text_hash) AS shared FROM mine
        JOIN sentence s ON s.text_hash = mine.text_hash AND s.current = 1
             AND s.kind IN ('paragraph', 'list_item')
        JOIN drug_label l ON l.id = s.drug_label
        WHERE l.id <> ?1 AND l.drug_group <> ?2
        GROUP BY l.id HAVING count(DISTINCT s.text_hash) >= ?3 ORDER BY shared
        """,
        (label, own, SHARED_SENTENCES),
    ).fetchall()
    if not near:
        return {}
    sizes = _sizes(connection, [label, *(row["id"] for row in near)])
    found: dict[int, _Reason] = {}
    for row in near:
        shorter = min(sizes[label], sizes[row["id"]])
        if row["shared"] >= SHARED_TEXT * shorter:
            found[row["drug_group"]] = ("", row["id"], row["shared"], shorter)
    return found


def _sizes(connection: sqlite3.Connection, wanted: list[int]) -> dict[int, int]:
    """Different sentences per drug label; counted once per version and connection."""
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS label_size "
        "(label_version INTEGER PRIMARY KEY, sentences INTEGER NOT NULL)"
    )
    asked = json.dumps(wanted)
    connection.execute(
        """
        INSERT INTO temp.label_size
        SELECT l.label_version, (SELECT count(DISTINCT s.text_hash) FROM sentence s
            WHERE s.drug_label = l.id AND s.current = 1 AND s.kind IN ('paragraph', 'list_item'))
        FROM drug_label l WHERE l.id IN (SELECT value FROM json_each(?))
        AND l.label_version NOT IN (SELECT label_version FROM temp.label_size)
        """,
        (asked,),
    )
    rows = connection.execute(
        "SELECT l.id, z.sentences FROM drug_label l JOIN temp.label_size z "
        "ON z.label_version = l.label_version WHERE l.id IN (SELECT value FROM json_each(?))",
        (asked,),
    )
    return {row["id"]: row["sentences"] for row in rows}


def _merge(connection: sqlite3.Connection, draft: Draft, related: list[int]) -> None:
    """The oldest group survives. Held out only if nobody trained on any part of it."""
    survivor, others = related[0], related[1:]
    marks = ",".join("?" * len(others))
    connection.execute(
        f"UPDATE drug_label SET drug_group = ? WHERE drug_group IN ({marks})", (survivor, *others)
    )
    connection.execute(
        f"INSERT OR IGNORE INTO model_group SELECT version, ? FROM model_group "
        f"WHERE drug_group IN ({marks})",
        (survivor, *others),
    )
    held = connection.execute(
        f"SELECT max(held_out) FROM drug_group WHERE id = ? OR id IN ({marks})",
        (survivor, *others),
    ).fetchone()[0]
    trained = connection.execute(
        "SELECT 1 FROM model_group WHERE drug_group = ?", (survivor,)
    ).fetchone()
    for group in others:
        set_held_out(connection, draft, GroupId(group), False)
    set_held_out(connection, draft, GroupId(survivor), bool(held) and trained is None)
    connection.execute(
        f"UPDATE drug_group SET merged_into = ? WHERE id IN ({marks}) OR merged_into IN ({marks})",
        (survivor, *others, *others),
    )
