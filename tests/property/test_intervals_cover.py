"""Intervals hold the truth as often as they promise: 1,000 simulated measurements each."""

import numpy as np
import pytest

from adme_labeler.statistics.clusters import bootstrap_interval, bootstrap_weights
from adme_labeler.statistics.intervals import wilson
from adme_labeler.statistics.recall import CLUSTER_BOOTSTRAP, measure

REPEATS = 1_000


@pytest.mark.parametrize(("n", "recall"), [(40, 0.75), (100, 0.5), (140, 0.9), (300, 0.95)])
def test_wilson_covers_within_two_points_for_independent_sentences(n: int, recall: float) -> None:
    found = np.random.default_rng(n).binomial(n, recall, REPEATS)
    bounds = [wilson(int(f), n) for f in found]
    assert np.mean([low <= recall <= high for low, high in bounds]) == pytest.approx(0.95, abs=0.02)


def drugs(rng: np.random.Generator, groups: int, recall: float, alike: float):
    """Sentences and found ones (groups,) of drugs whose own recalls differ: Beta, mean `recall`;
    `alike` (0 to 1) is the correlation between two sentences of a drug."""
    support = rng.integers(4, 13, groups)
    strength = 1 / alike - 1
    own = rng.beta(recall * strength, (1 - recall) * strength, groups)
    return support, rng.binomial(support, own)


@pytest.mark.parametrize(
    ("groups", "recall", "alike"), [(12, 0.7, 0.3), (20, 0.8, 0.2), (40, 0.85, 0.3), (40, 0.6, 0.1)]
)
def test_the_cluster_bootstrap_covers_within_two_points_where_drugs_differ(
    groups: int, recall: float, alike: float
) -> None:
    rng = np.random.default_rng(groups)
    weights = bootstrap_weights(groups)
    inside = 0
    for _ in range(REPEATS):
        support, found = drugs(rng, groups, recall, alike)
        interval = bootstrap_interval((weights @ found) / (weights @ support), groups)
        inside += interval.low <= recall <= interval.high
    assert inside / REPEATS == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("groups", "recall", "alike", "least"),
    [(8, 0.9, 0.05, 0.93), (30, 0.95, 0.1, 0.93), (8, 0.8, 0.3, 0.92)],
)
def test_what_the_panel_shows_does_not_cover_less_than_promised(
    groups: int, recall: float, alike: float, least: float
) -> None:
    """The wider one of both: it may cover more. With the fewest drugs, very unlike, .93."""
    rng = np.random.default_rng(groups + 1)
    inside = 0
    for _ in range(REPEATS):
        support, found = drugs(rng, groups, recall, alike)
        decided = [c for s, f in zip(support, found, strict=True) for c in "A" * f + "O" * (s - f)]
        of = np.repeat(np.arange(groups), support).tolist()
        shown = measure(["A"] * len(of), decided, of, "AO").categories[0]
        assert shown.method == CLUSTER_BOOTSTRAP
        assert shown.recall_low is not None and shown.recall_high is not None
        inside += shown.recall_low <= recall <= shown.recall_high
    assert inside / REPEATS >= least
