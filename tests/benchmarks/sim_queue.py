"""What to annotate next: a simulated curator on headed sentences, drugs never seen decide.

    python -m tests.benchmarks.sim_queue [SEEDS [MOST]]

A third of the drug groups is the test; of the others the curator decides what the queue offers, up
to MOST sentences, always as the heading says (7 to 10 % of which are wrong). "natural": the pool as
it is; "thinned": Absorption, Distribution, Metabolism and Excretion together cut to 5 % of it. The
queues are the product's own, 100 sentences at a time: `uncertain` (three quarters by the
prior-balanced margin, two of a drug label among ten, no repeated text; one quarter random), the
same drawn anew after 25 decisions, `rarest` (likeliest of the category found least), beside
`document` (drug labels in random order, sentences as they stand) and `random`. The head is the
product's instant head; the headings are the truth here, so the shipped sample takes the place of
heading hints ("random, nothing taught": without it).

Results: curves (sim_queue_curves.csv, sim_queue.png) and how many decisions an aim takes
(sim_queue.csv): the first size at which, and at the size after it, it is reached. Aims: mean recall
of A, D, M, E on the test drugs, decided with the product's tau (.5) or balanced (tau 1), and the
share of the pool's A, D, M, E that the curator has found. With every sentence of the pool decided
("whole pool") this head reaches what the last line says: the headings are too often wrong for more.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from adme_labeler.domain.records import Arm, LabelId, SentenceId
from adme_labeler.ml.instant import InstantHead, fit_hints
from adme_labeler.services import project_settings, queue
from adme_labeler.services.queue import BATCH, QueueItem
from adme_labeler.statistics.calibration import Decisions, decide, shift_for
from adme_labeler.storage.sentences import OpenSentence
from tests.benchmarks import sim_data
from tests.benchmarks.sim_data import KEYS, Data, Ints

AIMS = ((5, 0.6), (5, 0.7), (5, 0.85), (6, 0.7), (6, 0.75), (6, 0.85), (9, 0.5), (9, 0.85))
"""(column of a curve, aim)"""
THINNED = 0.05
SIZES = (25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1000, 1250, 1500)
STRATEGIES = (
    "random",
    "document",
    "uncertain",
    "uncertain, anew after 25",
    "rarest",
    "random, nothing taught",
)
CURVES = (
    "pool,strategy,seed,decisions,adme_found,adme_recall,adme_recall_tau1,macro_f1,worst,"
    "share_found"
)


@dataclass
class Curator:
    """One simulated curator; `open_rows` are undecided rows of the pool, in document order."""

    data: Data
    pool: Ints
    strategy: str
    seed: int
    head: InstantHead
    decided: list[int] = field(default_factory=list[int])
    _ahead: list[int] = field(default_factory=list[int])
    _drawn: int = 0

    def next(self) -> int:
        """The next sentence; the queue is drawn anew when it is used up."""
        if not self._ahead:
            self._drawn += 1
            self._ahead = self._draw()[: 25 if self.strategy.endswith("25") else BATCH]
        return self._ahead.pop(0)

    def _draw(self) -> list[int]:
        left = self.open_rows()
        if self.strategy == "document":
            labels = np.unique(self.data.labels[self.pool])
            rank = np.argsort(np.random.default_rng([self.seed, 1]).permutation(labels.max() + 1))
            return left[np.argsort(rank[self.data.labels[left]], kind="stable")].tolist()
        if self.strategy.startswith("random"):
            return np.random.default_rng([self.seed, self._drawn]).permutation(left).tolist()
        items = self._rarest(left) if self.strategy == "rarest" else self._uncertain(left)
        return [item.sentence for item in items]

    def open_rows(self) -> Ints:
        return self.pool[~np.isin(self.pool, self.decided)]

    def _uncertain(self, left: Ints) -> list[QueueItem]:
        """As `queue._uncertain` does with the rows that the project's tables give it."""
        pool = sorted(self._scored(left), key=lambda s: (s.margin, s.id))[: 5 * BATCH]
        share = project_settings.ProjectSettings().random_share
        margin = list(queue._spread(pool, round(BATCH * (1 - share))))
        taken = {s.id for s in margin}
        rest = [SentenceId(i) for i in left.tolist() if i not in taken]
        drawn = random.Random(1000 * self.seed + self._drawn).sample(
            rest, min(BATCH - len(margin), len(rest))
        )
        return list(
            queue._interleave(
                [QueueItem(s.id, Arm.UNCERTAIN, None, "") for s in margin],
                [QueueItem(i, Arm.RANDOM, len(drawn) / len(rest), "") for i in drawn],
            )
        )

    def _rarest(self, left: Ints) -> list[QueueItem]:
        """As `queue._rarest`; where the model suggests none, the curator reads on in order."""
        decided = np.array(self.decided, dtype=np.int64)
        found = np.bincount(self.data.categories[decided], minlength=len(KEYS))[:4]
        rare = KEYS[int(found.argmin())]
        likely = [s for s in self._scored(left) if s.category == rare]
        likely.sort(key=lambda s: (-s.probability, s.id))
        chosen = list(queue._spread(likely[: 5 * BATCH], BATCH))
        ids = [s.id for s in chosen] or [SentenceId(i) for i in left[:BATCH].tolist()]
        return [QueueItem(i, Arm.RARE, None, "") for i in ids]

    def _scored(self, left: Ints) -> list[OpenSentence]:
        shown, found = decisions(self.head, self.data, left)
        return [
            OpenSentence(
                SentenceId(row),
                LabelId(int(self.data.labels[row])),
                self.data.hashes[row],
                False,
                float(found.margin[n]),
                KEYS[found.first[n]],
                float(shown[n, found.first[n]]),
            )
            for n, row in enumerate(left.tolist())
        ]


