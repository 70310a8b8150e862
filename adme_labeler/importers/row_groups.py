"""Rows of a table put together by the drug label they belong to, wherever they stand in the file.

A million rows do not fit into the memory we allow ourselves, so they wait in a temporary file; in
memory stay their places in it.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator

import msgspec

_IN_MEMORY = 16 * 1024**2


class Row(msgspec.Struct, array_like=True, gc=False):
    """One row as text by field; fields without a column are "". `number` counts from 1."""

    number: int
    text: str
    category: str = ""
    also: str = ""
    note: str = ""
    drug: str = ""
    drug_group: str = ""
    set_id: str = ""
    section: str = ""
    heading: str = ""
    uid: str = ""


class RowGroups:
    """Takes rows in the order of the file, gives them back group by group, in their order."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (see `close`)
        self._places: dict[tuple[str, str], array[int]] = {}
        self._end = 0
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Row)

    def add(self, key: tuple[str, str], row: Row) -> None:
        data = self._encoder.encode(row)
        self._file.write(data)
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = array("Q")
        places.extend((self._end, len(data)))
        self._end += len(data)

    def __len__(self) -> int:
        return len(self._places)

    def groups(self, most: int) -> Iterator[tuple[tuple[str, str], int, list[Row]]]:
        """(key, number of rows in the group before these, rows), at most `most` rows at once."""
        for key, places in self._places.items():
            count = len(places) // 2
            for start in range(0, count, most):
                yield (
                    key,
                    start,
                    [self._at(places, n) for n in range(start, min(start + most, count))],
                )

    def size(self, key: tuple[str, str]) -> int:
        return len(self._places[key]) // 2

    def close(self) -> None:
        self._file.close()

    def _at(self, places: array[int], number: int) -> Row:
        self._file.seek(places[2 * number])
        return self._decoder.decode(self._file.read(places[2 * number + 1]))
