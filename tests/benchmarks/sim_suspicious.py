"""Planted mistakes: how many of them does the list of annotations that look wrong show first?

    python -m tests.benchmarks.sim_suspicious [SEEDS]

In the gold sentences 5 % get a wrong category: any other one by chance ("random"), or the one that
a model taught on the right ones finds most probable after it ("plausible": the mistakes that
people make). Then the product's list, from out-of-fold probabilities of the instant head (5 folds
by drug group). Precision: share of planted ones among the first 5 % of all annotations; recall:
share of the planted that stand in the first 5 %, the first 10 %, anywhere in the list. Mistakes
that the readers themselves made count against the list here.
"""

from __future__ import annotations

import sys

import numpy as np

from adme_labeler.statistics.suspicious import Suspicion, suspicious
from tests.benchmarks import sim_data
from tests.benchmarks.sim_data import KEYS, Data, Ints, OutOfFold

SHARE = 0.05
HEADER = (
    "mistakes,seed,annotations,planted,listed,precision_first_5,recall_first_5,recall_first_10,"
    "recall_whole_list,by_duplicates,planted_by_duplicates"
)


def main(words: list[str]) -> int:
    seeds = int(words[0]) if words else 8
    data = sim_data.gold()
    clean = sim_data.out_of_fold(data, 0)
    lines = [
        [kind, seed, *one(data, plant(data, clean, kind, seed), seed)]
        for kind in ("random", "plausible")
        for seed in range(seeds)
    ]
    for kind in ("random", "plausible"):
        mine = np.array([line[2:] for line in lines if line[0] == kind], dtype=float)
        sim_data.say(kind, *mine.mean(axis=0), "spread", *mine.std(axis=0, ddof=1)[3:7])
    said = "5 % wrong categories planted in the gold sentences; instant head, 5 folds by drug."
    sim_data.say(sim_data.write("sim_suspicious.csv", HEADER.split(","), lines, said))
    return 0


def plant(data: Data, clean: OutOfFold, kind: str, seed: int) -> Ints:
    """Categories (n,) of which 5 % are wrong."""
    rng = np.random.default_rng([seed, 17])
    given = data.categories.copy()
    rows = rng.choice(len(data), round(SHARE * len(data)), replace=False)
    if kind == "random":
        given[rows] = (given[rows] + rng.integers(1, len(KEYS), len(rows))) % len(KEYS)
    else:
        others = clean.probabilities[rows].copy()
        others[np.arange(len(rows)), given[rows]] = -1
        given[rows] = others.argmax(axis=1)
    return given


def one(data: Data, given: Ints, seed: int) -> list[float]:
    wrong = given != data.categories
    found = sim_data.out_of_fold(data, seed, given)
    listed = suspicious([KEYS[c] for c in given], found.probabilities, KEYS, data.texts)
    order = np.array([s.row for s in listed])
    first, twice = round(SHARE * len(data)), round(2 * SHARE * len(data))
    hit = wrong[order]
    near = np.array([s.suspicion is Suspicion.DUPLICATES_DISAGREE for s in listed])
    return [
        len(data),
        int(wrong.sum()),
        len(listed),
        float(hit[:first].mean()),
        hit[:first].sum() / wrong.sum(),
        hit[:twice].sum() / wrong.sum(),
        hit.sum() / wrong.sum(),
        int(near.sum()),
        int((near & hit).sum()),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
