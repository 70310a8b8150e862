"""Runs and model versions; their weights lie in the project's folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from adme_labeler.domain.records import NO_TRAINED_MODEL, GroupId, ModelState, ModelVersion
from adme_labeler.storage.log import Change, Draft, canonical


class RunState(StrEnum):
    """State of a training run; INTERRUPTED and CANCELLED ones with a checkpoint can resume."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Run:
    id: int
    kind: str
    state: RunState
    created_at: str
    finished_at: str | None
    settings: str
    snapshot_sha256: str
    snapshot_operation: int
    annotations: int
    message: str


@dataclass(frozen=True)
class Model:
    """A trained model version; `result` is the JSON of protocol.TrainFinished."""

    version: ModelVersion
    run: int
    state: ModelState
    created_at: str
    verdict: str
    result: str


def add_run(
    connection: sqlite3.Connection,
    kind: str,
    at: str,
    settings: str,
    snapshot_sha256: str,
    snapshot_operation: int,
    annotations: int,
    above: int = 0,
) -> int:
    """A new run, RUNNING; its number is higher than every other run's and than `above`."""
    row = connection.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()
    cursor = connection.execute(
        "INSERT INTO run (id, kind, state, created_at, settings, snapshot_sha256, "
        "snapshot_operation, annotations) VALUES (?,?,?,?,?,?,?,?)",
        (
            max(int(row[0]), above) + 1,
            kind,
            RunState.RUNNING.value,
            at,
            settings,
            snapshot_sha256,
            snapshot_operation,
            annotations,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def set_run_state(
    connection: sqlite3.Connection, run: int, state: RunState, at: str | None, message: str = ""
) -> None:
    connection.execute(
        "UPDATE run SET state = ?, finished_at = ?, message = ? WHERE id = ?",
        (state.value, at, message, run),
    )


def runs(connection: sqlite3.Connection) -> list[Run]:
    """Every run, newest first."""
    rows = connection.execute("SELECT * FROM run ORDER BY id DESC")
    return [
        Run(
            row["id"],
            row["kind"],
            RunState(row["state"]),
            row["created_at"],
            row["finished_at"],
            row["settings"],
            row["snapshot_sha256"],
            row["snapshot_operation"],
            row["annotations"],
            row["message"],
        )
        for row in rows
    ]


def add(
    connection: sqlite3.Connection,
    draft: Draft,
    run: int,
    verdict: str,
    result: str,
    groups: Iterable[GroupId],
    above: int = 0,
) -> ModelVersion:
    """A new candidate, with the drug groups it was trained on; numbered as in `add_run`."""
    row = connection.execute("SELECT coalesce(max(version), 0) FROM model").fetchone()
    version = ModelVersion(max(int(row[0]), above) + 1)
    connection.execute(
        "INSERT INTO model VALUES (?,?,?,?,?,?)",
        (version, run, ModelState.CANDIDATE.value, draft.at, verdict, result),
    )
    connection.executemany(
        "INSERT INTO model_group VALUES (?,?)", [(version, group) for group in set(groups)]
    )
    draft.changes.append(
        Change("model", canonical(int(version)), None, canonical(ModelState.CANDIDATE.value))
    )
    return version


def activate(connection: sqlite3.Connection, draft: Draft, version: ModelVersion) -> None:
    """Make one version the active one (0: none); the one before is retired."""
    for model in everything(connection):
        state = model.state
        if model.version == version:
            state = ModelState.ACTIVE
        elif model.state is ModelState.ACTIVE:
            state = ModelState.RETIRED
        if state is not model.state:
            draft.changes.append(
                Change(
                    "model",
                    canonical(int(model.version)),
                    canonical(model.state.value),
                    canonical(state.value),
                )
            )
            connection.execute(
                "UPDATE model SET state = ? WHERE version = ?", (state.value, model.version)
            )


def everything(connection: sqlite3.Connection) -> list[Model]:
    """Every model version, newest first."""
    rows = connection.execute("SELECT * FROM model ORDER BY version DESC")
    return [
        Model(
            ModelVersion(row["version"]),
            row["run"],
            ModelState(row["state"]),
            row["created_at"],
            row["verdict"],
            row["result"],
        )
        for row in rows
    ]


def active(connection: sqlite3.Connection) -> ModelVersion:
    """The active version; 0 when only the instant model on the pretrained encoder suggests."""
    row = connection.execute(
        "SELECT version FROM model WHERE state = ?", (ModelState.ACTIVE.value,)
    ).fetchone()
    return NO_TRAINED_MODEL if row is None else ModelVersion(row["version"])


def trained_groups(connection: sqlite3.Connection, version: ModelVersion) -> frozenset[GroupId]:
    """Drug groups that a version trained on, followed through later merges of groups."""
    rows = connection.execute(
        "SELECT coalesce(g.merged_into, g.id) FROM model_group m "
        "JOIN drug_group g ON g.id = m.drug_group WHERE m.version = ?",
        (version,),
    )
    return frozenset(GroupId(row[0]) for row in rows)
