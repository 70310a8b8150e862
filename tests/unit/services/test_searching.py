"""The language of the search line, its completion, and what a search finds in a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import ModelVersion, SentenceId, Suggestion
from adme_labeler.domain.search import Field, Query, Term
from adme_labeler.services import annotating, finding, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.completing import Vocabulary, accepted, complete, vocabulary
from adme_labeler.services.finding import Column
from adme_labeler.services.searching import SearchProblem, parse, pieces
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import search, sentences, suggestions
from tests.drafts import block, label, simple_label

# --------------------------------------------------------------------------- reading

WORDS = st.text(min_size=1, max_size=12).filter(lambda w: any(c.isalnum() for c in w))
PIECES = st.one_of(
    st.sampled_from(
        [
            "category:M",
            "category:Absorption,E",
            "-state:skipped,unsure",
            "suggestion:elimination",
            "p<0.6",
            "-p>=90%",
            "p:0.25..0.5",
            "is:flagged,held-out",
            "kind:list",
            'section:"clinical pharmacology"',
            'drug:warf,"st john"',
            '-"half-life"',
            '"an open phrase',
            "metab*",
        ]
    ),
    WORDS,
    st.builds('"{}"'.format, WORDS),
    st.builds("note:{}".format, WORDS),
)


@given(st.lists(PIECES, max_size=6), st.booleans())
def test_a_query_that_is_printed_reads_the_same(written: list[str], typing: bool) -> None:
    try:
        query = parse(" ".join(written), ADME, typing=typing)
    except SearchProblem:
        return
    assert parse(str(query), ADME) == query


@given(st.text(max_size=60))
def test_anything_typed_is_a_query_or_one_sentence(written: str) -> None:
    try:
        query = parse(written, ADME, typing=True)
    except SearchProblem as problem:
        assert len(str(problem)) > 10
    else:
        assert parse(str(query), ADME) == query
    cut = pieces(written)
    assert all(a.end <= b.start for a, b in pairwise(cut))


def test_the_tokens_of_a_search_are_read() -> None:
    query = parse('category:M,excretion -state:skipped p<60% drug:"st john" half-life', ADME)
    assert query.terms == (
        Term(Field.CATEGORY, ("M", "E")),
        Term(Field.STATE, ("skipped",), negated=True),
        Term(Field.PROBABILITY, ("0.6",), comparison="<"),
        Term(Field.DRUG, ("st john",)),
        Term(Field.TEXT, ("half-life",)),
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("colour:red", "no token “colour:”. Allowed are category"),
        ("categry:M", "did you mean category:?"),
        ("category:Metabolisms", "did you mean category:M?"),
        ("category:Q", "A (Absorption), D (Distribution)"),
        ("state:corect", "did you mean state:corrected?"),
        ("is:held", "did you mean is:held-out?"),
        ("kind:picture", "Allowed are paragraph, list, table"),
        ("p<often", "“often” is no number"),
        ("p>7", "at most 1 or 100%"),
        ("category<M", "followed by a colon: category:M"),
        (" ".join(["word"] * 41), "at most 40"),
    ],
)
def test_what_is_not_understood_is_one_sentence_that_helps(written: str, said: str) -> None:
    with pytest.raises(SearchProblem) as caught:
        parse(written, ADME)
    assert said in str(caught.value)
    assert not caught.value.unfinished


def test_a_token_that_is_being_typed_is_unfinished_and_no_mistake() -> None:
    for written in ("category:", "p<", "M category:"):
        with pytest.raises(SearchProblem) as caught:
            parse(written, ADME, typing=True)
        assert caught.value.unfinished


def test_only_the_last_word_while_typing_is_a_beginning() -> None:
    begun = parse("renal clear", ADME, typing=True)
    assert [t.beginning for t in begun.terms] == [False, True]
    assert not any(t.beginning for t in parse("renal clear ", ADME, typing=True).terms)
    assert not any(t.beginning for t in parse('"renal clear"', ADME, typing=True).terms)


# --------------------------------------------------------------------------- completing


def choices(written: str, words: Vocabulary | None = None) -> list[str]:
    return [c.text for c in complete(written, len(written), words or Vocabulary()).choices]


def test_names_and_values_of_tokens_are_offered() -> None:
    assert choices("sta") == ["state:"]
    assert choices("renal -s") == ["suggestion:", "state:", "section:"]
    assert choices("state:co") == ["corrected"]
    assert choices("category:elim") == ["E"]
    assert choices("category:M,") == ["A", "D", "M", "E", "O"]
    assert choices("p<") == ["p<0.6"]
    assert choices("renal") == choices('"sta') == choices("") == choices("note:x") == []


def test_names_of_the_project_are_offered_by_beginning_then_by_part() -> None:
    words = Vocabulary(drugs=("Altazole", "Mefalto", "Sal Altum"))
    assert choices("drug:al", words) == ["Altazole", "Mefalto", '"Sal Altum"']


def test_a_choice_replaces_what_was_begun_and_leaves_the_rest() -> None:
    written = "renal -stat p<0.6"
    found = complete(written, len("renal -stat"), Vocabulary())
    text, cursor = accepted(written, found, found.choices[0])
    assert (text, cursor) == ("renal -state: p<0.6", len("renal -state:"))
    found = complete("state:cor", 9, Vocabulary())
    assert accepted("state:cor", found, found.choices[0]) == ("state:corrected ", 16)
    found = complete("category:M,E", 10, Vocabulary())
    assert accepted("category:M,E", found, found.choices[0])[0] == "category:M,E"


@given(st.text(alphabet='ab:",-pMstae <', max_size=20), st.integers(0, 20))
def test_completing_never_touches_what_stands_before(written: str, cursor: int) -> None:
    found = complete(written, cursor, Vocabulary(drugs=("ab", 'a"b', "t e")))
    for choice in found.choices:
        text, place = accepted(written, found, choice)
        assert text.startswith(written[: found.start]) and place <= len(text)
        assert found.start <= min(cursor, len(written)) <= max(found.end, cursor)


# --------------------------------------------------------------------------- finding


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.create(tmp_path / "p", "ana") as opened:
        drafts = [simple_label(i, sentences=8) for i in range(10)]
        rich = label(
            "set-rich",
            "Éthazole",
            [
                block("Protein Binding", ["Naïve volunteers: 94% bound, t1/2 = 3 h."]),
                block("Renal", ["The drug_x is 100% renal.", "Clearance was 2 L/h."]),
            ],
        )
        importing.commit_batch(opened, [*drafts, rich], importing.ImportTally())
        importing.choose_held_out(opened)
        change_setting(opened, "blind_share", 0.0)  # which sentences it takes is chance
        yield opened


def suggest(session: Session, category: str, ids: Sequence[SentenceId], p: float = 0.8) -> None:
    shares = tuple(p if k == category else (1 - p) / 4 for k in ADME.keys)
    with session.project.transaction() as connection:
        suggestions.store(
            connection,
            [
                Suggestion(
                    i, ModelVersion(0), 1, CategoryKey(category), CategoryKey("O"), shares, 0.5
                )
                for i in ids
            ],
        )


def both_sides(session: Session) -> tuple[list[SentenceId], list[SentenceId]]:
    """Sentences that train, sentences of held-out drugs."""
    ids = sentences.in_document_order(session.connection)
    held = {i for i in ids if sentences.is_held_out(session.connection, i)}
    assert held
    return [i for i in ids if i not in held], [i for i in ids if i in held]


def found(session: Session, written: str) -> list[SentenceId]:
    return list(finding.find(session, written).ids)


def test_words_phrases_beginnings_and_diacritics(session: Session) -> None:
    connection = session.connection

    def number(written: str) -> int:
        query = parse(written, ADME, typing=True)
        return search.count(connection, query, search.View("ana"))

    assert number("absorption") == 10
    assert number("absorp") == 10 and number("absorp ") == 0
    assert number('"label 3 about absor') == 1
    assert number('"of label 3 about" absor') == 1
    assert number("naive") == number("NAÏVE") == 1
    assert number("-sentence") == 3


@given(st.text(max_size=30))
def test_no_character_upsets_a_search(session: Session, written: str) -> None:
    for odd in (written, f'"{written}"', f"note:{written} drug:{written}"):
        try:
            finding.find(session, odd, typing=True)
        except SearchProblem as problem:
            assert str(problem)


def test_places_names_and_kinds(session: Session) -> None:
    assert len(found(session, "section:pharmacokin")) == 83
    assert len(found(session, 'heading:"protein bind"')) == 1
    assert len(found(session, "heading:pharmacokin")) == 0
    assert len(found(session, "drug:ethazole")) == 3
    assert len(found(session, "drug:Testazole3,éthazole")) == 11
    assert len(found(session, "kind:paragraph")) == 83
    assert found(session, "kind:table") == []
    with pytest.raises(SearchProblem, match="did you mean Éthazole"):
        finding.find(session, "drug:ethazol3")


def test_states_notes_flags_and_arms(session: Session) -> None:
    first, second, third, fourth = both_sides(session)[0][:4]
    suggest(session, "M", [first, second])
    shown = annotating.suggestions_of(session, [first, second])
    annotating.decide(session, first, CategoryKey("M"), Shown(shown[first]))
    annotating.decide(session, second, CategoryKey("E"), Shown(shown[second]))
    annotating.skip(session, third, Shown())
    annotating.set_note(session, fourth, "ask 100% of them_all")
    annotating.toggle_flag(session, fourth)
    annotating.toggle_also(session, second, CategoryKey("A"))
    assert found(session, "state:accepted") == [first]
    assert found(session, "state:corrected,skipped") == [second, third]
    assert len(found(session, "state:open")) == 80 and fourth in found(session, "state:open")
    assert found(session, "category:Excretion") == [second]
    assert found(session, "also:A") == [second]
    assert found(session, "note:100%") == found(session, "note:them_all") == [fourth]
    assert found(session, "note:themXall") == []
    assert found(session, "is:flagged") == found(session, "is:noted") == [fourth]
    assert found(session, "is:disagreement") == [second]
    assert found(session, "is:done -category:M") == [second]
    assert found(session, "arm:document") == [first, second, third]


def test_a_search_never_gives_away_a_suggestion_that_is_hidden(session: Session) -> None:
    train, held = both_sides(session)
    suggest(session, "E", train[:5])
    suggest(session, "E", held)
    suggest(session, "M", train[5:])
    written = ("suggestion:E", "p>0.5 suggestion:E", "-suggestion:M p<0.9")
    for one in written:
        assert found(session, one) == train[:5]
    assert found(session, "is:disagreement") == []
    said = finding.left_out(session, parse("suggestion:E", ADME))
    assert said.startswith(f"{len(held)} sentences are left out")
    assert finding.left_out(session, parse("state:open", ADME)) == ""
    annotating.decide(session, held[0], CategoryKey("A"), Shown(blind=True))
    assert set(found(session, "suggestion:E")) == {*train[:5], held[0]}
    assert found(session, "is:disagreement") == [held[0]]
    assert finding.find(session, "suggestion:E", hide_suggestions=True).ids == [held[0]]
    # Another curator has decided nothing yet.
    session.curator = "ben"
    assert found(session, "suggestion:E") == train[:5] and found(session, "is:disagreement") == []


def test_the_blind_share_of_all_other_drugs_is_no_more_given_away(session: Session) -> None:
    train, _ = both_sides(session)
    suggest(session, "E", train)
    change_setting(session, "blind_share", 0.5)
    unseen = {i for i in train if annotating.must_be_blind(session, i)}
    assert unseen and set(found(session, "suggestion:E")) == set(train) - unseen


def test_the_probability_is_that_of_the_suggested_category(session: Session) -> None:
    train, _ = both_sides(session)
    shifted = Suggestion(
        train[0],
        ModelVersion(0),
        1,
        CategoryKey("E"),
        CategoryKey("O"),
        (0.02, 0.03, 0.05, 0.35, 0.55),
        0.1,
    )
    with session.project.transaction() as connection:
        suggestions.store(connection, [shifted])
    assert found(session, "p<0.5") == found(session, "p:35%") == [train[0]]


def test_an_empty_search_names_the_token_that_emptied_it(session: Session) -> None:
    said = finding.find(session, "absorption state:corrected").explanation
    assert "without “state:corrected” it would be 10 sentences" in said and "Esc" in said
    assert "“state:bulk”" in finding.find(session, "state:bulk").explanation
    said = finding.find(session, "zzz state:bulk").explanation
    assert "“zzz” alone finds none" in said
    assert "no letter or digit" in finding.find(session, "%").explanation


# --------------------------------------------------------------------------- order and filters


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize("few", [True, False])
def test_every_column_sorts_and_loses_nothing(
    session: Session, column: Column, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_FEW", 1000 if few else 0)
    train, held = both_sides(session)
    suggest(session, "E", [*train[:5], *held], 0.7)
    suggest(session, "A", train[5:9], 0.9)
    annotating.decide(session, train[3], CategoryKey("D"), Shown())
    annotating.toggle_flag(session, train[4])
    chosen = [*held, *train[::2], train[3]]
    up = finding.ordered(session, chosen, column)
    down = finding.ordered(session, chosen, column, descending=True)
    assert sorted(up) == sorted(down) == sorted(chosen)
    if column is Column.PROBABILITY:
        assert up[0] in train[:5] and down[0] in train[5:9]
        assert set(held) <= set(up[5:]) and set(held) <= set(down[5:])
    if column is Column.CATEGORY:
        assert up[0] == down[0] == train[3]
    if column is Column.NOTE:
        assert up[0] == train[4]
    if column is Column.TEXT:
        texts = [s.text for s in sentences.get(session.connection, up)]
        assert texts == sorted(texts, key=str.casefold)


def test_filters_are_saved_renamed_and_undone(session: Session) -> None:
    finding.save_filter(session, " To  ask ", "note:ask")
    assert finding.saved_filters(session) == {"To ask": "note:ask"}
    with pytest.raises(Problem, match="already a filter"):
        finding.save_filter(session, "To ask", "note:other")
    with pytest.raises(Problem, match="no search"):
        finding.save_filter(session, "x", "  ")
    with pytest.raises(SearchProblem):
        finding.save_filter(session, "x", "colour:red")
    finding.save_filter(session, "Ask Eve", "note:ask", replaces="To ask")
    assert finding.saved_filters(session) == {"Ask Eve": "note:ask"}
    finding.remove_filter(session, "Ask Eve")
    assert finding.saved_filters(session) == {}
    assert "Delete the filter" in annotating.next_undo(session)
    assert annotating.undo(session).settings
    annotating.undo(session)
    assert finding.saved_filters(session) == {"To ask": "note:ask"}


def test_the_vocabulary_is_that_of_the_project(session: Session) -> None:
    words = vocabulary(session)
    assert "Éthazole" in words.drugs and len(words.drugs) == 11
    assert words.sections == ("12.3 Pharmacokinetics",)
    assert "Protein Binding" in words.headings
    assert choices("drug:eth", words) == ["Éthazole"]
    assert parse(str(Query(())), ADME) == Query()
