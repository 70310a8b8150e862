"""Leaving while heavy modules are still being imported beside the window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LEAVES = """
import time
from pathlib import Path
from adme_labeler.gui.preloading import Preload
modules = Preload("slow_one", "slow_two")
modules.ready()
while not Path("slow_one.begun").exists():
    time.sleep(0.01)
assert not modules.ready()
modules.leave()
"""
SLOW = """
import time
from pathlib import Path
Path(f"{__name__}.begun").touch()
time.sleep(0.4)
Path(f"{__name__}.whole").touch()
"""


def test_the_process_ends_after_the_module_that_is_being_imported(tmp_path: Path):
    for name in ("slow_one", "slow_two"):
        (tmp_path / f"{name}.py").write_text(SLOW, "utf-8")
    found = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ended = subprocess.run(
        [sys.executable, "-c", LEAVES],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "slow_one.whole").exists(), "cut off in the middle"
    assert not (tmp_path / "slow_two.begun").exists()
