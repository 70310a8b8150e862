"""Tables of results: a first line on when and with what, then comma-separated lines."""

from __future__ import annotations

import csv
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("torch", "transformers", "scikit-learn", "numpy", "scipy")


def write(
    path: Path, header: Sequence[str], lines: Iterable[Sequence[object]], said: str, day: str = ""
) -> Path:
    """Write a table; `said` is what its first line tells before date, machine and versions."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([f"# {said} {circumstances(day)}"])
        table.writerow(header)
        table.writerows([_plain(value) for value in line] for line in lines)
    return path


def circumstances(day: str = "") -> str:
    """Date (`day`, or today), processor and versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{day or f'{datetime.now(UTC):%Y-%m-%d}'}; {processor()}; "
        f"Python {platform.python_version()}; {packages}"
    )


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    if not names:
        return platform.processor() or platform.machine()
    return f"{names[0]}, {len(names)} cores"


def _plain(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float | np.floating) else value
