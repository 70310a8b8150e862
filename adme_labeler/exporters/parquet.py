"""Parquet, for notebooks: a row a sentence, with the fields and types of JSON lines.

Needs pyarrow, an optional extra. `targets.check_target` says so in one sentence where it is not
installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from adme_labeler.exporters.rows import FIELDS, Content, ExportRow, Written
from adme_labeler.exporters.targets import replacing

_AT_ONCE = 20_000
"""Rows of a row group: what is held in memory."""


def write(target: Path, content: Content) -> Written:
    """Raises ExportProblem when the file cannot be written."""
    with replacing(target) as draft:
        import pyarrow
        import pyarrow.parquet

        schema = _schema(pyarrow)
        count = 0
        with pyarrow.parquet.ParquetWriter(draft, schema, compression="zstd") as writer:
            for rows in _groups(content.rows):
                columns = {name: _values(rows, field) for field, name in FIELDS}
                writer.write_table(pyarrow.table(columns, schema))
                count += len(rows)
    return Written(count, ())


def _schema(pyarrow: Any) -> Any:
    texts = pyarrow.string()
    types: dict[str, Any] = {
        "paragraph": pyarrow.int32(),
        "sentence": pyarrow.int32(),
        "label_version": pyarrow.int32(),
        "probability": pyarrow.float64(),
        "shown_probability": pyarrow.float64(),
        "flagged": pyarrow.bool_(),
        "blind": pyarrow.bool_(),
        "held_out": pyarrow.bool_(),
        "also": pyarrow.list_(texts),
    }
    return pyarrow.schema([(name, types.get(field, texts)) for field, name in FIELDS])


def _groups(rows: Iterable[ExportRow]) -> Iterator[Sequence[ExportRow]]:
    waiting = iter(rows)
    while group := list(islice(waiting, _AT_ONCE)):
        yield group


def _values(rows: Sequence[ExportRow], field: str) -> list[Any]:
    return [_whole(getattr(row, field)) for row in rows]


def _whole(value: Any) -> Any:
    """Half a surrogate pair, which a damaged file can hold, is no text to arrow."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return value
