"""What is still out there: the audit's interval covers, the certificate is exact."""

import math

import numpy as np
import pytest
from scipy.special import expit, logit

from adme_labeler.statistics.audit import (
    allocate,
    certificate,
    draw,
    estimate_unfound,
    prices,
    remaining_at_most,
    stratify,
)


def pool_of(rng, n, share, sharpness, slope=1.0, shift=0.0, blind=0.0):
    """Truth (n,) and scores (n,): calibrated where slope is 1 and shift and blind are 0."""
    true = rng.random(n) < share
    looks = true & (rng.random(n) >= blind)
    evidence = sharpness * rng.normal(np.where(looks, sharpness / 2, -sharpness / 2), 1)
    return true, expit(slope * (evidence + logit(share)) + shift)


def coverage(repeats, audits, n, share, sharpness, **scores):
    rng = np.random.default_rng(11)
    covered, errors = [], []
    for repeat in range(repeats):
        true, probabilities = pool_of(rng, n, share, sharpness, **scores)
        strata = stratify(probabilities)
        rows = draw(strata, allocate(strata, audits), seed=repeat).rows
        unfound = estimate_unfound(strata, probabilities, rows, true[rows])
        left = int(true.sum() - true[rows].sum())
        covered.append(unfound.low <= left <= unfound.high)
        errors.append((unfound.high - unfound.low) / max(left, 1))
    return float(np.mean(covered)), float(np.mean(errors))


SETTINGS = [
    pytest.param({}, id="calibrated"),
    pytest.param({"slope": 1.7}, id="overconfident"),
    pytest.param({"slope": 0.6}, id="underconfident"),
    pytest.param({"shift": 1.5}, id="scores too high"),
    pytest.param({"shift": -1.5}, id="scores too low"),
    pytest.param({"blind": 0.1}, id="blind to a tenth"),
]


@pytest.mark.parametrize("scores", SETTINGS)
def test_the_interval_covers_the_unfound_sentences(scores) -> None:
    covered, _ = coverage(60, 150, 3000, 0.05, 2.0, **scores)
    # Three standard errors of 60 repeats below .90; the long test decides.
    assert covered >= 0.79


@pytest.mark.full
@pytest.mark.parametrize("scores", SETTINGS)
@pytest.mark.parametrize(
    ("audits", "n", "share", "sharpness"),
    [
        (100, 3000, 0.05, 1.5),
        (300, 3000, 0.05, 1.5),
        (100, 10_000, 0.01, 3),
        (300, 10_000, 0.01, 3),
    ],
)
def test_the_interval_covers_nine_times_in_ten(scores, audits, n, share, sharpness) -> None:
    covered, _ = coverage(500, audits, n, share, sharpness, **scores)
    assert covered >= 0.90 - 0.02  # 500 repeats: 1.3 points of error


def test_the_interval_is_much_narrower_than_that_of_a_random_audit() -> None:
    audits, n, share = 200, 5000, 0.02
    _, width = coverage(20, audits, n, share, 3.0)
    random_width = 2 * 1.96 * math.sqrt((1 - share) / (share * audits))
    assert width < 0.6 * random_width


def test_one_audit_serves_several_categories() -> None:
    rng = np.random.default_rng(5)
    covered = []
    for repeat in range(40):
        truths, scores = zip(*(pool_of(rng, 2500, s, 2.2) for s in (0.03, 0.06)), strict=True)
        together = np.column_stack(scores)
        strata = stratify(together, 5)
        rows = draw(strata, allocate(strata, 200), seed=repeat).rows
        for true, probabilities in zip(truths, scores, strict=True):
            unfound = estimate_unfound(strata, probabilities, rows, true[rows])
            covered.append(unfound.low <= true.sum() - true[rows].sum() <= unfound.high)
    assert np.mean(covered) >= 0.84


def test_an_allocation_spends_exactly_what_was_asked_and_fits_every_stratum() -> None:
    rng = np.random.default_rng(2)
    for n in (0, 1, 7, 500):
        strata = stratify(rng.beta(0.2, 4, n))
        assert strata.sizes.sum() == n
        for audits in (0, 1, 13, 499, 10_000):
            allocation = allocate(strata, audits)
            assert allocation.draws.sum() == min(audits, n)
            assert (allocation.draws <= strata.sizes).all()
            assert allocation.inclusion @ strata.sizes == pytest.approx(min(audits, n))


