"""Conditions of a search: each term of a query as SQL on a sentence `s`.

A suggestion that the curator may not see yet (held-out drug, drawn for an audit, or suggestions
switched off, and no category of one's own) takes part in no condition on suggestions.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adme_labeler.domain.records import SentenceId
from adme_labeler.domain.search import Field, Is, Query, Term, folded

Condition = tuple[str, list[object]]
_QUEUED = "('paragraph', 'list_item')"
_LEADING = frozenset({Field.CATEGORY, Field.ALSO, Field.NOTE, Field.ARM, Field.STATE, Field.IS})
_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "="}
_HELD_OUT_LABELS = (
    "SELECT l.id FROM drug_label l JOIN drug_group d ON d.id = l.drug_group WHERE d.held_out = 1"
)


@dataclass(frozen=True)
class View:
    """Who looks, and whether suggestions of undecided sentences are switched off."""

    curator: str
    hide_suggestions: bool = False
    drawn: frozenset[SentenceId] = frozenset()
    """Sentences that were drawn for an audit: decided blind as those of held-out drugs are."""
    blind_below: str = ""
    """Sentences whose uid sorts before this are decided blind as well; "" takes none."""


def where(connection: sqlite3.Connection, query: Query, view: View) -> Condition:
    """What a sentence `s` of a query fulfils, with the values in it."""
    parts = ["s.current = 1"]
    values: list[object] = []
    if not any(t.field is Field.KIND and not t.negated for t in query.terms):
        parts.append(f"s.kind IN {_QUEUED}")
    match = _match([t for t in query.terms if t.field is Field.TEXT and not t.negated])
    if match:
        # A common word is in most sentences: where another term names its sentences itself, they
        # are looked up among those with the word, not the other way round.
        plus = "+" if any(t.field in _LEADING and not t.negated for t in query.terms) else ""
        found = "SELECT rowid FROM sentence_search WHERE sentence_search MATCH ?"
        parts.append(f"{plus}s.id IN ({found})")
        values.append(match)
    for term in query.terms:
        if term.field is Field.TEXT and not term.negated:
            continue
        sql, more = _CONDITIONS[term.field](connection, term, view)
        parts.append(f"NOT ({sql})" if term.negated else f"({sql})")
        values += more
    if any(term.about_suggestions for term in query.terms):
        sql, more = visible(view)
        parts.append(sql)
        values += more
    return " AND ".join(parts), values


def visible(view: View) -> Condition:
    """The curator may see the suggestion: not hidden, or decided by this curator already."""
    decided = (
        "EXISTS (SELECT 1 FROM annotation v WHERE v.sentence = s.id AND v.curator = ? "
        "AND v.category IS NOT NULL)"
    )
    if view.hide_suggestions:
        return decided, [view.curator]
    seen = f"s.drug_label NOT IN ({_HELD_OUT_LABELS})"
    values: list[object] = []
    if view.blind_below:
        seen += " AND +s.uid >= ?"  # no index: it is one of many conditions
        values.append(view.blind_below)
    if view.drawn:
        seen += " AND s.id NOT IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(sorted(view.drawn)))
    return f"(({seen}) OR {decided})", [*values, view.curator]


def drug_lines(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """(drug label, its title, names and ingredients as one folded line)."""
    rows = connection.execute(
        "SELECT l.id, v.title, v.names, v.ingredients FROM drug_label l "
        "JOIN label_version v ON v.id = l.label_version"
    )
    return [
        (row[0], folded(" \n ".join([row[1], *json.loads(row[2]), *json.loads(row[3])])))
        for row in rows
    ]


def _match(terms: Sequence[Term]) -> str:
    """FTS5 expression: every word or phrase; inside its quotes nothing has a meaning of its own."""
    found: list[str] = []
    for term in terms:
        plain = term.values[0].replace('"', " ")
        found.append(f'"{plain}"{" *" if term.beginning else ""}')
    return " AND ".join(found)


def _text(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    return (
        "s.id IN (SELECT rowid FROM sentence_search WHERE sentence_search MATCH ?)",
        [_match([term])],
    )


def _category(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    return _in("resolution", f"category IN ({_marks(term.values)})", term.values)


def _also(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    each = " OR ".join("'+' || also || '+' LIKE ?" for _ in term.values)
    values = [f"%+{_escaped(value)}+%" for value in term.values]
    return _in("resolution", f"also <> '' AND ({each})", values)


def _suggestion(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    return _in("suggestion", f"category IN ({_marks(term.values)})", term.values)


def _probability(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    share = float(term.values[0])
    test, values = f"{_COMPARISONS[term.comparison]} ?", [share]
    if term.comparison == "=":  # as it is shown: to the percent
        test, values = "BETWEEN ? AND ?", [share - 0.005, share + 0.005]
    # Most sentences match most thresholds: looking each up is faster than a set of ids.
    return (
        f"EXISTS (SELECT 1 FROM suggestion g WHERE g.sentence = s.id AND g.probability {test})",
        [*values],
    )


def _state(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    """Skipped and unsure are this curator's own; a decision counts whoever made it."""
    parts: list[str] = []
    values: list[object] = []
    for state in term.values:
        if state == "open":
            parts.append(
                "s.id NOT IN (SELECT sentence FROM resolution) AND s.id NOT IN (SELECT sentence "
                "FROM annotation WHERE state IN ('skipped', 'unsure') AND curator = ?)"
            )
            values.append(view.curator)
        elif state in ("skipped", "unsure"):
            parts.append(
                "s.id IN (SELECT sentence FROM annotation WHERE state = ? AND curator = ?)"
            )
            values += [state, view.curator]
        else:
            parts.append("s.id IN (SELECT sentence FROM annotation WHERE state = ?)")
            values.append(state)
    return " OR ".join(f"({part})" for part in parts), values


