"""The program starts itself again: from source by module, frozen by its own flags."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from adme_labeler import starting


def test_from_source_a_part_is_a_module_that_exists() -> None:
    for part, module in starting.PARTS.items():
        assert starting.command(part, "a b") == [sys.executable, "-m", module, "a b"]
        assert importlib.util.find_spec(module) is not None


def test_frozen_a_part_is_a_flag_of_the_same_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for part in starting.PARTS:
        program, *words = starting.command(part, "a b")
        assert program == sys.executable
        assert words == [f"--{part}", "a b"]
        assert starting.asked_for(words) == part


def test_frozen_on_windows_workers_are_the_program_with_standard_streams(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "adme-labeler-cli.exe").touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "adme-labeler.exe"))
    assert starting.command("worker")[0] == str(tmp_path / "adme-labeler-cli.exe")


@pytest.mark.parametrize("words", [[], ["--version"], ["import", "--worker"], ["my.adme"]])
def test_what_a_person_types_is_no_part(words: list[str]) -> None:
    assert starting.asked_for(words) == ""


def test_the_command_line_becomes_the_part_that_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adme_labeler.cli", "--display", "probe"], capture_output=True
    )
    assert done.returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "adme_labeler.cli", "--screenshots"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "PROJECT FOLDER" in done.stderr
