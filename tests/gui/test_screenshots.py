"""Every state as a picture in ADME_SCREENSHOTS (or a temporary folder), to be looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gallery import PICTURES
from PySide6.QtGui import QImage

GALLERY = Path(__file__).with_name("gallery.py")


SCREEN = {
    "name": "wide", "x": 0, "y": 0, "width": 3840, "height": 2160,
    "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1,
}  # fmt: skip
"""Room for every picture at twice the size; the usual one of this platform is 800x800."""


def draw(folder: Path, scale: int, *themes: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    screen = folder / "screen.json"
    screen.write_text(json.dumps({"screens": [SCREEN]}), "utf-8")
    done = subprocess.run(
        [sys.executable, str(GALLERY), str(folder), *themes],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("light"),
        pytest.param("dark", marks=pytest.mark.full),
        pytest.param("contrast", marks=pytest.mark.full),
    ],
)
def test_every_state_is_drawn_sharp_at_twice_the_size(folder, name):
    draw(folder / "200", 2, name)
    for picture in PICTURES:
        image = QImage(str(folder / "200" / f"{picture}-{name}.png"))
        assert image.devicePixelRatio() == 2 or image.width() > 600, picture
        assert colours(image) > 12, f"{picture} is nearly empty"
    image = QImage(str(folder / "200" / f"work-{name}.png"))
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
