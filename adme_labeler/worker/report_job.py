"""`adme_labeler.worker report JOB.json`: the report on imports, as a csv file or a workbook."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from adme_labeler.exporters import import_report
from adme_labeler.exporters.import_report import Cell, Report
from adme_labeler.protocol import ExportDone, ReportJob
from adme_labeler.storage import imports
from adme_labeler.storage.project import Project
from adme_labeler.worker.channel import Channel


def run(job_path: Path, channel: Channel) -> int:
    """Do the job and delete its file. Sends ExportDone; raises ExportProblem or StorageProblem."""
    job = msgspec.json.decode(job_path.read_bytes(), type=ReportJob)
    try:
        with closing(Project.open(Path(job.project), read_only=True)) as project:
            connection = project.connection
            report = Report(_rows(connection, job.run), imports.headings(connection, job.run))
            rows = import_report.write(Path(job.out), report)
    finally:
        job_path.unlink(missing_ok=True)
    channel.send(ExportDone(out=job.out, rows=rows, operation=0, reports=()))
    return 0


def _rows(connection: sqlite3.Connection, run: int | None) -> Iterator[Sequence[Cell]]:
    """What is said of whole imports, then drug labels of every file, and the file itself where it
    brought none or something is said of it."""
    whole = {r.id: r for r in imports.runs(connection)}
    for begun in whole.values():
        if begun.remark and run in (None, begun.id):
            yield begun.at, begun.curator, "", "", "", "", "", "note", begun.remark, "", ""
    for file in imports.files(connection, run):
        begun = whole.get(file.run)
        at, by = (begun.at, begun.curator) if begun is not None else (file.at, "")
        inside = imports.labels(connection, file.run, file.path) if file.run else []
        for label in inside:
            yield (
                at, by, file.path, label.member, label.title, label.set_id, label.version,
                label.status, label.reason, label.sentences, label.tables,
            )  # fmt: skip
        if not inside:
            yield (
                at, by, file.path, "", "", "", "", file.status, file.reason, file.sentences,
                file.tables,
            )  # fmt: skip
        elif file.reason and all(label.reason != file.reason for label in inside):
            yield at, by, file.path, "", "", "", "", file.status, file.reason, "", ""
