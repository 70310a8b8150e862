"""The language of the search line: words, "phrases" and tokens such as ``category:M p<0.6``.

Reading it is pure. A word that is typed may go on ("metab" finds "metabolism"); a comma joins
alternatives inside a token, a minus before a term turns it around. What is not understood is a
`SearchProblem` whose one sentence names what is allowed and what is nearest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import AnnotationState, Arm, BlockKind
from adme_labeler.domain.search import Field, Is, Query, Term

MOST_TERMS = 40
"""Terms of a search; what a person types has far fewer."""

STATES: Final[Mapping[str, str]] = {
    AnnotationState.OPEN.value: "waits for a decision",
    AnnotationState.ACCEPTED.value: "the suggestion was taken",
    AnnotationState.CORRECTED.value: "another category than suggested",
    AnnotationState.DECIDED.value: "decided without a suggestion in sight",
    AnnotationState.BULK.value: "accepted in bulk",
    AnnotationState.IMPORTED.value: "came with a table",
    AnnotationState.SKIPPED.value: "you skipped it",
    AnnotationState.UNSURE.value: "you were unsure",
}
ARMS: Final[Mapping[str, str]] = {
    Arm.DOCUMENT.value: "in document order",
    Arm.UNCERTAIN.value: "the model was least certain",
    Arm.RARE.value: "likely of the rarest category",
    Arm.RANDOM.value: "drawn at random",
    Arm.AUDIT.value: "drawn for an audit",
    Arm.SIMILAR.value: "similar to confirmed ones",
    Arm.PATTERN.value: "has words of a rare category",
    Arm.REVIEW.value: "looked at again",
    Arm.SEARCH.value: "found by a search",
    Arm.IMPORT.value: "came with a table",
    Arm.BULK.value: "accepted in bulk",
    Arm.IDENTICAL.value: "taken over from an identical sentence",
}
KINDS: Final[Mapping[str, str]] = {
    "paragraph": "running text",
    "list": "item of a list",
    "table": "row of a table",
    "caption": "caption of a table",
    "footnote": "footnote",
}
KIND_OF: Final[Mapping[str, BlockKind]] = {
    **{kind.value: kind for kind in BlockKind},
    "list": BlockKind.LIST_ITEM,
}
PROPERTIES: Final[Mapping[str, str]] = {
    Is.FLAGGED.value: "flagged by anybody",
    Is.NOTED.value: "has a note",
    Is.HELD_OUT.value: "of a held-out drug",
    Is.DISAGREEMENT.value: "decided otherwise than suggested now",
    Is.DONE.value: "has a category",
    Is.CONFLICT.value: "curators disagree",
    Is.CHANGED.value: "changed by a new version of its drug label",
}
TOKENS: Final[Mapping[str, tuple[Field, str]]] = {
    "category": (Field.CATEGORY, "decided category: M, Metabolism"),
    "also": (Field.ALSO, "further category"),
    "suggestion": (Field.SUGGESTION, "category the model suggests"),
    "p": (Field.PROBABILITY, "probability of the suggestion: p<0.6, p>=90%, p:0.4..0.6"),
    "state": (Field.STATE, "open, corrected, skipped, …"),
    "drug": (Field.DRUG, "name of the drug or its label"),
    "section": (Field.SECTION, "any heading above the sentence"),
    "heading": (Field.HEADING, "the nearest heading"),
    "note": (Field.NOTE, "words of a note"),
    "arm": (Field.ARM, "why the sentence came up"),
    "kind": (Field.KIND, "paragraph, list, table, …"),
    "is": (Field.IS, "flagged, disagreement, held-out, …"),
}
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "probability": "p",
    "suggested": "suggestion",
    "label": "drug",
}
_CLOSED: Final[Mapping[Field, Mapping[str, str]]] = {
    Field.STATE: STATES,
    Field.ARM: ARMS,
    Field.KIND: KINDS,
    Field.IS: PROPERTIES,
}
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_PIECE = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_TOKEN = re.compile(r"([^\W\d_][\w-]*)(:|<=|>=|<|>|=)(.*)", re.DOTALL)
_VALUE = re.compile(r'"([^"]*)(?:"|$)|([^,"]+)')
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?|[.,]\d+)\s*(%?)")
_DIGITS = 6


class SearchProblem(Problem):
    """A search that cannot be understood. `unfinished`: it may only not be typed to its end."""

    def __init__(self, sentence: str, unfinished: bool = False) -> None:
        super().__init__(sentence)
        self.unfinished = unfinished


@dataclass(frozen=True)
class Piece:
    """A run of the search line without blanks outside quotes; `start` and `end` are offsets."""

    text: str
    start: int
    end: int


def parse(written: str, scheme: CategoryScheme, *, typing: bool = False) -> Query:
    """Read a search. With `typing`, a last word without a blank behind it may be a beginning.

    ``parse(str(query), scheme) == query`` holds for every query this returns. Raises
    SearchProblem.
    """
    found: list[Term] = []
    for piece in pieces(written):
        found += _terms(piece.text, scheme, typing and piece.end == len(written))
    if len(found) > MOST_TERMS:
        raise SearchProblem(f"A search has at most {MOST_TERMS} words and tokens.")
    return Query(tuple(found))


def pieces(written: str) -> list[Piece]:
    """The search line cut at blanks; typographic quotes count as plain ones."""
    plain = _clean(written)
    return [Piece(m.group(), m.start(), m.end()) for m in _PIECE.finditer(plain)]


def split_token(piece: str) -> tuple[str, str, str] | None:
    """(name, operator, rest) of a piece that has the form of a token, minus signs put away."""
    found = _TOKEN.fullmatch(piece.lstrip("-"))
    return None if found is None else (found[1], found[2], found[3])


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, or ""."""
    from difflib import get_close_matches

    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    if not close and word:
        close = [name for name in by_folded if name.startswith(word.casefold())]
    return by_folded[close[0]] if close else ""


