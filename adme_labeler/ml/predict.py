"""Logits and features of many sentences, with no more work than they need."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from adme_labeler.ml.batches import Ints, Tokens, collate, cut_by_tokens
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute

Floats = NDArray[np.float64]

CPU_TOKENS = 4096
GPU_TOKENS = 65536
"""Not checked on a real GPU: states of an encoder of 768 numbers take 100 MB a layer."""


class Predictor:
    """A frozen copy of a classifier whose encoder computes in the dtype of `compute`.

    The head stays fp32. Training measures and the serving worker suggests through this class, so
    that what is measured is what is shown.
    """

    def __init__(self, model: Classifier, compute: Compute) -> None:
        self._compute = compute
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.model.to(compute.device)
        self.model.encoder.to(compute.torch_dtype)

    @torch.no_grad()
    def features(
        self,
        tokens: Tokens,
        stopping: Callable[[], bool] = lambda: False,
        done: Callable[[int], None] = lambda count: None,
        budget: int = 0,
    ) -> NDArray[np.float32]:
        """Inputs of the last layer (n, features). Stops early, with zeros, when asked to.

        `budget`: padded tokens of a batch; 0 leaves it to the device.
        """
        head = self.model.head
        on_gpu = self._compute.device != "cpu"
        budget, most = budget or (GPU_TOKENS if on_gpu else CPU_TOKENS), 4096 if on_gpu else 256
        found = np.zeros((len(tokens), head.out.in_features), dtype=np.float32)
        count = 0
        for rows in cut_by_tokens(tokens.lengths, budget, most):
            if stopping():
                break
            found[rows] = self._features(tokens, rows)
            count += len(rows)
            done(count)
        return found

    def logits(self, tokens: Tokens, stopping: Callable[[], bool] = lambda: False) -> Floats:
        """Logits (n, categories)."""
        return self.head_logits(self.features(tokens, stopping))

    @torch.no_grad()
    def head_logits(self, features: NDArray[np.float32]) -> Floats:
        """Logits (n, categories) of features (n, features) through the trained last layer."""
        weight, bias = self.last_layer()
        return features.astype(np.float64) @ weight.T + bias

    def last_layer(self) -> tuple[Floats, Floats]:
        """Weight (categories, features) and bias (categories,) of the last layer."""
        out = self.model.head.out
        return (
            out.weight.detach().cpu().numpy().astype(np.float64),
            out.bias.detach().cpu().numpy().astype(np.float64),
        )

    def _features(self, tokens: Tokens, rows: Ints) -> NDArray[np.float32]:
        batch = collate(tokens, rows, self.model.pad_id, self._compute.device)
        vectors = self.model.vectors(self.model.states(batch), batch.mask)
        return self.model.head.features(vectors).float().cpu().numpy()


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities (n, c) of logits (n, c)."""
    scaled = logits / temperature
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return scaled / scaled.sum(axis=1, keepdims=True)
