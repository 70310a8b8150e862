"""What every test shares: no real display, no real home folder, one thread, the real labels."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# All of this must stand before Qt or torch is loaded, and child processes must inherit it.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("ADME_LABELER_LANGUAGE", "en")

# Settings, logs and recent projects of whoever runs the tests stay as they are.
_HOME = Path(tempfile.mkdtemp(prefix="adme-tests-home-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _variable, _folder in (
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_DOCUMENTS_DIR", "documents"),
):
    (_HOME / _folder).mkdir()
    os.environ[_variable] = str(_HOME / _folder)

# A busy machine must not fail a property for being slow. `--hypothesis-profile=full` tries more.
_SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
settings.register_profile("lean", max_examples=40, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("full", max_examples=1000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile("lean")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real drug labels; a test that asks for it is skipped where there is none."""
    named = os.environ.get("ADME_REAL_DATA", "")
    if not named:
        pytest.skip("real labels: ADME_REAL_DATA is not set to their folder")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"real labels: ADME_REAL_DATA names {folder}, which is no folder")
    return folder
