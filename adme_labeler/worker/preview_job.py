"""`adme_labeler.worker preview JOB.json`: looks into tables before they are imported."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adme_labeler.importers.table_preview import preview, tables_among
from adme_labeler.protocol import Cancelled, PreviewDone, PreviewJob, Progress, TableLayout
from adme_labeler.worker.channel import Channel


class _Stopped(Exception):
    """Raised between two rows when the window has cancelled or gone."""


def run(job_path: Path, channel: Channel) -> int:
    """Do the job and delete its file. Sends a TablePreviewed per table and at last PreviewDone, or
    Cancelled; returns 0.
    """
    try:
        job = msgspec.json.decode(job_path.read_bytes(), type=PreviewJob)
    finally:
        job_path.unlink(missing_ok=True)
    tables = tables_among(Path(path) for path in job.paths)
    try:
        for done, path in enumerate(tables):
            channel.progress(Progress(phase=f"Reading {path.name}", step=done, total=len(tables)))
            layout = job.layouts.get(str(path), TableLayout())
            channel.send(preview(path, layout, lambda rows, p=path: _pulse(channel, p, rows)))
    except _Stopped:
        channel.send(Cancelled())
        return 0
    channel.flush_progress()
    channel.send(PreviewDone(tables=len(tables)))
    return 0


def _pulse(channel: Channel, path: Path, rows: int) -> None:
    if channel.cancelled():
        raise _Stopped
    channel.progress(Progress(phase=f"Reading {path.name}: {rows:,} rows"))
