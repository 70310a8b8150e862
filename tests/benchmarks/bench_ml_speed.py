"""Training, suggesting and refitting speed, all ratios within one run. Budgets: DESIGN, 8.

"The official way" is how the two-stage paper's code spends its time: everything padded to 128,
frozen layers computed again in every step, the default AdamW, fp32.
"""

from __future__ import annotations

import csv
import time
from dataclasses import replace

import numpy as np
import torch

from adme_labeler import paths
from adme_labeler.ml import instant, two_stage
from adme_labeler.ml.batches import Tokens, collate, tokenise, training_batches
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute, choose, count_parameters, gemm_rate
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.predict import Predictor
from adme_labeler.ml.recipes import DEFAULT, Stage
from adme_labeler.statistics.calibration import decide
from tests.benchmarks.report import Row, milliseconds

KEYS = ("A", "D", "M", "E", "O")
SENTENCES = 512
OFFICIAL_BATCHES = 8


class Nobody:
    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None: ...

    def stopping(self) -> bool:
        return False


def rows() -> list[Row]:
    """Sentences a second, their ratio to the official way, and the share of the GEMM rate."""
    compute = choose()
    tokens, categories = _sentences()
    official = [_official(tokens, categories, top_only) for top_only in (True, False)]
    mine = [_ours(tokens, categories, stage, compute) for stage in DEFAULT.stages]
    encoding, share = _encoding(tokens, compute)
    needed = 6 * _layer_parameters() * float(tokens.lengths.mean())
    dtype = {"bfloat16": "bf16", "float32": "fp32"}[compute.dtype]
    rate = gemm_rate("cpu", compute.torch_dtype, 0.5)
    return [
        Row(f"stage 1 of 3 epochs, {dtype}, {compute.threads} thread(s)", mine[0], "/s"),
        Row("stage 1, the official way", official[0], "/s"),
        Row("stage 1, ratio", mine[0] / official[0], "x", at_least=10),
        Row("stage 2", mine[1], "/s"),
        Row("stage 2, the official way", official[1], "/s"),
        Row("stage 2, ratio", mine[1] / official[1], "x", at_least=4),
        Row("GEMM rate, fp32", gemm_rate("cpu", torch.float32, 0.5) / 1e9, "GF/s"),
        Row("GEMM rate, bf16", gemm_rate("cpu", torch.bfloat16, 0.5) / 1e9, "GF/s"),
        Row("stage 2, share of the GEMM rate", 100 * mine[1] * needed / rate, "%", at_least=60),
        Row("suggesting", encoding, "/s"),
        Row("suggesting, share of the GEMM rate", 100 * share / rate, "%", at_least=60),
        Row(
            "instant refit, 1,000 annotations, and 10,000 scores",
            milliseconds(_instant()),
            "ms",
            at_most=500,
        ),
    ]


def _sentences() -> tuple[Tokens, np.ndarray]:
    with (paths.sample_labels() / "annotations.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    texts = [row["text"] for row in table]
    texts = (texts * (SENTENCES // len(texts) + 1))[:SENTENCES]
    kinds = np.array([KEYS.index(row["category"]) for row in table])
    kinds = np.resize(kinds, SENTENCES).astype(np.int64)
    return tokenise(load_encoder().tokenizer, texts), kinds


def _official(tokens: Tokens, categories: np.ndarray, top_only: bool) -> float:
    encoder = load_encoder()
    model = Classifier(encoder, len(KEYS), "pooler", hidden=50).train()
    if top_only:
        model.encoder.requires_grad_(False)
        model.encoder.encoder.layer[-1].requires_grad_(True)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-5)
    batches = training_batches(tokens.lengths, 16, 0, 0)[: OFFICIAL_BATCHES + 1]
    start = 0.0
    for number, chosen in enumerate(batches):
        if number == 1:  # the first warms up
            start = time.perf_counter()
        batch = collate(tokens, chosen, encoder.pad_id, "cpu", width=128)
        loss = torch.nn.functional.cross_entropy(model(batch), torch.from_numpy(categories[chosen]))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return OFFICIAL_BATCHES * 16 / (time.perf_counter() - start)


def _ours(tokens: Tokens, categories: np.ndarray, stage: Stage, compute: Compute) -> float:
    """Sentences times epochs a second, the states below the top layer included."""
    encoder = load_encoder()
    model = Classifier(encoder, len(KEYS), encoder.pooling)
    epochs = stage.epochs if stage.number == 1 else 1
    once = replace(stage, epochs=epochs, min_steps=0)
    examples = two_stage.Examples(tokens, tokens, categories)
    start = time.perf_counter()
    two_stage.train(model, examples, DEFAULT, (once,), 0, compute, Nobody())
    return epochs * len(tokens) / (time.perf_counter() - start)


def _encoding(tokens: Tokens, compute: Compute) -> tuple[float, float]:
    """Sentences a second, and floating-point operations a second that are really needed."""
    encoder = load_encoder()
    predictor = Predictor(Classifier(encoder, 1, encoder.pooling), compute)
    predictor.features(tokens.take(range(64)))
    start = time.perf_counter()
    predictor.features(tokens)
    seconds = time.perf_counter() - start
    needed = 2 * _layer_parameters() * float(tokens.lengths.sum())
    return len(tokens) / seconds, needed / seconds


def _layer_parameters() -> int:
    return count_parameters(load_encoder().model.encoder)


def _instant():
    random = np.random.default_rng(0)
    words = [f"word{n}" for n in range(4000)]
    texts = [" ".join(random.choice(words, 25)) for _ in range(11_000)]
    counts = instant.word_counts(texts)
    occurs = np.bincount(counts.indices, minlength=instant.WORD_SLOTS)
    weighed = instant.weigh_words(counts, instant.inverse_document_frequency(occurs, len(texts)))
    vectors = random.normal(size=(len(texts), 384)).astype(np.float32)
    kinds = random.integers(0, 5, 1000)
    vectors[:1000, :5] += 2 * np.eye(5)[kinds]
    known = instant.Known(vectors[:1000], weighed[:1000], kinds, np.arange(1000) // 25)
    scaling = instant.Scaling.of(vectors[:2000])

    def refit() -> None:
        head = instant.fit_instant(known, 5, 0.5, scaling).head
        decide(head.probabilities(vectors[1000:], weighed[1000:]), head.shift, head.prior)

    return refit
