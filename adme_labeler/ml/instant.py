"""The instant head: what moves suggestions while the curator works (METHOD, 3.1 and 3.2).

On the pretrained encoder it is a logistic regression on standardised sentence vectors beside
TF-IDF of words and word pairs. Heading hints give a first head; annotations are then fitted with
a penalty on leaving it, so they soon outweigh it. On a trained model the same regression is drawn
towards the model's own last layer, so that it moves gently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from adme_labeler.ml import logistic
from adme_labeler.ml.logistic import Design, Floats, Ints
from adme_labeler.ml.predict import softmax
from adme_labeler.statistics.calibration import decide, fit_temperature, shift_for
from adme_labeler.statistics.splits import SplitProblem, grouped_folds

Floats32 = NDArray[np.float32]

WORD_SLOTS = 2**18
DENSE_SCALE = 0.5
"""Weight of the sentence vector beside the words (chosen on folds of real label sentences)."""

PENALTY = 0.1
PENALTY_WITH_HINTS = 0.2
HINT_PENALTY = 0.3
BIAS_PENALTY = 100.0
"""Times the other penalty. A bias that is free forgets the hints as soon as a few decisions are all
Other: with heading hints and 5 gold annotations ADME recall fell from .85 to .34, held it is .83
(and no less with 1,000); how frequent a category is comes in by its counted share instead."""

REFIT_PENALTY = 1.0
"""Times the mean squared length of the features: one sentence moves its own logit by 1 at most."""

FEWEST_FOR_TEMPERATURE = 20
PRIOR_STRENGTH = 20
"""Category shares of the annotations are mixed with those of so many hints, or evenly."""

LEAST_SHARE = 1e-3
"""A category that nobody has met yet is as rare as this."""

FOLDS = 3

_vectorizer = HashingVectorizer(
    ngram_range=(1, 2),
    n_features=WORD_SLOTS,
    alternate_sign=False,
    norm=None,  # pyright: ignore[reportArgumentType]  (documented: None)
    token_pattern=r"(?u)\b\w\w+\b",
)


def word_counts(texts: Sequence[str]) -> sparse.csr_matrix:
    """Counts (n, WORD_SLOTS) of hashed words and word pairs; needs no vocabulary."""
    return sparse.csr_matrix(_vectorizer.transform(texts), dtype=np.float32)


def inverse_document_frequency(documents_with: NDArray[np.int64], documents: int) -> Floats32:
    """idf (WORD_SLOTS,) from how many of `documents` hold each word."""
    return (np.log((1.0 + documents) / (1.0 + documents_with)) + 1.0).astype(np.float32)


def weigh_words(counts: sparse.csr_matrix, idf: Floats32) -> sparse.csr_matrix:
    """TF-IDF rows of length 1, with 1 + log(count)."""
    values = (1.0 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.add.reduceat(np.append(values**2, 0.0), counts.indptr[:-1]))
    sizes = np.diff(counts.indptr)
    lengths = np.where(sizes > 0, np.maximum(lengths, 1e-9), 1.0)
    return sparse.csr_matrix(
        (values / np.repeat(lengths, sizes), counts.indices, counts.indptr), shape=counts.shape
    )


@dataclass(frozen=True)
class Known:
    """Sentences to learn from: `vectors` (n, d), `words` TF-IDF (n, WORD_SLOTS) or None,
    `categories` indices (n,), `groups` (n,) drug groups."""

    vectors: Floats32
    words: sparse.csr_matrix | None
    categories: Ints
    groups: Ints

    def __len__(self) -> int:
        return len(self.categories)


@dataclass(frozen=True)
class Scaling:
    """Standardises sentence vectors: their length is set to 1 first."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, vectors: Floats32) -> Scaling:
        unit = _unit(vectors)
        # A dimension that hardly varies would be blown up to noise.
        return cls(unit.mean(axis=0), np.maximum(unit.std(axis=0), 1e-3))

    def __call__(self, vectors: Floats32) -> Floats:
        scaled = (_unit(vectors) - self.mean) / self.spread
        return scaled * (DENSE_SCALE / np.sqrt(vectors.shape[1]))


