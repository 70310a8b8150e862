"""What is still out there: an audit of the undecided sentences, and what it says so far.

An audit is drawn once by chance out of everything that was undecided then, in strata of the
model's probabilities, and kept as a setting of the project: the plan, every drawn sentence with
its chance, and in short the scores of the whole pool. Its sentences are decided blind. Held-out
drugs are left out, for they are read in full and no model may choose what it is measured on.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import ModelVersion, SentenceId
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations

if TYPE_CHECKING:
    from adme_labeler.statistics.audit import Slices

PLAN, POOL = "audit", "audit_pool"
"""Settings: the plan with the drawn sentences, and what is kept of the pool."""
FEWEST_READ = 20
"""Read sentences from which an estimate is shown."""


@dataclass(frozen=True)
class Drawn:
    """A sentence of the audit; `inclusion` is the chance with which it was drawn, 0 to 1."""

    sentence: SentenceId
    stratum: int
    inclusion: float


@dataclass(frozen=True)
class Plan:
    """An audit as it was drawn; `at` is UTC. `without` undecided sentences had no suggestion."""

    at: str
    curator: str
    seed: int
    model_version: ModelVersion
    head_revision: int
    pool: int
    without: int
    drawn: tuple[Drawn, ...]


@dataclass(frozen=True)
class UnfoundNow:
    """Sentences of a category that nobody has found yet: estimate with its 95 % interval.

    `found` of the audit's read sentences were of the category; `since` were found in the pool
    outside the audit after it was drawn, and are not counted any more.
    """

    category: CategoryKey
    estimate: float
    low: int
    high: int
    found: int
    since: int


@dataclass(frozen=True)
class AuditState:
    """How far an audit is. `estimates` (rare categories as in the scheme) are empty before
    `FEWEST_READ`."""

    plan: Plan
    read: int
    set_aside: int
    undecided: int
    """Sentences of the pool without a category today."""
    estimates: tuple[UnfoundNow, ...]

    @property
    def done(self) -> bool:
        return self.read + self.set_aside >= len(self.plan.drawn)


def plan(session: Session) -> Plan | None:
    """The audit that was drawn last; None where there was none."""
    stored = cast("dict[str, Any] | None", session.setting(PLAN))
    if stored is None:
        return None
    return Plan(
        stored["at"],
        stored["curator"],
        stored["seed"],
        ModelVersion(stored["model"][0]),
        stored["model"][1],
        stored["pool"],
        stored["without"],
        tuple(Drawn(SentenceId(s), h, i) for s, h, i in stored["drawn"]),
    )


def waiting(session: Session) -> list[Drawn]:
    """Drawn sentences that still wait for a decision, in the order drawn."""
    current = plan(session)
    if current is None:
        return []
    ids = [d.sentence for d in current.drawn]
    decided = annotations.resolutions(session.connection, ids)
    aside = _set_aside(session, ids)
    return [d for d in current.drawn if d.sentence not in decided and d.sentence not in aside]


def is_drawn(session: Session, sentence: SentenceId) -> bool:
    """Whether a sentence belongs to the audit, and so must be decided blind."""
    return bool(drawn_among(session, [sentence]))


def drawn_among(session: Session, ids: Sequence[SentenceId]) -> frozenset[SentenceId]:
    """Those of the sentences that belong to the audit."""
    current = plan(session)
    if current is None:
        return frozenset()
    return frozenset(d.sentence for d in current.drawn) & frozenset(ids)


def state(session: Session) -> AuditState | None:
    """Progress and, once enough was read, the estimates; None where no audit was drawn."""
    found, keys = progress(session), session.scheme.substantive
    if found is None:
        return None
    return with_estimates(found.state, [e for key in keys if (e := estimate(found, key))])


@dataclass(frozen=True)
class Progress:
    """An audit's state without its estimates, and what these need."""

    state: AuditState
    sizes: tuple[int, ...]
    slices: Mapping[str, Any]
    read: Mapping[Drawn, CategoryKey]
    since: Mapping[str, int]


def progress(session: Session) -> Progress | None:
    """How far the audit is; `estimate` then tells of one category at a time."""
    current = plan(session)
    if current is None:
        return None
    ids = [d.sentence for d in current.drawn]
    decided = annotations.resolutions(session.connection, ids)
    read = {
        d: held.category
        for d in current.drawn
        if (held := decided.get(d.sentence)) is not None and held.read and held.category is not None
    }
    pool = cast("dict[str, Any]", session.setting(POOL) or {})
    since, decided_members = _found_since(session, pool, frozenset(ids))
    aside = len(_set_aside(session, ids) - decided.keys())
    return Progress(
        AuditState(current, len(read), aside, current.pool - decided_members, ()),
        tuple(pool.get("sizes", ())),
        pool.get("slices", {}),
        read,
        since,
    )


def estimate(found: Progress, key: CategoryKey) -> UnfoundNow | None:
    """Unfound sentences of a category; None before enough was read, or where the category is
    younger than the audit."""
    from adme_labeler.statistics import audit

    enough = len(found.read) >= min(FEWEST_READ, len(found.state.plan.drawn))
    if not enough or key not in found.slices:
        return None
    audited, hits = [0] * len(found.sizes), [0] * len(found.sizes)
    for drawn, category in found.read.items():
        audited[drawn.stratum] += 1
        hits[drawn.stratum] += category == key
    counted = audit.estimate_from(found.sizes, _long(found.slices[key]), audited, hits)
    gone = found.since.get(key, 0)
    # Of what the audit says is unread, some was found meanwhile by other ways.
    low, high = (
        min(found.state.undecided, max(0, bound - gone)) for bound in (counted.low, counted.high)
    )
    best = min(float(high), max(float(low), counted.estimate - gone))
    return UnfoundNow(key, best, low, high, counted.found, gone)


def with_estimates(state: AuditState, estimates: Sequence[UnfoundNow]) -> AuditState:
    return replace(state, estimates=tuple(estimates))


def _found_since(
    session: Session, pool: Mapping[str, Any], drawn: frozenset[SentenceId]
) -> tuple[dict[str, int], int]:
    """Per category the pool's sentences found outside the audit, and all decided ones."""
    if not pool:
        return {}, 0
    members = zlib.decompress(base64.b64decode(pool["members"]))
    bits = 8 * len(members)
    found: dict[str, int] = {}
    decided = 0
    for ident, category in map(
        tuple, session.connection.execute("SELECT sentence, category FROM resolution")
    ):
        if ident < bits and members[ident >> 3] >> (ident & 7) & 1:
            decided += 1
            if ident not in drawn and category is not None:
                found[category] = found.get(category, 0) + 1
    return found, decided


def _set_aside(session: Session, ids: Sequence[SentenceId]) -> set[SentenceId]:
    own = annotations.of_curator(session.connection, session.curator, ids)
    return {s for s, a in own.items() if a.state.value in ("skipped", "unsure")}


def _long(stored: Sequence[Sequence[tuple[float, int]]]) -> Slices:
    from adme_labeler.statistics.audit import Slices

    tiny = 1e-6  # rounding may have brought a mean to 0 or 1, which has no logit
    return Slices(
        tuple(tuple(min(1 - tiny, max(tiny, mean)) for mean, _ in part) for part in stored),
        tuple(tuple(count for _, count in part) for part in stored),
    )
