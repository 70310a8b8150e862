"""Drug labels: committing what an importer read, versions, drug groups, progress."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from adme_labeler.domain.records import (
    BlockKind,
    DrugLabel,
    GroupId,
    LabelDraft,
    LabelId,
    SentenceId,
)
from adme_labeler.domain.sentence_text import normalized, sentence_uid, text_hash
from adme_labeler.storage.log import Change, Draft, canonical

QUEUED_KINDS = (BlockKind.PARAGRAPH.value, BlockKind.LIST_ITEM.value)
"""Kinds of block whose sentences a curator is asked about; tables are shown, not queued."""

_SHARED_TEXT = 0.5
_SHARED_SENTENCES = 5


class CommitStatus(StrEnum):
    NEW = "new"
    UPDATED = "updated"
    KNOWN = "known"
    OLDER = "older"


@dataclass(frozen=True)
class Committed:
    """`sentences` are the new sentence ids; `gone` how many left the label with this version."""

    status: CommitStatus
    label: LabelId
    sentences: tuple[SentenceId, ...]
    kept: int
    gone: int
    queued: int = 0
    """How many of the new sentences a curator is asked about (table rows are not)."""


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


def commit(connection: sqlite3.Connection, draft: Draft, label: LabelDraft) -> Committed:
    """Store one drug label inside the open operation `draft`.

    The same text again adds nothing; an older version adds nothing; a newer one replaces the
    places of the sentences, keeps unchanged ones with their annotations and marks new ones.
    The same version with less text (another choice of sections) adds nothing either.
    """
    set_id = label.set_id or f"text-{label.content_hash[:24]}"
    known = connection.execute("SELECT * FROM drug_label WHERE set_id = ?", (set_id,)).fetchone()
    uids = _uids(set_id, label)
    if known is not None:
        unchanged = _nothing_new(connection, known, label, {uid for _, uid, _, _ in uids})
        if unchanged is not None:
            return Committed(unchanged, LabelId(known["id"]), (), 0, 0)
    label_id = _label_row(connection, set_id, label) if known is None else int(known["id"])
    before = None if known is None else _current_version(connection, label_id)
    version = _version_row(connection, draft.id, label_id, label)
    blocks = _block_rows(connection, version, label)
    if known is not None:
        _remember_places(connection, label_id, int(known["label_version"]))
    created, kept = _place_sentences(connection, label_id, label, blocks, uids, known is not None)
    gone = int(
        connection.execute(
            "SELECT count(*) FROM sentence WHERE drug_label = ? AND current = 0", (label_id,)
        ).fetchone()[0]
    )
    connection.execute("UPDATE drug_label SET label_version = ? WHERE id = ?", (version, label_id))
    _join_groups(connection, label_id, label.ingredients)
    after = canonical({"set_id": set_id, "version": label.version, "sha256": label.content_hash})
    draft.changes.append(Change("drug_label", canonical(set_id), before, after))
    status = CommitStatus.NEW if known is None else CommitStatus.UPDATED
    queued = int(
        connection.execute(
            "SELECT count(*) FROM sentence WHERE id IN (SELECT value FROM json_each(?)) "
            "AND kind IN (?, ?)",
            (json.dumps(created), *QUEUED_KINDS),
        ).fetchone()[0]
    )
    return Committed(status, LabelId(label_id), tuple(created), kept, gone, queued)


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


def _uids(set_id: str, label: LabelDraft) -> list[tuple[int, str, str, int]]:
    """(block number, uid, sentence text, span number) in document order."""
    seen: Counter[str] = Counter()
    result: list[tuple[int, str, str, int]] = []
    for number, block in enumerate(label.blocks):
        for index, span in enumerate(block.spans):
            text = block.text[span.start : span.end]
            identity = normalized(text)
            result.append((number, sentence_uid(set_id, text, seen[identity]), text, index))
            seen[identity] += 1
    return result


def _nothing_new(
    connection: sqlite3.Connection, known: sqlite3.Row, label: LabelDraft, uids: set[str]
) -> CommitStatus | None:
    same = connection.execute(
        "SELECT 1 FROM label_version WHERE drug_label = ? AND content_hash = ?",
        (known["id"], label.content_hash),
    ).fetchone()
    if same is not None:
        return CommitStatus.KNOWN
    current = connection.execute(
        "SELECT version FROM label_version WHERE id = ?", (known["label_version"],)
    ).fetchone()
    if label.version < current["version"]:
        return CommitStatus.OLDER
    if label.version == current["version"]:
        there = {
            row["uid"]
            for row in connection.execute(
                "SELECT uid FROM sentence WHERE drug_label = ? AND current = 1", (known["id"],)
            )
        }
        if not there < uids:
            return CommitStatus.KNOWN
    return None


def _label_row(connection: sqlite3.Connection, set_id: str, label: LabelDraft) -> int:
    key = " + ".join(label.ingredients) or f"drug label {set_id}"
    row = connection.execute(
        "SELECT id, merged_into FROM drug_group WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        group = connection.execute("INSERT INTO drug_group (key) VALUES (?)", (key,)).lastrowid
    else:
        group = row["merged_into"] or row["id"]
    cursor = connection.execute(
        "INSERT INTO drug_label (set_id, drug_group) VALUES (?, ?)", (set_id, group)
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _current_version(connection: sqlite3.Connection, label_id: int) -> str:
    row = connection.execute(
        "SELECT l.set_id, v.version, v.content_hash FROM drug_label l "
        "JOIN label_version v ON v.id = l.label_version WHERE l.id = ?",
        (label_id,),
    ).fetchone()
    return canonical(
        {"set_id": row["set_id"], "version": row["version"], "sha256": row["content_hash"]}
    )


def _version_row(
    connection: sqlite3.Connection, operation: int, label_id: int, label: LabelDraft
) -> int:
    cursor = connection.execute(
        "INSERT INTO label_version (drug_label, version, document_id, effective_date, title, "
        "label_type, dosage_form, ingredients, names, source, source_format, content_hash, "
        "operation) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            label_id,
            label.version,
            label.document_id,
            label.effective_date,
            label.title,
            label.label_type.value,
            label.dosage_form,
            json.dumps(label.ingredients, ensure_ascii=False),
            json.dumps(label.names, ensure_ascii=False),
            label.source,
            label.source_format,
            label.content_hash,
            operation,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _block_rows(connection: sqlite3.Connection, version: int, label: LabelDraft) -> list[int]:
    ids: list[int] = []
    for ordinal, block in enumerate(label.blocks):
        cursor = connection.execute(
            "INSERT INTO block (label_version, ordinal, kind, section_code, section_title, "
            "heading_path, hint, text, cells) VALUES (?,?,?,?,?,?,?,?,?)",
            (
                version,
                ordinal,
                block.kind.value,
                block.section_code,
                block.section_title,
                json.dumps(block.heading_path, ensure_ascii=False),
                block.hint,
                block.text,
                json.dumps(block.rows, ensure_ascii=False) if block.rows else "",
            ),
        )
        assert cursor.lastrowid is not None
        ids.append(cursor.lastrowid)
    return ids


def _remember_places(connection: sqlite3.Connection, label_id: int, version: int) -> None:
    connection.execute(
        "INSERT INTO former_place SELECT ?, id, block, position, first, last FROM sentence "
        "WHERE drug_label = ? AND current = 1",
        (version, label_id),
    )
    connection.execute(
        "UPDATE sentence SET current = 0, changed = 0 WHERE drug_label = ?", (label_id,)
    )


def _place_sentences(
    connection: sqlite3.Connection,
    label_id: int,
    label: LabelDraft,
    blocks: list[int],
    uids: list[tuple[int, str, str, int]],
    is_update: bool,
) -> tuple[list[SentenceId], int]:
    created: list[SentenceId] = []
    kept = 0
    for position, (number, uid, text, index) in enumerate(uids):
        block = label.blocks[number]
        span = block.spans[index]
        hint = block.hints[index] if block.hints else block.hint
        place = (blocks[number], position, span.start, span.end, block.kind.value, hint)
        moved = connection.execute(
            "UPDATE sentence SET block = ?, position = ?, first = ?, last = ?, kind = ?, hint = ?, "
            "current = 1 WHERE uid = ?",
            (*place, uid),
        ).rowcount
        if moved:
            kept += 1
            continue
        cursor = connection.execute(
            "INSERT INTO sentence (block, position, first, last, kind, hint, uid, drug_label, "
            "text, text_hash, changed) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (*place, uid, label_id, text, text_hash(text), int(is_update)),
        )
        assert cursor.lastrowid is not None
        created.append(SentenceId(cursor.lastrowid))
    return created, kept


def _join_groups(
    connection: sqlite3.Connection, label_id: int, ingredients: tuple[str, ...]
) -> None:
    """Merge this label's group with every group that shares an ingredient or most of its text."""
    related: set[int] = set()
    if ingredients:
        rows = connection.execute(
            "SELECT DISTINCT l.drug_group FROM drug_label l JOIN label_version v "
            "ON v.id = l.label_version, json_each(v.ingredients) i "
            "WHERE i.value IN (SELECT value FROM json_each(?))",
            (json.dumps(ingredients),),
        )
        related |= {int(row[0]) for row in rows}
    rows = connection.execute(
        """
        WITH mine AS (SELECT DISTINCT text_hash FROM sentence WHERE drug_label = ?1 AND current = 1
                      AND kind IN ('paragraph', 'list_item'))
        SELECT l.drug_group FROM mine
        JOIN sentence s ON s.text_hash = mine.text_hash AND s.current = 1 AND s.drug_label <> ?1
        JOIN drug_label l ON l.id = s.drug_label
        GROUP BY s.drug_label
        HAVING count(DISTINCT s.text_hash) >= ?2
           AND count(DISTINCT s.text_hash) >= ?3 * (SELECT count(*) FROM mine)
        """,
        (label_id, _SHARED_SENTENCES, _SHARED_TEXT),
    )
    related |= {int(row[0]) for row in rows}
    own = int(
        connection.execute(
            "SELECT drug_group FROM drug_label WHERE id = ?", (label_id,)
        ).fetchone()[0]
    )
    related.add(own)
    if len(related) > 1:
        _merge(connection, sorted(related))


def _merge(connection: sqlite3.Connection, related: list[int]) -> None:
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
    connection.execute(
        f"UPDATE drug_group SET held_out = (SELECT max(held_out) FROM drug_group "
        f"WHERE id = ? OR id IN ({marks})) AND NOT EXISTS (SELECT 1 FROM model_group "
        f"WHERE drug_group = ?) WHERE id = ?",
        (survivor, *others, survivor, survivor),
    )
    connection.execute(
        f"UPDATE drug_group SET merged_into = ?, held_out = 0 "
        f"WHERE id IN ({marks}) OR merged_into IN ({marks})",
        (survivor, *others, *others),
    )


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