@dataclass(frozen=True)
class InstantHead:
    """`dense` (d, c), `words` (WORD_SLOTS, c) or None, `bias` (c,). `prior`, `shift`: (c,).

    `scaling` None means that vectors are used as they are (a trained model's features).
    """

    scaling: Scaling | None
    dense: Floats
    words: Floats32 | None
    bias: Floats
    temperature: float
    prior: Floats
    shift: Floats

    def logits(self, vectors: Floats32, words: sparse.csr_matrix | None) -> Floats:
        """Logits (n, c)."""
        used = self.scaling(vectors) if self.scaling else vectors.astype(np.float64)
        found = used @ self.dense + self.bias
        if self.words is not None and words is not None:
            found = found + words @ self.words
        return found

    def probabilities(self, vectors: Floats32, words: sparse.csr_matrix | None) -> Floats:
        """Natural-prior probabilities (n, c)."""
        return softmax(self.logits(vectors, words), self.temperature)


@dataclass(frozen=True)
class Weights:
    """`dense` (d, c), `words` (WORD_SLOTS, c) or None, `bias` (c,)."""

    dense: Floats
    words: Floats32 | None
    bias: Floats


@dataclass(frozen=True)
class HintHead:
    """What heading hints teach: the start of every head until there are annotations.

    `without[f]` was taught without the drug groups of fold f, for estimates on unseen drugs.
    `prior` (c,): shares of the hints.
    """

    scaling: Scaling
    weights: Weights
    without: tuple[Weights, ...]
    fold_of: Mapping[int, int]
    temperature: float
    prior: Floats


@dataclass(frozen=True)
class Fitted:
    """A head; `out_of_fold` (n,) are decisions on drug groups not seen, None with too few, and
    `unseen` (n, c) the calibrated probabilities behind them."""

    head: InstantHead
    out_of_fold: Ints | None
    unseen: Floats | None = None


def fit_hints(hints: Known, count: int, scaling: Scaling) -> HintHead:
    """A head from heading hints alone, with its temperature."""
    columns = _columns(hints, None)
    design = _design(hints, scaling, columns)
    kinds = hints.categories
    found = logistic.fit(design, kinds, count, HINT_PENALTY, most_steps=80)
    weights = _apart(found, design, columns, hints.words is not None, None)
    folds = _folds(hints.groups, kinds, {})
    without: list[Weights] = []
    temperature = 1.0
    if folds is not None:
        logits = np.zeros((len(design), count))
        for fold in range(int(folds.max()) + 1):
            seen, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            found = logistic.fit(
                design.take(seen), kinds[seen], count, HINT_PENALTY, tolerance=5e-2, most_steps=60
            )
            logits[out] = design.take(out).times(found)
            without.append(_apart(found, design, columns, hints.words is not None, None))
        temperature = fit_temperature(logits, kinds)
    fold_of: dict[int, int] = {}
    if folds is not None:
        fold_of = dict(zip(hints.groups.tolist(), folds.tolist(), strict=True))
    return HintHead(scaling, weights, tuple(without), fold_of, temperature, _shares(kinds, count))


def fit_instant(
    known: Known, count: int, tau: float, scaling: Scaling, hints: HintHead | None = None
) -> Fitted:
    """Head on the pretrained encoder from annotations of `count` categories, starting at `hints`.

    Without any sentence, and without hints, it knows nothing: every category is equally likely.
    """
    prior = hints.prior if hints else np.full(count, 1.0 / count)
    temperature = hints.temperature if hints else 1.0
    columns = _columns(known, hints)
    design = _design(known, scaling, columns)
    words = known.words is not None
    before = hints.weights if hints else None
    found = _start(before, columns, words, design.size, prior, prior)
    out_of_fold, unseen = None, None
    if len(known):
        penalty = PENALTY_WITH_HINTS if hints else PENALTY
        given, prior = prior, _mixed_prior(known.categories, prior)
        start = _start(before, columns, words, design.size, given, prior)
        found = logistic.fit(
            design, known.categories, count, penalty, start, bias_penalty=BIAS_PENALTY
        )
        folds = _folds(known.groups, known.categories, hints.fold_of if hints else {})
        if len(known) >= FEWEST_FOR_TEMPERATURE and folds is not None:
            logits = np.zeros((len(known), count))
            for fold in np.unique(folds):
                seen, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
                taught = before
                if hints and fold < len(hints.without):
                    taught = hints.without[fold]
                share = _mixed_prior(known.categories[seen], given)
                mine = logistic.fit(
                    design.take(seen),
                    known.categories[seen],
                    count,
                    penalty,
                    _start(taught, columns, words, design.size, given, share),
                    bias_penalty=BIAS_PENALTY,
                    tolerance=5e-2,
                    most_steps=60,
                )
                logits[out] = design.take(out).times(mine)
            temperature = fit_temperature(logits, known.categories)
            unseen = softmax(logits, temperature)
            out_of_fold = decide(unseen, shift_for(prior, tau), prior).first
    weights = _apart(found, design, columns, words, before.words if before else None)
    head = InstantHead(
        scaling,
        weights.dense,
        weights.words,
        weights.bias,
        temperature,
        prior,
        shift_for(prior, tau),
    )
    return Fitted(head, out_of_fold, unseen)


