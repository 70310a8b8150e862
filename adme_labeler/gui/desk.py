"""What lies on the desk: the queue, the sentence in focus, what is shown of it, what is decided.

No widgets here. The window draws what the desk says and passes keys and clicks on to it. Every
decision is committed (by `services.annotating`) before the next sentence comes into focus.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from PySide6.QtCore import QObject, Signal

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import (
    AnnotationState,
    Arm,
    DrugLabel,
    LabelId,
    SentenceId,
    Suggestion,
)
from adme_labeler.domain.sentence_text import text_hash
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.decision_bar import HIDDEN_SENTENCE, Decision
from adme_labeler.gui.hidden import blinded, why_hidden
from adme_labeler.services import (
    annotating,
    deciding,
    finding,
    hunting,
    identical,
    label_versions,
    queue,
    second_look,
    shelf,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.finding import Found
from adme_labeler.services.listed import Listed, ids_of, place_of
from adme_labeler.services.queue import QueueItem, QueueKind, Task
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences

_PAUSE_S = 120.0
"""Gaps longer than this are breaks, not reading time."""
_LOOKED_AT = 200
"""Sentences asked about at once for the next one that waits."""
_ALL_DECIDED = "Every sentence is decided, skipped or marked unsure."
_CHOOSE = "Choose a sentence of the list; Enter takes the first."
_SHRINKING = (QueueKind.UNCERTAIN, QueueKind.RAREST)
"""Queues that are drawn anew when they are used up."""
_REVIEW = (
    QueueKind.FLAGGED,
    QueueKind.UNSURE,
    QueueKind.SKIPPED,
    QueueKind.IDENTICAL,
    QueueKind.SECOND_LOOK,
    QueueKind.WRONG,
    QueueKind.CONFLICTS,
)
"""Queues whose sentences stay in them, decided or not."""


class Desk(QObject):
    """One project, one curator, one sentence at a time."""

    moved = Signal()
    """Another sentence, drug label or queue, or another view of the same sentence."""
    said = Signal(str)
    """A sentence for the curator, for example why nothing comes next."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
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
        self._as_drawn: Sequence[QueueItem] = ()
        self.found: Found | None = None
        """What is searched for now."""
        self.hide_suggestions = False
        self.shelf: dict[LabelId, DrugLabel] = {}
        """Drug labels by title, with their progress."""
        self._bus = bus
        self._position = -1
        self._draw = 0
        self._suggestion: Suggestion | None = None
        self._blind = False
        self._second = False
        self._before_search: SentenceId | None = None
        self._began: SentenceId | None = None
        self._deciding = False
        """The next sentence comes into focus in a moment: the present one is not drawn again."""
        self._last_decided: SentenceId | None = None
        self._offering = False
        """Identical sentences are offered: what happens to them is drawn as well."""
        self.hunt = hunting.Hunt(session)
        self._now_and_then = second_look.NowAndThen(session, second_look.waiting)
        self._decided_at: deque[float] = deque(maxlen=51)
        self.shelf = shelf.read(session)
        bus.changed.connect(self._changed)

    # ------------------------------------------------------------------ where we are

    @property
    def focus(self) -> SentenceId | None:
        return None if self.item is None else self.item.sentence

    @property
    def masked(self) -> SentenceId | None:
        """The sentence whose decision must not be seen, because it is being made again."""
        return self.focus if self._task is Task.LOOK_AGAIN else None

    @property
    def _task(self) -> Task:
        return Task.DECIDE if self.item is None else self.item.task

    @property
    def suggestion_shown(self) -> bool:
        return self._suggestion is not None and not self._blind

    @property
    def in_order(self) -> bool:
        """Whether drug labels are read one after the other, as they are written."""
        return self.kind is QueueKind.DOCUMENT and not self.searching and not self.arranged

    def ids(self) -> Sequence[SentenceId]:
        return ids_of(self.items)

    def pace(self) -> float | None:
        """Median seconds per sentence of the last fifty decisions; None before there are five."""
        gaps = [later - earlier for earlier, later in pairwise(self._decided_at)]
        reading = [gap for gap in gaps if gap < _PAUSE_S]
        return median(reading) if len(reading) >= 5 else None

    def decision(self) -> Decision | None:
        """What the decision bar shows now; None where no sentence is in focus."""
        if self.item is None:
            return None
        own = annotating.annotation(self.session, self.item.sentence)
        shown = self._suggestion if self.suggestion_shown else None
        hidden = ""
        if self._blind:
            hidden = why_hidden(self.session, self.item, HIDDEN_SENTENCE * self.hide_suggestions)
        reason = self.item.reason
        if self._suggestion is None and not hidden:
            reason += " · no suggestion yet"
        offered = None
        if shown is not None:
            offered = shown.second if self._second else shown.category
        twins = self._twins()
        self._offering = bool(twins)
        shown_now = Decision(
            probabilities=shown.probabilities if shown else (),
            offered=offered,
            second=self._second,
            hidden=hidden,
            reason=reason,
            elsewhere=0 if twins else self._elsewhere(),
            older=label_versions.older_of(self.session, self.item.sentence),
            twins=twins,
            decided=own.category if own else None,
            also=own.also if own else (),
            state=own.state if own else AnnotationState.OPEN,
            flagged=own.flagged if own else False,
            note=own.note if own else "",
        )
        return blinded(shown_now) if self._task is Task.LOOK_AGAIN else shown_now

    # ------------------------------------------------------------------ going somewhere

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
        items = Listed(found.ids, Arm.SEARCH, f"found by “{written}”")
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
        self._set_queue(self.kind, items, "" if items else f"Nothing: {reason}.", searching=True)
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
            self._focus(QueueItem(sentence, Arm.DOCUMENT, None, "you chose it"))

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
            self.said.emit("That was the last one of this queue.")
            self.moved.emit()

    def rarest(self) -> None:
        """The next find of the hunt after a rare category."""
        found = self.hunt.next(exclude=self.focus)
        if found is None:
            self.said.emit(self.hunt.why_none())
        else:
            self._focus(found)

    def hunt_another(self) -> None:
        """Hunt the next category of the scheme."""
        self.said.emit(self.hunt.choose_next())

    # ------------------------------------------------------------------ deciding

    def choose(self, category: CategoryKey) -> None:
        """One key: set, confirm, next."""
        item = self.item
        if item is not None:
            self._then_next(lambda _, shown: deciding.decide(self.session, item, category, shown))

    def choose_number(self, number: int) -> None:
        """The category whose digit is `number`."""
        for category in self.session.scheme.categories:
            if category.shortcut == str(number):
                self.choose(category.key)

    def also_number(self, number: int) -> None:
        for category in self.session.scheme.categories:
            if category.shortcut == str(number):
                self.toggle_also(category.key)

    def accept(self) -> None:
        """Take what is offered; the second-ranked category after `offer_second`."""
        if self._suggestion is None or self._blind:
            return
        self.choose(self._suggestion.second if self._second else self._suggestion.category)

    def keep_older(self) -> None:
        """Decide a changed sentence as the older one was decided that it replaces."""
        if self._task is not Task.DECIDE:
            self.said.emit(deciding.STAYS[self._task])
            return
        self._then_next(lambda s, shown: label_versions.keep_older(self.session, s, shown))

    def identical_offer(self) -> identical.Offer | None:
        """Identical sentences that could be decided as this one, or as the one decided last."""
        for sentence in (self.focus, self._last_decided):
            found = None if sentence is None else identical.offer(self.session, sentence)
            if found is not None:
                return found
        return None

    def offer_second(self) -> None:
        if self.suggestion_shown:
            self._second = not self._second
            self.moved.emit()

    def skip(self) -> None:
        if not self._left_alone():
            self._then_next(lambda s, shown: annotating.skip(self.session, s, shown), counts=False)

    def unsure(self) -> None:
        if not self._left_alone():
            self._then_next(
                lambda s, shown: annotating.unsure(self.session, s, shown), counts=False
            )

    def toggle_also(self, category: CategoryKey) -> None:
        if self._task is Task.LOOK_AGAIN:
            self.said.emit("Decide first; further categories can be marked afterwards.")
        elif self.focus is not None:
            self._bus.publish(annotating.toggle_also(self.session, self.focus, category))

    def toggle_flag(self) -> None:
        if self.focus is not None:
            self._bus.publish(annotating.toggle_flag(self.session, self.focus))

    def set_note(self, note: str) -> None:
        if self.focus is not None:
            self._bus.publish(annotating.set_note(self.session, self.focus, note))

    def undo(self) -> None:
        self.follow(annotating.undo(self.session))

    def redo(self) -> None:
        self.follow(annotating.redo(self.session))

    def set_hidden(self, hidden: bool) -> None:
        self.hide_suggestions = hidden
        self._look()
        self.moved.emit()

    # ------------------------------------------------------------------ helpers

    def _then_next(self, act: Callable[[SentenceId, Shown], Changes], counts: bool = True) -> None:
        if self.item is None:
            return
        shown = Shown(
            suggestion=self._suggestion,
            blind=self._blind,
            arm=self.item.arm,
            inclusion_probability=self.item.inclusion_probability,
        )
        changes = act(self.item.sentence, shown)
        if counts:
            self._decided_at.append(time.monotonic())
            self._last_decided = self.item.sentence
            if len(changes.annotations) > 1:
                others = len(changes.annotations) - 1
                self.said.emit(
                    f"Also decided {others:,} identical sentence{'s' if others > 1 else ''}; "
                    "one undo takes all back"
                )
        self._deciding = True
        try:
            self._bus.publish(changes)
        finally:
            self._deciding = False
        if not (counts and self._look_again()):
            self.next_open()

    def _look_again(self) -> bool:
        """Now and then one of the curator's own decisions comes between the others."""
        if self.searching or self.kind in _REVIEW:
            return False
        sentence = self._now_and_then.next()
        if sentence is not None:
            self._focus(queue.again(sentence))
        return sentence is not None

    def _left_alone(self) -> bool:
        """Setting aside what is looked at again takes nothing away: it only goes on."""
        if self._task is Task.DECIDE:
            return False
        said = deciding.STAYS[self._task]
        self.next_open()
        self.said.emit(said)
        return True

    def follow(self, changes: Changes) -> None:
        """Tell what was undone or redone, and go there."""
        self._bus.publish(changes)
        if changes.focus is not None and changes.focus != self.focus:
            self.go_to(changes.focus)
        elif changes:
            # The same sentence keeps the suggestion that the curator is looking at.
            self.moved.emit()

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
        self.said.emit(_ALL_DECIDED)
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
        if self.kind in _REVIEW or self.searching:
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

    def _focus(self, item: QueueItem | None) -> None:
        self.item = item
        self._second = False
        if item is not None:
            self.label = sentences.label_of(self.session.connection, item.sentence)
        self._suggestion = None
        self._look()
        self.moved.emit()

    def _look(self) -> None:
        """Take the suggestion of the focused sentence, unless one is on screen already."""
        if self.item is None:
            self._blind = False
            return
        sentence = self.item.sentence
        own = annotating.annotation(self.session, sentence)
        undecided = own is None or own.category is None
        self._blind = (
            self._task in (Task.LOOK_AGAIN, Task.SETTLE)
            or annotating.must_be_blind(self.session, sentence)
            or (self.hide_suggestions and undecided)
        )
        if self._suggestion is None:
            self._suggestion = annotating.suggestions_of(self.session, [sentence]).get(sentence)

    def _elsewhere(self) -> int:
        if self.item is None:
            return 0
        found = sentences.get(self.session.connection, [self.item.sentence])
        if not found:
            return 0
        same = sentences.by_text_hash(self.session.connection, text_hash(found[0].text))
        return max(0, len(same) - 1)

    def _twins(self) -> str:
        """What key and button would do for identical sentences, in a few words; or ""."""
        found = None if self.session.read_only else self.identical_offer()
        if found is None:
            return ""
        number = len(found.targets)
        name = self.session.scheme[found.category].name
        which = "" if found.sentence == self.focus else "Last one: "
        return f"{which}{name} for {number:,} identical sentence{'s' if number > 1 else ''}"

    def _shelf_after(self, label: LabelId | None) -> list[LabelId]:
        order = list(self.shelf)
        at = order.index(label) + 1 if label is not None and label in self.shelf else 0
        return order[at:] + order[:at]

    def _changed(self, changes: Changes) -> None:
        if changes.labels or changes.groups:
            self.shelf = shelf.followed(self.session, self.shelf, changes)
            if self.item is None and self.shelf and not self.searching:
                self.begin()
                return
            if self._renew(changes):
                return
        elif changes.annotations:
            self.shelf = shelf.followed(self.session, self.shelf, changes)
        touched = self.focus in changes.annotations or changes.groups
        touched = touched or (self._offering and bool(changes.annotations))
        arrived = self.focus in changes.suggestions and self._suggestion is None
        if (touched or arrived) and not self._deciding:
            self._look()
            self.moved.emit()

    def _renew(self, changes: Changes) -> bool:
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
        new = () if changes.focus is None else (replace(item, sentence=changes.focus),)
        place = place_of(self.items, focus)
        if place >= 0:
            self.items = (*self.items[:place], *new, *self.items[place + 1 :])
        self._position = min(self._position, len(self.items) - 1)
        self._focus(self.items[self._position] if self.items else None)
        return True
