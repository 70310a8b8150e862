from __future__ import annotations

from dataclasses import replace

import pytest

from adme_labeler.domain.categories import ADME, Category, CategoryKey, CategoryScheme
from adme_labeler.domain.records import ModelVersion, Suggestion
from adme_labeler.domain.scheme_rules import SchemeProblem, free_colors, free_digit
from adme_labeler.services import annotating, history, importing, schemes, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session, check_project
from adme_labeler.storage import annotations, sentences, suggestions
from tests.drafts import block, finished_training, label, simple_label

F = CategoryKey("F")


@pytest.fixture
def session(tmp_path):
    with Session.create(tmp_path / "work.adme", "ana") as opened:
        importing.commit_batch(opened, [simple_label(1)], importing.ImportTally())
        yield opened


def with_food(scheme: CategoryScheme, key: str = "F", name: str = "Food effect") -> CategoryScheme:
    light, dark = free_colors(scheme.categories)
    new = Category(CategoryKey(key), name, free_digit(scheme.categories), light, dark, "Meals.")
    return replace(scheme, categories=(*scheme.categories, new))


def changed(scheme: CategoryScheme, key: str, **fields: object) -> CategoryScheme:
    return replace(
        scheme,
        categories=tuple(replace(c, **fields) if c.key == key else c for c in scheme.categories),
    )


def without(scheme: CategoryScheme, key: str) -> CategoryScheme:
    return replace(scheme, categories=tuple(c for c in scheme.categories if c.key != key))


def first(session: Session):
    return sentences.in_document_order(session.connection)[0]


def reopened(session: Session) -> tuple[CategoryScheme, str]:
    with Session.open(session.path, read_only=True) as other:
        return other.scheme, other.scheme_problem


def test_a_new_project_has_the_adme_categories_and_no_setting(session):
    assert session.scheme is ADME
    assert session.setting("scheme") is None


def test_renaming_keeps_keys_decisions_and_the_old_name_as_a_synonym(session):
    annotating.decide(session, first(session), CategoryKey("E"), Shown())
    changes = schemes.save(session, changed(session.scheme, "E", name="Clearance"))
    assert changes.settings
    assert session.scheme.version == 2
    assert session.scheme["E"].name == "Clearance"
    assert session.scheme.find("excretion") == "E"
    held = annotating.annotation(session, first(session))
    assert held is not None
    assert held.category == "E"
    assert reopened(session) == (session.scheme, "")


def test_a_rename_is_undone_and_redone_with_a_version_of_its_own(session):
    schemes.save(session, changed(session.scheme, "E", name="Clearance"))
    annotating.undo(session)
    assert (session.scheme["E"].name, session.scheme.version) == ("Excretion", 3)
    assert session.scheme.categories == ADME.categories
    annotating.redo(session)
    assert (session.scheme["E"].name, session.scheme.version) == ("Clearance", 4)
    assert reopened(session)[0] == session.scheme
    assert not check_project(session.path).faults


def test_saving_what_stands_already_is_no_operation(session):
    assert schemes.save(session, session.scheme).operation is None
    assert session.stacks()[0] == []


def test_an_added_category_goes_to_the_end_and_is_decided_with(session):
    scheme = session.scheme
    shuffled = with_food(scheme)
    shuffled = replace(shuffled, categories=shuffled.categories[::-1])
    schemes.save(session, shuffled)
    assert session.scheme.keys == ("A", "D", "M", "E", "O", "F")
    annotating.decide(session, first(session), F, Shown())
    held = annotating.annotation(session, first(session))
    assert held is not None
    assert (held.category, held.provenance.scheme_version) == ("F", 2)


def test_adding_is_undone_after_the_decisions_that_use_it(session):
    schemes.save(session, with_food(session.scheme))
    annotating.decide(session, first(session), F, Shown())
    annotating.undo(session)
    assert F in session.scheme.keys
    annotating.undo(session)
    assert F not in session.scheme.keys
    annotating.redo(session)
    annotating.redo(session)
    held = annotating.annotation(session, first(session))
    assert held is not None
    assert held.category == F
    assert session.scheme[F].name == "Food effect"


