from __future__ import annotations

import pytest

from adme_labeler.domain.problems import Problem
from adme_labeler.services import annotating, guideline, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label


@pytest.fixture
def session(tmp_path):
    with Session.create(tmp_path / "p", "ana") as opened:
        importing.commit_batch(opened, [simple_label(i) for i in range(2)], importing.ImportTally())
        yield opened


def decide(session, number: int, category: str) -> int:
    ident = list(sentences.in_document_order(session.connection))[number]
    annotating.decide(session, ident, category, Shown())
    return ident


def test_a_project_starts_with_the_shipped_guideline_as_version_1(session):
    standing = guideline.current(session)
    assert standing.version == 1
    assert standing.text == guideline.shipped_text()
    rules = guideline.sections(standing.text, session.scheme)
    assert set(rules) == set(session.scheme.keys)
    assert "bioavailability" in rules["A"]


def test_decisions_keep_the_version_they_were_made_under(session):
    first = decide(session, 0, "M")
    guideline.save(session, guideline.shipped_text() + "\nOne more rule.\n", ["M"])
    second = decide(session, 1, "M")
    versions = [
        annotating.annotation(session, ident).provenance.guideline_version
        for ident in (first, second)
    ]
    assert versions == [1, 2]


def test_only_decisions_of_a_category_whose_rules_changed_are_looked_at_again(session):
    metabolism, excretion = decide(session, 0, "M"), decide(session, 1, "E")
    assert guideline.older_decisions(session) == []
    guideline.save(session, guideline.shipped_text() + "\nOne more rule.\n", ["M"])
    assert guideline.older_decisions(session) == [metabolism]
    guideline.save(session, guideline.shipped_text() + "\nAnother rule.\n", ["E"])
    assert guideline.older_decisions(session) == [metabolism, excretion]


def test_confirming_an_earlier_decision_takes_it_off_the_list_and_keeps_what_was_seen(session):
    ident = decide(session, 0, "M")
    before = annotating.annotation(session, ident).provenance
    guideline.save(session, "# New rules\n", ["M"])
    decide(session, 0, "M")
    after = annotating.annotation(session, ident).provenance
    assert guideline.older_decisions(session) == []
    assert (after.blind, after.arm, after.suggested) == (before.blind, before.arm, before.suggested)
    annotating.undo(session)
    assert guideline.older_decisions(session) == [ident]


def test_undo_puts_the_text_before_in_force_and_a_version_number_is_never_used_twice(session):
    guideline.save(session, "# Second\n", ["M"])
    annotating.undo(session)
    assert guideline.current(session).text == guideline.shipped_text()
    assert guideline.version(session) == 1
    guideline.save(session, "# Third\n", ["M"])
    assert guideline.version(session) == 3
    assert [saved.version for saved in guideline.versions(session)] == [3, 2]
    assert check(session.connection).faults == ()


def test_the_same_text_is_no_new_version_and_an_empty_one_is_refused(session):
    assert not guideline.save(session, guideline.shipped_text(), ["M"])
    with pytest.raises(Problem, match="needs some text"):
        guideline.save(session, "  \n", ["M"])


def test_the_categories_that_a_change_concerns_are_proposed(session):
    text = guideline.shipped_text()
    in_section = text.replace("renal and total clearance", "renal clearance")
    assert guideline.touched_by(text, in_section, session.scheme) == {"E"}
    in_rules = text.replace("Still in doubt?", "In doubt?")
    assert guideline.touched_by(text, in_rules, session.scheme) == set(session.scheme.keys)
    assert guideline.touched_by(text, text, session.scheme) == frozenset()
