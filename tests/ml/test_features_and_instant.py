"""Features survive a kill; the instant head learns at once and moves gently."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from adme_labeler.ml import instant, logistic
from adme_labeler.ml.features import FeatureKind, FeatureStore, text_key
from adme_labeler.ml.instant import Known, Scaling, fit_hints, fit_instant, refit_trained
from adme_labeler.ml.predict import softmax

KIND = FeatureKind(encoder="e", masking_rule=1, heading=False, pooling="mean", size=4)
KEYS = [text_key(f"sentence {n}") for n in range(6)]
VECTORS = np.arange(24, dtype=np.float32).reshape(6, 4)


def test_features_are_there_again_after_reopening(tmp_path: Path):
    store = FeatureStore(tmp_path, KIND)
    store.append(KEYS[:2], VECTORS[:2])
    store.append(KEYS[2:4], VECTORS[2:4])
    store.close()
    again = FeatureStore(tmp_path, KIND)
    rows = np.array([again.row(key) for key in KEYS])
    assert rows.tolist() == [0, 1, 2, 3, -1, -1]
    assert np.array_equal(again.read(rows[[3, 0]]), VECTORS[[3, 0]])
    assert again.append(KEYS[4:], VECTORS[4:]) == [4, 5]
    assert np.array_equal(again.read(np.arange(6)), VECTORS)
    again.close()


@pytest.mark.parametrize(("vectors", "index"), [(3, 0), (0, 5), (11, 7), (8, 16), (40, 0)])
def test_a_file_cut_anywhere_keeps_whole_rows_and_no_wrong_one(tmp_path: Path, vectors, index):
    store = FeatureStore(tmp_path, KIND)
    store.append(KEYS, VECTORS)
    store.close()
    folder = tmp_path / KIND.name
    for name, cut in (("vectors", vectors), ("index", index)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) - cut])
    again = FeatureStore(tmp_path, KIND)
    kept = [n for n, key in enumerate(KEYS) if again.row(key) >= 0]
    assert kept == list(range(len(kept)))
    rows = np.array([again.row(KEYS[n]) for n in kept], dtype=np.int64)
    assert np.array_equal(again.read(rows), VECTORS[kept])
    lost = [n for n in range(6) if n not in kept]
    again.append([KEYS[n] for n in lost], VECTORS[lost])
    rows = np.array([again.row(key) for key in KEYS])
    assert np.array_equal(again.read(rows), VECTORS)
    again.close()


def test_another_encoder_masking_rule_or_heading_use_is_another_folder(tmp_path: Path):
    store = FeatureStore(tmp_path, KIND)
    store.append(KEYS[:1], VECTORS[:1])
    for change in ({"encoder": "f"}, {"masking_rule": 2}, {"heading": True}, {"pooling": "cls"}):
        fields = {name: getattr(KIND, name) for name in KIND.__struct_fields__}
        other = FeatureStore(tmp_path, FeatureKind(**{**fields, **change}))
        assert len(other) == 0
        other.close()
    store.close()


def test_a_second_process_works_without_touching_the_first_ones_files(tmp_path: Path):
    first = FeatureStore(tmp_path, KIND)
    first.append(KEYS[:1], VECTORS[:1])
    second = FeatureStore(tmp_path, KIND)
    second.append(KEYS[1:2], VECTORS[1:2])
    assert np.array_equal(second.read(np.array([0])), VECTORS[1:2])
    second.close()
    assert np.array_equal(first.read(np.array([0])), VECTORS[:1])
    first.close()


def test_the_key_of_a_text_ignores_blanks_and_case_and_heeds_the_heading():
    assert text_key("The  drug") == text_key("the drug ")
    assert text_key("the drug", "Absorption") != text_key("the drug", "Excretion")


# ------------------------------------------------------------------------------ instant head


def blobs(count: int, seed: int, spread: float = 0.6, categories: int = 3) -> Known:
    random = np.random.default_rng(seed)
    centers = np.random.default_rng(0).normal(size=(categories, 16))
    kinds = np.arange(count) % categories
    vectors = (centers[kinds] + spread * random.normal(size=(count, 16))).astype(np.float32)
    words = instant.word_counts([f"word{k} common filler{n % 9}" for n, k in enumerate(kinds)])
    idf = np.ones(instant.WORD_SLOTS, dtype=np.float32)
    groups = np.arange(count) // categories % 8
    return Known(vectors, instant.weigh_words(words, idf), kinds, groups)


def take(known: Known, rows) -> Known:
    assert known.words is not None
    rows = np.asarray(rows)
    words = sparse.csr_matrix(known.words[rows])
    return Known(known.vectors[rows], words, known.categories[rows], known.groups[rows])


def test_the_solver_agrees_with_scikit_learn():
    random = np.random.default_rng(1)
    dense = random.normal(size=(120, 6))
    kinds = (dense[:, 0] + 0.3 * random.normal(size=120) > 0).astype(int) + (dense[:, 1] > 1)
    design = logistic.Design(dense, sparse.csr_matrix((120, 0)))
    mine = logistic.fit(design, kinds, 3, 1.0, bias_penalty=1e-9, tolerance=1e-6, most_steps=500)
    theirs = LogisticRegression(C=1.0, tol=1e-8, max_iter=2000).fit(dense, kinds)
    logits = design.times(mine)
    shown = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.abs(shown - theirs.predict_proba(dense)).max() < 1e-3


def test_dense_and_sparse_features_give_the_same_solution():
    random = np.random.default_rng(2)
    dense, kinds = random.normal(size=(60, 5)), np.arange(60) % 3
    as_dense = logistic.Design(dense, sparse.csr_matrix((60, 0)))
    as_words = logistic.Design(np.zeros((60, 0)), sparse.csr_matrix(dense))
    options = {"tolerance": 1e-7, "most_steps": 500}
    one = logistic.fit(as_dense, kinds, 3, 0.5, **options)
    two = logistic.fit(as_words, kinds, 3, 0.5, **options)
    assert np.allclose(one, two, atol=1e-4)


def test_word_weights_are_rows_of_length_one_and_empty_sentences_stay_empty():
    counts = instant.word_counts(["alpha beta beta", "", "x"])
    weighed = instant.weigh_words(counts, np.ones(instant.WORD_SLOTS, dtype=np.float32))
    lengths = np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel()
    assert lengths == pytest.approx([1.0, 0.0, 0.0])


def test_annotations_teach_the_head_what_it_then_finds_in_unseen_groups():
    train, test = blobs(120, 1), blobs(120, 2)
    fitted = fit_instant(train, 3, 0.5, Scaling.of(train.vectors))
    shown = fitted.head.probabilities(test.vectors, test.words)
    assert np.allclose(shown.sum(axis=1), 1.0)
    assert (shown.argmax(axis=1) == test.categories).mean() > 0.9
    assert fitted.out_of_fold is not None
    assert (fitted.out_of_fold == train.categories).mean() > 0.9


def test_knowing_nothing_every_category_is_equally_likely():
    none = take(blobs(9, 1), np.zeros(0, dtype=np.int64))
    head = fit_instant(none, 3, 0.5, Scaling.of(blobs(9, 1).vectors)).head
    test = blobs(9, 2)
    assert np.allclose(head.probabilities(test.vectors, test.words), 1 / 3)


def test_hints_alone_suggest_and_annotations_soon_outweigh_them():
    hints, truth = blobs(90, 3), blobs(120, 4)
    wrong = Known(hints.vectors, hints.words, (hints.categories + 1) % 3, hints.groups)
    scaling = Scaling.of(hints.vectors)
    misled = fit_hints(wrong, 3, scaling)
    test = blobs(90, 5)

    def right(annotations: int) -> float:
        head = fit_instant(take(truth, np.arange(annotations)), 3, 0.0, scaling, misled).head
        shown = head.probabilities(test.vectors, test.words)
        return float((shown.argmax(axis=1) == test.categories).mean())

    assert right(0) < 0.1
    assert right(120) > 0.9


def test_a_few_decisions_of_one_category_do_not_wipe_out_what_hints_taught():
    """The first decisions of a day are nearly always of the most frequent category."""
    sizes = ((240, 3), (300, 4), (90, 5))
    hints, truth, test = (vectors_only(blobs(n, seed, 1.4)) for n, seed in sizes)
    scaling = Scaling.of(hints.vectors)
    taught = fit_hints(hints, 3, scaling)
    rows = np.flatnonzero(truth.categories == 2)[:10]
    learned = Known(truth.vectors[rows], None, truth.categories[rows], truth.groups[rows])
    head = fit_instant(learned, 3, 0.5, scaling, taught).head
    shown = head.probabilities(test.vectors, None)
    others = test.categories != 2
    assert (shown.argmax(axis=1) == test.categories)[others].mean() > 0.8
    # Ten of the thirty that count for the shares are of it: it is taken to be more frequent.
    assert shown[:, 2].mean() > taught.prior[2]


def vectors_only(known: Known) -> Known:
    return Known(known.vectors, None, known.categories, known.groups)


def test_a_category_without_hints_is_suggested_once_it_was_decided():
    hints, truth, test = blobs(90, 3), blobs(120, 4), blobs(90, 5)
    scaling = Scaling.of(hints.vectors)
    taught = fit_hints(take(hints, np.flatnonzero(hints.categories != 1)), 3, scaling)
    nothing = fit_instant(take(truth, np.zeros(0, dtype=np.int64)), 3, 0.5, scaling, taught).head
    assert nothing.probabilities(test.vectors, test.words)[:, 1].max() < 0.5
    head = fit_instant(take(truth, np.arange(60)), 3, 0.5, scaling, taught).head
    shown = head.probabilities(test.vectors, test.words)
    assert (shown.argmax(axis=1) == 1)[test.categories == 1].mean() > 0.8


def test_a_cross_validation_leaves_out_what_hints_of_the_same_drugs_taught():
    hints = blobs(90, 6)
    head = fit_hints(hints, 3, Scaling.of(hints.vectors))
    assert set(head.fold_of) == set(hints.groups.tolist())
    assert len(head.without) == len(set(head.fold_of.values()))
    differs = [not np.allclose(w.dense, head.weights.dense) for w in head.without]
    assert all(differs)


def test_a_trained_head_stays_as_it_is_without_annotations_and_moves_gently_with_them():
    random = np.random.default_rng(0)
    known = blobs(30, 1)
    weight, bias = random.normal(size=(3, 16)), random.normal(size=3)
    prior, shift = np.full(3, 1 / 3), np.zeros(3)
    none = take(known, np.zeros(0, dtype=np.int64))
    same = refit_trained(none, weight, bias, 1.3, prior, shift)
    expected = known.vectors @ weight.T + bias
    assert np.allclose(same.logits(known.vectors, None), expected)
    assert same.temperature == 1.3

    wrong = int(np.flatnonzero(expected.argmax(axis=1) != known.categories)[0])
    one = refit_trained(take(known, [wrong]), weight, bias, 1.3, prior, shift)
    moved = one.logits(known.vectors, None) - expected
    assert 0.1 < moved[wrong, known.categories[wrong]] < 2.0
    assert np.abs(moved).max() < 2.5
    many = refit_trained(known, weight, bias, 1.3, prior, shift)

    def likely(logits) -> float:
        return float(softmax(logits)[np.arange(30), known.categories].mean())

    assert likely(many.logits(known.vectors, None)) > likely(expected) + 0.005
