"""From the curators' annotations on one sentence to the category that the project holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import READ_BY_A_PERSON, Annotation


class ResolutionSource(StrEnum):
    """Why the project holds a category for a sentence."""

    SINGLE = "single"
    AGREED = "agreed"
    ADJUDICATED = "adjudicated"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Resolution:
    """`category` is None only in a conflict. `read`: a person read it (bulk alone is not reading).

    `blind`: nobody who read it saw a suggestion (hidden, not made yet, or decided elsewhere).
    """

    category: CategoryKey | None
    also: tuple[CategoryKey, ...]
    source: ResolutionSource
    read: bool
    blind: bool


@dataclass(frozen=True)
class Adjudication:
    """A decision that settles a conflict between curators."""

    category: CategoryKey
    also: tuple[CategoryKey, ...]
    curator: str
    at: str


def resolve(
    annotations: Sequence[Annotation], adjudication: Adjudication | None
) -> Resolution | None:
    """None when nobody chose a category. Annotations without one (skipped, unsure) do not count."""
    decided = [a for a in annotations if a.category is not None]
    if not decided:
        return None
    read = [a for a in decided if a.state in READ_BY_A_PERSON]
    blind = bool(read) and all(_unseen(a) for a in read)
    if adjudication is not None:
        return Resolution(
            adjudication.category, adjudication.also, ResolutionSource.ADJUDICATED, True, blind
        )
    counted = read or decided
    categories = {a.category for a in counted}
    if len(categories) > 1:
        return Resolution(None, (), ResolutionSource.CONFLICT, bool(read), blind)
    first = counted[0]
    also = tuple(k for k in first.also if all(k in a.also for a in counted))
    source = ResolutionSource.AGREED if len(counted) > 1 else ResolutionSource.SINGLE
    return Resolution(first.category, also, source, bool(read), blind)


def _unseen(annotation: Annotation) -> bool:
    """Whether this curator saw no suggestion: a hidden one is kept, and marked as hidden."""
    return annotation.provenance.blind or annotation.provenance.suggested is None
