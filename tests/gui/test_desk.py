from __future__ import annotations

import pytest
from samples import make_project, suggest_everything

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import AnnotationState, Arm, SentenceId
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.decision_bar import HELD_OUT_SENTENCE, DecisionBar
from adme_labeler.gui.desk import Desk
from adme_labeler.services import annotating
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import settings


@pytest.fixture
def session(tmp_path):
    with make_project(tmp_path / "p.adme") as opened:
        yield opened


@pytest.fixture
def desk(session, qapp):
    made = Desk(session, Bus())
    made.begin()
    return made


def own(desk: Desk, sentence: SentenceId):
    return annotating.annotation(desk.session, sentence)


def test_one_key_decides_and_brings_the_next_sentence(desk):
    first, second = desk.ids()[:2]
    desk.choose_number(3)
    assert own(desk, first).category == "M"
    assert own(desk, first).state is AnnotationState.DECIDED
    assert desk.focus == second


def test_a_decision_is_on_disk_before_the_next_sentence_is_in_focus(desk, tmp_path):
    first = desk.focus
    seen = []

    def look() -> None:
        if desk.focus != first:
            with Session.open(tmp_path / "p.adme", "curator", read_only=True) as other:
                seen.append(annotating.annotation(other, first))

    desk.moved.connect(look)
    desk.choose_number(1)
    assert seen and seen[0].category == "A"


def test_accept_takes_the_suggestion_and_says_so_in_the_provenance(desk):
    suggest_everything(desk.session, "M", "E")
    desk.begin()
    first = desk.focus
    assert desk.decision().offered == "M"
    desk.accept()
    kept = own(desk, first)
    assert (kept.category, kept.state) == ("M", AnnotationState.ACCEPTED)
    assert kept.provenance.suggested == "M"
    assert kept.provenance.probability == pytest.approx(0.7)


def test_x_offers_the_second_and_accepting_it_is_a_correction(desk):
    suggest_everything(desk.session, "M", "E")
    desk.begin()
    first = desk.focus
    desk.offer_second()
    assert desk.focus == first
    assert desk.decision().offered == "E"
    desk.accept()
    assert (own(desk, first).category, own(desk, first).state) == ("E", AnnotationState.CORRECTED)


def test_accept_without_a_suggestion_decides_nothing_and_says_why(desk):
    first = desk.focus
    said: list[str] = []
    desk.said.connect(said.append)
    desk.accept()
    assert own(desk, first) is None and desk.focus == first
    assert said == ["No suggestion is shown here: choose a category."]


def test_held_out_drugs_are_decided_blind_and_show_the_suggestion_afterwards(tmp_path, qapp):
    with make_project(tmp_path / "h.adme", held_out=True) as session:
        suggest_everything(session)
        desk = Desk(session, Bus())
        held = next(label for label in desk.shelf.values() if label.held_out)
        desk.choose_label(held.id)
        sentence = desk.focus
        assert desk.decision().hidden == HELD_OUT_SENTENCE
        assert desk.decision().probabilities == ()
        desk.accept()
        assert own(desk, sentence) is None
        desk.choose_number(4)
        assert own(desk, sentence).provenance.blind
        assert own(desk, sentence).provenance.suggested == "M"
        assert own(desk, sentence).state is AnnotationState.DECIDED
        desk.go_to(sentence)
        assert desk.decision().probabilities


def serve_sets(session: Session) -> None:
    """The head of `suggest_everything` is served; only M and E pass their bounds."""
    with session.project.transaction() as connection:
        settings.remember(
            connection,
            "served",
            {
                "version": 0,
                "revision": 1,
                "groups": [],
                "cross_validation": None,
                "categories": list(session.scheme.keys),
                "sets": {"level": 0.95, "lowest": [0.3, None, 0.4, 0.15, 0.5]},
            },
        )


def test_where_the_model_cannot_decide_the_bar_names_the_categories(desk, qtbot):
    suggest_everything(desk.session, "M", "E")
    desk.begin()
    bar = DecisionBar(desk.session.scheme)
    qtbot.addWidget(bar)
    bar.show_decision(desk.decision())
    assert bar.between.isHidden()
    serve_sets(desk.session)
    desk.begin()
    bar.show_decision(desk.decision())
    assert not bar.between.isHidden()
    assert bar.between.text() == "95 % sure: Metabolism or Excretion"
    assert "not seen" in bar.between.toolTip()
    desk.set_hidden(True)
    bar.show_decision(desk.decision())
    assert bar.between.isHidden() and bar.between.text() == ""


def test_before_a_blind_decision_no_set_of_categories_is_shown(tmp_path, qapp):
    with make_project(tmp_path / "h.adme", held_out=True) as session:
        suggest_everything(session)
        serve_sets(session)
        desk = Desk(session, Bus())
        held = next(label for label in desk.shelf.values() if label.held_out)
        desk.choose_label(held.id)
        sentence = desk.focus
        assert desk.decision().between is None
        desk.choose_number(4)
        desk.go_to(sentence)
        assert desk.decision().between.categories == ("M", "E")


def test_hidden_suggestions_make_decisions_blind(desk):
    suggest_everything(desk.session)
    desk.begin()
    desk.set_hidden(True)
    sentence = desk.focus
    assert desk.decision().probabilities == ()
    desk.choose_number(3)
    assert own(desk, sentence).provenance.blind


