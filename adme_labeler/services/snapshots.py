"""The sentences that a training learns from and is measured on, as of one operation, in a file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.records import GroupId, LabelId, SentenceId, Suggestion
from adme_labeler.services import suggesting
from adme_labeler.services.session import Session
from adme_labeler.storage import hunting, labels, log, models, sentences, suggestions
from adme_labeler.storage.project import Project

MOST_HINTS = 20_000
_PORTION = 200
"""Sentences made ready in one go: some 10 ms."""


@dataclass(frozen=True)
class Taken:
    """What was written: hash of the file, the operation it stands for, rows by their role."""

    sha256: str
    operation: int
    annotations: int
    hints: int
    held_out: int


def write(session: Session, target: Path) -> Generator[None, None, Taken]:
    """Write `snapshot.jsonl` in slices: yields between them. Raises OSError.

    Whatever is written to the project meanwhile is not in it.
    """
    digest = hashlib.sha256()
    roles: Counter[str] = Counter()
    with _one_moment(session) as (still, alone), target.open("wb") as file:
        operation = log.head(still.connection)[0]
        for rows in _rows(still):
            body = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
            digest.update(body)
            file.write(body)
            roles.update(row.role for row in rows)
            if not alone:
                yield
    return Taken(digest.hexdigest(), operation, roles["train"], roles["hint"], roles["held_out"])


@contextmanager
def _one_moment(session: Session) -> Generator[tuple[Session, bool]]:
    """A session whose every query sees the same operation; true where that is because nobody else
    gets a turn.

    With a write-ahead log it is a read transaction of its own, beside which decisions go on. On
    network drives there is none, and a reader would make the window wait for its lock.
    """
    mode = session.connection.execute("PRAGMA journal_mode").fetchone()[0]
    if str(mode).lower() != "wal":
        yield session, True
        return
    project = Project.open(session.path, read_only=True)
    try:
        project.connection.execute("BEGIN")
        yield replace(session, project=project), False
    finally:
        project.close()


def _rows(session: Session) -> Generator[list[protocol.SnapshotRow]]:
    """Portions of the snapshot, drug label by drug label."""
    connection = session.connection
    served = suggesting.served(session)
    seen = frozenset[GroupId]()
    if served is not None:
        seen = served.groups | models.trained_groups(connection, served.version)
    hunted = hunting.hunted(connection)
    room = MOST_HINTS
    yield []
    for label, (group, held_out) in sorted(labels.standing(connection).items()):
        evaluated: dict[SentenceId, Suggestion | None] = {}
        if held_out:
            found = suggestions.evaluated(connection, held_out=True, label=label)
            evaluated = {e.sentence: e.suggestion for e in found}
        rows = _of_label(connection, label)
        decided = {SentenceId(row["id"]): row for row in rows if row["category"] is not None}
        if held_out:
            wanted = [i for i in decided if i in evaluated]
        else:
            ids = [SentenceId(row["id"]) for row in rows]
            hinted = set([i for i in ids if i not in decided][:room])
            room -= len(hinted)
            wanted = [i for i in ids if i in decided or i in hinted]
        compared = served is not None and group not in seen
        for start in range(0, len(wanted), _PORTION):
            chosen = set(wanted[start : start + _PORTION])
            yield [
                _row(
                    item,
                    decided.get(item.id),
                    evaluated.get(item.id) if compared else None,
                    item.id not in hunted,
                )
                for item in sentences.model_inputs(connection, chosen)
            ]
        yield []


def _of_label(connection: sqlite3.Connection, label: LabelId) -> list[sqlite3.Row]:
    """Queued sentences with a category or a hint, in order, with their resolution."""
    return connection.execute(
        """
        SELECT s.id, r.category, r.also, r.blind, r.read FROM sentence s
        LEFT JOIN resolution r ON r.sentence = s.id
        WHERE s.drug_label = ? AND s.current = 1 AND s.kind IN ('paragraph', 'list_item')
          AND (s.hint <> '' OR r.category IS NOT NULL) ORDER BY s.position
        """,
        (label,),
    ).fetchall()


def _row(
    item: sentences.ModelInput,
    decided: sqlite3.Row | None,
    suggestion: Suggestion | None,
    counts: bool,
) -> protocol.SnapshotRow:
    """`counts`: whether a measurement may rest on it if a person read it."""
    masked = suggesting.as_sentence_input(item)
    also, blind, read = "", False, False
    if decided is not None:
        also, blind = str(decided["also"]), bool(decided["blind"])
        read = bool(decided["read"]) and counts
    role = "hint" if decided is None else "held_out" if item.held_out else "train"
    return protocol.SnapshotRow(
        sentence=item.id,
        text=masked.text,
        heading=masked.heading,
        category=item.hint if decided is None else str(decided["category"]),
        group=item.group,
        role=role,
        also=tuple(key for key in also.split("+") if key),
        blind=blind,
        read=read,
        served=() if suggestion is None else suggestion.probabilities,
        served_category="" if suggestion is None else suggestion.category,
    )
