from __future__ import annotations

import time
from dataclasses import replace

import msgspec
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from samples import MARKS, document, drug_labels, measurement, model_change

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.records import AnnotationState, LabelId, ModelState, SentenceId
from adme_labeler.gui import painting, theme
from adme_labeler.gui.decision_bar import HELD_OUT_SENTENCE, Decision, DecisionBar
from adme_labeler.gui.label_list import LabelList, short_title
from adme_labeler.gui.reading import Mark, ReadingPane
from adme_labeler.gui.recall_panel import RecallPanel, RecallView, source_sentence
from adme_labeler.gui.sentence_list import PAGE, Row, SentenceList
from adme_labeler.gui.training_cards import OutcomeView, RunView, progress_words, time_left
from adme_labeler.gui.training_panel import TrainingPanel, TrainingView, VersionRow
from adme_labeler.gui.welcome import WelcomePage
from adme_labeler.gui.work_view import WorkView
from adme_labeler.protocol import Progress


def click(widget, point: QPoint) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)


# --------------------------------------------------------------------------- reading pane


@pytest.fixture
def pane(qtbot) -> ReadingPane:
    made = ReadingPane(ADME)
    qtbot.addWidget(made)
    made.resize(760, 560)
    made.set_document("Mirtacaine", document())
    made.show()
    return made


def test_a_click_on_a_sentence_chooses_it(pane, qtbot):
    for wanted in (SentenceId(1), SentenceId(5), SentenceId(8)):
        rect = pane.page.line_rects(wanted)[-1]
        with qtbot.waitSignal(pane.chosen) as chosen:
            click(pane.page.viewport(), rect.center().toPoint())
        assert chosen.args == [wanted]


def test_a_click_beside_the_text_or_on_a_table_chooses_nothing(pane, qtbot):
    table_row = next(s for s in document() if s.text.startswith("Healthy adults"))
    pane.page.verticalScrollBar().setValue(pane.page.verticalScrollBar().maximum())
    with qtbot.assertNotEmitted(pane.chosen):
        click(pane.page.viewport(), pane.page.line_rects(table_row.id)[0].center().toPoint())
        click(pane.page.viewport(), QPoint(2, 2))


def test_deciding_moves_no_text(pane):
    before = [pane.page.line_rects(s.id) for s in document()]
    pane.set_marks(MARKS)
    pane.focus_sentence(SentenceId(1))
    assert [pane.page.line_rects(s.id) for s in document()] == before


def test_a_sentence_out_of_sight_is_scrolled_into_the_middle(pane):
    last = document()[-1].id
    assert pane.page.line_rects(last)[0].top() > pane.page.viewport().height()
    pane.focus_sentence(last)
    top = pane.page.line_rects(last)[0].top()
    assert 0 < top < pane.page.viewport().height()


def test_no_line_is_cut_above_when_a_sentence_is_scrolled_to(qtbot):
    pane = ReadingPane(ADME)
    qtbot.addWidget(pane)
    pane.set_document("Mirtacaine", document())
    pane.show()
    scrolled = 0
    for height in range(230, 330, 7):
        pane.resize(620, height)
        for sentence in range(1, 16):
            pane.focus_sentence(SentenceId(sentence))
            scrolled += pane.page.verticalScrollBar().value() > 0
            lines = [line for n in range(1, 11) for line in pane.page.line_rects(SentenceId(n))]
            assert not [line for line in lines if line.top() < -1 and line.bottom() > 1]
        pane.resize(620, height + 33)
        lines = [line for n in range(1, 11) for line in pane.page.line_rects(SentenceId(n))]
        assert not [line for line in lines if line.top() < -1 and line.bottom() > 1]
    assert scrolled > 10


def test_a_sentence_in_the_middle_does_not_move_when_it_comes_into_focus(pane):
    pane.focus_sentence(SentenceId(4))
    before = pane.page.verticalScrollBar().value()
    pane.focus_sentence(SentenceId(5))
    assert pane.page.verticalScrollBar().value() == before


def test_the_less_context_view_keeps_only_the_focused_heading(pane):
    pane.focus_sentence(SentenceId(5))
    pane.set_whole(False)
    assert pane.page.line_rects(SentenceId(1)) == []
    assert pane.page.line_rects(SentenceId(4))
    pane.set_whole(True)
    assert pane.page.line_rects(SentenceId(1))


