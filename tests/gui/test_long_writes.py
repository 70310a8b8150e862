"""Operations on very many sentences in a real window: it lives on, locked, and all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from adme_labeler.domain.records import AnnotationState, ModelVersion, SentenceId, Suggestion
from adme_labeler.gui import long_writes
from adme_labeler.gui.dialogs.writing import WritingDialog
from adme_labeler.services import annotating, history, importing
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import annotations, sentences, suggestions
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label

COUNT = 1200


@pytest.fixture
def opened(window, tmp_path: Path):
    session = Session.create(tmp_path / "p", "ana")
    for number in range(4):
        importing.commit_batch(
            session, [simple_label(number, sentences=300)], importing.ImportTally()
        )
    ids = sentences.in_document_order(session.connection)
    keys = session.scheme.keys
    with session.project.transaction() as connection:
        suggestions.store(
            connection,
            [
                Suggestion(i, ModelVersion(0), 1, keys[i % 5], keys[(i + 1) % 5], (0.2,) * 5, 0.1)
                for i in ids
            ],
        )
    window.show_session(session, place=False, jobs=False)
    window.run("view-list")
    window.project.work.list.selectAll()
    assert window.project.work.list.selected_count() == COUNT
    return window


def decided(window) -> int:
    session = window.project.session
    ids = sentences.in_document_order(session.connection)
    return len(annotations.resolutions(session.connection, ids))


def press(window, key: Qt.Key | str) -> None:
    target = QApplication.focusWidget() or window
    if isinstance(key, str):
        QTest.keyClicks(target, key)
    else:
        QTest.keyClick(target, key)


def wait(window, qtbot) -> None:
    qtbot.waitUntil(lambda: not window.project.writes.running(), timeout=30_000)


def test_the_window_paints_between_slices_and_sees_the_state_before(opened, qtbot):
    seen: list[int] = []
    beat = QTimer(opened)
    beat.timeout.connect(lambda: seen.append(decided(opened)))
    beat.start(0)
    opened.run("category-3")
    assert opened.project.writes.running() and decided(opened) == 0
    wait(opened, qtbot)
    beat.stop()
    assert seen.count(0) > 1, "nothing was painted between the slices"
    assert seen == sorted(seen) and set(seen) <= {0, decided(opened)}, "half of it was seen"
    assert decided(opened) > 0.9 * COUNT
    assert check(opened.project.session.connection).faults == ()


def test_keys_and_clicks_do_nothing_meanwhile(opened, qtbot):
    desk, table = opened.project.desk, opened.project.work.list
    focus = desk.focus
    opened.run("category-1")
    press(opened, "2")
    press(opened, Qt.Key.Key_Down)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.rect().center())
    opened.close()
    assert opened.isVisible() and desk.focus == focus and opened.project.writes.running()
    wait(opened, qtbot)
    session = opened.project.session
    ids = sentences.in_document_order(session.connection)
    given = annotations.resolutions(session.connection, ids)
    assert {r.category for r in given.values()} == {session.scheme.keys[0]}
    press(opened, "2")
    assert opened.project.writes.running(), "now keys decide again"
    wait(opened, qtbot)


def test_undo_and_redo_of_many_are_slices_too_and_leave_what_one_step_would(opened, qtbot):
    session = opened.project.session
    opened.run("category-1")
    wait(opened, qtbot)
    many = decided(opened)
    opened.run("undo")
    assert opened.project.writes.running()
    wait(opened, qtbot)
    assert decided(opened) == 0
    opened.run("redo")
    wait(opened, qtbot)
    assert decided(opened) == many
    assert check(session.connection).faults == ()
    assert annotating.next_undo(session).startswith("Absorption for 1,")


def test_going_back_over_many_is_one_operation_in_slices(opened, qtbot):
    session = opened.project.session
    target = history.newest(session)
    opened.run("category-1")
    wait(opened, qtbot)
    opened.run("history")
    dialog = next(d for d in QApplication.topLevelWidgets() if type(d).__name__ == "HistoryDialog")
    dialog.back_asked.emit(history.way_back(session, target))
    assert opened.project.writes.running()
    wait(opened, qtbot)
    assert decided(opened) == 0 and session.stacks()[0][-1] == history.newest(session)
    dialog.close()


def test_cancel_leaves_everything_as_it_was(opened, qtbot, monkeypatch):
    monkeypatch.setattr(long_writes, "_SHOW_MS", 0)
    session = opened.project.session
    before = history.newest(session)
    opened.project.writes._show.setInterval(0)
    opened.run("category-1")
    shown = lambda: [d for d in QApplication.topLevelWidgets() if isinstance(d, WritingDialog)]  # noqa: E731
    qtbot.waitUntil(lambda: any(d.isVisible() for d in shown()))
    QTest.keyClick(shown()[0], Qt.Key.Key_Escape)
    assert not opened.project.writes.running()
    assert decided(opened) == 0 and history.newest(session) == before
    opened.run("category-2")
    wait(opened, qtbot)
    assert decided(opened) > 0


def test_whoever_writes_meanwhile_comes_after_the_whole(opened, qtbot):
    session = opened.project.session
    opened.run("category-1")
    qtbot.waitUntil(lambda: session.project.before_writing is not None)
    change_setting(session, "precision_floor", 0.7)
    assert decided(opened) > 0.9 * COUNT
    newest, before = list(history.find(session))[:2]
    kinds = history.entries(session, [newest, before])
    assert kinds[newest].operation.kind == "setting" and kinds[before].operation.kind == "bulk"
    wait(opened, qtbot)
    assert check(session.connection).faults == ()


def test_leaving_the_project_writes_all_of_it_first(opened, qtbot):
    session = opened.project.session
    path = session.path
    opened.run("skip")
    opened.leave_project(lambda: None)
    qtbot.waitUntil(lambda: opened.project is None, timeout=30_000)
    with Session.open(path) as again:
        ids = [SentenceId(i) for i in sentences.in_document_order(again.connection)]
        own = annotations.of_curator(again.connection, "ana", ids)
        assert len(own) == COUNT
        assert {a.state for a in own.values()} == {AnnotationState.SKIPPED}
