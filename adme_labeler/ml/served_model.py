"""What the serving worker serves: a trained model, or the pretrained encoder with instant heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adme_labeler.domain.sentence_text import MASKING_RULE
from adme_labeler.ml.batches import Tokens, tokenise
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import Encoder, load_encoder
from adme_labeler.ml.features import FeatureKind
from adme_labeler.ml.instant import InstantHead, Known, refit_trained
from adme_labeler.ml.logistic import Floats
from adme_labeler.ml.model_folder import ModelCard, is_model_folder, load_model
from adme_labeler.ml.predict import Predictor
from adme_labeler.statistics.calibration import shift_for

UNKNOWN_BIAS = -4.0
"""Logit of a category that a trained model has never heard of, below its lowest bias."""


@dataclass(frozen=True)
class ServedModel:
    """`card` is None for a pretrained encoder. Headings are used only by models trained on them:
    the instant head learns from hints, whose heading is their category."""

    encoder: Encoder
    predictor: Predictor
    card: ModelCard | None

    @property
    def uses_heading(self) -> bool:
        return self.card is not None and self.card.uses_heading

    @property
    def kind_size(self) -> int:
        """Numbers in one feature vector."""
        return self.predictor.model.head.out.in_features

    def kind(self, compute: Compute) -> FeatureKind:
        """What makes its features comparable with others on disk."""
        return FeatureKind(
            encoder=self.encoder.digest + (_head_digest(self.predictor) if self.card else ""),
            masking_rule=MASKING_RULE,
            heading=self.uses_heading,
            pooling=f"{self.predictor.model.pooling}/{compute.dtype}/{self.encoder.max_length}",
            size=self.kind_size,
            # A trained head must see exactly what it saw when it was measured.
            dtype="float32" if self.card else "float16",
        )

    def tokens(self, texts: Sequence[str], headings: Sequence[str]) -> Tokens:
        return tokenise(self.encoder.tokenizer, texts, headings if self.uses_heading else None)

    def refit(self, known: Known, categories: Sequence[str], tau: float) -> InstantHead:
        """The trained head for these categories, moved by annotations made since.

        A category that was added after training begins below all others; one that was removed is
        left out; the order may differ.
        """
        assert self.card is not None
        weight, bias = self.predictor.last_layer()
        place = [self._place(key) for key in categories]
        weights = np.array([weight[i] if i >= 0 else np.zeros(weight.shape[1]) for i in place])
        lowest = float(bias.min()) + UNKNOWN_BIAS
        biases = np.array([bias[i] if i >= 0 else lowest for i in place])
        prior = np.array([self.card.prior[i] if i >= 0 else 0.0 for i in place])
        shift = np.array([self.card.shift[i] if i >= 0 else 0.0 for i in place])
        if any(i < 0 for i in place):
            counts = np.bincount(known.categories, minlength=len(categories))
            new = np.array([c if i < 0 else 0 for c, i in zip(counts, place, strict=True)])
            prior = prior + new / max(1, len(known))
            prior = prior / max(1e-9, prior.sum())
            shift = np.where(np.array(place) < 0, shift_for(prior, tau), shift)
        return refit_trained(known, weights, biases, self.card.temperature, prior, shift)

    def _place(self, key: str) -> int:
        assert self.card is not None
        return self.card.categories.index(key) if key in self.card.categories else -1


def load_served(folder: Path, compute: Compute) -> ServedModel:
    """Load a model folder or an encoder folder. Raises TrainingProblem with one sentence."""
    if is_model_folder(folder):
        trained = load_model(folder)
        predictor = Predictor(trained.classifier, compute)
        return ServedModel(_without_weights(trained.encoder), predictor, trained.card)
    encoder = load_encoder(folder)
    predictor = Predictor(Classifier(encoder, 1, encoder.pooling), compute)
    return ServedModel(_without_weights(encoder), predictor, None)


def _without_weights(encoder: Encoder) -> Encoder:
    """The predictor has its own copy; a second one would stay in memory as long as it serves."""
    return replace(encoder, model=None, pooler=None)


def _head_digest(predictor: Predictor) -> str:
    """Features of a trained model go through its head's first layers: they belong to its key."""
    import hashlib

    total = hashlib.sha256()
    for name, tensor in sorted(predictor.model.head.state_dict().items()):
        values: NDArray[np.float32] | Floats = tensor.cpu().numpy()
        total.update(name.encode() + values.tobytes())
    return total.hexdigest()
