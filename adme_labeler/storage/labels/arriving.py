"""A drug label comes in: new, a newer version of one that is there, known, or older."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from adme_labeler.domain.records import LabelDraft, LabelId, SentenceId
from adme_labeler.domain.sentence_changes import pair_changed
from adme_labeler.domain.sentence_text import normalized, sentence_uid, text_hash
from adme_labeler.storage import boundaries
from adme_labeler.storage.labels import drug_groups
from adme_labeler.storage.labels.shelf import QUEUED_KINDS
from adme_labeler.storage.log import Change, Draft, canonical


class CommitStatus(StrEnum):
    NEW = "new"
    UPDATED = "updated"
    KNOWN = "known"
    OLDER = "older"


@dataclass(frozen=True)
class Committed:
    """`sentences` are the new sentence ids.

    The numbers count sentences that a curator is asked about (table rows are not): `queued` of
    the new ones, of which `changed` replace an older one; `kept` unchanged; `gone` left the label.
    """

    status: CommitStatus
    label: LabelId
    sentences: tuple[SentenceId, ...] = ()
    kept: int = 0
    changed: int = 0
    gone: int = 0
    queued: int = 0
    version: int = 0
    """Version that the project holds now."""
    renamed: bool = False
    """Nothing in it is new, but the drug has other names now."""


def commit(connection: sqlite3.Connection, draft: Draft, label: LabelDraft) -> Committed:
    """Store one drug label inside the open operation `draft`.

    The same text again adds nothing; an older version adds nothing; a newer one replaces the
    places of the sentences, keeps unchanged ones with their annotations, brings back those of an
    earlier version with theirs, and marks new ones for review. The same version with less text
    (another choice of sections) adds nothing either; with more text it adds without review.
    """
    set_id = label.set_id or f"text-{label.content_hash[:24]}"
    known = connection.execute("SELECT * FROM drug_label WHERE set_id = ?", (set_id,)).fetchone()
    if known is None:
        label_id = LabelId(_label_row(connection, set_id, label))
        status = CommitStatus.NEW
        held = None
    else:
        label_id = LabelId(known["id"])
        label = boundaries.mended(connection, label_id, label)
        held = _held(connection, known)
        status = _standing(connection, held, label, set_id)
        if status in (CommitStatus.KNOWN, CommitStatus.OLDER):
            renamed = _renew(connection, draft, held, label)
            return Committed(
                status,
                label_id,
                version=max(held["version"], label.version),
                renamed=renamed and status is CommitStatus.KNOWN,
            )
    version = _version_row(connection, draft.id, label_id, label)
    blocks = _block_rows(connection, version, label)
    before = {} if held is None else _asked_about(connection, label_id)
    if held is not None:
        _remember_places(connection, label_id, held["id"])
    review = held is not None and _age(held, label) > 0
    created = _place_sentences(
        connection, label_id, label, blocks, _uids(set_id, label), review=review
    )
    connection.execute("UPDATE drug_label SET label_version = ? WHERE id = ?", (version, label_id))
    drug_groups.join(connection, draft, label_id, label.ingredients)
    draft.changes.append(
        Change(
            "drug_label",
            canonical(set_id),
            None if held is None else _identity(set_id, held["version"], held["content_hash"]),
            _identity(set_id, label.version, label.content_hash),
        )
    )
    after = _asked_about(connection, label_id)
    gone = [text for ident, text in before.items() if ident not in after]
    came = [text for ident, text in after.items() if ident not in before]
    return Committed(
        status,
        label_id,
        tuple(created),
        kept=len(before) - len(gone),
        changed=len(pair_changed(gone, came)) if before else 0,
        gone=len(gone),
        queued=len(came),
        version=label.version,
    )


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


def _held(connection: sqlite3.Connection, known: sqlite3.Row) -> sqlite3.Row:
    """The current version of a drug label."""
    return connection.execute(
        "SELECT * FROM label_version WHERE id = ?", (known["label_version"],)
    ).fetchone()


def _standing(
    connection: sqlite3.Connection, held: sqlite3.Row, label: LabelDraft, set_id: str
) -> CommitStatus:
    """How `label` stands to the version that the project holds.

    Its text alone does not tell: a label that returns to an earlier text is a newer version.
    """
    age = _age(held, label)
    if age < 0:
        return CommitStatus.OLDER
    if held["content_hash"] == label.content_hash:
        return CommitStatus.KNOWN
    if age == 0:
        there = {
            row["uid"]
            for row in connection.execute(
                "SELECT uid FROM sentence WHERE drug_label = ? AND current = 1",
                (held["drug_label"],),
            )
        }
        if not there < {uid for _, uid, _, _ in _uids(set_id, label)}:
            return CommitStatus.KNOWN
    return CommitStatus.UPDATED


def _age(held: sqlite3.Row, label: LabelDraft) -> int:
    """1 where `label` is newer than the version held, -1 where older, 0 where neither.

    The version number decides; where it is the same, the effective date if both are known.
    """
    if label.version != held["version"]:
        return 1 if label.version > held["version"] else -1
    mine, theirs = _date(label.effective_date), _date(held["effective_date"])
    if not mine or not theirs or mine == theirs:
        return 0
    return 1 if mine > theirs else -1


def _date(written: str) -> str:
    """Digits of a whole date, year first ("20260131"); "" for anything shorter."""
    digits = "".join(character for character in written if character.isdigit())[:8]
    return digits if len(digits) == 8 else ""


def _renew(
    connection: sqlite3.Connection, draft: Draft, held: sqlite3.Row, label: LabelDraft
) -> bool:
    """A newer version with the same text: number, date and names change, no sentence does.

    Without the new number an older file could later pass for a newer version. The same version
    gives its names where it says which drug it is about: a loose document whose drug was not
    named before. True where the names are others than before.
    """
    ingredients = json.dumps(label.ingredients, ensure_ascii=False)
    names = json.dumps(label.names, ensure_ascii=False)
    renamed = (ingredients, names) != (held["ingredients"], held["names"])
    age = _age(held, label)
    if label.content_hash != held["content_hash"] or age < 0:
        return False
    if age == 0 and not (renamed and label.ingredients):
        return False
    connection.execute(
        "UPDATE label_version SET version = ?, document_id = ?, effective_date = ?, title = ?, "
        "dosage_form = ?, ingredients = ?, names = ?, source = ? WHERE id = ?",
        (
            label.version,
            label.document_id,
            label.effective_date,
            label.title,
            label.dosage_form,
            ingredients,
            names,
            label.source,
            held["id"],
        ),
    )
    label_id = LabelId(held["drug_label"])
    drug_groups.join(connection, draft, label_id, label.ingredients)
    set_id = connection.execute(
        "SELECT set_id FROM drug_label WHERE id = ?", (label_id,)
    ).fetchone()[0]
    before = _identity(set_id, held["version"], held["content_hash"])
    after = _identity(set_id, label.version, label.content_hash)
    if before != after:
        draft.changes.append(Change("drug_label", canonical(set_id), before, after))
    return renamed


def _asked_about(connection: sqlite3.Connection, label_id: LabelId) -> dict[int, str]:
    """Text by sentence, of the current sentences that a curator is asked about."""
    rows = connection.execute(
        "SELECT id, text FROM sentence WHERE drug_label = ? AND current = 1 AND kind IN (?, ?) "
        "ORDER BY position",
        (label_id, *QUEUED_KINDS),
    )
    return {row["id"]: row["text"] for row in rows}


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


def _identity(set_id: str, version: int, content_hash: str) -> str:
    return canonical({"set_id": set_id, "version": version, "sha256": content_hash})


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
    first = _next_id(connection, "block")
    connection.executemany(
        "INSERT INTO block (id, label_version, ordinal, kind, section_code, section_title, "
        "heading_path, hint, text, cells) VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            (
                first + ordinal,
                version,
                ordinal,
                block.kind.value,
                block.section_code,
                block.section_title,
                json.dumps(block.heading_path, ensure_ascii=False),
                block.hint,
                block.text,
                json.dumps(block.rows, ensure_ascii=False) if block.rows else "",
            )
            for ordinal, block in enumerate(label.blocks)
        ),
    )
    return list(range(first, first + len(label.blocks)))


def _next_id(connection: sqlite3.Connection, table: str) -> int:
    """Rows made in this transaction get ids from here on: nobody else writes meanwhile."""
    found = connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
    return int(found[0])


def _remember_places(connection: sqlite3.Connection, label_id: int, version: int) -> None:
    connection.execute(
        "INSERT INTO former_place SELECT ?, id, block, position, first, last FROM sentence "
        "WHERE drug_label = ? AND current = 1",
        (version, label_id),
    )
    # 2 while the new version is put in place: it was in the version before.
    connection.execute(
        "UPDATE sentence SET current = 2 WHERE drug_label = ? AND current = 1", (label_id,)
    )


def _place_sentences(
    connection: sqlite3.Connection,
    label_id: int,
    label: LabelDraft,
    blocks: list[int],
    uids: list[tuple[int, str, str, int]],
    *,
    review: bool,
) -> list[SentenceId]:
    """Ids of the sentences that the label never had. A waiting review of a kept one goes on."""
    known = {
        row["uid"]
        for row in connection.execute(
            # In two parts: each has an index.
            "SELECT uid FROM sentence WHERE drug_label = ?1 AND current = 1 "
            "UNION ALL SELECT uid FROM sentence WHERE drug_label = ?1 AND current <> 1",
            (label_id,),
        )
    }
    there: list[tuple[object, ...]] = []
    fresh: list[tuple[object, ...]] = []
    first = _next_id(connection, "sentence")
    for position, (number, uid, text, index) in enumerate(uids):
        block = label.blocks[number]
        span = block.spans[index]
        hint = block.hints[index] if block.hints else block.hint
        place = (blocks[number], position, span.start, span.end, block.kind.value, hint)
        if uid in known:
            there.append((*place, int(review), uid))
        else:
            ident = first + len(fresh)
            fresh.append((ident, *place, uid, label_id, text, text_hash(text), int(review)))
    connection.executemany(
        "UPDATE sentence SET block = ?, position = ?, first = ?, last = ?, kind = ?, hint = ?, "
        "changed = CASE current WHEN 2 THEN changed ELSE ? END, current = 1 WHERE uid = ?",
        there,
    )
    connection.executemany(
        "INSERT INTO sentence (id, block, position, first, last, kind, hint, uid, drug_label, "
        "text, text_hash, changed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        fresh,
    )
    connection.execute(
        "UPDATE sentence SET current = 0, changed = 0 WHERE drug_label = ? AND current <> 1",
        (label_id,),
    )
    return [SentenceId(first + place) for place in range(len(fresh))]
