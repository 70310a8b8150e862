"""What became of sentences between two versions of a text: which replaces which, word by word."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from adme_labeler.domain.sentence_text import normalized

SAME_SENTENCE = 0.5
"""From this weighted share of common words on, a new sentence counts as an older one changed."""

_WORD = re.compile(r"\w+(?:[.,]\d+)*|[^\w\s]")
_PIECE = re.compile(r"\s*(?:\w+(?:[.,'’\-]\w+)*|[^\w\s])")
_CANDIDATES = 8


@dataclass(frozen=True)
class Piece:
    """A run of a sentence's text; `changed`: it does not stand in the other sentence."""

    text: str
    changed: bool


def pair_changed(gone: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """(place in `gone`, place in `new`) of sentences of which one is the other one changed.

    Similarity is the share of common words, rare words counting more (Dice coefficient with
    inverse document frequency over both lists, 0 to 1). Each sentence is used once, best pairs
    first. Only pairs that share a word which is not everywhere are compared.
    """
    old_words = [Counter(_WORD.findall(normalized(text))) for text in gone]
    new_words = [Counter(_WORD.findall(normalized(text))) for text in new]
    frequency = Counter(word for words in (*old_words, *new_words) for word in words)
    number = len(gone) + len(new)
    weight = {word: math.log(1 + number / count) for word, count in frequency.items()}
    most = max(24, number // 5)
    index: dict[str, list[int]] = {}
    for place, words in enumerate(old_words):
        for word in words:
            if frequency[word] <= most:
                index.setdefault(word, []).append(place)
    found: list[tuple[float, int, int, int]] = []
    for there, words in enumerate(new_words):
        hits: Counter[int] = Counter()
        for word in words:
            for here in index.get(word, ()):
                hits[here] += 1
        for here, _ in hits.most_common(_CANDIDATES):
            likeness = _dice(old_words[here], words, weight)
            if likeness >= SAME_SENTENCE:
                found.append((-likeness, abs(here - there), here, there))
    pairs: list[tuple[int, int]] = []
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for _, _, here, there in sorted(found):
        if here not in taken_old and there not in taken_new:
            taken_old.add(here)
            taken_new.add(there)
            pairs.append((here, there))
    return sorted(pairs, key=lambda pair: pair[1])


def changed_words(older: str, newer: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both sentences cut where they differ; joined again, the pieces give each text."""
    old, new = _PIECE.findall(older), _PIECE.findall(newer)
    matcher = SequenceMatcher(
        None, [word.strip() for word in old], [word.strip() for word in new], autojunk=False
    )
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        for side, words in ((left, old[i1:i2]), (right, new[j1:j2])):
            if words:
                side.append(Piece("".join(words), tag != "equal"))
    return tuple(left), tuple(right)


def _dice(one: Counter[str], other: Counter[str], weight: dict[str, float]) -> float:
    def total(words: Counter[str]) -> float:
        return sum(weight[word] * count for word, count in words.items())

    whole = total(one) + total(other)
    return 2 * total(one & other) / whole if whole else 0.0
