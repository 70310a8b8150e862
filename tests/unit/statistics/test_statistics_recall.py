"""Recall per category, its intervals and the intervals' coverage."""

import numpy as np
import pytest

from adme_labeler.statistics.intervals import (
    more_needed,
    needed_for_half_width,
    needed_without_a_miss,
    wilson,
)
from adme_labeler.statistics.recall import measure, rarest_first

KEYS = ("A", "D", "M", "E", "O")


def test_wilson_agrees_with_published_values() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_needed_sentences_follow_the_rules_of_thumb() -> None:
    assert needed_for_half_width(0.9, 0.05) == 141
    assert wilson(0.9 * 140, 140).half_width > 0.05 >= wilson(0.9 * 141, 141).half_width
    assert more_needed(0.9, 100, 0.05) == 41
    assert more_needed(0.9, 500, 0.05) == 0
    assert needed_without_a_miss(0.9) == 29
    assert needed_without_a_miss(0.97) == pytest.approx(3 / 0.03, rel=0.02)


def test_wilson_covers_within_two_points_of_nominal_on_average() -> None:
    rng = np.random.default_rng(3)
    for n in (10, 40, 150):
        shares = rng.uniform(0.5, 0.98, 1000)
        found = rng.binomial(n, shares)
        bounds = [wilson(int(f), n) for f in found]
        covered = np.mean([i.low <= s <= i.high for i, s in zip(bounds, shares, strict=True)])
        assert covered == pytest.approx(0.95, abs=0.02)


def test_nine_sentences_of_a_category_are_no_evidence_and_ten_are() -> None:
    nine = measure(["A"] * 9, ["A"] * 9, list(range(9)), KEYS).categories[0]
    assert (nine.support, nine.found, nine.recall, nine.recall_low) == (9, 9, None, None)
    ten = measure(["A"] * 10, ["A"] * 10, [1] * 10, KEYS).categories[0]
    assert (ten.recall, ten.recall_high, ten.method) == (1.0, 1.0, "wilson")
    assert ten.recall_low == pytest.approx(wilson(10, 10).low)


def test_no_sentences_give_a_measurement_without_figures() -> None:
    empty = measure([], [], [], KEYS, source="cross-validation")
    assert (empty.sentences, empty.groups, empty.accuracy, empty.macro_f1) == (0, 0, None, None)
    assert all(c.recall is None and c.precision is None for c in empty.categories)
    assert empty.confusion == ((0,) * 5,) * 5


def test_a_single_category_scheme_is_measured() -> None:
    only = measure(["A"] * 12, ["A"] * 12, list(range(12)), ("A",))
    assert (only.accuracy, only.macro_f1, only.categories[0].method) == (1, 1, "cluster bootstrap")


def test_a_category_that_the_scheme_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown category 'X'"):
        measure(["A"], ["X"], [1], KEYS)


def test_decisions_with_a_visible_suggestion_are_counted() -> None:
    seen = measure(["A", "O"], ["A", "A"], [1, 2], KEYS, blind=[True, False])
    assert seen.not_blind == 1


def test_the_cluster_bootstrap_is_wider_when_drugs_differ() -> None:
    groups = [g for g in range(10) for _ in range(10)]
    per_drug = ["A" if g < 5 else "O" for g in groups]
    spread = ["A" if i % 2 else "O" for i in range(100)]
    drug = measure(["A"] * 100, per_drug, groups, KEYS).categories[0]
    even = measure(["A"] * 100, spread, groups, KEYS).categories[0]
    assert drug.recall == even.recall == 0.5
    assert drug.method == even.method == "cluster bootstrap"
    assert drug.recall_high is not None and drug.recall_low is not None
    assert even.recall_high is not None and even.recall_low is not None
    assert drug.recall_high - drug.recall_low > 2 * (even.recall_high - even.recall_low)


def test_rare_categories_come_first() -> None:
    measured = measure(["A", "O", "O", "E", "E", "E"], ["O"] * 6, [1] * 6, KEYS)
    assert [c.category for c in rarest_first(measured)] == ["D", "M", "A", "O", "E"]


@pytest.mark.full
def test_recall_intervals_cover_when_drugs_differ() -> None:
    rng = np.random.default_rng(4)
    for drugs, rho in ((8, 0.0), (8, 0.1), (20, 0.1), (40, 0.1)):
        covered = 0
        for _ in range(1000):
            sizes = rng.integers(2, 12, drugs)
            rate = 0.85
            rates = (
                np.full(drugs, rate)
                if rho == 0
                else rng.beta(rate * (1 / rho - 1), (1 - rate) * (1 / rho - 1), drugs)
            )
            groups = np.repeat(np.arange(drugs), sizes)
            right = rng.random(len(groups)) < rates[groups]
            decided = ["A" if r else "O" for r in right]
            category = measure(["A"] * len(groups), decided, groups.tolist(), KEYS).categories[0]
            assert category.recall_low is not None and category.recall_high is not None
            covered += category.recall_low <= rate <= category.recall_high
        # Never less than nominal by more than two points; wider is allowed (union with Wilson).
        assert covered / 1000 >= 0.93, (drugs, rho, covered)
