from __future__ import annotations

import subprocess
import sys
import time


def test_a_worker_whose_window_dies_while_it_loads_its_libraries_goes_at_once(tmp_path):
    worker = subprocess.Popen(
        [sys.executable, "-m", "adme_labeler.worker", "serve", str(tmp_path), str(tmp_path / "f")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert worker.stdin is not None and worker.stdout is not None
    assert b'"hello"' in worker.stdout.readline()
    started = time.monotonic()
    worker.stdin.close()
    assert worker.wait(timeout=30) == 0
    rest = worker.stdout.read()
    worker.stdout.close()
    assert b"failed" not in rest, f"it went on for {time.monotonic() - started:.1f} s"
