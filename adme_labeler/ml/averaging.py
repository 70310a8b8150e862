"""The mean of the weights over the last steps of a training (Izmailov et al. 2018).

It lies in a flatter place than the last weights and costs no training time. Measured on the gold
sentences with heading hints, 5 folds by drug, one seed, the last half of stage 2: at tau 0.5
macro-F1 .916, ADME recall .922, worst recall .891, against .915, .916 and .884 without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

EVERY = 4
"""Steps from one reading of the weights to the next."""


class RunningMean:
    """Mean of `parameters` over every fourth of the last `share` of `steps` steps."""

    def __init__(self, parameters: Sequence[nn.Parameter], share: float, steps: int) -> None:
        self._parameters = parameters
        self._first = steps - int(steps * share) if share > 0 else steps + 1
        self._count = 0
        self._means: list[Tensor] = []

    @torch.no_grad()
    def after(self, step: int) -> None:
        """Take in the weights after step number `step`, which counts from 1."""
        if step < self._first or step % EVERY:
            return
        self._count += 1
        if not self._means:
            self._means = [p.detach().clone() for p in self._parameters]
            return
        for mean, parameter in zip(self._means, self._parameters, strict=True):
            mean.add_(parameter - mean, alpha=1.0 / self._count)

    @torch.no_grad()
    def put(self) -> None:
        """Give the parameters their means, where any weights were taken in."""
        for mean, parameter in zip(self._means, self._parameters, strict=False):
            parameter.copy_(mean)

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint keeps."""
        found = {f"mean.{n}": mean for n, mean in enumerate(self._means)}
        return found | {"mean.count": torch.tensor(self._count)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from `state`."""
        self._count = int(tensors["mean.count"]) if "mean.count" in tensors else 0
        if self._count:
            self._means = [
                tensors[f"mean.{n}"].to(p.device) for n, p in enumerate(self._parameters)
            ]
