"""Figures of an evaluation: headline, per category, by strength of the shift, over seeds."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adme_labeler import protocol
from adme_labeler.ml.batches import Ints
from adme_labeler.ml.predict import Floats
from adme_labeler.ml.tables import Row, Scheme
from adme_labeler.statistics.calibration import (
    cross_fitted,
    decide,
    expected_calibration_error,
    shift_for,
)
from adme_labeler.statistics.recall import measure

TAUS = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Labelled:
    """Rows with category indices and drug groups as numbers (n,)."""

    rows: list[Row]
    categories: Ints
    groups: Ints

    def take(self, chosen: Ints) -> Labelled:
        return Labelled(
            [self.rows[i] for i in chosen], self.categories[chosen], self.groups[chosen]
        )

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class Split:
    """One training and its test sentences; `fold` -1 where there are no folds."""

    train: Labelled
    test: Labelled
    fold: int = -1


def decisions(tested: Sequence[tuple[Split, Floats, Floats]], tau: float) -> list[Ints]:
    """Category indices for each split of (split, probabilities (n, c), prior (c,)).

    As the program decides: the shift is added to calibrated probabilities. The temperature of a
    fold is fitted on the other folds; without folds the probabilities stay as they are.
    """
    splits = [split for split, _, _ in tested]
    true = np.concatenate([split.test.categories for split in splits])
    shown = np.concatenate([probabilities for _, probabilities, _ in tested])
    calibrated = cross_fitted(shown, true, _folds_of(splits))
    ends = np.cumsum([len(split.test) for split in splits])
    return [
        decide(probabilities, shift_for(prior, tau), prior).first
        for probabilities, (_, _, prior) in zip(
            np.split(calibrated, ends[:-1]), tested, strict=True
        )
    ]


def figures(found: Sequence[tuple[Split, Floats, Ints, Floats]], scheme: Scheme) -> dict[str, Any]:
    true = np.concatenate([split.test.categories for split, _, _, _ in found])
    groups = np.concatenate([split.test.groups for split, _, _, _ in found])
    probabilities = np.concatenate([p for _, p, _, _ in found])
    decided = np.concatenate([d for _, _, d, _ in found])
    by_tau = {}
    for tau in TAUS:
        shifted = decisions([(split, p, prior) for split, p, _, prior in found], tau)
        by_tau[f"{tau:g}"] = _headline(
            _measured(true, np.concatenate(shifted), groups, scheme), scheme
        )
    measured = _measured(true, decided, groups, scheme)
    before, after = calibration_errors(
        probabilities, true, _folds_of([split for split, _, _, _ in found])
    )
    return {
        **_headline(measured, scheme),
        "expected_calibration_error": before,
        "expected_calibration_error_after": after,
        "categories": msgspec.to_builtins(measured.categories),
        "confusion": msgspec.to_builtins(measured.confusion),
        "by_tau": by_tau,
    }


def calibration_errors(
    probabilities: Floats, true: Ints, folds: Ints
) -> tuple[float, float | None]:
    """Expected calibration error before and after a temperature per fold.

    It is fitted on the other folds; None without folds.
    """
    before = expected_calibration_error(probabilities, true)
    if len(np.unique(folds)) < 2:
        return before, None
    return before, expected_calibration_error(cross_fitted(probabilities, true, folds), true)


def _folds_of(splits: Sequence[Split]) -> Ints:
    return np.concatenate([np.full(len(split.test), split.fold) for split in splits])


def _measured(true: Ints, decided: Ints, groups: Ints, scheme: Scheme) -> protocol.Measurement:
    keys = scheme.keys
    return measure(
        [keys[i] for i in true], [keys[i] for i in decided], groups.tolist(), keys, source="test"
    )


def _headline(measured: protocol.Measurement, scheme: Scheme) -> dict[str, Any]:
    """Recalls here are plain shares: this is a benchmark table and no panel for a curator."""
    wanted = [c for c in measured.categories if c.category != scheme.rest and c.support]
    recalls = [c.found / c.support for c in wanted]
    mean = float(np.mean(recalls)) if recalls else None
    return {
        "accuracy": measured.accuracy,
        "macro_f1": measured.macro_f1,
        "adme_recall" if scheme.adme else "mean_recall": mean,
        "worst_recall": min(recalls, default=None),
    }


def summary(seeds: Sequence[dict[str, Any]], scheme: Scheme) -> dict[str, Any]:
    """Means over seeds, and the spread (standard deviation) where there are several."""
    summary: dict[str, Any] = {}
    recall = "adme_recall" if scheme.adme else "mean_recall"
    for name in ("accuracy", "macro_f1", recall, "worst_recall"):
        values = [s[name] for s in seeds if s[name] is not None]
        summary[name] = float(np.mean(values)) if values else None
        if len(values) > 1:
            summary[f"{name}_spread"] = float(np.std(values, ddof=1))
    for name in ("expected_calibration_error", "expected_calibration_error_after"):
        values = [s[name] for s in seeds if s[name] is not None]
        summary[name] = float(np.mean(values)) if values else None
    summary["per_category"] = seeds[0]["categories"] if seeds else []
    return summary


def write_predictions(
    path: Path, written: Sequence[tuple[int, Split, Floats, Ints]], scheme: Scheme
) -> None:
    """One line per test sentence and seed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(
            file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, escapechar="\\"
        )
        lines.writerow(["seed", "fold", "group", "text", "true", "decided", *scheme.keys])
        for seed, split, probabilities, decided in written:
            for n, row in enumerate(split.test.rows):
                lines.writerow(
                    [
                        seed,
                        split.fold,
                        row.group,
                        " ".join(row.text.split()),
                        scheme.keys[split.test.categories[n]],
                        scheme.keys[decided[n]],
                        *(f"{p:.4f}" for p in probabilities[n]),
                    ]
                )