def test_undo_keeps_a_category_that_an_import_has_used(session):
    schemes.save(session, changed(session.scheme, "O", shortcut="6"))
    schemes.save(session, with_food(session.scheme))
    assert session.scheme[F].shortcut == "5"
    draft = label("t", "Tabulin", [block("X", ["Food delays it."], categories=["Food effect"])])
    importing.commit_batch(session, [draft], importing.ImportTally())
    annotating.undo(session)  # the adding
    assert session.scheme.keys[-1] == F
    annotating.undo(session)  # the digit of the rest, which the kept category has now
    assert session.scheme["O"].shortcut == "5"
    assert session.scheme[F].shortcut == "6"
    assert reopened(session) == (session.scheme, "")
    report = check_project(session.path)
    assert not report.faults


def test_going_back_in_the_history_takes_the_category_and_its_decisions_back(session):
    annotating.decide(session, first(session), CategoryKey("A"), Shown())
    before = session.stacks()[0][-1]
    schemes.save(session, with_food(session.scheme))
    annotating.decide(session, first(session), F, Shown())
    history.go_back(session, history.way_back(session, before))
    assert session.scheme.keys == ADME.keys
    annotating.undo(session)
    assert session.scheme.keys[-1] == F
    held = annotating.annotation(session, first(session))
    assert held is not None
    assert held.category == F


def test_what_is_in_use_cannot_be_removed_and_says_by_what(session):
    schemes.save(session, with_food(session.scheme))
    annotating.decide(session, first(session), CategoryKey("A"), Shown())
    annotating.toggle_also(session, first(session), F)
    with pytest.raises(
        SchemeProblem, match="Food effect cannot be removed: it is used by 1 decision"
    ):
        schemes.save(session, without(session.scheme, "F"))
    with pytest.raises(SchemeProblem, match="a category for everything else"):
        schemes.save(session, without(session.scheme, "O"))
    annotating.undo(session)
    schemes.save(session, without(session.scheme, "F"))
    assert session.scheme.keys == ADME.keys


def test_headings_and_trained_models_keep_a_category_too(session):
    schemes.save(session, with_food(session.scheme))
    hinted = label("h", "Hintol", [block("Metabolism", ["It is oxidised."], hint="M")])
    importing.commit_batch(session, [hinted], importing.ImportTally())
    assert "the headings of" in schemes.why_kept(session, CategoryKey("M"))
    annotating.decide(session, first(session), CategoryKey("A"), Shown())
    run = training.create_run(session)
    training.finish(session, run.id, finished_training())
    assert "model version 1" in schemes.why_kept(session, F)
    assert schemes.unknown_to_model(session, ModelVersion(1)) == ()
    schemes.save(session, with_food(session.scheme, "G", "Genotype"))
    assert schemes.unknown_to_model(session, ModelVersion(0)) == ()
    unknown = schemes.unknown_to_model(session, ModelVersion(1))
    assert schemes.unknown_sentence(unknown) == "This model does not know Genotype yet: retrain."


def test_suggestions_stay_when_a_category_is_added_and_go_when_one_is_removed(session):
    one = Suggestion(
        first(session), ModelVersion(0), 1, CategoryKey("O"), CategoryKey("A"),
        (0.1, 0.1, 0.1, 0.1, 0.6), 0.5,
    )  # fmt: skip
    with session.project.transaction() as connection:
        suggestions.store(connection, [one])
    schemes.save(session, with_food(session.scheme))
    assert annotating.suggestions_of(session, [first(session)])
    schemes.save(session, without(session.scheme, "F"))
    assert not annotating.suggestions_of(session, [first(session)])


def damage(session: Session, text: str = '{"version":') -> None:
    with session.project.transaction() as connection:
        connection.execute("UPDATE setting SET value = ? WHERE key = 'scheme'", (text,))


