"""``make bench``: every `bench_*.py` in this folder, each in a process of its own, as one table.

A benchmark module has a function `rows()` that returns `report.Row`s. Exit code 1 when a module
fails; a missed budget is marked in the table and fails nothing, because machines differ.

    python -m tests.benchmarks.run [WORD ...]    only the modules whose names contain a WORD
    python -m tests.benchmarks.run --simulations [WORD ...]    the evidence by simulation instead:
        `sim_*.py` and `calibration_quality.py`, tables and pictures into `results/`; half an hour
        of one core; wants the real labels (ADME_REAL_DATA) and, for pictures, the extra `bench`
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.report import Row, table

_FOLDER = Path(__file__).parent
_MARK = "benchmark rows: "
_SIMULATIONS = (
    "sim_suspicious",
    "sim_conformal",
    "calibration_quality",
    "sim_queue",
    "sim_audit",
    "sim_start",
)


def main(words: list[str]) -> int:
    if words[:1] == ["--one"]:
        return _one(words[1])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # As the workers set them, before numpy or torch is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if words[:1] == ["--simulations"]:
        return _simulate(words[1:])
    names = sorted(path.stem for path in _FOLDER.glob("bench_*.py"))
    failed = []
    for name in names:
        if words and not any(word in name for word in words):
            continue
        started = time.monotonic()
        child = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.run", "--one", name],
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{name.removeprefix('bench_')} ({time.monotonic() - started:.0f} s)")
        lines = [li for li in child.stdout.splitlines() if li.startswith(_MARK)]
        if child.returncode or not lines:
            failed.append(name)
            print("  failed:", (child.stderr.strip().splitlines() or ["no rows"])[-1])
            continue
        print(table(Row(**fields) for fields in json.loads(lines[-1].removeprefix(_MARK))))
    if failed:
        print("Failed:", ", ".join(failed))
    return 1 if failed else 0


def _simulate(words: list[str]) -> int:
    failed = []
    for name in _SIMULATIONS:
        if not words or any(word in name for word in words):
            print(name)
            module = f"tests.benchmarks.{name}"
            if subprocess.run([sys.executable, "-m", module], check=False).returncode:
                failed.append(name)
    if failed:
        print("Failed:", ", ".join(failed))
    return 1 if failed else 0


def _one(name: str) -> int:
    rows: list[Row] = importlib.import_module(f"tests.benchmarks.{name}").rows()
    print(_MARK + json.dumps([asdict(row) for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
