"""The right side and its dialogs: figures lead to their sentences, by mouse and by key."""

from __future__ import annotations

import random

import evidence_pictures
import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from samples import NEEDS, make_project, measurement, model_change, suggest_everything, trend

from adme_labeler import protocol
from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import Arm, ModelVersion
from adme_labeler.gui import theme
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.confusion import ConfusionMatrix
from adme_labeler.gui.curve import LossCurve, LossPoint, thinned
from adme_labeler.gui.dialogs.audit import AuditDialog
from adme_labeler.gui.dialogs.versions import VersionsDialog
from adme_labeler.gui.history_panel import HistoryDialog
from adme_labeler.gui.history_rows import HistoryModel
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.recall_panel import MISSED, WRONG, RecallPanel, RecallView, need_sentence
from adme_labeler.gui.recall_row import RecallRow
from adme_labeler.gui.row_models import PAGE
from adme_labeler.gui.training_cards import OutcomeView, log_tail
from adme_labeler.gui.training_job import Trainer
from adme_labeler.gui.training_panel import TrainingPanel, TrainingView
from adme_labeler.gui.unfound_card import UnfoundCard, UnfoundView
from adme_labeler.services import annotating, audit, ended_runs, history, recall, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.storage import sentences
from tests.drafts import finished_training


@pytest.fixture
def panel(qtbot):
    made = RecallPanel(ADME)
    qtbot.addWidget(made)
    made.show_recall(RecallView(measurement(), 7, 2, model_change(6), trend=trend(), needs=NEEDS))
    made.resize(320, made.sizeHint().height())
    made.show()
    return made


@pytest.fixture
def measured(window, qtbot):
    """A window on a project whose served model has been measured."""
    session = evidence_pictures.project()
    inputs = sentences.model_inputs(session.connection)
    noise = random.Random(2)
    keeper = ScoreKeeper.start(session)
    revision = keeper.refit().revision
    items = tuple(protocol.Score(i.id, noise.choice("ADMEO"), "O", (0.2,) * 5, 0.5) for i in inputs)
    keeper.take(protocol.Scores(revision, items))
    window.show_session(session, place=False, jobs=False)
    qtbot.waitUntil(lambda: window.project.work.recall.rows["A"].isVisible(), timeout=20_000)
    return window


