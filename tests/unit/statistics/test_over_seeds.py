"""Presets over several seeds: figures averaged in each draw, tests as one would count by hand."""

import math

import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score

from adme_labeler.statistics.calibration import cross_fitted, expected_calibration_error
from adme_labeler.statistics.clusters import bootstrap_weights, paired_interval
from adme_labeler.statistics.over_seeds import FIGURES, figures_of, side_by_side

WANTED = (0, 1)


def some(seed: int, n: int = 120, seeds: int = 2, groups: int = 9):
    random = np.random.default_rng(seed)
    true = random.integers(0, 3, n)
    good = np.where(random.random((seeds, n)) < 0.85, true, random.integers(0, 3, (seeds, n)))
    bad = np.where(random.random((seeds, n)) < 0.6, true, random.integers(0, 3, (seeds, n)))
    return true, good, bad, random.integers(0, groups, n).tolist()


def by_hand(true, decided) -> list[float]:
    recalls = recall_score(true, decided, labels=list(WANTED), average=None)
    present = np.unique(true)
    return [
        float((true == decided).mean()),
        float(f1_score(true, decided, labels=present, average="macro")),
        float(recalls.mean()),
        float(recalls.min()),
    ]


def test_figures_are_those_of_scikit_learn_for_every_seed() -> None:
    true, good, _, _ = some(1)
    found = figures_of(true, good, 3, WANTED)
    assert found == pytest.approx(np.array([by_hand(true, row) for row in good]))


def counted(true, decided) -> list[float]:
    """The same by counting, for thousands of draws."""
    recalls, f1 = [], []
    for category in range(3):
        support, claimed = (true == category).sum(), (decided == category).sum()
        found = ((true == category) & (decided == category)).sum()
        if support:
            f1.append(2 * found / (support + claimed))
            if category in WANTED:
                recalls.append(found / support)
    return [float((true == decided).mean()), np.mean(f1), np.mean(recalls), min(recalls)]


def test_the_interval_is_the_bootstrap_with_sentences_repeated_one_by_one() -> None:
    true, good, bad, groups = some(2)
    assert counted(true, good[0]) == pytest.approx(by_hand(true, good[0]))
    found = side_by_side(true, good, bad, groups, 3, WANTED)
    names = sorted(set(groups))
    repeats = bootstrap_weights(len(names))[:, [names.index(g) for g in groups]].astype(int)
    draws = []
    for repeat in repeats:
        rows = np.repeat(np.arange(len(true)), repeat)
        new = np.mean([counted(true[rows], row[rows]) for row in good], axis=0)
        old = np.mean([counted(true[rows], row[rows]) for row in bad], axis=0)
        draws.append(new - old)
    for place, name in enumerate(FIGURES):
        difference = found.differences[name]
        whole = np.mean([counted(true, row)[place] for row in good]) - np.mean(
            [counted(true, row)[place] for row in bad]
        )
        assert difference.value == pytest.approx(whole)
        interval = paired_interval(whole, np.array([draw[place] for draw in draws]), len(names))
        assert (difference.low, difference.high) == pytest.approx(interval)


def test_mcnemar_counts_by_category_and_with_seeds_takes_the_middle_p_value() -> None:
    true = np.array([0] * 20 + [1] * 20)
    right, wrong = true.copy(), true.copy()
    wrong[:6] = 1
    once = side_by_side(true, right[None], wrong[None], list(range(40)), 2, WANTED)
    assert [(m.won, m.lost) for m in once.by_category] == [(6, 0), (0, 0)]
    assert once.by_category[0].p_value == pytest.approx(2 * 0.5**6)
    assert once.by_category[1].p_value == 1.0
    assert once.all.p_value == once.by_category[0].p_value

    three = side_by_side(
        true,
        np.stack([right, right, right]),
        np.stack([wrong, right, wrong]),
        list(range(40)),
        2,
        WANTED,
    )
    assert three.all.won == pytest.approx(4)
    assert three.all.p_value == pytest.approx(1.5 * 2 * 0.5**6)


def test_equal_models_differ_by_nothing_and_one_group_has_no_interval() -> None:
    true, good, _, groups = some(3)
    same = side_by_side(true, good, good, groups, 3, WANTED)
    assert all((d.value, d.low, d.high) == (0, 0, 0) for d in same.differences.values())
    alone = side_by_side(true, good, good, [7] * len(true), 3, WANTED)
    assert all(d.low is None and d.high is None for d in alone.differences.values())


def test_a_category_that_is_not_there_leaves_its_recall_out() -> None:
    true = np.array([0, 0, 2, 2])
    found = figures_of(true, np.array([[0, 1, 2, 2]]), 3, WANTED)[0]
    assert found[2:] == pytest.approx([0.5, 0.5])
    nothing = figures_of(np.array([2, 2]), np.array([[2, 2]]), 3, WANTED)[0]
    assert math.isnan(nothing[2]) and math.isnan(nothing[3])


def test_decisions_that_do_not_fit_are_refused() -> None:
    true, good, bad, groups = some(4)
    with pytest.raises(ValueError, match="differ in length"):
        side_by_side(true, good, bad[:1], groups, 3, WANTED)
    with pytest.raises(ValueError, match="differ in length"):
        side_by_side(true, good, bad, groups[1:], 3, WANTED)


def test_a_temperature_of_the_other_folds_mends_overconfidence() -> None:
    random = np.random.default_rng(5)
    logits = random.normal(size=(1500, 3))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = (random.random((1500, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    loud = chances**4 / (chances**4).sum(axis=1, keepdims=True)
    folds = random.integers(0, 5, 1500)
    after = cross_fitted(loud, true, folds)
    assert after.sum(axis=1) == pytest.approx(np.ones(1500))
    before = expected_calibration_error(loud, true)
    assert expected_calibration_error(after, true) < before / 3
    # What a fold's own sentences are decided as has no say in its temperature.
    changed = true.copy()
    changed[folds == 2] = (true[folds == 2] + 1) % 3
    assert cross_fitted(loud, changed, folds)[folds == 2] == pytest.approx(after[folds == 2])
    assert (cross_fitted(loud, true, np.zeros(1500)) == loud).all()