def _clean(written: str) -> str:
    """Same length, one kind of quote; characters that no text has (controls, halves) are blanks."""
    plain = written.translate(_QUOTES)
    return "".join(
        " " if ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 else c for c in plain
    )


def _terms(piece: str, scheme: CategoryScheme, may_go_on: bool) -> list[Term]:
    body = piece[1:] if piece.startswith("-") else piece
    negated = body is not piece
    token = None if body.startswith('"') else _TOKEN.fullmatch(body)
    if token is None:
        return _text(body, negated, may_go_on)
    name, operator, rest = token[1].casefold(), token[2], token[3]
    name = _OTHER_NAMES.get(name, name)
    known = TOKENS.get(name)
    if known is None:
        raise SearchProblem(_unknown_token(token[1] + operator))
    if known[0] is Field.PROBABILITY:
        return _probability(operator, rest, negated, may_go_on)
    if operator != ":":
        raise SearchProblem(f"“{name}” is followed by a colon: {name}:{rest.strip('=<>')}")
    values = [quote or bare for quote, bare in _VALUE.findall(rest)]
    values = [" ".join(value.split()) for value in values]
    values = [value for value in values if value]
    if not values:
        raise SearchProblem(_wanting(name, known[0], scheme), unfinished=may_go_on)
    read = tuple(dict.fromkeys(_value(name, known[0], value, scheme) for value in values))
    return [Term(known[0], read, negated)]


def _text(body: str, negated: bool, may_go_on: bool) -> list[Term]:
    """A word or phrase; with quotes in its middle it falls into several."""
    found: list[Term] = []
    parts = re.findall(r'"([^"]*)("?)(\*?)|([^"]+)', body)
    for number, (phrase, closed, star, bare) in enumerate(parts):
        value = " ".join((phrase or bare).split())
        goes_on = bool(star)
        if bare:
            goes_on = value.endswith("*")
            value = value.strip("*")
        if may_go_on and number == len(parts) - 1 and not (phrase and closed):
            goes_on = True
        value = value.replace("*", " ").strip() if bare else value
        if any(c.isalnum() for c in value):
            found.append(Term(Field.TEXT, (" ".join(value.split()),), negated, beginning=goes_on))
    return found


