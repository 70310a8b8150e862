"""Sentence boundaries mended by hand: consecutive sentences of a block are cut otherwise.

An edit is told by texts, not by places, so that it can be made again on a new version of the drug
label and taken back there. The sentences that were replaced stay in the project with their
annotations, but are no longer current; taking the edit back revives them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from adme_labeler.domain.records import BlockDraft, LabelDraft, LabelId, SentenceId, SpanDraft
from adme_labeler.domain.sentence_text import normalized, sentence_uid, text_hash
from adme_labeler.storage.log import Change, Draft, canonical

KIND = "boundary"


@dataclass(frozen=True)
class Edit:
    """Sentences `before` and `after`, as texts in order; both cover the same part of a block.

    `block` (number in its version) and `first` (offset of the part) tell equal texts apart;
    `uids_before` and `uids_after` are the sentences themselves, once the edit was made.
    """

    label: LabelId
    block: int
    first: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    uids_before: tuple[str, ...] = ()
    uids_after: tuple[str, ...] = ()

    @property
    def inverse(self) -> Edit:
        return replace(
            self,
            before=self.after,
            after=self.before,
            uids_before=self.uids_after,
            uids_after=self.uids_before,
        )


def make(connection: sqlite3.Connection, draft: Draft, edit: Edit) -> list[SentenceId]:
    """Cut sentences otherwise, as part of an open operation; returns the new current ones.

    Empty where the sentences of `before` do not follow each other in one block.
    """
    run = _run(connection, edit)
    edit = replace(edit, uids_before=tuple(row["uid"] for row in run))
    made = _cut(connection, edit)
    if made:
        edit = replace(edit, uids_after=_uids(connection, made))
        number = int(
            connection.execute("SELECT coalesce(max(id), 0) + 1 FROM boundary_edit").fetchone()[0]
        )
        used = connection.execute(
            "SELECT max(CAST(key AS INTEGER)) FROM change WHERE kind = ?", (KIND,)
        ).fetchone()[0]
        change = Change(KIND, str(max(number, (used or 0) + 1)), None, _dumped(edit))
        draft.changes.append(change)
        _store(connection, change)
    return made


def apply(
    connection: sqlite3.Connection, changes: Iterable[Change]
) -> tuple[set[LabelId], list[SentenceId]]:
    """Bring boundaries to the `after` of each change; returns labels and sentences touched.

    An edit whose sentences are gone (a newer version reads otherwise) changes nothing on screen.
    """
    labels: set[LabelId] = set()
    made: list[SentenceId] = []
    for change in changes:
        if change.kind != KIND:
            continue
        edit = _loaded(change.after or change.before or "")
        labels.add(edit.label)
        made = _cut(connection, edit if change.after is not None else edit.inverse)
        if change.after is None:
            connection.execute("DELETE FROM boundary_edit WHERE id = ?", (int(change.key),))
        else:
            _store(connection, change)
    return labels, made


def mended(connection: sqlite3.Connection, label: LabelId, draft: LabelDraft) -> LabelDraft:
    """A label as an importer read it, cut as the curator cut the version before."""
    rows = connection.execute(
        "SELECT edit FROM boundary_edit WHERE drug_label = ? ORDER BY id", (label,)
    ).fetchall()
    if not rows:
        return draft
    blocks = list(draft.blocks)
    for row in rows:
        edit = _loaded(row["edit"])
        places = sorted(range(len(blocks)), key=lambda n, at=edit.block: abs(n - at))
        for number in places:
            found = _mended_block(blocks[number], edit)
            if found is not None:
                blocks[number] = found
                break
    return replace(draft, blocks=tuple(blocks))


def misreplayed(connection: sqlite3.Connection, changes: Iterable[Change]) -> bool:
    """Whether the stored edits are not what the log amounts to."""
    held: dict[int, str] = {}
    for change in changes:
        if change.kind == KIND:
            if change.after is None:
                held.pop(int(change.key), None)
            else:
                held[int(change.key)] = change.after
    stored = {r["id"]: r["edit"] for r in connection.execute("SELECT id, edit FROM boundary_edit")}
    return held != stored


def place_of(connection: sqlite3.Connection, sentence: SentenceId) -> tuple[LabelId, int]:
    """(drug label, number of the block in its version) of a sentence."""
    row = connection.execute(
        "SELECT s.drug_label, b.ordinal FROM sentence s JOIN block b ON b.id = s.block "
        "WHERE s.id = ?",
        (sentence,),
    ).fetchone()
    return LabelId(row["drug_label"]), int(row["ordinal"])


def neighbour(connection: sqlite3.Connection, sentence: SentenceId, by: int) -> SentenceId | None:
    """The current sentence before (-1) or after (1) in the same block."""
    order = "DESC" if by < 0 else "ASC"
    sign = "<" if by < 0 else ">"
    row = connection.execute(
        "SELECT n.id FROM sentence s JOIN sentence n ON n.block = s.block AND n.current = 1 "
        f"WHERE s.id = ? AND n.first {sign} s.first ORDER BY n.first {order} LIMIT 1",
        (sentence,),
    ).fetchone()
    return None if row is None else SentenceId(row["id"])


def _cut(connection: sqlite3.Connection, edit: Edit) -> list[SentenceId]:
    run = _run(connection, edit)
    if not run:
        return []
    block, start, end = run[0]["block"], run[0]["first"], run[-1]["last"]
    text = str(
        connection.execute("SELECT text FROM block WHERE id = ?", (block,)).fetchone()["text"]
    )
    spans = _spans(text, start, end, edit.after)
    if spans is None:
        return []
    hints = {row["hint"] for row in run}
    hint = hints.pop() if len(hints) == 1 else ""
    connection.executemany(
        "UPDATE sentence SET current = 0, changed = 0 WHERE id = ?", [(row["id"],) for row in run]
    )
    made: list[SentenceId] = []
    wanted = edit.uids_after or ("",) * len(spans)
    for piece, uid, (first, last) in zip(edit.after, wanted, spans, strict=True):
        place = (block, run[0]["position"], first, last, run[0]["kind"])
        made.append(_sentence(connection, edit.label, piece, uid, place, hint))
    _renumber(connection, edit.label)
    return made


def _run(connection: sqlite3.Connection, edit: Edit) -> list[sqlite3.Row]:
    """Current sentences of one block with the texts of `before`, nearest to where they stood."""
    rows = connection.execute(
        "SELECT s.*, b.ordinal FROM sentence s JOIN block b ON b.id = s.block "
        "WHERE s.drug_label = ? AND s.current = 1 ORDER BY b.ordinal, s.first",
        (edit.label,),
    ).fetchall()
    wanted = [normalized(text) for text in edit.before]
    texts = [normalized(row["text"]) for row in rows]
    size = len(wanted)
    runs = [
        rows[at : at + size]
        for at in range(len(rows) - size + 1)
        if texts[at : at + size] == wanted and rows[at]["block"] == rows[at + size - 1]["block"]
    ]
    if not runs:
        return []
    return min(
        runs,
        key=lambda r: (abs(r[0]["ordinal"] - edit.block), abs(r[0]["first"] - edit.first)),
    )


def _sentence(
    connection: sqlite3.Connection,
    label: LabelId,
    text: str,
    wanted: str,
    place: tuple[int, int, int, int, str],
    hint: str,
) -> SentenceId:
    """A current sentence with this text: the one `wanted`, else an earlier one, else a new one."""
    set_id = connection.execute("SELECT set_id FROM drug_label WHERE id = ?", (label,)).fetchone()[
        0
    ]
    others = (sentence_uid(set_id, text, occurrence) for occurrence in count())
    for uid in chain([wanted] if wanted else [], others):
        row = connection.execute(
            "SELECT id, current FROM sentence WHERE uid = ?", (uid,)
        ).fetchone()
        if row is None:
            cursor = connection.execute(
                "INSERT INTO sentence (block, position, first, last, kind, hint, uid, drug_label, "
                "text, text_hash) VALUES (?,?,?,?,?,?,?,?,?,?)",
                (*place, hint, uid, label, text, text_hash(text)),
            )
            assert cursor.lastrowid is not None
            return SentenceId(cursor.lastrowid)
        if not row["current"]:
            connection.execute(
                "UPDATE sentence SET block = ?, position = ?, first = ?, last = ?, kind = ?, "
                "current = 1 WHERE id = ?",
                (*place, row["id"]),
            )
            return SentenceId(row["id"])
    raise AssertionError("unreachable")


def _uids(connection: sqlite3.Connection, made: Sequence[SentenceId]) -> tuple[str, ...]:
    found = {
        row["id"]: row["uid"]
        for row in connection.execute(
            "SELECT id, uid FROM sentence WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(made)),),
        )
    }
    return tuple(found[ident] for ident in made)


def _renumber(connection: sqlite3.Connection, label: LabelId) -> None:
    rows = connection.execute(
        "SELECT s.id, s.position FROM sentence s JOIN block b ON b.id = s.block "
        "WHERE s.drug_label = ? AND s.current = 1 ORDER BY b.ordinal, s.first",
        (label,),
    ).fetchall()
    connection.executemany(
        "UPDATE sentence SET position = ? WHERE id = ?",
        [(n, row["id"]) for n, row in enumerate(rows) if row["position"] != n],
    )


def _spans(text: str, start: int, end: int, pieces: Sequence[str]) -> list[tuple[int, int]] | None:
    """Where `pieces` stand in `text`, one after the other from `start` to `end`."""
    found: list[tuple[int, int]] = []
    at = start
    for piece in pieces:
        first = text.find(piece, at, end)
        if first < 0:
            return None
        at = first + len(piece)
        found.append((first, at))
    return found


def _mended_block(block: BlockDraft, edit: Edit) -> BlockDraft | None:
    """None where the edit does not fit; blocks whose sentences carry categories stay as read."""
    if block.categories or block.uids:
        return None
    wanted = [normalized(text) for text in edit.before]
    texts = [normalized(block.text[span.start : span.end]) for span in block.spans]
    size = len(wanted)
    for at in range(len(texts) - size + 1):
        if texts[at : at + size] != wanted:
            continue
        start, end = block.spans[at].start, block.spans[at + size - 1].end
        spans = _spans(block.text, start, end, edit.after)
        if spans is None:
            return None
        hints = block.hints
        if hints:
            old = set(hints[at : at + size])
            hint = old.pop() if len(old) == 1 else ""
            hints = (*hints[:at], *[hint] * len(spans), *hints[at + size :])
        new = tuple(SpanDraft(first, last) for first, last in spans)
        return replace(
            block, spans=(*block.spans[:at], *new, *block.spans[at + size :]), hints=hints
        )
    return None


def _store(connection: sqlite3.Connection, change: Change) -> None:
    edit = _loaded(change.after or "")
    connection.execute(
        "INSERT OR REPLACE INTO boundary_edit (id, drug_label, edit) VALUES (?,?,?)",
        (int(change.key), edit.label, change.after),
    )


def _dumped(edit: Edit) -> str:
    return canonical(
        {
            "label": edit.label,
            "block": edit.block,
            "first": edit.first,
            "before": list(edit.before),
            "after": list(edit.after),
            "uids_before": list(edit.uids_before),
            "uids_after": list(edit.uids_after),
        }
    )


def _loaded(dumped: str) -> Edit:
    fields = json.loads(dumped)
    return Edit(
        LabelId(fields["label"]),
        fields["block"],
        fields["first"],
        tuple(fields["before"]),
        tuple(fields["after"]),
        tuple(fields["uids_before"]),
        tuple(fields["uids_after"]),
    )
