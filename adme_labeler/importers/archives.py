"""Zip archives: DailyMed labels, DailyMed bulk files (zips of zips) and openFDA `.json.zip`.

Members are read as streams, one at a time, never by their names on disk; what a member may
become is limited, so that a zip bomb ends in a sentence instead of a full memory.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, cast

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import tr

LARGEST_MEMBER = 4 * 1024**3
"""Bytes a member may unpack to (bulk JSON is streamed); documents have limits of their own."""
LARGEST_INNER_ZIP = 512 * 1024**2
STEEPEST = 200
"""Unpacked to packed size above which a member larger than 50 MB is taken for a bomb."""
MOST_MEMBERS = 200_000
DEEPEST = 3

_SUSPICIOUS = 50 * 1024**2
_IN_MEMORY = 16 * 1024**2
_IGNORED = (
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".css",
    ".xsl",
    ".svg",
)
_LABEL_DATA = (".xml", ".json", ".zip")


@dataclass(frozen=True)
class Member:
    """A readable member: `name` tells the way to it, `stream` is open until the next one."""

    name: str
    stream: ByteStream
    place: tuple[int, ...] = ()
    """See `importers.cursor`."""


@dataclass(frozen=True)
class Refused:
    """A member that cannot be read, and the sentence why."""

    name: str
    reason: str
    place: tuple[int, ...] = ()


def members(
    stream: ByteStream,
    source: str,
    behind: Callable[[tuple[int, ...]], bool] = lambda place: False,
    pulse: Callable[[], None] = lambda: None,
    above: tuple[int, ...] = (),
) -> Iterator[Member | Refused]:
    """Documents in a zip, those of zips inside it included; images and style sheets are left out.

    Those whose place is `behind` are passed over. `pulse` is called while a zip inside is copied;
    `above` is the place of this zip. Raises ImportProblem when the archive itself cannot be read.
    """
    try:
        archive = zipfile.ZipFile(cast(IO[bytes], stream))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ImportProblem(tr("{file} is no complete zip archive.", file=source)) from error
    with archive:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        if len(entries) > MOST_MEMBERS:
            raise ImportProblem(
                tr(
                    "{file} holds more than {most:,} files.",
                    file=source,
                    most=MOST_MEMBERS,
                )
            )
        # Beside a label's XML a PDF is the same label in print.
        printed = any(e.filename.casefold().endswith(_LABEL_DATA) for e in entries)
        for number, entry in enumerate(entries):
            place = (*above, number)
            copy = printed and entry.filename.casefold().endswith(".pdf")
            if not copy and not _ignored(entry.filename) and not behind(place):
                yield from _member(archive, entry, source, behind, pulse, place)


def _member(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    source: str,
    behind: Callable[[tuple[int, ...]], bool],
    pulse: Callable[[], None],
    place: tuple[int, ...],
) -> Iterator[Member | Refused]:
    name = f"{source}/{PurePosixPath(entry.filename).name}"
    refusal = _refusal(entry, name, len(place))
    if refusal:
        yield Refused(name, refusal, place)
        return
    try:
        with archive.open(entry) as opened:
            limited = _Limited(opened, name, entry)
            if not entry.filename.casefold().endswith(".zip"):
                yield Member(name, limited, place)
                return
            with tempfile.SpooledTemporaryFile(_IN_MEMORY) as inner:
                while chunk := limited.read(1 << 20):
                    pulse()
                    inner.write(chunk)
                    if inner.tell() > LARGEST_INNER_ZIP:
                        raise ImportProblem(
                            tr("{name} is too large for a zip inside a zip.", name=name)
                        )
                inner.seek(0)
                yield from members(inner, name, behind, pulse, place)
    except ImportProblem as problem:
        yield Refused(name, str(problem), place)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        yield Refused(name, tr("{name} is damaged in the archive.", name=name), place)


def _refusal(entry: zipfile.ZipInfo, name: str, depth: int) -> str:
    if entry.flag_bits & 1:
        return tr("{name} is protected by a password; unpack it first.", name=name)
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return tr("{name} has a path that leads out of the archive, so it was not read.", name=name)
    if entry.file_size > LARGEST_MEMBER:
        return tr(
            "{name} would unpack to more than {size} GB, so it was not read.",
            name=name,
            size=LARGEST_MEMBER >> 30,
        )
    if entry.file_size > _SUSPICIOUS and entry.file_size > STEEPEST * max(entry.compress_size, 1):
        return tr(
            "{name} would unpack to {times:,} times its size, which drug labels "
            "never do, so it was not read.",
            name=name,
            times=entry.file_size // max(entry.compress_size, 1),
        )
    if entry.filename.casefold().endswith(".zip") and depth >= DEEPEST:
        return tr("{name} is a zip inside a zip inside a zip, so it was not read.", name=name)
    return ""


def _ignored(filename: str) -> bool:
    name = PurePosixPath(filename.replace("\\", "/")).name.casefold()
    return name.endswith(_IGNORED) or name.startswith(".") or "__macosx" in filename.casefold()


class _Limited:
    """A member's stream that stops where the sizes in the directory turn out to be lies."""

    def __init__(self, stream: ByteStream, name: str, entry: zipfile.ZipInfo) -> None:
        self._stream = stream
        self._name = name
        self._packed = max(entry.compress_size, 1)
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        try:
            data = self._stream.read(min(size, 1 << 24) if size >= 0 else 1 << 24)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise ImportProblem(tr("{name} is damaged in the archive.", name=self._name)) from error
        self._size += len(data)
        if self._size > LARGEST_MEMBER or (
            self._size > _SUSPICIOUS and self._size > STEEPEST * self._packed
        ):
            raise ImportProblem(tr("{name} unpacks to far more than it should.", name=self._name))
        return data
