"""The sheets around the rows of an export, read from an open project inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import msgspec

from adme_labeler import __version__
from adme_labeler.domain.records import ModelState, ModelVersion
from adme_labeler.exporters.rows import HistoryRow, MeasurementSheet, ModelRow, Value
from adme_labeler.protocol import ExportJob, Measurement, TrainFinished
from adme_labeler.storage import log, models
from adme_labeler.storage.project import Project

MOST_OPERATIONS = 10_000
"""Operations in the sheet History; a project of years has more than a person scrolls through."""


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
    """Every model version, newest first; measured on held-out drugs, else by cross-validation."""
    runs = {run.id: run for run in models.runs(connection)}
    found: list[ModelRow] = []
    for model in models.everything(connection):
        result = _result(model)
        run = runs[model.run]
        measured = result.held_out or result.cross_validation
        measured_on = "held-out drugs" if result.held_out else "cross-validation"
        found.append(
            ModelRow(
                version=model.version,
                state=model.state.value,
                created_at=model.created_at,
                settings=_settings(json.loads(run.settings)),
                annotations=run.annotations,
                hints=result.hint_sentences,
                drug_groups=len(models.trained_groups(connection, ModelVersion(model.version))),
                measured_on=measured_on if measured else "",
                measured_sentences=measured.sentences if measured else None,
                measured_groups=measured.groups if measured else None,
                recall=_recalls(measured),
                accuracy=measured.accuracy if measured else None,
                macro_f1=measured.macro_f1 if measured else None,
                verdict=model.verdict,
                reason=result.comparison.reason,
                seconds=round(result.seconds, 1),
                snapshot_sha256=run.snapshot_sha256,
            )
        )
    return tuple(found)


def history(connection: sqlite3.Connection, most: int = MOST_OPERATIONS) -> tuple[HistoryRow, ...]:
    """The newest operations with the number of things that each changed."""
    rows = connection.execute(_HISTORY, (most,))
    return tuple(
        HistoryRow(
            row["id"], row["at"], row["curator"], row["kind"], row["summary"], row["changes"]
        )
        for row in rows
    )


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
        ("Guideline", f"Version {job.guideline_version}"),
        ("Rows in this file", _rows_chosen(connection, job)),
        (
            "Rows of tables",
            "All of them, marked in the column Kind"
            if job.tables
            else "Only those that a curator annotated; they are marked in the column Kind",
        ),
        ("Sheet History", f"The newest {min(number, MOST_OPERATIONS):,} of {number:,} operations"),
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


def _rows_chosen(connection: sqlite3.Connection, job: ExportJob) -> str:
    which = "with a category" if job.rows == "decided" else "decided or not"
    if job.label is None:
        return f"Sentences of all drug labels, {which}"
    query = (
        "SELECT v.title FROM drug_label l JOIN label_version v ON v.id = l.label_version "
        "WHERE l.id = ?"
    )
    found = connection.execute(query, (job.label,)).fetchone()
    return f"Sentences of {found['title'] if found else 'one drug label'}, {which}"


def _settings(said: dict[str, object]) -> str:
    """What a person chose for the training, in words."""
    encoder = str(said.get("encoder") or "")
    parts = [str(said.get("preset") or "default")]
    if encoder:
        parts.append(f"encoder {Path(encoder).name}")
    if "seed" in said:
        parts.append(f"seed {said['seed']}")
    return ", ".join(parts)


def _recalls(measured: Measurement | None) -> dict[str, str]:
    if measured is None:
        return {}
    found: dict[str, str] = {}
    for m in measured.categories:
        if m.recall is None or m.recall_low is None or m.recall_high is None:
            found[m.category] = f"not enough evidence (n = {m.support})"
        else:
            interval = f"{100 * m.recall_low:.0f} to {100 * m.recall_high:.0f} %"
            found[m.category] = f"{100 * m.recall:.0f} % ({interval}), {m.found:,} of {m.support:,}"
    return found


def _result(model: models.Model) -> TrainFinished:
    return msgspec.json.decode(model.result, type=TrainFinished)


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
_HISTORY = """
    SELECT o.id, o.at, o.curator, o.kind, o.summary,
           (SELECT count(*) FROM change c WHERE c.operation = o.id) AS changes
    FROM operation o ORDER BY o.id DESC LIMIT ?
"""
