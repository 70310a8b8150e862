"""What is known about models beside one measurement: changes, trends, what is still to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import ModelVersion


@dataclass(frozen=True)
class RecallChange:
    """Recall of one model minus that of another on the same sentences of one category.

    `won` were found by the first only, `lost` by the second only, of `support` sentences.
    `difference` and its 95 % bounds are in -1..1, None where the support or the number of drug
    groups is too small to say anything. `p_value` is McNemar's, exact.
    """

    category: CategoryKey
    support: int
    won: int
    lost: int
    difference: float | None
    low: float | None
    high: float | None
    p_value: float

    @property
    def evident(self) -> bool:
        """Whether the models differ by more than chance: the interval leaves 0 out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class ModelChange:
    """The model that is shown against another version, on the sentences both may be measured on.

    `left_out`: measured sentences on which the other version said nothing or was trained.
    """

    against: ModelVersion
    sentences: int
    groups: int
    left_out: int
    by_category: Mapping[CategoryKey, RecallChange]


@dataclass(frozen=True)
class TrendPoint:
    version: ModelVersion
    found: int


@dataclass(frozen=True)
class Trend:
    """Recall of several versions on the very same held-out sentences, oldest version first.

    `support` per category counts those sentences; `left_out` versions were measured on too few of
    them to be compared.
    """

    sentences: int = 0
    left_out: int = 0
    support: Mapping[CategoryKey, int] = field(default_factory=dict[CategoryKey, int])
    points: Mapping[CategoryKey, tuple[TrendPoint, ...]] = field(
        default_factory=dict[CategoryKey, tuple[TrendPoint, ...]]
    )


@dataclass(frozen=True)
class MoreNeeded:
    """How many more held-out sentences of a category `goal` takes; 0 when it is reached.

    `half_width` is that of the interval aimed at (0.05: ± 5 points), None where the aim is a first
    percentage at all. `to_read` held-out sentences hold so many at the share seen so far, None
    where none was seen; `unread` held-out sentences are left to decide.
    """

    of_category: int
    half_width: float | None
    to_read: int | None
    unread: int
