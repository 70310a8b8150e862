"""Verdicts of the gate and when they promote."""

import numpy as np
import pytest

from adme_labeler.domain.records import Verdict
from adme_labeler.statistics.comparison import compare, promotes

KEYS = ("A", "D", "M", "E", "O")
TRUE = ["A", "D", "M", "E", "O", "O", "O", "O"] * 20
GROUPS = [row // 8 for row in range(160)]


def _with_errors(rows: range | list[int]) -> list[str]:
    wrong = set(rows)
    return [("A" if t == "O" else "O") if i in wrong else t for i, t in enumerate(TRUE)]


def test_without_an_active_model_the_candidate_is_the_first() -> None:
    result = compare(TRUE, TRUE, None, GROUPS, KEYS)
    assert result.verdict == Verdict.FIRST
    assert result.difference is None
    assert promotes(result.verdict)


@pytest.mark.parametrize(
    ("rows", "why"), [(0, "there is no held-out sentence"), (8, "come from one drug.")]
)
def test_too_little_common_evidence_is_inconclusive_and_says_why(rows: int, why: str) -> None:
    active = [t if i < rows else "" for i, t in enumerate(TRUE)]
    result = compare(TRUE, TRUE, active, GROUPS, KEYS)
    assert result.verdict == Verdict.INCONCLUSIVE
    assert why in result.reason
    assert result.sentences == rows
    assert not promotes(result.verdict)


def test_no_sentence_at_all_with_an_active_model_is_inconclusive() -> None:
    assert compare([], [], [], [], KEYS).verdict == Verdict.INCONCLUSIVE


def test_equal_models_show_no_evidence_and_the_newer_is_taken() -> None:
    result = compare(TRUE, TRUE, TRUE, GROUPS, KEYS)
    assert (result.verdict, result.difference) == (Verdict.NO_EVIDENCE, 0.0)
    assert promotes(result.verdict)
    assert set(result.category_p_values.values()) == {1.0}


def test_a_clear_gain_is_better_and_the_same_reversed_is_worse() -> None:
    poor, good = _with_errors(range(0, 160, 3)), _with_errors(range(0, 160, 40))
    up, down = compare(TRUE, good, poor, GROUPS, KEYS), compare(TRUE, poor, good, GROUPS, KEYS)
    assert (up.verdict, down.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert up.difference is not None and up.difference == pytest.approx(-(down.difference or 0))
    assert promotes(up.verdict) and not promotes(down.verdict)
    assert "160 held-out sentences of 20 drug groups" in up.reason


def test_a_slightly_lower_score_is_inconclusive_and_does_not_promote() -> None:
    result = compare(TRUE, _with_errors([1, 12, 40]), _with_errors([9, 30]), GROUPS, KEYS)
    assert result.difference is not None and result.difference < 0
    assert result.verdict == Verdict.INCONCLUSIVE
    assert not promotes(result.verdict)


def test_a_rare_category_that_loses_significantly_outweighs_a_gain_elsewhere() -> None:
    metabolism = [i for i, t in enumerate(TRUE) if t == "M"][:8]
    others = [i for i, t in enumerate(TRUE) if t in "ADE"][::2]
    result = compare(
        TRUE,
        _with_errors(metabolism),
        _with_errors(others),
        GROUPS,
        KEYS,
        names={"M": "Metabolism"},
    )
    assert result.difference is not None and result.difference > 0
    assert result.verdict == Verdict.WORSE
    assert "Metabolism (8 no longer found, 0 newly found)" in result.reason
    assert result.category_p_values["M"] == pytest.approx(2 / 2**8)
    assert result.category_changes["M"] == -8


def test_the_losses_of_several_categories_are_corrected_for_their_number() -> None:
    # 7 lost, 0 won: one-sided p = 1/128; alone significant at 2.5 %, and times 4 it is not.
    lost = [i for i, t in enumerate(TRUE) if t == "M"][:7]
    gains = [i for i, t in enumerate(TRUE) if t in "ADE"][::4]
    alone = compare(TRUE, _with_errors(lost), _with_errors(gains), GROUPS, KEYS, rare=["M"])
    among = compare(TRUE, _with_errors(lost), _with_errors(gains), GROUPS, KEYS)
    assert alone.verdict == Verdict.WORSE
    assert among.verdict != Verdict.WORSE


def _simulated(rng: np.random.Generator, drugs: int, gain: float) -> str:
    sizes = rng.integers(10, 60, drugs)
    groups = np.repeat(np.arange(drugs), sizes)
    true = rng.choice(5, len(groups), p=[0.1, 0.07, 0.1, 0.12, 0.61])
    shared = rng.random(len(groups))
    own = np.where(rng.random(len(groups)) < 0.5, shared, rng.random(len(groups)))
    rate = rng.beta(0.85 * 19, 0.15 * 19, drugs)[groups]
    wrong = (true + rng.integers(1, 5, len(groups))) % 5
    active, candidate = (
        np.where(shared < rate, true, wrong),
        np.where(own < rate + gain, true, wrong),
    )
    written = [[KEYS[i] for i in row] for row in (true, candidate, active)]
    return compare(*written, groups.tolist(), KEYS).verdict


@pytest.mark.full
@pytest.mark.parametrize("drugs", [2, 4, 6, 12, 25])
def test_equal_models_are_seldom_told_apart(drugs: int) -> None:
    rng = np.random.default_rng(drugs)
    verdicts = [_simulated(rng, drugs, 0.0) for _ in range(400)]
    told_apart = sum(v in (Verdict.BETTER, Verdict.WORSE) for v in verdicts)
    assert told_apart / 400 <= 0.10


def test_a_much_better_model_is_never_called_worse() -> None:
    rng = np.random.default_rng(8)
    assert Verdict.WORSE not in {_simulated(rng, 12, 0.10) for _ in range(60)}
