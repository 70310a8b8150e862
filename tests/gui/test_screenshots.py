"""Every state as a picture in ADME_SCREENSHOTS (or a temporary folder), to be looked at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gallery import PICTURES
from PySide6.QtGui import QImage

GALLERY = Path(__file__).with_name("gallery.py")


def draw(folder: Path, scale: int, *themes: str) -> None:
    done = subprocess.run(
        [sys.executable, str(GALLERY), str(folder), *themes],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": str(scale),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        },
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = [
        line
        for line in done.stderr.splitlines()
        if line.strip() and "propagateSizeHints" not in line
    ]
    assert said == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    named = os.environ.get("ADME_SCREENSHOTS", "")
    return Path(named) if named else tmp_path


def colours(image: QImage) -> int:
    small = image.scaled(160, 100)
    return len({small.pixel(x, y) for x in range(0, 160, 2) for y in range(0, 100, 2)})


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_every_state_is_drawn_in_every_theme(folder, name):
    draw(folder, 1, name)
    for picture in PICTURES:
        image = QImage(str(folder / f"{picture}-{name}.png"))
        assert not image.isNull(), picture
        assert colours(image) > 12, f"{picture} is nearly empty"


def test_pictures_are_sharp_at_twice_the_size(folder, tmp_path):
    draw(folder / "200", 2, "light")
    image = QImage(str(folder / "200" / "work-light.png"))
    assert (image.width(), image.height()) == (2880, 1740)


def test_the_window_draws_itself_on_a_project_for_the_demo(tmp_path):
    from samples import make_project

    make_project(tmp_path / "p.adme").close()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "adme_labeler.gui.screenshots",
            tmp_path / "p.adme",
            tmp_path / "out",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == [".png"] * 5
