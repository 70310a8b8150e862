"""Which sentences a search finds, and in which order a list shows them: ids only, built in SQL.

A suggestion that the curator may not see yet (held-out drug, drawn for an audit, or suggestions
switched off, and no category of one's own) takes part in no condition on suggestions and in no
order by them: neither what is found nor where it stands gives it away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import SentenceId
from adme_labeler.domain.search import Field, Is, Query, Term, folded

_QUEUED = "('paragraph', 'list_item')"
_FEW = 2000
"""Up to so many ids are sorted by themselves; more are picked out of everything sorted."""


@dataclass(frozen=True)
class View:
    """Who looks, and whether suggestions of undecided sentences are switched off."""

    curator: str
    hide_suggestions: bool = False
    drawn: frozenset[SentenceId] = frozenset()
    """Sentences that were drawn for an audit: decided blind as those of held-out drugs are."""
    blind_below: str = ""
    """Sentences whose uid sorts before this are decided blind as well; "" takes none."""


class Column(StrEnum):
    """What a list can be sorted by."""

    STATE = "state"
    TEXT = "text"
    CATEGORY = "category"
    SUGGESTION = "suggestion"
    PROBABILITY = "probability"
    DRUG = "drug"
    SECTION = "section"
    NOTE = "note"


def ids(connection: sqlite3.Connection, query: Query, view: View) -> list[SentenceId]:
    """Every sentence that matches, drug label by drug label in document order.

    Rows of tables, captions and footnotes are found only where the query names their kind.
    """
    where, values = _where(connection, query, view)
    return _ids(
        connection,
        f"SELECT s.id FROM sentence s WHERE {where} ORDER BY s.drug_label, s.position",
        values,
    )


def count(connection: sqlite3.Connection, query: Query, view: View) -> int:
    """How many sentences match."""
    where, values = _where(connection, query, view)
    found = connection.execute(f"SELECT count(*) FROM sentence s WHERE {where}", values)
    return int(found.fetchone()[0])


def hidden(connection: sqlite3.Connection, query: Query, view: View) -> int:
    """How many sentences a query about suggestions leaves out because theirs must stay hidden."""
    if not any(term.about_suggestions for term in query.terms):
        return 0
    rest = Query(tuple(term for term in query.terms if not term.about_suggestions))
    where, values = _where(connection, rest, view)
    visible, more = _visible(view)
    found = connection.execute(
        f"SELECT count(*) FROM sentence s WHERE {where} AND NOT {visible} "
        "AND EXISTS (SELECT 1 FROM suggestion g WHERE g.sentence = s.id)",
        [*values, *more],
    )
    return int(found.fetchone()[0])


def unknown_drugs(connection: sqlite3.Connection, query: Query) -> list[str]:
    """Names in ``drug:`` that no drug label of the project carries."""
    wanted = [v for t in query.terms if t.field is Field.DRUG for v in t.values]
    if not wanted:
        return []
    names = [line for _, line in _drug_lines(connection)]
    return [v for v in wanted if not any(folded(v) in line for line in names)]


def drug_names(connection: sqlite3.Connection) -> list[str]:
    """Names of the project's drugs, each once, by alphabet."""
    found: dict[str, str] = {}
    for row in connection.execute(
        "SELECT v.names FROM drug_label l JOIN label_version v ON v.id = l.label_version"
    ):
        for name in json.loads(row[0]):
            found.setdefault(folded(name), name)
    return [found[key] for key in sorted(found) if key]


