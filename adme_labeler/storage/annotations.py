"""Annotations, adjudications and the resolved category; every write goes through an operation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import (
    Annotation,
    AnnotationState,
    Arm,
    ModelVersion,
    Provenance,
    SentenceId,
)
from adme_labeler.domain.resolution import Adjudication, Resolution, ResolutionSource, resolve
from adme_labeler.storage.log import Change, Draft, Json, canonical

_COLUMNS = (
    "sentence",
    "curator",
    "state",
    "category",
    "also",
    "flagged",
    "note",
    "suggested",
    "probability",
    "model_version",
    "head_revision",
    "blind",
    "arm",
    "inclusion_probability",
    "guideline_version",
    "scheme_version",
    "at",
)

_SLICE = 100
"""Annotations written in one go: some 5 ms."""


def get(connection: sqlite3.Connection, sentence: SentenceId, curator: str) -> Annotation | None:
    row = connection.execute(
        "SELECT * FROM annotation WHERE sentence = ? AND curator = ?", (sentence, curator)
    ).fetchone()
    return None if row is None else _annotation(row)


def of_sentence(connection: sqlite3.Connection, sentence: SentenceId) -> list[Annotation]:
    """Every curator's annotation on one sentence, by curator."""
    rows = connection.execute(
        "SELECT * FROM annotation WHERE sentence = ? ORDER BY curator", (sentence,)
    )
    return [_annotation(row) for row in rows]


def of_curator(
    connection: sqlite3.Connection, curator: str, sentences: Iterable[SentenceId]
) -> dict[SentenceId, Annotation]:
    """This curator's annotations on these sentences; sentences without one are absent."""
    rows = connection.execute(
        "SELECT * FROM annotation WHERE curator = ? "
        "AND sentence IN (SELECT value FROM json_each(?))",
        (curator, json.dumps(list(sentences))),
    )
    return {SentenceId(row["sentence"]): _annotation(row) for row in rows}


def of_sentences(
    connection: sqlite3.Connection, sentences: Iterable[SentenceId]
) -> dict[SentenceId, list[Annotation]]:
    """Every curator's annotations on these sentences, by curator; others are absent."""
    rows = connection.execute(
        "SELECT * FROM annotation WHERE sentence IN (SELECT value FROM json_each(?)) "
        "ORDER BY sentence, curator",
        (json.dumps(list(sentences)),),
    )
    found: dict[SentenceId, list[Annotation]] = {}
    for row in rows:
        found.setdefault(SentenceId(row["sentence"]), []).append(_annotation(row))
    return found


def adjudications(
    connection: sqlite3.Connection, sentences: Iterable[SentenceId]
) -> dict[SentenceId, Adjudication]:
    rows = connection.execute(
        "SELECT * FROM adjudication WHERE sentence IN (SELECT value FROM json_each(?))",
        (json.dumps(list(sentences)),),
    )
    return {SentenceId(row["sentence"]): _adjudication(row) for row in rows}


def touched_since(connection: sqlite3.Connection, operation: int) -> set[SentenceId]:
    """Sentences with an annotation or adjudication that changed after `operation`."""
    rows = connection.execute(
        "SELECT kind, key FROM change WHERE operation > ? "
        "AND kind IN ('annotation', 'adjudication')",
        (operation,),
    )
    return {
        _split_key(row["key"])[0]
        if row["kind"] == "annotation"
        else SentenceId(json.loads(row["key"]))
        for row in rows
    }


