"""`adme_labeler.worker export JOB.json`: the project as it is at one operation, as a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import StorageProblem
from adme_labeler.exporters import formats
from adme_labeler.exporters.rows import Content, ExportRow
from adme_labeler.language import tr
from adme_labeler.protocol import Cancelled, ExportCategory, ExportDone, ExportJob, Progress
from adme_labeler.storage import log
from adme_labeler.storage.project import Project
from adme_labeler.worker import export_rows, export_sheets
from adme_labeler.worker.channel import Channel

PHASE = "Writing the spreadsheet"
FINISHING = "Finishing the spreadsheet"
_LOOK_EVERY = 200
"""Rows between two looks at the cancel flag: some 40 ms of writing."""


def run(job_path: Path, channel: Channel) -> int:
    """Do the job and delete its file. Sends Progress, then ExportDone or Cancelled; returns 0.

    Raises ExportProblem or StorageProblem when the file cannot be written or the project not read.
    """
    job = msgspec.json.decode(job_path.read_bytes(), type=ExportJob)
    try:
        done = _export(job, channel)
    except _Stopped:
        channel.send(Cancelled())
        return 0
    finally:
        job_path.unlink(missing_ok=True)
    channel.flush_progress()
    channel.send(done)
    return 0


class _Stopped(Exception):
    """The person pressed Cancel; the exporter then leaves no trace."""


def _export(job: ExportJob, channel: Channel) -> ExportDone:
    out = Path(job.out)
    categories = job.categories or _default_categories()
    names = {category.key: category.name for category in categories}
    with (
        closing(Project.open(Path(job.project), read_only=True)) as project,
        _one_moment(project) as connection,
    ):
        rows = export_rows.rows(connection, names, job)
        operation, _ = log.head(connection)
        content = Content(
            rows=_watched(rows, export_rows.expected(connection, job), channel),
            categories=categories,
            measurements=export_sheets.measurements(connection, job),
            no_measurement=(
                "Nothing is measured yet: recall speaks once sentences of held-out drug groups "
                "are decided and a model suggests."
            ),
            models=export_sheets.model_rows(connection),
            history=export_sheets.history(connection),
            operations=operation,
            guideline=job.guideline,
            about=export_sheets.about(connection, project, job, names),
        )
        try:
            written = formats.write(out, content)
        except sqlite3.Error as error:
            raise StorageProblem(
                tr(
                    "{file} could not be read to its end ({reason}); nothing was written.",
                    file=project.path.name,
                    reason=error,
                )
            ) from error
    return ExportDone(out=str(out), rows=written.rows, operation=operation, reports=written.reports)


@contextmanager
def _one_moment(project: Project) -> Generator[sqlite3.Connection]:
    """A connection on which every query sees the same operation, while the window goes on writing.

    With a write-ahead log that is a read transaction. Without one (network and synchronised
    folders) a reader would make the window wait, so there the file is first copied to memory.
    """
    source = project.connection
    mode = str(source.execute("PRAGMA journal_mode").fetchone()[0]).lower()
    if mode == "wal":
        source.execute("BEGIN")
        try:
            yield source
        finally:
            source.execute("ROLLBACK")
        return
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        copy.row_factory = sqlite3.Row
        source.backup(copy)
        yield copy


def _watched(rows: Iterator[ExportRow], total: int, channel: Channel) -> Iterator[ExportRow]:
    """The same rows; reports progress and ends the export when it is cancelled."""
    for number, row in enumerate(rows):
        if number % _LOOK_EVERY == 0:
            if channel.cancelled():
                raise _Stopped
            channel.progress(Progress(phase=PHASE, step=number, total=max(total, number)))
        yield row
    channel.progress(Progress(phase=FINISHING))


def _default_categories() -> tuple[ExportCategory, ...]:
    return tuple(
        ExportCategory(c.key, c.name, c.color_light, c.definition) for c in ADME.categories
    )
