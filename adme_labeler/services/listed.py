"""A queue of very many sentences: ids, and items made only when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import overload

from adme_labeler.domain.records import Arm, SentenceId
from adme_labeler.services.queue import QueueItem

NEAR = 20
"""Parts of one sentence stand no further apart than this in a queue that has them all."""


class Listed(Sequence[QueueItem]):
    """Sentences with one arm and one reason; those in `known` keep the item they had."""

    def __init__(
        self,
        ids: Sequence[SentenceId],
        arm: Arm,
        reason: str,
        known: Mapping[SentenceId, QueueItem] | None = None,
    ) -> None:
        self.ids = ids
        self._arm = arm
        self._reason = reason
        self._known = known or {}

    def place(self, sentence: SentenceId | None) -> int:
        """Where the sentence stands; -1 where it is not among them."""
        if sentence is None:
            return -1
        try:
            # Asked once a decision: looking through a list is cheaper than keeping a table of it.
            return self.ids.index(sentence)
        except ValueError:
            return -1

    def arranged(
        self, ids: Sequence[SentenceId], known: Mapping[SentenceId, QueueItem] | None = None
    ) -> Listed:
        """The same items in another order, and those that are `known` besides."""
        both = {**self._known, **known} if known else self._known
        return Listed(ids, self._arm, self._reason, both)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> QueueItem: ...
    @overload
    def __getitem__(self, index: slice) -> Listed: ...
    def __getitem__(self, index: int | slice) -> QueueItem | Listed:
        if isinstance(index, slice):
            return self.arranged(self.ids[index])
        ident = self.ids[index]
        return self._known.get(ident) or QueueItem(ident, self._arm, None, self._reason)


def place_of(items: Sequence[QueueItem], sentence: SentenceId | None) -> int:
    """Where a sentence stands in a queue of any kind; -1 where it does not."""
    if isinstance(items, Listed):
        return items.place(sentence)
    return next((place for place, item in enumerate(items) if item.sentence == sentence), -1)


def exchanged(
    items: Sequence[QueueItem], gone: Set[SentenceId], place: int, new: Sequence[QueueItem]
) -> Sequence[QueueItem]:
    """The queue without what is `gone` around `place`, where `new` ones come in its stead."""
    before = [i for i in items[max(0, place - NEAR) : place] if i.sentence not in gone]
    after = [i for i in items[place : place + NEAR] if i.sentence not in gone]
    around = [*before, *new, *after]
    first, last = items[: max(0, place - NEAR)], items[place + NEAR :]
    if isinstance(items, Listed):
        known = {item.sentence: item for item in around}
        ids = [*ids_of(first), *(item.sentence for item in around), *ids_of(last)]
        return items.arranged(ids, known)
    return (*first, *around, *last)


def ids_of(items: Sequence[QueueItem]) -> Sequence[SentenceId]:
    """The sentences of a queue of any kind, the same object each time where it is long."""
    return items.ids if isinstance(items, Listed) else [item.sentence for item in items]
