"""Conformal sets: the promise holds per category, and nothing is promised on thin evidence."""

import numpy as np
import pytest
from scipy.special import softmax

from adme_labeler.statistics.conformal import (
    calibrate,
    conformal_sets,
    fewest_positives,
    sets_to_show,
)

KEYS = ("A", "D", "M", "E", "O")
SHARES = np.array([0.08, 0.08, 0.08, 0.08, 0.68])


def sentences(rng, n, sharpness=2.0):
    """True categories and overconfident probabilities that favour the frequent category."""
    true = rng.choice(5, n, p=SHARES)
    logits = sharpness * np.eye(5)[true] + rng.normal(size=(n, 5)) + np.log(SHARES)
    return [KEYS[t] for t in true], softmax(2 * logits, axis=1)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_every_category_is_covered_as_promised_and_not_much_more(level) -> None:
    rng = np.random.default_rng(4)
    held = {key: [] for key in KEYS}
    expected = {key: [] for key in KEYS}
    for _ in range(250):
        thresholds = calibrate(*sentences(rng, 500), KEYS, level)
        true, probabilities = sentences(rng, 400)
        inside = conformal_sets(thresholds, probabilities)
        for c, key in enumerate(KEYS):
            rows = [row for row, t in enumerate(true) if t == key]
            if thresholds.lowest[c] is not None and rows:
                held[key].append(inside[rows, c].mean())
                n = thresholds.positives[c]
                expected[key].append(np.ceil((n + 1) * level - 1e-9) / (n + 1))
    for key in KEYS:
        assert np.mean(held[key]) == pytest.approx(np.mean(expected[key]), abs=0.012)
        assert np.mean(held[key]) >= level - 0.012


def test_the_argmax_alone_would_not_cover_the_rare_categories() -> None:
    # What the sets are for: without them the rare ones fall far below the level.
    true, probabilities = sentences(np.random.default_rng(0), 4000)
    rare = [row for row, t in enumerate(true) if t != "O"]
    hits = [KEYS[probabilities[row].argmax()] == true[row] for row in rare]
    assert np.mean(hits) < 0.7


def test_nineteen_positives_are_needed_for_ninety_five_percent() -> None:
    assert fewest_positives(0.95) == 19
    assert fewest_positives(0.9) == 9
    true = ["A"] * 19 + ["D"] * 18
    probabilities = np.tile([0.5, 0.3, 0.1, 0.05, 0.05], (37, 1))
    probabilities[3] = [0.2, 0.5, 0.1, 0.1, 0.1]
    thresholds = calibrate(true, probabilities, KEYS)
    # With 19 the lowest of all is the threshold.
    assert thresholds.lowest == (0.2, None, None, None, None)
    assert thresholds.positives == (19, 18, 0, 0, 0)
    assert thresholds.without_promise == ("D", "M", "E", "O")
    assert not conformal_sets(thresholds, probabilities)[:, 1:].any()


def test_only_sets_of_two_or_more_are_shown_most_probable_first() -> None:
    true = ["A"] * 20 + ["O"] * 20
    probabilities = np.array([[0.3, 0, 0, 0, 0.7]] * 20 + [[0.1, 0, 0, 0, 0.9]] * 20)
    thresholds = calibrate(true, probabilities, KEYS)
    doubtful, clear, neither = [0.35, 0, 0, 0, 0.95], [0.05, 0, 0, 0, 0.95], [0.1, 0.8, 0, 0, 0.1]
    assert sets_to_show(thresholds, [doubtful, clear, neither]) == [("O", "A"), (), ()]
    # A suggestion outside its set turns a set of one into a doubt.
    assert sets_to_show(thresholds, [clear, neither], ["A", "D"]) == [("O", "A"), ()]
    assert sets_to_show(thresholds, np.zeros((0, 5))) == []


def test_shuffled_calibration_sentences_give_the_same_thresholds() -> None:
    rng = np.random.default_rng(6)
    true, probabilities = sentences(rng, 300)
    order = rng.permutation(300)
    shuffled = calibrate([true[i] for i in order], probabilities[order], KEYS)
    assert shuffled == calibrate(true, probabilities, KEYS)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        calibrate(["A"], np.zeros((2, 5)), KEYS)
    with pytest.raises(ValueError, match="not numbers"):
        calibrate(["A"], [[np.nan] * 5], KEYS)
    with pytest.raises(ValueError, match="unknown category"):
        calibrate(["X"], [[0.2] * 5], KEYS)
