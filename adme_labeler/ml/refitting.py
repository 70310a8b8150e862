"""From a `Refit` message to a head, and from the head to scores."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from adme_labeler import protocol
from adme_labeler.ml.instant import (
    Fitted,
    HintHead,
    InstantHead,
    Known,
    Scaling,
    fit_hints,
    fit_instant,
)
from adme_labeler.ml.known_sentences import KnownSentences
from adme_labeler.ml.out_of_fold import OutOfFold
from adme_labeler.ml.served_model import ServedModel
from adme_labeler.ml.untaught import silenced
from adme_labeler.statistics.calibration import decide
from adme_labeler.statistics.conformal import LEVEL, calibrate
from adme_labeler.statistics.recall import measure

HINTS_PER_CATEGORY = 300
"""So many heading hints are encoded before the first suggestions appear (some seconds)."""

GROWTH = 1.5
"""The hints are learned anew when the hints or the known sentences have grown by this factor."""

SCALING_SAMPLE = 2_000


class Refitter:
    """Holds the current head. What hints teach is kept, so that a refit costs only annotations."""

    def __init__(self, served: ServedModel) -> None:
        self._served = served
        self._head: InstantHead | None = None
        self._categories: tuple[str, ...] = ()
        self._scaling: Scaling | None = None
        self._scaling_documents = 0
        self._hints: HintHead | None = None
        self._hints_for: tuple[tuple[str, ...], int] = ((), 0)
        self.sets: protocol.CategorySets | None = None
        """Between which categories the present head cannot decide; see `category_sets`."""
        self.unseen: OutOfFold | None = None
        """Of the last instant head: what it says of each annotation without having seen it."""

    def missing(self, refit: protocol.Refit, known: KnownSentences) -> list[int]:
        """Known sentences that this refit needs and that have no features yet."""
        needed = [e.id for e in _usable(refit, known, hint=False) if e.id in known]
        if self._needs_hints(refit, known):
            needed += [e.id for e in _chosen_hints(refit, known) if e.id in known]
        have = set(known.encoded_among(needed))
        return [i for i in dict.fromkeys(needed) if i not in have]

    def fit(
        self, refit: protocol.Refit, known: KnownSentences
    ) -> tuple[InstantHead, protocol.Measurement | None]:
        """Fit the head; all that `missing` named must have features.

        With it comes its grouped cross-validation over the annotations. None for a trained model,
        whose encoder has seen them, and for examples that are not of this project.
        """
        self._categories = keys = refit.categories
        taught = {example.category for example in refit.examples}
        if self._served.card is not None:
            examples = self._learn(refit, known, hint=False)
            head = self._served.refit(examples, keys, refit.tau)
            self._head = silenced(head, keys, {*self._served.card.categories, *taught})
            card = self._served.card
            bounds = dict(zip(card.categories, card.lowest, strict=False))
            self.sets = category_sets([bounds.get(key) for key in keys])
            return self._head, None
        fitted = self._fit_instant(refit, known)
        self._head = silenced(fitted.head, keys, taught)
        usable = _usable(refit, known, hint=False)
        self.unseen, self.sets = None, None
        if fitted.unseen is not None:
            self.unseen = OutOfFold(keys, tuple(e.id for e in usable), fitted.unseen)
            trusted = [row for row, e in enumerate(usable) if e.evaluates]
            given = [usable[row].category for row in trusted]
            self.sets = category_sets(calibrate(given, fitted.unseen[trusted], keys).lowest)
        if fitted.out_of_fold is None or any(e.id not in known for e in usable):
            return self._head, None
        said = [
            (e, keys[i]) for e, i in zip(usable, fitted.out_of_fold, strict=True) if e.evaluates
        ]
        if not said:
            return self._head, None
        estimate = measure(
            [e.category for e, _ in said],
            [decided for _, decided in said],
            [e.group for e, _ in said],
            keys,
            source="cross-validation",
        )
        return self._head, estimate

    def score(self, ids: Sequence[int], known: KnownSentences) -> tuple[protocol.Score, ...]:
        """Scores of encoded sentences by the current head."""
        head = self._head
        assert head is not None
        probabilities = head.probabilities(known.vectors(ids), known.words(ids))
        decided = decide(probabilities, head.shift, head.prior)
        keys = self._categories
        return tuple(
            protocol.Score(
                id=sentence,
                category=keys[first],
                second=keys[second],
                probabilities=tuple(shown),
                margin=margin,
            )
            for sentence, first, second, shown, margin in zip(
                ids,
                decided.first.tolist(),
                decided.second.tolist(),
                probabilities.tolist(),
                decided.margin.tolist(),
                strict=True,
            )
        )

    def _fit_instant(self, refit: protocol.Refit, known: KnownSentences) -> Fitted:
        count = len(refit.categories)
        wants_hints = self._needs_hints(refit, known)
        if wants_hints or self._grown(known):
            known.refresh_word_weights()
            self._scaling, self._hints = None, None
        scaling = self._scaling or self._measure_scaling(refit, known)
        if self._hints is None and any(e.hint for e in refit.examples):
            hints = self._learn(refit, known, hint=True)
            self._hints = fit_hints(hints, count, scaling) if len(hints) else None
            self._hints_for = (refit.categories, sum(e.hint for e in refit.examples))
        return fit_instant(
            self._learn(refit, known, hint=False), count, refit.tau, scaling, self._hints
        )

    def _needs_hints(self, refit: protocol.Refit, known: KnownSentences) -> bool:
        """Whether hints must be learned (again). A few more or fewer of them do not matter."""
        if self._served.card is not None:
            return False
        hints = sum(e.hint for e in refit.examples)
        if self._hints is None or self._hints_for[0] != refit.categories:
            return hints > 0
        return hints > GROWTH * self._hints_for[1] or self._grown(known)

    def _grown(self, known: KnownSentences) -> bool:
        return known.counts()[1] > GROWTH * self._scaling_documents

    def _measure_scaling(self, refit: protocol.Refit, known: KnownSentences) -> Scaling:
        usable = _usable(refit, known, hint=False)
        known.extra([e for e in usable if e.id not in known])
        vectors = known.sample_vectors(SCALING_SAMPLE)
        if len(vectors) < 50 and usable:
            vectors = np.concatenate([vectors, known.example_features(usable)[0]])
        if not len(vectors):
            vectors = np.zeros((1, self._served.kind_size), dtype=np.float32)
        self._scaling = Scaling.of(vectors)
        self._scaling_documents = known.counts()[1]
        return self._scaling

    def _learn(self, refit: protocol.Refit, known: KnownSentences, hint: bool) -> Known:
        usable = _chosen_hints(refit, known) if hint else _usable(refit, known, hint=False)
        known.extra([e for e in usable if e.id not in known])
        vectors, words = known.example_features(usable)
        place = {key: index for index, key in enumerate(refit.categories)}
        return Known(
            vectors,
            words,
            np.array([place[e.category] for e in usable], dtype=np.int64),
            np.array([e.group for e in usable], dtype=np.int64),
        )


def category_sets(lowest: Sequence[float | None]) -> protocol.CategorySets | None:
    """None where no category has a bound.

    The bounds are those of the out-of-fold probabilities, whose heads have learned from less: the
    head that suggests is a little surer of itself, so that its sets are rather too large. A trained
    model that annotations have moved since keeps its bounds, as it keeps its temperature.
    """
    if all(low is None for low in lowest):
        return None
    return protocol.CategorySets(level=LEVEL, lowest=tuple(lowest))


def _usable(refit: protocol.Refit, known: KnownSentences, hint: bool) -> list[protocol.Example]:
    """Examples with a category of the scheme whose sentence is known or comes with them."""
    keys = set(refit.categories)
    return [
        e
        for e in refit.examples
        if e.hint == hint and e.category in keys and (e.id in known or e.text)
    ]


def _chosen_hints(refit: protocol.Refit, known: KnownSentences) -> list[protocol.Example]:
    """The same few hints of each category every time, whatever else comes and goes."""
    chosen: list[protocol.Example] = []
    by_category: dict[str, list[protocol.Example]] = {}
    for example in _usable(refit, known, hint=True):
        by_category.setdefault(example.category, []).append(example)
    for examples in by_category.values():
        examples.sort(key=lambda e: hashlib.blake2b(str(e.id).encode(), digest_size=8).digest())
        chosen += examples[:HINTS_PER_CATEGORY]
    return chosen