def _drug(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    wanted = [folded(value) for value in term.values]
    found = [i for i, line in drug_lines(connection) if any(w in line for w in wanted)]
    return "s.drug_label IN (SELECT value FROM json_each(?))", [json.dumps(found)]


def _section(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    """Any heading above the sentence holds the words."""
    wanted = [folded(value) for value in term.values]
    return _under(connection, lambda path: any(w in line for w in wanted for line in path))


def _heading(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    """The nearest heading holds the words."""
    wanted = [folded(value) for value in term.values]
    return _under(connection, lambda path: bool(path) and any(w in path[-1] for w in wanted))


def _under(connection: sqlite3.Connection, wanted: Callable[[tuple[str, ...]], bool]) -> Condition:
    paths = [row[0] for row in connection.execute("SELECT DISTINCT heading_path FROM block")]
    found = [p for p in paths if wanted(tuple(folded(line) for line in json.loads(p)))]
    if len(found) == len(paths):
        return "1", []
    return (
        "s.block IN (SELECT id FROM block WHERE heading_path IN (SELECT value FROM json_each(?)))",
        [json.dumps(found)],
    )


def _note(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    each = " OR ".join("note LIKE ? ESCAPE '\\'" for _ in term.values)
    values = [f"%{_escaped(value)}%" for value in term.values]
    return _in("annotation", f"note <> '' AND ({each})", values)


def _arm(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    """By which arm a decided or set-aside sentence came up; a mere flag or note has none."""
    wanted = f"state <> 'open' AND arm IN ({_marks(term.values)})"
    return _in("annotation", wanted, term.values)


def _kind(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    kinds = ["list_item" if value == "list" else value for value in term.values]
    return f"s.kind IN ({_marks(kinds)})", [*kinds]


_PROPERTIES: Mapping[str, str] = {
    Is.FLAGGED.value: "s.id IN (SELECT sentence FROM annotation WHERE flagged = 1)",
    Is.NOTED.value: "s.id IN (SELECT sentence FROM annotation WHERE note <> '')",
    Is.HELD_OUT.value: f"s.drug_label IN ({_HELD_OUT_LABELS})",
    Is.DISAGREEMENT.value: (
        "s.id IN (SELECT r.sentence FROM resolution r "
        "JOIN suggestion g ON g.sentence = r.sentence AND g.category <> r.category)"
    ),
    Is.DONE.value: "s.id IN (SELECT sentence FROM resolution WHERE category IS NOT NULL)",
    Is.CONFLICT.value: "s.id IN (SELECT sentence FROM resolution WHERE category IS NULL)",
    Is.CHANGED.value: "s.changed = 1",
}


def _is(connection: sqlite3.Connection, term: Term, view: View) -> Condition:
    return " OR ".join(_PROPERTIES[value] for value in term.values), []


_CONDITIONS: Mapping[Field, Callable[[sqlite3.Connection, Term, View], Condition]] = {
    Field.TEXT: _text,
    Field.CATEGORY: _category,
    Field.ALSO: _also,
    Field.SUGGESTION: _suggestion,
    Field.PROBABILITY: _probability,
    Field.STATE: _state,
    Field.DRUG: _drug,
    Field.SECTION: _section,
    Field.HEADING: _heading,
    Field.NOTE: _note,
    Field.ARM: _arm,
    Field.KIND: _kind,
    Field.IS: _is,
}


def _in(table: str, wanted: str, values: Sequence[object]) -> Condition:
    """The sentence has such a row in this table."""
    return f"s.id IN (SELECT sentence FROM {table} WHERE {wanted})", [*values]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
