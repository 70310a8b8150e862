"""Where an export goes: which file names it takes, and how it gets there in one piece."""

from __future__ import annotations

import errno
import importlib.util
import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from adme_labeler.domain.problems import ExportProblem
from adme_labeler.language import tr

SUFFIXES = (".xlsx", ".csv", ".tsv", ".jsonl", ".parquet")
NEEDS_PYARROW = "pip install adme-labeler[parquet]"

_NO_ROOM = frozenset(
    {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)},
)
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})


def check_target(target: Path) -> None:
    """Raises ExportProblem when nothing can be written to `target`, in one sentence."""
    if target.suffix.lower() not in SUFFIXES:
        ending = f'"{target.suffix}"' if target.suffix else tr("no ending")
        raise ExportProblem(
            tr(
                "{file} has {ending}: the name of an export ends in {endings} or {last}.",
                file=target.name,
                ending=ending,
                endings=", ".join(SUFFIXES[:-1]),
                last=SUFFIXES[-1],
            )
        )
    if target.suffix.lower() == ".parquet" and not parquet_is_here():
        if not parquet_can_be_added():
            raise ExportProblem(
                tr(
                    "{file} cannot be written: the packaged program comes without parquet; "
                    "JSON lines hold the same.",
                    file=target.name,
                )
            )
        raise ExportProblem(
            tr(
                "{file} cannot be written: parquet needs the library pyarrow, which is not "
                "installed ({command}).",
                file=target.name,
                command=NEEDS_PYARROW,
            )
        )
    if target.is_dir():
        raise ExportProblem(
            tr("{path} is a folder; give the spreadsheet another name.", path=target)
        )
    if not target.parent.is_dir():
        raise ExportProblem(
            tr("There is no folder {folder}; choose another one or make it.", folder=target.parent)
        )
    lock = _lock_of_another_program(target)
    if lock is not None:
        raise ExportProblem(
            tr(
                "{file} is open in a spreadsheet program; close it there and export again "
                "(if it is not, delete the left-over file {lock}).",
                file=target.name,
                lock=lock.name,
            )
        )


def parquet_is_here() -> bool:
    """Whether the optional library for parquet is installed; does not load it."""
    return importlib.util.find_spec("pyarrow") is not None


def parquet_can_be_added() -> bool:
    """Whether pip can install that library: a packaged program takes none."""
    return not getattr(sys, "frozen", False)


@contextmanager
def replacing(target: Path) -> Generator[Path]:
    """A temporary path beside `target`, which takes its place at the end or leaves no trace.

    What stood at `target` before stays whole until the new file is on the disk. Raises
    ExportProblem for whatever the file system refuses.
    """
    check_target(target)
    draft: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=".part", dir=target.parent
        )
        draft = Path(name)
        os.close(descriptor)
        yield draft
        draft.chmod(_mode_for(target))
        _to_disk(draft)
        draft.replace(target)
        draft = None
        _folder_to_disk(target.parent)
    except OSError as error:
        raise explain(target, error) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def explain(target: Path, error: OSError) -> ExportProblem:
    """What a refusal of the file system means for this spreadsheet."""
    if error.errno in _NO_ROOM:
        return ExportProblem(
            tr(
                "The disk is full: {file} was not written. Free some space and export again.",
                file=target.name,
            )
        )
    if error.errno in _NOT_ALLOWED:
        return ExportProblem(
            tr(
                "{file} cannot be written: it is open in another program, or it or the "
                "folder {folder} is write-protected.",
                file=target.name,
                folder=target.parent,
            )
        )
    if error.errno == errno.EROFS:
        return ExportProblem(
            tr("The folder {folder} is write-protected; choose another one.", folder=target.parent)
        )
    return ExportProblem(
        tr("{file} cannot be written: {reason}.", file=target.name, reason=error.strerror or error)
    )


def _lock_of_another_program(target: Path) -> Path | None:
    """The lock file that LibreOffice (.~lock.NAME#) or Excel (~$NAME) keeps beside an open one."""
    for name in (f".~lock.{target.name}#", f"~${target.name}"):
        lock = target.with_name(name)
        if lock.exists():
            return lock
    return None


def _mode_for(target: Path) -> int:
    """The mode of the file that is replaced, else what a new file gets (mkstemp gives 0600)."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _folder_to_disk(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
