"""The import process: reads files, hands over one drug label at a time, and can be cancelled."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import msgspec

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import LabelType, Sections
from adme_labeler.importers import FileOutcome, files, read_paths
from adme_labeler.protocol import (
    Cancelled,
    FileDone,
    ImportDone,
    ImportJob,
    LabelRead,
    Message,
    Progress,
)


class JobChannel(Protocol):
    """What the job needs of the wire; `adme_labeler.worker.channel.Channel` has it."""

    def send(self, message: Message) -> None: ...

    def progress(self, progress: Progress) -> None: ...

    def cancelled(self) -> bool: ...


class _Stopped(Exception):
    """Raised between two labels when the window has cancelled or gone."""


def run(job_path: Path, channel: JobChannel) -> int:
    """Read what the job file names and send LabelRead, FileDone and at last ImportDone.

    Progress counts files. On Cancel, or when the window is gone, ends with Cancelled; what was
    sent stays valid, and importing the same files again adds nothing twice. Returns the exit code.
    """
    job = _job(job_path)
    paths, nameless = _by_name(files(Path(p) for p in job.paths))
    done = labels = sentences = inner = 0

    def pulse() -> None:
        if channel.cancelled():
            raise _Stopped

    def tell() -> None:
        name = paths[done].name if done < len(paths) else ""
        phase = f"Reading {name}" if name else "Reading"
        if inner:
            phase += f" ({inner:,} labels)"
        channel.progress(Progress(phase=phase, step=done, total=len(paths)))

    for shown in nameless:
        reason = f"The name of {Path(shown).name} is not Unicode text; rename the file."
        channel.send(FileDone(shown, "failed", reason, labels=0, sentences=0, tables=0))
    try:
        tell()
        for item in read_paths(
            paths,
            sections=Sections(job.sections),
            types=frozenset(LabelType(t) for t in job.types),
            columns=job.columns,
            pulse=pulse,
        ):
            pulse()
            if isinstance(item, FileOutcome):
                if done < len(paths) and item.path == paths[done]:
                    done, inner = done + 1, 0
                channel.send(_file_done(item))
            else:
                labels += 1
                inner += 1
                sentences += sum(len(block.spans) for block in item.blocks)
                channel.send(LabelRead(item))
            tell()
    except _Stopped:
        channel.send(Cancelled(resumable=True))
        return 0
    channel.send(ImportDone(files=done, labels=labels, sentences=sentences))
    return 0


def _job(path: Path) -> ImportJob:
    try:
        job = msgspec.json.decode(path.read_bytes(), type=ImportJob)
        Sections(job.sections)
        for kind in job.types:
            LabelType(kind)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise ImportProblem(f"The import job {path.name} cannot be read ({error}).") from error
    return job


def _by_name(found: list[Path]) -> tuple[list[Path], list[str]]:
    """Files whose names are text, and the names of the others (bytes of an old encoding) as shown.

    Neither the project nor a message can carry the latter.
    """
    text: list[Path] = []
    others: list[str] = []
    for path in found:
        shown = os.fsencode(path).decode("utf-8", errors="backslashreplace")
        if shown == str(path):
            text.append(path)
        else:
            others.append(shown)
    return text, others


def _file_done(outcome: FileOutcome) -> FileDone:
    return FileDone(
        path=str(outcome.path),
        status=outcome.status,
        reason=outcome.reason,
        labels=outcome.labels,
        sentences=outcome.sentences,
        tables=outcome.tables,
    )