def main(words: list[str]) -> int:
    seeds = int(words[0]) if words else 5
    most = int(words[1]) if len(words) > 1 else 1000
    data = sim_data.headed()
    lines: list[list[object]] = []
    for seed in range(seeds):
        test, everything = _by_drug(data, seed)
        for kind, pool in (("thinned", _thinned(data, everything, seed)), ("natural", everything)):
            sim_data.say(kind, seed, len(pool), np.bincount(data.categories[pool]), len(test))
            for strategy in (*STRATEGIES, *(("whole pool",) if seed == 0 else ())):
                lines += _curve(data, kind, pool, test, strategy, seed, most)
                sim_data.say(*lines[-1])
        write_all(lines, f"{seed + 1} seeds, {len(data)} headed sentences, a third for the test.")
    return 0


def write_all(lines: Sequence[Sequence[object]], said: str) -> None:
    sim_data.write("sim_queue_curves.csv", CURVES.split(","), lines, said)
    header = "pool,strategy,figure,aim,seeds,reached,median,lowest,highest"
    sim_data.write("sim_queue.csv", header.split(","), _needed(lines), said)
    from tests.benchmarks import sim_pictures

    sim_pictures.queue_curves(lines)


def decisions(head: InstantHead, data: Data, rows: Ints) -> tuple[sim_data.Floats, Decisions]:
    shown = head.probabilities(data.vectors[rows], data.words[rows])
    return shown, decide(shown, head.shift, head.prior)


def _curve(
    data: Data, kind: str, pool: Ints, test: Ints, strategy: str, seed: int, most: int
) -> Iterator[list[object]]:
    scaling = data.scaling()
    taught = None if strategy.endswith("taught") else fit_hints(sim_data.sample(), 5, scaling)

    def fitted(rows: list[int]) -> InstantHead:
        return sim_data.fit_with(data, np.array(rows, dtype=np.int64), scaling, taught).head

    curator = Curator(data, pool, strategy, seed, fitted([]))
    every = len(pool) if strategy == "whole pool" else min(most, len(pool))
    sizes = (every,) if strategy == "whole pool" else (0, *(s for s in SIZES if s <= every))
    for size in sizes:
        while len(curator.decided) < size:
            curator.decided.append(curator.next())
            if strategy.startswith("uncertain, ") and len(curator.decided) % 25 == 0:
                curator.head = fitted(curator.decided)
        curator.head = fitted(curator.decided)
        adme = (data.categories[pool] < 4).sum()
        found = int((data.categories[np.array(curator.decided, dtype=np.int64)] < 4).sum())
        measured = _measured(curator.head, data, test)
        yield [kind, strategy, seed, size, found, *measured, found / adme]


def _measured(head: InstantHead, data: Data, test: Ints) -> list[float]:
    """Mean recall of A, D, M, E at the product's tau and at tau 1, macro-F1, worst recall."""
    true = data.categories[test]
    shown, found = decisions(head, data, test)
    balanced = decide(shown, shift_for(head.prior, 1.0), head.prior).first
    hits = np.bincount(true[true == found.first], minlength=len(KEYS))
    support = np.bincount(true, minlength=len(KEYS))
    f1 = 2 * hits / (support + np.bincount(found.first, minlength=len(KEYS)))
    return [
        sim_data.adme_recall(true, found.first),
        sim_data.adme_recall(true, balanced),
        float(f1.mean()),
        float((hits / support)[:4].min()),
    ]


def _by_drug(data: Data, seed: int) -> tuple[Ints, Ints]:
    groups = np.random.default_rng([seed, 0]).permutation(np.unique(data.groups))
    sides = np.isin(data.groups, groups[: len(groups) // 3])
    return np.flatnonzero(sides), np.flatnonzero(~sides)


def _thinned(data: Data, pool: Ints, seed: int) -> Ints:
    adme = pool[data.categories[pool] < 4]
    other = pool[data.categories[pool] == 4]
    keep = round(THINNED / (1 - THINNED) * len(other))
    kept = np.random.default_rng([seed, 2]).choice(adme, min(keep, len(adme)), replace=False)
    return np.sort(np.concatenate([other, kept]))


def _needed(lines: Sequence[Sequence[object]]) -> Iterator[list[object]]:
    names = CURVES.split(",")
    for (column, aim), kind, strategy in product(AIMS, ("thinned", "natural"), STRATEGIES):
        runs: dict[object, list[Sequence[object]]] = {}
        for line in lines:
            if list(line[:2]) == [kind, strategy]:
                runs.setdefault(line[2], []).append(line)
        if runs:
            first = [_reached(run, column, aim) for run in runs.values()]
            sizes = [_size(f(first)) for f in (np.median, min, max)]
            done = int(np.isfinite(first).sum())
            yield [kind, strategy, names[column], aim, len(runs), done, *sizes]
    for line in lines:
        if line[1] == "whole pool":
            for column in (5, 6):
                yield [line[0], line[1], names[column], line[column], 1, 1, line[3], "", ""]


def _reached(run: Sequence[Sequence[object]], column: int, aim: float) -> float:
    over = [float(str(line[column])) >= aim for line in run]
    for place, line in enumerate(run):
        if all(over[place : place + 2]):
            return float(str(line[3]))
    return np.inf


def _size(value: float) -> object:
    return int(value) if np.isfinite(value) else "not reached"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
