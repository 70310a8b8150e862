"""`adme_labeler.worker merge JOB.json`: reads an edited export and hands its rows over."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adme_labeler.exporters.rows import COLUMNS
from adme_labeler.importers import edited_table
from adme_labeler.protocol import (
    Cancelled,
    EditedDone,
    EditedRow,
    EditedRows,
    MergeJob,
    Progress,
)
from adme_labeler.worker.channel import Channel

ROWS_AT_ONCE = 500
TITLES = {column.title: column.name for column in COLUMNS}


def run(job_path: Path, channel: Channel) -> int:
    """Do the job and delete its file. Sends EditedSource, EditedRows and at last EditedDone, or
    Cancelled; returns 0. Raises ImportProblem when the file is no exported table.
    """
    try:
        job = msgspec.json.decode(job_path.read_bytes(), type=MergeJob)
        path = Path(job.path)
        channel.progress(Progress(phase=f"Reading {path.name}"))
        waiting: list[EditedRow] = []
        count = 0
        for item in edited_table.read(path, TITLES):
            if not isinstance(item, EditedRow):
                channel.send(item)
                continue
            waiting.append(item)
            count += 1
            if len(waiting) == ROWS_AT_ONCE:
                if channel.cancelled():
                    channel.send(Cancelled())
                    return 0
                channel.send(EditedRows(tuple(waiting)))
                channel.progress(Progress(phase=f"Reading {path.name}", step=count))
                waiting.clear()
        channel.send(EditedRows(tuple(waiting)))
        channel.flush_progress()
        channel.send(EditedDone(rows=count))
    finally:
        job_path.unlink(missing_ok=True)
    return 0
