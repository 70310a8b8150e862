"""Model versions against each other, always on the same held-out sentences.

Every version keeps what it decided on the held-out sentences when it was trained. Versions are
compared on those that both may be measured on: a person has read the sentence, both versions have
said something, and neither was trained on its drug group, whatever the group is called today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.evidence import ModelChange, RecallChange, Trend, TrendPoint
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.records import GroupId, ModelVersion, SentenceId, Verdict
from adme_labeler.language import tr
from adme_labeler.services.session import Session
from adme_labeler.storage import measured, models
from adme_labeler.storage.measured import Measured
from adme_labeler.storage.models import Model

MOST_IN_TREND = 8
COMPARABLE_SHARE = 0.5
"""A version joins the trend when it shares at least this much of the newest one's sentences."""
FEWEST_COMPARED = 10

Decisions = Mapping[SentenceId, CategoryKey]


@dataclass(frozen=True)
class ChangedDecision:
    """A held-out sentence on which two versions disagree; `category` is the person's."""

    sentence: SentenceId
    category: CategoryKey
    one: CategoryKey
    other: CategoryKey

    @property
    def gain(self) -> int:
        """1 where only the first version is right, -1 where only the other is, else 0."""
        return int(self.one == self.category) - int(self.other == self.category)


@dataclass(frozen=True)
class VersionComparison:
    """Version `one` against version `other`; `verdict` is one sentence for the curator."""

    one: ModelVersion
    other: ModelVersion
    verdict: str
    figures: protocol.Comparison
    by_category: tuple[RecallChange, ...]
    changed: tuple[ChangedDecision, ...]
    left_out: int


def compare(session: Session, one: ModelVersion, other: ModelVersion) -> VersionComparison:
    """Compare two trained versions. Raises TrainingProblem for a version that is not there."""
    from adme_labeler.statistics import comparison, paired

    known = {model.version: model for model in models.everything(session.connection)}
    for version in (one, other):
        if version not in known:
            raise TrainingProblem(tr("There is no model version {version}.", version=version))
    held = measured.decided(session.connection)
    first, second = decisions_of(known[one]), decisions_of(known[other])
    seen = trained_on(session, one) | trained_on(session, other)
    rows = [r for r in held if r.sentence in first and r.sentence in second and r.group not in seen]
    true = [r.category for r in rows]
    ones, others = [first[r.sentence] for r in rows], [second[r.sentence] for r in rows]
    groups = [int(r.group) for r in rows]
    keys = session.scheme.keys
    names: dict[str, str] = {c.key: c.name for c in session.scheme.categories}
    figures = comparison.compare(true, ones, others, groups, keys, names=names)
    changed = [
        ChangedDecision(r.sentence, r.category, a, b)
        for r, a, b in zip(rows, ones, others, strict=True)
        if a != b
    ]
    return VersionComparison(
        one,
        other,
        _verdict(one, other, figures),
        figures,
        paired.recall_changes(true, ones, others, groups, keys),
        tuple(sorted(changed, key=lambda c: (c.gain, c.sentence))),
        len(held) - len(rows),
    )


def change_against(
    session: Session, rows: Sequence[Measured], shown: Decisions, against: ModelVersion
) -> ModelChange | None:
    """What a model decided (`shown`) on these measured sentences against an earlier version.

    None where they have no sentence in common.
    """
    from adme_labeler.statistics.paired import recall_changes

    model = next((m for m in models.everything(session.connection) if m.version == against), None)
    if model is None:
        return None
    before, seen = decisions_of(model), trained_on(session, against)
    common = [
        r for r in rows if r.sentence in before and r.sentence in shown and r.group not in seen
    ]
    if not common:
        return None
    changes = recall_changes(
        [r.category for r in common],
        [shown[r.sentence] for r in common],
        [before[r.sentence] for r in common],
        [int(r.group) for r in common],
        session.scheme.keys,
    )
    return ModelChange(
        against,
        len(common),
        len({r.group for r in common}),
        len(rows) - len(common),
        {c.category: c for c in changes},
    )


