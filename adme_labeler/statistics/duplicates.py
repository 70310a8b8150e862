"""Texts that are nearly the same, found without comparing all pairs. Import late: needs numpy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Hashable, Mapping
from typing import Generic, TypeVar, cast

from datasketch import MinHash, MinHashLSH

from adme_labeler.domain.sentence_text import normalized
from adme_labeler.domain.slices import at_once

SAME_DOCUMENT = 0.7
SAME_SENTENCE = 0.8
_PERMUTATIONS = 128
SLICE = 20
"""Texts between two yields of `linking_near_duplicates`: some 20 ms."""

_WORD = re.compile(r"\w+")

K = TypeVar("K", bound=Hashable)


def near_duplicate_pairs(
    texts: Mapping[K, str], threshold: float = SAME_DOCUMENT, words: int = 5
) -> list[tuple[K, K]]:
    """Pairs that join each cluster of near-identical texts (a tree of links, not all pairs).

    Near-identical: the sets of runs of `words` words have a Jaccard similarity of at least
    `threshold` (candidates by MinHash, then computed exactly). Give texts with drug names
    masked. A hundred repackagers of one label cost little: equal texts are linked by their words
    alone, and texts that are in one cluster already are not compared. Empty texts resemble
    nothing.
    """
    return at_once(linking_near_duplicates(texts, threshold, words))


def linking_near_duplicates(
    texts: Mapping[K, str], threshold: float = SAME_DOCUMENT, words: int = 5
) -> Generator[None, None, list[tuple[K, K]]]:
    """As `near_duplicate_pairs`, in slices: yields between them."""
    index = _Index[K](threshold, words)
    cluster: dict[K, K] = {}
    pairs: list[tuple[K, K]] = []
    for number, (key, text) in enumerate(texts.items(), 1):
        if number % SLICE == 0:
            yield
        shingles = _shingles(text, words)
        cluster[key] = key
        for other in index.candidates(shingles):
            if _root(cluster, other) == _root(cluster, key):
                continue
            if index.similar(other, shingles):
                pairs.append((other, key))
                cluster[_root(cluster, key)] = _root(cluster, other)
        index.add(key, shingles)
    return pairs


def near_any(
    texts: Mapping[K, str],
    reference: Mapping[K, str],
    threshold: float = SAME_SENTENCE,
    words: int = 2,
) -> dict[K, K]:
    """For every text that is near-identical to one of `reference`: the key of that one.

    The defaults suit single sentences.
    """
    index = _Index[K](threshold, words)
    for key, text in reference.items():
        index.add(key, _shingles(text, words))
    found: dict[K, K] = {}
    for key, text in texts.items():
        shingles = _shingles(text, words)
        near = (other for other in index.candidates(shingles) if index.similar(other, shingles))
        if (first := next(near, None)) is not None:
            found[key] = first
    return found


class _Index(Generic[K]):
    """Distinct shingle sets by number, in the order in which they came."""

    def __init__(self, threshold: float, words: int) -> None:
        self._threshold = threshold
        # Looser than the threshold: a missed candidate would be a leak, a needless one only time.
        self._lsh = MinHashLSH(
            threshold=0.9 * threshold, num_perm=_PERMUTATIONS, weights=(0.2, 0.8)
        )
        self._sets: list[frozenset[bytes]] = []
        self._first_key: list[K] = []
        self._number: dict[frozenset[bytes], int] = {}
        self._number_of_key: dict[K, int] = {}
        self._sketches: dict[frozenset[bytes], MinHash] = {}

    def add(self, key: K, shingles: frozenset[bytes]) -> None:
        if not shingles or shingles in self._number:
            return
        number = len(self._sets)
        self._sets.append(shingles)
        self._first_key.append(key)
        self._number[shingles] = self._number_of_key[key] = number
        self._lsh.insert(number, self._sketch(shingles), check_duplication=False)
        self._sketches.clear()

    def candidates(self, shingles: frozenset[bytes]) -> list[K]:
        """Keys of earlier texts that may be near, the equal one alone where there is one."""
        if not shingles:
            return []
        if (same := self._number.get(shingles)) is not None:
            return [self._first_key[same]]
        numbers = cast("list[int]", self._lsh.query(self._sketch(shingles)))
        return [self._first_key[number] for number in sorted(numbers)]

    def similar(self, key: K, shingles: frozenset[bytes]) -> bool:
        other = self._sets[self._number_of_key[key]]
        common = len(shingles & other)
        return common >= self._threshold * (len(shingles) + len(other) - common)

    def _sketch(self, shingles: frozenset[bytes]) -> MinHash:
        if shingles not in self._sketches:
            sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
            sketch.update_batch(list(shingles))
            self._sketches[shingles] = sketch
        return self._sketches[shingles]


def _shingles(text: str, words: int) -> frozenset[bytes]:
    """Hashes of all runs of `words` words; of a shorter text the whole as one."""
    found = _WORD.findall(normalized(text))
    runs = range(max(1, len(found) - words + 1)) if found else ()
    return frozenset(
        hashlib.blake2b(" ".join(found[at : at + words]).encode(), digest_size=8).digest()
        for at in runs
    )


def _root(cluster: dict[K, K], key: K) -> K:
    while cluster[key] != key:
        cluster[key] = cluster[cluster[key]]
        key = cluster[key]
    return key
