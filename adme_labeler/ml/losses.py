"""Losses for categories of very different size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def effective_number_weights(counts: Tensor, beta: float = 0.9999) -> Tensor:
    """Weight (c,) per category from its number of sentences (Cui et al. 2019, class-balanced loss).

    (1 - beta) / (1 - beta^n), scaled to mean 1 over the categories that have sentences; 0 for
    those without.
    """
    n = counts.to(torch.float64)
    present = n > 0
    share = 1.0 - torch.pow(torch.as_tensor(beta, dtype=torch.float64, device=n.device), n)
    weights = torch.where(present, (1.0 - beta) / share.clamp(min=1e-12), torch.zeros_like(n))
    scale = present.sum() / weights.sum().clamp(min=1e-12)
    return (weights * scale).to(torch.float32)


def ldam_margins(counts: Tensor, max_margin: float = 0.5) -> Tensor:
    """Margin (c,) per category, proportional to n^(-1/4), the rarest one's being `max_margin`."""
    margins = counts.to(torch.float64).clamp(min=1.0).pow(-0.25)
    return (margins * (max_margin / margins.max())).to(torch.float32)


class WeightedCrossEntropy(nn.Module):
    """Cross-entropy with an optional weight per category; plain without."""

    def __init__(self, weights: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return _weighted_mean(logits.float(), targets, self._buffers["weights"])


class LDAMLoss(nn.Module):
    """Label-distribution-aware margin loss (Cao et al. 2019): the true logit minus its margin.

    `scale` is the s of the paper; the two-stage paper uses 1.
    """

    def __init__(
        self,
        counts: Tensor,
        max_margin: float = 0.5,
        scale: float = 1.0,
        weights: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.register_buffer("margins", ldam_margins(counts, max_margin))
        self.register_buffer("weights", weights)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        margins = self._buffers["margins"]
        assert margins is not None
        true = functional.one_hot(targets, logits.shape[1]).to(torch.float32)
        moved = logits.float() - true * margins
        return _weighted_mean(self.scale * moved, targets, self._buffers["weights"])


def _weighted_mean(logits: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
    """Mean of the weighted losses; divided by the sum of weights, which must not be 0."""
    losses = functional.cross_entropy(logits, targets, reduction="none")
    if weights is None:
        return losses.mean()
    mine = weights[targets]
    return (losses * mine).sum() / mine.sum().clamp(min=1e-12)
