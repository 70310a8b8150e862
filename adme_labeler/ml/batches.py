"""Tokenise once, sort by length, cut by tokens: padding is the work that nobody needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

Ints = NDArray[np.int64]

POOL = 32
"""Training batches are cut from shuffled pools of this many batches, sorted by length within."""


@dataclass(frozen=True)
class Tokens:
    """Token ids and segment ids of sentences, one pair of arrays each; `lengths` (n,)."""

    ids: tuple[NDArray[np.int32], ...]
    types: tuple[NDArray[np.int8], ...]
    lengths: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Sequence[int] | Ints) -> Tokens:
        return Tokens(
            tuple(self.ids[row] for row in rows),
            tuple(self.types[row] for row in rows),
            self.lengths[np.asarray(rows, dtype=np.int64)],
        )


@dataclass(frozen=True)
class Batch:
    """`ids`, `mask`, `types`: (sentences, longest); `rows` says which sentences they are."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    rows: Ints


def tokenise(
    tokenizer: Tokenizer, texts: Sequence[str], headings: Sequence[str] | None = None
) -> Tokens:
    """Token ids of each text, with its heading as second segment where it has one."""
    inputs: list[str | tuple[str, str]] = list(texts)
    if headings is not None:
        inputs = [(t, h) if h else t for t, h in zip(texts, headings, strict=True)]
    ids: list[NDArray[np.int32]] = []
    types: list[NDArray[np.int8]] = []
    for start in range(0, len(inputs), 4096):  # bounds the memory of the tokenizer's own objects
        for encoding in tokenizer.encode_batch_fast(inputs[start : start + 4096]):
            ids.append(np.asarray(encoding.ids, dtype=np.int32))
            types.append(np.asarray(encoding.type_ids, dtype=np.int8))
    lengths = np.fromiter((len(i) for i in ids), dtype=np.int64, count=len(ids))
    return Tokens(tuple(ids), tuple(types), lengths)


def cut_by_tokens(lengths: Ints, budget: int = 4096, most: int = 256) -> list[Ints]:
    """Rows in batches of at most `budget` padded tokens (one sentence always fits), longest first.

    Longest first shows a lack of memory at once and not after an hour.
    """
    order = np.argsort(-lengths, kind="stable")
    batches: list[Ints] = []
    start = 0
    while start < len(order):
        longest = max(1, int(lengths[order[start]]))
        size = max(1, min(most, budget // longest))
        batches.append(order[start : start + size])
        start += size
    return batches


def training_batches(lengths: Ints, size: int, seed: int, epoch: int) -> list[Ints]:
    """One epoch's batches of `size` rows: shuffled, of similar length within, same for a seed."""
    random = np.random.default_rng([seed, epoch])
    order = random.permutation(len(lengths))
    batches: list[Ints] = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches.extend(pool[i : i + size] for i in range(0, len(pool), size))
    return [batches[i] for i in random.permutation(len(batches))]


def collate(tokens: Tokens, rows: Ints, pad_id: int, device: str, width: int = 0) -> Batch:
    """Rows as padded tensors, as wide as the longest of them (or `width`, if that is more)."""
    longest = max(width, int(tokens.lengths[rows].max()))
    ids = np.full((len(rows), longest), pad_id, dtype=np.int64)
    types = np.zeros((len(rows), longest), dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for place, row in enumerate(rows):
        length = tokens.lengths[row]
        ids[place, :length] = tokens.ids[row]
        types[place, :length] = tokens.types[row]
        mask[place, :length] = 1
    return Batch(
        torch.from_numpy(ids).to(device),
        torch.from_numpy(mask).to(device),
        torch.from_numpy(types).to(device),
        rows,
    )
