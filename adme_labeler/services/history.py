"""The log as a person reads it: found, explained, followed to its sentence, gone back to.

Going back takes back every undoable operation after a chosen one, as one new operation: one undo
brings everything forward again, and nothing of the log is lost.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import OperationId, SentenceId
from adme_labeler.domain.slices import at_once
from adme_labeler.language import mark, tr
from adme_labeler.services import annotating, schemes, titles
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, boundaries, log, second_looks, sentences
from adme_labeler.storage.log import Change, Operation

BACK = "back"
"""Kind of the operation that goes back, and of the change in it that names where to."""
_MOST_SHOWN = 200
_READ_AT_ONCE = 1000
"""Changes read in one slice: some 5 ms."""


class Standing(StrEnum):
    """What became of an operation."""

    HOLDS = "holds"
    UNDONE = "undone"
    """By undo, or by going back to an earlier operation."""
    STAYS = "stays"
    """It cannot be undone."""


@dataclass(frozen=True)
class Filter:
    """What to look for. `text`: every word in title, curator or kind, or "#12" for one operation.

    `since` and `until` are UTC times as the log has them, the second one excluded.
    """

    text: str = ""
    kind: str = ""
    curator: str = ""
    since: str = ""
    until: str = ""
    after: int = 0
    """Only operations with a higher number."""


@dataclass(frozen=True)
class Entry:
    operation: Operation
    standing: Standing


@dataclass(frozen=True)
class ChangeText:
    """One change in words; `sentence` is None where it is about something else."""

    what: str
    before: str
    after: str
    sentence: SentenceId | None = None


@dataclass(frozen=True)
class WayBack:
    """What going back to `target` would do, for the question before it is done.

    `operations` would be taken back, `sentences` and `settings` (also held-out drugs) change;
    `stays` counts by kind what came after and stays as it is.
    """

    target: int
    operations: int
    sentences: int
    settings: int
    stays: tuple[tuple[str, int], ...]
    changes: tuple[Change, ...]
    newest: int
    """The newest operation when this was laid out."""


def find(session: Session, wanted: Filter | None = None) -> list[int]:
    """Numbers of the operations that match, newest first."""
    wanted = wanted or Filter()
    where: list[str] = []
    values: list[str | int] = []
    words: list[str] = []
    for word in wanted.text.split():
        if word[0] == "#" and word[1:].isdecimal():
            where.append("id = ?")
            values.append(int(word[1:]))
        else:
            words.append(word.lower())
    for column, value in (("kind = ?", wanted.kind), ("curator = ?", wanted.curator)):
        if value:
            where.append(column)
            values.append(value)
    for column, value in (("at >= ?", wanted.since), ("at < ?", wanted.until)):
        if value:
            where.append(column)
            values.append(value)
    if wanted.after:
        where.append("id > ?")
        values.append(wanted.after)
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    columns = "id, summary, curator, kind" if words else "id"
    rows = session.connection.execute(
        f"SELECT {columns} FROM operation {condition} ORDER BY id DESC", values
    )
    return [row["id"] for row in rows if not words or _has_all(words, row)]


def _has_all(words: Sequence[str], row: sqlite3.Row) -> bool:
    """Titles are kept in English and searched as the curator reads them."""
    said = f"{titles.in_words(row['summary'])}\n{row['curator']}\n{row['kind']}".lower()
    return all(word in said for word in words)


def newest(session: Session) -> int:
    """Number of the newest operation, 0 in a new project."""
    return log.head(session.connection)[0]


def entries(session: Session, numbers: Sequence[int]) -> dict[int, Entry]:
    """These operations with what became of them."""
    rows = session.connection.execute(
        "SELECT * FROM operation WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(numbers)),),
    )
    found = [log.operation_of(row) for row in rows]
    holding = _Holding(session)
    return {o.id: Entry(o, holding.standing(o)) for o in found}


def choices(session: Session, after: int = 0) -> tuple[list[str], list[str]]:
    """Kinds of operation, the most frequent first, and curators by name, of what came `after`."""
    rows = session.connection.execute(
        "SELECT kind, curator, count(*) FROM operation WHERE id > ? GROUP BY kind, curator",
        (after,),
    ).fetchall()
    counts: dict[str, int] = {}
    for kind, _, count in map(tuple, rows):
        counts[kind] = counts.get(kind, 0) + count
    kinds = sorted(counts, key=lambda kind: (-counts[kind], kind))
    return kinds, sorted({str(row[1]) for row in rows if row[1]})


def first_sentence(session: Session, operation: int) -> SentenceId | None:
    """The sentence that an operation changed first, or None."""
    rows = session.connection.execute(
        "SELECT kind, key, before, after FROM change WHERE operation = ? "
        "AND kind IN ('annotation', 'adjudication', 'second_look') ORDER BY ordinal LIMIT 1",
        (operation,),
    )
    changes = [Change(r["kind"], r["key"], r["before"], r["after"]) for r in rows]
    touched = [*annotations.sentences_of(changes), *second_looks.sentences_of(changes)]
    return next(iter(touched), None)


def details(session: Session, operation: int, most: int = _MOST_SHOWN) -> list[ChangeText]:
    """The first `most` changes of an operation in words."""
    rows = session.connection.execute(
        "SELECT kind, key, before, after FROM change WHERE operation = ? ORDER BY ordinal LIMIT ?",
        (operation, most),
    ).fetchall()
    changes = [Change(r["kind"], r["key"], r["before"], r["after"]) for r in rows]
    ids = [*annotations.sentences_of(changes), *second_looks.sentences_of(changes)]
    texts = {s.id: s.text for s in sentences.get(session.connection, ids)}
    return [_in_words(session, change, texts) for change in changes if change.kind != BACK]


def change_count(session: Session, operation: int) -> int:
    row = session.connection.execute(
        "SELECT count(*) FROM change WHERE operation = ? AND kind <> ?", (operation, BACK)
    ).fetchone()
    return int(row[0])


def changes_after(session: Session, target: int) -> int:
    """How many changes were made after an operation."""
    row = session.connection.execute(
        "SELECT count(*) FROM change WHERE operation > ?", (target,)
    ).fetchone()
    return int(row[0])


def way_back(session: Session, target: int) -> WayBack:
    """What it would take to be where the project was right after operation `target`.

    What operations that cannot be undone (imports, trainings, promotions) have done since stays,
    also where a later operation changed it again. Raises Problem for an unknown operation.
    """
    return at_once(laying_way(session, target))


def laying_way(session: Session, target: int) -> Generator[None, None, WayBack]:
    """`way_back` in slices: yields between them. What is done meanwhile makes the way useless."""
    connection = session.connection
    if not connection.execute("SELECT 1 FROM operation WHERE id = ?", (target,)).fetchone():
        raise Problem(tr("There is no operation {number} in the history.", number=target))
    newest = log.head(connection)[0]
    first: dict[tuple[str, str], str | None] = {}
    last: dict[tuple[str, str], str | None] = {}
    at = (target + 1, -1)
    while rows := connection.execute(
        "SELECT c.operation, c.ordinal, c.kind, c.key, c.before, c.after, o.undoable FROM change c "
        "JOIN operation o ON o.id = c.operation WHERE (c.operation, c.ordinal) > (?, ?) "
        "ORDER BY c.operation, c.ordinal LIMIT ?",
        (*at, _READ_AT_ONCE),
    ).fetchall():
        for row in rows:
            if row["kind"] == BACK:
                continue
            place = (row["kind"], row["key"])
            if not row["undoable"]:
                first[place] = row["after"]
            else:
                first.setdefault(place, row["before"])
            last.pop(place, None)  # the order is that of the last touch
            last[place] = row["after"]
        at = (rows[-1]["operation"], rows[-1]["ordinal"])
        yield
    found: list[Change] = []
    for number, ((kind, key), now) in enumerate(reversed(last.items())):
        if first[kind, key] != now:
            found.append(Change(kind, key, now, first[kind, key]))
        if number % _READ_AT_ONCE == 0:
            yield
    changes = tuple(found)
    sentences_ = len(set(annotations.sentences_of(changes)))
    yield
    holding = _Holding(session)
    later = connection.execute(
        "SELECT id FROM operation WHERE id > ? AND undoable = 1 AND undoes IS NULL "
        "AND redoes IS NULL",
        (target,),
    )
    stays = connection.execute(
        "SELECT kind, count(*) FROM operation WHERE id > ? AND undoable = 0 GROUP BY kind",
        (target,),
    )
    return WayBack(
        target,
        sum(holding.holds(row[0]) for row in later),
        sentences_,
        sum(c.kind not in ("annotation", "adjudication", second_looks.KIND) for c in changes),
        tuple(sorted((str(kind), int(count)) for kind, count in map(tuple, stays))),
        changes,
        newest,
    )


def go_back(session: Session, way: WayBack) -> Changes:
    """Be where the project was right after `way.target`: one operation, undone by one undo.

    Raises Problem when there is nothing to take back, or something was done since `way` was laid.
    """
    return at_once(going_back(session, way))


def going_back(session: Session, way: WayBack) -> Generator[None, None, Changes]:
    """`go_back` in slices, in one transaction: yields between them."""
    if not way.changes:
        raise Problem(tr("There is nothing to take back: the project is as it was then."))
    if log.head(session.connection)[0] != way.newest:
        raise Problem(tr("Something was decided meanwhile; choose the operation again."))
    number = f"{way.operations:,} operation{'s' if way.operations != 1 else ''}"
    with session.project.operation(
        BACK, f"Go back to #{way.target:,}: {number} taken back", session.curator
    ) as draft:
        draft.changes.append(Change(BACK, log.canonical(way.target), None, log.canonical(True)))
        draft.changes.extend(way.changes)
        applied = yield from annotating.applying(session, way.changes)
        schemes.settle(session, draft)
        yield from log.appending(session.connection, draft)
    schemes.follow(session)
    session.note_undoable(draft.id)
    focus = annotating.first_sentence(way.changes)
    return replace(applied, operation=OperationId(draft.id), focus=focus)


@dataclass
class Verification:
    """Follows the hash chain in steps; `step` until it is true."""

    session: Session
    page: log.ChainPage = field(default_factory=log.ChainPage)

    def step(self, count: int = 100) -> bool:
        if not self.done:
            self.page = log.follow_chain(self.session.connection, self.page, count)
        return self.done

    @property
    def done(self) -> bool:
        return self.page.end or self.page.broken is not None


class _Holding:
    """Which operations still hold, from the undo list and the operations that went back."""

    def __init__(self, session: Session) -> None:
        undo, _ = session.stacks()
        self._undo = frozenset(undo)
        rows = session.connection.execute(
            "SELECT operation, key FROM change WHERE kind = ? ORDER BY operation", (BACK,)
        )
        self._ranges = [
            (int(json.loads(row["key"])), int(row["operation"]))
            for row in rows
            if row["operation"] in self._undo
        ]

    def standing(self, operation: Operation) -> Standing:
        if not operation.undoable:
            return Standing.STAYS
        if not _is_plain(operation):
            return Standing.HOLDS
        return Standing.HOLDS if self.holds(operation.id) else Standing.UNDONE

    def holds(self, operation: int) -> bool:
        """Whether an undoable operation, no undo or redo itself, holds."""
        return operation in self._undo and not any(
            target < operation < back for target, back in self._ranges
        )


def _is_plain(operation: Operation) -> bool:
    return operation.undoes is None and operation.redoes is None


def _in_words(session: Session, change: Change, texts: dict[SentenceId, str]) -> ChangeText:
    before, after = _loaded(change.before), _loaded(change.after)
    if change.kind in ("annotation", "adjudication"):
        (sentence,) = annotations.sentences_of([change])
        text = texts.get(sentence) or tr("(a sentence that is no longer in the label)")
        return ChangeText(text, _state(session, before), _state(session, after), sentence)
    if change.kind == second_looks.KIND:
        (sentence,) = second_looks.sentences_of([change])
        text = texts.get(sentence) or tr("(a sentence that is no longer in the label)")
        said = _looked(session, before), _looked(session, after)
        return ChangeText(tr("Second look: {text}", text=text), *said, sentence)
    key = _loaded(change.key) if change.key[:1] in '"{[0123456789' else change.key
    if change.kind == "setting" and change.key == schemes.SETTING:
        return ChangeText(tr("Categories"), schemes.in_words(before), schemes.in_words(after))
    if change.kind == "setting":
        return ChangeText(tr("Setting {name}", name=change.key), _short(before), _short(after))
    if change.kind == boundaries.KIND:
        return _cut(before, after)
    name = change.kind.replace("_", " ")
    return ChangeText(f"{name[0].upper()}{name[1:]} {key}", _short(before), _short(after))


def _cut(before: Any, after: Any) -> ChangeText:
    """How a sentence was cut or joined; undone, the other way round."""
    edit = cast("dict[str, Any]", after if after is not None else before or {})
    old, new = (" | ".join(edit.get(part) or ()) for part in ("before", "after"))
    return ChangeText(tr("Sentence boundary"), *((old, new) if after is not None else (new, old)))


def _state(session: Session, fields: Any) -> str:
    if fields is None:
        return tr("nothing")
    fields = cast("dict[str, Any]", fields)
    said: list[str] = []
    names: dict[str, str] = {c.key: c.name for c in session.scheme.categories}
    category = fields.get("category")
    if category:
        said.append(names.get(category, str(category)))
        also = [names.get(k, k) for k in str(fields.get("also") or "").split("+") if k]
        said += [tr("also {category}", category=name) for name in also]
    state = str(fields.get("state", "adjudicated"))
    if state != "open" or not category:
        said.append(tr(_STATES[state]) if state in _STATES else state)
    if fields.get("flagged"):
        said.append(tr("flagged"))
    if fields.get("note"):
        said.append(tr("note “{text}”", text=fields["note"]))
    return ", ".join(said)


def _looked(session: Session, fields: Any) -> str:
    """ "Absorption, at first Excretion"."""
    if fields is None:
        return tr("nothing")
    names: dict[str, str] = {c.key: c.name for c in session.scheme.categories}
    first, now = (names.get(fields[key], fields[key]) for key in ("first", "category"))
    if now == first:
        return tr("{category}, as at first", category=now)
    return tr("{category}, at first {first}", category=now, first=first)


def _loaded(written: str | None) -> Any:
    if written is None:
        return None
    try:
        return json.loads(written)
    except ValueError:
        return written


def _short(value: Any) -> str:
    if value is None:
        return tr("nothing")
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(said) > 80 and not isinstance(value, str):
        return tr("(data of the program)")  # half of it would tell nobody anything
    return said if len(said) <= 80 else said[:79] + "…"


def kind_words(kind: str) -> str:
    """A kind of operation as the history names it."""
    return tr(_KINDS[kind]) if kind in _KINDS else tr(kind.replace("_", " ").replace("-", " "))


def joined(parts: Iterable[str]) -> str:
    """ "a, b and c"."""
    *most, last = list(parts) or [""]
    return tr("{first} and {last}", first=", ".join(most), last=last) if most else last


_STATES = {
    "open": mark("undecided"),
    "accepted": mark("accepted"),
    "corrected": mark("corrected"),
    "decided": mark("decided"),
    "bulk": mark("bulk"),
    "imported": mark("imported"),
    "skipped": mark("skipped"),
    "unsure": mark("unsure"),
    "adjudicated": mark("adjudicated"),
}
_KINDS = {
    "decide": mark("decision"),
    "also": mark("further category"),
    "bulk": mark("accept many"),
    "clear": mark("taken back"),
    "model": mark("model"),
    "back": mark("went back"),
    "setting": mark("setting"),
    "held_out": mark("held-out drugs"),
    "second-look": mark("second look"),
    "settle": mark("conflict settled"),
    "import": mark("import"),
    "held out": mark("held-out drugs"),
    "identical": mark("identical sentences"),
    "flag": mark("flag"),
    "note": mark("note"),
    "split": mark("split"),
    "join": mark("join"),
    "scheme": mark("categories"),
    "guideline": mark("guideline"),
    "audit": mark("audit"),
    "merge": mark("merge"),
    "undo": mark("undo"),
    "redo": mark("redo"),
}
