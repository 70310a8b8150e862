"""Annotations worth a second look: what is listed, in which order, and how many planted errors."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from adme_labeler.statistics.calibration import fit_temperature
from adme_labeler.statistics.splits import grouped_folds
from adme_labeler.statistics.suspicious import (
    REVIEW_ALL_BELOW,
    Suspicion,
    out_of_fold_loss,
    suspicious,
    thresholds,
)

KEYS = ("A", "D", "M", "E", "O")


def planted(rng, n=600, share=0.05, sharpness=2.5):
    """True, given (5 % wrong) and probabilities that follow the truth in part."""
    true = rng.choice(5, n, p=[0.12, 0.12, 0.12, 0.12, 0.52])
    wrong = rng.choice(n, int(share * n), replace=False)
    given = true.copy()
    given[wrong] = (true[wrong] + rng.integers(1, 5, len(wrong))) % 5
    probabilities = softmax(sharpness * np.eye(5)[true] + rng.normal(size=(n, 5)), axis=1)
    return given, wrong, probabilities


def test_planted_errors_come_first() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        given, wrong, probabilities = planted(rng)
        listed = suspicious([KEYS[g] for g in given], probabilities, KEYS)
        rows = [s.row for s in listed]
        top = rows[: len(wrong)]
        # By chance it would be 1 in 20.
        assert np.isin(top, wrong).mean() > 0.5
        assert np.isin(wrong, rows[: 3 * len(wrong)]).mean() > 0.8
        assert [s.loss for s in listed] == sorted((s.loss for s in listed), reverse=True)


def test_what_is_proposed_for_a_planted_error_is_mostly_the_truth() -> None:
    rng = np.random.default_rng(2)
    true = np.repeat(np.arange(5), 100)
    given = true.copy()
    given[::25] = (true[::25] + 1) % 5
    probabilities = softmax(4 * np.eye(5)[true] + rng.normal(size=(500, 5)), axis=1)
    listed = {s.row: s for s in suspicious([KEYS[g] for g in given], probabilities, KEYS)}
    hits = [row in listed and listed[row].proposed == KEYS[true[row]] for row in range(0, 500, 25)]
    assert np.mean(hits) >= 0.8
    assert any(s.confident for s in listed.values())
    assert all(s.proposed != s.given for s in listed.values())


def test_near_duplicates_that_disagree_come_before_everything_else() -> None:
    texts = [
        "the drug is rapidly absorbed after a single oral dose of ten milligrams in fed adults",
        "plasma protein binding is about ninety percent at therapeutic concentrations",
        "the drug is rapidly absorbed after a single oral dose of ten milligrams in fed adults.",
        "elimination half-life averages seven hours in patients with normal renal function",
        "Plasma protein binding is about ninety percent at therapeutic concentrations",
    ]
    given = ["A", "D", "O", "A", "D"]
    probabilities = np.full((5, 5), 0.01)
    probabilities[np.arange(5), [0, 1, 0, 3, 1]] = 0.96
    listed = suspicious(given, probabilities, KEYS, texts)
    first = listed[:2]
    assert [(s.row, s.given, s.proposed, s.duplicates) for s in first] == [
        (2, "O", "A", (0,)),
        (0, "A", "O", (2,)),
    ]
    assert {s.suspicion for s in first} == {Suspicion.DUPLICATES_DISAGREE}
    assert (listed[2].row, listed[2].suspicion) == (3, Suspicion.MODEL_DISAGREES)
    assert [s.row for s in listed[3:]] == [1, 4]  # too few examples, agreeing duplicates
    assert {s.suspicion for s in listed[3:]} == {Suspicion.FEW_EXAMPLES}


def test_a_category_with_few_examples_is_reviewed_whole() -> None:
    for count, all_listed in ((REVIEW_ALL_BELOW - 1, True), (REVIEW_ALL_BELOW, False)):
        given = ["E"] * count + ["O"] * 200
        probabilities = np.full((len(given), 5), 0.01)
        probabilities[:count, 3] = 0.96
        probabilities[count:, 4] = 0.96
        listed = suspicious(given, probabilities, KEYS)
        assert [s.row for s in listed] == (list(range(count)) if all_listed else [])


def test_a_rare_category_passes_its_own_lower_threshold() -> None:
    # The model is timid about E: .4 is as much as it ever says.
    given = ["E"] * 30 + ["O"] * 100
    probabilities = np.full((130, 5), 0.0)
    probabilities[:30] = [0, 0, 0, 0.4, 0.6]
    probabilities[30:] = [0, 0, 0, 0.02, 0.98]
    probabilities[50] = [0, 0, 0, 0.45, 0.55]
    listed = {s.row: s for s in suspicious(given, probabilities, KEYS)}
    assert (listed[50].proposed, listed[50].confident) == ("E", True)
    index = np.array([3] * 30 + [4] * 100)
    limits = thresholds(index, probabilities)
    assert limits[3] == pytest.approx(0.4)
    assert np.isinf(limits[:3]).all()


def test_every_row_is_listed_once_and_the_order_of_rows_makes_no_difference() -> None:
    rng = np.random.default_rng(5)
    given, _, probabilities = planted(rng, 200)
    words = ["dose", "plasma", "renal", "liver", "urine", "food", "oral", "half"]
    texts = [" ".join(rng.choice(words, 4)) for _ in range(200)]
    listed = suspicious([KEYS[g] for g in given], probabilities, KEYS, texts)
    assert len({s.row for s in listed}) == len(listed)
    order = rng.permutation(200)
    shuffled = suspicious(
        [KEYS[given[i]] for i in order], probabilities[order], KEYS, [texts[i] for i in order]
    )
    assert [(order[s.row], s.suspicion) for s in shuffled] == [(s.row, s.suspicion) for s in listed]


def test_impossible_probabilities_do_not_break_the_list_and_bad_input_is_refused() -> None:
    certain = np.array([[1.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0]])
    assert np.isfinite(out_of_fold_loss(np.array([1, 1]), certain)).all()
    assert suspicious([], np.zeros((0, 5)), KEYS, []) == ()
    with pytest.raises(ValueError, match="differ in length"):
        suspicious(["A"], certain, KEYS)
    with pytest.raises(ValueError, match="unknown category"):
        suspicious(["A", "X"], certain, KEYS)


@pytest.mark.real_data
def test_half_of_the_top_five_percent_are_errors_planted_in_real_sentences() -> None:
    if not (folder := os.environ.get("ADME_REAL_DATA")):
        pytest.skip("ADME_REAL_DATA is not set")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    with Path(folder, "gold", "adme_gold.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    given = np.array([KEYS.index(row["category"]) for row in rows])
    groups = np.unique([row["drug_group"] for row in rows], return_inverse=True)[1]
    rng = np.random.default_rng(0)
    wrong = rng.choice(len(given), len(given) // 20, replace=False)
    given[wrong] = (given[wrong] + rng.integers(1, 5, len(wrong))) % 5
    features = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(
        row["text"] for row in rows
    )
    folds = grouped_folds(groups, given, 5)
    logits = np.zeros((len(given), 5))
    for fold in range(int(folds.max()) + 1):
        model = LogisticRegression(C=10, class_weight="balanced", max_iter=300)
        model.fit(features[folds != fold], given[folds != fold])
        logits[folds == fold] = model.decision_function(features[folds == fold])
    probabilities = softmax(logits / fit_temperature(logits, given), axis=1)
    listed = [s.row for s in suspicious([KEYS[g] for g in given], probabilities, KEYS)]
    assert np.isin(listed[: len(wrong)], wrong).mean() >= 0.55
    assert np.isin(wrong, listed[: 2 * len(wrong)]).mean() >= 0.8
