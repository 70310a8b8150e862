"""An export arrives whole or not at all, and every refusal is one sentence."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler.domain.problems import ExportProblem
from adme_labeler.exporters import formats
from adme_labeler.exporters.rows import ExportRow
from adme_labeler.exporters.targets import SUFFIXES, explain, replacing
from tests.unit.exporters.samples import content, rows


@pytest.mark.parametrize("name", ["out", "out.txt", "out.xls", "out.adme", ".xlsx"])
def test_a_name_that_is_no_spreadsheet_is_refused_with_the_endings_that_are(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(ExportProblem, match=r"ends in \.xlsx, \.csv, \.tsv, \.jsonl or \.parquet"):
        formats.write(tmp_path / name, content([]))
    assert list(tmp_path.iterdir()) == []


def test_endings_may_be_in_capitals(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        assert formats.write(tmp_path / f"OUT{suffix.upper()}", content(rows(1))).rows == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportProblem, match=r"There is no folder .*nowhere"):
        formats.write(tmp_path / "nowhere" / "out.csv", content([]))


def test_a_folder_with_the_name_of_the_spreadsheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(ExportProblem, match="is a folder"):
        formats.write(tmp_path / "out.csv", content([]))


@pytest.mark.parametrize("lock", [".~lock.out.xlsx#", "~$out.xlsx"])
def test_a_spreadsheet_that_is_open_elsewhere_is_left_alone(tmp_path: Path, lock: str) -> None:
    (tmp_path / "out.xlsx").write_bytes(b"before")
    (tmp_path / lock).write_text("ann")
    with pytest.raises(ExportProblem, match="open in a spreadsheet program"):
        formats.write(tmp_path / "out.xlsx", content(rows(1)))
    assert (tmp_path / "out.xlsx").read_bytes() == b"before"


def test_parquet_without_its_library_is_refused_in_one_sentence(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.exporters.targets import check_target
try:
    check_target(Path(sys.argv[1]))
except ExportProblem as problem:
    print(problem)
"""
    root = Path(__file__).parents[3]
    # Without site packages there is no pyarrow, whatever is installed here.
    child = subprocess.run(
        [sys.executable, "-S", "-c", code, tmp_path / "out.parquet"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert child.stdout.strip() == (
        "out.parquet cannot be written: parquet needs the library pyarrow, which is not installed "
        "(pip install adme-labeler[parquet])."
    ), child.stderr


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_stood_there_before_survives_an_export_that_breaks_off(
    tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"out{suffix}"
    target.write_bytes(b"before")

    def breaks_off() -> Iterator[ExportRow]:
        yield from rows(5)
        raise RuntimeError("broken off")

    with pytest.raises(RuntimeError, match="broken off"):
        formats.write(target, content(breaks_off()))
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_export_is_readable_by_others_and_a_replaced_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    mask = os.umask(0o022)
    try:
        formats.write(tmp_path / "new.csv", content([]))
        (tmp_path / "kept.csv").touch(mode=0o640)
        formats.write(tmp_path / "kept.csv", content([]))
    finally:
        os.umask(mask)
    assert (tmp_path / "new.csv").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "kept.csv").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EACCES, "open in another program"),
        (errno.EROFS, "write-protected"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_every_refusal_of_the_file_system_names_the_file_in_one_sentence(
    tmp_path: Path, number: int, words: str
) -> None:
    with pytest.raises(ExportProblem) as caught, replacing(tmp_path / "out.csv"):
        raise OSError(number, os.strerror(number))
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert str(explain(tmp_path / "out.csv", OSError(number, "x"))) != ""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_former_spreadsheet_and_says_so(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out{suffix}"
    target.write_bytes(b"before")
    # A process that may write no file over 20 kB meets the same refusal as on a full disk.
    code = f"""
import resource, signal
from pathlib import Path
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.exporters import formats, workbook_sheets, workbook
from tests.unit.exporters.samples import content, rows
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    formats.write(Path({str(target)!r}), content(rows(3000)))
except ExportProblem as problem:
    raise SystemExit(str(problem))
"""
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert child.returncode == 1, child.stderr
    assert "disk is full" in child.stderr.splitlines()[0]
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]
