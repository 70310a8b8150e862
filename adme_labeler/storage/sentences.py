"""Sentences in their place: rows for views, ids in queue order, search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adme_labeler.domain.records import BlockKind, GroupId, LabelId, Sentence, SentenceId
from adme_labeler.storage.labels import QUEUED_KINDS

_SELECT = """
    SELECT s.id, s.uid, s.drug_label, s.block, s.position, s.text, s.kind, s.first, s.last, s.hint,
           b.section_code, b.section_title, b.heading_path
    FROM sentence s JOIN block b ON b.id = s.block
"""
_QUEUED = "s.current = 1 AND s.kind IN ('paragraph', 'list_item')"
assert set(QUEUED_KINDS) == {"paragraph", "list_item"}


@dataclass(frozen=True)
class Block:
    """A block of the current version of a drug label with its sentences, in document order."""

    id: int
    kind: BlockKind
    section_code: str
    section_title: str
    heading_path: tuple[str, ...]
    text: str
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class ModelInput:
    """What a model may see of a sentence, before masking; `names` are its drug label's."""

    id: SentenceId
    text: str
    heading_path: tuple[str, ...]
    names: tuple[str, ...]
    group: GroupId
    held_out: bool
    hint: str


def get(connection: sqlite3.Connection, ids: Sequence[SentenceId]) -> list[Sentence]:
    """The sentences in the order asked for; unknown ids are left out."""
    rows = connection.execute(
        _SELECT + " WHERE s.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    found = {row["id"]: _sentence(row) for row in rows}
    return [found[i] for i in ids if i in found]


def still_current(connection: sqlite3.Connection, ids: Iterable[SentenceId]) -> set[SentenceId]:
    """Those that the present version of their drug label still has."""
    rows = connection.execute(
        "SELECT id FROM sentence WHERE current = 1 AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {SentenceId(row["id"]) for row in rows}


def blocks(connection: sqlite3.Connection, label: LabelId) -> list[Block]:
    """The drug label as the reading pane shows it."""
    by_block: dict[int, list[Sentence]] = {}
    for row in connection.execute(
        _SELECT + " WHERE s.drug_label = ? AND s.current = 1 ORDER BY s.position", (label,)
    ):
        by_block.setdefault(row["block"], []).append(_sentence(row))
    rows = connection.execute(
        "SELECT b.* FROM block b JOIN drug_label l ON l.label_version = b.label_version "
        "WHERE l.id = ? ORDER BY b.ordinal",
        (label,),
    )
    return [
        Block(
            row["id"],
            BlockKind(row["kind"]),
            row["section_code"],
            row["section_title"],
            tuple(json.loads(row["heading_path"])),
            row["text"],
            tuple(tuple(r) for r in json.loads(row["cells"])) if row["cells"] else (),
            tuple(by_block.get(row["id"], ())),
        )
        for row in rows
    ]


def in_document_order(
    connection: sqlite3.Connection, label: LabelId | None = None, *, open_only: bool = False
) -> list[SentenceId]:
    """Ids of queued sentences, drug labels by title; of one drug label if given."""
    where = [_QUEUED]
    join = ""
    if open_only:
        join = "LEFT JOIN resolution r ON r.sentence = s.id"
        where.append("r.sentence IS NULL")
    if label is not None:
        rows = connection.execute(
            f"SELECT s.id FROM sentence s {join} WHERE {' AND '.join(where)} "
            "AND s.drug_label = ? ORDER BY s.position",
            (label,),
        )
        return [SentenceId(row[0]) for row in rows]
    found = connection.execute(
        f"""
        WITH shelf AS (SELECT l.id, row_number() OVER (ORDER BY v.title COLLATE NOCASE, l.id) AS n
                       FROM drug_label l JOIN label_version v ON v.id = l.label_version)
        SELECT json_group_array(id) FROM (
            SELECT s.id FROM sentence s JOIN shelf ON shelf.id = s.drug_label {join}
            WHERE {" AND ".join(where)} ORDER BY shelf.n, s.position)
        """
    )
    return json.loads(found.fetchone()[0])


@dataclass(frozen=True)
class OpenSentence:
    """A sentence without a category, as the queue weighs it; `margin` 0 is most uncertain."""

    id: SentenceId
    label: LabelId
    text_hash: str
    held_out: bool
    margin: float
    category: str
    probability: float


def open_sentences(
    connection: sqlite3.Connection,
    curator: str,
    *,
    order: str = "margin",
    category: str | None = None,
    held_out: bool | None = None,
    limit: int = 1000,
) -> list[OpenSentence]:
    """Undecided sentences that this curator did not set aside, with their suggestion.

    `order`: "margin" (least certain first) or "probability" (likeliest of `category` first).
    Sentences without a suggestion come last.
    """
    found = _suggested(connection, curator, order, category, held_out, limit)
    if category is None and len(found) < limit:
        found += _unsuggested(connection, curator, held_out, limit - len(found))
    return found


def open_ids(connection: sqlite3.Connection, curator: str) -> list[SentenceId]:
    """Every queued sentence without a category that this curator did not set aside, by id."""
    row = connection.execute(
        f"""
        SELECT json_group_array(s.id) FROM sentence s WHERE {_QUEUED}
          AND s.id NOT IN (SELECT sentence FROM resolution)
          AND s.id NOT IN (SELECT sentence FROM annotation
                           WHERE curator = ? AND state IN ('skipped', 'unsure'))
        """,
        (curator,),
    ).fetchone()
    return sorted(json.loads(row[0]))


def with_state(connection: sqlite3.Connection, curator: str, *states: str) -> list[SentenceId]:
    """Sentences that this curator left in one of these states, latest decision first."""
    marks = ",".join("?" * len(states))
    rows = connection.execute(
        f"SELECT a.sentence FROM annotation a JOIN sentence s ON s.id = a.sentence "
        f"WHERE a.curator = ? AND a.state IN ({marks}) AND s.current = 1 ORDER BY a.at DESC",
        (curator, *states),
    )
    return [SentenceId(row[0]) for row in rows]


def flagged(connection: sqlite3.Connection) -> list[SentenceId]:
    rows = connection.execute(
        "SELECT DISTINCT a.sentence FROM annotation a JOIN sentence s ON s.id = a.sentence "
        "WHERE a.flagged = 1 AND s.current = 1 ORDER BY a.sentence"
    )
    return [SentenceId(row[0]) for row in rows]


def model_inputs(
    connection: sqlite3.Connection, ids: Iterable[SentenceId] | None = None
) -> list[ModelInput]:
    """What models see, for these sentences or for every queued sentence in document order."""
    if ids is None:
        where, values = _QUEUED, ()
    else:
        where = "s.id IN (SELECT value FROM json_each(?))"
        values = (json.dumps(list(ids)),)
    rows = connection.execute(
        "SELECT s.id, s.text, s.drug_label, s.hint, b.heading_path FROM sentence s "
        f"JOIN block b ON b.id = s.block WHERE {where} ORDER BY s.drug_label, s.position",
        values,
    ).fetchall()
    names: dict[int, tuple[tuple[str, ...], GroupId, bool]] = {
        row["id"]: (
            tuple(json.loads(row["names"])),
            GroupId(row["drug_group"]),
            bool(row["held_out"]),
        )
        for row in connection.execute(
            "SELECT l.id, v.names, l.drug_group, g.held_out FROM drug_label l "
            "JOIN label_version v ON v.id = l.label_version "
            "JOIN drug_group g ON g.id = l.drug_group "
            "WHERE l.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list({row["drug_label"] for row in rows})),),
        )
    }
    return [
        ModelInput(
            SentenceId(row["id"]),
            row["text"],
            tuple(json.loads(row["heading_path"])),
            names[row["drug_label"]][0],
            names[row["drug_label"]][1],
            names[row["drug_label"]][2],
            row["hint"],
        )
        for row in rows
    ]


def by_uid(connection: sqlite3.Connection, uid: str) -> SentenceId | None:
    row = connection.execute("SELECT id FROM sentence WHERE uid = ?", (uid,)).fetchone()
    return None if row is None else SentenceId(row["id"])


def by_text_hash(
    connection: sqlite3.Connection, text_hash: str, set_id: str = ""
) -> list[SentenceId]:
    """Current sentences with this text (blanks, case, width aside), of one drug label if given."""
    rows = connection.execute(
        "SELECT s.id FROM sentence s JOIN drug_label l ON l.id = s.drug_label "
        "WHERE s.text_hash = ?1 AND s.current = 1 AND (?2 = '' OR l.set_id = ?2) ORDER BY s.id",
        (text_hash, set_id),
    )
    return [SentenceId(row[0]) for row in rows]


def existing_at(connection: sqlite3.Connection, operation: int) -> list[SentenceId]:
    """Current sentences of the queue that were in the project after `operation`, in any version."""
    marks = ",".join("?" * len(QUEUED_KINDS))
    rows = connection.execute(
        "SELECT s.id FROM sentence s JOIN block b ON b.id = s.block "
        "JOIN label_version v ON v.id = b.label_version "
        f"WHERE s.current = 1 AND s.kind IN ({marks}) AND (v.operation <= ? OR EXISTS ("
        "SELECT 1 FROM former_place f JOIN label_version o ON o.id = f.label_version "
        "WHERE f.sentence = s.id AND o.operation <= ?)) ORDER BY s.drug_label, s.position",
        (*QUEUED_KINDS, operation, operation),
    )
    return [SentenceId(row[0]) for row in rows]


def label_of(connection: sqlite3.Connection, sentence: SentenceId) -> LabelId:
    row = connection.execute("SELECT drug_label FROM sentence WHERE id = ?", (sentence,)).fetchone()
    return LabelId(row["drug_label"])


def labels_of(connection: sqlite3.Connection, ids: Iterable[SentenceId]) -> set[LabelId]:
    """Drug labels of these sentences."""
    rows = connection.execute(
        "SELECT DISTINCT drug_label FROM sentence WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {LabelId(row[0]) for row in rows}


def is_held_out(connection: sqlite3.Connection, sentence: SentenceId) -> bool:
    row = connection.execute(
        "SELECT g.held_out FROM sentence s JOIN drug_label l ON l.id = s.drug_label "
        "JOIN drug_group g ON g.id = l.drug_group WHERE s.id = ?",
        (sentence,),
    ).fetchone()
    return bool(row["held_out"])


def held_out_among(
    connection: sqlite3.Connection, ids: Sequence[SentenceId]
) -> frozenset[SentenceId]:
    """Those of the sentences whose drug group is held out."""
    rows = connection.execute(
        "SELECT s.id FROM drug_group g JOIN drug_label l ON l.drug_group = g.id "
        "JOIN sentence s ON s.drug_label = l.id WHERE g.held_out = 1 "
        "AND s.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return frozenset(SentenceId(row[0]) for row in rows)


@dataclass(frozen=True)
class Counts:
    """Numbers of queued sentences; unsure, skipped and today are this curator's."""

    sentences: int
    decided: int
    conflicts: int
    unsure: int
    skipped: int
    flagged: int
    today: int


def counts(connection: sqlite3.Connection, curator: str, today: str) -> Counts:
    """`today` is the beginning of a UTC time, for example "2026-03-01"."""
    row = connection.execute(
        f"""
        SELECT (SELECT count(*) FROM sentence s WHERE {_QUEUED}) AS sentences,
          (SELECT count(*) FROM resolution r JOIN sentence s ON s.id = r.sentence
           WHERE {_QUEUED} AND r.category IS NOT NULL) AS decided,
          (SELECT count(*) FROM resolution WHERE category IS NULL) AS conflicts,
          (SELECT count(*) FROM annotation WHERE curator = ?1 AND state = 'unsure') AS unsure,
          (SELECT count(*) FROM annotation WHERE curator = ?1 AND state = 'skipped') AS skipped,
          (SELECT count(DISTINCT sentence) FROM annotation WHERE flagged = 1) AS flagged,
          (SELECT count(*) FROM annotation WHERE curator = ?1 AND at LIKE ?2
           AND state IN ('accepted', 'corrected', 'decided')) AS today
        """,
        (curator, today + "%"),
    ).fetchone()
    return Counts(
        row["sentences"],
        row["decided"],
        row["conflicts"],
        row["unsure"],
        row["skipped"],
        row["flagged"],
        row["today"],
    )


def _suggested(
    connection: sqlite3.Connection,
    curator: str,
    order: str,
    category: str | None,
    held_out: bool | None,
    limit: int,
) -> list[OpenSentence]:
    """Along the index of the order, so that no more rows are read than are taken."""
    orders = {"margin": "g.margin, g.sentence", "probability": "g.probability DESC, g.sentence"}
    where = "" if category is None else "AND g.category = ?"
    values = () if category is None else (category,)
    rows = connection.execute(
        f"""
        SELECT {_OPEN} FROM suggestion g CROSS JOIN sentence s ON s.id = g.sentence {_STANDING}
        WHERE {_QUEUED} AND {_UNDECIDED} {where} ORDER BY {orders[order]} LIMIT ?
        """,
        (curator, *_standing(held_out), *values, limit),
    )
    return [_open_sentence(row) for row in rows]


def _unsuggested(
    connection: sqlite3.Connection, curator: str, held_out: bool | None, limit: int
) -> list[OpenSentence]:
    rows = connection.execute(
        f"""
        SELECT {_OPEN} FROM sentence s LEFT JOIN suggestion g ON g.sentence = s.id {_STANDING}
        WHERE {_QUEUED} AND {_UNDECIDED} AND g.sentence IS NULL ORDER BY s.id LIMIT ?
        """,
        (curator, *_standing(held_out), limit),
    )
    return [_open_sentence(row) for row in rows]


_OPEN = "s.id, s.drug_label, s.text_hash, d.held_out, g.margin, g.category, g.probability"
_STANDING = """
    JOIN drug_label l ON l.id = s.drug_label JOIN drug_group d ON d.id = l.drug_group
    LEFT JOIN resolution r ON r.sentence = s.id
    LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ?
         AND a.state IN ('skipped', 'unsure')
"""
_UNDECIDED = "r.sentence IS NULL AND a.sentence IS NULL AND d.held_out BETWEEN ? AND ?"


def _standing(held_out: bool | None) -> tuple[int, int]:
    return (0, 1) if held_out is None else (int(held_out), int(held_out))


def _open_sentence(row: sqlite3.Row) -> OpenSentence:
    return OpenSentence(
        SentenceId(row["id"]),
        LabelId(row["drug_label"]),
        row["text_hash"],
        bool(row["held_out"]),
        2.0 if row["margin"] is None else float(row["margin"]),
        row["category"] or "",
        0.0 if row["probability"] is None else float(row["probability"]),
    )


def _sentence(row: sqlite3.Row) -> Sentence:
    return Sentence(
        SentenceId(row["id"]),
        row["uid"],
        LabelId(row["drug_label"]),
        row["block"],
        row["position"],
        row["text"],
        BlockKind(row["kind"]),
        row["section_code"],
        row["section_title"],
        tuple(json.loads(row["heading_path"])),
        row["hint"],
        row["first"],
        row["last"],
    )
