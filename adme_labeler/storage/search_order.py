"""Orders of a list of sentences: the SQL that sorts sentences `s` by a column of the list."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.search import folded
from adme_labeler.storage.search_conditions import View, visible

Sort = tuple[str, str, list[object]]
"""SQL of the sort key, joins, values of the joins."""
_STATES = (
    "open", "skipped", "unsure", "accepted", "corrected", "decided", "bulk", "imported",
)  # fmt: skip


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


def sort(
    connection: sqlite3.Connection, column: Column, view: View, keys: Sequence[CategoryKey]
) -> Sort:
    """How to sort by a column; `keys` are the categories in the order of the scheme."""
    return _SORTS[column](connection, view, keys)


def _by_state(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
    joins = (
        "LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ? "
        "LEFT JOIN resolution r ON r.sentence = s.id"
    )
    own = _place("coalesce(a.state, CASE WHEN r.sentence IS NULL THEN 'open' END)", _STATES)
    return own, joins, [view.curator]


def _by_text(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
    return "s.text COLLATE NOCASE", "", []


def _by_category(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
    return _place("r.category", keys), "LEFT JOIN resolution r ON r.sentence = s.id", []


def _by_suggestion(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
    sql, values = _shown_suggestion(view)
    return _place("g.category", keys), sql, values


def _by_probability(
    connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]
) -> Sort:
    sql, values = _shown_suggestion(view)
    return "g.probability", sql, values


def _by_drug(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
    joins = (
        "JOIN (SELECT l.id, row_number() OVER (ORDER BY v.title COLLATE NOCASE, l.id) AS n "
        "FROM drug_label l JOIN label_version v ON v.id = l.label_version) d "
        "ON d.id = s.drug_label"
    )
    return "d.n", joins, []


def _by_section(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
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


def _by_note(connection: sqlite3.Connection, view: View, keys: Sequence[CategoryKey]) -> Sort:
    joins = (
        "LEFT JOIN annotation a ON a.sentence = s.id AND a.curator = ? "
        "AND (a.flagged = 1 OR a.note <> '')"
    )
    return "CASE a.flagged WHEN 1 THEN 0 WHEN 0 THEN 1 END", joins, [view.curator]


def _shown_suggestion(view: View) -> tuple[str, list[object]]:
    seen, values = visible(view)
    return f"LEFT JOIN suggestion g ON g.sentence = s.id AND {seen}", values


def _place(column: str, values: Sequence[str]) -> str:
    """Place of a value in the list; NULL for none. Values are ours or keys of the scheme."""
    each = " ".join(f"WHEN {_literal(value)} THEN {n}" for n, value in enumerate(values))
    return f"CASE {column} {each} END"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_SORTS: Mapping[Column, Callable[[sqlite3.Connection, View, Sequence[CategoryKey]], Sort]] = {
    Column.STATE: _by_state,
    Column.TEXT: _by_text,
    Column.CATEGORY: _by_category,
    Column.SUGGESTION: _by_suggestion,
    Column.PROBABILITY: _by_probability,
    Column.DRUG: _by_drug,
    Column.SECTION: _by_section,
    Column.NOTE: _by_note,
}
