"""Sentences with categories and features for the simulations; nothing of them is kept here.

Wants the real labels in the folder that ADME_REAL_DATA names. `gold`: sentences that two readers
decided. `headed`: sentences whose section heading implies the category (7 to 10 % wrong); joint
headings and "Elimination" are left out, so are table rows, fragments, and ADME-headed sentences on
interactions or populations; a food effect is Absorption. Every text is encoded once, with its
drug's names masked, as the worker that suggests does it; features are cached under the temporary
folder. Words are weighed as the worker does it.
"""

from __future__ import annotations

import csv
import gzip
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from adme_labeler import paths
from adme_labeler.domain.sentence_text import mask_names, text_hash
from adme_labeler.ml import compute
from adme_labeler.ml.features import FeatureStore, text_key
from adme_labeler.ml.instant import (
    Fitted,
    HintHead,
    Known,
    Scaling,
    fit_instant,
    inverse_document_frequency,
    weigh_words,
    word_counts,
)
from adme_labeler.ml.predict import softmax
from adme_labeler.ml.served_model import load_served
from adme_labeler.ml.tables import drug_parts
from adme_labeler.services.suggesting import sample_annotations
from adme_labeler.statistics.groups import merge_groups
from adme_labeler.statistics.splits import grouped_folds

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KEYS = ("A", "D", "M", "E", "O")
RESULTS = Path(__file__).parent / "results"
TAU = 0.5
_HEADED = {
    "Absorption": "A",
    "FoodEffect": "A",
    "Distribution": "D",
    "Metabolism": "M",
    "Excretion": "E",
    "Other": "O",
}
_SENTENCES = 14_000
"""Headed sentences that are used: all of drug groups drawn at random until there are so many."""


