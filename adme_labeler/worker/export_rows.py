"""The rows of an export, read from an open project inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby

from adme_labeler.domain.records import READ_BY_A_PERSON, AnnotationState, BlockKind
from adme_labeler.domain.resolution import ResolutionSource
from adme_labeler.exporters.rows import ExportRow
from adme_labeler.protocol import ExportJob
from adme_labeler.storage import labels, log

QUEUED = frozenset(labels.QUEUED_KINDS)
"""Kinds of sentence that are always exported; the others only where a curator annotated them."""

_READ = frozenset(state.value for state in READ_BY_A_PERSON)


def rows(
    connection: sqlite3.Connection, names: Mapping[str, str], job: ExportJob
) -> Iterator[ExportRow]:
    """A row a sentence of the current label versions: drug labels by title, then in their order.

    `names` turns category keys into names, in the order of the scheme; `job` says which rows.
    Sentences that are to be decided blind and have no category yet come without their suggestion,
    in the file as in the window.
    """
    revision = str(log.revision(connection))
    drawn = frozenset(job.drawn)
    for label in connection.execute(_LABELS, {"label": job.label}).fetchall():
        drug = _drug(label)
        paragraph, block, sentence = 0, None, 0
        found = connection.execute(_SENTENCES, (label["id"],))
        for _, together in groupby(found, key=lambda row: row["id"]):
            annotated = list(together)
            first = annotated[0]
            if first["block"] != block:
                paragraph, block, sentence = first["ordinal"] + 1, first["block"], 0
            sentence += 1
            decisions = [row for row in annotated if row["a_state"] is not None]
            if _is_wanted(first, bool(decisions), job):
                blind = label["held_out"] or first["uid"] < job.blind_below or first["id"] in drawn
                hidden = bool(blind) and first["r_category"] is None
                yield _row(
                    label, drug, first, decisions, names, paragraph, sentence, revision, hidden
                )


def expected(connection: sqlite3.Connection, job: ExportJob) -> int:
    """About how many rows `rows` gives (exact where only paragraphs and items are annotated)."""
    if job.rows == "decided":
        return int(connection.execute(_DECIDED, {"label": job.label}).fetchone()[0])
    kinds = json.dumps(sorted(QUEUED))
    wanted = {"label": job.label, "kinds": kinds, "tables": job.tables}
    return int(connection.execute(_EXPECTED, wanted).fetchone()[0])


def _is_wanted(row: sqlite3.Row, annotated: bool, job: ExportJob) -> bool:
    if job.rows == "decided":
        return row["r_category"] is not None
    tables = job.tables and row["kind"] == BlockKind.TABLE.value
    return annotated or tables or row["kind"] in QUEUED


def _row(
    label: sqlite3.Row,
    drug: str,
    row: sqlite3.Row,
    decisions: list[sqlite3.Row],
    names: Mapping[str, str],
    paragraph: int,
    sentence: int,
    revision: str,
    hidden: bool,
) -> ExportRow:
    def name(key: str | None) -> str:
        return names.get(key, key) if key else ""

    shown = _deciding(decisions)
    source = row["r_source"]
    suggested = None if hidden else row["g_category"]
    settled = row["d_curator"] is not None
    who = [d["a_curator"] for d in decisions]
    if source == ResolutionSource.CONFLICT.value:
        who = [f"{d['a_curator']} ({name(d['a_category']) or d['a_state']})" for d in decisions]
    elif settled:
        who = [row["d_curator"], *(w for w in who if w != row["d_curator"])]
    return ExportRow(
        uid=row["uid"],
        set_id=label["set_id"],
        drug=drug,
        title=label["title"],
        section=row["section_title"],
        heading=" > ".join(json.loads(row["heading_path"])),
        paragraph=paragraph,
        sentence=sentence,
        kind=row["kind"],
        text=row["text"],
        suggestion=name(suggested),
        probability=None if suggested is None else _probability(row, names),
        category=name(row["r_category"]),
        also=tuple(name(key) for key in (row["r_also"] or "").split("+") if key),
        state=_state(source, settled, shown),
        curators=", ".join(who),
        time=row["d_at"] if settled else (shown["a_at"] if shown is not None else ""),
        note=_note(decisions),
        flagged=any(d["flagged"] for d in decisions),
        blind=bool(row["r_blind"]),
        model="" if hidden else _number(row["g_version"], row["g_revision"]),
        shown_suggestion="" if shown is None or shown["blind"] else name(shown["suggested"]),
        shown_probability=None if shown is None or shown["blind"] else shown["probability"],
        shown_model=(
            ""
            if shown is None or shown["blind"]
            else _number(shown["model_version"], shown["head_revision"])
        ),
        drug_group=str(label["drug_group"]),
        held_out=bool(label["held_out"]),
        label_version=label["version"],
        source=label["source"],
        text_hash=row["text_hash"],
        revision=revision,
    )


def _probability(row: sqlite3.Row, names: Mapping[str, str]) -> float | None:
    """Of the suggested category, which after the class shift need not be the likeliest one."""
    by_key = dict(zip(names, json.loads(row["g_probabilities"]), strict=False))
    return by_key.get(row["g_category"])


def _deciding(decisions: list[sqlite3.Row]) -> sqlite3.Row | None:
    """The annotation that speaks for the sentence: the latest that a person read, else the latest
    with a category, else the latest."""
    if not decisions:
        return None
    return max(
        decisions,
        key=lambda d: (d["a_state"] in _READ, d["a_category"] is not None, d["a_at"]),
    )


def _state(source: str | None, settled: bool, shown: sqlite3.Row | None) -> str:
    if settled:
        return ResolutionSource.ADJUDICATED.value
    if source == ResolutionSource.CONFLICT.value:
        return source
    return AnnotationState.OPEN.value if shown is None else str(shown["a_state"])


def _note(decisions: list[sqlite3.Row]) -> str:
    noted = [d for d in decisions if d["note"]]
    if len(noted) == 1:
        return str(noted[0]["note"])
    return "\n".join(f"{d['a_curator']}: {d['note']}" for d in noted)


def _number(version: int | None, revision: int | None) -> str:
    return "" if version is None else f"{version}.{revision or 0}"


def _drug(label: sqlite3.Row) -> str:
    ingredients: list[str] = json.loads(label["ingredients"])
    names: list[str] = json.loads(label["names"])
    return ", ".join(i.lower() for i in ingredients) or ", ".join(names[:1]) or str(label["title"])


_LABELS = """
    SELECT l.id, l.set_id, l.drug_group, g.held_out, v.version, v.title, v.ingredients, v.names,
           v.source
    FROM drug_label l JOIN label_version v ON v.id = l.label_version
    JOIN drug_group g ON g.id = l.drug_group
    WHERE :label IS NULL OR l.id = :label
    ORDER BY v.title COLLATE NOCASE, l.id
