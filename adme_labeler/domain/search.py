"""What a search asks for: terms that all must hold. Records only; `services.searching` reads them.

A term prints as it is written in the search line, so a query can be stored, shown and read again.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a term looks at. The value is the name of its token."""

    TEXT = "text"
    CATEGORY = "category"
    ALSO = "also"
    SUGGESTION = "suggestion"
    PROBABILITY = "p"
    STATE = "state"
    DRUG = "drug"
    SECTION = "section"
    HEADING = "heading"
    NOTE = "note"
    ARM = "arm"
    KIND = "kind"
    IS = "is"


class Is(StrEnum):
    """Values of the token ``is:``."""

    FLAGGED = "flagged"
    NOTED = "noted"
    HELD_OUT = "held-out"
    DISAGREEMENT = "disagreement"
    """The decided category is not the one that is suggested now."""
    DONE = "done"
    """Has a category, whoever gave it."""
    CONFLICT = "conflict"
    """Curators gave different categories."""
    CHANGED = "changed"
    """A new version of the drug label changed it after it was decided."""


ABOUT_SUGGESTIONS = frozenset({Field.SUGGESTION, Field.PROBABILITY})
"""Fields that speak of a suggestion: they see none that this curator may not see yet."""


@dataclass(frozen=True)
class Term:
    """One condition: any of `values`, or none of them where `negated`.

    TEXT has one value, a word or a phrase, and `beginning` where its last word may go on.
    PROBABILITY has one value, a number from 0 to 1 as text, and a `comparison`.
    """

    field: Field
    values: tuple[str, ...]
    negated: bool = False
    comparison: str = ""
    beginning: bool = False

    @property
    def about_suggestions(self) -> bool:
        return self.field in ABOUT_SUGGESTIONS or (
            self.field is Field.IS and Is.DISAGREEMENT.value in self.values
        )

    def __str__(self) -> str:
        sign = "-" if self.negated else ""
        if self.field is Field.TEXT:
            return f"{sign}{quoted(self.values[0], bare_name=True)}{'*' if self.beginning else ''}"
        if self.field is Field.PROBABILITY:
            return f"{sign}p{self.comparison}{self.values[0]}"
        return f"{sign}{self.field.value}:{','.join(quoted(value) for value in self.values)}"


@dataclass(frozen=True)
class Query:
    """Every term must hold; without terms every sentence matches."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(str(term) for term in self.terms)

    def without(self, number: int) -> Query:
        return Query(self.terms[:number] + self.terms[number + 1 :])


def quoted(value: str, *, bare_name: bool = False) -> str:
    """A value as it is written: in quotes where it would be read otherwise without them.

    `bare_name`: it stands alone, so that what looks like a token or a minus needs quotes, too.
    """
    special = any(c.isspace() or c in ',*"' for c in value)
    if bare_name:
        special = special or any(c in ":<>=" for c in value) or value.startswith("-")
    return f'"{value}"' if special or not value else value


def folded(text: str) -> str:
    """Without case and diacritics, one blank between words: how names and headings compare."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
