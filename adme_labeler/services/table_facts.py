"""Tables of drug labels: which rows state ADME facts and may be worth a decision."""

from __future__ import annotations

from adme_labeler.domain import adme_facts
from adme_labeler.domain.records import LabelId, SentenceId
from adme_labeler.language import trn
from adme_labeler.services.session import Session
from adme_labeler.storage import table_rows

_PORTION = 500


def examine(session: Session, label: LabelId) -> None:
    """Look at the tables of a drug label, inside the transaction that stores it."""
    for table in table_rows.unexamined(session.connection, label, _PORTION):
        _examine(session, table)


def examine_the_rest(session: Session) -> None:
    """Tables that came in before there was a rule (an upgraded project)."""
    if session.read_only:
        return
    while waiting := table_rows.unexamined(session.connection, None, _PORTION):
        with session.project.transaction():
            for table in waiting:
                _examine(session, table)


def facts_of(session: Session, ids: list[SentenceId]) -> dict[SentenceId, str]:
    """The fact that a table row states, for those of these sentences that state one."""
    return table_rows.facts(session.connection, ids)


def tables_in_words(session: Session, label: LabelId) -> str:
    """How many tables a drug label has, for its hint; "" for none."""
    tables, rows = table_rows.count(session.connection, label)
    if not tables:
        return ""
    if not rows:
        return trn("{count:,} table", "{count:,} tables", tables)
    return trn(
        "{count:,} table, {rows:,} rows with ADME facts",
        "{count:,} tables, {rows:,} rows with ADME facts",
        tables,
        rows=rows,
    )


def _examine(session: Session, table: table_rows.StoredTable) -> None:
    found = adme_facts.facts(table.rows, table.about)
    # A row that a later program reads differently has no sentence; every sentence is noted.
    found += [""] * (len(table.sentences) - len(found))
    table_rows.put(session.connection, zip(table.sentences, found, strict=False))
