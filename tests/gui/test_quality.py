"""Quality of decisions in the window, by keys: blind share, second look, conflicts, hunt, list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from samples import make_project, suggest_everything
from windows import keys

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import AnnotationState, Arm
from adme_labeler.gui.decision_bar import AGAIN_SENTENCE
from adme_labeler.gui.dialogs.quality import QualityDialog
from adme_labeler.services import (
    annotating,
    blindness,
    project_settings,
    second_look,
    suspects,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueKind, Task
from adme_labeler.storage import annotations, second_looks, sentences

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(new_window, tmp_path):
    session = make_project(tmp_path / "work.adme", count=6, sentences=20)
    suggest_everything(session, "M", "E")
    return new_window(session)


def everything(window):
    return sentences.in_document_order(window.project.session.connection)


def own(window, sentence):
    return annotating.annotation(window.project.session, sentence)


def hidden_one(window):
    """A sentence of the blind share with another after it in its drug label."""
    return sorted(blindness.of_share(window.project.session, everything(window)))[0]


def test_a_sentence_of_the_blind_share_is_decided_before_its_suggestion_is_seen(window):
    project = window.project
    sentence = hidden_one(window)
    project.desk.go_to(sentence)
    decision = project.desk.decision()
    assert decision.hidden == "Decide first: one in twenty is decided without a suggestion."
    assert decision.probabilities == () and decision.offered is None
    row = project.listing.rows([sentence])[sentence]
    assert row.suggestion is None and row.probability is None and row.hidden
    keys(window, Qt.Key.Key_Return, "x")
    assert own(window, sentence) is None and project.desk.focus == sentence
    keys(window, "4")
    kept = own(window, sentence)
    assert (kept.category, kept.state) == ("E", AnnotationState.DECIDED)
    assert kept.provenance.blind and kept.provenance.suggested == "M"
    project.desk.go_to(sentence)
    assert project.desk.decision().probabilities


def test_a_second_look_hides_the_first_decision_everywhere_and_one_key_decides_it(window):
    project = window.project
    session = project.session
    session.project.now = lambda: "2026-03-02T09:00:00.000Z"
    wanted = replace(project_settings.read(session), second_look_share=0.2)
    project_settings.save(session, wanted)
    for sentence in everything(window):
        annotating.decide(session, sentence, CategoryKey("A"), Shown())
    session.project.now = lambda: "2026-03-09T09:00:00.000Z"
    window.run("queue-second-look")
    desk = project.desk
    first = desk.focus
    assert first == second_look.waiting(session)[0]
    shown = desk.decision()
    assert shown.hidden == AGAIN_SENTENCE
    assert (shown.decided, shown.also, shown.probabilities) == (None, (), ())
    assert first not in project.work.pane.page._marks
    assert project.listing.rows([first])[first].category is None
    keys(window, Qt.Key.Key_Space)
    assert own(window, first).category == "A" and desk.focus != first
    keys(window, Qt.Key.Key_Up)
    assert desk.focus == first
    keys(window, "1")
    second = desk.focus
    assert second != first and desk.decision().hidden == AGAIN_SENTENCE
    assert second not in project.work.pane.page._marks
    keys(window, "3")
    looks = {p.look.sentence: p.look for p in second_looks.by_chance(session.connection, "curator")}
    assert (looks[first].first, looks[first].category) == ("A", "A")
    assert (looks[second].first, looks[second].category) == ("A", "M")
    assert (own(window, first).category, own(window, second).category) == ("A", "M")
    keys(window, Qt.Key.Key_Backspace)
    assert desk.focus == second and own(window, second).category == "A"


def test_second_looks_come_between_other_decisions_now_and_then(window):
    project = window.project
    session = project.session
    session.project.now = lambda: "2026-03-02T09:00:00.000Z"
    wanted = replace(project_settings.read(session), second_look_share=0.2, blind_share=0.0)
    project_settings.save(session, wanted)
    for sentence in everything(window)[:60]:
        annotating.decide(session, sentence, CategoryKey("A"), Shown())
    session.project.now = lambda: "2026-03-09T09:00:00.000Z"
    desk = project.desk
    desk.go_to(everything(window)[60])
    tasks = []
    for _ in range(15):
        tasks.append(desk.item.task)
        keys(window, "5")
    assert [n for n, task in enumerate(tasks) if task is Task.LOOK_AGAIN] == [5, 10]
    assert desk.kind is QueueKind.DOCUMENT
    fresh = everything(window)[60:75]
    assert [own(window, s) is not None for s in fresh] == [True] * 13 + [False] * 2


def test_a_conflict_is_settled_by_one_key_and_undone_by_one(window):
    project = window.project
    session = project.session
    first, second = everything(window)[:2]
    for sentence in (first, second):
        for curator, key in (("ana", "M"), ("ben", "A")):
            session.curator = curator
            annotating.decide(session, sentence, CategoryKey(key), Shown())
    session.curator = "curator"
    window.run("queue-conflicts")
    said = project.desk.decision().hidden
    assert said == "Decide between curators: ana says Metabolism · ben says Absorption."
    assert not project.desk.suggestion_shown
    keys(window, "u")
    assert project.desk.focus == second and own(window, first) is None
    keys(window, Qt.Key.Key_Up, "3")
    held = annotations.resolutions(session.connection, [first])[first]
    assert held.category == "M" and held.source == "adjudicated"
    keys(window, Qt.Key.Key_Backspace)
    held = annotations.resolutions(session.connection, [first])[first]
    assert held.category is None and project.desk.focus == first


def test_g_takes_its_three_ways_in_turn_and_shift_g_another_category(window):
    project = window.project
    session = project.session
    ids = [i for i in everything(window) if i not in blindness.among(session, everything(window))]
    said = project.work.status.activity
    QTest.keyClick(window, Qt.Key.Key_G, SHIFT)
    assert said.text().startswith("Hunting Absorption")
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_G, SHIFT)
    assert said.text().startswith("Hunting Metabolism")
    project.desk.hunt.similar = lambda category: ids[10:20]
    arms = []
    for _ in range(3):
        keys(window, "g")
        arms.append(project.desk.item.arm)
        sentence = project.desk.focus
        keys(window, "3")
        assert own(window, sentence).provenance.arm is arms[-1]
    # Everything is suggested as Metabolism: nothing is left to words.
    assert arms == [Arm.RARE, Arm.SIMILAR, Arm.RARE]


def test_what_looks_wrong_is_listed_when_the_answer_comes_and_confirmed_by_one_key(window, qtbot):
    project = window.project
    session = project.session
    ids = everything(window)[:4]
    for sentence in ids:
        annotating.decide(session, sentence, CategoryKey("A"), Shown())
    window.run("queue-wrong")
    assert project.desk.focus is None and "No annotation is examined" in project.desk.explanation
    found = tuple(
        protocol.SuspectFound(i, "A", "M", "x", "M", 0.9, 2 * n) for n, i in enumerate(ids[:2])
    )
    with qtbot.waitSignal(project.questions.examined):
        project.suggester.answered.emit(protocol.Examined(4, 4, found))
    assert project.desk.focus == ids[0]
    assert "a model that never saw it says Metabolism (90 %)" in project.desk.decision().reason
    keys(window, "1")
    assert project.desk.focus == ids[1]
    assert [s.sentence for s in suspects.standing(session)] == [ids[1]]
    keys(window, "3")
    assert suspects.standing(session) == []
    assert own(window, ids[1]).category == "M"


def test_answers_of_the_worker_are_kept_so_that_g_has_them_at_once(window):
    project = window.project
    ids = everything(window)
    project.suggester.answered.emit(protocol.SimilarFound(tuple(ids[5:8]), "E"))
    assert project.questions.similar(CategoryKey("E")) == ids[5:8]
    assert project.questions.similar(CategoryKey("D")) == ()


def test_the_dialog_says_how_decisions_agree_and_leads_to_what_waits(window):
    project = window.project
    session = project.session
    first = everything(window)[0]
    for curator, key in (("ana", "M"), ("curator", "A")):
        session.curator = curator
        annotating.decide(session, first, CategoryKey(key), Shown())
    window.run("quality")
    dialog = next(d for d in window.findChildren(QualityDialog) if d.isVisible())
    model, mine, between = dialog.sections
    assert "Nothing to compare yet" in model.verdict.text() and model.bars == []
    assert "Nothing was looked at twice" in mine.verdict.text()
    assert between.bars[0].accessibleName() == "ana, curator: not enough evidence (n = 1)"
    (button,) = between.buttons
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert not dialog.isVisible()
    assert project.desk.kind is QueueKind.CONFLICTS and project.desk.focus == first
