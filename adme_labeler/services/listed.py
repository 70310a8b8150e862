"""A queue of very many sentences: ids, and items made only when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

from adme_labeler.domain.records import Arm, SentenceId
from adme_labeler.services.queue import QueueItem


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

    def arranged(self, ids: Sequence[SentenceId]) -> Listed:
        """The same items in another order."""
        return Listed(ids, self._arm, self._reason, self._known)

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


def ids_of(items: Sequence[QueueItem]) -> Sequence[SentenceId]:
    """The sentences of a queue of any kind, the same object each time where it is long."""
    return items.ids if isinstance(items, Listed) else [item.sentence for item in items]
