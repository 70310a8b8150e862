"""Which sentences a search finds, and in which order a list shows them: ids only, built in SQL.

A suggestion that the curator may not see yet (held-out drug, drawn for an audit, or suggestions
switched off, and no category of one's own) takes part in no condition on suggestions and in no
order by them: neither what is found nor where it stands gives it away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import SentenceId
from adme_labeler.domain.search import Field, Query, folded
from adme_labeler.storage import search_conditions as conditions
from adme_labeler.storage import search_order
from adme_labeler.storage.search_conditions import View
from adme_labeler.storage.search_order import Column

__all__ = [
    "Column",
    "View",
    "count",
    "drug_names",
    "headings",
    "hidden",
    "ids",
    "ordered",
    "unknown_drugs",
]

_FEW = 2000
"""Up to so many ids are sorted by themselves; more are picked out of everything sorted."""


def ids(connection: sqlite3.Connection, query: Query, view: View) -> list[SentenceId]:
    """Every sentence that matches, drug label by drug label in document order.

    Rows of tables, captions and footnotes are found only where the query names their kind.
    """
    where, values = conditions.where(connection, query, view)
    return _ids(
        connection,
        f"SELECT s.id FROM sentence s WHERE {where} ORDER BY s.drug_label, s.position",
        values,
    )


def count(connection: sqlite3.Connection, query: Query, view: View) -> int:
    """How many sentences match."""
    where, values = conditions.where(connection, query, view)
    found = connection.execute(f"SELECT count(*) FROM sentence s WHERE {where}", values)
    return int(found.fetchone()[0])


def hidden(connection: sqlite3.Connection, query: Query, view: View) -> int:
    """How many sentences a query about suggestions leaves out because theirs must stay hidden."""
    if not any(term.about_suggestions for term in query.terms):
        return 0
    rest = Query(tuple(term for term in query.terms if not term.about_suggestions))
    where, values = conditions.where(connection, rest, view)
    visible, more = conditions.visible(view)
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
    names = [line for _, line in conditions.drug_lines(connection)]
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
    key, joins, values = search_order.sort(connection, column, view, keys)
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
