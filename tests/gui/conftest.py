"""Every window test runs without a display, in the light theme, and fails on a Qt warning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from adme_labeler.gui import theme
from adme_labeler.gui.preferences import Preferences


@pytest.fixture(autouse=True)
def _dressed(qapp, qtlog) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    said = [r.message for r in qtlog.records if "This plugin does not support" not in r.message]
    assert not said, f"Qt complained: {said}"


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    from PySide6.QtCore import QSettings

    return Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
