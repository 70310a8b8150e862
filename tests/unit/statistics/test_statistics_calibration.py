"""Temperature, calibration error and the shift that decides."""

import numpy as np
import pytest
from scipy.special import softmax

from adme_labeler.statistics.calibration import (
    decide,
    expected_calibration_error,
    fit_temperature,
    shift_for,
    tune_shift,
)

PRIOR = np.array([0.1, 0.07, 0.1, 0.12, 0.61])


def _draw(n: int, signal: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the true posterior, and categories drawn from the prior."""
    rng = np.random.default_rng(seed)
    true = rng.choice(5, n, p=PRIOR)
    seen = rng.normal(size=(n, 5))
    seen[np.arange(n), true] += signal
    return seen * signal + np.log(PRIOR), true


@pytest.mark.parametrize("heat", [0.3, 1.0, 4.0])
def test_the_temperature_that_was_put_in_comes_out(heat: float) -> None:
    logits, true = _draw(5000, 2.0, 0)
    assert fit_temperature(logits * heat, true) == pytest.approx(heat, rel=0.08)


def test_a_fitted_temperature_lowers_the_calibration_error() -> None:
    logits, true = _draw(4000, 2.0, 1)
    sure = logits * 4
    before = expected_calibration_error(softmax(sure, axis=1), true)
    after = expected_calibration_error(softmax(sure / fit_temperature(sure, true), axis=1), true)
    assert before > 0.08
    assert after < 0.02


def test_too_few_sentences_or_one_category_leave_the_temperature_alone() -> None:
    logits, true = _draw(19, 2.0, 2)
    assert fit_temperature(logits * 9, true) == 1.0
    assert fit_temperature(np.ones((50, 5)), np.zeros(50, dtype=int)) == 1.0
    assert fit_temperature(np.zeros((0, 5)), np.zeros(0, dtype=int)) == 1.0


def test_a_model_without_a_mistake_is_not_called_certain() -> None:
    true = np.arange(100) % 5
    logits = np.eye(5)[true] * 3
    shown = softmax(logits / fit_temperature(logits, true), axis=1)
    assert 0.97 < shown.max() < 0.999


def test_the_calibration_error_of_a_known_case() -> None:
    probabilities = np.array([[0.9, 0.1]] * 10 + [[0.6, 0.4]] * 10)
    true = np.array([0] * 7 + [1] * 3 + [0] * 6 + [1] * 4)
    assert expected_calibration_error(probabilities, true) == pytest.approx(0.1)
    assert expected_calibration_error(np.zeros((0, 2)), np.zeros(0)) == 0.0


def test_decisions_follow_the_shift_and_the_margin_does_not() -> None:
    probabilities = np.array([[0.3, 0.7], [0.05, 0.95]])
    prior = np.array([0.1, 0.9])
    plain = decide(probabilities, np.zeros(2), prior)
    shifted = decide(probabilities, shift_for(prior, 1.0), prior)
    assert plain.first.tolist() == [1, 1]
    assert shifted.first.tolist() == [0, 1]
    assert shifted.second.tolist() == [1, 0]
    balanced = probabilities / prior / (probabilities / prior).sum(axis=1, keepdims=True)
    expected = np.abs(balanced[:, 0] - balanced[:, 1])
    assert plain.margin == pytest.approx(expected)
    assert shifted.margin == pytest.approx(expected)


def test_a_single_category_and_a_zero_probability_can_be_decided() -> None:
    assert decide(np.ones((3, 1)), np.zeros(1), np.ones(1)).margin.tolist() == [1, 1, 1]
    assert decide(np.array([[0.0, 1.0]]), np.zeros(2), np.array([0.0, 1.0])).first.tolist() == [1]


def test_a_category_that_was_never_trained_is_not_lifted() -> None:
    assert shift_for([0.0, 0.2, 0.8], 1.0)[0] == 0.0


def test_with_few_rare_sentences_the_given_tau_stays() -> None:
    logits, true = _draw(40, 2.0, 3)
    shift = tune_shift(softmax(logits, axis=1), true, PRIOR, tau=0.5)
    assert shift == pytest.approx(shift_for(PRIOR, 0.5))


@pytest.mark.parametrize("seed", [2, 10])
def test_small_categories_share_one_tau_even_where_apart_would_fit_better(seed: int) -> None:
    prior = np.array([0.025, 0.025, 0.15, 0.1, 0.7])
    rng = np.random.default_rng(seed)
    true = rng.choice(5, 900, p=prior)
    seen = rng.normal(size=(900, 5))
    seen[np.arange(900), true] += np.array([3, 0.9, 1.5, 1.5, 1.5])[true]
    shown = softmax(seen * 1.5 + np.log(prior), axis=1)
    together = tune_shift(shown, true, prior) / -np.log(prior)
    apart = tune_shift(shown, true, prior, min_positives=5) / -np.log(prior)
    assert np.bincount(true)[:2].max() < 30
    assert together[0] == pytest.approx(together[1])
    assert apart[0] != pytest.approx(apart[1])


def test_tuning_finds_more_rare_sentences_without_breaking_the_floor() -> None:
    logits, true = _draw(6000, 2.0, 6)
    shown = softmax(logits, axis=1)
    fit, fresh = slice(0, 3000), slice(3000, None)
    recalls, precisions = {}, {}
    for floor in (0.6, 0.95):
        shift = tune_shift(shown[fit], true[fit], PRIOR, precision_floor=floor)
        first = decide(shown[fresh], shift, PRIOR).first
        recalls[floor] = np.mean([(first[true[fresh] == c] == c).mean() for c in range(4)])
        precisions[floor] = min((true[fresh][first == c] == c).mean() for c in range(4))
    plain = decide(shown[fresh], np.zeros(5), PRIOR).first
    assert recalls[0.6] > np.mean([(plain[true[fresh] == c] == c).mean() for c in range(4)]) + 0.02
    assert precisions[0.6] > 0.55
    assert precisions[0.95] > precisions[0.6]
    assert recalls[0.95] < recalls[0.6]