def as_of(
    connection: sqlite3.Connection, sentence: SentenceId, operation: int
) -> tuple[list[Annotation], Adjudication | None]:
    """One sentence's annotations (by curator) and adjudication after `operation`, from the log."""
    # Keys are JSON, [sentence,"curator"]; "," and "-" are neighbours, so this takes all curators.
    rows = connection.execute(
        "SELECT kind, key, before, after FROM change WHERE operation <= ? AND "
        "(kind = 'annotation' AND key >= ? AND key < ? OR kind = 'adjudication' AND key = ?) "
        "ORDER BY operation, ordinal",
        (operation, f"[{sentence},", f"[{sentence}-", canonical(int(sentence))),
    )
    held, settled = replayed(Change(r["kind"], r["key"], r["before"], r["after"]) for r in rows)
    found = [_load(*_split_key(key), dumped) for key, dumped in held.items()]
    fields = [json.loads(dumped) for dumped in settled.values()]
    return (
        sorted(found, key=lambda a: a.curator),
        _adjudication(fields[0]) if fields else None,
    )


def everything(connection: sqlite3.Connection) -> list[Annotation]:
    rows = connection.execute("SELECT * FROM annotation ORDER BY sentence, curator")
    return [_annotation(row) for row in rows]


def resolutions(
    connection: sqlite3.Connection, sentences: Iterable[SentenceId]
) -> dict[SentenceId, Resolution]:
    rows = connection.execute(
        "SELECT * FROM resolution WHERE sentence IN (SELECT value FROM json_each(?))",
        (json.dumps(list(sentences)),),
    )
    return {SentenceId(row["sentence"]): _resolution(row) for row in rows}


def write(connection: sqlite3.Connection, draft: Draft, annotations: Sequence[Annotation]) -> None:
    """Set annotations inside the open operation `draft`; unchanged ones are left out of the log."""
    present = of_sentences(connection, {a.sentence for a in annotations})
    held = {(a.sentence, a.curator): _dump(a) for found in present.values() for a in found}
    changed: list[Annotation] = []
    for annotation in annotations:
        place = annotation.sentence, annotation.curator
        before, after = held.get(place), _dump(annotation)
        if before != after:
            draft.changes.append(Change("annotation", _key(*place), before, after))
            changed.append(annotation)
            held[place] = after
    _put(connection, changed)
    given = {s: {a.curator: a for a in found} for s, found in present.items()}
    for annotation in annotations:
        given.setdefault(annotation.sentence, {})[annotation.curator] = annotation
    by_curator = {s: [of[c] for c in sorted(of)] for s, of in given.items()}
    _store_resolutions(connection, by_curator)


def writing(
    connection: sqlite3.Connection, draft: Draft, annotations: Sequence[Annotation]
) -> Generator[None]:
    """`write` in slices: yields between them."""
    for start in range(0, len(annotations), _SLICE):
        write(connection, draft, annotations[start : start + _SLICE])
        yield


def adjudicate(
    connection: sqlite3.Connection,
    draft: Draft,
    sentence: SentenceId,
    decision: Adjudication | None,
) -> None:
    """Settle a conflict, or take the settlement back with None."""
    row = connection.execute(
        "SELECT * FROM adjudication WHERE sentence = ?", (sentence,)
    ).fetchone()
    before = None if row is None else _dump_adjudication(_adjudication(row))
    after = None if decision is None else _dump_adjudication(decision)
    if before != after:
        draft.changes.append(Change("adjudication", canonical(int(sentence)), before, after))
        _put_adjudication(connection, sentence, after)
        _resolve(connection, {sentence})


def apply(connection: sqlite3.Connection, changes: Iterable[Change]) -> set[SentenceId]:
    """Bring annotations and adjudications to the `after` of each change; other kinds are skipped.

    Used by undo, redo and by the replay of the log. Returns the touched sentences.
    """
    touched: set[SentenceId] = set()
    for change in changes:
        if change.kind == "annotation":
            sentence, curator = _split_key(change.key)
            touched.add(sentence)
            if change.after is None:
                connection.execute(
                    "DELETE FROM annotation WHERE sentence = ? AND curator = ?", (sentence, curator)
                )
            else:
                _put(connection, [_load(sentence, curator, change.after)])
        elif change.kind == "adjudication":
            sentence = SentenceId(json.loads(change.key))
            touched.add(sentence)
            _put_adjudication(connection, sentence, change.after)
    _resolve(connection, touched)
    return touched


