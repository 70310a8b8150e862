"""Training, suggesting and refitting speed, all ratios within one run. Budgets: DESIGN, 8.

"The official way" is how the two-stage paper's code spends its time: everything padded to 128,
frozen layers computed again in every step, the default AdamW, fp32.

The share of the GEMM rate: floating-point operations that are really needed (products of the
layers and of attention, real tokens only; training three times that; frozen word embeddings, norms,
activations and the optimiser nothing) in a second of processor time, against those of bare matrix
products of a layer's shapes. Both take turns every few batches, so that what else runs on the
machine slows both down.
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
from adme_labeler.ml.compute import Compute, choose, count_parameters
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.predict import Predictor
from adme_labeler.ml.recipes import DEFAULT, Stage
from adme_labeler.statistics.calibration import decide
from tests.benchmarks.report import Row, milliseconds

KEYS = ("A", "D", "M", "E", "O")
SENTENCES = 512
OFFICIAL_BATCHES = 8
SERVED_TOKENS = 512
"""About as many as the serving worker encodes at once on such a machine (60 ms)."""


class Nobody:
    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None: ...

    def stopping(self) -> bool:
        return False


class Turns(Nobody):
    """Runs bare matrix products between batches; `work` and `products`: processor seconds."""

    def __init__(self, dtype: torch.dtype, rows: int, every: int) -> None:
        hidden = load_encoder().hidden_size
        shapes = [(hidden, hidden)] * 4 + [(hidden, 4 * hidden), (4 * hidden, hidden)]
        self._factors = [
            (torch.randn(rows, a).to(dtype), torch.randn(b, a).to(dtype)) for a, b in shapes
        ]
        self._operations = sum(2.0 * rows * a * b for a, b in shapes)
        self._every, self._batches, self._done = every, 0, 0.0
        self.work = self.products = 0.0
        self._multiply()  # kernels are built by the first call
        self._since = time.process_time()

    @property
    def gemm_rate(self) -> float:
        """Floating-point operations a second of processor time."""
        return self._done / self.products

    def batch(self) -> None:
        """A batch of the work is over."""
        self._batches += 1
        if self._batches % self._every:
            return
        self.work += time.process_time() - self._since
        begun = time.process_time()
        while time.process_time() - begun < 0.03:
            self._multiply()
            self._done += self._operations
        self.products += time.process_time() - begun
        self._since = time.process_time()

    def end(self) -> None:
        self.work += time.process_time() - self._since

    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None:
        self.batch()

    def _multiply(self) -> None:
        with torch.no_grad():
            for left, right in self._factors:
                torch.nn.functional.linear(left, right)


def rows() -> list[Row]:
    """Sentences a second, their ratio to the official way, and the share of the GEMM rate."""
    compute = choose()
    tokens, categories = _sentences()
    official = [_official(tokens, categories, top_only) for top_only in (True, False)]
    mine = [_ours(tokens, categories, stage, compute) for stage in DEFAULT.stages]
    dtype = {"bfloat16": "bf16", "float32": "fp32"}[compute.dtype]
    return [
        Row(f"stage 1 of 3 epochs, {dtype}, {compute.threads} thread(s)", mine[0], "/s"),
        Row("stage 1, the official way", official[0], "/s"),
        Row("stage 1, ratio", mine[0] / official[0], "x", at_least=10),
        Row("stage 2", mine[1], "/s"),
        Row("stage 2, the official way", official[1], "/s"),
        Row("stage 2, ratio", mine[1] / official[1], "x", at_least=4),
        *_shares(tokens, categories, "float32", "fp32"),
        *_shares(tokens, categories, "bfloat16", "bf16"),
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


def _shares(tokens: Tokens, categories: np.ndarray, dtype: str, name: str) -> list[Row]:
    """Stage 2 and suggesting by one thread in one dtype, against its matrix products."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    compute = Compute("cpu", dtype, 1)
    needed = _needed(tokens)
    trained, suggested = _training(tokens, categories, compute), _suggesting(tokens, compute)
    torch.set_num_threads(threads)
    return [
        Row(f"GEMM rate, {name}, 1 thread", suggested.gemm_rate / 1e9, "GF/s"),
        Row(
            f"stage 2, share of the GEMM rate, {name}",
            100 * 3 * needed / trained.work / trained.gemm_rate,
            "%",
            at_least=60,
        ),
        Row(f"suggesting, {name}", len(tokens) / suggested.work, "/CPU s"),
        Row(
            f"suggesting, share of the GEMM rate, {name}",
            100 * needed / suggested.work / suggested.gemm_rate,
            "%",
            at_least=60,
        ),
    ]


def _training(tokens: Tokens, categories: np.ndarray, compute: Compute) -> Turns:
    encoder = load_encoder()
    model = Classifier(encoder, len(KEYS), encoder.pooling)
    once = replace(DEFAULT.stages[1], epochs=1, min_steps=0)
    examples = two_stage.Examples(tokens, tokens, categories)
    turns = Turns(compute.torch_dtype, int(DEFAULT.batch * tokens.lengths.mean()), every=4)
    two_stage.train(model, examples, DEFAULT, (once,), 0, compute, turns)
    turns.end()
    return turns


def _suggesting(tokens: Tokens, compute: Compute) -> Turns:
    """In batches as the serving worker cuts them."""
    encoder = load_encoder()
    predictor = Predictor(Classifier(encoder, 1, encoder.pooling), compute)
    predictor.features(tokens.take(range(64)), budget=SERVED_TOKENS)
    turns = Turns(compute.torch_dtype, SERVED_TOKENS, every=2)
    predictor.features(tokens, done=lambda count: turns.batch(), budget=SERVED_TOKENS)
    turns.end()
    return turns


def _needed(tokens: Tokens) -> float:
    """Floating-point operations of one forward pass over real tokens."""
    encoder = load_encoder()
    layers = encoder.model.encoder
    attention = 4.0 * len(layers.layer) * encoder.hidden_size * float((tokens.lengths**2).sum())
    return 2.0 * count_parameters(layers) * float(tokens.lengths.sum()) + attention


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
