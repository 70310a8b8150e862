"""How much the served model finds, measured on what it never saw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.evidence import ModelChange, MoreNeeded, Trend
from adme_labeler.domain.records import ModelState, ModelVersion, SentenceId
from adme_labeler.language import tr
from adme_labeler.services import schemes, suggesting, training, versions
from adme_labeler.services.session import Session
from adme_labeler.storage import measured, models
from adme_labeler.storage.measured import Measured
from adme_labeler.storage.models import Model

HALF_WIDTHS = (0.1, 0.05)
"""Intervals worth aiming at, one after the other: ± 10 points, then ± 5."""


@dataclass(frozen=True)
class RecallReport:
    """What the recall panel shows.

    `held_out`: the served model (version, revision) on decided sentences of held-out drug groups;
    None when there are none. `cross_validation`: grouped out-of-fold estimate over what it was
    trained on, of the active version or of the instant head, never mixed with the first.
    `candidate` is what the newest candidate decided when it was trained, measured by what people
    have decided until today. `change` sets the served
    model against the version before, `candidate_change` the candidate against the active one,
    both on the same sentences. `updating`: a new revision is still being scored; the figures are
    of the one named here.
    """

    version: ModelVersion
    revision: int
    held_out: protocol.Measurement | None
    cross_validation: protocol.Measurement | None
    candidate_version: ModelVersion | None
    candidate: protocol.Measurement | None
    change: ModelChange | None
    candidate_change: ModelChange | None
    trend: Trend
    held_out_groups: int
    held_out_sentences: int
    undecided: int
    updating: bool
    explanation: str


def report(session: Session) -> RecallReport:
    """Measure the served model now. Counting only: milliseconds for thousands of sentences."""
    from adme_labeler.statistics.recall import measure

    served = suggesting.served(session)
    counts = measured.counts(session.connection)
    decided = measured.decided(session.connection)
    rows, updating = _measurable(session, served, decided)
    held_out = None
    if served is not None and rows:
        held_out = measure(
            [row.category for row in rows],
            [row.suggested for row in rows if row.suggested is not None],
            [int(row.group) for row in rows],
            session.scheme.keys,
            blind=[row.blind for row in rows],
            source="held-out",
        )
    known = training.versions(session)
    by_state = {m.state: m for m in reversed(known)}
    active = by_state.get(ModelState.ACTIVE)
    candidate = by_state.get(ModelState.CANDIDATE)
    if candidate is not None and active is not None and candidate.version < active.version:
        candidate = None  # it was overtaken
    return RecallReport(
        version=served.version if served else ModelVersion(0),
        revision=served.revision if served else 0,
        held_out=held_out,
        cross_validation=schemes.as_measured_now(session, _cross_validation(served, active)),
        candidate_version=candidate.version if candidate else None,
        candidate=_measured_candidate(session, candidate, decided),
        change=_change(session, served, known, rows),
        candidate_change=_candidate_change(session, candidate, active, decided),
        trend=versions.trend(session, decided),
        held_out_groups=counts.groups,
        held_out_sentences=counts.sentences,
        undecided=counts.undecided,
        updating=updating,
        explanation=_explanation(counts.groups, len(rows), served is not None),
    )


def measurable(session: Session) -> tuple[list[Measured], bool]:
    """Decided held-out sentences with the served model's suggestion; true if some still wait.

    Sentences of a drug group that the model has learned from are left out, whatever the group is
    called today.
    """
    return _measurable(session, suggesting.served(session), measured.decided(session.connection))


def missed(session: Session, category: str, candidate: bool = False) -> list[SentenceId]:
    """Held-out sentences of a category that the served model (or candidate) decided otherwise."""
    rows = _decisions(session, candidate)
    return [s for s, true, decided in rows if true == category and decided != category]


def wrongly_found(session: Session, category: str, candidate: bool = False) -> list[SentenceId]:
    """Held-out sentences that the model gave this category, but a person did not."""
    rows = _decisions(session, candidate)
    return [s for s, true, decided in rows if true != category and decided == category]


def confused(
    session: Session, category: str, decided: str, candidate: bool = False
) -> list[SentenceId]:
    """Held-out sentences of `category` that the model decided to be `decided`."""
    rows = _decisions(session, candidate)
    return [s for s, true, said in rows if true == category and said == decided]


def more_needed(measure: protocol.CategoryMeasure, sentences: int, undecided: int) -> MoreNeeded:
    """What would narrow the interval of one category.

    `sentences` were measured in all, `undecided` held-out ones are left. Under 10 sentences the
    aim is a percentage at all; then ± 10 points, then ± 5. An interval that drug groups have made
    wider than independent sentences would is taken to stay so (design effect).
    """
    from adme_labeler.statistics import intervals

    share = measure.support / sentences if sentences else 0.0
    aim: float | None = None
    missing = max(0, intervals.MIN_SUPPORT - measure.support)
    if measure.recall is not None and measure.recall_low is not None:
        half = ((measure.recall_high or 0.0) - measure.recall_low) / 2
        single = intervals.wilson(measure.found, measure.support).half_width
        effect = max(1.0, (half / single) ** 2) if single else 1.0
        aim = next((width for width in HALF_WIDTHS if half > width), HALF_WIDTHS[-1])
        wanted = effect * intervals.needed_for_half_width(measure.recall, aim)
        missing = max(0, math.ceil(wanted) - measure.support) if half > aim else 0
    to_read = math.ceil(missing / share) if share else None
    return MoreNeeded(missing, aim, to_read, undecided)


def _measurable(
    session: Session, served: suggesting.Served | None, decided: Sequence[Measured]
) -> tuple[list[Measured], bool]:
    if served is None:
        return [], False
    learned = served.groups | models.trained_groups(session.connection, served.version)
    number = (served.version, served.revision)
    held = [r for r in decided if r.group not in learned]
    rows = [r for r in held if (r.model_version, r.head_revision) == number]
    return rows, len(rows) < len(held)


def _change(
    session: Session,
    served: suggesting.Served | None,
    known: Sequence[Model],
    rows: Sequence[Measured],
) -> ModelChange | None:
    """The served model against the version that was active before it."""
    if served is None or not served.version or not rows:
        return None
    before = [v for v in training.once_active(session) if v < served.version]
    before += [m.version for m in known if m.version < served.version]
    shown = {r.sentence: r.suggested for r in rows if r.suggested is not None}
    return versions.change_against(session, rows, shown, before[0]) if before else None


def _decisions(
    session: Session, candidate: bool
) -> list[tuple[SentenceId, CategoryKey, CategoryKey | None]]:
    """(sentence, a person's category, the model's) of the served model or the waiting candidate."""
    if not candidate:
        return [(r.sentence, r.category, r.suggested) for r in measurable(session)[0]]
    waiting = next((m for m in training.versions(session) if m.state is ModelState.CANDIDATE), None)
    if waiting is None:
        return []
    rows = _of_candidate(session, waiting, measured.decided(session.connection))
    return [(r.sentence, r.category, said) for r, said in rows]


def _of_candidate(
    session: Session, candidate: Model, decided: Sequence[Measured]
) -> list[tuple[Measured, CategoryKey]]:
    said, seen = versions.decisions_of(candidate), versions.trained_on(session, candidate.version)
    return [(r, said[r.sentence]) for r in decided if r.sentence in said and r.group not in seen]


def _measured_candidate(
    session: Session, candidate: Model | None, decided: Sequence[Measured]
) -> protocol.Measurement | None:
    from adme_labeler.statistics.recall import measure

    if candidate is None:
        return None
    rows = _of_candidate(session, candidate, decided)
    if not rows:
        return None
    return measure(
        [r.category for r, _ in rows],
        [said for _, said in rows],
        [int(r.group) for r, _ in rows],
        session.scheme.keys,
        blind=[r.blind for r, _ in rows],
        source="held-out",
    )


def _candidate_change(
    session: Session, candidate: Model | None, active: Model | None, rows: Sequence[Measured]
) -> ModelChange | None:
    if candidate is None or active is None:
        return None
    seen = versions.trained_on(session, candidate.version)
    measured_now = [r for r in rows if r.group not in seen]
    shown: dict[SentenceId, CategoryKey] = dict(versions.decisions_of(candidate))
    return versions.change_against(session, measured_now, shown, active.version)


def _cross_validation(
    served: suggesting.Served | None, active: Model | None
) -> protocol.Measurement | None:
    """Estimate of the model that is served, never of one that only waits to be."""
    if served is None:
        return None
    if active is not None and served.version == active.version:
        return training.result_of(active).cross_validation
    return served.cross_validation


def _explanation(groups: int, decided: int, suggesting_now: bool) -> str:
    if not groups:
        return tr(
            "Fewer than five drugs: none is held out, so only cross-validation speaks. "
            "Import more drug labels."
        )
    if not suggesting_now:
        return tr("No model has suggested yet.")
    if not decided:
        return tr(
            "No evidence yet: decide sentences of the held-out drugs (marked in the "
            "list); their suggestions stay hidden until you decide."
        )
    return ""
