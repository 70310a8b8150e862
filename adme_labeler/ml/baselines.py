"""What trained presets are measured against: linear models, trained in seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from adme_labeler.ml import instant
from adme_labeler.ml.batches import tokenise
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.figures import Labelled
from adme_labeler.ml.predict import Floats, Predictor
from adme_labeler.ml.tables import Scheme

BASELINES = ("instant", "tfidf", "tfidf-plain", "frozen")
HINTS_PER_CATEGORY = 300


@dataclass
class Clock:
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, phase: str, start: float) -> None:
        self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - start


def tfidf(
    train: Labelled, test: Labelled, count: int, clock: Clock, balanced: bool = True
) -> tuple[Floats, Floats]:
    """Logistic regression on TF-IDF of words and word pairs."""
    start = time.monotonic()
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LogisticRegression(class_weight="balanced" if balanced else None, C=10.0, max_iter=2000)
    model.fit(words.fit_transform([r.text for r in train.rows]), train.categories)
    clock.add("training", start)
    prior = (
        _even(count) if balanced else np.bincount(train.categories, minlength=count) / len(train)
    )
    return _spread(model, words.transform([r.text for r in test.rows]), count), prior


def frozen(
    train: Labelled, test: Labelled, scheme: Scheme, vectors: Vectors, clock: Clock
) -> tuple[Floats, Floats]:
    """Balanced logistic regression on the frozen encoder's sentence vectors."""
    mine, theirs = vectors(train), vectors(test)
    start = time.monotonic()
    scaling = instant.Scaling.of(mine)
    model = LogisticRegression(class_weight="balanced", C=10.0, max_iter=2000)
    model.fit(scaling(mine), train.categories)
    clock.add("training", start)
    return _spread(model, scaling(theirs), len(scheme.keys)), _even(len(scheme.keys))


def instant_head(
    train: Labelled,
    hints: Labelled | None,
    test: Labelled,
    scheme: Scheme,
    vectors: Vectors,
    clock: Clock,
    tau: float,
) -> tuple[Floats, Floats]:
    """The instant head, as the serving worker fits it."""
    count = len(scheme.keys)
    few = _few_of_each(hints) if hints is not None else None
    mine, theirs = vectors(train), vectors(test)
    hinted = vectors(few) if few is not None else None
    start = time.monotonic()
    counts = [instant.word_counts([r.text for r in d.rows]) for d in (train, test)]
    hint_counts = instant.word_counts([r.text for r in few.rows]) if few is not None else None
    everything = [*counts, *([hint_counts] if hint_counts is not None else [])]
    occurs = sum(np.bincount(c.indices, minlength=instant.WORD_SLOTS) for c in everything)
    documents = sum(int(c.indptr.size) - 1 for c in everything)
    idf = instant.inverse_document_frequency(np.asarray(occurs), documents)
    scaling = instant.Scaling.of(
        np.concatenate([v for v in (mine, theirs, hinted) if v is not None])
    )
    head_of_hints = None
    if few is not None and hinted is not None and hint_counts is not None:
        known = instant.Known(
            hinted, instant.weigh_words(hint_counts, idf), few.categories, few.groups
        )
        head_of_hints = instant.fit_hints(known, count, scaling)
    known = instant.Known(mine, instant.weigh_words(counts[0], idf), train.categories, train.groups)
    head = instant.fit_instant(known, count, tau, scaling, head_of_hints).head
    clock.add("training", start)
    return head.probabilities(theirs, instant.weigh_words(counts[1], idf)), head.prior


class Vectors:
    """Sentence vectors of the pretrained encoder, each text once; `clock` is told what it took."""

    def __init__(self, encoder: str, max_length: int, compute: Compute) -> None:
        self._encoder = load_encoder(encoder, max_length)
        model = Classifier(self._encoder, 1, self._encoder.pooling)
        self._predictor = Predictor(model, compute)
        self.clock = Clock()
        self._found: dict[str, Any] = {}

    def __call__(self, data: Labelled) -> Any:
        start = time.monotonic()
        texts = [row.text for row in data.rows]
        new = list(dict.fromkeys(t for t in texts if t not in self._found))
        if new:
            vectors = self._predictor.features(tokenise(self._encoder.tokenizer, new))
            self._found.update(zip(new, vectors, strict=True))
        self.clock.add("encoding", start)
        return np.stack([self._found[text] for text in texts])


def _few_of_each(hints: Labelled) -> Labelled:
    order = np.random.default_rng(0).permutation(len(hints))
    chosen = [
        order[hints.categories[order] == category][:HINTS_PER_CATEGORY]
        for category in np.unique(hints.categories)
    ]
    return hints.take(np.sort(np.concatenate(chosen)))


def _even(count: int) -> Floats:
    """Balanced weights have taken the category shares out already."""
    return np.full(count, 1.0 / count)


def _spread(model: LogisticRegression, features: Any, count: int) -> Floats:
    """Probabilities over all categories, 0 for those without training sentences."""
    found = np.zeros((features.shape[0], count))
    found[:, model.classes_] = model.predict_proba(features)
    return found