def trend(session: Session, rows: Sequence[Measured]) -> Trend:
    """Recall of the latest versions on the sentences that all of them were measured on.

    From the newest version backwards, as long as enough of its sentences stay in common.
    """
    known = [m for m in models.everything(session.connection) if decisions_of(m)]
    common: list[Measured] = []
    taken: list[tuple[ModelVersion, Decisions]] = []
    whole = 0
    for model in known[:MOST_IN_TREND]:
        decisions, seen = decisions_of(model), trained_on(session, model.version)
        among = common if taken else rows
        left = [r for r in among if r.sentence in decisions and r.group not in seen]
        if not taken:
            whole = len(left)
        if len(left) >= max(FEWEST_COMPARED, COMPARABLE_SHARE * whole):
            common = left
            taken.append((model.version, decisions))
    if len(taken) < 2:
        return Trend(left_out=max(0, len(known) - 1))
    taken.reverse()
    support: dict[CategoryKey, int] = {}
    points: dict[CategoryKey, tuple[TrendPoint, ...]] = {}
    for key in session.scheme.keys:
        of_key = [r.sentence for r in common if r.category == key]
        support[key] = len(of_key)
        points[key] = tuple(
            TrendPoint(version, sum(decisions[s] == key for s in of_key))
            for version, decisions in taken
        )
    return Trend(len(common), len(known) - len(taken), support, points)


def decisions_of(model: Model) -> Decisions:
    """What a version decided on held-out sentences when it was trained."""
    return _decisions(model.result)


def read_decisions(session: Session) -> Iterator[ModelVersion]:
    """Read what every version of a trend decided, one after the other; afterwards it is at hand."""
    for model in models.everything(session.connection)[:MOST_IN_TREND]:
        decisions_of(model)
        yield model.version


def trained_on(session: Session, version: ModelVersion) -> frozenset[GroupId]:
    return models.trained_groups(session.connection, version)


@lru_cache(maxsize=24)
def _decisions(result: str) -> Decisions:
    # Without the probabilities, which are most of it.
    return {
        SentenceId(p.sentence): CategoryKey(p.category)
        for p in msgspec.json.decode(result, type=_Predictions).predictions
    }


class _Prediction(msgspec.Struct, frozen=True):
    sentence: int
    category: str


class _Predictions(msgspec.Struct, frozen=True):
    """The part of a stored `protocol.TrainFinished` that is read here."""

    predictions: tuple[_Prediction, ...] = ()


def _verdict(one: ModelVersion, other: ModelVersion, c: protocol.Comparison) -> str:
    if c.difference is None or c.difference_low is None or c.difference_high is None:
        if c.sentences:
            return tr(
                "Versions {one} and {other} cannot be compared: all {sentences} "
                "sentences that both may be measured on come from one drug.",
                one=one,
                other=other,
                sentences=c.sentences,
            )
        return tr(
            "Versions {one} and {other} cannot be compared: there is no held-out "
            "sentence that both may be measured on.",
            one=one,
            other=other,
        )
    figures = tr(
        "{difference:+.1f} points of macro-F1 on {sentences:,} held-out sentences of "
        "{drugs:,} drugs (95 % interval {low:+.1f} to {high:+.1f})",
        difference=100 * c.difference,
        sentences=c.sentences,
        drugs=c.groups,
        low=100 * c.difference_low,
        high=100 * c.difference_high,
    )
    if Verdict(c.verdict) is Verdict.WORSE:
        if c.difference_high < 0:
            return tr(
                "Version {one} is worse than version {other}: {figures}.",
                one=one,
                other=other,
                figures=figures,
            )
        return tr(
            "Version {one} loses a rare category against version {other}: {figures}.",
            one=one,
            other=other,
            figures=figures,
        )
    if Verdict(c.verdict) is Verdict.BETTER:
        return tr(
            "Version {one} is better than version {other}: {figures}.",
            one=one,
            other=other,
            figures=figures,
        )
    return tr(
        "There is no evidence that versions {one} and {other} differ: {figures}.",
        one=one,
        other=other,
        figures=figures,
    )