def refit_trained(
    known: Known, weight: Floats, bias: Floats, temperature: float, prior: Floats, shift: Floats
) -> InstantHead:
    """A trained model's last layer (`weight` (c, d), `bias` (c,)), moved a little by annotations.

    Its temperature and shift stay, since features of sentences that it was trained on cannot
    calibrate it.
    """
    start = np.concatenate([weight.T, bias[None, :]])
    if len(known):
        vectors = known.vectors.astype(np.float64)
        design = Design(vectors, sparse.csr_matrix((len(known), 0)))
        penalty = REFIT_PENALTY * max(1e-6, float((vectors**2).sum(axis=1).mean()))
        start = logistic.fit(design, known.categories, len(bias), penalty, start, bias_penalty=1.0)
    return InstantHead(None, start[:-1], None, start[-1], temperature, prior, shift)


def _design(known: Known, scaling: Scaling, columns: Ints) -> Design:
    words = sparse.csr_matrix((len(known), 0))
    if known.words is not None:
        words = sparse.csr_matrix(known.words[:, columns], dtype=np.float64)
    return Design(scaling(known.vectors), words)


def _columns(known: Known, hints: HintHead | None) -> Ints:
    """Words of these sentences that occur in two or more, or that the hints know: no other word
    can help with another sentence."""
    if known.words is None:
        return np.zeros(0, dtype=np.int64)
    occurs = np.bincount(known.words.indices, minlength=WORD_SLOTS)
    useful = occurs >= 2
    if hints is not None and hints.weights.words is not None:
        useful |= (occurs > 0) & hints.weights.words.any(axis=1)
    return np.flatnonzero(useful)


def _together(weights: Weights, columns: Ints, words: bool) -> Floats:
    parts = [weights.dense]
    if words and weights.words is not None:
        parts.append(weights.words[columns].astype(np.float64))
    return np.concatenate([*parts, weights.bias[None, :]])


def _start(
    taught: Weights | None, columns: Ints, words: bool, size: int, before: Floats, now: Floats
) -> Floats:
    """Weights (size, c) to be drawn to: what hints taught, at the category shares of `now` (c,)
    in place of the hints' own `before` (c,); by Bayes the logits differ by the log of their ratio.

    A category without hints has no bias of its own: it gets what fits its share.
    """
    start = _together(taught, columns, words) if taught else np.zeros((size, len(now)))
    hinted = before > 0
    evidence = start[-1] - np.log(np.where(hinted, before, 1.0))
    evidence[~hinted] = evidence[hinted].mean()
    start[-1] = evidence + np.log(np.maximum(now, LEAST_SHARE))
    return start


def _apart(
    found: Floats, design: Design, columns: Ints, words: bool, before: Floats32 | None
) -> Weights:
    """Weights as the solver has them, words put in their slots; other words keep `before`."""
    d = design.dense.shape[1]
    if not words:
        return Weights(found[:d], None, found[-1])
    slots = before.copy() if before is not None else np.zeros((WORD_SLOTS, found.shape[1]), "f4")
    slots[columns] = found[d:-1]
    return Weights(found[:d], slots, found[-1])


def _folds(groups: Ints, kinds: Ints, fixed: Mapping[int, int]) -> Ints | None:
    """Fold (n,) by drug group; groups that hints have put in a fold stay there, so that what the
    hints of a fold's drugs taught is left out with it. None where there are too few groups."""
    if not fixed:
        try:
            return grouped_folds(groups, kinds, FOLDS, 0)
        except SplitProblem:
            return None
    fold_of = dict(fixed)
    sizes = np.zeros(max(fixed.values()) + 1)
    for group, size in zip(*np.unique(groups, return_counts=True), strict=True):
        fold = fold_of.setdefault(int(group), int(sizes.argmin()))
        sizes[fold] += size
    folds = np.array([fold_of[int(group)] for group in groups], dtype=np.int64)
    return folds if len(np.unique(folds)) > 1 else None


def _shares(kinds: Ints, count: int) -> Floats:
    return np.bincount(kinds, minlength=count) / max(1, len(kinds))


def _mixed_prior(kinds: Ints, other: Floats) -> Floats:
    counts = np.bincount(kinds, minlength=len(other)) + PRIOR_STRENGTH * other
    return counts / counts.sum()


def _unit(vectors: Floats32) -> Floats:
    found = vectors.astype(np.float64)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
