"""Fits one recipe again and again from the same pretrained weights."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from adme_labeler.ml import two_stage
from adme_labeler.ml.batches import Ints, tokenise
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.recipes import ALL, Recipe, Stage

CACHED_COST = 0.12
"""Time of a step on cached states, in steps of the whole encoder (for the time left)."""


class FitWatch(two_stage.Watch, Protocol):
    """Who looks on at a whole training. `plan` tells the work ahead, in steps of the encoder."""

    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...


@dataclass(frozen=True)
class Sentences:
    """Sentences with categories as indices; `groups` (n,) are drug groups."""

    examples: two_stage.Examples
    groups: Ints

    def __len__(self) -> int:
        return len(self.groups)


@dataclass
class Trainer:
    """Fits one recipe again and again from the same pretrained weights."""

    categories: tuple[str, ...]
    recipe: Recipe
    encoder_folder: str
    seed: int
    max_length: int
    compute: Compute
    watch: FitWatch
    work: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.encoder = load_encoder(self.encoder_folder, self.max_length)
        self._pretrained = {n: t.clone() for n, t in self.encoder.model.state_dict().items()}
        if self.work is not None:
            self.work.mkdir(parents=True, exist_ok=True)

    def sentences(
        self,
        texts: Sequence[str],
        headings: Sequence[str],
        categories: Sequence[str],
        groups: Sequence[int],
    ) -> Sentences:
        """Tokens and category indices of sentences."""
        alone = tokenise(self.encoder.tokenizer, texts)
        both = alone
        if self.recipe.heading and any(headings):
            both = tokenise(self.encoder.tokenizer, texts, headings)
        place = {key: index for index, key in enumerate(self.categories)}
        indices = np.array([place[key] for key in categories], dtype=np.int64)
        examples = two_stage.Examples(both, alone, indices)
        return Sentences(examples, np.asarray(groups, dtype=np.int64))

    def fit(
        self, name: str, train: Sentences, hints: Sentences | None, seed: int
    ) -> tuple[Classifier, list[float]]:
        """A classifier from the pretrained weights; `name` names its checkpoint in `work`."""
        model = self.fresh(seed)
        if self.recipe.hints is not None and hints is not None and _teach(hints):
            self._learn_hints(model, hints, seed)
        saved = self.work / f"{name}.safetensors" if self.work else None
        start = time.monotonic()
        losses = two_stage.train(
            model,
            train.examples,
            self.recipe,
            self.recipe.stages,
            seed,
            self.compute,
            self.watch,
            saved,
        )
        self._spent(name, start)
        return model, losses

    def cost(self, sentences: int, hints: int) -> float:
        """Work of one `fit` in steps of the whole encoder."""
        stages = [(stage, sentences) for stage in self.recipe.stages]
        if self.recipe.hints is not None and hints:
            stages.append((self.recipe.hints, min(hints, self.recipe.hints.most_passes)))
        total = 0.0
        for stage, count in stages:
            steps = two_stage.epochs_of(stage, count, self.recipe.batch) * count
            total += steps / self.recipe.batch * step_cost(stage)
        return total

    def fresh(self, seed: int) -> Classifier:
        """A classifier on the pretrained weights, its head drawn with `seed`."""
        self.encoder.model.load_state_dict(self._pretrained)
        torch.manual_seed(seed)
        model = Classifier(
            self.encoder,
            len(self.categories),
            self.recipe.pooling or self.encoder.pooling,
            self.recipe.hidden,
            self.recipe.head_dropout,
        )
        return model.to(self.compute.device)

    def _learn_hints(self, model: Classifier, hints: Sentences, seed: int) -> None:
        """Learn from headings' categories by the text alone: the heading would give them away.

        Folds that may see the same hints share one result, whatever their seed.
        """
        stage = self.recipe.hints
        assert stage is not None
        alone = replace(hints.examples, with_heading=hints.examples.text_alone)
        key = hashlib.sha256(alone.categories.tobytes())
        for ids in alone.text_alone.ids:
            key.update(ids.tobytes())
        shared = self._hint_results.get(key.hexdigest())
        start = time.monotonic()
        if shared is not None:
            model.load_state_dict(shared)
        else:
            saved = self.work / f"hints-{key.hexdigest()[:16]}.safetensors" if self.work else None
            two_stage.train(
                model, alone, self.recipe, (stage,), self.seed, self.compute, self.watch, saved
            )
            self._hint_results.clear()  # one is enough: fits that share it follow each other
            self._hint_results[key.hexdigest()] = {
                n: t.detach().clone() for n, t in model.state_dict().items()
            }
        self._spent("hints", start)
        torch.manual_seed(seed)

    _hint_results: dict[str, dict[str, torch.Tensor]] = field(default_factory=dict)

    def _spent(self, name: str, start: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start


def step_cost(stage: Stage) -> float:
    return 1.0 if stage.part == ALL or stage.frozen_dropout else CACHED_COST


def _teach(hints: Sentences) -> bool:
    return len(np.unique(hints.examples.categories)) > 1
