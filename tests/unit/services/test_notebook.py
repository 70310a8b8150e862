"""A project in a notebook: the same decisions, hidden suggestions and locks as in the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import AnnotationState, Arm
from adme_labeler.services import annotating, importing, project_settings, suggesting
from adme_labeler.services.notebook import (
    ANNOTATION_COLUMNS,
    RECALL_COLUMNS,
    Notebook,
    SentenceToDecide,
    open_project,
)
from adme_labeler.services.session import Session
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Notebook]:
    with open_project(tmp_path / "p", curator="ana", create=True) as opened:
        drafts = [simple_label(i) for i in range(10)]
        importing.commit_batch(opened.session, drafts, importing.ImportTally())
        importing.choose_held_out(opened.session)
        suggest_everywhere(opened.session, "A")
        yield opened


def suggest_everywhere(session: Session, category: str) -> None:
    """What the model worker would send: every sentence is `category` with .8."""
    keeper = ScoreKeeper.start(session)
    message = keeper.refit()
    ids = [item.id for chunk in suggesting.sentence_messages(session) for item in chunk.items]
    probabilities = tuple(0.8 if k == category else 0.05 for k in session.scheme.keys)
    scored = tuple(protocol.Score(i, category, "O", probabilities, 0.75) for i in ids)
    keeper.take(protocol.Scores(message.revision, scored))
    keeper.done(protocol.ScoresDone(message.revision, len(scored)))


def of_side(project: Notebook, held_out: bool) -> list[SentenceToDecide]:
    return [s for s in project.sentences() if s.held_out is held_out]


def test_every_sentence_comes_once_and_in_document_order(project: Notebook) -> None:
    told = list(project.sentences())
    assert len(told) == len({s.id for s in told}) == 80
    assert [s.drug for s in told] == sorted(s.drug for s in told)
    assert told[0].headings == ("12.3 Pharmacokinetics", "Absorption")
    assert {s.category for s in told} == {None}


def test_suggestions_of_held_out_drugs_are_hidden_until_they_are_decided(project: Notebook) -> None:
    held = of_side(project, held_out=True)
    assert held and all(s.hidden and s.suggestion is None for s in held)
    assert "0.8" not in repr(held)
    project.annotate(held[0], "Excretion")
    again = next(s for s in of_side(project, held_out=True) if s.id == held[0].id)
    assert not again.hidden and again.suggestion is not None and again.category == "E"


def test_a_decision_keeps_what_was_seen_and_why_it_came_up(project: Notebook) -> None:
    chosen = next(s for s in project.sentences("uncertain") if s.suggestion is not None)
    project.annotate(chosen, "absorption", also=["Excretion", "M"], note=" ask ")
    mine = annotating.annotation(project.session, chosen.id)
    assert mine is not None and mine.state is AnnotationState.ACCEPTED
    assert (mine.category, mine.also, mine.note) == ("A", ("M", "E"), "ask")
    assert (mine.provenance.suggested, mine.provenance.blind) == ("A", False)
    assert mine.provenance.arm is chosen.arm is not Arm.DOCUMENT
    hidden = of_side(project, held_out=True)[0]
    project.annotate(hidden, "D")
    blind = annotating.annotation(project.session, hidden.id)
    assert blind is not None and blind.state is AnnotationState.DECIDED
    assert (blind.provenance.blind, blind.provenance.suggested) == (True, "A")
    assert check(project.session.connection).faults == ()


def test_one_undo_takes_back_a_category_with_its_note(project: Notebook) -> None:
    first = next(project.sentences())
    project.annotate(first, "M", note="why")
    annotating.undo(project.session)
    assert annotating.annotation(project.session, first.id) is None
    assert project.annotations().empty


def test_the_same_decision_again_is_no_operation(project: Notebook) -> None:
    first = next(s for s in project.sentences() if not s.hidden)
    assert project.annotate(first, "M").operation is not None
    assert project.annotate(first, "M").operation is None


def test_what_a_rule_decides_trains_and_measures_nothing(project: Notebook) -> None:
    seen = next(s for s in of_side(project, held_out=False) if not s.hidden)
    project.annotate(seen, "M", read=False)
    mine = annotating.annotation(project.session, seen.id)
    assert mine is not None and mine.state is AnnotationState.BULK
    assert mine.provenance.arm is Arm.BULK
    examples = ScoreKeeper.start(project.session).refit().examples
    assert [(e.category, e.evaluates) for e in examples if e.id == seen.id] == [("M", False)]
    with pytest.raises(Problem, match="Somebody has decided"):
        project.annotate(seen, "D", read=False)
    with pytest.raises(Problem, match="decided blind"):
        project.annotate(of_side(project, held_out=True)[0], "M", read=False)


def test_the_blind_share_is_hidden_too(project: Notebook) -> None:
    wanted = replace(project_settings.read(project.session), blind_share=0.5)
    project_settings.save(project.session, wanted)
    hidden = [s for s in of_side(project, held_out=False) if s.hidden]
    assert 0 < len(hidden) < 64
    with pytest.raises(Problem, match="decided blind"):
        project.annotate(hidden[0], "M", read=False)


def test_what_does_not_exist_is_said_with_what_does(project: Notebook) -> None:
    first = next(project.sentences())
    with pytest.raises(Problem, match="no category Toxicity; there are Absorption, Distribution"):
        project.annotate(first, "Toxicity")
    with pytest.raises(Problem, match="no queue urgent; there are document, uncertain"):
        project.sentences("urgent")


def test_a_project_that_is_open_elsewhere_says_so_and_can_be_looked_at(project: Notebook) -> None:
    first = next(project.sentences())
    project.annotate(first, "M")
    place = project.session.path
    with pytest.raises(Problem, match=r"p\.adme is open in a window or another program"):
        open_project(place)
    with open_project(place, read_only=True) as look:
        assert list(look.annotations()["category"]) == ["M"]
        for change in (lambda: look.annotate(first, "D"), look.suggest, look.train):
            with pytest.raises(Problem, match="can only read it"):
                change()
    with pytest.raises(Problem, match="already exists"):
        open_project(place, create=True)


def test_leaving_the_with_block_lets_go_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_project(tmp_path / "q", create=True):
        raise ZeroDivisionError
    open_project(tmp_path / "q").close()


def test_recall_counts_what_the_panel_counts(project: Notebook) -> None:
    before = project.recall()
    assert list(before.columns) == list(RECALL_COLUMNS)
    assert before.empty and before.attrs["explanation"].startswith("No evidence yet")
    held = of_side(project, held_out=True)
    for number, sentence in enumerate(held):
        project.annotate(sentence, "A" if number < 12 else "E")
    table = project.recall().set_index("category")
    assert set(table["estimate"]) == {"held-out"}
    found, missed = table.loc["Absorption"], table.loc["Excretion"]
    assert (found["found"], found["support"], found["recall"]) == (12, 12, 1.0)
    assert 0 < found["low"] < 1.0
    assert (missed["found"], missed["support"]) == (0, len(held) - 12)
    assert found["claimed"] == len(held) == found["sentences"]
    assert found["precision"] == 12 / len(held)
    assert table.loc["Metabolism"].isna()["recall"]


def test_annotations_are_a_row_for_each_sentence_and_curator(project: Notebook) -> None:
    told = list(project.sentences())
    project.annotate(told[3], "M", also=["E"])
    project.annotate(told[1], "O")
    project.session.curator = "ben"
    project.annotate(told[1], "A")
    table = project.annotations()
    assert list(table.columns) == list(ANNOTATION_COLUMNS)
    rows = list(zip(table["sentence"], table["curator"], table["category"], strict=True))
    assert rows == [
        (told[1].id, "ana", "O"), (told[1].id, "ben", "A"), (told[3].id, "ana", "M"),
    ]  # fmt: skip
    assert list(table["also"]) == ["", "", "E"]
    assert list(table["drug"]) == [told[1].drug, told[1].drug, told[3].drug]
