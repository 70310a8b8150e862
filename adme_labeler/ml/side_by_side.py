"""Presets side by side: what they decided about the same test sentences, seed by seed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adme_labeler.domain.categories import ADME
from adme_labeler.ml.batches import Ints
from adme_labeler.ml.figures import Split, calibration_errors
from adme_labeler.ml.predict import Floats
from adme_labeler.ml.tables import Scheme, TableProblem
from adme_labeler.statistics.over_seeds import FIGURES, figures_of, side_by_side


@dataclass(frozen=True)
class Answers:
    """What a preset decided about n sentences: `decided` (n,), `probabilities` (n, c) by seed.

    `texts` (n) tell the sentences, `true` (n,) their categories, `groups` (n) their drug groups,
    `folds` (n,) when they were tested.
    """

    texts: tuple[str, ...]
    true: Ints
    groups: tuple[str, ...]
    folds: Ints
    decided: dict[int, Ints]
    probabilities: dict[int, Floats]


def answers_of(written: Sequence[tuple[int, Split, Floats, Ints]]) -> Answers:
    """From seed, split, probabilities and decisions, as `figures.write_predictions` takes them."""
    seeds = sorted({seed for seed, _, _, _ in written})
    splits = [split for seed, split, _, _ in written if seed == seeds[0]]
    rows = [row for split in splits for row in split.test.rows]
    return Answers(
        texts=tuple(" ".join(row.text.split()) for row in rows),
        true=np.concatenate([split.test.categories for split in splits]),
        groups=tuple(row.group for row in rows),
        folds=np.concatenate([np.full(len(split.test), split.fold) for split in splits]),
        decided={s: np.concatenate([d for of, _, _, d in written if of == s]) for s in seeds},
        probabilities={s: np.concatenate([p for of, _, p, _ in written if of == s]) for s in seeds},
    )


def read_answers(path: Path) -> tuple[Answers, Scheme]:
    """From a file that `figures.write_predictions` wrote.

    Raises TableProblem for a file that is none, or that does not hold every sentence for each seed.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE, escapechar="\\")
            header, *lines = list(reader)
        keys = tuple(header[6:])
        if header[:6] != ["seed", "fold", "group", "text", "true", "decided"] or not lines:
            raise TableProblem(f"{path.name} holds no predictions.")
        place = {key: index for index, key in enumerate(keys)}
        seeds = sorted({int(line[0]) for line in lines})
        by_seed = {seed: [line for line in lines if int(line[0]) == seed] for seed in seeds}
        first = by_seed[seeds[0]]
        if any([li[1:5] for li in of] != [li[1:5] for li in first] for of in by_seed.values()):
            raise TableProblem(f"{path.name} has other sentences for one seed than for another.")
        answers = Answers(
            texts=tuple(line[3] for line in first),
            true=np.array([place[line[4]] for line in first], dtype=np.int64),
            groups=tuple(line[2] for line in first),
            folds=np.array([int(line[1]) for line in first], dtype=np.int64),
            decided={
                s: np.array([place[line[5]] for line in of], dtype=np.int64)
                for s, of in by_seed.items()
            },
            probabilities={
                s: np.array([[float(p) for p in line[6:]] for line in of])
                for s, of in by_seed.items()
            },
        )
    except (OSError, ValueError, KeyError, IndexError, csv.Error) as error:
        raise TableProblem(f"{path.name} cannot be read as predictions: {error}.") from error
    if keys == tuple(ADME.keys):
        return answers, Scheme(keys, ADME.rest, True)
    return answers, Scheme(keys, keys[int(np.bincount(answers.true).argmax())], False)


def together(parts: Sequence[Answers]) -> Answers:
    """Several seeds' answers about the same sentences as one; a later part's seed wins.

    Raises TableProblem when the sentences are not the same.
    """
    whole = parts[0]
    for part in parts[1:]:
        _check_same(whole, part)
        whole = replace(
            whole,
            decided=whole.decided | part.decided,
            probabilities=whole.probabilities | part.probabilities,
        )
    return whole


def measured(answers: Answers, scheme: Scheme) -> dict[str, Any]:
    """Figures as means over seeds, `_spread` (standard deviation) where there are several.

    "calibration_error" is before and "calibration_error_after" after a temperature per fold that
    was fitted on the other folds (None without folds); "recalls" by category key.
    """
    seeds = sorted(answers.decided)
    decided = np.stack([answers.decided[seed] for seed in seeds])
    table = figures_of(answers.true, decided, len(scheme.keys), wanted(scheme))
    values = {name: table[:, place] for place, name in enumerate(_names(scheme))}
    before, after = zip(
        *(calibration_errors(answers.probabilities[s], answers.true, answers.folds) for s in seeds),
        strict=True,
    )
    values["calibration_error"] = np.array(before)
    values["calibration_error_after"] = np.array([np.nan if a is None else a for a in after])
    found: dict[str, Any] = {"seeds": seeds}
    for name, by_seed in values.items():
        mean = float(by_seed.mean())
        found[name] = None if np.isnan(mean) else mean
        if len(seeds) > 1 and not np.isnan(mean):
            found[f"{name}_spread"] = float(by_seed.std(ddof=1))
    hit = decided == answers.true
    found["recalls"] = {
        key: float(hit[:, answers.true == place].mean()) if (answers.true == place).any() else None
        for place, key in enumerate(scheme.keys)
    }
    return found


def compared(one: Answers, other: Answers, scheme: Scheme) -> dict[str, Any] | None:
    """Differences of `one` minus `other` with intervals, and McNemar's tests.

    Seeds that both have are paired; None when there is none. Raises TableProblem when the sentences
    are not the same.
    """
    _check_same(one, other)
    seeds = sorted(set(one.decided) & set(other.decided))
    if not seeds:
        return None
    numbers = {name: number for number, name in enumerate(sorted(set(one.groups)))}
    found = side_by_side(
        one.true,
        np.stack([one.decided[seed] for seed in seeds]),
        np.stack([other.decided[seed] for seed in seeds]),
        [numbers[group] for group in one.groups],
        len(scheme.keys),
        wanted(scheme),
    )
    return {
        "seeds": seeds,
        "sentences": len(one.true),
        "groups": found.groups,
        "differences": {
            name: msgspec.to_builtins(found.differences[figure])
            for name, figure in zip(_names(scheme), FIGURES, strict=True)
        },
        "mcnemar": {
            "all": msgspec.to_builtins(found.all),
            **{
                key: msgspec.to_builtins(test)
                for key, test in zip(scheme.keys, found.by_category, strict=True)
            },
        },
    }


def wanted(scheme: Scheme) -> list[int]:
    """The categories whose recall is averaged: all but the rest."""
    return [place for place, key in enumerate(scheme.keys) if key != scheme.rest]


def _names(scheme: Scheme) -> tuple[str, ...]:
    return tuple("adme_recall" if f == "mean_recall" and scheme.adme else f for f in FIGURES)


def _check_same(one: Answers, other: Answers) -> None:
    if one.texts != other.texts or not np.array_equal(one.true, other.true):
        raise TableProblem("The predictions are about different sentences, so nothing is compared.")