def keys(window: MainWindow, *pressed, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    for key in pressed:
        QTest.keyClick(QApplication.focusWidget() or window, key, modifier)


def dialog_of(window: MainWindow, kind: type):
    return next(d for d in window.findChildren(kind) if d.isVisible())


# --------------------------------------------------------------------------- recall panel


def test_a_click_on_a_category_asks_for_its_missed_sentences_and_then_for_the_others(panel, qtbot):
    asked = []
    panel.sentences_asked.connect(lambda *what: asked.append(what))
    qtbot.mouseClick(panel.rows["E"], Qt.MouseButton.LeftButton)
    assert asked == [("E", MISSED, False)]
    assert panel.detail.isVisible()
    assert "Missed 4 (chosen), Wrongly found 5" in panel.detail.lists.accessibleName()
    panel.detail.lists.choose(WRONG)
    assert asked[-1] == ("E", WRONG, False)
    qtbot.mouseClick(panel.rows["E"], Qt.MouseButton.LeftButton)
    assert not panel.detail.isVisible()
    assert len(asked) == 2


def test_rows_are_worked_by_keys(panel):
    asked = []
    panel.sentences_asked.connect(lambda *what: asked.append(what))
    panel.activateWindow()
    panel.rows["D"].setFocus()
    QTest.keyClick(panel.rows["D"], Qt.Key.Key_Down)
    QTest.keyClick(panel.rows["E"], Qt.Key.Key_Down)
    QTest.keyClick(panel.rows["M"], Qt.Key.Key_Return)
    assert asked == [("M", MISSED, False)]


def test_changes_are_said_with_their_interval_or_as_no_evidence(panel):
    said = {key: row.accessibleName() for key, row in panel.rows.items()}
    assert "against version 6 +9 points (95 % interval +2 to +20; 2 newly found" in said["E"]
    assert "no evidence of a difference to version 6" in said["M"]
    assert "the last versions found 9, 12, 15, 17 of the same 21" in said["E"]
    assert "version" not in said["D"]
    assert panel._compared.text() == (
        "Changes are against version 6, both on the same 201 sentences of 6 drugs; 6 that version "
        "6 was not asked are left out. Lines: the last 4 versions on the same 201 sentences; 2 "
        "more were measured on others."
    )


def test_what_would_narrow_the_interval_is_told(panel):
    panel.choose("E")
    assert panel.detail.need() == (
        "An interval of ± 10 points takes about 48 more Excretion sentences of held-out drugs: "
        "some 474 to decide at the share seen so far, but only 412 are left; hold out more drugs."
    )
    panel.choose("D")
    assert panel.detail.need().startswith("A first figure takes about 3 more Distribution")
    assert need_sentence("Other", NEEDS["O"], True) == "The interval is within ± 5 points."


def test_cross_validation_lists_nothing_and_says_why(panel):
    asked = []
    panel.sentences_asked.connect(lambda *what: asked.append(what))
    panel.show_recall(RecallView(measurement("cross-validation"), 7, 2))
    panel.choose("E")
    assert asked == []
    assert "known for held-out drugs only" in panel.detail.need()
    assert not panel.detail.lists.isVisible()


# --------------------------------------------------------------------------- confusion


@pytest.fixture
def matrix(qtbot):
    made = ConfusionMatrix(ADME)
    qtbot.addWidget(made)
    made.show_counts(measurement().confusion)
    made.resize(300, made.sizeHint().height())
    made.show()
    return made


def test_cells_are_reached_by_arrows_and_listed_by_enter(matrix, qtbot):
    chosen = []
    matrix.cell_chosen.connect(lambda *cell: chosen.append(cell))
    matrix.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(matrix, key)
    assert matrix.accessibleName() == "Metabolism decided as Distribution: 0 of 28 sentences"
    for _ in range(2):
        QTest.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.accessibleName() == "Metabolism decided as Excretion: 2 of 28 sentences"
    QTest.keyClick(matrix, Qt.Key.Key_Return)
    center = matrix.cell_rect(3, 3).center().toPoint()
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=center)
    assert chosen == [("M", "E"), ("E", "E")]
    assert matrix.accessibleName() == "Excretion: 17 of 21 sentences found"


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_every_number_of_the_matrix_can_be_read(matrix, qapp, name):
    theme.apply(qapp, name)
    image = matrix.grab().toImage()
    for row in range(5):
        for column in range(5):
            rect = matrix.cell_rect(row, column).adjusted(4, 4, -4, -4).toRect()
            found = {
                image.pixelColor(x, y).name()
                for x in range(rect.left(), rect.right())
                for y in range(rect.top(), rect.bottom())
            }
            from PySide6.QtGui import QColor

            fill = image.pixelColor(rect.left(), rect.top())
            assert max(theme.contrast(QColor(c), fill) for c in found) >= 4.5, (row, column)


# --------------------------------------------------------------------------- in the window


def test_a_bar_lists_exactly_the_missed_sentences_in_the_queue(measured, qtbot):
    project = measured.project
    expected = recall.missed(project.session, "A")
    assert expected
    qtbot.mouseClick(project.work.recall.rows["A"], Qt.MouseButton.LeftButton)
    assert list(project.desk.ids()) == expected
    assert project.work.list_shown()
    project.work.recall.detail.lists.choose(WRONG)
    assert list(project.desk.ids()) == recall.wrongly_found(project.session, "A")
    keys(measured, Qt.Key.Key_Escape)
    assert not project.desk.searching


def test_a_cell_lists_its_sentences_in_the_queue(measured, qtbot):
    project = measured.project
    panel = project.work.recall
    panel.show_confusion.click()
    matrix = panel.confusion
    assert matrix.isVisible()
    row, column = next(
        (r, c) for r in range(5) for c in range(5) if r != c and matrix._counts[r][c]
    )
    matrix._go(row, column)
    QTest.keyClick(matrix, Qt.Key.Key_Space)
    found = recall.confused(project.session, ADME.keys[row], ADME.keys[column])
    assert list(project.desk.ids()) == found
    assert len(found) == matrix._counts[row][column]


def test_figures_follow_a_decision_on_a_held_out_sentence_only(measured, qtbot):
    project = measured.project
    shown = []
    panel = project.work.recall
    before = panel.show_recall
    panel.show_recall = lambda view: (shown.append(view), before(view))
    held = recall.missed(project.session, "A")[0]
    open_one = next(
        i.id for i in sentences.model_inputs(project.session.connection) if not i.held_out
    )
    project.bus.publish(annotating.decide(project.session, open_one, CategoryKey("M"), Shown()))
    project.evidence._due = 0.0
    project.show_counts()
    assert shown == []
    project.bus.publish(annotating.decide(project.session, held, CategoryKey("D"), Shown()))
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=5_000)