@pytest.mark.parametrize(
    "text",
    [
        '{"version":',
        "[]",
        '{"version":3,"rest":"O","categories":[]}',
        '{"version":3,"rest":"Z","categories":[{"key":"A","name":"A","shortcut":"1",'
        '"color_light":"#0072B2","color_dark":"#56B4E9","definition":""}]}',
    ],
)
def test_a_damaged_setting_falls_back_to_the_last_scheme_of_the_log(session, text):
    schemes.save(session, with_food(changed(session.scheme, "E", name="Clearance")))
    annotating.decide(session, first(session), F, Shown())
    expected = session.scheme
    damage(session, text)
    scheme, problem = reopened(session)
    assert scheme == expected
    assert "No decision is lost" in problem
    with Session.open(session.path, read_only=True) as other:
        row = other.connection.execute("SELECT value FROM setting WHERE key = 'scheme'").fetchone()
    assert row["value"] == text


def test_keys_that_only_decisions_know_are_kept_where_the_log_has_no_scheme(session):
    with session.project.operation("old", "old", "ana") as draft:
        annotations.write(
            session.connection,
            draft,
            [replace(annotating.decided(session, first(session), CategoryKey("A"), Shown()),
                     category=F)],
        )  # fmt: skip
    with session.project.transaction() as connection:
        connection.execute("INSERT INTO setting VALUES ('scheme', 'nonsense')")
    scheme, problem = reopened(session)
    assert scheme.keys == (*ADME.keys, "F")
    assert problem


@pytest.mark.parametrize(
    ("key", "fields", "sentence"),
    [
        ("A", {"name": ""}, "needs a name"),
        ("A", {"name": "Distribution"}, "same name"),
        ("A", {"name": "A very long name of a category"}, "longer than 24"),
        ("A", {"name": "A+B"}, "must do without"),
        ("A", {"synonyms": ("Elimination",)}, "means both"),
        ("A", {"shortcut": "2"}, "the same digit, 2"),
        ("A", {"shortcut": "0"}, "digit from 1 to 9"),
        ("A", {"color_light": "blue"}, "written like #0072B2"),
        ("A", {"color_light": "#FFE680"}, "hardly be seen on the light window"),
        ("A", {"color_dark": "#202020"}, "hardly be seen on the dark window"),
        ("A", {"color_light": "#009E70"}, "look alike on the light window"),
    ],
)
def test_a_scheme_that_cannot_work_is_refused_with_a_sentence(session, key, fields, sentence):
    with pytest.raises(SchemeProblem, match=sentence):
        schemes.save(session, changed(session.scheme, key, **fields))
    assert session.scheme is ADME


@pytest.mark.parametrize("key", ["", "4", "ABC", "é", "a"])
def test_a_key_must_be_new_and_of_letters(session, key):
    with pytest.raises(SchemeProblem):
        schemes.save(session, with_food(session.scheme, key))


def test_nine_categories_are_the_most(session):
    scheme = session.scheme
    for number in range(4):
        scheme = with_food(scheme, "UVWX"[number], f"Further {number}")
    schemes.save(session, scheme)
    assert len(session.scheme.categories) == 9
    assert [c.shortcut for c in session.scheme.categories] == list("123456789")
    with pytest.raises(SchemeProblem, match="9 categories at most"):
        schemes.save(session, with_food(scheme, "Z", "One more"))


def test_a_stored_measurement_gets_a_row_and_a_column_for_a_new_category(session):
    from adme_labeler.statistics.recall import measure

    keys = session.scheme.keys
    true = [keys[n % 5] for n in range(60)]
    said = [keys[(n + (n % 7 == 0)) % 5] for n in range(60)]
    old = measure(true, said, [n % 4 for n in range(60)], keys, source="cross-validation")
    assert schemes.as_measured_now(session, old) is old
    schemes.save(session, with_food(session.scheme))
    now = schemes.as_measured_now(session, old)
    assert now is not None
    assert now.categories[:5] == old.categories
    assert (now.categories[5].category, now.categories[5].support) == ("F", 0)
    assert [row[:5] for row in now.confusion[:5]] == [tuple(row) for row in old.confusion]
    assert sum(now.confusion[5]) == sum(row[5] for row in now.confusion) == 0
