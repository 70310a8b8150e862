"""Nothing is clipped, covered or off the screen, whatever the window's size and the text's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from layouts import faults, settle
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget
from samples import make_project
from windows import keys, put_away

from adme_labeler.gui.main_window import MainWindow
from adme_labeler.services.session import Session

LAYOUTS = Path(__file__).with_name("layouts.py")


def looked_at(folder: Path, scale: float, *words: str) -> str:
    """What layouts.py finds on a screen of 1280x720 with this device scale."""
    screen = {"name": "small", "x": 0, "y": 0, "width": 1280, "height": 720}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    if scale != 1:  # Qt's own factor is laid over it
        screen |= {"width": round(1280 * scale), "height": round(720 * scale)}
    settings = folder / "screen.json"
    settings.write_text(json.dumps({"screens": [screen]}), "utf-8")
    done = subprocess.run(
        [sys.executable, str(LAYOUTS), *words],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": f"offscreen:configfile={settings}",
            "QT_SCALE_FACTOR": str(scale),
            "PYTHONPATH": str(LAYOUTS.parents[2]),
        },
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_the_work_view_fits_every_window_text_and_device_scale(tmp_path, scale):
    assert looked_at(tmp_path, scale) == ""


@pytest.mark.full
@pytest.mark.parametrize("scale", [1, 2])
def test_every_dialog_fits_a_small_screen(tmp_path, scale):
    assert looked_at(tmp_path, scale, "dialogs") == ""


def test_what_is_clipped_covered_or_cut_off_is_found(qtbot):
    box = QWidget()
    qtbot.addWidget(box)
    row = QHBoxLayout(box)
    label, button, over = QLabel("a long text " * 5), QPushButton("Do it"), QLabel("over")
    for widget in (label, button):
        row.addWidget(widget)
    box.resize(900, 60)
    box.show()
    settle(box)
    assert faults(box) == []
    label.setFixedWidth(40)
    assert any("needs" in fault for fault in faults(box))
    label.setFixedWidth(600)
    settle(box)
    row.addWidget(over)
    settle(box)
    over.move(button.pos())
    assert any("over each other" in fault for fault in faults(box))
    over.move(QPoint(890, 10))
    assert any("leaves" in fault for fault in faults(box))


def test_a_window_left_on_a_screen_that_is_gone_comes_back_where_it_can_be_seen(
    window, qtbot, preferences
):
    screen = QGuiApplication.primaryScreen().availableGeometry()
    window.setGeometry(QRect(screen.right() + 4000, 60, 1100, 700))
    preferences.set_layout("window", window.saveGeometry())
    again = MainWindow(preferences)
    with qtbot.waitExposed(again):
        again.show()
    seen = again.frameGeometry().intersected(screen)
    assert seen.width() >= min(600, screen.width() // 2) and seen.height() >= 400
    assert again.geometry().top() >= screen.top()
    put_away(again, qtbot)


def closed_and_opened_again(window: MainWindow, qtbot, project: Path) -> MainWindow:
    window.close()
    qtbot.waitUntil(lambda: window.project is None, timeout=30_000)
    again = MainWindow(window.preferences)
    again.show_session(Session.open(project, "curator"), jobs=False)
    again.show()
    settle(again)
    return again


def test_f9_gives_the_text_the_whole_width_and_that_stays(window, qtbot, tmp_path):
    make_project(tmp_path / "p.adme").close()
    assert window.open_path(tmp_path / "p.adme")
    window.resize(1040, 690)
    settle(window)
    work = window.project.work
    sizes, narrow = work.splitter.sizes(), work.bar.width()
    keys(window, Qt.Key.Key_F9)
    settle(window)
    assert not work.labels.isVisible() and not work.recall.isVisible()
    assert work.bar.width() == window.width() > narrow
    assert not window.actions_["panels"].isChecked()
    again = closed_and_opened_again(window, qtbot, tmp_path / "p.adme")
    work = again.project.work
    assert work.bar.width() == again.width()
    keys(again, Qt.Key.Key_F9)
    settle(again)
    assert work.labels.isVisible() and work.recall.isVisible()
    assert work.splitter.sizes() == sizes and again.actions_["panels"].isChecked()
    put_away(again, qtbot)


def test_sizes_place_queue_and_view_are_as_they_were_left(window, qtbot, tmp_path):
    make_project(tmp_path / "p.adme").close()
    assert window.open_path(tmp_path / "p.adme")
    project = window.project
    window.resize(1040, 690)  # the screen of the tests is no larger
    project.work.splitter.setSizes([200, 510, 330])
    window.run("queue-rare")
    window.run("next")
    window.run("view-list")
    sizes, sentence = project.work.splitter.sizes(), project.desk.focus
    again = closed_and_opened_again(window, qtbot, tmp_path / "p.adme")
    reopened = again.project
    assert again.size() == QSize(1040, 690)
    assert reopened.work.splitter.sizes() == sizes
    assert (reopened.desk.kind.value, reopened.desk.focus) == ("rarest", sentence)
    assert reopened.work.list_shown()
    put_away(again, qtbot)


@pytest.mark.parametrize(
    ("scale", "width", "height"), [(1.0, 1040, 640), (1.0, 1280, 720), (1.5, 1280, 720)]
)
def test_the_window_on_a_project_fits_and_no_panel_forces_it_larger(
    window, tmp_path, scale, width, height
):
    window.set_scale(scale)
    window.show_session(make_project(tmp_path / "p.adme"), place=False, jobs=False)
    window.resize(width, height)
    settle(window)
    assert window.size() == QSize(width, height)
    assert faults(window) == []


def test_at_the_smallest_size_of_the_window_the_largest_text_is_whole(window, tmp_path):
    window.show_session(make_project(tmp_path / "p.adme"), place=False, jobs=False)
    window.set_scale(1.5)
    window.resize(window.minimumSize())
    settle(window)
    assert faults(window) == []
    assert window.minimumSize().width() <= 1280
