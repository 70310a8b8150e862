"""Headings of drug labels: which words are one, and how they nest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from adme_labeler.importers import heading_words
from adme_labeler.importers.text import compact

_NUMBER = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}(?:\.(?=\s)|\)|(?=\s+[A-Z]))|\(?[a-zA-Z][.)]"
    r"|\(?[ivxIVX]{1,4}[.)])\s*"
)
_EDGES = " \t:;.,-–—*•†‡§¶®™[]"
LONGEST = 110
_LONGEST_KNOWN = 300
"""No title of a known family is longer; patterns are not tried on what damaged files hold."""

_PK_OF = re.compile(r"pharmacokinetics\s+(?:in|of)\s+(.+)", re.IGNORECASE)
_EFFECT_OF = re.compile(
    r"(?:effects?|influence|impact)\s+of\s+(.+)|(.+?)\s+effects?|"
    r"(.+?)\s+(?:aged\s+)?\d+\s+(?:to|through|years|months)\b.*",
    re.IGNORECASE,
)
_BRACKET_BEHIND = re.compile(r"\s*\([^()]*\)\Z")

COMPACT_TOPICS = {
    compact(word): word
    for word in (
        "absorption", "distribution", "metabolism", "elimination", "excretion",
        "bioavailability", "pharmacokinetics", "special populations", "specific populations",
        "metabolism and elimination", "metabolism and excretion", "absorption and distribution",
        "drug interactions", "drug-drug interactions", "mechanism of action",
        "clinical pharmacology", "pharmacodynamics", "effect of food", "protein binding",
    )
}  # fmt: skip
"""Headings that are also recognised when blanks have split their words ("E xcretion")."""

PK, MAJOR, TOPIC, FOOD = "pk", "major", "topic", "food"
POPULATIONS, POPULATION = "populations", "population"
INTERACTION, INTERACTION_SUB, SUB, UNKNOWN = "interaction", "interaction part", "sub", "unknown"

_FAMILIES = tuple(
    (kind, re.compile("|".join(sources), re.IGNORECASE))
    for kind, sources in (
        (TOPIC, (heading_words.TOPIC, heading_words.LINE_TOPIC)),
        (FOOD, (heading_words.FOOD,)),
        (PK, (heading_words.PK, heading_words.LINE_PK)),
        (MAJOR, (heading_words.MAJOR, heading_words.LINE_MAJOR)),
        (POPULATIONS, (heading_words.POPULATIONS,)),
        (INTERACTION, (heading_words.INTERACTION,)),
        (INTERACTION_SUB, (heading_words.INTERACTION_SUB, heading_words.LINE_INTERACTION)),
        (POPULATION, (heading_words.POPULATION, heading_words.LINE_POPULATION)),
        (SUB, (heading_words.SUB,)),
    )
)

_RANK = {
    PK: 1, MAJOR: 1, TOPIC: 2, POPULATIONS: 2, INTERACTION: 2, POPULATION: 2, FOOD: 3, SUB: 3,
    INTERACTION_SUB: 3, UNKNOWN: 4,
}  # fmt: skip


def bare(heading: str) -> str:
    """A heading without its number, bullet and closing colon; split words are joined again."""
    text = _NUMBER.sub("", heading, count=1).strip(_EDGES)
    return COMPACT_TOPICS.get(compact(text), text) if " " in text else text


@lru_cache(maxsize=8192)
def family(heading: str) -> str:
    """Which family of headings this is (PK, TOPIC, POPULATION, …), UNKNOWN for none."""
    if len(heading) > _LONGEST_KNOWN:
        return UNKNOWN
    text = _BRACKET_BEHIND.sub("", bare(heading))
    if (of := _PK_OF.fullmatch(text)) and (kind := family(of[1])) in (POPULATION, POPULATIONS):
        return kind
    for kind, pattern in _FAMILIES:
        if pattern.fullmatch(text):
            return kind
    effect = _EFFECT_OF.fullmatch(text)
    if effect and family(next(filter(None, effect.groups()))) == POPULATION:
        return POPULATION
    return UNKNOWN


def is_heading(text: str) -> bool:
    """Whether plain, unstyled text is a heading by its words alone ("12.3 Pharmacokinetics")."""
    text = text.strip()
    if not text or len(text) > LONGEST or not any(c.isupper() for c in text):
        return False
    return family(text) != UNKNOWN


def is_pharmacokinetics(title: str) -> bool:
    """Whether a section title names the pharmacokinetics section."""
    words = r"(?:clinical |human |general )?pharmacokinetic(?!s?\s+(?:drug[\s-]*)*interaction)"
    return re.match(words, bare(title), re.IGNORECASE) is not None


# --------------------------------------------------------------------------- nesting


class _Open(NamedTuple):
    """A heading in force."""

    text: str
    look: str
    kind: str
    rank: int


_NESTS = {
    PK: {TOPIC, FOOD, POPULATIONS, POPULATION, INTERACTION, INTERACTION_SUB, SUB},
    POPULATIONS: {POPULATION},
    INTERACTION: {INTERACTION_SUB},
}
"""Families that stand under another one even where both are styled alike."""
_HOSTS = (PK, MAJOR, POPULATIONS, INTERACTION)
"""Families that take an unknown heading under them where no text stands between the two."""


@dataclass
class HeadingStack:
    """The headings in force inside one section, outermost first.

    Two headings of the same look are of the same level, but for families that belong under
    another one (Absorption under Pharmacokinetics); where looks are absent or new, the words
    decide (Metabolism under Elimination, Renal Impairment under Specific Populations).
    """

    base: tuple[str, ...] = ()
    empty: bool = False
    """Set by who reads the lines: the innermost heading has no text under it yet."""
    _open: list[_Open] = field(default_factory=list[_Open])

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.base, *(heading.text for heading in self._open))

    def push(self, heading: str, look: str = "") -> None:
        """Take a new heading; `look` is any string that is equal for headings styled alike."""
        kind = family(heading)
        rank = self._rank(kind, heading)
        known = kind != UNKNOWN
        place = self._level_of(heading, look, kind)
        inside = self._hosts(kind, look)
        if place is not None:
            del self._open[place:]
        elif (known or not look) and not inside:
            while (
                self._open
                and self._open[-1].rank >= rank
                and not (self._open[-1].kind == UNKNOWN and look)
            ):
                self._open.pop()
        if known and not inside:
            self._close_equals(kind, rank)
        self._open.append(_Open(heading.strip(" \t:"), look, kind, rank))
        del self._open[6:]

    def _beside_a_drug(self, heading: str) -> bool:
        """Whether this is one more drug of a list of interactions, styled unlike the one before."""
        if self.empty or len(self._open) < 2 or self._open[-1].kind != UNKNOWN:
            return False
        return self._open[-2].kind in (INTERACTION, INTERACTION_SUB) and all(
            len(text.split()) <= 3 for text in (heading, self._open[-1].text)
        )

    def _hosts(self, kind: str, look: str) -> bool:
        """Whether "Special Populations", with nothing under it yet, takes in "Clearance"."""
        if not self.empty or not look or kind in (PK, MAJOR, POPULATIONS, INTERACTION):
            return False
        return self._open[-1].kind in (POPULATIONS, INTERACTION) and all(
            heading.look != look for heading in self._open
        )

    def _level_of(self, heading: str, look: str, kind: str) -> int | None:
        """Place of the open heading whose sibling a new one of this look is."""
        alike = [i for i, entry in enumerate(self._open) if look and entry.look == look]
        if kind == UNKNOWN:
            if self.empty and alike[-1:] == [len(self._open) - 1] and self._open[-1].kind in _HOSTS:
                return None
            if not alike and self._beside_a_drug(heading):
                return len(self._open) - 1
            return alike[-1] if alike else None
        return next((i for i in alike if kind not in _NESTS.get(self._open[i].kind, ())), None)

    def _close_equals(self, kind: str, rank: int) -> None:
        """A known heading ends the one of its family, and all under it, whatever their looks."""
        for place, heading in enumerate(self._open):
            if heading.kind == kind and heading.rank >= rank:
                del self._open[place:]
                break
        while (
            rank <= 2
            and self._open
            and self._open[-1].kind != UNKNOWN
            and self._open[-1].rank >= rank
        ):
            self._open.pop()

    def _rank(self, kind: str, heading: str) -> int:
        kinds = [entry.kind for entry in self._open]
        if kind == TOPIC and re.fullmatch(r"metabolism|excretion", bare(heading), re.I):
            under = any(re.fullmatch(r"elimination", bare(e.text), re.I) for e in self._open)
            return 3 if under else 2
        if kind == POPULATION and POPULATIONS in kinds:
            return 3
        if kind == MAJOR and INTERACTION in kinds and "clinical stud" in heading.casefold():
            return 3
        return _RANK[kind]
