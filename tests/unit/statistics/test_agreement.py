"""Kappa with an interval that covers; blind decisions against decisions with a suggestion."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import cohen_kappa_score

from adme_labeler.statistics.agreement import agreement, blind_against_shown
from adme_labeler.statistics.intervals import wilson

KEYS = ("A", "D", "M", "E", "O")
SHARES = np.array([0.1, 0.07, 0.11, 0.12, 0.6])


def readers(rng, n, same):
    """Two readers: the other one follows the first with probability `same`, else decides anew."""
    one = rng.choice(5, n, p=SHARES)
    other = np.where(rng.random(n) < same, one, rng.choice(5, n, p=SHARES))
    return [KEYS[i] for i in one], [KEYS[i] for i in other]


def test_kappa_agrees_with_another_implementation_and_a_published_table() -> None:
    # Fleiss, Levin and Paik 2003, table 18.1: 100 subjects, observed .85, kappa .676.
    table = {("A", "A"): 75, ("A", "D"): 1, ("A", "M"): 4, ("D", "A"): 5, ("D", "D"): 4,
             ("D", "M"): 1, ("M", "M"): 10}  # fmt: skip
    one = [a for (a, _), n in table.items() for _ in range(n)]
    other = [b for (_, b), n in table.items() for _ in range(n)]
    assert agreement(one, other, KEYS).kappa == pytest.approx(0.676, abs=5e-4)
    rng = np.random.default_rng(0)
    for same in (0.0, 0.4, 0.95):
        one, other = readers(rng, 150, same)
        assert agreement(one, other, KEYS).kappa == pytest.approx(cohen_kappa_score(one, other))


@pytest.mark.parametrize(("n", "same"), [(60, 0.8), (200, 0.6), (200, 0.98), (40, 0.98)])
def test_the_interval_of_kappa_covers(n, same) -> None:
    rng = np.random.default_rng(9)
    found = [agreement(*readers(rng, n, same), KEYS) for _ in range(500)]
    # Following with probability `same` and else deciding by chance makes kappa exactly `same`.
    covered = [f.kappa_low <= same <= f.kappa_high for f in found]
    # Wilson's own coverage dips at few sentences and shares near 1 (.92 for 40 at .988); kappa
    # may lose no more than three points on it, of which one is the error of 500 repeats.
    share = same + (1 - same) * float((SHARES**2).sum())
    bounds = [wilson(same_ones, n) for same_ones in range(n + 1)]
    inside = np.array([b.low <= share <= b.high for b in bounds])
    exact = float(binom.pmf(np.arange(n + 1), n, share)[inside].sum())
    assert np.mean(covered) >= min(exact, 0.95) - 0.03


def test_the_interval_of_kappa_covers_when_drugs_differ() -> None:
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(150):
        groups, one, other = [], [], []
        for group, same in enumerate(rng.beta(8, 2, 15)):
            a, b = readers(rng, 12, same)
            groups += [group] * 12
            one += a
            other += b
        found = agreement(one, other, KEYS, groups)
        covered.append(found.kappa_low <= 0.8 <= found.kappa_high)
    assert np.mean(covered) >= 0.90


def test_perfect_agreement_still_has_an_interval() -> None:
    one = ["A", "O"] * 30
    found = agreement(one, one, KEYS, [i // 5 for i in range(60)])
    assert (found.share, found.kappa, found.kappa_high) == (1, 1, 1)
    assert found.share_low == wilson(60, 60).low
    assert 0.8 < found.kappa_low < 0.9


def test_too_little_or_a_single_category_gives_no_kappa() -> None:
    nine = agreement(["A"] * 9, ["A"] * 9, KEYS)
    assert (nine.sentences, nine.same, nine.share, nine.kappa) == (9, 9, None, None)
    single = agreement(["A"] * 40, ["A"] * 40, KEYS, list(range(40)))
    assert (single.share, single.kappa, single.kappa_low) == (1, None, None)
    assert agreement([], [], KEYS).sentences == 0


def test_the_order_of_sentences_and_readers_makes_no_difference() -> None:
    rng = np.random.default_rng(7)
    one, other = readers(rng, 120, 0.7)
    groups = rng.integers(0, 12, 120)
    order = rng.permutation(120)
    shuffled = agreement([other[i] for i in order], [one[i] for i in order], KEYS, groups[order])
    straight = agreement(one, other, KEYS, groups)
    for name in vars(straight):
        assert getattr(shuffled, name) == pytest.approx(getattr(straight, name))


def test_lists_of_different_length_and_unknown_categories_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        agreement(["A"], [], KEYS)
    with pytest.raises(ValueError, match="unknown category"):
        agreement(["A"], ["X"], KEYS)
    with pytest.raises(ValueError, match="differ in length"):
        blind_against_shown(["A"], ["A"], [], [1], KEYS)


def swayed(rng, n, anchoring):
    """Decisions of n blind and n shown sentences in 10 drugs each; .8 agree without anchoring."""
    decided, suggested, blind, groups = [], [], [], []
    for row in range(2 * n):
        hidden = row < n
        agree = rng.random() < (0.8 if hidden else 0.8 + anchoring)
        suggested.append("A" if row % 2 else "O")
        decided.append(suggested[-1] if agree else "D")
        blind.append(hidden)
        groups.append(row % 10 + (0 if hidden else 10))
    return decided, suggested, blind, groups


@pytest.mark.parametrize("anchoring", [0.0, 0.15])
def test_the_difference_between_shown_and_blind_is_covered(anchoring) -> None:
    rng = np.random.default_rng(12)
    found = [blind_against_shown(*swayed(rng, 100, anchoring), KEYS) for _ in range(120)]
    covered = [f.difference_low <= anchoring <= f.difference_high for f in found]
    assert np.mean(covered) >= 0.90
    swaying = np.mean(["may sway" in f.reason for f in found])
    assert swaying <= 0.06 if anchoring == 0 else swaying >= 0.7


def test_sentences_without_a_suggestion_and_thin_evidence_are_named() -> None:
    few = blind_against_shown(
        ["A"] * 30, ["A"] * 24 + [""] * 6, [True] * 9 + [False] * 21, list(range(30)), KEYS
    )
    assert (few.blind.sentences, few.shown.sentences, few.difference) == (9, 15, None)
    assert "9 sentences were decided blind and 15" in few.reason
