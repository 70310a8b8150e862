"""Batches lose no sentence and no order; losses do what their papers say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from adme_labeler.ml.batches import cut_by_tokens, training_batches
from adme_labeler.ml.losses import (
    LDAMLoss,
    WeightedCrossEntropy,
    effective_number_weights,
    ldam_margins,
)

lengths_of_sentences = st.lists(st.integers(1, 128), min_size=1, max_size=300).map(np.array)


@given(lengths_of_sentences, st.integers(64, 4096))
def test_every_sentence_is_in_one_batch_within_the_budget_longest_first(lengths, budget):
    batches = cut_by_tokens(lengths, budget)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    for rows in batches:
        assert len(rows) == 1 or lengths[rows].max() * len(rows) <= budget
    longest = [int(lengths[rows].max()) for rows in batches]
    assert longest == sorted(longest, reverse=True)


@given(lengths_of_sentences, st.integers(0, 5))
def test_an_epoch_visits_every_sentence_once_in_an_order_that_only_seed_and_epoch_decide(
    lengths, epoch
):
    one = training_batches(lengths, 16, 3, epoch)
    again = training_batches(lengths, 16, 3, epoch)
    assert [rows.tolist() for rows in one] == [rows.tolist() for rows in again]
    assert sorted(np.concatenate(one).tolist()) == list(range(len(lengths)))
    assert max(len(rows) for rows in one) <= 16
    if len(lengths) > 64:
        other = training_batches(lengths, 16, 3, epoch + 1)
        assert [rows.tolist() for rows in one] != [rows.tolist() for rows in other]


def test_training_batches_hold_sentences_of_similar_length():
    lengths = np.random.default_rng(0).integers(8, 128, 512)
    padded = sum(
        int(lengths[rows].max()) * len(rows) for rows in training_batches(lengths, 16, 0, 0)
    )
    assert padded < 1.1 * lengths.sum()


def test_effective_numbers_follow_the_formula_and_give_absent_categories_no_weight():
    counts = torch.tensor([10, 1000, 0])
    weights = effective_number_weights(counts, beta=0.99)
    raw = [(1 - 0.99) / (1 - 0.99**n) for n in (10, 1000)]
    expected = [2 * w / sum(raw) for w in raw]
    assert weights[:2].tolist() == pytest.approx(expected, rel=1e-5)
    assert weights[2] == 0


def test_the_rarest_category_has_the_largest_margin_and_absent_ones_break_nothing():
    margins = ldam_margins(torch.tensor([16, 81, 0]))
    assert margins.max() == pytest.approx(0.5)
    assert (margins[0] / margins[1]).item() == pytest.approx((81 / 16) ** 0.25, rel=1e-5)
    loss = LDAMLoss(
        torch.tensor([16, 81, 0]), weights=effective_number_weights(torch.tensor([16, 81, 0]))
    )
    logits = torch.randn(4, 3, requires_grad=True)
    value = loss(logits, torch.tensor([0, 1, 1, 0]))
    value.backward()
    assert torch.isfinite(value) and torch.isfinite(logits.grad).all()


def test_ldam_takes_the_margin_off_the_true_logit_only():
    counts = torch.tensor([1, 16])
    logits = torch.tensor([[2.0, 1.0], [0.5, 0.0]])
    targets = torch.tensor([0, 1])
    moved = logits - torch.tensor([[0.5, 0.0], [0.0, 0.25]])
    expected = functional.cross_entropy(3.0 * moved, targets)
    assert LDAMLoss(counts, scale=3.0)(logits, targets).item() == pytest.approx(expected.item())


def test_weighted_cross_entropy_agrees_with_torch_and_is_plain_without_weights():
    logits, targets = torch.randn(8, 3), torch.tensor([0, 1, 2, 0, 1, 2, 0, 0])
    weights = torch.tensor([0.2, 1.0, 3.0])
    assert WeightedCrossEntropy(weights)(logits, targets).item() == pytest.approx(
        functional.cross_entropy(logits, targets, weights).item(), rel=1e-5
    )
    assert WeightedCrossEntropy()(logits, targets).item() == pytest.approx(
        functional.cross_entropy(logits, targets).item(), rel=1e-6
    )


def test_a_batch_of_weightless_categories_has_loss_zero_and_no_division_by_zero():
    loss = WeightedCrossEntropy(torch.tensor([0.0, 1.0]))
    assert loss(torch.randn(2, 2), torch.tensor([0, 0])).item() == 0.0