def _value(name: str, field: Field, value: str, scheme: CategoryScheme) -> str:
    if field in (Field.CATEGORY, Field.ALSO, Field.SUGGESTION):
        key = scheme.find(value)
        if key is None:
            raise SearchProblem(_unknown_category(name, value, scheme))
        return str(key)
    closed = _CLOSED.get(field)
    if closed is None:
        return value
    wanted = value.casefold().replace("_", "-").replace(" ", "-")
    wanted = {"list-item": "list", "heldout": "held-out"}.get(wanted, wanted)
    if wanted in closed:
        return wanted
    close = nearest(wanted, closed)
    raise SearchProblem(
        f"There is no {name}:“{value}”{_perhaps(f'{name}:{close}' if close else '')} "
        f"Allowed are {_listed(closed)}."
    )


def _probability(operator: str, rest: str, negated: bool, may_go_on: bool) -> list[Term]:
    example = "Write a probability as p<0.6, p>=90% or p:0.4..0.6"
    if not rest.strip():
        raise SearchProblem(f"{example}.", unfinished=may_go_on)
    if operator == ":":
        # p:<0.6 and p:0.4..0.6
        inner = re.fullmatch(r"(<=|>=|<|>|=)(.*)", rest)
        if inner is not None:
            return _probability(inner[1], inner[2], negated, may_go_on)
        low, dots, high = rest.partition("..")
        if dots and not negated:
            return [
                *_probability(">=", low, False, may_go_on),
                *_probability("<=", high, False, may_go_on),
            ]
        operator = "="
    number = _NUMBER.fullmatch(rest.strip().strip('"'))
    if number is None:
        raise SearchProblem(f"{example}; “{rest}” is no number.")
    share = float(number[1].replace(",", ".")) / (100 if number[2] else 1)
    if share > 1:
        raise SearchProblem(f"{example}; a probability is at most 1 or 100%.")
    value = f"{share:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return [Term(Field.PROBABILITY, (value,), negated, comparison=operator)]


def _unknown_token(written: str) -> str:
    name = written.rstrip(":<>=")
    close = nearest(name, [*TOKENS, *_OTHER_NAMES])
    close = _OTHER_NAMES.get(close, close)
    return (
        f"There is no token “{written}”{_perhaps(f'{close}:' if close else '')} "
        f"Allowed are {_listed(TOKENS)}; in quotes it is found as text."
    )


def _unknown_category(name: str, value: str, scheme: CategoryScheme) -> str:
    names = {c.name: c.key for c in scheme.categories}
    synonyms = {s: c.key for c in scheme.categories for s in c.synonyms}
    close = nearest(value, [*names, *synonyms])
    key = names.get(close) or synonyms.get(close)
    perhaps = _perhaps(f"{name}:{key}" if key else "")
    return f"There is no category “{value}”{perhaps} Allowed are {_categories(scheme)}."


def _perhaps(close: str) -> str:
    """The end of the first half of a sentence: what may have been meant."""
    return f": did you mean {close}?" if close else "."


def _wanting(name: str, field: Field, scheme: CategoryScheme) -> str:
    if field in (Field.CATEGORY, Field.ALSO, Field.SUGGESTION):
        return f"{name}: wants a category: {_categories(scheme)}."
    if field in _CLOSED:
        return f"{name}: wants one of {_listed(_CLOSED[field])}."
    return f"{name}: wants a value: {TOKENS[name][1]}."


def _categories(scheme: CategoryScheme) -> str:
    return _listed([f"{c.key} ({c.name})" for c in scheme.categories])


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
