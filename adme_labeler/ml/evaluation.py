"""`evaluate`: train and test presets on tables, on drugs never seen (METHOD, section 4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from adme_labeler import protocol
from adme_labeler.domain.sentence_text import normalized
from adme_labeler.importers.hints import sentence_hint
from adme_labeler.ml.baselines import BASELINES, Clock, Vectors, frozen, instant_head, tfidf
from adme_labeler.ml.batches import Ints
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.figures import Labelled, Split, decisions, figures, summary, write_predictions
from adme_labeler.ml.predict import Floats, Predictor, softmax
from adme_labeler.ml.recipes import PRESETS, recipe_named
from adme_labeler.ml.side_by_side import Answers, answers_of, compared
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
from adme_labeler.statistics.duplicates import near_any
from adme_labeler.statistics.splits import grouped_folds

TAU = 0.5
MAX_LENGTH = 128

Fit = Callable[[Labelled, "Labelled | None", Labelled, int], tuple[Floats, Floats]]
"""(train, hints, test, seed) -> natural-prior probabilities (n, c) of the test, prior (c,)."""


@dataclass
class _Study:
    """What all presets of an evaluation share: the same tables, the same splits."""

    job: protocol.EvaluateJob
    scheme: Scheme
    train: Labelled
    hints: Labelled | None
    dropped: dict[str, int]
    splits: list[Split]
    compute: Compute
    watch: FitWatch
    vectors: Vectors | None = None
    """Shared by the presets that do not train the encoder; made when the first one asks."""


def evaluate(job: protocol.EvaluateJob, compute: Compute, watch: FitWatch) -> dict[str, Any]:
    """Result of an evaluation as the command line prints it; see the README for its fields.

    With `presets` or `sizes` it holds one result for each of them and their comparisons, else that
    of the one preset. Raises Problem with one sentence for tables, presets or splits that cannot be
    evaluated.
    """
    presets = tuple(dict.fromkeys(job.presets)) or (job.preset,)
    sizes = tuple(dict.fromkeys(job.sizes)) or (job.limit,)
    for preset in presets:
        if preset not in PRESETS and preset not in BASELINES:
            known = ", ".join([*PRESETS, *BASELINES])
            raise TableProblem(f"There is no preset {preset!r}; choose one of {known}.")
    watch.phase("Reading")
    start = time.monotonic()
    study = _study(job, compute, watch)
    reading = time.monotonic() - start
    several = bool(job.presets or job.sizes)
    results: list[dict[str, Any]] = []
    comparisons: list[dict[str, Any]] = []
    for size in sizes:
        answers: dict[str, Answers] = {}
        for preset in presets:
            if several:
                watch.phase(f"{preset}, {size or len(study.train):,} annotations")
            result, written = _run(study, preset, size, reading)
            if job.predictions:
                name = f"-{preset}" + (f"-n{size}" if size else "") if several else ""
                path = Path(job.predictions)
                path = path.with_name(path.stem + name + path.suffix)
                write_predictions(path, written, study.scheme)
            results.append(result)
            answers[preset] = answers_of(written)
        watch.phase("Measuring")
        comparisons += _comparisons(answers, size, study.scheme)
    if not several:
        return results[0]
    return {
        "runs": results,
        "reference": _reference(presets),
        "comparisons": comparisons,
        "seconds": {"reading": round(reading, 2)},
    }


def _study(job: protocol.EvaluateJob, compute: Compute, watch: FitWatch) -> _Study:
    train_rows = read_table(Path(job.train))
    test_rows = read_table(Path(job.test)) if job.test and job.folds < 2 else []
    scheme = scheme_of([*train_rows, *test_rows])
    names: dict[str, int] = {}
    train = _labelled(train_rows, scheme, names)
    test = _labelled(test_rows, scheme, names)
    hints, reasons = None, {}
    if job.hints:
        # With folds every row is a test row once: one set of hints serves all folds.
        against = test_rows or train_rows
        hinted = _as_imported(read_table(Path(job.hints)), scheme)
        kept, reasons = _independent(hinted, against, scheme)
        hints = _labelled(kept, scheme, names)
    return _Study(job, scheme, train, hints, reasons, _splits(job, train, test), compute, watch)


def _run(
    study: _Study, preset: str, limit: int, reading: float
) -> tuple[dict[str, Any], list[tuple[int, Split, Floats, Ints]]]:
    """One preset on `limit` annotations (0: all): its result and its predictions."""
    job, scheme, clock = study.job, study.scheme, Clock({"reading": reading})
    fit = _method(study, preset, clock)
    seeds: list[dict[str, Any]] = []
    written: list[tuple[int, Split, Floats, Ints]] = []
    for seed in job.seeds:
        tested: list[tuple[Split, Floats, Floats]] = []
        for split in study.splits:
            mine = split.train
            if limit and limit < len(mine):
                draw = np.random.default_rng([seed, 3]).permutation(len(mine))[:limit]
                mine = mine.take(np.sort(draw))
            tested.append((split, *fit(mine, study.hints, split.test, seed)))
        found = [
            (split, probabilities, decided, prior)
            for (split, probabilities, prior), decided in zip(
                tested, decisions(tested, TAU if _adjusts(preset) else 0.0), strict=True
            )
        ]
        written += [(seed, split, shown, decided) for split, shown, decided, _ in found]
        seeds.append({"seed": seed, **figures(found, scheme)})
    result = {
        "preset": preset,
        "encoder": job.encoder or ("" if preset.startswith("tfidf") else "shipped"),
        "categories": list(scheme.keys),
        "train_sentences": len(study.train) if not limit else min(limit, len(study.train)),
        "test_sentences": sum(len(split.test) for split in study.splits),
        "folds": len(study.splits) if job.folds >= 2 else 0,
        "hints": len(study.hints) if study.hints is not None else 0,
        "hints_dropped": sum(study.dropped.values()),
        "hints_dropped_because": study.dropped,
        **summary(seeds, scheme),
        "seeds": seeds,
        "seconds": {phase: round(s, 2) for phase, s in clock.seconds.items()},
        "device": study.compute.device,
        "dtype": study.compute.dtype,
        "threads": study.compute.threads,
    }
    if job.presets or job.sizes:
        result["limit"] = limit
    return result, written


def _comparisons(answers: dict[str, Answers], size: int, scheme: Scheme) -> list[dict[str, Any]]:
    """Every preset against the reference, on the same sentences and seeds."""
    reference = _reference(tuple(answers))
    return [
        {"preset": preset, "size": size, "reference": reference, **found}
        for preset, mine in answers.items()
        if preset != reference and (found := compared(mine, answers[reference], scheme)) is not None
    ]


def _reference(presets: tuple[str, ...]) -> str:
    return "default" if "default" in presets else presets[0]


# --------------------------------------------------------------------------- what is compared


def _method(study: _Study, preset: str, clock: Clock) -> Fit:
    job, scheme, compute = study.job, study.scheme, study.compute
    if preset in ("tfidf", "tfidf-plain"):
        count, balanced = len(scheme.keys), preset == "tfidf"
        return lambda train, hints, test, seed: tfidf(train, test, count, clock, balanced)
    if preset in BASELINES:
        if study.vectors is None:
            study.vectors = Vectors(job.encoder, MAX_LENGTH, compute)
        vectors = study.vectors
        vectors.clock = clock
        if preset == "frozen":
            return lambda train, hints, test, seed: frozen(train, test, scheme, vectors, clock)
        return lambda train, hints, test, seed: instant_head(
            train, hints, test, scheme, vectors, clock, TAU
        )

    def fine_tuned(
        train: Labelled, hints: Labelled | None, test: Labelled, seed: int
    ) -> tuple[Floats, Floats]:
        return _fine_tuned(study, preset, clock, trainers, train, hints, test, seed)

    trainers: dict[int, Trainer] = {}
    return fine_tuned


def _fine_tuned(
    study: _Study,
    preset: str,
    clock: Clock,
    trainers: dict[int, Trainer],
    train: Labelled,
    hints: Labelled | None,
    test: Labelled,
    seed: int,
) -> tuple[Floats, Floats]:
    scheme, compute = study.scheme, study.compute
    if seed not in trainers:  # one per seed: its folds share what the hints taught
        trainers.clear()
        trainers[seed] = Trainer(
            scheme.keys,
            recipe_named(preset),
            study.job.encoder,
            seed,
            MAX_LENGTH,
            compute,
            study.watch,
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


def _as_imported(hints: Sequence[Row], scheme: Scheme) -> list[Row]:
    """Hints by heading as an import would store them: the sentence itself may take its heading's
    hint away or turn it into Other. Other schemes have no such rules."""
    if not scheme.adme:
        return list(hints)
    found: list[Row] = []
    for row in hints:
        key = sentence_hint(key_of(row, scheme) or "", row.text)
        if key:
            found.append(replace(row, category=key))
    return found


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


def _adjusts(preset: str) -> bool:
    return preset == "instant" or (preset in PRESETS and PRESETS[preset].adjust)


def _prior(train: Labelled, scheme: Scheme) -> Floats:
    return np.bincount(train.categories, minlength=len(scheme.keys)) / len(train)
