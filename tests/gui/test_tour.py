from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from samples import make_project, suggest_everything

from adme_labeler import paths
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.desk import Desk
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.tour import STEPS, Tour
from adme_labeler.services import annotating, headless
from adme_labeler.services.session import Session


@pytest.fixture
def window(new_window, tmp_path):
    made = new_window()
    made.newcomer = True
    session = make_project(tmp_path / "work.adme")
    suggest_everything(session)
    made.show_session(session, place=False, jobs=False)
    return made


def tour_of(window: MainWindow, qtbot) -> Tour:
    qtbot.waitUntil(lambda: window.findChild(Tour) is not None)
    found = window.findChild(Tour)
    assert isinstance(found, Tour)
    return found


def test_a_newcomer_is_led_through_four_steps_and_can_decide_meanwhile(window, qtbot):
    tour = tour_of(window, qtbot)
    assert len(STEPS) == 4
    first = window.project.desk.focus
    QTest.keyClick(window.project.work.pane, Qt.Key.Key_3)
    assert annotating.annotation(window.project.session, first).category == "M"
    for step in range(1, 4):
        QTest.mouseClick(tour.next, Qt.MouseButton.LeftButton)
        assert tour.step == step
        assert window.project.work.rect().contains(tour.geometry())
    QTest.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    assert window.tour is None
    assert window.preferences.tour_seen


def test_the_tour_is_walked_and_skipped_by_keys(window, qtbot):
    tour = tour_of(window, qtbot)
    QTest.keyClick(window.project.work.pane, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert tour.step == 1
    QTest.keyClick(window.project.work.pane, Qt.Key.Key_Escape)
    assert window.tour is None
    assert window.preferences.tour_seen


def test_the_tour_comes_once_and_again_on_request(window, qtbot):
    tour_of(window, qtbot).leave()
    session = window.project.session
    path = session.path
    window.leave_project(lambda: None)
    qtbot.waitUntil(lambda: window.project is None, timeout=30_000)
    assert window.open_path(path)
    qtbot.waitUntil(lambda: window.project is not None)
    assert window.tour is None
    window.run("tour")
    assert window.tour is not None


def test_no_card_lies_on_the_sentence_to_decide(window, qtbot):
    tour = tour_of(window, qtbot)
    work = window.project.work
    for _ in range(4):
        for line in work.pane.page.line_rects(window.project.desk.focus):
            line = line.toRect().translated(work.pane.page.viewport().mapTo(work, QPoint(0, 0)))
            assert not tour.geometry().intersects(line), tour.step
        tour.advance()


def test_a_newcomer_to_the_sample_sees_a_suggestion_first(tmp_path, qtbot):
    with Session.create(tmp_path / "sample.adme", "ana") as session:
        headless.import_paths(session, [paths.sample_labels() / "labels"])
        suggest_everything(session)
        desk = Desk(session, Bus())
        desk.begin()
        assert desk.shelf[desk.label].held_out is False
        assert desk.suggestion_shown and not desk.decision().hidden