def test_the_pane_tells_screen_readers_the_focused_sentence(pane):
    pane.focus_sentence(SentenceId(5))
    assert pane.page.accessibleDescription() == document()[4].text


def test_letters_and_digits_pass_through_the_pane_to_the_window(pane, qtbot):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1")
    pane.page.keyPressEvent(event)
    assert not event.isAccepted()


def test_a_table_keeps_its_columns_apart_when_room_is_short(pane):
    pane.resize(360, 500)
    rows = [s for s in document() if " | " in s.text]
    tops = [pane.page.line_rects(s.id)[0].top() for s in rows]
    assert tops == sorted(set(tops))


# --------------------------------------------------------------------------- decision bar


@pytest.fixture
def bar(qtbot) -> DecisionBar:
    made = DecisionBar(ADME)
    qtbot.addWidget(made)
    made.resize(800, made.sizeHint().height())
    made.show()
    return made


SHOWN = Decision((0.01, 0.01, 0.14, 0.82, 0.02), "E", reason="likely Excretion", also=("M",))


def test_the_bar_says_what_is_suggested_to_screen_readers_too(bar):
    bar.show_decision(SHOWN)
    assert bar.buttons["E"].accessibleName() == "Excretion, 82%, suggested"
    assert bar.accept.isEnabled()
    assert bar.also["M"].isChecked()


def test_a_blind_decision_shows_no_probability_and_offers_nothing(bar):
    bar.show_decision(Decision(hidden=HELD_OUT_SENTENCE, reason="document order"))
    assert not bar.accept.isEnabled()
    for category in ADME.categories:
        assert bar.buttons[category.key].accessibleName() == category.name
        assert bar.buttons[category.key].isEnabled()


def test_a_click_on_a_category_decides_it_and_leaves_the_focus_alone(bar, qtbot):
    bar.show_decision(SHOWN)
    with qtbot.waitSignal(bar.category_chosen) as chosen:
        click(bar.buttons["M"], bar.buttons["M"].rect().center())
    assert chosen.args == ["M"]
    assert not bar.buttons["M"].hasFocus()


def test_the_decided_category_cannot_be_a_further_one(bar):
    bar.show_decision(Decision(decided="M", state=AnnotationState.CORRECTED))
    assert not bar.also["M"].isEnabled()
    assert bar.also["E"].isEnabled()
    assert "decided" in bar.buttons["M"].accessibleName()


def test_without_a_sentence_nothing_can_be_pressed(bar):
    bar.show_decision(None)
    assert not any(b.isEnabled() for b in (*bar.buttons.values(), bar.skip, bar.flag, bar.accept))


# --------------------------------------------------------------------------- drug labels


def test_the_filter_finds_names_and_held_out_drugs(qtbot):
    panel = LabelList()
    qtbot.addWidget(panel)
    panel.set_labels(drug_labels())
    panel.filter.setText("daro")
    assert panel.view.model().rowCount() == 1
    panel.filter.setText("held out")
    assert panel.view.model().index(0, 0).data() == "Talvorexin"
    panel.filter.setText("nothing like this")
    assert panel.view.model().rowCount() == 0


def test_from_the_filter_enter_chooses_the_first_and_down_goes_to_the_list(qtbot):
    panel = LabelList()
    qtbot.addWidget(panel)
    labels = drug_labels()
    panel.set_labels(labels)
    panel.set_current(labels[0].id)
    panel.show()
    panel.filter.setFocus()
    panel.filter.setText("held out")
    assert not panel.view.currentIndex().isValid(), "the one that is read is filtered out"
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.keyClick(panel.filter, Qt.Key.Key_Return)
    held_out = next(label for label in labels if label.held_out)
    assert chosen.args == [held_out.id]
    panel.activateWindow()
    QTest.keyClick(panel.filter, Qt.Key.Key_Down)
    assert panel.focusWidget() is panel.view
    assert panel.view.currentIndex().data() == held_out.title
    panel.filter.clear()
    assert panel.view.currentIndex().data() == labels[0].title


