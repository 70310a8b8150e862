"""What imports brought into the project: runs, files, drug labels, headings nobody understood."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.language import tr
from adme_labeler.services.session import Session
from adme_labeler.storage import imports
from adme_labeler.storage.imports import FileRow, LabelRow, RunState

__all__ = ["FileRow", "LabelRow", "RunReport", "RunState", "headings", "labels", "runs"]


@dataclass(frozen=True)
class RunReport:
    """One import; `id` is 0 for files that came before imports were kept as runs.

    `sections` and `types` are values of `Sections` and `LabelType`. `counts` says how many drug
    labels ended how; files without any count as one.
    """

    id: int
    at: str
    ended_at: str
    curator: str
    read_by: str
    sections: str
    types: tuple[str, ...]
    state: RunState
    files: tuple[FileRow, ...]
    counts: dict[str, int]
    remark: str = ""
    """About the import as a whole: a drug group that holds too much of the data."""

    @property
    def sentences(self) -> int:
        return sum(file.sentences for file in self.files)

    @property
    def tables(self) -> int:
        return sum(file.tables for file in self.files)


def runs(session: Session) -> list[RunReport]:
    """Newest first."""
    connection = session.connection
    by_run: dict[int, list[FileRow]] = {}
    for file in imports.files(connection):
        by_run.setdefault(file.run, []).append(file)
    counts = imports.counts(connection)
    found = [
        _report(run, tuple(by_run.pop(run.id, ())), counts.get(run.id, {}))
        for run in imports.runs(connection)
    ]
    for files in by_run.values():
        found.append(
            RunReport(
                0, files[0].at, files[-1].at, "", "", "", (), RunState.FINISHED, tuple(files), {}
            )
        )
    return found


def labels(session: Session, run: int, path: str | None = None) -> list[LabelRow]:
    """Drug labels of a run, or of one of its files, in the order they were read."""
    return imports.labels(session.connection, run, path)


def headings(session: Session, run: int | None = None) -> list[tuple[str, int]]:
    """Headings that no rule knows with the number of drug labels that have them, of all imports
    unless of one; most frequent first."""
    return imports.headings(session.connection, run)


def write_job(session: Session, out: Path, run: int | None = None) -> Path:
    """Job file for `adme_labeler.worker report`; the process deletes it."""
    job = protocol.ReportJob(
        project=str(session.path), out=str(out.expanduser().absolute()), run=run
    )
    folder = session.project.folder / "runs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix="report-", suffix=".json", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(job))
    except OSError as error:
        raise ExportProblem(
            tr(
                "The report cannot be written: {folder} cannot be written ({reason}).",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    return Path(name)


def _report(
    run: imports.ImportRun, files: tuple[FileRow, ...], counts: dict[str, int]
) -> RunReport:
    job = msgspec.json.decode(run.job, type=protocol.ImportJob)
    return RunReport(
        run.id,
        run.at,
        run.ended_at,
        run.curator,
        run.read_by,
        job.sections,
        job.types,
        run.state,
        files,
        counts,
        run.remark,
    )
