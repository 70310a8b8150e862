"""Sentence features on disk: each text is encoded once per encoder, however often it comes back.

One folder per encoder, masking rule, heading use and pooling. `vectors` holds rows of floats,
`index` the 16-byte text key of each row; both only grow. Rows are written before their keys, so
after a kill there may be rows without a key, never keys without a row. One process writes; a
second one works from its own temporary file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

import msgspec
import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.sentence_text import normalized
from adme_labeler.language import tr
from adme_labeler.ml.checkpoint import write_bytes

Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]

KEY_BYTES = 16


class FeatureKind(msgspec.Struct, frozen=True, kw_only=True):
    """What makes two features comparable; any other value means another folder."""

    encoder: str
    masking_rule: int
    heading: bool
    pooling: str
    size: int
    dtype: str = "float16"

    @property
    def name(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:24]


class FeatureStore:
    """Rows of features (size,), found by text key. Memory: the keys, not the rows."""

    def __init__(self, root: Path, kind: FeatureKind) -> None:
        self.kind = kind
        self._type = np.dtype(kind.dtype)
        self._row_bytes = kind.size * self._type.itemsize
        self._own: tempfile.TemporaryDirectory[str] | None = None
        folder = root / kind.name
        self._lock: FileLock | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "lock")
            self._lock.acquire(timeout=0)
            write_bytes(folder / "kind.json", msgspec.json.encode(kind))
        except (OSError, Timeout, TrainingProblem):
            # In use by another process, or on a disk that cannot be written: still suggest.
            self._lock = None
            self._own = tempfile.TemporaryDirectory(prefix="adme-features-")
            folder = Path(self._own.name)
        self._rows: dict[bytes, int] = {}
        self._vectors, self._index = self._open(folder)
        self._map: NDArray[np.floating] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, key: bytes) -> int:
        """Row of a text key, -1 when it has none."""
        return self._rows.get(key, -1)

    def append(self, keys: Sequence[bytes], features: Floats32) -> list[int]:
        """Write features (n, size); returns their rows. Raises TrainingProblem on a full disk."""
        start = len(self._rows)
        try:
            _write_all(self._vectors, np.ascontiguousarray(features, dtype=self._type).tobytes())
            _write_all(self._index, b"".join(keys))
        except OSError as error:
            # Half a row would shift all later ones.
            os.truncate(self._vectors.name, start * self._row_bytes)
            os.truncate(self._index.name, start * KEY_BYTES)
            raise TrainingProblem(
                tr("Sentence features cannot be written: {reason}.", reason=error.strerror or error)
            ) from error
        rows = list(range(start, start + len(keys)))
        self._rows.update(zip(keys, rows, strict=True))
        return rows

    def read(self, rows: Ints) -> Floats32:
        """Features (n, size) of rows, read through the memory map."""
        if not len(rows):
            return np.zeros((0, self.kind.size), dtype=np.float32)
        if self._map is None or int(rows.max()) >= len(self._map):
            self._map = np.memmap(
                self._vectors.name,
                dtype=self._type,
                mode="r",
                shape=(len(self._rows), self.kind.size),
            )
        return np.asarray(self._map[rows], dtype=np.float32)

    def close(self) -> None:
        """Flush to disk and let another process write."""
        self._map = None
        for file in (self._vectors, self._index):
            with contextlib.suppress(OSError):
                os.fsync(file.fileno())
            file.close()
        if self._lock is not None:
            self._lock.release()
        if self._own is not None:
            self._own.cleanup()

    def _open(self, folder: Path) -> tuple[FileIO, FileIO]:
        vectors, index = folder / "vectors", folder / "index"
        vectors.touch()
        index.touch()
        keys = index.read_bytes()
        whole = min(len(keys) // KEY_BYTES, vectors.stat().st_size // self._row_bytes)
        for number in range(whole):
            key = keys[number * KEY_BYTES : (number + 1) * KEY_BYTES]
            if key in self._rows:  # written twice by a damaged run: the rest cannot be trusted
                whole = number
                break
            self._rows[key] = number
        os.truncate(vectors, whole * self._row_bytes)
        os.truncate(index, whole * KEY_BYTES)
        return vectors.open("ab", buffering=0), index.open("ab", buffering=0)


def _write_all(file: FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def text_key(text: str, heading: str = "") -> bytes:
    """16 bytes that are equal for texts (and headings) that differ only in blanks or case."""
    key = f"{normalized(text)}\x1f{normalized(heading)}"
    return hashlib.blake2b(key.encode(), digest_size=KEY_BYTES).digest()
