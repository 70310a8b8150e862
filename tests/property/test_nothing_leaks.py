"""No drug and no near-identical text is on both sides of a split, and order never matters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.sentence_text import normalized
from adme_labeler.ml.evaluation import _independent
from adme_labeler.ml.tables import Row, Scheme, drug_words
from adme_labeler.statistics.calibration import (
    adaptive_calibration_error,
    expected_calibration_error,
    fit_temperature,
)
from adme_labeler.statistics.conformal import calibrate
from adme_labeler.statistics.duplicates import SAME_DOCUMENT, near_duplicate_pairs
from adme_labeler.statistics.groups import merge_groups
from adme_labeler.statistics.paired import recall_changes
from adme_labeler.statistics.splits import SplitProblem, grouped_folds

KEYS = ("A", "D", "M", "E", "O")
_WORDS = [f"word{n}" for n in range(400)]


def overlap(one: str, other: str, words: int) -> float:
    """Jaccard similarity of the runs of `words` words, counted plainly."""
    runs = []
    for text in (one, other):
        found = normalized(text).split()
        runs.append({tuple(found[i : i + words]) for i in range(max(1, len(found) - words + 1))})
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


@st.composite
def label_texts(draw: st.DrawFn) -> list[str]:
    """Label texts of a few families: copies with a few words changed or cut, as repackagers'."""
    texts = []
    for family in range(draw(st.integers(1, 5))):
        base = [_WORDS[(family * 80 + i) % 400] for i in range(80)]
        for _ in range(draw(st.integers(1, 4))):
            copy = list(base)
            for place in draw(st.lists(st.integers(0, 79), max_size=6)):
                copy[place] = f"other{draw(st.integers(0, 3))}"
            texts.append(" ".join(copy[: draw(st.integers(60, 80))]))
    return draw(st.permutations(texts))


@settings(max_examples=40, deadline=None)
@given(label_texts(), st.data())
def test_no_fold_divides_an_ingredient_or_near_identical_labels(texts, data) -> None:
    ingredient = st.sampled_from([f"ingredient{n}" for n in range(12)])
    names = [data.draw(st.lists(ingredient, max_size=2)) for _ in texts]
    pairs = near_duplicate_pairs(dict(enumerate(texts)), SAME_DOCUMENT, 5)
    merged = merge_groups(dict(enumerate(names)), pairs)
    group_of = {label: n for n, group in enumerate(merged) for label in group}
    groups = [group_of[i] for i in range(len(texts)) for _ in range(3)]
    categories = [data.draw(st.sampled_from(KEYS)) for _ in groups]
    try:
        folds = grouped_folds(groups, categories, 4, data.draw(st.integers(0, 3)))
    except SplitProblem:
        return
    fold_of = dict(zip((i for i in range(len(texts)) for _ in range(3)), folds, strict=True))
    for one in range(len(texts)):
        for other in range(one):
            shared = set(names[one]) & set(names[other])
            if shared or overlap(texts[one], texts[other], 5) >= SAME_DOCUMENT:
                assert fold_of[one] == fold_of[other]


DRUGS = ("Testazole", "Mockitinib", "Mockitinib and Testazole", "Fablumab", "Samplorin")
SENTENCES = (
    "Food delays the absorption of the drug by two hours in healthy adults.",
    "Food delays the absorption of the drug by three hours in healthy adults.",
    "The drug is bound to plasma proteins.",
    "THE DRUG is bound  to plasma proteins.",
    "It is excreted in urine.",
    "Clearance is 12 L per hour after an intravenous dose of the drug in adults.",
)


def rows(most: int) -> st.SearchStrategy[list[Row]]:
    row = st.builds(
        lambda text, drug, category, number: Row(
            text, category, drug.casefold(), drug, "", f"set-{number}" if number else ""
        ),
        st.sampled_from(SENTENCES),
        st.sampled_from(DRUGS),
        st.sampled_from(KEYS),
        st.integers(0, 6),
    )
    return st.lists(row, min_size=1, max_size=most)


@settings(max_examples=60, deadline=None)
@given(rows(12), rows(4))
def test_hints_that_share_set_id_drug_or_near_identical_text_with_a_test_row_are_dropped(
    hints: list[Row], test: list[Row]
) -> None:
    scheme = Scheme(tuple(ADME.keys), ADME.rest, True)
    kept, reasons = _independent(hints, test, scheme)

    def near(one: Row, other: Row) -> bool:
        return (
            bool(one.set_id and one.set_id == other.set_id)
            or bool(drug_words(one) & drug_words(other))
            or overlap(one.text.replace(".", ""), other.text.replace(".", ""), 2) >= 0.8
        )

    assert kept == [hint for hint in hints if not any(near(hint, row) for row in test)]
    assert len(kept) + sum(reasons.values()) == len(hints)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(40, 120), st.sampled_from([1, 2, 4]))
def test_shuffling_the_sentences_changes_no_figure(seed: int, n: int, decimals: int) -> None:
    rng = np.random.default_rng(seed)
    logits = np.round(rng.normal(size=(n, 5)) * 3, decimals)  # rounded: equal probabilities occur
    shown = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = rng.integers(0, 5, n)
    one, other = rng.integers(0, 5, n), rng.integers(0, 5, n)
    groups = rng.integers(0, 9, n)

    def figures(order):
        keys = [[KEYS[c] for c in column[order]] for column in (true, one, other)]
        return (
            [
                expected_calibration_error(shown[order], true[order]),
                adaptive_calibration_error(shown[order], true[order], 7),
                fit_temperature(logits[order], true[order]),
            ],
            calibrate(keys[0], shown[order], KEYS, 0.8),
            recall_changes(*keys, groups[order].tolist(), KEYS),
        )

    before, after = figures(np.arange(n)), figures(rng.permutation(n))
    assert after[0] == pytest.approx(before[0], abs=1e-4)
    assert after[1:] == before[1:]