def test_progress_of_one_label_changes_one_row(qtbot):
    panel = LabelList()
    qtbot.addWidget(panel)
    labels = drug_labels()
    panel.set_labels(labels)
    from dataclasses import replace

    with qtbot.waitSignal(panel.model.dataChanged) as changed:
        panel.update_label(replace(labels[3], decided=3))
    assert changed.args[0].row() == 3
    assert panel.model.label(labels[3].id).decided == 3


def test_ten_thousand_labels_are_shown_and_filtered_quickly(qtbot):
    from dataclasses import replace

    one = drug_labels()[0]
    many = [replace(one, id=LabelId(n), title=f"Drug {n}") for n in range(10_000)]
    panel = LabelList()
    qtbot.addWidget(panel)
    panel.show()
    started = time.perf_counter()
    panel.set_labels(many)
    panel.filter.setText("drug 99")
    assert time.perf_counter() - started < 1.0
    assert panel.view.model().rowCount() == 280  # every number that holds 99


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ceflodarin for Injection, USP", "Ceflodarin"),
        ("BRELVATEROL inhalation powder, for oral inhalation use", "BRELVATEROL"),
        ("OXTELIPINE and DAROSARTAN tablets", "OXTELIPINE and DAROSARTAN"),
        ("Mirtacaine", "Mirtacaine"),
        ("Tablets", "Tablets"),
    ],
)
def test_a_long_title_is_shortened_to_the_drug(title, expected):
    assert short_title(title) == expected


# --------------------------------------------------------------------------- list view


def row(sentence: SentenceId) -> Row:
    return Row(
        sentence, AnnotationState.OPEN, None, f"Sentence {sentence}", "M", 0.8, "Drug", "Section"
    )


def test_a_million_rows_scroll_and_only_pages_in_sight_are_fetched(qtbot):
    asked: list[int] = []

    def fetch(ids):
        asked.append(len(ids))
        return {i: row(i) for i in ids}

    table = SentenceList(ADME, fetch)
    qtbot.addWidget(table)
    table.resize(900, 600)
    with qtbot.waitExposed(table):
        table.show()
    table.show_ids(range(1, 1_000_001))
    bar = table.verticalScrollBar()
    worst = 0.0
    for step in range(30):
        bar.setValue(step * 33_333)
        started = time.process_time()
        table.viewport().repaint()
        worst = max(worst, time.process_time() - started)
    assert max(asked) <= PAGE
    assert sum(asked) <= 33 * 2 * PAGE
    assert worst < 0.5


def test_only_changed_rows_are_fetched_again(qtbot):
    asked: list[int] = []

    def fetch(ids):
        asked.extend(ids)
        return {i: row(i) for i in ids}

    table = SentenceList(ADME, fetch)
    qtbot.addWidget(table)
    table.show_ids([SentenceId(n) for n in range(1, 1001)])
    table.sentences.row(0)
    table.sentences.row(999)
    asked.clear()
    table.refresh(frozenset({SentenceId(1000)}))
    table.sentences.row(0)
    assert asked == []
    table.sentences.row(999)
    assert 1000 in asked


def test_a_click_on_a_row_chooses_and_a_double_click_opens(qtbot):
    table = SentenceList(ADME, lambda ids: {i: row(i) for i in ids})
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show_ids([SentenceId(n) for n in range(1, 11)])
    table.show()
    where = table.visualRect(table.sentences.index(2, 1)).center()
    with qtbot.waitSignal(table.chosen) as chosen:
        click(table.viewport(), where)
    assert chosen.args == [3]
    with qtbot.waitSignal(table.opened):
        QTest.mouseDClick(
            table.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            where,
        )


# --------------------------------------------------------------------------- recall, training


def test_rare_categories_come_first_and_scarce_evidence_is_no_percentage(qtbot):
    panel = RecallPanel(ADME)
    qtbot.addWidget(panel)
    panel.resize(320, 500)
    panel.show_recall(RecallView(measurement(), 7, 2))
    panel.show()
    order = sorted(panel.rows, key=lambda key: panel.rows[key].y())
    assert order == ["D", "E", "M", "A", "O"]
    assert panel.rows["D"].spoken() == "Distribution: not enough evidence (n = 7)"
    assert "found 17 of 21, recall 81% (95 % interval 60% to 92%)" in panel.rows["E"].spoken()


