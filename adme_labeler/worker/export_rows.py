"""What an export says, read from an open project inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby

import msgspec

from adme_labeler import __version__
from adme_labeler.domain.records import READ_BY_A_PERSON, AnnotationState, ModelState, ModelVersion
from adme_labeler.domain.resolution import ResolutionSource
from adme_labeler.exporters.rows import ExportRow, MeasurementSheet, ModelRow, Value
from adme_labeler.protocol import ExportJob, TrainFinished
from adme_labeler.storage import labels, log, models
from adme_labeler.storage.project import Project

QUEUED = frozenset(labels.QUEUED_KINDS)
"""Kinds of sentence that are always exported; the others only where a curator annotated them."""

_READ = frozenset(state.value for state in READ_BY_A_PERSON)


def rows(connection: sqlite3.Connection, names: Mapping[str, str]) -> Iterator[ExportRow]:
    """A row a sentence of the current label versions: drug labels by title, then in their order.

    `names` turns category keys into names, in the order of the scheme. Sentences of held-out drugs
    that have no category yet come without their suggestion: they are to be decided blind, in the
    file as in the window.
    """
    revision = str(log.revision(connection))
    for label in connection.execute(_LABELS).fetchall():
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
            if first["kind"] in QUEUED or decisions:
                yield _row(label, drug, first, decisions, names, paragraph, sentence, revision)


def expected(connection: sqlite3.Connection) -> int:
    """About how many rows `rows` gives (exact where only paragraphs and items are annotated)."""
    marks = ",".join("?" * len(QUEUED))
    query = f"SELECT count(*) FROM sentence WHERE current = 1 AND kind IN ({marks})"
    return int(connection.execute(query, tuple(QUEUED)).fetchone()[0])


def measurements(connection: sqlite3.Connection, job: ExportJob) -> tuple[MeasurementSheet, ...]:
    """The served model on held-out drugs, then what the model versions brought along."""
    found: list[MeasurementSheet] = []
    if job.recall is not None:
        served = f"Model {job.recall_model}" if job.recall_model else "Suggesting model"
        found.append(
            MeasurementSheet(f"{served} (suggests) on drugs it never learned from", job.recall)
        )
    for model in models.everything(connection):
        if model.state is ModelState.RETIRED:
            continue
        result = _result(model)
        which = f"Version {model.version} ({model.state.value})"
        if model.state is ModelState.CANDIDATE and result.held_out is not None:
            found.append(
                MeasurementSheet(f"{which} on drugs it never learned from", result.held_out)
            )
        if result.cross_validation is not None:
            found.append(
                MeasurementSheet(
                    f"{which}, cross-validation over its training sentences by drug group",
                    result.cross_validation,
                )
            )
    return tuple(found)


def model_rows(connection: sqlite3.Connection) -> tuple[ModelRow, ...]:
    """Every model version, newest first."""
    runs = {run.id: run for run in models.runs(connection)}
    found: list[ModelRow] = []
    for model in models.everything(connection):
        result = _result(model)
        run = runs[model.run]
        held_out = result.held_out
        found.append(
            ModelRow(
                version=model.version,
                state=model.state.value,
                created_at=model.created_at,
                preset=str(json.loads(run.settings).get("preset", "")),
                annotations=run.annotations,
                hints=result.hint_sentences,
                drug_groups=len(models.trained_groups(connection, ModelVersion(model.version))),
                held_out_sentences=held_out.sentences if held_out else None,
                held_out_groups=held_out.groups if held_out else None,
                accuracy=held_out.accuracy if held_out else None,
                macro_f1=held_out.macro_f1 if held_out else None,
                verdict=model.verdict,
                reason=result.comparison.reason,
                seconds=round(result.seconds, 1),
                snapshot_sha256=run.snapshot_sha256,
            )
        )
    return tuple(found)


def about(
    connection: sqlite3.Connection, project: Project, job: ExportJob, names: Mapping[str, str]
) -> tuple[tuple[str, Value], ...]:
    """Where the file comes from, to the operation; counted on `connection`."""
    number, head = log.head(connection)
    counted = connection.execute(_COUNTS).fetchone()
    suggesting = connection.execute(_SUGGESTING).fetchone()
    entries: list[tuple[str, Value]] = [
        ("Project", project.path.stem),
        ("Project file", project.path.name),
        ("Project fingerprint", log.fingerprint(connection)),
        ("Operation", number),
        ("Hash of that operation", head),
        ("Exported at (UTC)", project.now()),
        ("Exported by", job.curator),
        ("Program", f"adme-labeler {__version__}"),
        ("Drug labels", counted["labels"]),
        ("Drug groups", counted["groups"]),
        ("Held-out drug groups", counted["held_out"]),
        ("Sentences in the queue", counted["sentences"]),
        ("Sentences with a category", counted["decided"]),
        ("Sentences in conflict", counted["conflicts"]),
        ("Annotations", counted["annotations"]),
        (
            "Suggestions",
            "Held-out sentences without a category come without one: they are decided blind.",
        ),
        ("Annotated sentences of former label versions, not in this file", counted["former"]),
        ("Suggesting model", suggesting["model"] if suggesting is not None else "none yet"),
    ]
    entries.extend(
        (f"Sentences decided {names.get(row['category'], row['category'])}", row["n"])
        for row in connection.execute(_BY_CATEGORY)
    )
    return tuple(entries)


def _row(
    label: sqlite3.Row,
    drug: str,
    row: sqlite3.Row,
    decisions: list[sqlite3.Row],
    names: Mapping[str, str],
    paragraph: int,
    sentence: int,
    revision: str,
) -> ExportRow:
    def name(key: str | None) -> str:
        return names.get(key, key) if key else ""

    shown = _deciding(decisions)
    source = row["r_source"]
    hidden = bool(label["held_out"]) and row["r_category"] is None
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


def _result(model: models.Model) -> TrainFinished:
    return msgspec.json.decode(model.result, type=TrainFinished)


_LABELS = """
    SELECT l.id, l.set_id, l.drug_group, g.held_out, v.version, v.title, v.ingredients, v.names,
           v.source
    FROM drug_label l JOIN label_version v ON v.id = l.label_version
    JOIN drug_group g ON g.id = l.drug_group
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
_COUNTS = """
    SELECT (SELECT count(*) FROM drug_label WHERE label_version IS NOT NULL) AS labels,
      (SELECT count(DISTINCT drug_group) FROM drug_label) AS groups,
      (SELECT count(DISTINCT g.id) FROM drug_group g JOIN drug_label l ON l.drug_group = g.id
       WHERE g.held_out = 1) AS held_out,
      (SELECT count(*) FROM sentence
       WHERE current = 1 AND kind IN ('paragraph', 'list_item')) AS sentences,
      (SELECT count(*) FROM resolution r JOIN sentence s ON s.id = r.sentence
       WHERE s.current = 1 AND r.category IS NOT NULL) AS decided,
      (SELECT count(*) FROM resolution r JOIN sentence s ON s.id = r.sentence
       WHERE s.current = 1 AND r.category IS NULL) AS conflicts,
      (SELECT count(*) FROM annotation) AS annotations,
      (SELECT count(DISTINCT a.sentence) FROM annotation a JOIN sentence s ON s.id = a.sentence
       WHERE s.current = 0) AS former
"""
_BY_CATEGORY = """
    SELECT r.category, count(*) AS n FROM resolution r JOIN sentence s ON s.id = r.sentence
    WHERE s.current = 1 AND r.category IS NOT NULL GROUP BY r.category ORDER BY n DESC
"""
_SUGGESTING = """
    SELECT model_version || '.' || head_revision AS model FROM suggestion
    GROUP BY model_version, head_revision ORDER BY count(*) DESC LIMIT 1
"""