@dataclass(frozen=True)
class Data:
    """n sentences: masked `texts`, `drugs` (names), `categories` (indices of KEYS), `groups` (drug
    groups), `labels` (drug labels), `hashes` (equal for equal texts), `vectors` (n, d), `words`
    TF-IDF (n, w)."""

    texts: list[str]
    drugs: list[str]
    categories: Ints
    groups: Ints
    labels: Ints
    hashes: list[str]
    vectors: NDArray[np.float32]
    words: sparse.csr_matrix

    def __len__(self) -> int:
        return len(self.categories)

    def known(self, rows: Ints, categories: Ints | None = None) -> Known:
        """What a head learns from; `categories` (of these rows) in place of the right ones."""
        given = self.categories[rows] if categories is None else categories
        return Known(self.vectors[rows], self.words[rows], given, self.groups[rows])

    def scaling(self) -> Scaling:
        return Scaling.of(self.vectors[:: max(1, len(self) // 2000)])

    def fit(
        self, rows: Ints, scaling: Scaling, categories: Ints | None = None, tau: float = TAU
    ) -> Fitted:
        """The instant head from these rows, as the worker fits it without hints."""
        return fit_instant(self.known(rows, categories), len(KEYS), tau, scaling)


def gold() -> Data:
    """The sentences that two readers decided (all of them)."""
    with (_folder() / "gold" / "adme_gold.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = [(r["drug_group"] or r["drug"]).casefold() for r in rows]
    return _data(
        [(r["text"], r["drug"]) for r in rows],
        [r["category"] for r in rows],
        _numbered(names),
        _numbered([r["set_id"] for r in rows]),
    )


@lru_cache(maxsize=1)
def headed(sentences: int = _SENTENCES, seed: int = 0) -> Data:
    """Sentences of drug groups drawn at random, in document order within each drug label."""
    path = _folder() / "headed" / "sentences.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [r for r in found if _usable(r)]
    group_of = _drug_groups({r["drug"] for r in rows})
    groups = np.array([group_of[r["drug"]] for r in rows])
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    sizes = np.bincount(groups)[order]
    chosen = set(order[: int(np.searchsorted(np.cumsum(sizes), sentences)) + 1].tolist())
    rows = [r for r, g in zip(rows, groups.tolist(), strict=True) if g in chosen]
    return _data(
        [(r["text"], r["drug"]) for r in rows],
        [_HEADED[r["label_raw"]] for r in rows],
        np.array([group_of[r["drug"]] for r in rows]),
        _numbered([r["setid"] for r in rows]),
    )


def sample() -> Known:
    """The shipped sample, which teaches the first head where there is nothing else."""
    rows = sample_annotations()
    data = _data(
        [(r["text"], r["drug"]) for r in rows],
        [r["category"] for r in rows],
        _numbered([r["drug"] for r in rows]),
        _numbered([r["set_id"] for r in rows]),
    )
    return data.known(np.arange(len(data)))


@dataclass(frozen=True)
class OutOfFold:
    """Of every sentence, from a head that never saw its drug group: `logits` (n, c) as they are,
    `probabilities` (n, c) after that head's own temperature, `prior` (n, c) and `shift` (n, c) of
    that head, `folds` (n,)."""

    logits: Floats
    probabilities: Floats
    prior: Floats
    shift: Floats
    folds: Ints


def out_of_fold(data: Data, seed: int, categories: Ints | None = None) -> OutOfFold:
    """Five folds by drug group; `categories` in place of the right ones."""
    given = data.categories if categories is None else categories
    folds = grouped_folds(data.groups, given, 5, seed)
    scaling = data.scaling()
    logits, shown, prior, shift = (np.zeros((len(data), len(KEYS))) for _ in range(4))
    for fold in np.unique(folds):
        seen, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        head = data.fit(seen, scaling, given[seen]).head
        logits[out] = head.logits(data.vectors[out], data.words[out])
        shown[out] = softmax(logits[out], head.temperature)
        prior[out], shift[out] = head.prior, head.shift
    return OutOfFold(logits, shown, prior, shift, folds)


def fit_with(data: Data, rows: Ints, scaling: Scaling, hints: HintHead | None) -> Fitted:
    """The instant head from these rows, starting at what hints taught."""
    return fit_instant(data.known(rows), len(KEYS), TAU, scaling, hints)


def adme_recall(true: Ints, decided: Ints) -> float:
    """Mean recall of A, D, M and E."""
    return float(np.mean([(decided[true == c] == c).mean() for c in range(4)]))


def write(name: str, header: Sequence[str], lines: Iterable[Sequence[object]], said: str) -> Path:
    """A table of results, with how it came about in a first line."""
    path = RESULTS / name
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([f"# {said} {_circumstances()}"])
        out.writerow(header)
        out.writerows([_plain(value) for value in line] for line in lines)
    return path


def say(*values: object) -> None:
    sys.stdout.write(" ".join(str(_plain(value)) for value in values) + "\n")
    sys.stdout.flush()


def _circumstances() -> str:
    processor = platform.processor() or platform.machine()
    packages = ", ".join(f"{p} {version(p)}" for p in ("numpy", "scipy", "torch"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {processor}; Python {platform.python_version()}; {packages}"
    )


def _plain(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else value


def _folder() -> Path:
    folder = os.environ.get("ADME_REAL_DATA", "")
    if not folder:
        raise SystemExit("Set ADME_REAL_DATA to the folder of the real labels.")
    return Path(folder)


def _usable(row: dict[str, str]) -> bool:
    category = _HEADED.get(row["label_raw"])
    flags = set(row["flags"].split(",")) - {""}
    if category is None or not row["text"].strip():
        return False
    return not flags & {"tab", "frag"} if category == "O" else flags <= {"food"}


def _drug_groups(drugs: set[str]) -> dict[str, int]:
    """Drug group of each name: combination products join those of their ingredients."""
    parts = {drug: [p for p in drug_parts(drug) if p] for drug in sorted(drugs)}
    merged = merge_groups(parts)
    return {drug: number for number, group in enumerate(merged) for drug in group}


def _numbered(names: Sequence[str]) -> Ints:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)


def _data(
    texts: Sequence[tuple[str, str]], categories: Sequence[str], groups: Ints, labels: Ints
) -> Data:
    masked = [mask_names(text.strip(), drug_parts(drug)) for text, drug in texts]
    counts = word_counts(masked)
    occurs = np.bincount(counts.indices, minlength=counts.shape[1]).astype(np.int64)
    return Data(
        masked,
        [drug for _, drug in texts],
        np.array([KEYS.index(c) for c in categories], dtype=np.int64),
        np.asarray(groups, dtype=np.int64),
        labels,
        [text_hash(text) for text in masked],
        _vectors(masked),
        weigh_words(counts, inverse_document_frequency(occurs, len(masked))),
    )


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    encoder = paths.default_encoder()
    assert encoder is not None
    chosen = compute.choose(threads=1)
    served = load_served(encoder, chosen)
    store = FeatureStore(Path(tempfile.gettempdir()) / "feats", served.kind(chosen))
    try:
        missing = list({text_key(t): t for t in texts if store.row(text_key(t)) < 0}.values())
        missing.sort(key=len)
        for start in range(0, len(missing), 256):
            batch = missing[start : start + 256]
            features = served.predictor.features(served.tokens(batch, [""] * len(batch)))
            store.append([text_key(t) for t in batch], features)
        return store.read(np.array([store.row(text_key(t)) for t in texts], dtype=np.int64))
    finally:
        store.close()
