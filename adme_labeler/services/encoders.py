"""Checking an encoder folder before a project uses it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.problems import TrainingProblem
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
            f"The encoder cannot be checked: {runs} cannot be written ({error.strerror})."
        ) from error
    return Path(name)


def facts(checked: protocol.EncoderChecked) -> list[tuple[str, str]]:
    """What a person wants to know of an encoder, as (name, value)."""
    estimate = f"{duration(checked.seconds)}, estimated from ten steps"
    if not checked.seconds:
        estimate = f"{checked.seconds_per_step:.2g} seconds a step; nothing to learn from yet"
    return [
        ("Name", checked.name),
        ("Kind", f"{checked.family}, {checked.layers} layers of {checked.hidden_size}"),
        ("Size", f"{checked.parameters / _MILLION:.1f} million weights, {_size(checked.size)}"),
        ("Longest sentence", f"{checked.longest} word pieces"),
        ("Checksum", checked.digest[:16]),
        ("Licence", checked.licence_file or "no licence file in the folder"),
        ("Next training", estimate),
    ]


def duration(seconds: float) -> str:
    """About how long, as a person says it."""
    if seconds < 90:
        return f"about {max(10, round(seconds / 10) * 10)} seconds"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _size(number: int) -> str:
    return f"{number / _MILLION:,.0f} MB"
