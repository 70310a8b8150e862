"""Comparing an edited table with the project, portion by portion, so that a window stays free."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adme_labeler import protocol
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import Annotation, AnnotationState, SentenceId
from adme_labeler.language import tr
from adme_labeler.services import guideline
from adme_labeler.services.merge_compare import Held, compare, provenance, read_row
from adme_labeler.services.merge_plan import MergePlan, MergeRow, RowKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, log, sentences


@dataclass(frozen=True, slots=True)
class _Place:
    """The sentence that a row belongs to."""

    sentence: SentenceId
    uid: str
    text_hash: str
    held_out: bool


@dataclass
class Planner:
    """Takes a sheet in portions. Raises ImportProblem when it is no export of this project."""

    session: Session
    _source: protocol.EditedSource | None = None
    _compared_at: int = 0
    _operations: dict[str, int] = field(default_factory=dict[str, int])
    _touched: dict[int, set[SentenceId]] = field(default_factory=dict[int, set[SentenceId]])
    _seen: dict[SentenceId, tuple[protocol.EditedRow, MergeRow | None]] = field(
        default_factory=dict[SentenceId, tuple[protocol.EditedRow, MergeRow | None]]
    )
    _altered: set[SentenceId] = field(default_factory=set[SentenceId])
    _lost: list[MergeRow] = field(default_factory=list[MergeRow])
    _repeated: int = 0
    _unknown: dict[str, int] = field(default_factory=dict[str, int])

    def begin(self, source: protocol.EditedSource) -> None:
        self._source = source
        self._compared_at = log.head(self.session.connection)[0]
        if source.revision:
            self._operation(source.revision)

    def add(self, rows: Sequence[protocol.EditedRow]) -> None:
        """Compare the next rows; some 10,000 a second."""
        operations = [self._operation(row.revision or self._about) for row in rows]
        places = _places(self.session.connection, rows)
        known = [place.sentence for place in places if place is not None]
        held = _held(self.session.connection, known)
        for row, operation, place in zip(rows, operations, places, strict=True):
            if place is None:
                self._lose(row, RowKind.UNKNOWN, _why_unknown(self.session.connection, row))
            elif row.text_hashes and place.text_hash not in row.text_hashes:
                reason = tr(
                    "The text is not that of the sentence with this id: the text was edited, or "
                    "the columns were sorted apart."
                )
                self._lose(row, RowKind.REFUSED, reason)
                self._altered.add(place.sentence)
            elif place.sentence in self._seen:
                self._repeat(row, place)
            else:
                compared = self._compare(row, place, operation, held[place.sentence])
                self._seen[place.sentence] = (row, compared)

    def plan(self) -> MergePlan:
        """The whole comparison."""
        assert self._source is not None, "begin comes first"
        exported_at = max(self._operations.values(), default=self._compared_at)
        rows = [row for _, row in self._seen.values() if row is not None]
        return MergePlan(
            source=Path(self._source.path).name,
            sha256=self._source.sha256,
            curator=self.session.curator,
            exported_at=exported_at,
            compared_at=self._compared_at,
            rows=(*rows, *self._lost),
            same=tuple(s for s, (_, row) in self._seen.items() if row is None),
            repeated=self._repeated,
            missing=self._missing(exported_at),
            unknown_categories=dict(self._unknown),
            absent=self._source.absent,
        )

    @property
    def _name(self) -> str:
        return Path(self._source.path).name if self._source is not None else tr("The sheet")

    @property
    def _about(self) -> str:
        """Of rows that do not name their revision: the About sheet's, else the only one so far."""
        if self._source is not None and self._source.revision:
            return self._source.revision
        return next(iter(self._operations)) if len(self._operations) == 1 else ""

    def _operation(self, written: str) -> int:
        """The operation that a row shows, once it is certain that it is one of this project."""
        found = self._operations.get(written)
        if found is not None:
            return found
        said = log.Revision.parse(written)
        if said is None:
            raise ImportProblem(
                tr(
                    "{file} does not say which project and operation it was exported from: the "
                    'columns "Revision" and the sheet "About" are missing or altered.',
                    file=self._name,
                )
            )
        connection = self.session.connection
        if said.project != log.fingerprint(connection)[: log.HASH_DIGITS]:
            raise ImportProblem(tr("{file} was exported from another project.", file=self._name))
        if said != log.revision(connection, said.operation):
            raise ImportProblem(
                tr(
                    "{file} was exported from another copy of this project: operation {operation} "
                    "is not the same here.",
                    file=self._name,
                    operation=said.operation,
                )
            )
        self._operations[written] = said.operation
        return said.operation

    def _compare(
        self, row: protocol.EditedRow, place: _Place, operation: int, now: Held
    ) -> MergeRow | None:
        """None when the row is unchanged."""
        session, sentence = self.session, place.sentence
        base = now
        if sentence in self._changed_after(operation):
            base = Held(*annotations.as_of(session.connection, sentence, operation))
        exported = base.entry(session.scheme)
        edited = read_row(row, exported, session.scheme)
        if edited.entry == exported and not edited.reason:
            return None
        for text in edited.unknown:
            self._unknown[text] = self._unknown.get(text, 0) + 1
        found = compare(
            base,
            edited.entry,
            now,
            Annotation(sentence, session.curator, AnnotationState.OPEN),
            provenance(
                row,
                place.held_out,
                guideline.version(session),
                session.scheme,
            ),
            session.scheme,
        )
        reason = edited.reason or found.reason
        if not found.fields and not reason:
            return None
        kind = RowKind.CONFLICT if found.conflict else RowKind.CHANGED
        return MergeRow(
            kind=RowKind.REFUSED if reason else kind,
            place=row.place,
            text=row.excerpt,
            sentence=sentence,
            uid=place.uid,
            exported=exported,
            edited=edited.entry,
            current=now.entry(session.scheme),
            fields=found.fields,
            reason=reason,
            disagrees=found.disagrees,
            annotation=None if reason else found.written,
        )

    def _changed_after(self, operation: int) -> set[SentenceId]:
        if operation not in self._touched:
            found = annotations.touched_since(self.session.connection, operation)
            self._touched[operation] = found
        return self._touched[operation]

    def _repeat(self, row: protocol.EditedRow, place: _Place) -> None:
        first, compared = self._seen[place.sentence]
        if _says(first) == _says(row):
            self._repeated += 1
            return
        refused = MergeRow(
            kind=RowKind.REFUSED,
            place=first.place,
            text=first.excerpt,
            sentence=place.sentence,
            uid=place.uid,
            exported=None if compared is None else compared.exported,
            current=None if compared is None else compared.current,
            reason=tr(
                "The sentence stands here and in {place}, with different entries.", place=row.place
            ),
        )
        self._seen[place.sentence] = (first, refused)

    def _lose(self, row: protocol.EditedRow, kind: RowKind, reason: str) -> None:
        self._lost.append(MergeRow(kind, row.place, row.excerpt, uid=row.uid, reason=reason))

    def _missing(self, operation: int) -> tuple[SentenceId, ...]:
        there = sentences.existing_at(self.session.connection, operation)
        found = self._seen.keys() | self._altered
        return tuple(sentence for sentence in there if sentence not in found)


