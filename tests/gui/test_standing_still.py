"""What a curator counts on while things change: empty queues, switched models, new suggestions."""

from __future__ import annotations

import evidence_pictures
import pytest
import quality_pictures
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from samples import make_project, suggest_everything

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import ModelVersion
from adme_labeler.gui import keymap, theme
from adme_labeler.gui.actions import ACTIONS
from adme_labeler.gui.dialogs.preferences import PreferencesDialog
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.gui.dialogs.reports import HeldOutDialog
from adme_labeler.services import training

LEFT = Qt.MouseButton.LeftButton
EMPTY = (
    "audit",
    "flagged",
    "unsure",
    "skipped",
    "changed",
    "tables",
    "identical",
    "wrong",
    "second-look",
    "conflicts",
)
"""Queues in which nothing is at the beginning of a project."""


@pytest.fixture
def window(new_window, tmp_path):
    return new_window(make_project(tmp_path / "work.adme", sentences=20))


def test_the_queues_that_begin_empty_are_all_known():
    queues = {a.id.removeprefix("queue-") for a in ACTIONS if a.id.startswith("queue-")}
    assert queues == {*EMPTY, "document", "uncertain", "rare"}


@pytest.mark.parametrize("queue", EMPTY)
def test_an_empty_queue_says_in_text_and_list_why_nothing_is_in_it(window, queue):
    project = window.project
    window.run(f"queue-{queue}")
    said = project.desk.explanation
    assert project.desk.focus is None and said.endswith(".") and len(said) > 25
    assert said.rstrip(".") in project.work.bar._reason.text()
    assert project.work.pane.page._empty == said and not project.work.pane.sentence_ids()
    window.run("view-list")
    assert project.work.list._empty == said
    window.run("view-read")
    window.run("queue-document")
    assert project.desk.focus is not None and project.work.pane.sentence_ids()


def test_suggestions_that_arrive_move_nothing_that_is_looked_at(window):
    project = window.project
    session = project.session
    suggest_everything(session, "M", "E")
    window.run("view-list")
    table = project.work.list
    ids = list(table.sentences.ids())
    project.desk.go_to(ids[40])
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() // 2)
    shown = project.desk.decision()
    before = (table.verticalScrollBar().value(), table.currentIndex().row())
    suggest_everything(session, "D", "A")
    project.bus.publish(Changes(suggestions=frozenset(ids)))
    assert project.desk.decision() == shown
    assert (table.verticalScrollBar().value(), table.currentIndex().row()) == before
    assert list(table.sentences.ids()) == ids
    assert project.listing.rows(ids[41:42])[ids[41]].suggestion == "D"
    pane = project.work.pane.page
    window.run("view-read")
    lines = [pane.line_rects(i) for i in project.work.pane.sentence_ids()]
    suggest_everything(session, "O", "A")
    project.bus.publish(Changes(suggestions=frozenset(ids)))
    assert [pane.line_rects(i) for i in project.work.pane.sentence_ids()] == lines


def test_a_version_is_rolled_back_and_used_again_by_click(new_window, qtbot):
    session = evidence_pictures.project()
    made = new_window(session)
    panel = made.project.work.training
    rows = panel._view.versions
    assert [r.version for r in rows] == [2, 1]
    QTest.mouseClick(panel.roll_back, LEFT)
    assert session.project is not None and _active(session) == 1
    assert made.project.trainer.view().outcome.title == "Rolled back to version 1"
    QTest.mouseClick(panel.roll_back, LEFT)
    assert _active(session) == 0
    qtbot.waitUntil(lambda: not panel.more.visibleRegion().isEmpty())
    QTest.mouseClick(panel.more, LEFT)
    dialog = next(d for d in made.findChildren(evidence_pictures.VersionsDialog) if d.isVisible())
    heads = [dialog.table.horizontalHeaderItem(c).text() for c in range(6)]
    assert heads == ["Version", "State", "Trained", "Annotations", "Settings", "Verdict"]
    cells = [dialog.table.item(0, c).text() for c in range(dialog.table.columnCount())]
    assert cells[3] == "240 + 512 hints" and cells[4].startswith("default, ")
    assert all("%" in cell and "(" in cell for cell in cells[6:])
    dialog.table.selectRow(0)
    QTest.mouseClick(dialog.use, LEFT)
    assert _active(session) == 2


def _active(session) -> ModelVersion:
    return next(
        (m.version for m in training.versions(session) if m.state.value == "active"),
        ModelVersion(0),
    )


def test_the_dialog_reports_agreement_blind_against_shown_and_with_oneself(qtbot):
    dialog = quality_pictures.healthy()
    qtbot.addWidget(dialog)
    model, mine, _ = dialog.sections
    assert "a difference of +10.0 points" in model.verdict.text()
    assert [bar.accessibleName() for bar in model.bars] == [
        "Suggestion hidden: 41 of 52 · 79 % (68–90)",
        "Suggestion on screen: 871 of 980 · 89 % (87–91)",
    ]
    assert mine.bars[0].accessibleName() == "You: 60 of 64 · 94 % (88–100)"


def test_theme_and_text_size_hold_at_once_and_are_kept(window, preferences, qapp):
    window.run("preferences")
    dialog = next(d for d in window.findChildren(PreferencesDialog) if d.isVisible())
    dialog.appearance.theme.setFocus()
    QTest.keyClick(dialog.appearance.theme, Qt.Key.Key_Right)
    QTest.keyClick(dialog.appearance.theme, Qt.Key.Key_Right)
    dialog.appearance.scale.choose("1.3")
    assert theme.current().name == preferences.theme == "dark"
    assert preferences.scale == 1.3 and theme.size("reading") == 21
    dialog.reject()
    keymap.use(keymap.Keymap())
    theme.apply(qapp, "light", 1.0, "comfortable")


def test_held_out_drugs_are_reached_from_the_project_settings(window):
    window.run("project-settings")
    settings = next(d for d in window.findChildren(ProjectSettingsDialog) if d.isVisible())
    QTest.mouseClick(settings.deciding.held_out, LEFT)
    assert not settings.isVisible()
    assert [d for d in window.findChildren(HeldOutDialog) if d.isVisible()]


def test_the_bar_says_in_how_many_other_drug_labels_the_sentence_stands(window):
    from gallery import SHOWN

    bar = window.project.work.bar
    bar.show_decision(SHOWN)
    assert bar._elsewhere.text() == "also in 4 other drug labels"
