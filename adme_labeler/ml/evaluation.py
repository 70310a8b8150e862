"""`evaluate`: train and test presets on tables, on drugs never seen (METHOD, section 4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from adme_labeler import protocol
from adme_labeler.domain.sentence_text import normalized
from adme_labeler.ml import instant
from adme_labeler.ml.batches import Ints, tokenise
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.figures import Labelled, Split, figures, summary, write_predictions
from adme_labeler.ml.predict import Floats, Predictor, softmax
from adme_labeler.ml.recipes import PRESETS, recipe_named
from adme_labeler.ml.tables import (
    Row,
    Scheme,
    TableProblem,
    drug_words,
    key_of,
    read_table,
    scheme_of,
)
from adme_labeler.ml.trainer import FitWatch, Sentences, Trainer
from adme_labeler.statistics.calibration import decide, shift_for
from adme_labeler.statistics.duplicates import near_any
from adme_labeler.statistics.splits import grouped_folds

TAU = 0.5
MAX_LENGTH = 128
BASELINES = ("instant", "tfidf", "frozen")
HINTS_PER_CATEGORY = 300


@dataclass
class Clock:
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, phase: str, start: float) -> None:
        self.seconds[phase] = self.seconds.get(phase, 0.0) + time.monotonic() - start


Fit = Callable[[Labelled, "Labelled | None", Labelled, int], tuple[Floats, Floats]]
"""(train, hints, test, seed) -> natural-prior probabilities (n, c) of the test, prior (c,)."""


def evaluate(job: protocol.EvaluateJob, compute: Compute, watch: FitWatch) -> dict[str, Any]:
    """Result of an evaluation as the command line prints it; see the README for its fields.

    Raises Problem with one sentence for tables, presets or splits that cannot be evaluated.
    """
    if job.preset not in PRESETS and job.preset not in BASELINES:
        raise TableProblem(
            f"There is no preset {job.preset!r}; choose one of {', '.join([*PRESETS, *BASELINES])}."
        )
    watch.phase("Reading")
    clock = Clock()
    start = time.monotonic()
    train_rows = read_table(Path(job.train))
    test_rows = read_table(Path(job.test)) if job.test and job.folds < 2 else []
    scheme = scheme_of([*train_rows, *test_rows])
    names: dict[str, int] = {}
    train = _labelled(train_rows, scheme, names)
    test = _labelled(test_rows, scheme, names)
    hints, dropped, reasons = None, 0, {}
    if job.hints:
        # With folds every row is a test row once: one set of hints serves all folds.
        against = test_rows or train_rows
        kept, reasons = _independent(read_table(Path(job.hints)), against, scheme)
        hints = _labelled(kept, scheme, names)
        dropped = sum(reasons.values())
    splits = _splits(job, train, test)
    clock.add("reading", start)
    fit = _method(job, scheme, compute, watch, clock)

    seeds: list[dict[str, Any]] = []
    written: list[tuple[int, Split, Floats, Ints]] = []
    for seed in job.seeds:
        found: list[tuple[Split, Floats, Ints, Floats]] = []
        for split in splits:
            mine = split.train
            if job.limit and job.limit < len(mine):
                draw = np.random.default_rng([seed, 3]).permutation(len(mine))[: job.limit]
                mine = mine.take(np.sort(draw))
            probabilities, prior = fit(mine, hints, split.test, seed)
            tau = TAU if _adjusts(job.preset) else 0.0
            decided = decide(probabilities, shift_for(prior, tau), prior).first
            found.append((split, probabilities, decided, prior))
            written.append((seed, split, probabilities, decided))
        seeds.append({"seed": seed, **figures(found, scheme)})
    if job.predictions:
        write_predictions(Path(job.predictions), written, scheme)
    watch.phase("Measuring")
    return {
        "preset": job.preset,
        "encoder": job.encoder or ("" if job.preset == "tfidf" else "shipped"),
        "categories": list(scheme.keys),
        "train_sentences": len(train) if not job.limit else min(job.limit, len(train)),
        "test_sentences": sum(len(split.test) for split in splits),
        "folds": len(splits) if job.folds >= 2 else 0,
        "hints": len(hints) if hints is not None else 0,
        "hints_dropped": dropped,
        "hints_dropped_because": reasons,
        **summary(seeds, scheme),
        "seeds": seeds,
        "seconds": {phase: round(s, 2) for phase, s in clock.seconds.items()},
        "device": compute.device,
        "dtype": compute.dtype,
        "threads": compute.threads,
    }


# --------------------------------------------------------------------------- what is compared


def _method(
    job: protocol.EvaluateJob, scheme: Scheme, compute: Compute, watch: FitWatch, clock: Clock
) -> Fit:
    if job.preset == "tfidf":
        return lambda train, hints, test, seed: _tfidf(train, test, len(scheme.keys), clock)
    if job.preset in BASELINES:
        vectors = _Vectors(job.encoder, compute, clock)
        if job.preset == "frozen":
            return lambda train, hints, test, seed: _frozen(train, test, scheme, vectors, clock)
        return lambda train, hints, test, seed: _instant(train, hints, test, scheme, vectors, clock)

    def fine_tuned(
        train: Labelled, hints: Labelled | None, test: Labelled, seed: int
    ) -> tuple[Floats, Floats]:
        return _fine_tuned(job, scheme, compute, watch, clock, trainers, train, hints, test, seed)

    trainers: dict[int, Trainer] = {}
    return fine_tuned


def _fine_tuned(
    job: protocol.EvaluateJob,
    scheme: Scheme,
    compute: Compute,
    watch: FitWatch,
    clock: Clock,
    trainers: dict[int, Trainer],
    train: Labelled,
    hints: Labelled | None,
    test: Labelled,
    seed: int,
) -> tuple[Floats, Floats]:
    if seed not in trainers:  # one per seed: its folds share what the hints taught
        trainers.clear()
        trainers[seed] = Trainer(
            scheme.keys, recipe_named(job.preset), job.encoder, seed, MAX_LENGTH, compute, watch
        )
    trainer = trainers[seed]
    before = dict(trainer.seconds)
    model, _ = trainer.fit(
        "training", _tokens(trainer, train, scheme), _tokens(trainer, hints, scheme), seed
    )
    for phase, spent in trainer.seconds.items():
        clock.seconds[phase] = clock.seconds.get(phase, 0.0) + spent - before.get(phase, 0.0)
    start = time.monotonic()
    tokens = trainer.sentences(
        [r.text for r in test.rows],
        [r.heading for r in test.rows],
        [scheme.keys[i] for i in test.categories],
        test.groups.tolist(),
    ).examples.with_heading
    logits = Predictor(model, compute).logits(tokens)
    clock.add("predicting", start)
    return softmax(logits), _prior(train, scheme)


def _tokens(trainer: Trainer, data: Labelled | None, scheme: Scheme) -> Any:
    if data is None:
        return None
    sentences: Sentences = trainer.sentences(
        [r.text for r in data.rows],
        [r.heading for r in data.rows],
        [scheme.keys[i] for i in data.categories],
        data.groups.tolist(),
    )
    return sentences


def _tfidf(train: Labelled, test: Labelled, count: int, clock: Clock) -> tuple[Floats, Floats]:
    """Balanced logistic regression on TF-IDF of words and word pairs."""
    start = time.monotonic()
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LogisticRegression(class_weight="balanced", C=10.0, max_iter=2000)
    model.fit(words.fit_transform([r.text for r in train.rows]), train.categories)
    clock.add("training", start)
    return _spread(model, words.transform([r.text for r in test.rows]), count), _even(count)


def _frozen(
    train: Labelled, test: Labelled, scheme: Scheme, vectors: _Vectors, clock: Clock
) -> tuple[Floats, Floats]:
    """Balanced logistic regression on the frozen encoder's sentence vectors."""
    mine, theirs = vectors(train), vectors(test)
    start = time.monotonic()
    scaling = instant.Scaling.of(mine)
    model = LogisticRegression(class_weight="balanced", C=10.0, max_iter=2000)
    model.fit(scaling(mine), train.categories)
    clock.add("training", start)
    return _spread(model, scaling(theirs), len(scheme.keys)), _even(len(scheme.keys))