def test_a_percentage_is_never_spoken_without_its_interval(qtbot):
    panel = RecallPanel(ADME)
    qtbot.addWidget(panel)
    panel.show_recall(RecallView(measurement(), 7, 2, model_change(6)))
    assert "against version 6 +9 points (95 % interval +2 to +20;" in panel.rows["E"].spoken()
    for widget in panel.rows.values():
        said = widget.spoken()
        assert "recall" not in said or "interval" in said


def test_the_source_of_the_numbers_is_named():
    assert source_sentence(measurement(), 7, 2).startswith("Recall on 6 drugs it never saw")
    assert "cross-validation" in source_sentence(measurement("cross-validation"), 7, 2)


def test_sentences_that_were_not_decided_blind_are_counted(qtbot):
    panel = RecallPanel(ADME)
    qtbot.addWidget(panel)
    panel.show_recall(RecallView(measurement(), 7, 2))
    assert panel._blind.text().startswith("4 of 207 sentences")


def test_without_a_measurement_the_panel_says_what_to_do(qtbot):
    panel = RecallPanel(ADME)
    qtbot.addWidget(panel)
    panel.show_recall(RecallView(waiting="Decide some."))
    assert panel._source.text() == "Decide some."
    assert all(row.isHidden() for row in panel.rows.values())


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s left"), (38, "38 s left"), (600, "10 min left"),
                          (7300, "2.0 h left")]
)  # fmt: skip
def test_time_left_is_said_as_people_say_it(seconds, said):
    assert time_left(seconds) == said


def test_progress_names_stage_and_step():
    assert progress_words(Progress("stage 2", 148, 240, 2, 38)) == (
        "Stage 2 of 2 · step 148 of 240",
        "38 s left",
    )
    assert progress_words(None) == ("Starting", "")


def test_progress_names_the_fold_because_every_fold_runs_both_stages():
    assert progress_words(Progress("Calibrating (fold 2 of 3)", 5, 40, 1, 9)) == (
        "Calibrating (fold 2 of 3) · stage 1",
        "9 s left",
    )


