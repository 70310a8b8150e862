"""Comma- and tab-separated tables: a header of field names, then a row a sentence.

csv begins with a byte order mark, because Excel reads UTF-8 only with it; tsv does not, because it
is for programs. Quoting follows RFC 4180: in csv where needed, in tsv everywhere, so that a reader
can tell from the first character that quotes are quotes. See `domain.cell_text` for text that looks
like a formula.
"""

from __future__ import annotations

import csv
from pathlib import Path

from adme_labeler.domain.cell_text import escape
from adme_labeler.exporters.rows import COLUMNS, Content, Value, Written
from adme_labeler.exporters.targets import replacing
from adme_labeler.language import trn


def write(target: Path, content: Content) -> Written:
    """Raises ExportProblem when the file cannot be written."""
    tabs = target.suffix.lower() == ".tsv"
    count = 0
    escaped = 0
    with replacing(target) as draft:
        encoding = "utf-8" if tabs else "utf-8-sig"
        with draft.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(
                file,
                delimiter="\t" if tabs else ",",
                quoting=csv.QUOTE_ALL if tabs else csv.QUOTE_MINIMAL,
                lineterminator="\r\n",
            )
            writer.writerow([column.name for column in COLUMNS])
            for row in content.rows:
                values = [column.value(row) for column in COLUMNS]
                cells = [_cell(value) for value in values]
                escaped += any(
                    isinstance(value, str) and cell != value
                    for cell, value in zip(cells, values, strict=True)
                )
                writer.writerow(cells)
                count += 1
    reports: list[str] = []
    if escaped:
        reports.append(
            trn(
                "{count:,} row holds text that a spreadsheet program would take for a formula; it "
                "begins with an apostrophe in this file.",
                "{count:,} rows hold text that a spreadsheet program would take for a formula; it "
                "begins with an apostrophe in this file.",
                escaped,
            )
        )
    return Written(count, tuple(reports))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, float):
        return f"{value:.4f}"
    return str(value)
