"""Do probabilities mean what they say? Calibration error before and after the one temperature.

    python -m tests.benchmarks.calibration_quality [PREDICTIONS.tsv ...]

The instant head on the gold sentences, out of fold (5 folds by drug group, 3 draws of the folds):
its temperature is fitted on grouped out-of-fold logits of the other folds' drugs only, as the
product does. With files that `evaluate` wrote (`predictions`): the same for trained presets, one
temperature per fold from the other folds; their probabilities have four decimals.

Expected calibration error of the best category, in 15 bins of equally many sentences ("adaptive")
and 15 of equal width; `floor` is the adaptive error that perfectly calibrated probabilities would
show with as many sentences (mean of 200 draws). "natural" probabilities are shown on screen,
"shifted" ones (tau 0.5) decide and are never shown.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from adme_labeler.ml.predict import softmax
from adme_labeler.statistics.calibration import (
    adaptive_calibration_error,
    expected_calibration_error,
    fit_temperature,
    shift_for,
)
from tests.benchmarks import sim_data
from tests.benchmarks.sim_data import KEYS, Floats, Ints

BINS = 15
HEADER = (
    "model,seed,sentences,temperature,probabilities,bins,adaptive_error,floor,equal_width_error,"
    "log_loss,mean_confidence,accuracy"
)


def main(words: list[str]) -> int:
    lines = [line for seed in range(3) for line in _instant(seed)]
    for path in map(Path, words):
        lines += _predicted(path)
    for line in lines:
        sim_data.say(*line)
    said = "Grouped out-of-fold probabilities on the gold sentences, 5 folds by drug."
    sim_data.say(sim_data.write("calibration.csv", HEADER.split(","), lines, said))
    return 0


def _instant(seed: int) -> Iterator[list[object]]:
    data = sim_data.gold()
    found = sim_data.out_of_fold(data, seed)
    # Both are softmaxes of the same logits, so their logs differ by the temperature alone.
    spread = np.ptp(found.logits, axis=1) / np.ptp(np.log(found.probabilities), axis=1)
    yield from _rows(
        "instant head",
        seed,
        found.logits,
        found.probabilities,
        found.shift,
        data.categories,
        float(np.median(spread)),
    )


def _predicted(path: Path) -> Iterator[list[object]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for seed in sorted({row["seed"] for row in rows}):
        mine = [row for row in rows if row["seed"] == seed]
        true = np.array([KEYS.index(row["true"]) for row in mine])
        folds = np.array([int(row["fold"]) for row in mine])
        shown = np.array([[float(row[key]) for key in KEYS] for row in mine])
        logits = np.log(np.clip(shown, 5e-5, 1))  # four decimals: 0.0000 is below that
        after, shift, heat = np.zeros_like(logits), np.zeros_like(logits), []
        for fold in np.unique(folds):
            out, others = folds == fold, folds != fold
            heat.append(fit_temperature(logits[others], true[others]))
            after[out] = softmax(logits[out], heat[-1])
            prior = np.bincount(true[others], minlength=len(KEYS)) / others.sum()
            shift[out] = shift_for(prior, sim_data.TAU)
        name = path.stem.rsplit("_", 1)[0]
        yield from _rows(name, int(seed), logits, after, shift, true, float(np.mean(heat)))


def _rows(
    model: str, seed: int, logits: Floats, after: Floats, shift: Floats, true: Ints, heat: float
) -> Iterator[list[object]]:
    before = softmax(logits)
    tables = {
        "natural, before": before,
        "natural, after": after,
        "shifted, before": softmax(np.log(np.maximum(before, 1e-12)) + shift),
        "shifted, after": softmax(np.log(np.maximum(after, 1e-12)) + shift),
    }
    for name, shown in tables.items():
        logs = np.log(np.clip(shown[np.arange(len(true)), true], 1e-9, 1))
        yield [
            model,
            seed,
            len(true),
            heat if "after" in name else 1.0,
            name,
            BINS,
            adaptive_calibration_error(shown, true, BINS),
            _floor(shown),
            expected_calibration_error(shown, true, BINS),
            float(-logs.mean()),
            float(shown.max(axis=1).mean()),
            float((shown.argmax(axis=1) == true).mean()),
        ]


def _floor(shown: Floats) -> float:
    rng = np.random.default_rng(0)
    ends = shown.cumsum(axis=1)
    draws = [(rng.random((len(shown), 1)) > ends / ends[:, -1:]).sum(axis=1) for _ in range(200)]
    return float(np.mean([adaptive_calibration_error(shown, drawn, BINS) for drawn in draws]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