def applying(
    connection: sqlite3.Connection, changes: Sequence[Change]
) -> Generator[None, None, set[SentenceId]]:
    """`apply` in slices: yields between them."""
    touched: set[SentenceId] = set()
    for start in range(0, len(changes), _SLICE):
        touched |= apply(connection, changes[start : start + _SLICE])
        yield
    return touched


def sentences_of(changes: Iterable[Change]) -> list[SentenceId]:
    """Sentences whose annotation or adjudication these changes touch, in their order."""
    return [
        _split_key(change.key)[0]
        if change.kind == "annotation"
        else SentenceId(json.loads(change.key))
        for change in changes
        if change.kind in ("annotation", "adjudication")
    ]


def replayed(changes: Iterable[Change]) -> tuple[dict[str, str], dict[str, str]]:
    """Annotations and adjudications that a log amounts to, as key -> canonical JSON."""
    annotations: dict[str, str] = {}
    adjudications: dict[str, str] = {}
    targets = {"annotation": annotations, "adjudication": adjudications}
    for change in changes:
        target = targets.get(change.kind)
        if target is None:
            continue
        if change.after is None:
            target.pop(change.key, None)
        else:
            target[change.key] = change.after
    return annotations, adjudications


def current(connection: sqlite3.Connection) -> tuple[dict[str, str], dict[str, str]]:
    """Annotations and adjudications as the tables hold them, in the form of `replayed`."""
    annotations = {_key(a.sentence, a.curator): _dump(a) for a in everything(connection)}
    rows = connection.execute("SELECT * FROM adjudication")
    adjudications = {
        canonical(int(row["sentence"])): _dump_adjudication(_adjudication(row)) for row in rows
    }
    return annotations, adjudications


def wrong_resolutions(connection: sqlite3.Connection) -> list[SentenceId]:
    """Sentences whose stored resolution is not what their annotations amount to."""
    stored = {
        SentenceId(row["sentence"]): _resolution(row)
        for row in connection.execute("SELECT * FROM resolution")
    }
    by_sentence: dict[SentenceId, list[Annotation]] = {}
    for annotation in everything(connection):
        by_sentence.setdefault(annotation.sentence, []).append(annotation)
    settled = {
        SentenceId(row["sentence"]): _adjudication(row)
        for row in connection.execute("SELECT * FROM adjudication")
    }
    return [
        sentence
        for sentence in sorted(stored.keys() | by_sentence.keys())
        if stored.get(sentence) != resolve(by_sentence.get(sentence, []), settled.get(sentence))
    ]


def _resolve(connection: sqlite3.Connection, sentences: Iterable[SentenceId]) -> None:
    """Bring the stored resolutions of these sentences to what their annotations amount to."""
    touched = sorted(sentences)
    given = of_sentences(connection, touched)
    _store_resolutions(connection, {i: given.get(i, []) for i in touched})


def _store_resolutions(
    connection: sqlite3.Connection, given: Mapping[SentenceId, Sequence[Annotation]]
) -> None:
    """`given`: every annotation on these sentences, by curator."""
    settled = adjudications(connection, given)
    found = {i: resolve(given[i], settled.get(i)) for i in sorted(given)}
    connection.executemany(
        "DELETE FROM resolution WHERE sentence = ?", [(i,) for i, r in found.items() if r is None]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO resolution VALUES (?,?,?,?,?,?)",
        [
            (i, r.category, "+".join(r.also), r.source.value, int(r.read), int(r.blind))
            for i, r in found.items()
            if r is not None
        ],
    )


def _put(connection: sqlite3.Connection, annotations: Iterable[Annotation]) -> None:
    connection.executemany(
        f"INSERT OR REPLACE INTO annotation ({','.join(_COLUMNS)}) "
        f"VALUES ({','.join('?' * len(_COLUMNS))})",
        [_cells(annotation) for annotation in annotations],
    )


