"""How much the served model finds, measured on what it never saw."""

from __future__ import annotations

from dataclasses import dataclass

from adme_labeler import protocol
from adme_labeler.domain.records import ModelState, ModelVersion, SentenceId
from adme_labeler.services import suggesting, training
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, models, suggestions
from adme_labeler.storage.models import Model
from adme_labeler.storage.suggestions import Evaluated


@dataclass(frozen=True)
class RecallReport:
    """What the recall panel shows.

    `held_out`: the served model (version, revision) on decided sentences of held-out drug groups;
    None when there are none. `cross_validation`: grouped out-of-fold estimate over what it was
    trained on, of the active version or of the instant head, never mixed with the first.
    `candidate` and `previous`: the newest candidate and the version active before, as measured
    when they were trained. `updating`: a new revision is still being scored; the figures are of
    the one named here.
    """

    version: ModelVersion
    revision: int
    held_out: protocol.Measurement | None
    cross_validation: protocol.Measurement | None
    candidate_version: ModelVersion | None
    candidate: protocol.Measurement | None
    previous: protocol.Measurement | None
    held_out_groups: int
    held_out_sentences: int
    updating: bool
    explanation: str


def report(session: Session) -> RecallReport:
    """Measure the served model now. Counting only: milliseconds for thousands of sentences."""
    from adme_labeler.statistics.recall import measure

    served = suggesting.served(session)
    groups = [g for g in labels.groups(session.connection) if g.held_out]
    rows, updating = measurable(session)
    held_out = None
    if served is not None and rows:
        held_out = measure(
            [row.category for row in rows],
            [row.suggestion.category for row in rows if row.suggestion is not None],
            [int(row.group) for row in rows],
            session.scheme.keys,
            blind=[row.blind for row in rows],
            source="held-out",
        )
    versions = training.versions(session)
    by_state = {m.state: m for m in reversed(versions)}
    active = by_state.get(ModelState.ACTIVE)
    candidate = by_state.get(ModelState.CANDIDATE)
    if candidate is not None and active is not None and candidate.version < active.version:
        candidate = None  # it was overtaken
    retired = by_state.get(ModelState.RETIRED)
    return RecallReport(
        version=served.version if served else ModelVersion(0),
        revision=served.revision if served else 0,
        held_out=held_out,
        cross_validation=_cross_validation(served, active),
        candidate_version=candidate.version if candidate else None,
        candidate=training.result_of(candidate).held_out if candidate else None,
        previous=training.result_of(retired).held_out if retired else None,
        held_out_groups=len(groups),
        held_out_sentences=sum(g.sentences for g in groups),
        updating=updating,
        explanation=_explanation(len(groups), len(rows), served is not None),
    )


def measurable(session: Session) -> tuple[list[Evaluated], bool]:
    """Decided held-out sentences with the served model's suggestion; true if some still wait.

    Sentences of a drug group that the model has learned from are left out, whatever the group is
    called today.
    """
    served = suggesting.served(session)
    if served is None:
        return [], False
    learned = served.groups | models.trained_groups(session.connection, served.version)
    number = (served.version, served.revision)
    rows: list[Evaluated] = []
    waiting = False
    for row in suggestions.evaluated(session.connection, held_out=True):
        if row.group in learned:
            continue
        found = row.suggestion
        if found is None or (found.model_version, found.head_revision) != number:
            waiting = True
            continue
        rows.append(row)
    return rows, waiting


def missed(session: Session, category: str) -> list[SentenceId]:
    """Held-out sentences of a category that the served model decided otherwise."""
    rows, _ = measurable(session)
    return [
        row.sentence
        for row in rows
        if row.category == category and row.suggestion and row.suggestion.category != category
    ]


def wrongly_found(session: Session, category: str) -> list[SentenceId]:
    """Held-out sentences that the served model gave this category, but a person did not."""
    rows, _ = measurable(session)
    return [
        row.sentence
        for row in rows
        if row.category != category and row.suggestion and row.suggestion.category == category
    ]


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
        return (
            "Fewer than five drugs: none is held out, so only cross-validation speaks. Import more "
            "drug labels."
        )
    if not suggesting_now:
        return "No model has suggested yet."
    if not decided:
        return (
            "No evidence yet: decide sentences of the held-out drugs (marked in the list); their "
            "suggestions stay hidden until you decide."
        )
    return ""
