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
from adme_labeler.language import listed, mark, tr

MOST_TERMS = 40
"""Terms of a search; what a person types has far fewer."""

STATES: Final[Mapping[str, str]] = {
    AnnotationState.OPEN.value: mark("waits for a decision"),
    AnnotationState.ACCEPTED.value: mark("the suggestion was taken"),
    AnnotationState.CORRECTED.value: mark("another category than suggested"),
    AnnotationState.DECIDED.value: mark("decided without a suggestion in sight"),
    AnnotationState.BULK.value: mark("accepted in bulk"),
    AnnotationState.IMPORTED.value: mark("came with a table"),
    AnnotationState.SKIPPED.value: mark("you skipped it"),
    AnnotationState.UNSURE.value: mark("you were unsure"),
}
ARMS: Final[Mapping[str, str]] = {
    Arm.DOCUMENT.value: mark("in document order"),
    Arm.UNCERTAIN.value: mark("the model was least certain"),
    Arm.RARE.value: mark("likely of the rarest category"),
    Arm.RANDOM.value: mark("drawn at random"),
    Arm.AUDIT.value: mark("drawn for an audit"),
    Arm.SIMILAR.value: mark("similar to confirmed ones"),
    Arm.PATTERN.value: mark("has words of a rare category"),
    Arm.REVIEW.value: mark("looked at again"),
    Arm.SEARCH.value: mark("found by a search"),
    Arm.IMPORT.value: mark("came with a table"),
    Arm.BULK.value: mark("accepted in bulk"),
    Arm.IDENTICAL.value: mark("taken over from an identical sentence"),
}
KINDS: Final[Mapping[str, str]] = {
    "paragraph": mark("running text"),
    "list": mark("item of a list"),
    "table": mark("row of a table"),
    "caption": mark("caption of a table"),
    "footnote": mark("footnote"),
}
KIND_OF: Final[Mapping[str, BlockKind]] = {
    **{kind.value: kind for kind in BlockKind},
    "list": BlockKind.LIST_ITEM,
}
PROPERTIES: Final[Mapping[str, str]] = {
    Is.FLAGGED.value: mark("flagged by anybody"),
    Is.NOTED.value: mark("has a note"),
    Is.HELD_OUT.value: mark("of a held-out drug"),
    Is.DISAGREEMENT.value: mark("decided otherwise than suggested now"),
    Is.DONE.value: mark("has a category"),
    Is.CONFLICT.value: mark("curators disagree"),
    Is.CHANGED.value: mark("changed by a new version of its drug label"),
}
TOKENS: Final[Mapping[str, tuple[Field, str]]] = {
    "category": (Field.CATEGORY, mark("decided category: M, Metabolism")),
    "also": (Field.ALSO, mark("further category")),
    "suggestion": (Field.SUGGESTION, mark("category the model suggests")),
    "p": (Field.PROBABILITY, mark("probability of the suggestion: p<0.6, p>=90%, p:0.4..0.6")),
    "state": (Field.STATE, mark("open, corrected, skipped, …")),
    "drug": (Field.DRUG, mark("name of the drug or its label")),
    "section": (Field.SECTION, mark("any heading above the sentence")),
    "heading": (Field.HEADING, mark("the nearest heading")),
    "note": (Field.NOTE, mark("words of a note")),
    "arm": (Field.ARM, mark("why the sentence came up")),
    "kind": (Field.KIND, mark("paragraph, list, table, …")),
    "is": (Field.IS, mark("flagged, disagreement, held-out, …")),
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
        raise SearchProblem(tr("A search has at most {most} words and tokens.", most=MOST_TERMS))
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
        raise SearchProblem(
            tr(
                "“{name}” is followed by a colon: {example}",
                name=name,
                example=f"{name}:{rest.strip('=<>')}",
            )
        )
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
        _perhaps(
            tr("There is no {what}", what=f"{name}:“{value}”"),
            f"{name}:{close}" if close else "",
            tr("Allowed are {names}.", names=listed(closed)),
        )
    )


def _probability(operator: str, rest: str, negated: bool, may_go_on: bool) -> list[Term]:
    if not rest.strip():
        raise SearchProblem(
            tr("Write a probability as p<0.6, p>=90% or p:0.4..0.6."), unfinished=may_go_on
        )
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
        raise SearchProblem(
            tr(
                "Write a probability as p<0.6, p>=90% or p:0.4..0.6; “{text}” is no number.",
                text=rest,
            )
        )
    share = float(number[1].replace(",", ".")) / (100 if number[2] else 1)
    if share > 1:
        raise SearchProblem(
            tr(
                "Write a probability as p<0.6, p>=90% or p:0.4..0.6; a probability is at most 1 or "
                "100%."
            )
        )
    value = f"{share:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return [Term(Field.PROBABILITY, (value,), negated, comparison=operator)]


def _unknown_token(written: str) -> str:
    name = written.rstrip(":<>=")
    close = nearest(name, [*TOKENS, *_OTHER_NAMES])
    close = _OTHER_NAMES.get(close, close)
    return _perhaps(
        tr("There is no token “{token}”", token=written),
        f"{close}:" if close else "",
        tr("Allowed are {names}; in quotes it is found as text.", names=listed(TOKENS)),
    )


def _unknown_category(name: str, value: str, scheme: CategoryScheme) -> str:
    names = {c.name: c.key for c in scheme.categories}
    synonyms = {s: c.key for c in scheme.categories for s in c.synonyms}
    close = nearest(value, [*names, *synonyms])
    key = names.get(close) or synonyms.get(close)
    return _perhaps(
        tr("There is no category “{name}”", name=value),
        f"{name}:{key}" if key else "",
        tr("Allowed are {names}.", names=_categories(scheme)),
    )


def _perhaps(missing: str, close: str, allowed: str) -> str:
    """What is not there, what may have been meant, and what there is."""
    if close:
        missing = tr("{sentence}: did you mean {close}?", sentence=missing, close=close)
        return f"{missing} {allowed}"
    return f"{missing}. {allowed}"


def _wanting(name: str, field: Field, scheme: CategoryScheme) -> str:
    if field in (Field.CATEGORY, Field.ALSO, Field.SUGGESTION):
        return tr("{token} wants a category: {names}.", token=f"{name}:", names=_categories(scheme))
    if field in _CLOSED:
        return tr("{token} wants one of {names}.", token=f"{name}:", names=listed(_CLOSED[field]))
    return tr("{token} wants a value: {what}.", token=f"{name}:", what=tr(TOKENS[name][1]))


def _categories(scheme: CategoryScheme) -> str:
    return listed(f"{c.key} ({c.name})" for c in scheme.categories)
