"""The sentences that the serving worker knows: which are encoded, which wait, which are alike."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
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
"""Processor time that one batch of encoding may take: messages wait that long while the processor
is free. Wall time would make the batches of a busy machine small, and so it busier."""

LEAST_TOKENS, MOST_TOKENS = 64, 16384
LETTERS = 4
"""of a token, more or less"""

WINDOW = 256
"""Waiting sentences are sorted by length within windows of this size."""

SCREEN = 64
"""So many prioritised sentences come even before those that a refit waits for."""

SIMILAR_CHUNK = 8192


@dataclass(slots=True)
class _Sentence:
    """`row` of its features, -1 until encoded. `slots` (int32), `counts` (uint16): its hashed
    words, as bytes, since there may be a million of these; empty for a trained model."""

    text: str
    heading: str
    key: bytes
    row: int
    slots: bytes = b""
    counts: bytes = b""


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
        """Encode these next: a refit waits for all of them, so they come by length."""
        needed = [i for i in ids if self._needs(i)]
        self._wanted = deque(sorted(needed, key=lambda i: len(self._known[i].text)))

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
            letters = 0
            most = 16 if queue is self._screen else WINDOW
            while queue and len(batch) < most and letters < self._budget * LETTERS:
                sentence = queue.popleft()
                if self._needs(sentence):
                    batch.append(sentence)
                    letters += len(self._known[sentence].text) + 8
            if batch:
                return batch
        if not self._window:
            while self._waiting and len(self._window) < WINDOW:
                sentence = self._waiting.popleft()
                if self._needs(sentence):
                    self._window.append(sentence)
            self._window.sort(key=lambda i: len(self._known[i].text), reverse=True)
        batch, letters = [], 0
        while self._window and letters < self._budget * LETTERS:
            sentence = self._window.pop()
            if self._needs(sentence):
                batch.append(sentence)
                letters += len(self._known[sentence].text) + 8
        return batch

    def _encode(self, ids: list[int]) -> list[int]:
        if not ids:
            return []
        letters = sum(len(self._known[i].text) + 8 for i in ids)
        start = time.thread_time()
        self._compute([self._known[i] for i in ids])
        self._encoded += len(ids)
        spent = max(1e-4, time.thread_time() - start)
        # What was really in the batch: it is smaller at the end of a window.
        ideal = min(4 * self._budget, letters / LETTERS * UNIT_SECONDS / spent)
        mixed = 0.7 * self._budget + 0.3 * ideal
        self._budget = int(min(MOST_TOKENS, max(LEAST_TOKENS, mixed)))
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
        slots: bytes,
        counts: bytes,
    ) -> _Sentence:
        key = self._key(text, heading)
        # Thousands of sentences stand under equal headings.
        return _Sentence(text, sys.intern(heading), key, self._store.row(key), slots, counts)

    def _key(self, text: str, heading: str) -> bytes:
        return text_key(text, heading if self._served.uses_heading else "")

    def _example_key(self, example: protocol.Example) -> bytes:
        return self._key(example.text, example.heading)

    def _hashed(self, texts: list[str]) -> list[tuple[bytes, bytes]]:
        """Slots and counts of the words of each text."""
        if not self._words or not texts:
            return [(b"", b"")] * len(texts)
        found = word_counts(texts)
        slots = found.indices.astype(np.int32)
        counts = np.minimum(found.data, 65535).astype(np.uint16)
        return [
            (slots[start:end].tobytes(), counts[start:end].tobytes())
            for start, end in pairwise(np.asarray(found.indptr))
        ]

    def _count_words(self, slots: bytes, by: int) -> None:
        if self._documents_with is not None:
            self._documents_with[np.frombuffer(slots, dtype=np.int32)] += by
            self._documents += by

    def _weighed(self, sentences: list[_Sentence]) -> sparse.csr_matrix | None:
        if self._documents_with is None:
            return None
        sizes = [len(s.counts) // 2 for s in sentences]
        ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        counts = np.frombuffer(b"".join(s.counts for s in sentences), dtype=np.uint16)
        slots = np.frombuffer(b"".join(s.slots for s in sentences), dtype=np.int32)
        data = counts.astype(np.float32)
        matrix = sparse.csr_matrix((data, slots, ends), shape=(len(sentences), WORD_SLOTS))
        return weigh_words(matrix, self._idf)


def _unit(vectors: Floats32) -> Floats32:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
