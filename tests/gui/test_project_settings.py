from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from samples import make_project

from adme_labeler import protocol
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.services import annotating, project_settings, training
from adme_labeler.services.annotating import Shown
from adme_labeler.storage import sentences
from tests.encoders import make_tiny_encoder


@pytest.fixture
def window(new_window, tmp_path):
    return new_window(make_project(tmp_path / "work.adme"))


@pytest.fixture
def dialog(window):
    window.run("project-settings")
    return next(d for d in window.findChildren(ProjectSettingsDialog) if d.isVisible())


def test_shares_are_saved_and_undone_in_one_step(window, dialog):
    dialog.deciding.random.setValue(50)
    dialog.deciding.blind.setValue(0)
    dialog.deciding.again.setValue(7)
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    saved = project_settings.read(window.project.session)
    assert (saved.random_share, saved.blind_share, saved.second_look_share) == (0.5, 0.0, 0.07)
    window.run("undo")
    assert project_settings.read(window.project.session).random_share == 0.25


def test_an_encoder_is_tried_before_it_can_be_saved(window, dialog, qtbot, tmp_path):
    folder = make_tiny_encoder(tmp_path / "encoder")
    dialog.pages.choose("model")
    dialog.model.set(folder)
    assert not dialog.save.isEnabled()
    qtbot.waitUntil(lambda: dialog.model.worker is None, timeout=60_000)
    assert dialog.model.said.text() == "This encoder can be used."
    assert dialog.save.isEnabled()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert project_settings.read(window.project.session).encoder == str(folder)


def test_a_folder_that_is_no_encoder_cannot_be_saved(window, dialog, qtbot, tmp_path):
    dialog.model.set(tmp_path)
    qtbot.waitUntil(lambda: dialog.model.worker is None, timeout=60_000)
    assert "no file config.json" in dialog.model.said.text()
    assert not dialog.save.isEnabled()
    dialog.model.set(None)
    assert dialog.save.isEnabled()
    dialog.reject()


def test_another_name_decides_after_saving(window, dialog, qtbot, preferences):
    dialog.deciding.curator.setText("Ben")
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.project is not None and window.project.session.curator == "Ben",
        timeout=30_000,
    )
    assert preferences.curator == "Ben"


def test_how_many_false_alarms_a_rare_find_may_cost_is_asked_and_reaches_the_training(
    window, dialog, tmp_path
):
    page = dialog.deciding
    assert page.false_alarms.value() == 30
    assert "How many false alarms may a found rare sentence cost?" in page.cost.text()
    assert "it is 0.4 for each one found" in page.cost.text()
    page.false_alarms.setValue(50)
    assert "it is 1.0 for each one found" in page.cost.text()
    assert page.false_alarms.accessibleDescription() == page.cost.text()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    session = window.project.session
    assert project_settings.read(session).precision_floor == 0.5
    first = sentences.in_document_order(session.connection)[0]
    annotating.decide(session, first, session.scheme.keys[0], Shown())
    run = training.create_run(session, encoder=tmp_path)
    settings = msgspec.json.decode(
        (run.folder / "run.json").read_bytes(), type=protocol.TrainSettings
    )
    assert settings.precision_floor == 0.5