def _places(
    connection: sqlite3.Connection, rows: Sequence[protocol.EditedRow]
) -> list[_Place | None]:
    """The sentence of each row: by id, else by its drug label and text where that is one only.

    The second way is for ids that a spreadsheet program took for numbers and altered.
    """
    by_uid: dict[str, _Place] = {}
    query = f"{_PLACE} WHERE s.uid IN (SELECT value FROM json_each(?))"
    for found in connection.execute(query, (json.dumps([row.uid for row in rows]),)):
        by_uid[found["uid"]] = _place(found)
    return [by_uid.get(row.uid) or _place_by_text(connection, row) for row in rows]


def _place_by_text(connection: sqlite3.Connection, row: protocol.EditedRow) -> _Place | None:
    found = _of_text(connection, row)
    return _place(found[0]) if len(found) == 1 else None


def _of_text(connection: sqlite3.Connection, row: protocol.EditedRow) -> list[sqlite3.Row]:
    if not row.set_id or not row.text_hashes:
        return []
    return connection.execute(
        f"{_PLACE} WHERE l.set_id = ? AND s.current = 1 "
        "AND s.text_hash IN (SELECT value FROM json_each(?))",
        (row.set_id, json.dumps(row.text_hashes)),
    ).fetchall()


def _why_unknown(connection: sqlite3.Connection, row: protocol.EditedRow) -> str:
    if _of_text(connection, row):
        return tr(
            "Its drug label has this text several times, and the column Sentence id does not say "
            "which one is meant."
        )
    return tr("The project has no such sentence.")


def _place(row: sqlite3.Row) -> _Place:
    return _Place(SentenceId(row["id"]), row["uid"], row["text_hash"], bool(row["held_out"]))


def _held(connection: sqlite3.Connection, ids: Sequence[SentenceId]) -> dict[SentenceId, Held]:
    annotated = annotations.of_sentences(connection, ids)
    settled = annotations.adjudications(connection, ids)
    return {i: Held(annotated.get(i, ()), settled.get(i)) for i in ids}


def _says(row: protocol.EditedRow) -> tuple[str | None, ...]:
    return row.category, row.also, row.note, row.flagged, row.revision


_PLACE = """
    SELECT s.id, s.uid, s.text_hash, g.held_out FROM sentence s
    JOIN drug_label l ON l.id = s.drug_label JOIN drug_group g ON g.id = l.drug_group
"""