def test_sentences_are_drawn_as_often_as_their_inclusion_probability_says() -> None:
    rng = np.random.default_rng(8)
    strata = stratify(rng.beta(0.3, 3, 60), 4)
    allocation = allocate(strata, 20)
    times = np.zeros(60)
    for seed in range(3000):
        drawn = draw(strata, allocation, seed)
        assert len(set(drawn.rows)) == 20
        times[drawn.rows] += 1
        assert drawn.inclusion == pytest.approx(allocation.inclusion[strata.stratum_of[drawn.rows]])
    expected = allocation.inclusion[strata.stratum_of]
    assert np.abs(times / 3000 - expected).max() < 4.5 * math.sqrt(0.25 / 3000)


def test_strata_do_not_depend_on_the_order_of_the_sentences() -> None:
    rng = np.random.default_rng(4)
    scores = np.round(rng.beta(0.3, 3, (300, 2)), 2)
    order = rng.permutation(300)
    assert (stratify(scores[order]).stratum_of == stratify(scores).stratum_of[order]).all()


def test_nothing_is_unfound_when_everything_was_read() -> None:
    probabilities = np.linspace(0, 1, 30)
    strata = stratify(probabilities)
    all_read = estimate_unfound(strata, probabilities, np.arange(30), probabilities > 0.5)
    assert (all_read.remaining, all_read.estimate, all_read.low, all_read.high) == (0, 0, 0, 0)
    assert all_read.found == 15
    empty = estimate_unfound(stratify([]), [], [], [])
    assert (empty.pool, empty.estimate, empty.high) == (0, 0, 0)


def test_without_a_reading_the_estimate_is_the_models_own_and_wide() -> None:
    probabilities = np.full(1000, 0.1)
    unread = estimate_unfound(stratify(probabilities), probabilities, [], [])
    assert unread.audited == 0
    assert unread.low < 40 < 100 < 250 < unread.high


def test_a_sentence_read_twice_or_an_impossible_score_is_refused() -> None:
    strata = stratify([0.1, 0.2])
    with pytest.raises(ValueError, match="audited twice"):
        estimate_unfound(strata, [0.1, 0.2], [0, 0], [True, True])
    with pytest.raises(ValueError, match="outside 0 to 1"):
        stratify([0.1, float("nan")])


def chance_of_no_find(pool: int, of_category: int, read: int) -> float:
    return math.comb(pool - of_category, read) / math.comb(pool, read)


def test_a_certificate_is_the_smallest_reading_that_would_have_met_one() -> None:
    for pool in (1, 2, 20, 60, 333):
        for at_most in range(0, pool, max(1, pool // 9)):
            price = certificate(pool, at_most)
            assert chance_of_no_find(pool, at_most + 1, price.to_read) <= 0.05 + 1e-9
            if price.to_read:
                assert chance_of_no_find(pool, at_most + 1, price.to_read - 1) > 0.05


def test_certificates_deceive_at_most_once_in_twenty() -> None:
    rng = np.random.default_rng(1)
    price = certificate(400, 7)
    # Eight sentences are one too many: how often does the reading meet none of them?
    met = rng.hypergeometric(8, 392, price.to_read, size=20_000)
    assert (met == 0).mean() == pytest.approx(0.05, abs=0.008)


def test_the_price_falls_with_what_may_remain() -> None:
    listed = prices(10_000)
    assert [p.at_most for p in listed] == [0, 5, 10, 20, 50, 100]
    assert listed[0].to_read == 9_500
    assert [p.to_read for p in listed] == sorted((p.to_read for p in listed), reverse=True)
    assert listed[-1].share == pytest.approx(0.029, abs=0.002)
    assert certificate(1_000_000, 1000).to_read == pytest.approx(2_990, abs=10)
    assert certificate(5, 5).to_read == 0


def test_the_bound_after_a_find_covers_and_agrees_with_the_certificate() -> None:
    price = certificate(500, 6)
    assert remaining_at_most(500, price.to_read, 0) == 6
    assert remaining_at_most(500, price.to_read - 1, 0) > 6
    assert remaining_at_most(50, 50, 3) == 0
    assert remaining_at_most(50, 0, 0) == 50
    rng = np.random.default_rng(6)
    found = rng.hypergeometric(30, 470, 120, size=4000)
    bound = {f: remaining_at_most(500, 120, int(f)) for f in np.unique(found)}
    assert np.mean([bound[f] >= 30 - f for f in found]) >= 0.94
