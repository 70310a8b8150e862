"""Drug groups: drug labels that must stay on one side of every split, and why they are one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from adme_labeler.domain.records import GroupId, LabelId
from adme_labeler.storage.labels import shared_text
from adme_labeler.storage.log import Change, Draft, canonical


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
        WITH all_of AS (
            SELECT drug_label, count(*) AS n FROM sentence WHERE current = 1 GROUP BY drug_label
        ), decided_of AS (
            SELECT s.drug_label, count(r.category) AS n, sum(r.blind = 0) AS seen
            FROM resolution r CROSS JOIN sentence s ON s.id = r.sentence AND s.current = 1
            GROUP BY s.drug_label
        )
        SELECT g.id, g.key, g.held_out, count(l.id) AS labels, coalesce(sum(a.n), 0) AS sentences,
               coalesce(sum(d.n), 0) AS decided, coalesce(sum(d.seen), 0) AS seen,
               EXISTS (SELECT 1 FROM model_group m WHERE m.drug_group = g.id) AS trained
        FROM drug_group g JOIN drug_label l ON l.drug_group = g.id
        LEFT JOIN all_of a ON a.drug_label = l.id
        LEFT JOIN decided_of d ON d.drug_label = l.id
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
    found: dict[int, _Reason] = {
        group: ("", near.label, near.shared, near.sentences)
        for group, near in shared_text.near(connection, label, own).items()
    }
    found |= _by_ingredient(connection, label, ingredients)
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
    _prepare(connection)
    connection.executemany(
        "INSERT OR IGNORE INTO temp.ingredient_label VALUES (?, ?)",
        ((ingredient, label) for ingredient in ingredients),
    )
    rows = connection.execute(
        "SELECT l.drug_group, t.ingredient, min(l.id) AS other FROM json_each(?2) mine "
        "CROSS JOIN temp.ingredient_label t ON t.ingredient = mine.value "
        "CROSS JOIN drug_label l ON l.id = t.label "
        "CROSS JOIN label_version v ON v.id = l.label_version "
        "WHERE l.id <> ?1 AND t.ingredient IN (SELECT value FROM json_each(v.ingredients)) "
        "GROUP BY l.drug_group, t.ingredient ORDER BY t.ingredient DESC",
        (label, json.dumps(ingredients)),
    )
    return {row["drug_group"]: (row["ingredient"], row["other"], 0, 0) for row in rows}


def _prepare(connection: sqlite3.Connection) -> None:
    """Who has which ingredient, gathered once for each connection: for every drug label that
    comes in, reading the ingredients of all others takes too long where there are many."""
    name = "ingredient_label"
    if connection.execute("SELECT 1 FROM temp.sqlite_master WHERE name = ?", (name,)).fetchone():
        return
    connection.execute(
        f"CREATE TEMP TABLE {name} (ingredient TEXT NOT NULL, label INTEGER NOT NULL, "
        "PRIMARY KEY (ingredient, label)) WITHOUT ROWID"
    )
    connection.execute(
        f"INSERT OR IGNORE INTO temp.{name} SELECT i.value, l.id FROM drug_label l "
        "JOIN label_version v ON v.id = l.label_version, json_each(v.ingredients) i"
    )


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
