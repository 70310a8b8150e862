"""Headings of drug labels: which words are one, and how they nest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from adme_labeler.importers import heading_words
from adme_labeler.importers.text import compact

_NUMBER = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}(?:\.(?=\s)|\)|(?=\s+[A-Z]))|\(?[a-zA-Z][.)]"
    r"|\(?[ivxIVX]{1,4}[.)])\s*"
)
_EDGES = " \t:;.,-–—*•†‡§¶®™[]"
LONGEST = 110

_TOPIC_RE = re.compile(heading_words.TOPIC, re.IGNORECASE)
_FOOD_RE = re.compile(heading_words.FOOD, re.IGNORECASE)
_PK_RE = re.compile(heading_words.PK, re.IGNORECASE)
_MAJOR_RE = re.compile(heading_words.MAJOR, re.IGNORECASE)
_POPULATIONS_RE = re.compile(heading_words.POPULATIONS, re.IGNORECASE)
_POPULATION_RE = re.compile(heading_words.POPULATION, re.IGNORECASE)
_INTERACTION_RE = re.compile(heading_words.INTERACTION, re.IGNORECASE)
_INTERACTION_SUB_RE = re.compile(heading_words.INTERACTION_SUB, re.IGNORECASE)
_SUB_RE = re.compile(heading_words.SUB, re.IGNORECASE)

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
    text = bare(heading)
    for name, pattern in (
        (TOPIC, _TOPIC_RE),
        (FOOD, _FOOD_RE),
        (PK, _PK_RE),
        (MAJOR, _MAJOR_RE),
        (POPULATIONS, _POPULATIONS_RE),
        (POPULATION, _POPULATION_RE),
        (INTERACTION, _INTERACTION_RE),
        (INTERACTION_SUB, _INTERACTION_SUB_RE),
        (SUB, _SUB_RE),
    ):
        if pattern.fullmatch(text):
            return name
    return UNKNOWN


def is_heading(text: str) -> bool:
    """Whether plain, unstyled text is a heading by its words alone ("12.3 Pharmacokinetics")."""
    text = text.strip()
    if not text or len(text) > LONGEST or not any(c.isupper() for c in text):
        return False
    return family(text) != UNKNOWN


def is_pharmacokinetics(title: str) -> bool:
    """Whether a section title names the pharmacokinetics section."""
    return re.match(r"(?:clinical |human |general )?pharmacokinetic", bare(title), re.I) is not None


# --------------------------------------------------------------------------- nesting


@dataclass
class HeadingStack:
    """The headings in force inside one section, outermost first.

    Two headings of the same look are of the same level; where looks are absent or new, the words
    decide (Metabolism under Elimination, Renal Impairment under Specific Populations).
    """

    base: tuple[str, ...] = ()
    _open: list[tuple[str, str, str, int]] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.base, *(text for text, _, _, _ in self._open))

    def push(self, heading: str, look: str = "") -> None:
        """Take a new heading; `look` is any string that is equal for headings styled alike."""
        kind = family(heading)
        rank = self._rank(kind, heading)
        looks = [entry[1] for entry in self._open]
        known = kind != UNKNOWN
        if look and look in looks:
            place = looks.index(look)
            # A known topic never becomes the child of an equal or lower topic it happens to
            # follow; an unknown one of the same look is a sibling.
            del self._open[place:]
        elif known or not look:
            while (
                self._open
                and self._open[-1][3] >= rank
                and not (self._open[-1][2] == UNKNOWN and look)
            ):
                self._open.pop()
        if known and rank <= 2:
            while self._open and self._open[-1][2] != UNKNOWN and self._open[-1][3] >= rank:
                self._open.pop()
        self._open.append((heading.strip(" \t:"), look, kind, rank))
        del self._open[6:]

    def _rank(self, kind: str, heading: str) -> int:
        kinds = [entry[2] for entry in self._open]
        if kind == TOPIC and re.fullmatch(r"metabolism|excretion", bare(heading), re.I):
            under = any(re.fullmatch(r"elimination", bare(e[0]), re.I) for e in self._open)
            return 3 if under else 2
        if kind == POPULATION and POPULATIONS in kinds:
            return 3
        if kind == MAJOR and INTERACTION in kinds and "clinical stud" in heading.casefold():
            return 3
        return _RANK[kind]
