"""Titles of operations: English as they stand in the log, German where they are shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from adme_labeler import language
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import AnnotationState, ModelVersion, Suggestion
from adme_labeler.services import (
    annotating,
    boundaries,
    bulk,
    conflicts,
    finding,
    history,
    identical,
    importing,
    project_settings,
    second_look,
    titles,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import labels, sentences, suggestions
from tests.drafts import block, label, simple_label

A, D = CategoryKey("A"), CategoryKey("D")

GERMAN = {
    "Undo: Skipped: It is fast.": "Zurückgenommen: Übersprungen: It is fast.",
    "Redo: Undo: Note: x": "Wiederholt: Zurückgenommen: Notiz: x",
    "Absorption for 12,345 sentences at once": "Absorption für 12.345 Sätze auf einmal",
    "Absorption for 1 sentence at once": "Absorption für 1 Satz auf einmal",
    "Accept 4120 suggestions at once": "4120 Vorschläge auf einmal übernommen",
    "1 sentence skipped at once": "1 Satz auf einmal übersprungen",
    "2 sentences marked unsure at once": "2 Sätze auf einmal als unsicher vermerkt",
    "1,200 sentences flagged": "1.200 Sätze markiert",
    "3 sentences without their flag": "3 Sätze ohne Markierung",
    "Excretion, also for 3 identical sentences": "Excretion, auch für 3 gleiche Sätze",
    "One category for 1 identical sentence": "Eine Kategorie für 1 gleichen Satz",
    "Merge 1 row of a (b).xlsx (sha256 0123abcd4567)": (
        "1 Zeile aus a (b).xlsx eingearbeitet (sha256 0123abcd4567)"
    ),
    "Draw an audit of 300 out of 12,000 undecided sentences": (
        "Stichprobe von 300 aus 12.000 offenen Sätzen gezogen"
    ),
    "Go back to #1,200: 3 operations taken back": ("Zurück zu #1.200: 3 Schritte zurückgenommen"),
    "Train version 3: no evidence of a difference": (
        "Version 3 trainiert: kein Beleg für einen Unterschied"
    ),
    "Promote version 3": "Version 3 eingesetzt",
    "Back to the instant model": "Zurück zum Sofortmodell",
    "Import 12 drug labels": "12 Fachinformationen importiert",
    "Import Zelvarone tablets": "Import: Zelvarone tablets",
    "Hold out 2 drug groups": "2 Arzneimittelgruppen zurückgehalten",
    "Guideline, version 4": "Leitfaden, Version 4",
    "Confirm on a second look: Other: It is.": "Beim zweiten Blick bestätigt: Other: It is.",
    "Annotate 12 sentences from a table": "12 Sätze aus einer Tabelle annotiert",
    "Categories: added Transport; colour of Other": (
        "Kategorien: Transport hinzugefügt; Farbe von Other"
    ),
}
UNKNOWN = (
    "Absorption: Half of the dose is absorbed.",
    "Of a later version",
    "",
    "Undone",
)


@pytest.fixture
def german() -> Iterator[None]:
    language.use("de")
    yield
    language.use("en")


@pytest.mark.parametrize("title", [*GERMAN, *UNKNOWN])
def test_english_stays_as_it_was_written(title: str) -> None:
    assert titles.in_words(title) == title


@pytest.mark.parametrize(("title", "said"), GERMAN.items())
def test_german_has_the_same_numbers_and_names(german: None, title: str, said: str) -> None:
    assert titles.in_words(title) == said


@pytest.mark.parametrize("title", UNKNOWN)
def test_what_is_unknown_is_shown_as_it_is(german: None, title: str) -> None:
    assert titles.in_words(title) == title


def test_every_title_the_program_writes_is_the_same_in_english_and_another_in_german(
    tmp_path: Path,
) -> None:
    with Session.create(tmp_path / "p", "ana") as session:
        _work(session)
        written = {o.summary for o in session_titles(session)}
        decided = ("Absorption: ", "Distribution: ", "Excretion: ")
        plain = {t for t in written if t.startswith(decided)}
        assert len(written - plain) > 25
        assert {titles.in_words(t) for t in written} == written
        language.use("de")
        try:
            assert [t for t in written - plain if titles.in_words(t) == t] == []
            assert {titles.in_words(t) for t in plain} == plain
        finally:
            language.use("en")


def test_no_service_writes_operations_that_this_test_does_not_know() -> None:
    """A new module that writes a title has to be looked at here."""
    found = set[str]()
    for path in Path(titles.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = node.func.value
                named = of.id if isinstance(of, ast.Name) else getattr(of, "attr", "")
                if (named, node.func.attr) in {
                    ("project", "operation"),
                    ("annotating", "write"),
                    ("annotating", "writing"),
                }:
                    found.add(path.stem)
    assert found == {
        *("annotating", "audit_drawing", "boundaries", "bulk", "conflicts", "finding"),
        *("guideline", "history", "identical", "import_runs", "importing", "merging"),
        *("notebook", "project_settings", "schemes", "second_look", "session"),
        *("table_annotations", "training"),
    }


def session_titles(session: Session) -> list:
    found = history.entries(session, history.find(session))
    return [entry.operation for entry in found.values()]


def _work(session: Session) -> None:
    drafts = [simple_label(n) for n in range(3)]
    drafts += [label(f"t{n}", f"Twin{n}", [block("X", ["The very same words."])]) for n in (1, 2)]
    importing.commit_batch(session, drafts, importing.ImportTally())
    importing.commit_batch(session, [simple_label(9)], importing.ImportTally())
    ids = sentences.in_document_order(session.connection)
    keys = session.scheme.keys
    with session.project.transaction() as connection:
        suggestions.store(
            connection,
            [Suggestion(i, ModelVersion(0), 1, A, D, (0.9, 0.1, 0, 0, 0), 0.1) for i in ids],
        )
    first, second, third, fourth, *rest = ids[:24]
    annotating.decide(session, first, A, Shown())
    annotating.toggle_also(session, first, D)
    annotating.clear(session, first)
    annotating.skip(session, first, Shown())
    annotating.unsure(session, first, Shown())
    annotating.toggle_flag(session, second)
    annotating.set_note(session, second, "look")
    annotating.undo(session)
    annotating.redo(session)
    bulk.set_category(session, rest[:2], A)
    bulk.set_aside(session, rest[2:4], AnnotationState.SKIPPED)
    bulk.set_aside(session, rest[2:4], AnnotationState.UNSURE)
    bulk.flag(session, rest[:1])
    bulk.flag(session, rest[:1])
    bulk.accept(session, rest[5:8])
    (one, *_) = finding.find(session, '"very same words"').ids
    annotating.decide(session, one, A, Shown())
    identical.apply(session, one)
    second_look.decide(session, one, A, Shown())
    second_look.decide(session, one, D, Shown())
    session.curator = "ben"
    annotating.decide(session, rest[0], keys[3], Shown())
    conflicts.settle(session, rest[0], D)
    conflicts.reopen(session, rest[0])
    session.curator = "ana"
    made = boundaries.split(session, third, 9).made
    boundaries.merge(session, made[0])
    finding.save_filter(session, "mine", "state:open")
    finding.save_filter(session, "yours", "state:open", replaces="mine")
    finding.remove_filter(session, "yours")
    change_setting(session, "precision_floor", 0.7)
    project_settings.save(session, project_settings.ProjectSettings(blind_share=0.1))
    group = labels.groups(session.connection)[0].id
    importing.set_held_out(session, [group], True)
    importing.set_held_out(session, [group], False)
    target = history.newest(session)
    annotating.toggle_flag(session, fourth)
    history.go_back(session, history.way_back(session, target))
