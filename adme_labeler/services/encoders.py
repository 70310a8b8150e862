"""Checking an encoder folder before a project uses it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr
from adme_labeler.services import suggesting
from adme_labeler.services.session import Session
from adme_labeler.services.snapshots import MOST_HINTS
from adme_labeler.storage import sentences

_SAMPLE = 160
_MILLION = 1_000_000


def write_job(session: Session, folder: Path | None) -> Path:
    """Job file for `adme_labeler.worker encoder`; returns its path. The process deletes it.

    `folder` None means the shipped encoder. The trial uses sentences from all over the project.
    Raises TrainingProblem when the project folder cannot be written.
    """
    connection = session.connection
    row = connection.execute(
        "SELECT (SELECT count(*) FROM resolution WHERE category IS NOT NULL) AS train, "
        "(SELECT count(*) FROM sentence WHERE current = 1 AND hint <> '') AS hints"
    ).fetchone()
    every = sentences.in_document_order(connection)
    step = max(1, len(every) // _SAMPLE)
    inputs = [
        suggesting.as_sentence_input(item)
        for item in sentences.model_inputs(connection, every[::step][:_SAMPLE])
    ]
    job = protocol.EncoderJob(
        encoder=str(folder.expanduser().absolute()) if folder else "",
        texts=tuple(item.text for item in inputs),
        headings=tuple(item.heading for item in inputs),
        train=row["train"],
        hints=min(row["hints"], MOST_HINTS),
        categories=len(session.scheme.keys),
    )
    runs = session.project.folder / "runs"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix="encoder-", suffix=".json", dir=runs)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(job))
    except OSError as error:
        raise TrainingProblem(
            tr(
                "The encoder cannot be checked: {folder} cannot be written ({reason}).",
                folder=runs,
                reason=error.strerror,
            )
        ) from error
    return Path(name)


def facts(checked: protocol.EncoderChecked) -> list[tuple[str, str]]:
    """What a person wants to know of an encoder, as (name, value)."""
    estimate = tr("{duration}, estimated from ten steps", duration=duration(checked.seconds))
    if not checked.seconds:
        estimate = tr(
            "{seconds:.2g} seconds a step; nothing to learn from yet",
            seconds=checked.seconds_per_step,
        )
    return [
        (tr("Name"), checked.name),
        (
            tr("Kind"),
            tr(
                "{family}, {layers} layers of {size}",
                family=checked.family,
                layers=checked.layers,
                size=checked.hidden_size,
            ),
        ),
        (
            tr("Size"),
            tr(
                "{count:.1f} million weights, {size}",
                count=checked.parameters / _MILLION,
                size=_size(checked.size),
            ),
        ),
        (tr("Longest sentence"), tr("{longest} word pieces", longest=checked.longest)),
        (tr("Checksum"), checked.digest[:16]),
        (tr("Licence"), checked.licence_file or tr("no licence file in the folder")),
        (tr("Next training"), estimate),
    ]


def duration(seconds: float) -> str:
    """About how long, as a person says it."""
    if seconds < 90:
        return tr("about {seconds} seconds", seconds=max(10, round(seconds / 10) * 10))
    if seconds < 5400:
        return tr("about {minutes} minutes", minutes=round(seconds / 60))
    return tr("about {hours:.1f} hours", hours=seconds / 3600)


def _size(number: int) -> str:
    return tr("{size:,.0f} MB", size=number / _MILLION)
