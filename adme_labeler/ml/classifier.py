"""An encoder with a head: what is trained, saved and served."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from adme_labeler.ml.batches import Batch
from adme_labeler.ml.encoder import Encoder, pool, split_top

MEAN, CLS, POOLER = "mean", "cls", "pooler"


class Head(nn.Module):
    """Sentence vector -> logits. `hidden` 0 is one linear layer; more adds a layer with ReLU.

    With a pooler (a dense tanh layer on the first token, as BERT has it) it is part of the head.
    """

    def __init__(self, size: int, categories: int, hidden: int, pooler: bool, dropout: float):
        super().__init__()
        self.pooler = nn.Linear(size, size) if pooler else None
        self.hidden = nn.Linear(size, hidden) if hidden else None
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden or size, categories)

    def features(self, vectors: Tensor) -> Tensor:
        """Input of the last layer (batch, features): what the instant head refits on."""
        if self.pooler is not None:
            vectors = torch.tanh(self.pooler(vectors))
        if self.hidden is not None:
            vectors = torch.relu(self.hidden(self.dropout(vectors)))
        return vectors

    def forward(self, vectors: Tensor) -> Tensor:
        return self.out(self.dropout(self.features(vectors)))


class Classifier(nn.Module):
    """`pooling` is "mean", "cls" or "pooler" (first token through the head's pooler)."""

    def __init__(
        self, encoder: Encoder, categories: int, pooling: str, hidden: int = 0, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.encoder: Any
        self.pad_id = encoder.pad_id
        self.segments = encoder.segments
        self.pooling = pooling
        self.encoder = encoder.model
        self.head = Head(encoder.hidden_size, categories, hidden, pooling == POOLER, dropout)
        if self.head.pooler is not None and encoder.pooler is not None:
            self.head.pooler.load_state_dict(encoder.pooler.state_dict())

    def states(self, batch: Batch) -> Tensor:
        more = {"token_type_ids": batch.types} if self.segments else {}
        return self.encoder(
            input_ids=batch.ids, attention_mask=batch.mask, **more
        ).last_hidden_state

    def logits(self, states: Tensor, mask: Tensor) -> Tensor:
        """fp32 logits (batch, categories) from states (batch, tokens, hidden)."""
        with torch.autocast(states.device.type, enabled=False):
            return self.head(self.vectors(states, mask))

    def vectors(self, states: Tensor, mask: Tensor) -> Tensor:
        return pool(states, mask, MEAN if self.pooling == MEAN else CLS)

    def forward(self, batch: Batch) -> Tensor:
        return self.logits(self.states(batch), batch.mask)

    def split(self) -> tuple[nn.Module, nn.Module]:
        """The encoder below its top layer, and the top layer (shared weights)."""
        return split_top(self.encoder)