def test_an_audit_is_drawn_read_blind_by_keys_and_ends_in_an_estimate(measured, qtbot):
    project = measured.project
    card = project.work.unfound
    assert card.said().startswith("No audit yet")
    qtbot.mouseClick(card.draw, Qt.MouseButton.LeftButton)
    dialog = dialog_of(measured, AuditDialog)
    dialog._number.setValue(24)
    dialog.accept()
    qtbot.waitUntil(lambda: project.desk.kind.value == "audit", timeout=10_000)
    assert len(project.desk.items) == 24
    first = project.desk.focus
    assert not project.desk.suggestion_shown
    assert "audit" in project.desk.decision().hidden
    assert project.listing.rows([first])[first].suggestion is None
    assert project.work.toolbar.queues.current() == "audit"
    project.work.pane.setFocus()
    for place in range(24):
        keys(measured, Qt.Key.Key_4 if place % 3 == 0 else Qt.Key.Key_5)
    stored = annotating.annotation(project.session, first)
    assert (stored.provenance.arm, stored.provenance.blind) == (Arm.AUDIT, True)
    assert 0 < stored.provenance.inclusion_probability <= 1
    qtbot.waitUntil(lambda: len(card.lines) == 4, timeout=10_000)
    assert audit.state(project.session).done
    assert "24 of 24 read" in card.said()
    assert card.draw.text() == "Another audit…"
    assert all(" to " in line.accessibleName() for line in card.lines)


def test_the_card_is_honest_before_there_is_an_estimate(qtbot):
    card = UnfoundCard(ADME)
    qtbot.addWidget(card)
    card.show_unfound(UnfoundView(possible=False))
    assert "a model has suggested" in card.said() and not card.draw.isEnabled()
    card.show_unfound(UnfoundView(100, 12, 2, 8_412, 8_300, "3 Mar 2026", 8))
    assert card.said().endswith("Figures after 8 more.") and card.lines == []
    assert card.go_on.isVisibleTo(card) and not card.draw.isVisibleTo(card)


# --------------------------------------------------------------------------- training


def test_the_loss_curve_holds_both_stages_and_stays_short():
    points = [LossPoint(1 + (n >= 600), n % 600, 600, 1.0 - n / 2000) for n in range(1200)]
    kept = thinned(points)
    assert len(kept) <= 240
    assert {p.stage for p in kept} == {1, 2}
    assert [p.stage for p in kept] == sorted(p.stage for p in kept)
    assert kept[-1].step == points[-1].step


def test_the_curve_leaves_calibration_and_hints_out(qtbot, tmp_path):
    session = make_project(tmp_path / "p.adme")
    trainer = Trainer(session, Bus())
    trainer._begin()
    trainer._progressed(protocol.Progress("Hints", 1, 9, 0, 60, 1.9))
    trainer._progressed(protocol.Progress("Stage 1", 1, 10, 1, 60, 1.5))
    trainer._progressed(protocol.Progress("Stage 2", 4, 20, 2, 40, 0.7))
    trainer._progressed(protocol.Progress("Calibrating (fold 1 of 3)", 1, 10, 1, 30, 1.4))
    shown = trainer.view().run
    assert shown is not None
    assert [(p.stage, p.step, p.loss) for p in shown.curve] == [(1, 1, 1.5), (2, 4, 0.7)]
    curve = LossCurve()
    qtbot.addWidget(curve)
    curve.show_points(shown.curve)
    assert curve.accessibleName() == "Loss: stage 1 from 1.50 to 1.50, stage 2 from 0.70 to 0.70"
    session.close()


