"""``make bench``: every table and picture of `results/`, in three parts.

    python -m tests.benchmarks.run [--only speed|simulations|tables] [WORD ...]

`speed`: every `bench_*.py` in this folder, minutes. A module has a function `rows()` that returns
`report.Row`s, and runs in a process of its own; a missed budget is marked in the table and fails
nothing, because machines differ. `simulations`: `sim_*.py` and `calibration_quality.py`, half an
hour of one core and more. `tables`: the presets on the gold sentences and on the two-stage paper's
public data, most of a day of one core; a training that stands in build/benchmarks is not repeated,
so they may be stopped and started again. Simulations and tables want the real labels, in the folder
that ADME_REAL_DATA names, and the extra `bench` for pictures.

With words only the modules whose names contain one of them. Exit code 1 when a module fails.
`make bench ONLY=speed` names the part, WORDS="import list" the words.
"""

from __future__ import annotations

import argparse
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
_PARTS = ("speed", "simulations", "tables")
_SIMULATIONS = (
    "sim_suspicious",
    "sim_conformal",
    "calibration_quality",
    "sim_queue",
    "sim_audit",
    "sim_start",
)


_TABLES = (
    ("ml_quality", "all presets on the gold sentences, twelve hours and more of one core"),
    ("table_gold", "the tables and the picture of these, a minute"),
    ("paper_runs", "presets on reduced SST-2 and 20 Newsgroups, one to two hours of one core"),
    ("table_paper", "the tables of these, a minute"),
)


def main(words: list[str]) -> int:
    if words[:1] == ["--one"]:
        return _one(words[1])
    if words[:1] == ["--simulations"]:
        words = ["--only", "simulations", *words[1:]]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=_PARTS)
    parser.add_argument("words", nargs="*", metavar="WORD")
    chosen = parser.parse_args(words)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # As the workers set them, before numpy or torch is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    failed: list[str] = []
    for part, run in zip(_PARTS, (_speed, _simulations, _tables), strict=True):
        if chosen.only in (None, part):
            failed += run(chosen.words)
    if failed:
        print("Failed:", ", ".join(failed))
    return 1 if failed else 0


def _speed(words: list[str]) -> list[str]:
    failed: list[str] = []
    for name in sorted(path.stem for path in _FOLDER.glob("bench_*.py")):
        if not _asked(name, words):
            continue
        started = time.monotonic()
        child = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.run", "--one", name],
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{name.removeprefix('bench_')} ({time.monotonic() - started:.0f} s)", flush=True)
        lines = [li for li in child.stdout.splitlines() if li.startswith(_MARK)]
        if child.returncode or not lines:
            failed.append(name)
            print("  failed:", (child.stderr.strip().splitlines() or ["no rows"])[-1])
            continue
        print(table(Row(**fields) for fields in json.loads(lines[-1].removeprefix(_MARK))))
    return failed


def _simulations(words: list[str]) -> list[str]:
    wanted = [(name, "minutes of one core") for name in _SIMULATIONS if _asked(name, words)]
    return _with_real_data(wanted)


def _tables(words: list[str]) -> list[str]:
    return _with_real_data([item for item in _TABLES if _asked(item[0], words)])


def _with_real_data(modules: list[tuple[str, str]]) -> list[str]:
    """Run modules (name, what it takes) one by one; skipped with a sentence without the labels."""
    if modules and not os.environ.get("ADME_REAL_DATA"):
        names = ", ".join(name for name, _ in modules)
        print(f"Skipped, because ADME_REAL_DATA names no folder of real labels: {names}.")
        return []
    failed: list[str] = []
    for name, takes in modules:
        print(f"{name}: {takes}", flush=True)
        child = subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False)
        if child.returncode:
            failed.append(name)
    return failed


def _asked(name: str, words: list[str]) -> bool:
    return not words or any(word in name for word in words)


def _one(name: str) -> int:
    rows: list[Row] = importlib.import_module(f"tests.benchmarks.{name}").rows()
    print(_MARK + json.dumps([asdict(row) for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
