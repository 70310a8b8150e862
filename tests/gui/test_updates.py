"""Versions of a drug label and identical sentences, worked by keys and by mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from updates import DOSE, SHARED, updated_project

from adme_labeler import paths
from adme_labeler.domain.records import AnnotationState, Arm, Sections
from adme_labeler.gui.dialogs.identical import IdenticalDialog, IdenticalEverywhereDialog
from adme_labeler.gui.dialogs.label_diff import LabelDiffDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.older_line import OlderLine
from adme_labeler.services import annotating, identical
from adme_labeler.services.label_versions import DiffRow, Fate
from adme_labeler.services.queue import QueueKind
from adme_labeler.storage import annotations


@pytest.fixture
def window(new_window, tmp_path):
    made = new_window(updated_project(tmp_path / "p.adme"))
    made.resize(1280, 760)
    return made


def keys(window: QWidget, *pressed) -> None:
    """Press keys where this window or dialog has its focus."""
    for key in pressed:
        target = window.focusWidget() or window
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key)


def dialog(window: MainWindow, kind: type):
    return next(d for d in window.findChildren(kind) if d.isVisible())


def found(window: MainWindow, words: str):
    rows = window.project.session.connection.execute(
        "SELECT id FROM sentence WHERE text = ? AND current = 1 ORDER BY id", (words,)
    )
    return [row["id"] for row in rows]


def own(window: MainWindow, sentence):
    return annotating.annotation(window.project.session, sentence)


def test_changed_sentences_have_a_queue_and_r_keeps_the_older_category(window):
    project = window.project
    project.show_counts()
    assert project.work.toolbar.queues.has("changed")
    project.work.toolbar.queues.choose("changed")
    first, second, new = project.desk.ids()
    line = project.work.bar.findChild(OlderLine)
    assert line.isVisible() and line.keep.text() == "Keep Absorption"
    keys(window, "r")
    assert (own(window, first).category, own(window, first).provenance.arm) == ("A", Arm.REVIEW)
    assert project.desk.focus == second
    QTest.mouseClick(line.keep, Qt.MouseButton.LeftButton)
    assert own(window, second).category == "M"
    assert project.desk.focus == new
    assert line.isVisible() and not line.keep.isVisible()
    keys(window, "r")
    assert own(window, new) is None
    assert "no older one" in project.work.status.activity.text()
    keys(window, Qt.Key.Key_Backspace, Qt.Key.Key_Backspace)
    assert own(window, first) is None and own(window, second) is None
    assert project.desk.focus == first
    project.show_counts()
    assert "Changed 3" in project.work.toolbar.queues.accessibleName()


def test_an_empty_queue_of_changed_sentences_leaves_the_toolbar(window):
    project = window.project
    project.work.toolbar.queues.choose("changed")
    keys(window, "r", "r", "5")
    project.show_counts()
    project.work.toolbar.queues.choose("document")
    project.show_counts()
    assert not project.work.toolbar.queues.has("changed")


def test_versions_are_compared_by_keys_and_enter_goes_to_the_sentence(window):
    label = next(i for i, known in window.project.desk.shelf.items() if "Mirta" in known.title)
    window.project.desk.choose_label(label)
    keys(window, "v")
    shown = dialog(window, LabelDiffDialog)
    assert shown.counts.text() == "Mirtacaine: 5 sentences unchanged, 2 changed, 1 new, 1 gone"
    fates = []
    for _ in range(4):
        fates.append(shown.view.current().fate)
        keys(shown, "n")
    assert fates == [Fate.CHANGED, Fate.GONE, Fate.CHANGED, Fate.NEW]
    keys(shown, "p", "p")
    assert shown.view.current().fate is Fate.GONE
    assert not shown.go.isEnabled()
    keys(shown, Qt.Key.Key_Down)
    row = shown.view.current()
    keys(shown, Qt.Key.Key_Return)
    assert not shown.isVisible()
    assert window.project.desk.focus == row.newer.sentence


def test_everything_shows_unchanged_sentences_and_says_all_aloud(window):
    window.run("label-versions")
    shown = dialog(window, LabelDiffDialog)
    assert shown.view.rows.rowCount() == 6  # two headings, four sentences
    shown.shown.choose("all")
    model = shown.view.rows
    said = [str(model.index(n).data(Qt.ItemDataRole.AccessibleTextRole)) for n in range(12)]
    assert [type(model.row(n)) for n in range(12)].count(DiffRow) == 9
    assert said[2] == (
        "Changed, before: The absolute bioavailability is about 62%. (Absorption), "
        "now: The absolute bioavailability is about 68%. (undecided)"
    )
    shown.older.setCurrentIndex(1)
    shown.shown.choose("changes")
    assert shown.nothing.isVisible() and "same in both" in shown.nothing.text()
    shown.reject()


def test_the_list_of_drug_labels_offers_the_comparison_by_its_menu(window):
    shelf = window.project.work.labels
    assert shelf.menu_at(QModelIndex()) is None
    menu = shelf.menu_at(shelf.view.model().index(1, 0))
    menu.actions()[1].trigger()
    shown = dialog(window, LabelDiffDialog)
    # This one came once only: the dialog says so and offers nothing to do.
    assert not shown.next.isEnabled() and not shown.go.isEnabled()
    assert not shown.older.isEnabled()
    shown.reject()


def test_i_asks_and_then_decides_identical_sentences_in_one_undo_step(window):
    desk = window.project.desk
    first, *others = found(window, DOSE)
    desk.go_to(first)
    keys(window, "5")
    assert window.project.work.bar.identical.text() == "Last one: Other for 4 identical sentences"
    keys(window, "i")
    asked = dialog(window, IdenticalDialog)
    assert asked.go.text() == "Apply to all 4" and asked.focusWidget() is asked.go
    keys(asked, Qt.Key.Key_Return)
    assert [own(window, s).state for s in others] == [AnnotationState.BULK] * 4
    assert not window.project.work.bar.identical.isVisible()
    keys(window, Qt.Key.Key_Backspace)
    assert [own(window, s) for s in others] == [None] * 4
    assert own(window, first).category == "O"


def test_cancel_changes_nothing_and_the_link_does_what_the_key_does(window):
    first, *others = found(window, DOSE)
    window.project.desk.go_to(first)
    keys(window, "5")
    QTest.mouseClick(window.project.work.bar.identical, Qt.MouseButton.LeftButton)
    keys(dialog(window, IdenticalDialog), Qt.Key.Key_Escape)
    assert [own(window, s) for s in others] == [None] * 4


def test_the_key_for_identical_sentences_asks_for_a_decision_first(window):
    window.project.desk.go_to(found(window, SHARED)[1])
    keys(window, "i")
    said = window.project.work.status.activity.text()
    assert said == "Decide this sentence first: then identical ones can follow with one key."


def test_always_decides_identical_sentences_at_once_from_then_on(window):
    session, desk = window.project.session, window.project.desk
    mirta, *others = found(window, SHARED)
    desk.go_to(mirta)
    keys(window, "i")
    asked = dialog(window, IdenticalDialog)
    keys(asked, Qt.Key.Key_Backtab, Qt.Key.Key_Backtab, Qt.Key.Key_Space)
    assert asked.always_box.isChecked()
    asked.go.click()
    assert identical.always(session)
    assert len(annotations.resolutions(session.connection, others)) == 5
    desk.go_to(found(window, DOSE)[0])
    keys(window, "5")
    assert len(annotations.resolutions(session.connection, found(window, DOSE))) == 5
    assert "4 identical sentences" in window.project.work.status.activity.text()
    keys(window, Qt.Key.Key_Backspace)
    assert annotations.resolutions(session.connection, found(window, DOSE)) == {}


def test_the_whole_project_is_taken_over_at_once_and_differing_ones_are_reviewed(window):
    session = window.project.session
    window.run("identical-all")
    everywhere = dialog(window, IdenticalEverywhereDialog)
    assert everywhere.go.text() == "Apply to 5"
    everywhere.go.click()
    shared = found(window, SHARED)
    assert len(annotations.resolutions(session.connection, shared)) == 6
    annotating.decide(session, shared[-1], session.scheme.keys[0], annotating.Shown())
    window.run("identical-all")
    everywhere = dialog(window, IdenticalEverywhereDialog)
    assert everywhere.review_button.isVisible() and not everywhere.go.isEnabled()
    everywhere.review_button.click()
    assert window.project.desk.kind is QueueKind.IDENTICAL
    assert set(window.project.desk.ids()) == set(shared)
    assert "Other in 5 places" in window.project.desk.item.reason


def test_an_import_that_updates_labels_offers_to_show_them(window, qtbot):
    folder = paths.sample_labels()
    project = window.project
    for files in ([folder / "labels" / "talvorexin-tablets.xml"], [folder / "updates"]):
        with qtbot.waitSignal(project.importer.finished, timeout=60_000):
            project.importer.start(files, Sections.PHARMACOKINETICS)
    link = project.work.status.updates
    assert link.isVisible() and link.text() == "Show 1 updated drug label"
    assert "1 updated (" in project.work.status.activity.text()
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    shown = dialog(window, LabelDiffDialog)
    assert shown.counts.text().casefold().startswith("talvorexin: ")
    shown.reject()