def headings(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Heading paths that occur in the project, each once."""
    rows = connection.execute("SELECT DISTINCT heading_path FROM block ORDER BY heading_path")
    return [tuple(json.loads(row[0])) for row in rows]


def ordered(
    connection: sqlite3.Connection,
    chosen: Sequence[SentenceId],
    column: Column,
    view: View,
    keys: Sequence[CategoryKey],
    *,
    descending: bool = False,
) -> list[SentenceId]:
    """These sentences sorted by a column; what has nothing there comes last, either way round.

    `keys` are the categories in the order of the scheme.
    """
    key, joins, values = _SORTS[column](connection, view, keys)
    direction = "DESC" if descending else "ASC"
    where, more = "s.current = 1", []
    if len(chosen) <= _FEW:
        where, more = "s.id IN (SELECT value FROM json_each(?))", [json.dumps(list(chosen))]
    found = _ids(
        connection,
        f"SELECT s.id FROM sentence s {joins} WHERE {where} "
        f"ORDER BY {key} {direction} NULLS LAST, s.drug_label, s.position",
        [*values, *more],
    )
    if len(chosen) <= _FEW:
        return found
    wanted = set(chosen)
    return found if len(wanted) == len(found) else [i for i in found if i in wanted]


def _ids(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[SentenceId]:
    """One JSON array instead of a row for each id: three times as fast at 100,000."""
    found = connection.execute(f"SELECT json_group_array(id) FROM ({sql})", values).fetchone()
    return json.loads(found[0])


# --------------------------------------------------------------------------- conditions

_Condition = tuple[str, list[object]]


def _where(connection: sqlite3.Connection, query: Query, view: View) -> _Condition:
    parts = ["s.current = 1"]
    values: list[object] = []
    if not any(t.field is Field.KIND and not t.negated for t in query.terms):
        parts.append(f"s.kind IN {_QUEUED}")
    match = _match([t for t in query.terms if t.field is Field.TEXT and not t.negated])
    if match:
        parts.append("s.id IN (SELECT rowid FROM sentence_search WHERE sentence_search MATCH ?)")
        values.append(match)
    for term in query.terms:
        if term.field is Field.TEXT and not term.negated:
            continue
        sql, more = _CONDITIONS[term.field](connection, term, view)
        parts.append(f"NOT ({sql})" if term.negated else f"({sql})")
        values += more
    if any(term.about_suggestions for term in query.terms):
        sql, more = _visible(view)
        parts.append(sql)
        values += more
    return " AND ".join(parts), values


def _match(terms: Sequence[Term]) -> str:
    """FTS5 expression: every word or phrase; inside its quotes nothing has a meaning of its own."""
    found: list[str] = []
    for term in terms:
        plain = term.values[0].replace('"', " ")
        found.append(f'"{plain}"{" *" if term.beginning else ""}')
    return " AND ".join(found)


def _visible(view: View) -> _Condition:
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


_COMPARISONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "="}
_HELD_OUT_LABELS = (
    "SELECT l.id FROM drug_label l JOIN drug_group d ON d.id = l.drug_group WHERE d.held_out = 1"
)


def _text(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    return (
        "s.id IN (SELECT rowid FROM sentence_search WHERE sentence_search MATCH ?)",
        [_match([term])],
    )


def _category(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    return (
        f"s.id IN (SELECT sentence FROM resolution WHERE category IN ({_marks(term.values)}))",
        [*term.values],
    )


def _also(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    each = " OR ".join("'+' || also || '+' LIKE ?" for _ in term.values)
    return (
        f"s.id IN (SELECT sentence FROM resolution WHERE also <> '' AND ({each}))",
        [f"%+{_escaped(value)}+%" for value in term.values],
    )


def _suggestion(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    return (
        f"s.id IN (SELECT sentence FROM suggestion WHERE category IN ({_marks(term.values)}))",
        [*term.values],
    )


def _probability(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    share = float(term.values[0])
    test, values = f"{_COMPARISONS[term.comparison]} ?", [share]
    if term.comparison == "=":  # as it is shown: to the percent
        test, values = "BETWEEN ? AND ?", [share - 0.005, share + 0.005]
    # Most sentences match most thresholds: looking each up is faster than a set of ids.
    return (
        f"EXISTS (SELECT 1 FROM suggestion g WHERE g.sentence = s.id AND g.probability {test})",
        [*values],
    )


def _state(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
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


def _drug(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    wanted = [folded(value) for value in term.values]
    found = [i for i, line in _drug_lines(connection) if any(w in line for w in wanted)]
    return "s.drug_label IN (SELECT value FROM json_each(?))", [json.dumps(found)]


def _section(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    """Any heading above the sentence holds the words."""
    wanted = [folded(value) for value in term.values]
    return _under(connection, lambda path: any(w in line for w in wanted for line in path))


def _heading(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    """The nearest heading holds the words."""
    wanted = [folded(value) for value in term.values]
    return _under(connection, lambda path: bool(path) and any(w in path[-1] for w in wanted))


def _under(connection: sqlite3.Connection, wanted: Callable[[tuple[str, ...]], bool]) -> _Condition:
    paths = [row[0] for row in connection.execute("SELECT DISTINCT heading_path FROM block")]
    found = [p for p in paths if wanted(tuple(folded(line) for line in json.loads(p)))]
    if len(found) == len(paths):
        return "1", []
    return (
        "s.block IN (SELECT id FROM block WHERE heading_path IN (SELECT value FROM json_each(?)))",
        [json.dumps(found)],
    )


def _note(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    each = " OR ".join("note LIKE ? ESCAPE '\\'" for _ in term.values)
    return (
        f"s.id IN (SELECT sentence FROM annotation WHERE note <> '' AND ({each}))",
        [f"%{_escaped(value)}%" for value in term.values],
    )


def _arm(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    """By which arm a decided or set-aside sentence came up; a mere flag or note has none."""
    return (
        "s.id IN (SELECT sentence FROM annotation WHERE state <> 'open' "
        f"AND arm IN ({_marks(term.values)}))",
        [*term.values],
    )


def _kind(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
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


def _is(connection: sqlite3.Connection, term: Term, view: View) -> _Condition:
    return " OR ".join(_PROPERTIES[value] for value in term.values), []


_CONDITIONS: Mapping[Field, Callable[[sqlite3.Connection, Term, View], _Condition]] = {
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


def _drug_lines(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """(drug label, its title, names and ingredients as one folded line)."""
    rows = connection.execute(
        "SELECT l.id, v.title, v.names, v.ingredients FROM drug_label l "
        "JOIN label_version v ON v.id = l.label_version"
    )
    return [
        (row[0], folded(" \n ".join([row[1], *json.loads(row[2]), *json.loads(row[3])])))
        for row in rows
    ]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --------------------------------------------------------------------------- order

_Sort = tuple[str, str, list[object]]
"""SQL of the sort key, joins, values of the joins."""
_STATES = (
    "open", "skipped", "unsure", "accepted", "corrected", "decided", "bulk", "imported",
)  # fmt: skip


def _by_state(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> _Sort:
    joins = (
        "LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ? "
        "LEFT JOIN resolution r ON r.sentence = s.id"
    )
    own = _place("coalesce(a.state, CASE WHEN r.sentence IS NULL THEN 'open' END)", _STATES)
    return own, joins, [view.curator]


def _by_text(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> _Sort:
    return "s.text COLLATE NOCASE", "", []


def _by_category(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> _Sort:
    return _place("r.category", keys), "LEFT JOIN resolution r ON r.sentence = s.id", []


def _by_suggestion(
    connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]
) -> _Sort:
    sql, values = _shown_suggestion(view)
    return _place("g.category", keys), sql, values


def _by_probability(
    connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]
) -> _Sort:
    sql, values = _shown_suggestion(view)
    return "g.probability", sql, values


def _by_drug(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> _Sort:
    joins = (
        "JOIN (SELECT l.id, row_number() OVER (ORDER BY v.title COLLATE NOCASE, l.id) AS n "
        "FROM drug_label l JOIN label_version v ON v.id = l.label_version) d "
        "ON d.id = s.drug_label"
    )
    return "d.n", joins, []


def _by_section(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> _Sort:
    """By the nearest heading, as the list shows it; the order of headings is made here."""
    paths = [row[0] for row in connection.execute("SELECT DISTINCT heading_path FROM block")]
    last = {path: folded((json.loads(path) or [""])[-1]) for path in paths}
    places = {line: n for n, line in enumerate(sorted(set(last.values()) - {""}))}
    rank = {path: places[line] for path, line in last.items() if line}
    joins = (
        "JOIN block b ON b.id = s.block "
        "LEFT JOIN (SELECT key, value FROM json_each(?)) h ON h.key = b.heading_path"
    )
    return "h.value", joins, [json.dumps(rank)]


def _by_note(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> _Sort:
    joins = (
        "LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ? "
        "AND (a.flagged = 1 OR a.note <> '')"
    )
    return "CASE a.flagged WHEN 1 THEN 0 WHEN 0 THEN 1 END", joins, [view.curator]


def _shown_suggestion(view: View) -> tuple[str, list[object]]:
    visible, values = _visible(view)
    return f"LEFT JOIN suggestion g ON g.sentence = s.id AND {visible}", values


def _place(column: str, values: Sequence[str]) -> str:
    """Place of a value in the list; NULL for none. Values are ours or keys of the scheme."""
    each = " ".join(f"WHEN {_literal(value)} THEN {n}" for n, value in enumerate(values))
    return f"CASE {column} {each} END"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_SORTS: Mapping[Column, Callable[[sqlite3.Connection, View, Sequence[CategoryKey]], _Sort]] = {
    Column.STATE: _by_state,
    Column.TEXT: _by_text,
    Column.CATEGORY: _by_category,
    Column.SUGGESTION: _by_suggestion,
    Column.PROBABILITY: _by_probability,
    Column.DRUG: _by_drug,
    Column.SECTION: _by_section,
    Column.NOTE: _by_note,
}
