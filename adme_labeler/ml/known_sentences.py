"""The sentences that the serving worker knows: which are encoded, which wait, which are alike."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from adme_labeler import protocol
from adme_labeler.ml.features import FeatureStore, Floats32, text_key
from adme_labeler.ml.instant import (
    WORD_SLOTS,
    inverse_document_frequency,
    weigh_words,
    word_counts,
)
from adme_labeler.ml.served_model import ServedModel

UNIT_SECONDS = 0.06
"""Time that one batch of encoding may take: messages wait that long at most."""

WINDOW = 256
"""Waiting sentences are sorted by length within windows of this size."""

SCREEN = 64
"""So many prioritised sentences come even before those that a refit waits for."""

SIMILAR_CHUNK = 8192


@dataclass
class _Sentence:
    """`row` of its features, -1 until encoded. `slots`, `counts`: its hashed words."""

    text: str
    heading: str
    key: bytes
    row: int
    slots: NDArray[np.int32] | None = None
    counts: NDArray[np.float32] | None = None


class KnownSentences:
    """Keeps order of arrival; encodes wanted sentences first, then prioritised ones, then all."""

    def __init__(self, served: ServedModel, store: FeatureStore) -> None:
        self._served, self._store = served, store
        self._words = served.card is None
        self._known: dict[int, _Sentence] = {}
        self._screen: deque[int] = deque()
        self._wanted: deque[int] = deque()
        self._first: deque[int] = deque()
        self._waiting: deque[int] = deque()
        self._window: list[int] = []
        self._encoded = 0
        self._budget = 512
        self._documents_with = np.zeros(WORD_SLOTS, dtype=np.int64) if self._words else None
        self._documents = 0
        self._idf = np.ones(WORD_SLOTS if self._words else 0, dtype=np.float32)
        self._extra: dict[bytes, _Sentence] = {}

    def __contains__(self, sentence: int) -> bool:
        return sentence in self._known

    @property
    def waiting(self) -> bool:
        return bool(self._screen or self._wanted or self._first or self._window or self._waiting)

    def ids(self) -> list[int]:
        return list(self._known)

    def counts(self) -> tuple[int, int]:
        """How many sentences are encoded, and how many are known."""
        return self._encoded, len(self._known)

    def add(self, items: Sequence[protocol.SentenceInput]) -> set[int]:
        """Make sentences known; returns the ids whose text is new or has changed."""
        changed: list[protocol.SentenceInput] = []
        for item in items:
            old = self._known.get(item.id)
            if old is None or (old.text, old.heading) != (item.text, item.heading):
                changed.append(item)
        self.forget([item.id for item in changed])
        words = self._hashed([item.text for item in changed])
        for item, (slots, counts) in zip(changed, words, strict=True):
            sentence = self._sentence(item.text, item.heading, slots, counts)
            self._known[item.id] = sentence
            if sentence.row >= 0:
                self._encoded += 1
            else:
                self._waiting.append(item.id)
            self._count_words(slots, 1)
        return {item.id for item in changed}

    def forget(self, ids: Iterable[int]) -> None:
        """Drop sentences; their features stay on disk for when they come back."""
        for sentence in ids:
            old = self._known.pop(sentence, None)
            if old is not None:
                self._encoded -= old.row >= 0
                self._count_words(old.slots, -1)

    def prioritise(self, ids: Iterable[int]) -> None:
        """Encode these before the others; the first of them, which are on screen, before all."""
        needed = [i for i in ids if self._needs(i)]
        self._screen, self._first = deque(needed[:SCREEN]), deque(needed[SCREEN:])

    def want(self, ids: Iterable[int]) -> None:
        """Encode these next: a refit waits for them."""
        self._wanted = deque(i for i in ids if self._needs(i))

    def encoded_among(self, ids: Iterable[int]) -> list[int]:
        return [i for i in ids if i in self._known and self._known[i].row >= 0]

    def encode_some(self) -> list[int]:
        """Encode one small batch, the most urgent; returns the ids that have features now."""
        return self._encode(self._next_batch())

    def encode_now(self, ids: Sequence[int]) -> list[int]:
        """Encode a batch of these; empty when all of them have features."""
        return self._encode([i for i in dict.fromkeys(ids) if self._needs(i)][:16])

    def extra(self, examples: Sequence[protocol.Example]) -> None:
        """Encode examples that come with their own text and are no known sentences."""
        new = [e for e in examples if self._example_key(e) not in self._extra]
        words = self._hashed([e.text for e in new])
        sentences = [
            self._sentence(e.text, e.heading, slots, counts)
            for e, (slots, counts) in zip(new, words, strict=True)
        ]
        missing = [s for s in sentences if s.row < 0]
        for start in range(0, len(missing), WINDOW):
            self._compute(missing[start : start + WINDOW])
        self._extra.update((s.key, s) for s in sentences)

    def texts(self, ids: Sequence[int]) -> list[str]:
        """Masked texts; "" for a sentence that is not known."""
        return [self._known[i].text if i in self._known else "" for i in ids]

    def vectors(self, ids: Sequence[int]) -> Floats32:
        """Features (n, size) of encoded sentences."""
        return self._store.read(np.array([self._known[i].row for i in ids], dtype=np.int64))

    def words(self, ids: Sequence[int]) -> sparse.csr_matrix | None:
        """TF-IDF rows of known sentences; None for a trained model."""
        return self._weighed([self._known[i] for i in ids])

    def example_features(
        self, examples: Sequence[protocol.Example]
    ) -> tuple[Floats32, sparse.csr_matrix | None]:
        """Features and TF-IDF of examples, known sentences or extra ones."""
        found = [
            self._known[e.id] if e.id in self._known else self._extra[self._example_key(e)]
            for e in examples
        ]
        rows = np.array([s.row for s in found], dtype=np.int64)
        return self._store.read(rows), self._weighed(found)

    def similar(self, ids: Sequence[int], count: int) -> list[int]:
        """The `count` encoded sentences nearest to these by cosine, without themselves."""
        asked = set(ids)
        mine = self.encoded_among(ids)
        others = [i for i, s in self._known.items() if s.row >= 0 and i not in asked]
        if not mine or not others or count < 1:
            return []
        targets = _unit(self.vectors(mine))
        best = np.concatenate(
            [
                (_unit(self.vectors(others[start : start + SIMILAR_CHUNK])) @ targets.T).max(axis=1)
                for start in range(0, len(others), SIMILAR_CHUNK)
            ]
        )
        return [others[i] for i in np.argsort(-best, kind="stable")[:count]]

    def refresh_word_weights(self) -> None:
        """Weigh words by how many known sentences hold them. A head keeps to the weights that it
        was fitted with, so this is for the moment before a fit only."""
        if self._documents_with is not None:
            self._idf = inverse_document_frequency(self._documents_with, self._documents)

    def sample_vectors(self, most: int) -> Floats32:
        """Features of up to `most` encoded sentences, spread evenly over all."""
        ids = self.encoded_among(self._known)
        return self.vectors(ids[:: max(1, len(ids) // most)][:most])

    # ----------------------------------------------------------------------- encoding

    def _needs(self, sentence: int) -> bool:
        return sentence in self._known and self._known[sentence].row < 0

    def _next_batch(self) -> list[int]:
        for queue in (self._screen, self._wanted, self._first):
            batch: list[int] = []
            while queue and len(batch) < 16:
                sentence = queue.popleft()
                if self._needs(sentence):
                    batch.append(sentence)
            if batch:
                return batch
        if not self._window:
            while self._waiting and len(self._window) < WINDOW:
                sentence = self._waiting.popleft()
                if self._needs(sentence):
                    self._window.append(sentence)
            self._window.sort(key=lambda i: len(self._known[i].text), reverse=True)
        batch, letters = [], 0
        while self._window and letters < self._budget * 4:  # a token has about 4 letters
            sentence = self._window.pop()
            if self._needs(sentence):
                batch.append(sentence)
                letters += len(self._known[sentence].text) + 8
        return batch

    def _encode(self, ids: list[int]) -> list[int]:
        if not ids:
            return []
        start = time.monotonic()
        self._compute([self._known[i] for i in ids])
        self._encoded += len(ids)
        spent = max(1e-4, time.monotonic() - start)
        ideal = self._budget * UNIT_SECONDS / spent
        self._budget = int(min(16384, max(64, 0.7 * self._budget + 0.3 * ideal)))
        return ids

    def _compute(self, sentences: list[_Sentence]) -> None:
        todo: dict[bytes, _Sentence] = {}
        for sentence in sentences:
            sentence.row = self._store.row(sentence.key)
            if sentence.row < 0:
                todo.setdefault(sentence.key, sentence)
        if todo:
            texts = [s.text for s in todo.values()]
            tokens = self._served.tokens(texts, [s.heading for s in todo.values()])
            features = self._served.predictor.features(tokens)
            self._store.append(list(todo), features)
        for sentence in sentences:
            sentence.row = self._store.row(sentence.key)

    # ----------------------------------------------------------------------- words

    def _sentence(
        self,
        text: str,
        heading: str,
        slots: NDArray[np.int32] | None,
        counts: NDArray[np.float32] | None,
    ) -> _Sentence:
        key = self._key(text, heading)
        return _Sentence(text, heading, key, self._store.row(key), slots, counts)

    def _key(self, text: str, heading: str) -> bytes:
        return text_key(text, heading if self._served.uses_heading else "")

    def _example_key(self, example: protocol.Example) -> bytes:
        return self._key(example.text, example.heading)

    def _hashed(
        self, texts: list[str]
    ) -> list[tuple[NDArray[np.int32] | None, NDArray[np.float32] | None]]:
        if not self._words or not texts:
            return [(None, None)] * len(texts)
        found = word_counts(texts)
        ends = found.indptr
        return [
            (
                found.indices[ends[n] : ends[n + 1]].astype(np.int32),
                found.data[ends[n] : ends[n + 1]].astype(np.float32),
            )
            for n in range(len(texts))
        ]

    def _count_words(self, slots: NDArray[np.int32] | None, by: int) -> None:
        if self._documents_with is not None and slots is not None:
            self._documents_with[slots] += by
            self._documents += by

    def _weighed(self, sentences: list[_Sentence]) -> sparse.csr_matrix | None:
        if self._documents_with is None:
            return None
        slots = [s.slots for s in sentences if s.slots is not None]
        counts = [s.counts for s in sentences if s.counts is not None]
        ends = np.concatenate([[0], np.cumsum([len(s) for s in slots])]).astype(np.int64)
        data = np.concatenate(counts) if counts else np.zeros(0, dtype=np.float32)
        columns = np.concatenate(slots) if slots else np.zeros(0, dtype=np.int32)
        matrix = sparse.csr_matrix((data, columns, ends), shape=(len(sentences), WORD_SLOTS))
        return weigh_words(matrix, self._idf)


def _unit(vectors: Floats32) -> Floats32:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
