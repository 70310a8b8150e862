"""What a stage of training works on: the whole encoder, or its top on states computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adme_labeler.ml.batches import Batch, Tokens, collate, cut_by_tokens, training_batches
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import top_layer
from adme_labeler.ml.recipes import TOP, Recipe, Stage

Ints = NDArray[np.int64]

STATE_TOKENS = 400_000
"""Stage 1 keeps at most so many token states in memory (600 MB for MiniLM in fp32)."""


@dataclass(frozen=True)
class Examples:
    """Sentences to train on: tokens with and without heading, category indices (n,)."""

    with_heading: Tokens
    text_alone: Tokens
    categories: Ints

    def __len__(self) -> int:
        return len(self.categories)

    def take(self, rows: Sequence[int] | Ints) -> Examples:
        chosen = np.asarray(rows, dtype=np.int64)
        return Examples(
            self.with_heading.take(chosen), self.text_alone.take(chosen), self.categories[chosen]
        )


class WholeEncoder:
    """The whole encoder on token ids; headings are left out at random."""

    def __init__(
        self,
        model: Classifier,
        examples: Examples,
        recipe: Recipe,
        stage: Stage,
        seed: int,
        compute: Compute,
    ) -> None:
        self.rows = affordable(
            examples.categories, stage.most_passes, mixed_seed(seed, stage.number)
        )
        self._model, self._compute, self._recipe = model, compute, recipe
        self._examples = examples if len(self.rows) == len(examples) else examples.take(self.rows)
        self._seed = mixed_seed(seed, stage.number)
        self._tokens = self._examples.with_heading
        self._longest = max(int(self._tokens.lengths.max()), 1)
        model.train()
        if stage.part == TOP and not stage.frozen_dropout:
            _still_below_the_top(model)

    @property
    def size(self) -> int:
        return len(self._examples)

    def batches(self, epoch: int, size: int) -> list[Ints]:
        examples = self._examples
        use = self._recipe.heading and examples.with_heading is not examples.text_alone
        if use:
            draws = np.random.default_rng([self._seed, epoch, 1]).random(len(examples))
            keep = draws >= self._recipe.heading_dropout
            both, alone = examples.with_heading, examples.text_alone
            self._tokens = Tokens(
                tuple(both.ids[i] if k else alone.ids[i] for i, k in enumerate(keep)),
                tuple(both.types[i] if k else alone.types[i] for i, k in enumerate(keep)),
                np.where(keep, both.lengths, alone.lengths),
            )
        return training_batches(self._tokens.lengths, size, self._seed, epoch)

    def forward(self, rows: Ints) -> tuple[Tensor, Tensor]:
        """Logits (rows, categories) and categories (rows,)."""
        batch = self._collate(rows)
        with self._compute.training():
            logits = self._model(batch)
        return logits, _targets(self._examples.categories[rows], self._compute)

    def _collate(self, rows: Ints) -> Batch:
        width = self._longest if self._recipe.pad_to_max else 0
        return collate(self._tokens, rows, self._model.pad_id, self._compute.device, width)


class TopLayer:
    """Head and top layer on the states of the layers below, which are computed once."""

    def __init__(
        self, model: Classifier, examples: Examples, rows: Ints, seed: int, compute: Compute
    ) -> None:
        self.rows = rows
        self._model, self._compute, self._seed = model, compute, seed
        self._categories = examples.categories[rows]
        bottom, self._top = model.split()
        tokens = examples.with_heading.take(rows)
        self._lengths = tokens.lengths
        self._states = _states_below(bottom, model, tokens, compute)
        self._top.train()
        model.head.train()

    @property
    def size(self) -> int:
        return len(self.rows)

    def batches(self, epoch: int, size: int) -> list[Ints]:
        return training_batches(self._lengths, size, self._seed, epoch)

    def forward(self, rows: Ints) -> tuple[Tensor, Tensor]:
        device = self._compute.device
        states = nn.utils.rnn.pad_sequence([self._states[i] for i in rows], batch_first=True)
        lengths = torch.from_numpy(self._lengths[rows])
        mask = (torch.arange(states.shape[1]) < lengths.unsqueeze(1)).long().to(device)
        with self._compute.training():
            out = self._top(inputs_embeds=states.to(device).float(), attention_mask=mask)
            logits = self._model.logits(out.last_hidden_state, mask)
        return logits, _targets(self._categories[rows], self._compute)


def top_alone(
    model: Classifier, examples: Examples, stage: Stage, seed: int, compute: Compute
) -> TopLayer | None:
    """Work on cached states where a stage allows it."""
    layers = model.encoder.encoder.layer
    if stage.part != TOP or stage.frozen_dropout or len(layers) < 2:
        return None
    mean = max(1.0, float(examples.with_heading.lengths.mean()))
    most = max(32, int(STATE_TOKENS / mean))
    rows = affordable(examples.categories, most, mixed_seed(seed, stage.number))
    return TopLayer(model, examples, rows, mixed_seed(seed, stage.number), compute)


@torch.no_grad()
def _states_below(
    bottom: nn.Module, model: Classifier, tokens: Tokens, compute: Compute
) -> list[Tensor]:
    bottom.eval()
    states: list[Tensor] = [torch.empty(0)] * len(tokens)
    for rows in cut_by_tokens(tokens.lengths):
        batch = collate(tokens, rows, model.pad_id, compute.device)
        more = {"token_type_ids": batch.types} if model.segments else {}
        with compute.training():
            out = bottom(input_ids=batch.ids, attention_mask=batch.mask, **more).last_hidden_state
        for place, row in enumerate(rows):
            states[row] = out[place, : tokens.lengths[row]].to(compute.torch_dtype).cpu().clone()
    return states


def affordable(categories: Ints, most: int, seed: int) -> Ints:
    """At most `most` rows, drawn so that rare categories keep all of theirs."""
    if len(categories) <= most:
        return np.arange(len(categories))
    random = np.random.default_rng([seed, 2])
    order = random.permutation(len(categories))
    rank = np.empty(len(categories), dtype=np.int64)  # how many of its category come before it
    for category in np.unique(categories):
        mine = order[categories[order] == category]
        rank[mine] = np.arange(len(mine))
    return np.sort(order[np.argsort(rank[order], kind="stable")][:most])


def _targets(categories: Ints, compute: Compute) -> Tensor:
    return torch.from_numpy(categories).to(compute.device)


def _still_below_the_top(model: Classifier) -> None:
    model.encoder.eval()
    top_layer(model.encoder).train()


def mixed_seed(seed: int, number: int) -> int:
    return (seed * 1_000_003 + number * 7919 + 17) % (2**31)


Work = WholeEncoder | TopLayer
