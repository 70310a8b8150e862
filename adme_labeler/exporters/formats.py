"""One entry point for every format; the suffix of the file name chooses it."""

from __future__ import annotations

from pathlib import Path

from adme_labeler.exporters.rows import Content, Written
from adme_labeler.exporters.targets import check_target


def write(target: Path, content: Content) -> Written:
    """Write `content` to `target` in one piece.

    Raises ExportProblem for a suffix that is no format and for whatever the file system refuses;
    what stood at `target` before is then untouched.
    """
    check_target(target)
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        # openpyxl takes 0.3 s to load; the other formats do not need it.
        from adme_labeler.exporters import workbook

        return workbook.write(target, content)
    if suffix == ".jsonl":
        from adme_labeler.exporters import jsonl

        return jsonl.write(target, content)
    if suffix == ".parquet":
        from adme_labeler.exporters import parquet

        return parquet.write(target, content)
    from adme_labeler.exporters import tables

    return tables.write(target, content)
