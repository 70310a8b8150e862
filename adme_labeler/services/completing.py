"""What may be written next in the search line: names of tokens, and values of the one begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from adme_labeler.domain.categories import ADME, CategoryScheme
from adme_labeler.domain.search import Field, folded, quoted
from adme_labeler.language import mark, tr
from adme_labeler.services.searching import (
    ARMS,
    KINDS,
    PROPERTIES,
    STATES,
    TOKENS,
    pieces,
    split_token,
)
from adme_labeler.services.session import Session
from adme_labeler.storage import search

MOST = 50
_THRESHOLDS: Mapping[str, str] = {
    "p<0.6": mark("hardly sure"),
    "p>=0.9": mark("nearly certain"),
    "p:0.4..0.6": mark("undecided between two"),
}


@dataclass(frozen=True)
class Vocabulary:
    """Words of the project: its categories, drugs, headings."""

    scheme: CategoryScheme = ADME
    drugs: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """`text` replaces what was begun; `shown` and `explanation` stand in the list."""

    text: str
    shown: str
    explanation: str = ""


@dataclass(frozen=True)
class Completion:
    """Choices for the characters from `start` to `end` of the search line."""

    start: int
    end: int
    choices: tuple[Choice, ...] = field(default=())


def vocabulary(session: Session) -> Vocabulary:
    """Read from the project; worth keeping until drug labels change."""
    paths = search.headings(session.connection)
    return Vocabulary(
        session.scheme,
        tuple(search.drug_names(session.connection)),
        _distinct(line for path in paths for line in path[:-1] or path),
        _distinct(path[-1] for path in paths if path),
    )


def complete(
    written: str, cursor: int, words: Vocabulary, *, everything: bool = False
) -> Completion:
    """What may stand at the cursor. `everything`: also where nothing was begun."""
    cursor = max(0, min(cursor, len(written)))
    piece = next((p for p in pieces(written) if p.start < cursor <= p.end), None)
    if piece is None:
        return Completion(cursor, cursor, tuple(_names("")) if everything else ())
    text = piece.text[: cursor - piece.start]
    sign = len(text) - len(text.removeprefix("-"))
    start, begun = piece.start + sign, text[sign:]
    if begun.startswith('"'):
        return Completion(cursor, cursor)
    token = split_token(begun)
    if token is None:
        found = _names(begun) if begun else ()
        return _limited(start, piece.end, found)
    name, operator, rest = token
    known = TOKENS.get(name.casefold(), (None, ""))[0]
    if known is Field.PROBABILITY:
        ways = (Choice(p, p, tr(said)) for p, said in _THRESHOLDS.items() if p.startswith(begun))
        return _limited(start, piece.end, ways)
    if operator != ":" or known is None:
        return Completion(cursor, cursor)
    begin = _last_value(rest)
    start += len(begun) - len(rest) + begin
    value = rest[begin:]
    if value.count('"') > 1:
        return Completion(cursor, cursor)
    end = piece.end if "," not in piece.text[cursor - piece.start :] else cursor
    return _limited(start, end, _values(known, value.replace('"', ""), words))


def accepted(written: str, completion: Completion, choice: Choice) -> tuple[str, int]:
    """The search line with the choice put in, and where the cursor goes."""
    text = choice.text
    rest = written[completion.end :]
    if not text.endswith((":", "<")) and not rest.startswith((" ", ",")):
        text += " "
    return written[: completion.start] + text + rest, completion.start + len(text)


def _limited(start: int, end: int, choices: Iterable[Choice]) -> Completion:
    found: list[Choice] = []
    for choice in choices:
        found.append(choice)
        if len(found) == MOST:
            break
    return Completion(start, end, tuple(found))


def _last_value(rest: str) -> int:
    """Where the value that is being written begins: behind the last comma outside quotes."""
    start, inside = 0, False
    for place, character in enumerate(rest):
        if character == '"':
            inside = not inside
        elif character == "," and not inside:
            start = place + 1
    return start


def _names(begun: str) -> Iterator[Choice]:
    wanted = begun.casefold()
    for name, (known, explanation) in TOKENS.items():
        if name.startswith(wanted):
            token = "p<" if known is Field.PROBABILITY else f"{name}:"
            yield Choice(token, token, tr(explanation))


def _values(known: Field, begun: str, words: Vocabulary) -> Iterator[Choice]:
    wanted = folded(begun)
    if known in (Field.CATEGORY, Field.ALSO, Field.SUGGESTION):
        for category in words.scheme.categories:
            names = (category.key, category.name, *category.synonyms)
            if any(folded(name).startswith(wanted) for name in names):
                yield Choice(category.key, category.key, category.name)
        return
    closed = {
        Field.STATE: STATES,
        Field.ARM: ARMS,
        Field.KIND: KINDS,
        Field.IS: PROPERTIES,
    }.get(known)
    if closed is not None:
        for value, explanation in closed.items():
            if value.startswith(wanted):
                yield Choice(value, value, tr(explanation))
        return
    names = {
        Field.DRUG: words.drugs,
        Field.SECTION: words.sections,
        Field.HEADING: words.headings,
    }.get(known, ())
    by_place: tuple[list[str], list[str]] = ([], [])
    for name in names:
        place = folded(name).find(wanted)
        if place >= 0:
            by_place[min(place, 1)].append(name)
    for name in (*by_place[0], *by_place[1]):
        plain = name.replace('"', " ").strip()
        yield Choice(quoted(plain), plain)


def _distinct(lines: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for line in lines:
        found.setdefault(folded(line), line)
    return tuple(found[key] for key in sorted(found) if key)
