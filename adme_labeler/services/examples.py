"""What the instant head learns from, read a little at a time so that a window can paint between."""

from __future__ import annotations

import json
import random
from collections.abc import Generator
from dataclasses import dataclass, field

from adme_labeler import protocol
from adme_labeler.domain.records import ModelVersion
from adme_labeler.services.session import Session
from adme_labeler.storage import hunting

HINTS_PER_CATEGORY = 1000
"""Heading hints beyond this many of a category teach the head nothing more."""
SLICE = 5000
"""Sentence numbers looked at in one go: some 10 ms."""


@dataclass
class Hints:
    """Sentences outside the held-out groups by the category that their heading implies, in order.

    They change only with drug labels and drug groups: then say `forget`.
    """

    _ids: dict[str, list[int]] | None = None
    _reading: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def forget(self) -> None:
        self._ids = None
        self._reading = {}

    def read(self, session: Session) -> Generator[None, None, dict[str, list[int]]]:
        """Decided ones are among them. Begins again where drug labels change meanwhile."""
        while self._ids is None:
            found = self._reading = {}
            for first, last in _ranges(session, "sentence", "id"):
                rows = session.connection.execute(_HINTS, (first, last))
                for hint, ids in rows:
                    found.setdefault(hint, []).extend(sorted(json.loads(ids)))
                yield
            if self._reading is found:
                self._ids = found
        return self._ids


def reading(
    session: Session, version: ModelVersion, hints: Hints
) -> Generator[None, None, tuple[protocol.Example, ...]]:
    """Yields between two slices, returns the examples for the head of a version (0: instant model).

    On the pretrained encoder: every decided sentence outside the held-out groups, and heading
    hints of undecided ones. On a trained model: only what was decided after its snapshot, for the
    rest is in its weights.
    """
    since = _snapshot_time(session, version) if version else ""
    hunted = hunting.hunted(session.connection)
    found: list[protocol.Example] = []
    for first, last in _ranges(session, "resolution", "sentence"):
        found += [
            protocol.Example(
                row["sentence"],
                row["category"],
                row["drug_group"],
                evaluates=bool(row["read"]) and row["sentence"] not in hunted,
            )
            for row in session.connection.execute(_DECIDED, (since, first, last))
        ]
        yield
    if not version:
        by_category = yield from hints.read(session)
        found += yield from _chosen(session, by_category)
    return tuple(found)


def _chosen(
    session: Session, by_category: dict[str, list[int]]
) -> Generator[None, None, list[protocol.Example]]:
    """Some undecided hints of every category."""
    connection = session.connection
    row = connection.execute("SELECT json_group_array(sentence) FROM resolution").fetchone()
    decided = frozenset(json.loads(row[0]))
    chosen: list[protocol.Example] = []
    for category in sorted(by_category):
        ids = [i for i in by_category[category] if i not in decided]
        if len(ids) > HINTS_PER_CATEGORY:
            ids = random.Random(0).sample(ids, HINTS_PER_CATEGORY)
        groups: dict[int, int] = dict(connection.execute(_GROUPS, (json.dumps(ids),)))
        chosen += [protocol.Example(i, category, groups[i], hint=True) for i in ids]
        yield
    return chosen


def _ranges(session: Session, table: str, key: str) -> Generator[tuple[int, int]]:
    row = session.connection.execute(f"SELECT min({key}), max({key}) FROM {table}").fetchone()
    if row[0] is not None:
        for first in range(row[0], row[1] + 1, SLICE):
            yield first, first + SLICE - 1


_DECIDED = """
    SELECT r.sentence, r.category, l.drug_group, r.read FROM resolution r
    JOIN sentence s ON s.id = r.sentence AND s.current = 1
    JOIN drug_label l ON l.id = s.drug_label
    JOIN drug_group g ON g.id = l.drug_group AND g.held_out = 0
    WHERE r.category IS NOT NULL AND s.kind IN ('paragraph', 'list_item')
      AND EXISTS (SELECT 1 FROM annotation a WHERE a.sentence = r.sentence AND a.at > ?)
      AND r.sentence BETWEEN ? AND ? ORDER BY r.sentence
"""
_HINTS = """
    SELECT s.hint, json_group_array(s.id) FROM sentence s
    JOIN drug_label l ON l.id = s.drug_label
    JOIN drug_group g ON g.id = l.drug_group AND g.held_out = 0
    WHERE s.id BETWEEN ? AND ? AND s.current = 1 AND s.hint <> ''
      AND s.kind IN ('paragraph', 'list_item') GROUP BY s.hint
"""
_GROUPS = """
    SELECT s.id, l.drug_group FROM sentence s JOIN drug_label l ON l.id = s.drug_label
    WHERE s.id IN (SELECT value FROM json_each(?))
"""


def _snapshot_time(session: Session, version: ModelVersion) -> str:
    row = session.connection.execute(
        "SELECT r.created_at FROM model m JOIN run r ON r.id = m.run WHERE m.version = ?",
        (version,),
    ).fetchone()
    return "" if row is None else str(row["created_at"])
