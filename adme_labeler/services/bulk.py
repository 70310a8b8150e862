"""Many sentences at once: what could be accepted and how wrong it would be, and what a selection
of the list can have done to it. Each is one operation and one undo step."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import (
    NO_TRAINED_MODEL,
    Annotation,
    AnnotationState,
    Arm,
    SentenceId,
)
from adme_labeler.domain.slices import at_once
from adme_labeler.language import mark, tr, trn
from adme_labeler.services import annotating, blindness, suggesting, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.finding import view_of
from adme_labeler.services.session import Session
from adme_labeler.services.slices import portions
from adme_labeler.storage import acceptable, annotations

SLICE = 10_000
"""Sentences read in one go; a window paints between two."""
_NEARLY = 1e-9
_POISSON_BELOW = 15.0
_Z = 1.959964  # 97.5 % point of the normal distribution


@dataclass(frozen=True)
class Errors:
    """Expected number of wrong ones with its 95 % interval, if the calibration holds."""

    expected: float
    low: int
    high: int


class Pool:
    """Sentences that could be accepted, by suggested category and surest first."""

    def __init__(self, found: Mapping[CategoryKey, Sequence[tuple[float, SentenceId]]]) -> None:
        """`found`: (minus the probability, sentence), sorted."""
        self._ids = {key: [i for _, i in rows] for key, rows in found.items()}
        self._minus = {key: [p for p, _ in rows] for key, rows in found.items()}
        self._wrong = {key: [*accumulate(1 + p for p in m)] for key, m in self._minus.items()}
        self._spread = {
            key: [*accumulate(-p * (1 + p) for p in m)] for key, m in self._minus.items()
        }

    def __len__(self) -> int:
        return sum(len(ids) for ids in self._ids.values())

    def total(self, category: CategoryKey) -> int:
        return len(self._ids.get(category, ()))

    def count(self, category: CategoryKey, least: float) -> int:
        """How many have this suggestion with at least this probability."""
        minus = self._minus.get(category)
        return 0 if minus is None else bisect_right(minus, _NEARLY - least)

    def surest(self) -> float | None:
        """The highest probability of all; None where there is nothing."""
        return max((-minus[0] for minus in self._minus.values() if minus), default=None)

    def chosen(self, least: Mapping[CategoryKey, float]) -> list[SentenceId]:
        """Everything at or above the threshold of its category; other categories are left out."""
        return [i for key, p in least.items() for i in self._ids.get(key, ())[: self.count(key, p)]]

    def sample(
        self, least: Mapping[CategoryKey, float], size: int, seed: int
    ) -> list[tuple[SentenceId, CategoryKey, float]]:
        """(sentence, category, probability) of some that would be chosen, drawn by chance."""
        counts = {key: self.count(key, p) for key, p in least.items()}
        total = sum(counts.values())
        found: list[tuple[SentenceId, CategoryKey, float]] = []
        for number in random.Random(seed).sample(range(total), min(size, total)):
            place = number
            for key, count in counts.items():
                if place < count:
                    found.append((self._ids[key][place], key, -self._minus[key][place]))
                    break
                place -= count
        return found

    def errors(self, least: Mapping[CategoryKey, float]) -> Errors:
        """Expected errors: each sentence is wrong with 1 - p, independently of the others."""
        mean = spread = 0.0
        for key, p in least.items():
            number = self.count(key, p)
            if number:
                mean += self._wrong[key][number - 1]
                spread += self._spread[key][number - 1]
        return _errors(mean, spread, sum(self.count(key, p) for key, p in least.items()))


def reading(
    session: Session, among: Iterable[SentenceId] | None = None
) -> Generator[float, None, Pool]:
    """Read the pool in slices: yields the share that is done, returns the pool.

    `among`: only these sentences, for example what a search found. Left out are sentences that are
    decided blind (held out, of an audit, of the blind share), decided ones and those set aside.
    """
    connection = session.connection
    last = acceptable.last_id(connection)
    wanted = None if among is None else set(among)
    view = view_of(session)
    drawn = view.drawn
    found: dict[CategoryKey, list[tuple[float, SentenceId]]] = {k: [] for k in session.scheme.keys}
    for first in range(1, last + 1, SLICE):
        for ident, key, p in acceptable.between(
            connection, session.curator, first, first + SLICE - 1, view.blind_below
        ):
            if key in found and ident not in drawn and (wanted is None or ident in wanted):
                found[key].append((-p, ident))
        yield min(1.0, (first + SLICE) / (last + SLICE))
    for rows in found.values():
        rows.sort()
        yield 1.0
    return Pool(found)


def read(session: Session, among: Iterable[SentenceId] | None = None) -> Pool:
    """The pool at once, where nobody waits for a frame."""
    return at_once(reading(session, among))


def calibrated(session: Session) -> bool:
    """Whether the probabilities of the served model were set on sentences it had not seen."""
    served = suggesting.served(session)
    if served is None:
        return False
    if served.version == NO_TRAINED_MODEL:
        return served.cross_validation is not None
    version = next((m for m in training.versions(session) if m.version == served.version), None)
    return version is not None and training.result_of(version).cross_validation is not None


@dataclass(frozen=True)
class Outcome:
    """What was done to a selection: `said` is one sentence for the curator."""

    changes: Changes
    said: str


Steps = Generator[None, None, Outcome]
"""Something done to very many sentences, in slices."""


def set_category(session: Session, ids: Sequence[SentenceId], category: CategoryKey) -> Outcome:
    """Give every selected sentence this category, marked `bulk`; one undo step.

    Held-out sentences and those of an audit are left out, they are decided one by one. What has
    the category already keeps its decision.
    """
    return at_once(setting_category(session, ids, category))


def setting_category(session: Session, ids: Sequence[SentenceId], category: CategoryKey) -> Steps:
    """`set_category` in slices, in one transaction: yields between them."""
    name = session.scheme[category].name
    common = annotating.provenance_of(session, Shown(None, False, Arm.BULK))
    now = session.project.now()
    written: list[Annotation] = []
    kept = had = other = 0
    for some in portions(ids):
        apart = blindness.apart(session, some)
        unseen = blindness.of_share(session, some)
        chosen = [i for i in some if i not in apart]
        held = annotations.resolutions(session.connection, chosen)
        mine = annotations.of_curator(session.connection, session.curator, chosen)
        shown = annotating.suggestions_of(session, chosen)
        kept += len(some) - len(chosen)
        for ident in chosen:
            old = mine.get(ident, Annotation(ident, session.curator, AnnotationState.OPEN))
            if old.category == category:
                had += 1
                continue
            other += ident in held
            seen = shown.get(ident)
            provenance = common
            if seen is not None:
                provenance = replace(
                    common,
                    suggested=seen.category,
                    probability=seen.probabilities[session.scheme.keys.index(seen.category)],
                    model_version=seen.model_version,
                    head_revision=seen.head_revision,
                    blind=ident in unseen and old.category is None,
                )
            written.append(
                replace(
                    old,
                    state=AnnotationState.BULK,
                    category=category,
                    also=tuple(k for k in old.also if k != category),
                    provenance=provenance,
                    at=now,
                )
            )
        yield
    summary = f"{name} for {_number(len(written))} at once"
    changes = yield from annotating.writing(session, "bulk", summary, written)
    number = _counted(len(written))
    said = [
        tr("{category} for {sentences}", category=name, sentences=number)
        if written
        else tr("Nothing changed to {category}", category=name)
    ]
    if other:
        said.append(tr("{count:,} had another category", count=other))
    if had:
        said.append(tr("{count:,} had it already", count=had))
    said += _left_out(kept)
    return Outcome(changes, _sentence(said, bool(written)))


def accept(session: Session, ids: Sequence[SentenceId]) -> Outcome:
    """Accept the suggestions of the selected sentences that wait for a decision."""
    return at_once(accepting(session, ids))


def accepting(session: Session, ids: Sequence[SentenceId]) -> Steps:
    """`accept` in slices, in one transaction: yields between them."""
    changes = yield from annotating.bulk_accepting(session, ids)
    number = len(changes.annotations)
    kept = 0
    for some in portions(ids):
        kept += len(blindness.among(session, some))
        yield
    said = [trn("{count:,} suggestion accepted", "{count:,} suggestions accepted", number)]
    rest = len(ids) - number - kept
    if rest:
        said.append(tr("{count:,} decided or without a suggestion", count=rest))
    said += _left_out(kept)
    return Outcome(changes, _sentence(said, bool(number)))


def set_aside(session: Session, ids: Sequence[SentenceId], state: AnnotationState) -> Outcome:
    """Skip the selected sentences, or mark them unsure. Those with a category keep it."""
    return at_once(setting_aside(session, ids, state))


def setting_aside(session: Session, ids: Sequence[SentenceId], state: AnnotationState) -> Steps:
    """`set_aside` in slices, in one transaction: yields between them."""
    provenance = annotating.provenance_of(session, Shown(None, False, Arm.BULK))
    now = session.project.now()
    written: list[Annotation] = []
    held = 0
    for some in portions(ids):
        decided = annotations.resolutions(session.connection, some)
        held += len(decided)
        chosen = [i for i in some if i not in decided]
        mine = annotations.of_curator(session.connection, session.curator, chosen)
        written += [
            replace(
                mine.get(i, Annotation(i, session.curator, AnnotationState.OPEN)),
                state=state,
                provenance=provenance,
                at=now,
            )
            for i in chosen
            if i not in mine or mine[i].state is not state
        ]
        yield
    word = "skipped" if state is AnnotationState.SKIPPED else "marked unsure"
    summary = f"{_number(len(written))} {word} at once"
    changes = yield from annotating.writing(session, state.value, summary, written)
    skipped = state is AnnotationState.SKIPPED
    done = mark("{sentences} skipped") if skipped else mark("{sentences} marked unsure")
    said = [tr(done, sentences=_counted(len(written)))]
    if held:
        said.append(tr("{count:,} decided, left as they are", count=held))
    return Outcome(changes, _sentence(said, bool(written)))


def flag(session: Session, ids: Sequence[SentenceId]) -> Outcome:
    """Flag the selected sentences; take the flags away where all have one."""
    return at_once(flagging(session, ids))


def flagging(session: Session, ids: Sequence[SentenceId]) -> Steps:
    """`flag` in slices, in one transaction: yields between them."""
    mine: dict[SentenceId, Annotation] = {}
    for some in portions(ids):
        mine |= annotations.of_curator(session.connection, session.curator, some)
        yield
    on = not all(i in mine and mine[i].flagged for i in ids)
    now = session.project.now()
    written = [
        replace(
            mine.get(i, Annotation(i, session.curator, AnnotationState.OPEN)), flagged=on, at=now
        )
        for i in ids
        if (i in mine and mine[i].flagged) is not on
    ]
    word = "flagged" if on else "without their flag"
    summary = f"{_number(len(written))} {word}"
    changes = yield from annotating.writing(session, "flag", summary, written)
    done = mark("{sentences} flagged") if on else mark("{sentences} without their flag")
    return Outcome(changes, _sentence([tr(done, sentences=_counted(len(written)))], True))


def _errors(mean: float, spread: float, most: int) -> Errors:
    """95 % interval: Poisson (a little too wide) for few errors, normal for many."""
    if mean < _POISSON_BELOW:
        return Errors(mean, _poisson(mean, 0.025), min(most, _poisson(mean, 0.975)))
    half = _Z * math.sqrt(spread)
    return Errors(mean, max(0, math.floor(mean - half)), min(most, math.ceil(mean + half)))


def _poisson(mean: float, share: float) -> int:
    """Smallest number that a Poisson count of this mean does not exceed with this chance."""
    number, chance = 0, math.exp(-mean)
    below = chance
    while below < share:
        number += 1
        chance *= mean / number
        below += chance
    return number


def _counted(count: int) -> str:
    return trn("{count:,} sentence", "{count:,} sentences", count)


def _number(count: int) -> str:
    """For the log, which stays as it was written."""
    return f"{count:,} sentence{'s' if count != 1 else ''}"


def _left_out(count: int) -> list[str]:
    return (
        [tr("{count:,} held out or drawn for the audit, to be decided one by one", count=count)]
        if count
        else []
    )


def _sentence(parts: Sequence[str], undo: bool) -> str:
    return "; ".join([*parts, *([tr("one undo takes it back")] if undo else [])])