"""
_SENTENCES = """
    SELECT s.id, s.uid, s.block, s.kind, s.text, s.text_hash,
           b.ordinal, b.section_title, b.heading_path,
           r.category AS r_category, r.also AS r_also, r.source AS r_source, r.blind AS r_blind,
           g.category AS g_category, g.probabilities AS g_probabilities,
           g.model_version AS g_version, g.head_revision AS g_revision,
           d.curator AS d_curator, d.at AS d_at,
           a.curator AS a_curator, a.state AS a_state, a.category AS a_category, a.at AS a_at,
           a.flagged, a.note, a.suggested, a.probability, a.model_version, a.head_revision, a.blind
    FROM sentence s JOIN block b ON b.id = s.block
    LEFT JOIN resolution r ON r.sentence = s.id
    LEFT JOIN suggestion g ON g.sentence = s.id
    LEFT JOIN adjudication d ON d.sentence = s.id
    LEFT JOIN annotation a ON a.sentence = s.id
    WHERE s.drug_label = ? AND s.current = 1
    ORDER BY s.position, a.curator
"""
_EXPECTED = """
    SELECT count(*) FROM sentence WHERE current = 1 AND (:label IS NULL OR drug_label = :label)
      AND (kind IN (SELECT value FROM json_each(:kinds)) OR :tables AND kind = 'table')
"""
_DECIDED = """
    SELECT count(*) FROM resolution r JOIN sentence s ON s.id = r.sentence
    WHERE s.current = 1 AND r.category IS NOT NULL AND (:label IS NULL OR s.drug_label = :label)
"""
