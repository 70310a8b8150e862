"""Two models on the same sentences: no difference is claimed that chance explains."""

import numpy as np
import pytest

from adme_labeler.statistics.paired import recall_changes

KEYS = ("A", "D", "O")


def change(true, one, other, groups, key="A"):
    return next(c for c in recall_changes(true, one, other, groups, KEYS) if c.category == key)


def test_equal_decisions_are_no_evidence_and_still_have_an_interval() -> None:
    found = change(["A"] * 30, ["A"] * 30, ["A"] * 30, [i // 3 for i in range(30)])
    assert (found.won, found.lost, found.difference, found.p_value) == (0, 0, 0.0, 1.0)
    assert found.low is not None and found.high is not None
    assert found.low < -0.05 and found.high > 0.05
    assert not found.evident


def test_a_clear_gain_is_evident_and_its_mirror_a_clear_loss() -> None:
    true, good, bad = ["A"] * 60, ["A"] * 60, ["A"] * 30 + ["O"] * 30
    groups = [i % 12 for i in range(60)]
    gain = change(true, good, bad, groups)
    loss = change(true, bad, good, groups)
    assert (gain.won, gain.lost, gain.difference) == (30, 0, 0.5)
    assert gain.evident and loss.evident and gain.p_value < 1e-6
    assert gain.low == pytest.approx(-loss.high, abs=0.02)


def test_one_drug_or_few_sentences_say_nothing() -> None:
    few = change(["A"] * 9, ["A"] * 9, ["O"] * 9, list(range(9)))
    one_drug = change(["A"] * 40, ["A"] * 40, ["O"] * 40, [7] * 40)
    absent = change(["A"] * 40, ["A"] * 40, ["O"] * 40, list(range(40)), "D")
    for found in (few, one_drug, absent):
        assert (found.difference, found.low, found.high, found.evident) == (None, None, None, False)
    assert (few.won, one_drug.won, absent.support) == (9, 40, 0)


def test_equal_models_seem_to_differ_at_most_once_in_twenty() -> None:
    rng = np.random.default_rng(5)
    seemed = 0
    for _ in range(120):
        groups = rng.integers(0, 10, 80)
        hard = rng.normal(0, 1, 10)[groups]
        hits = [rng.random(80) < 1 / (1 + np.exp(-1.5 - hard)) for _ in range(2)]
        one, other = (["A" if hit else "O" for hit in h] for h in hits)
        seemed += change(["A"] * 80, one, other, groups.tolist()).evident
    assert seemed <= 9


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        recall_changes(["A"], ["A"], [], [1], KEYS)
