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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import msgspec

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import ModelVersion, OperationId, SentenceId
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, settings
from adme_labeler.storage.log import Json

if TYPE_CHECKING:
    from adme_labeler.statistics.audit import Slices

PLAN, POOL = "audit", "audit_pool"
"""Settings: the plan with the drawn sentences, and what is kept of the pool."""
USUAL = 100
FEWEST_READ = 20
"""Read sentences from which an estimate is shown."""
_PAGE = 2_000

_UNDECIDED = """
    FROM sentence s JOIN drug_label l ON l.id = s.drug_label
    JOIN drug_group d ON d.id = l.drug_group AND d.held_out = 0
    LEFT JOIN resolution r ON r.sentence = s.id
"""
_WHERE = "s.current = 1 AND s.kind IN ('paragraph', 'list_item') AND r.sentence IS NULL"


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


@dataclass
class Planner:
    """Draws an audit of `audits` sentences; call `step` until it is true, then `commit`.

    In steps, so that a window with 100,000 sentences stays awake.
    """

    session: Session
    audits: int = USUAL
    seed: int = 0
    _last: int = 0
    _ids: list[int] = field(default_factory=list[int])
    _scores: list[list[float]] = field(default_factory=list[list[float]])
    _model: tuple[int, int] | None = None
    _without: int = 0

    def step(self) -> bool:
        """Read some of the pool; true when all of it is read."""
        rows = self.session.connection.execute(
            f"SELECT s.id, g.probabilities, g.model_version, g.head_revision {_UNDECIDED} "
            f"LEFT JOIN suggestion g ON g.sentence = s.id WHERE {_WHERE} AND s.id > ? "
            "ORDER BY s.id LIMIT ?",
            (self._last, _PAGE),
        ).fetchall()
        for ident, probabilities, version, revision in map(tuple, rows):
            if probabilities is None:
                self._without += 1
                continue
            self._ids.append(ident)
            self._scores.append(_floats.decode(probabilities))
            self._model = max(self._model or (0, 0), (version, revision))
        if rows:
            self._last = int(rows[-1][0])
        return len(rows) < _PAGE

    def commit(self) -> Changes:
        """Draw and keep the plan, as one operation. Raises Problem when there is nothing to draw
        from."""
        import numpy as np

        from adme_labeler.statistics import audit

        keys = self.session.scheme.keys
        if not self._ids:
            raise Problem(
                "Nothing can be drawn: every sentence is decided, or no model has suggested yet."
            )
        if any(len(scores) != len(keys) for scores in self._scores):
            raise Problem("The categories have changed: wait until the model has suggested again.")
        scores = np.array(self._scores)
        of = {key: scores[:, keys.index(key)] for key in self.session.scheme.substantive}
        strata = audit.stratify(np.column_stack(list(of.values())))
        allocation = audit.allocate(strata, self.audits)
        drawn = audit.draw(strata, allocation, self.seed)
        version, revision = self._model or (0, 0)
        plan: dict[str, Json] = {
            "at": self.session.project.now(),
            "curator": self.session.curator,
            "seed": self.seed,
            "model": [version, revision],
            "pool": len(self._ids),
            "without": self._without,
            "drawn": [
                [self._ids[row], int(strata.stratum_of[row]), round(float(inclusion), 8)]
                for row, inclusion in zip(drawn.rows.tolist(), drawn.inclusion, strict=True)
            ],
        }
        pool: dict[str, Json] = {
            "members": _packed(self._ids),
            "sizes": [int(size) for size in strata.sizes],
            "slices": {key: _short(audit.slices(strata, column)) for key, column in of.items()},
        }
        with self.session.project.operation(
            "audit",
            f"Draw an audit of {len(drawn.rows):,} out of {len(self._ids):,} undecided sentences",
            self.session.curator,
        ) as draft:
            settings.put(self.session.connection, draft, PLAN, plan)
            settings.put(self.session.connection, draft, POOL, pool)
        self.session.note_undoable(draft.id)
        return Changes(operation=OperationId(draft.id), settings=True)


def pool_size(session: Session) -> int:
    """How many undecided sentences an audit could be drawn from now."""
    row = session.connection.execute(
        f"SELECT count(*) {_UNDECIDED} JOIN suggestion g ON g.sentence = s.id WHERE {_WHERE}"
    ).fetchone()
    return int(row[0])


def possible(session: Session) -> bool:
    """Whether there is anything to draw an audit from."""
    row = session.connection.execute(
        f"SELECT 1 {_UNDECIDED} JOIN suggestion g ON g.sentence = s.id WHERE {_WHERE} LIMIT 1"
    ).fetchone()
    return row is not None


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
    undecided = current.pool - decided_members
    estimates: tuple[UnfoundNow, ...] = ()
    if pool and len(read) >= min(FEWEST_READ, len(ids)):
        estimates = _estimates(session, pool, read, since, undecided)
    return AuditState(
        current, len(read), len(_set_aside(session, ids) - decided.keys()), undecided, estimates
    )


def _estimates(
    session: Session,
    pool: Mapping[str, Any],
    read: Mapping[Drawn, CategoryKey],
    since: Mapping[str, int],
    undecided: int,
) -> tuple[UnfoundNow, ...]:
    from adme_labeler.statistics import audit

    sizes = list(pool["sizes"])
    audited = [0] * len(sizes)
    for drawn in read:
        audited[drawn.stratum] += 1
    made: list[UnfoundNow] = []
    for key in session.scheme.substantive:
        if key not in pool["slices"]:
            continue  # the category is younger than the audit
        found = [0] * len(sizes)
        for drawn, category in read.items():
            found[drawn.stratum] += category == key
        counted = audit.estimate_from(sizes, _long(pool["slices"][key]), audited, found)
        gone = since.get(key, 0)
        # Of what the audit says is unread, some was found meanwhile by other ways.
        low, high = (min(undecided, max(0, bound - gone)) for bound in (counted.low, counted.high))
        estimate = min(float(high), max(float(low), counted.estimate - gone))
        made.append(UnfoundNow(key, estimate, low, high, counted.found, gone))
    return tuple(made)


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


def _packed(ids: Sequence[int]) -> str:
    """A bit per sentence number, compressed: 100,000 sentences take some kilobytes at most."""
    bits = bytearray(max(ids) // 8 + 1)
    for ident in ids:
        bits[ident >> 3] |= 1 << (ident & 7)
    return base64.b64encode(zlib.compress(bytes(bits))).decode()


def _short(scores: Slices) -> Json:
    return [
        [[round(mean, 6), count] for mean, count in zip(means, counts, strict=True)]
        for means, counts in zip(scores.means, scores.counts, strict=True)
    ]


def _long(stored: Sequence[Sequence[tuple[float, int]]]) -> Slices:
    from adme_labeler.statistics.audit import Slices

    tiny = 1e-6  # rounding may have brought a mean to 0 or 1, which has no logit
    return Slices(
        tuple(tuple(min(1 - tiny, max(tiny, mean)) for mean, _ in part) for part in stored),
        tuple(tuple(count for _, count in part) for part in stored),
    )


_floats = msgspec.json.Decoder(list[float])
