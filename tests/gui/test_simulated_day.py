"""A third of a working day on real drug labels, in a process of its own.

`python -m tests.benchmarks.day_window` is the whole one, of five thousand decisions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.day_window import WARM
from tests.encoders import make_tiny_encoder

DECISIONS = 1700
GROWTH = 1.10
MOST_MS = 100
SLOWER = {"type a search": 250, "queue": 200, "list view": 200, "open search": 200}
"""These search, sort or draw something new; a search is typed letter by letter."""


@pytest.mark.full
@pytest.mark.real_data
def test_a_day_of_work_neither_grows_nor_stumbles_nor_warns(real_data: Path, tmp_path: Path):
    encoder = make_tiny_encoder(tmp_path / "encoder")
    openfda = real_data / "openfda" / "drug-label-0001-of-0001.json.zip"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.day_window"),
            *map(str, (tmp_path, encoder, DECISIONS, real_data / "spl", openfda)),
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    line = next(li for li in done.stdout.splitlines() if li.startswith("day: "))
    day = json.loads(line.removeprefix("day: "))
    assert day["sentences"] > 8000
    assert day["decided"] >= DECISIONS
    assert day["versions"] == 2
    assert day["faults"] == [] and day["warnings"] == []
    warm = next(used for decided, used in day["memory"] if decided >= WARM)
    assert day["memory"][-1][1] <= warm * GROWTH, day["memory"]
    # What the window's own thread worked: other processes on the machine must not fail a key.
    slow = [(what, own) for what, _, own in day["keys"] if own > SLOWER.get(what, MOST_MS)]
    assert slow == []
