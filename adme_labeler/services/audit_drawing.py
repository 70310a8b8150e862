"""Drawing an audit: reading the pool, strata, chances, and what is kept of all that."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import OperationId
from adme_labeler.language import tr
from adme_labeler.services.audit import PLAN, POOL
from adme_labeler.services.session import Session
from adme_labeler.storage import settings
from adme_labeler.storage.log import Json

if TYPE_CHECKING:
    from adme_labeler.statistics.audit import Slices

USUAL = 100
_PAGE = 1_000

_UNDECIDED = """
    FROM sentence s JOIN drug_label l ON l.id = s.drug_label
    JOIN drug_group d ON d.id = l.drug_group AND d.held_out = 0
    LEFT JOIN resolution r ON r.sentence = s.id
"""
_WHERE = "s.current = 1 AND s.kind IN ('paragraph', 'list_item') AND r.sentence IS NULL"


class Planner:
    """Draws an audit of `audits` sentences; call `step` until it is true, then `commit`.

    In steps of some milliseconds, so that a window with 100,000 sentences stays awake.
    """

    def __init__(self, session: Session, audits: int = USUAL, seed: int = 0) -> None:
        self._session = session
        self._audits = audits
        self._seed = seed
        self._model = (0, 0)
        self._without = 0
        self._plan: dict[str, Json] = {}
        self._pool: dict[str, Json] = {}
        self._drawn = 0
        self._work = self._prepare()

    def step(self) -> bool:
        """Do some of the work; true when all is done. Raises Problem when nothing can be drawn."""
        return next(self._work, True)

    def commit(self) -> Changes:
        """Keep the plan, as one operation."""
        session = self._session
        number = cast("int", self._plan["pool"])
        with session.project.operation(
            "audit",
            f"Draw an audit of {self._drawn:,} out of {number:,} undecided sentences",
            session.curator,
        ) as draft:
            settings.put(session.connection, draft, PLAN, self._plan)
            settings.put(session.connection, draft, POOL, self._pool)
        session.note_undoable(draft.id)
        return Changes(operation=OperationId(draft.id), settings=True)

    def _prepare(self) -> Generator[bool]:
        """Read the pool page by page, then stratify, draw and shorten the scores."""
        import numpy as np

        from adme_labeler.statistics import audit

        ids: list[int] = []
        pages: list[Any] = []
        last = 0
        while rows := self._page(last):
            last = int(rows[-1][0])
            known = [row for row in rows if row[1] is not None]
            self._without += len(rows) - len(known)
            if known:
                ids += [row[0] for row in known]
                pages.append(np.array([_floats.decode(row[1]) for row in known], ndmin=2))
                self._model = max(self._model, *((row[2], row[3]) for row in known))
            yield False
        keys = self._session.scheme.keys
        if not ids:
            raise Problem(
                tr(
                    "Nothing can be drawn: every sentence is decided, or no model has "
                    "suggested yet."
                )
            )
        if any(page.shape[1] != len(keys) for page in pages):
            raise Problem(
                tr("The categories have changed: wait until the model has suggested again.")
            )
        scores = np.concatenate(pages)
        of = {key: scores[:, keys.index(key)] for key in self._session.scheme.substantive}
        yield False
        strata = audit.stratify(np.column_stack(list(of.values())))
        yield False
        drawn = audit.draw(strata, audit.allocate(strata, self._audits), self._seed)
        self._drawn = len(drawn.rows)
        self._plan = {
            "at": self._session.project.now(),
            "curator": self._session.curator,
            "seed": self._seed,
            "model": list(self._model),
            "pool": len(ids),
            "without": self._without,
            "drawn": [
                [ids[row], int(strata.stratum_of[row]), round(float(inclusion), 8)]
                for row, inclusion in zip(drawn.rows.tolist(), drawn.inclusion, strict=True)
            ],
        }
        yield False
        short: dict[str, Json] = {}
        for key, column in of.items():
            short[key] = _short(audit.slices(strata, column))
            yield False
        self._pool = {
            "members": _packed(ids),
            "sizes": [int(size) for size in strata.sizes],
            "slices": short,
        }

    def _page(self, last: int) -> list[tuple[Any, ...]]:
        rows = self._session.connection.execute(
            f"SELECT s.id, g.probabilities, g.model_version, g.head_revision {_UNDECIDED} "
            f"LEFT JOIN suggestion g ON g.sentence = s.id WHERE {_WHERE} AND s.id > ? "
            "ORDER BY s.id LIMIT ?",
            (last, _PAGE),
        )
        return [tuple(row) for row in rows]


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


_floats = msgspec.json.Decoder(list[float])
