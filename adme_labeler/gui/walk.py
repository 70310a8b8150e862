"""Which sentence comes into focus: queues, reading order, search, and the way through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import AnnotationState, Arm, DrugLabel, LabelId, SentenceId
from adme_labeler.language import tr
from adme_labeler.services import annotating, empty_queues, finding, queue, shelf
from adme_labeler.services.finding import Found
from adme_labeler.services.listed import NEAR, Listed, exchanged, ids_of, place_of
from adme_labeler.services.queue import QueueItem, QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences

_LOOKED_AT = 200
"""Sentences asked about at once for the next one that waits."""
_CHOOSE = tr("Choose a sentence of the list; Enter takes the first.")
_SHRINKING = (QueueKind.UNCERTAIN, QueueKind.RAREST)
"""Queues that are drawn anew when they are used up."""
REVIEW = (
    QueueKind.FLAGGED,
    QueueKind.UNSURE,
    QueueKind.SKIPPED,
    QueueKind.IDENTICAL,
    QueueKind.SECOND_LOOK,
    QueueKind.WRONG,
    QueueKind.CONFLICTS,
)
"""Queues whose sentences stay in them, decided or not."""


class Walk(QObject):
    """The way of one curator through one project; `Desk` adds what is decided on it."""

    moved = Signal()
    """Another sentence, drug label or queue, or another view of the same sentence."""
    said = Signal(str)
    """A sentence for the curator, for example why nothing comes next."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.kind = QueueKind.DOCUMENT
        self.items: Sequence[QueueItem] = ()
        self.item: QueueItem | None = None
        self.label: LabelId | None = None
        self.explanation = ""
        self.searching = False
        self.arranged = False
        """The list has put the items into another order than their queue."""
        self.found: Found | None = None
        """What is searched for now."""
        self.hide_suggestions = False
        self.shelf: dict[LabelId, DrugLabel] = shelf.read(session)
        """Drug labels by title, with their progress."""
        self._as_drawn: Sequence[QueueItem] = ()
        self._position = -1
        self._draw = 0
        self._before_search: SentenceId | None = None
        self._began: SentenceId | None = None

    @property
    def focus(self) -> SentenceId | None:
        return None if self.item is None else self.item.sentence

    @property
    def in_order(self) -> bool:
        """Whether drug labels are read one after the other, as they are written."""
        return self.kind is QueueKind.DOCUMENT and not self.searching and not self.arranged

    def ids(self) -> Sequence[SentenceId]:
        return ids_of(self.items)

    def begin(self, sentence: SentenceId | None = None) -> None:
        """Start where the curator left off, or at the first undecided sentence.

        Drugs that are not held out come first: a newcomer should see a suggestion.
        """
        if sentence is not None and sentences.get(self.session.connection, [sentence]):
            self.go_to(sentence)
            return
        undecided = [x for x in self.shelf.values() if x.decided < x.sentences]
        for label in sorted(undecided, key=lambda x: x.held_out):
            self.choose_label(label.id)
            self._began = self.focus
            return
        first = next(iter(self.shelf), None)
        if first is not None:
            self.choose_label(first)
        else:
            self._set_queue(QueueKind.DOCUMENT, ())
            self._focus(None)

    def leave_held_out(self) -> None:
        """After an import, which holds drugs out at its end: begin elsewhere, unless somebody has
        moved since the start, or nothing else is undecided."""
        here = None if self.label is None else self.shelf.get(self.label)
        if self.focus is None or self.focus != self._began or here is None or self.searching:
            return
        others = any(not x.held_out and x.decided < x.sentences for x in self.shelf.values())
        if here.held_out and others:
            self.begin()

    def choose_queue(self, kind: QueueKind) -> None:
        self._draw += 1
        if kind is QueueKind.DOCUMENT:
            self._read_in_order(self.label, self.focus)
            return
        drawn = queue.build(self.session, kind, seed=self._draw)
        self._set_queue(kind, drawn.items, drawn.explanation)
        self._focus(drawn.items[0] if drawn.items else None)

    def choose_label(self, label: LabelId) -> None:
        """Read this drug label, from its first undecided sentence."""
        self._read_in_order(label, None)

    def show_search(self, written: str) -> int:
        """Make a queue of what matches; returns how many. Raises SearchProblem.

        A sentence that does not match leaves the focus: nothing is decided that is out of sight.
        """
        found = finding.find(
            self.session, written, typing=True, hide_suggestions=self.hide_suggestions
        )
        items = Listed(found.ids, Arm.SEARCH, tr("found by “{written}”", written=written.strip()))
        if not self.searching:
            self._before_search = self.focus
        said = _CHOOSE if items else found.explanation
        self._set_queue(self.kind, items, said, searching=True)
        self.found = found
        place = items.place(self.focus)
        if place >= 0:
            self._position = place
            self.moved.emit()
        else:
            self._focus(None)
        return len(items)

    def show_ids(self, ids: Sequence[SentenceId], reason: str) -> None:
        """Make a queue of these sentences, for example those a model missed."""
        items = Listed(ids, Arm.REVIEW, reason)
        self._set_queue(
            self.kind,
            items,
            "" if items else empty_queues.nothing_of(reason),
            searching=True,
        )
        self._focus(items[0] if items else None)

    def arrange(self, ids: Sequence[SentenceId], reason: str) -> None:
        """Go through these sentences in this order, as the list is sorted; the focus stays."""
        if not self.arranged:
            self._as_drawn = self.items
        if isinstance(self._as_drawn, Listed):
            items = self._as_drawn.arranged(ids)
        else:
            known = {item.sentence: item for item in self._as_drawn}
            items = Listed(ids, Arm.SEARCH, reason, known)
        self.items, self.arranged = items, True
        self._position = items.place(self.focus)

    def as_drawn(self) -> Sequence[SentenceId]:
        """The queue before the list was sorted."""
        return ids_of(self._as_drawn if self.arranged else self.items)

    def disarrange(self) -> None:
        """Back to the order of the queue, at the sentence in focus."""
        if not self.arranged:
            return
        if self.kind is QueueKind.DOCUMENT and not self.searching:
            self._read_in_order(self.label, self.focus)
            return
        self.items, self.arranged = self._as_drawn, False
        self._position = place_of(self.items, self.focus)
        self.moved.emit()

    def end_search(self) -> None:
        """Back to the queue: to the chosen sentence, else to where the search began."""
        if not self.searching:
            return
        back = self._before_search
        if self.item is None and back is not None and self.kind is QueueKind.DOCUMENT:
            self._read_in_order(sentences.label_of(self.session.connection, back), back)
        else:
            self.choose_queue(self.kind)

    def go_to(self, sentence: SentenceId) -> None:
        """Focus a sentence, in the queue if it is there."""
        place = place_of(self.items, sentence)
        if place >= 0:
            self._position = place
            self._focus(self.items[place])
        elif self.in_order:
            self._read_in_order(sentences.label_of(self.session.connection, sentence), sentence)
        else:
            self._focus(QueueItem(sentence, Arm.DOCUMENT, None, tr("you chose it")))

    def step(self, by: int) -> None:
        """The sentence before (-1) or after (1), decided or not."""
        target = self._position + by
        if 0 <= target < len(self.items):
            self._position = target
            self._focus(self.items[target])
        elif self.in_order:
            self._neighbour(by)

    def next_open(self) -> None:
        """The next sentence that waits for a decision."""
        if self.in_order:
            self._next_in_order()
            return
        item = self._next_waiting(range(self._position + 1, len(self.items)))
        if item is None and self.kind in _SHRINKING and not self.searching:
            self.choose_queue(self.kind)
            if self.item is None:
                self.said.emit(self.explanation)
        elif item is None:
            self.said.emit(tr("That was the last one here: the Queue menu has the other queues."))
            self.moved.emit()

    def follow_sentences(self, changes: Changes) -> bool:
        """Follow sentences that were split, joined or replaced by those of a newer label."""
        focus, item = self.focus, self.item
        if focus is None or item is None or not changes.labels:
            return False
        gone = not sentences.still_current(self.session.connection, [focus])
        in_order = self.kind is QueueKind.DOCUMENT and not self.searching
        if in_order and self.label in changes.labels:
            self._read_in_order(self.label, changes.focus if gone else focus)
            return True
        if not gone:
            return False
        new = [replace(item, sentence=made) for made in changes.made]
        self.items = self._exchanged(self.items, focus, new)
        if self.arranged:
            self._as_drawn = self._exchanged(self._as_drawn, focus, new)
        place = place_of(self.items, changes.focus)
        self._position = place if place >= 0 else min(self._position, len(self.items) - 1)
        self._focus(self.items[self._position] if self.items else None)
        return True

    # ------------------------------------------------------------------ helpers

    def _exchanged(
        self, items: Sequence[QueueItem], old: SentenceId, new: Sequence[QueueItem]
    ) -> Sequence[QueueItem]:
        """The queue with what a mended boundary made in the place of `old`."""
        place = place_of(items, old)
        if place < 0:
            return items
        near = [item.sentence for item in items[max(0, place - NEAR) : place + NEAR]]
        gone = set(near) - sentences.still_current(self.session.connection, near)
        return exchanged(items, gone, place, new)

    def _read_in_order(self, label: LabelId | None, sentence: SentenceId | None) -> None:
        if label is None:
            self.begin()
            return
        drawn = queue.build(self.session, QueueKind.DOCUMENT, label)
        self._set_queue(QueueKind.DOCUMENT, drawn.items, drawn.explanation)
        self.label = label
        if sentence is not None:
            for position, item in enumerate(drawn.items):
                if item.sentence == sentence:
                    self._position = position
                    self._focus(item)
                    return
        if self._next_waiting(range(len(drawn.items))) is None:
            self._position = 0
            self._focus(drawn.items[0] if drawn.items else None)

    def _next_in_order(self) -> None:
        later = [*range(self._position + 1, len(self.items)), *range(self._position)]
        if self._next_waiting(later) is not None:
            return
        for label in self._shelf_after(self.label):
            if self.shelf[label].decided >= self.shelf[label].sentences:
                continue
            drawn = queue.build(self.session, QueueKind.DOCUMENT, label)
            if self._waiting([item.sentence for item in drawn.items]):
                self._read_in_order(label, None)
                return
        self.said.emit(empty_queues.nothing_waits(self.session))
        self.moved.emit()

    def _neighbour(self, by: int) -> None:
        """Over the edge of a drug label into the one beside it."""
        order = list(self.shelf)
        if self.label is None or self.label not in self.shelf:
            return
        place = order.index(self.label) + by
        if not 0 <= place < len(order):
            return
        drawn = queue.build(self.session, QueueKind.DOCUMENT, order[place])
        if drawn.items:
            edge = drawn.items[0 if by > 0 else -1]
            self._read_in_order(order[place], edge.sentence)

    def _next_waiting(self, positions: Iterable[int]) -> QueueItem | None:
        """Focus the first of these positions whose sentence waits for a decision."""
        places = list(positions)
        for start in range(0, len(places), _LOOKED_AT):
            some = places[start : start + _LOOKED_AT]
            waiting = self._waiting([self.items[p].sentence for p in some])
            for place in some:
                if self.items[place].sentence in waiting:
                    self._position = place
                    self._focus(self.items[place])
                    return self.items[place]
        return None

    def _waiting(self, ids: Sequence[SentenceId]) -> set[SentenceId]:
        """Those without a category that the curator did not set aside."""
        if self.kind in REVIEW or self.searching:
            return set(ids)
        decided = annotations.resolutions(self.session.connection, ids)
        own = annotating.annotations_of(self.session, ids)
        aside = (AnnotationState.SKIPPED, AnnotationState.UNSURE)
        return {i for i in ids if i not in decided and not (i in own and own[i].state in aside)}

    def _set_queue(
        self,
        kind: QueueKind,
        items: Sequence[QueueItem],
        explanation: str = "",
        searching: bool = False,
    ) -> None:
        self.kind, self.items, self.explanation = kind, items, explanation
        self.searching, self.arranged, self.found = searching, False, None
        self._position = 0 if items else -1

    def _shelf_after(self, label: LabelId | None) -> list[LabelId]:
        order = list(self.shelf)
        at = order.index(label) + 1 if label is not None and label in self.shelf else 0
        return order[at:] + order[:at]

    def _focus(self, item: QueueItem | None) -> None:
        self.item = item
        if item is not None:
            self.label = sentences.label_of(self.session.connection, item.sentence)
        self._arrived()
        self.moved.emit()

    def _arrived(self) -> None:
        """Another sentence is in focus, or none; `Desk` looks at what is shown of it."""
