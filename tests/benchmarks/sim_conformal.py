"""Do sets of categories hold the right one as often as promised, category by category?

    python -m tests.benchmarks.sim_conformal [REPEATS]

Out-of-fold probabilities of the instant head, 5 folds by drug group: all gold sentences, and 4,000
headed ones whose head learned from 400 (their headings are wrong for 7 to 10 %, which the sets must
then allow for). Repeatedly half of them calibrates and the other half is tested: halves of
sentences ("sentences": what the promise is about) and halves of drug groups ("drugs": what a
curator meets). Coverage: share of the category's test sentences whose set holds it, mean over
repeats with its 5th and 95th percentile. `shown`: share of all test sentences for which a set of
two or more categories is shown; `size`: mean number of categories in a set.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from adme_labeler.statistics.conformal import LEVEL, calibrate, conformal_sets, sets_to_show
from tests.benchmarks import sim_data
from tests.benchmarks.sim_data import KEYS, Floats, Ints

HEADER = (
    "data,halves,category,level,repeats,calibrated,positives,coverage,coverage_5,coverage_95,"
    "shown,size"
)


def main(words: list[str]) -> int:
    repeats = int(words[0]) if words else 300
    lines: list[list[object]] = []
    gold = sim_data.gold()
    found = sim_data.out_of_fold(gold, 0)
    lines += _simulated("gold", gold.categories, found.probabilities, gold.groups, repeats)
    lines += _simulated("headed", *_of_headed(), repeats)
    for line in lines:
        sim_data.say(*line)
    said = "Class-conditional conformal sets at .95 from out-of-fold probabilities."
    sim_data.say(sim_data.write("sim_conformal.csv", HEADER.split(","), lines, said))
    return 0


def _of_headed() -> tuple[Ints, Floats, Ints]:
    data = sim_data.headed()
    rng = np.random.default_rng(3)
    groups = rng.permutation(np.unique(data.groups))
    sides = np.isin(data.groups, groups[: len(groups) // 3])
    train = rng.choice(np.flatnonzero(sides), 400, replace=False)
    test = rng.choice(np.flatnonzero(~sides), 4000, replace=False)
    head = data.fit(train, data.scaling()).head
    shown = head.probabilities(data.vectors[test], data.words[test])
    return data.categories[test], shown, data.groups[test]


def _simulated(
    name: str, true: Ints, shown: Floats, groups: Ints, repeats: int
) -> Iterator[list[object]]:
    keys = [KEYS[c] for c in true]
    for halves in ("sentences", "drugs"):
        covered: list[list[float]] = []
        positives: list[tuple[int, ...]] = []
        several: list[float] = []
        sizes: list[float] = []
        for repeat in range(repeats):
            rng = np.random.default_rng([repeat, 5])
            unit = groups if halves == "drugs" else np.arange(len(true))
            units = rng.permutation(np.unique(unit))
            calibrating = np.isin(unit, units[: len(units) // 2])
            kept, test = np.flatnonzero(calibrating), np.flatnonzero(~calibrating)
            thresholds = calibrate([keys[i] for i in kept], shown[kept], KEYS)
            inside = conformal_sets(thresholds, shown[test])
            hits = inside[np.arange(len(test)), true[test]]
            covered.append(
                [
                    float(hits[true[test] == c].mean()) if low is not None else np.nan
                    for c, low in enumerate(thresholds.lowest)
                ]
            )
            positives.append(thresholds.positives)
            several.append(
                float(np.mean([len(s) >= 2 for s in sets_to_show(thresholds, shown[test])]))
            )
            sizes.append(float(inside.sum(axis=1).mean()))
        table = np.array(covered)
        for c, key in enumerate(KEYS):
            own = table[:, c][~np.isnan(table[:, c])]
            yield [
                name,
                halves,
                key,
                LEVEL,
                repeats,
                len(own),
                float(np.mean([p[c] for p in positives])),
                float(own.mean()),
                *(float(q) for q in np.quantile(own, (0.05, 0.95))),
                float(np.mean(several)),
                float(np.mean(sizes)),
            ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