def test_undo_goes_back_to_the_sentence_and_redo_forward(desk):
    first = desk.focus
    desk.choose_number(2)
    desk.choose_number(3)
    desk.undo()
    desk.undo()
    assert desk.focus == first
    assert own(desk, first) is None
    desk.redo()
    assert own(desk, first).category == "D"


def test_undo_after_reopening_takes_back_yesterdays_decision(tmp_path, qapp):
    path = tmp_path / "u.adme"
    with make_project(path) as session:
        desk = Desk(session, Bus())
        desk.begin()
        sentence = desk.focus
        desk.choose_number(1)
    with Session.open(path, "curator") as session:
        desk = Desk(session, Bus())
        desk.begin()
        desk.undo()
        assert desk.focus == sentence
        assert annotating.annotation(session, sentence) is None


def test_skip_and_unsure_set_aside_and_go_on(desk):
    first, second, third = desk.ids()[:3]
    desk.skip()
    desk.unsure()
    assert own(desk, first).state is AnnotationState.SKIPPED
    assert own(desk, second).state is AnnotationState.UNSURE
    assert desk.focus == third
    desk.choose_queue(QueueKind.UNSURE)
    assert desk.ids() == [second]


def test_a_finished_drug_label_leads_to_the_next_one(desk):
    label = desk.label
    for _ in desk.ids():
        desk.choose_number(5)
    assert desk.label != label
    assert desk.shelf[label].decided == desk.shelf[label].sentences


def test_when_everything_is_decided_the_desk_says_so(tmp_path, qtbot):
    with make_project(tmp_path / "e.adme", count=1, sentences=2) as session:
        desk = Desk(session, Bus())
        desk.begin()
        desk.choose_number(1)
        with qtbot.waitSignal(desk.said) as said:
            desk.choose_number(1)
        assert "Every sentence is decided" in said.args[0]


def test_arrows_move_over_the_edge_of_a_drug_label(desk):
    label, count = desk.label, len(desk.items)
    for _ in range(count):
        desk.step(1)
    assert desk.label != label
    desk.step(-1)
    assert desk.label == label


def test_each_queue_says_why_a_sentence_comes(desk):
    suggest_everything(desk.session, "E")
    desk.choose_queue(QueueKind.UNCERTAIN)
    assert desk.item.arm in (Arm.UNCERTAIN, Arm.RANDOM)
    assert desk.decision().reason
    desk.choose_queue(QueueKind.FLAGGED)
    assert desk.focus is None
    assert "flagged" in desk.explanation


def test_the_flagged_queue_is_walked_through_even_if_decided(desk):
    first, second = desk.ids()[:2]
    for sentence in (first, second):
        desk.go_to(sentence)
        desk.toggle_flag()
        desk.choose_number(1)
    desk.choose_queue(QueueKind.FLAGGED)
    assert desk.focus == first
    desk.choose_number(2)
    assert desk.focus == second
    assert own(desk, first).category == "D" and own(desk, first).flagged


def test_a_search_is_a_queue_of_its_own_and_ends(desk):
    before = desk.kind
    found = desk.show_search("metabolism")
    assert found == 12
    desk.go_to(desk.items[0].sentence)
    assert desk.item.arm is Arm.SEARCH
    desk.end_search()
    assert desk.kind is before and not desk.searching


def test_a_search_leaves_nothing_to_decide_that_is_out_of_sight(desk):
    desk.step(2)
    before = desk.focus
    assert desk.show_search("zzz") == 0
    assert desk.focus is None and desk.decision() is None
    assert "zzz" in desk.explanation
    desk.end_search()
    assert desk.focus == before


def test_a_search_keeps_the_focus_on_a_sentence_that_matches(desk):
    desk.show_search("metabolism")
    chosen = desk.items[3].sentence
    desk.go_to(chosen)
    desk.show_search("metabolism")
    assert desk.focus == chosen
    desk.end_search()
    assert desk.focus == chosen and not desk.searching


def test_undo_on_the_sentence_in_focus_keeps_its_shown_suggestion(desk, session):
    suggest_everything(session, "M", "E")
    desk.begin()
    desk.toggle_flag()
    suggest_everything(session, "A", "D")
    desk.undo()
    assert own(desk, desk.focus) is None
    assert desk.decision().offered == "M"


def test_a_late_suggestion_appears_but_a_shown_one_never_changes(desk, session):
    assert desk.decision().probabilities == ()
    suggest_everything(session, "M", "E")
    desk._bus.publish(Changes(suggestions=frozenset({desk.focus})))
    assert desk.decision().offered == "M"
    suggest_everything(session, "A", "D")
    desk._bus.publish(Changes(suggestions=frozenset({desk.focus})))
    assert desk.decision().offered == "M"
    desk.step(1)
    assert desk.decision().offered == "A"


def test_the_rarest_key_brings_a_candidate_with_its_arm(desk, session):
    suggest_everything(session, "A")
    desk.rarest()
    assert desk.item.arm is Arm.RARE
    assert "Absorption" in desk.item.reason


def test_further_categories_stay_on_the_sentence(desk):
    sentence = desk.focus
    desk.also_number(4)
    assert desk.focus == sentence
    assert own(desk, sentence).also == ("E",)
    desk.also_number(4)
    assert own(desk, sentence).also == ()


def test_the_pace_is_unknown_before_five_decisions(desk):
    assert desk.pace() is None
    for _ in range(7):
        desk.choose_number(1)
    assert desk.pace() is not None
