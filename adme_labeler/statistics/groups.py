"""Drug groups: which drug labels belong together, and which groups are held out. Plain Python."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

HELD_OUT_SHARE = 0.2
FEWEST_GROUPS_TO_HOLD_OUT = 5
DOMINANT_SHARE = 1 / 3
"""A drug group with more than this share of the sentences is reported."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class GroupCandidate:
    """A drug group as the choice of held-out groups sees it.

    `key` is stable across imports and computers (not a row number). `eligible`: no sentence of
    it has been decided with its suggestion on screen, and no model has trained on it.
    """

    key: str
    held_out: bool = False
    eligible: bool = True


def stable_order(keys: Iterable[str]) -> list[str]:
    """Keys in the order of their sha256: the same everywhere, unrelated to their meaning."""
    return sorted(keys, key=lambda key: (hashlib.sha256(key.encode()).digest(), key))


def held_out_wanted(groups: int, share: float = HELD_OUT_SHARE) -> int:
    """How many of `groups` to hold out: none below five, then at least two."""
    if groups < FEWEST_GROUPS_TO_HOLD_OUT or share <= 0:
        return 0
    return min(groups, max(2, int(share * groups + 0.5)))


def choose_held_out(
    groups: Sequence[GroupCandidate], share: float = HELD_OUT_SHARE
) -> frozenset[str]:
    """Keys of all groups to hold out: those that are already, and as many more as are wanted.

    Never takes a group back. Where too few groups are eligible, fewer are held out.
    """
    held_out = {group.key for group in groups if group.held_out}
    deficit = held_out_wanted(len({group.key for group in groups}), share) - len(held_out)
    free = [g.key for g in groups if g.eligible and g.key not in held_out]
    return frozenset(held_out.union(stable_order(set(free))[: max(0, deficit)]))


def merge_groups(
    ingredients: Mapping[K, Iterable[str]], near_duplicate_pairs: Iterable[tuple[K, K]] = ()
) -> list[set[K]]:
    """Drug groups: drug labels linked by a shared active ingredient or by near-identical text.

    A combination product joins the groups of all its ingredients. A label without ingredients
    stands alone unless its text links it. Groups come in the order of their first label.
    """
    parent: dict[K, K] = {label: label for label in ingredients}
    first_with: dict[str, K] = {}
    for label, names in ingredients.items():
        for name in names:
            if wanted := " ".join(name.split()).casefold():
                _join(parent, first_with.setdefault(wanted, label), label)
    for one, other in near_duplicate_pairs:
        _join(parent, one, other)
    groups: dict[K, set[K]] = {}
    for label in ingredients:
        groups.setdefault(_root(parent, label), set()).add(label)
    return list(groups.values())


def largest_group_share(sentences_per_group: Iterable[int]) -> float:
    """Share of all sentences that the largest group holds; 0 without sentences.

    Above `DOMINANT_SHARE` the curator is told: held-out figures then rest on few drugs.
    """
    sizes = list(sentences_per_group)
    total = sum(sizes)
    return max(sizes) / total if total else 0.0


def _root(parent: dict[K, K], label: K) -> K:
    while parent[label] != label:
        parent[label] = parent[parent[label]]
        label = parent[label]
    return label


def _join(parent: dict[K, K], one: K, other: K) -> None:
    parent[_root(parent, other)] = _root(parent, one)