def test_a_waiting_training_is_said_and_nothing_of_the_run_is_cut_off(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.resize(284, 400)
    panel.show()
    snapshot = "12,345 annotations, 20,000 hints · 14:02"
    panel.show_training(TrainingView(RunView("Training version 2", snapshot)))
    assert not panel._run._queued.isVisible()
    panel.show_training(TrainingView(RunView("Training version 2", snapshot, queued=True)))
    assert panel._run._queued.isVisible()
    assert painting.text_width(snapshot, theme.font("secondary")) <= panel._run._snapshot.width()


def test_a_running_training_can_be_cancelled_and_a_failed_one_resumed(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_training(TrainingView(RunView("Training version 2", "34 annotations")))
    with qtbot.waitSignal(panel.asked) as asked:
        click(panel.cancel, panel.cancel.rect().center())
    assert asked.args == ["cancel-training"]
    panel.show_training(
        TrainingView(outcome=OutcomeView("Training failed", "Why.", "danger", True, "log"))
    )
    assert not panel.cancel.isVisible()
    with qtbot.waitSignal(panel.asked) as asked:
        click(panel.resume, panel.resume.rect().center())
    assert asked.args == ["resume-training"]


def test_promote_is_offered_for_a_candidate_only(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.show()
    versions = (VersionRow(2, ModelState.CANDIDATE, "14:02", "34 annotations", "not measured"),)
    panel.show_training(TrainingView(versions=versions, candidate=2, can_roll_back=True))
    assert panel.promote.isVisible() and panel.promote.text() == "Promote version 2"
    assert panel.roll_back.isVisible()
    panel.show_training(TrainingView(versions=versions))
    assert not panel.promote.isVisible() and not panel.roll_back.isVisible()


# --------------------------------------------------------------------------- the whole view


def test_nothing_is_cut_off_at_1280_by_720(qtbot):
    view = WorkView(ADME, lambda ids: {})
    qtbot.addWidget(view)
    view.labels.set_labels(drug_labels())
    view.pane.set_document("Mirtacaine", document())
    view.bar.show_decision(SHOWN)
    view.recall.show_recall(RecallView(measurement(), 7, 2))
    view.resize(1280, 690)
    view.show()
    assert view.minimumSizeHint().width() <= 1280
    assert view.bar.width() >= view.bar.minimumSizeHint().width()
    for button in (view.bar.accept, view.bar.undo, view.toolbar.retrain, view.toolbar.search):
        assert button.width() >= button.sizeHint().width()
    for button in view.bar.buttons.values():
        assert button.width() >= button.minimumSizeHint().width()
    for line in view.recall.rows.values():
        assert line.width() >= line.minimumWidth()


def test_marks_of_a_state_are_drawn_differently(pane):
    def picture(mark: Mark) -> bytes:
        pane.set_marks({SentenceId(2): mark})
        image = pane.page.viewport().grab().toImage()
        return bytes(image.constBits())

    seen = {
        picture(mark)
        for mark in (
            Mark(),
            Mark("D"),
            Mark("D", ("M",)),
            Mark("M"),
            Mark(flagged=True),
            Mark(noted=True),
            Mark(state=AnnotationState.UNSURE),
            Mark(state=AnnotationState.SKIPPED),
        )
    }
    assert len(seen) == 8


@pytest.mark.parametrize("name", ["flag", "unsure", "skip", "note"])
def test_a_mark_that_is_taken_back_is_drawn_at_once(qtbot, name):
    bar = DecisionBar(ADME)
    qtbot.addWidget(bar)
    marked = {
        "flag": replace(SHOWN, flagged=True),
        "note": replace(SHOWN, note="A note"),
        "skip": replace(SHOWN, state=AnnotationState.SKIPPED),
        "unsure": replace(SHOWN, state=AnnotationState.UNSURE),
    }
    bar.show_decision(marked[name])
    with qtbot.waitExposed(bar):
        bar.show()
    button = getattr(bar, name)
    qtbot.waitUntil(lambda: button.isVisible())
    button.repaint()
    drawn = Paints(button)
    bar.show_decision(SHOWN)
    qtbot.waitUntil(lambda: drawn.count > 0, timeout=2000)
    assert not button.isChecked()


class Paints(QObject):
    """Counts how often a widget is drawn."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_list_starts_at_the_top_when_its_sentence_is_not_in_it(qtbot):
    view = SentenceList(ADME, lambda ids: {})
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    view.show_ids([SentenceId(n) for n in range(1, 200)])
    view.set_current(SentenceId(150))
    assert view.verticalScrollBar().value() > 0
    view.show_ids([SentenceId(n) for n in range(300, 400)])
    view.set_current(SentenceId(5))
    assert view.verticalScrollBar().value() == 0


def test_bars_are_explained_only_where_there_are_bars(qtbot):
    few = measurement()
    assert "line at 90 %" in source_sentence(few, 7, 2)
    none = msgspec.structs.replace(
        few, categories=tuple(msgspec.structs.replace(c, support=4) for c in few.categories)
    )
    assert source_sentence(none, 7, 2).endswith("version 7.2")


def test_the_welcome_page_asks_by_click_and_key(qtbot):
    page = WelcomePage()
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(page.asked) as asked:
        click(page.sample, page.sample.rect().center())
    assert asked.args == ["sample"]
    with qtbot.waitSignal(page.asked) as asked:
        QTest.keyClick(page.open, Qt.Key.Key_Return)
    assert asked.args == ["open"]


def test_a_waiting_candidate_can_be_looked_at_category_by_category(qtbot) -> None:
    panel = RecallPanel(ADME)
    qtbot.addWidget(panel)
    panel.show()
    better = msgspec.structs.replace(
        measurement(),
        categories=tuple(
            msgspec.structs.replace(c, found=c.support, recall=c.recall and 1.0)
            for c in measurement().categories
        ),
    )
    panel.show_recall(RecallView(measurement(), 7, 2, candidate=better, candidate_version=8))
    assert panel.which.isVisible()
    assert "found 17 of 21" in panel.rows["E"].spoken()
    panel.which.choose("candidate")
    assert "found 21 of 21" in panel.rows["E"].spoken()
    panel.show_recall(RecallView(better, 8, 0))
    assert not panel.which.isVisible()
    panel.show_recall(RecallView(measurement(), 7, 2, candidate=better, candidate_version=8))
    assert "found 17 of 21" in panel.rows["E"].spoken()