def _cells(a: Annotation) -> tuple[object, ...]:
    """In the order of `_COLUMNS`."""
    p = a.provenance
    return (
        a.sentence,
        a.curator,
        a.state.value,
        a.category,
        "+".join(a.also),
        int(a.flagged),
        a.note,
        p.suggested,
        p.probability,
        p.model_version,
        p.head_revision,
        int(p.blind),
        p.arm.value,
        p.inclusion_probability,
        p.guideline_version,
        p.scheme_version,
        a.at,
    )


def _put_adjudication(
    connection: sqlite3.Connection, sentence: SentenceId, dumped: str | None
) -> None:
    if dumped is None:
        connection.execute("DELETE FROM adjudication WHERE sentence = ?", (sentence,))
        return
    fields: dict[str, Any] = json.loads(dumped)
    connection.execute(
        "INSERT OR REPLACE INTO adjudication VALUES (?,?,?,?,?)",
        (sentence, fields["category"], fields["also"], fields["curator"], fields["at"]),
    )


def _key(sentence: SentenceId, curator: str) -> str:
    return canonical([int(sentence), curator])


def _split_key(key: str) -> tuple[SentenceId, str]:
    sentence, curator = json.loads(key)
    return SentenceId(sentence), str(curator)


def _dump(a: Annotation) -> str:
    p = a.provenance
    fields: dict[str, Json] = {
        "state": a.state.value,
        "category": a.category,
        "also": "+".join(a.also),
        "flagged": a.flagged,
        "note": a.note,
        "suggested": p.suggested,
        "probability": p.probability,
        "model_version": p.model_version,
        "head_revision": p.head_revision,
        "blind": p.blind,
        "arm": p.arm.value,
        "inclusion_probability": p.inclusion_probability,
        "guideline_version": p.guideline_version,
        "scheme_version": p.scheme_version,
        "at": a.at,
    }
    return canonical(fields)


def _load(sentence: SentenceId, curator: str, dumped: str) -> Annotation:
    fields: dict[str, Any] = json.loads(dumped)
    return _from_fields(fields | {"sentence": sentence, "curator": curator})


def _annotation(row: sqlite3.Row) -> Annotation:
    return _from_fields({name: row[name] for name in _COLUMNS})


def _from_fields(f: dict[str, Any]) -> Annotation:
    return Annotation(
        sentence=SentenceId(f["sentence"]),
        curator=f["curator"],
        state=AnnotationState(f["state"]),
        category=f["category"],
        also=_keys(f["also"]),
        flagged=bool(f["flagged"]),
        note=f["note"],
        provenance=Provenance(
            suggested=f["suggested"],
            probability=f["probability"],
            model_version=None if f["model_version"] is None else ModelVersion(f["model_version"]),
            head_revision=f["head_revision"],
            blind=bool(f["blind"]),
            arm=Arm(f["arm"]),
            inclusion_probability=f["inclusion_probability"],
            guideline_version=f["guideline_version"],
            scheme_version=f["scheme_version"],
        ),
        at=f["at"],
    )


def _keys(joined: str) -> tuple[CategoryKey, ...]:
    return tuple(CategoryKey(key) for key in joined.split("+") if key)


def _resolution(row: sqlite3.Row) -> Resolution:
    return Resolution(
        row["category"],
        _keys(row["also"]),
        ResolutionSource(row["source"]),
        bool(row["read"]),
        bool(row["blind"]),
    )


def _adjudication(row: sqlite3.Row | dict[str, Any]) -> Adjudication:
    return Adjudication(row["category"], _keys(row["also"]), row["curator"], row["at"])


def _dump_adjudication(decision: Adjudication) -> str:
    fields: dict[str, Json] = {
        "category": decision.category,
        "also": "+".join(decision.also),
        "curator": decision.curator,
        "at": decision.at,
    }
    return canonical(fields)