def test_a_failure_shows_hint_and_tail(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    log = "Traceback:\n  x = 1\n  ~~^\nMemoryError: 3 GB\n"
    panel.show_training(
        TrainingView(None, OutcomeView("Training failed", "It stopped.", "danger", True, log, "Do"))
    )
    assert panel._outcome._hint.text() == "Do"
    assert panel._outcome._tail.text() == "Traceback:\nx = 1\nMemoryError: 3 GB"
    assert log_tail("a" * 500) == "a" * 119 + "…"


def test_a_broken_encoder_fails_with_a_hint_and_its_log_survives_a_restart(qtbot, tmp_path):
    session = make_project(tmp_path / "p.adme")
    for ident in sentences.in_document_order(session.connection)[:12]:
        annotating.decide(session, ident, CategoryKey("ADMEO"[ident % 5]), Shown())
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    with session.project.operation("setting", "encoder", "ana") as draft:
        from adme_labeler.storage import settings

        settings.put(session.connection, draft, "encoder", str(folder))
    trainer = Trainer(session, Bus())
    trainer.retrain()
    qtbot.waitUntil(lambda: trainer.view().outcome is not None, timeout=60_000)
    outcome = trainer.view().outcome
    assert outcome.title == "Training failed"
    assert "encoder's files" in outcome.hint
    assert outcome.detail and trainer.detail == outcome.detail
    again = Trainer(session, Bus())
    again.look_for_interrupted()
    assert again.view().outcome.detail == outcome.detail
    session.close()


def test_a_training_that_outlived_the_window_is_taken_and_not_offered_again(qtbot, tmp_path):
    session = make_project(tmp_path / "p.adme")
    annotating.decide(
        session, sentences.in_document_order(session.connection)[0], CategoryKey("A"), Shown()
    )
    run = training.create_run(session, encoder=tmp_path)
    (run.folder / "model").mkdir()
    (run.folder / "model" / "model.json").write_text("{}")
    (run.folder / ended_runs.RESULT).write_bytes(msgspec.json.encode(finished_training("first")))
    trainer = Trainer(session, Bus())
    trainer.look_for_interrupted()
    shown = trainer.view()
    assert shown.outcome.title == "Version 1 is active: the first one"
    assert not shown.outcome.resumable
    assert [row.version for row in shown.versions] == [1]
    session.close()


# --------------------------------------------------------------------------- versions


def test_any_version_can_be_used_also_a_later_one(measured, qtbot):
    project = measured.project

    def use(row: int) -> None:
        measured.run("versions")
        dialog = dialog_of(measured, VersionsDialog)
        dialog.table.selectRow(row)
        assert dialog.use.isEnabled()
        dialog.use.click()

    use(2)
    assert project.trainer.view().outcome.title == "The instant model is active"
    use(0)
    assert project.trainer.view().outcome.title == "Version 2 is active"
    measured.run("versions")
    dialog = dialog_of(measured, VersionsDialog)
    dialog.table.selectRow(0)
    assert not dialog.use.isEnabled()
    dialog.reject()


def test_two_versions_are_compared_and_their_sentences_listed(measured, qtbot):
    project = measured.project
    measured.run("versions")
    dialog = dialog_of(measured, VersionsDialog)
    dialog.table.selectRow(0)
    assert not dialog.compare.isEnabled()
    dialog.table.setFocus()
    QTest.keyClick(dialog.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [line.version for line in dialog.chosen()] == [2, 1]
    dialog.compare.click()
    page = dialog.comparison
    assert page.verdict.text().startswith("Version 2 is better than version 1: +")
    assert page.categories.rowCount() == 5
    assert page.sentences.rowCount() == len(page.changed) > 0
    ids = [c.sentence for c in page.changed]
    QTest.keyClick(page.sentences, Qt.Key.Key_Down)
    QTest.keyClick(page.sentences, Qt.Key.Key_Return)
    assert list(project.desk.ids()) == [ids[1]]
    assert "versions 2 and 1" in project.desk.item.reason


# --------------------------------------------------------------------------- history


def test_history_opens_finds_and_goes_to_the_sentence_by_keys(measured, qtbot):
    project = measured.project
    ids = [i.id for i in sentences.model_inputs(project.session.connection) if not i.held_out]
    annotating.decide(project.session, ids[5], CategoryKey("E"), Shown())
    annotating.toggle_flag(project.session, ids[7])
    project.work.pane.setFocus()
    keys(measured, Qt.Key.Key_H, modifier=Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(measured, HistoryDialog)
    dialog.search.setText("flag")
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 1, timeout=5_000)
    with qtbot.waitSignal(dialog.sentence_asked):
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert project.desk.focus == ids[7]
    dialog.search.clear()
    qtbot.waitUntil(lambda: dialog.kinds.findData("decide") > 0, timeout=5_000)
    dialog.kinds.setCurrentIndex(dialog.kinds.findData("decide"))
    decisions = history.find(project.session, history.Filter(kind="decide"))
    assert dialog.table.model().rowCount() == len(decisions)
    project.bus.publish(annotating.decide(project.session, ids[8], CategoryKey("E"), Shown()))
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == len(decisions) + 1, timeout=5_000)
    qtbot.waitUntil(lambda: "chain unbroken" in dialog.chain.text(), timeout=10_000)
    assert measured.findChildren(HistoryDialog) == [dialog]
    measured.run("history")
    assert measured.findChildren(HistoryDialog) == [dialog]
    dialog.close()


def test_undo_to_here_asks_and_one_undo_brings_it_forward(measured, qtbot):
    project = measured.project
    session = project.session
    ids = [i.id for i in sentences.model_inputs(session.connection) if not i.held_out]
    target = history.newest(session)
    for ident in ids[1:6]:
        project.bus.publish(annotating.decide(session, ident, CategoryKey("E"), Shown()))
    measured.run("history")
    dialog = dialog_of(measured, HistoryDialog)
    dialog.table.choose(dialog._entries.row_of(target))
    QTest.keyClick(dialog.table, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    assert dialog.question.said().startswith(
        f"5 operations after #{target:,} would be taken back, which changes 5 sentences."
    )
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.question.asking() and dialog.isVisible()
    dialog.back.click()
    dialog.question.take.click()
    assert all(annotating.annotation(session, i) is None for i in ids[1:6])
    assert "Go back" in annotating.next_undo(session)
    row = dialog._entries.entry(1)
    assert row is not None and row.standing is history.Standing.UNDONE
    dialog.close()
    measured.run("undo")
    assert all(annotating.annotation(session, i).category == "E" for i in ids[1:6])


def test_an_altered_log_is_shown_as_altered(qtbot, tmp_path):
    session = make_project(tmp_path / "p.adme")
    for ident in sentences.in_document_order(session.connection)[:9]:
        annotating.decide(session, ident, CategoryKey("A"), Shown())
    session.connection.executescript(
        "DROP TRIGGER operation_is_final_update; UPDATE operation SET at = 'x' WHERE id = 5"
    )
    dialog = HistoryDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "altered" in dialog.chain.text(), timeout=10_000)
    assert dialog.chain.text() == "⚠ The log was altered at operation 5"
    session.close()


def test_a_long_history_is_read_a_page_at_a_time(qtbot, tmp_path):
    session = make_project(tmp_path / "p.adme")
    first = history.newest(session)
    with session.project.transaction() as connection:
        connection.executemany(
            "INSERT INTO operation VALUES (?,'decide',?,'ana','2026-03-01T00:00:00.000Z',1,NULL,"
            "NULL,'','')",
            ((n, f"Decision {n}") for n in range(first + 1, first + 30_001)),
        )
    session.drop_stacks()
    model = HistoryModel(session)
    model.show(history.find(session))
    assert model.rowCount() == first + 30_000
    assert model.entry(15_000).operation.id == first + 30_000 - 15_000
    assert model._pages.held() == [PAGE]
    session.close()


def test_a_read_only_window_looks_back_but_does_not_go_back(qtbot, tmp_path):
    session = make_project(tmp_path / "p.adme")
    suggest_everything(session)
    for ident in sentences.in_document_order(session.connection)[:3]:
        annotating.decide(session, ident, CategoryKey("A"), Shown())
    from adme_labeler.services.session import Session

    with Session.open(session.path, "ben", read_only=True) as reader:
        dialog = HistoryDialog(reader)
        qtbot.addWidget(dialog)
        dialog.table.choose(2)
        assert not dialog.back.isEnabled() and dialog.go.isEnabled()
        dialog.ask_back()
        assert not dialog.question.asking()
    session.close()


def test_the_instant_model_is_version_zero_in_the_dialog(qtbot):
    dialog = evidence_pictures.versions_dialog()
    qtbot.addWidget(dialog)
    assert [line.version for line in dialog._lines] == [ModelVersion(2), ModelVersion(1), 0]
    dialog.table.selectRow(2)
    assert dialog.use.text() == "Use the instant model"
    assert not dialog.compare.isEnabled()


def test_the_right_side_fits_its_column_in_every_state(qtbot):
    for made in (evidence_pictures.candidate(), evidence_pictures.healthy()):
        qtbot.addWidget(made)
        for panel in (made.kept.recall, made.kept.unfound, made.kept.training):
            # The least width of the column, without its margins and a scroll bar.
            assert panel.minimumSizeHint().width() <= 316 - 32 - 12


def test_in_large_type_the_bar_of_a_row_has_a_line_of_its_own(qtbot, qapp):
    row = RecallRow(ADME.categories[0])
    qtbot.addWidget(row)
    row.show_measure(next(m for m in measurement().categories if m.category == "A"))
    row.resize(284, row.sizeHint().height())
    beside = row.sizeHint().height()
    theme.apply(qapp, "light", 1.5)
    try:
        narrow = row.sizeHint().height()
        row.resize(600, narrow)
        assert beside < row.sizeHint().height() < narrow, "there is room beside the bar again"
    finally:
        theme.apply(qapp, "light", 1.0)