def _instant(
    train: Labelled,
    hints: Labelled | None,
    test: Labelled,
    scheme: Scheme,
    vectors: _Vectors,
    clock: Clock,
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
    head = instant.fit_instant(known, count, TAU, scaling, head_of_hints).head
    clock.add("training", start)
    return head.probabilities(theirs, instant.weigh_words(counts[1], idf)), head.prior


class _Vectors:
    """Sentence vectors of the pretrained encoder, each text once."""

    def __init__(self, encoder: str, compute: Compute, clock: Clock) -> None:
        self._encoder = load_encoder(encoder, MAX_LENGTH)
        model = Classifier(self._encoder, 1, self._encoder.pooling)
        self._predictor = Predictor(model, compute)
        self._clock = clock
        self._found: dict[str, Any] = {}

    def __call__(self, data: Labelled) -> Any:
        start = time.monotonic()
        texts = [row.text for row in data.rows]
        new = list(dict.fromkeys(t for t in texts if t not in self._found))
        if new:
            vectors = self._predictor.features(tokenise(self._encoder.tokenizer, new))
            self._found.update(zip(new, vectors, strict=True))
        self._clock.add("encoding", start)
        return np.stack([self._found[text] for text in texts])


# --------------------------------------------------------------------------- data


def _labelled(rows: Sequence[Row], scheme: Scheme, names: dict[str, int]) -> Labelled:
    place = {key: index for index, key in enumerate(scheme.keys)}
    kept = [(row, key) for row in rows if (key := key_of(row, scheme)) is not None]
    return Labelled(
        [row for row, _ in kept],
        np.array([place[key] for _, key in kept], dtype=np.int64),
        np.array([names.setdefault(row.group, len(names)) for row, _ in kept], dtype=np.int64),
    )


def _splits(job: protocol.EvaluateJob, train: Labelled, test: Labelled) -> list[Split]:
    if job.folds >= 2:
        folds = grouped_folds(train.groups, train.categories, job.folds, 0)
        return [
            Split(train.take(np.flatnonzero(folds != f)), train.take(np.flatnonzero(folds == f)), f)
            for f in range(int(folds.max()) + 1)
        ]
    if not len(test):
        raise TableProblem("Give a test table, or 2 folds or more.")
    return [Split(train, test)]


def _independent(
    hints: Sequence[Row], test: Sequence[Row], scheme: Scheme
) -> tuple[list[Row], dict[str, int]]:
    """Hints that share no set id, drug and near-identical text with a test row, and how many of
    the others were dropped for which of these reasons."""
    kinds = [row for row in hints if key_of(row, scheme) is not None]
    set_ids = {row.set_id for row in test if row.set_id}
    words = set().union(*(drug_words(row) for row in test))
    texts = {normalized(row.text) for row in test}
    reasons = {"set id": 0, "drug group": 0, "near-identical text": 0}
    left: list[Row] = []
    for row in kinds:
        if row.set_id and row.set_id in set_ids:
            reasons["set id"] += 1
        elif drug_words(row) & words:
            reasons["drug group"] += 1
        elif normalized(row.text) in texts:
            reasons["near-identical text"] += 1
        else:
            left.append(row)
    near = near_any(
        {i: row.text for i, row in enumerate(left)}, {i: row.text for i, row in enumerate(test)}
    )
    reasons["near-identical text"] += len(near)
    return [row for i, row in enumerate(left) if i not in near], reasons


def _few_of_each(hints: Labelled) -> Labelled:
    order = np.random.default_rng(0).permutation(len(hints))
    chosen = [
        order[hints.categories[order] == category][:HINTS_PER_CATEGORY]
        for category in np.unique(hints.categories)
    ]
    return hints.take(np.sort(np.concatenate(chosen)))


def _adjusts(preset: str) -> bool:
    return preset == "instant" or (preset in PRESETS and PRESETS[preset].adjust)


def _prior(train: Labelled, scheme: Scheme) -> Floats:
    return np.bincount(train.categories, minlength=len(scheme.keys)) / len(train)


def _even(count: int) -> Floats:
    """Balanced weights have taken the category shares out already."""
    return np.full(count, 1.0 / count)


def _spread(model: LogisticRegression, features: Any, count: int) -> Floats:
    """Probabilities over all categories, 0 for those without training sentences."""
    found = np.zeros((features.shape[0], count))
    found[:, model.classes_] = model.predict_proba(features)
    return found
