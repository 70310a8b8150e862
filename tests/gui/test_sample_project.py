"""The sample project in homes as accounts have them: without ~/Documents, or not writable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.main_window import MainWindow


@pytest.fixture(autouse=True)
def _no_named_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DOCUMENTS_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def told(window: MainWindow) -> list[str]:
    (message,) = [m for m in QApplication.topLevelWidgets() if isinstance(m, Message)]
    said = [message.windowTitle(), *(t.text() for t in message.findChildren(QLabel))]
    message.reject()
    return said


def test_a_home_without_documents_gets_the_folder(window, qtbot, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    window.run("sample")
    assert window.project.session.path == tmp_path / "Documents" / "adme-sample.adme"
    window.run("cancel-import")
    window.leave_project(lambda: None)
    qtbot.waitUntil(lambda: window.project is None, timeout=30_000)
    window.run("sample")
    assert window.project is not None, "the one that is there is opened"
    window.run("cancel-import")


def _file_in_the_place(home: Path) -> Path:
    (home / "Documents").touch()
    return home


def _missing_on_a_read_only_system(home: Path) -> Path:
    return Path("/proc/nobody")


def _not_to_be_looked_into(home: Path) -> Path:
    return home / ("x" * 300)


def _not_writable(home: Path) -> Path:
    if os.geteuid() == 0:
        pytest.skip("root may write every folder")
    home.chmod(0o500)
    return home


@pytest.mark.parametrize(
    "make",
    [_file_in_the_place, _missing_on_a_read_only_system, _not_to_be_looked_into, _not_writable],
)
def test_a_home_that_cannot_be_written_is_said_in_one_sentence(
    window, monkeypatch, tmp_path: Path, make
):
    monkeypatch.setenv("HOME", str(make(tmp_path)))
    window.run("sample")
    assert window.project is None
    title, *_, said = told(window)
    assert title == "The sample project cannot be made"
    assert said.startswith("The project cannot be created in ")
    assert said.endswith("File > New project makes one in a folder that you choose.")
    assert "Errno" not in said
