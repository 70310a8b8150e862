"""What lies on the desk: the queue, the sentence in focus, what is shown of it, what is decided.

No widgets here. The window draws what the desk says and passes keys and clicks on to it. Every
decision is committed (by `services.annotating`) before the next sentence comes into focus.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from statistics import median

from PySide6.QtCore import QObject

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import (
    AnnotationState,
    SentenceId,
    Suggestion,
)
from adme_labeler.domain.sentence_text import text_hash
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.decision_bar import HIDDEN_SENTENCE, Decision
from adme_labeler.gui.hidden import blinded, why_hidden
from adme_labeler.gui.walk import REVIEW, Walk
from adme_labeler.language import tr, trn
from adme_labeler.services import (
    annotating,
    deciding,
    hunting,
    identical,
    label_versions,
    queue,
    second_look,
    shelf,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.between import EitherOf, between
from adme_labeler.services.queue import Task
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences

_PAUSE_S = 120.0
"""Gaps longer than this are breaks, not reading time."""
_FEW = 20
"""Sentences that one undo may touch and still lead to the first of them."""


class Desk(Walk):
    """One project, one curator, one sentence at a time."""

    def __init__(self, session: Session, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(session, parent)
        self._bus = bus
        self._suggestion: Suggestion | None = None
        self._between: EitherOf | None = None
        self._blind = False
        self._second = False
        self._deciding = False
        """The next sentence comes into focus in a moment: the present one is not drawn again."""
        self._last_decided: SentenceId | None = None
        self._offering = False
        """Identical sentences are offered: what happens to them is drawn as well."""
        self.hunt = hunting.Hunt(session)
        self._now_and_then = second_look.NowAndThen(session, second_look.waiting)
        self._decided_at: deque[float] = deque(maxlen=51)
        bus.changed.connect(self._changed)

    # ------------------------------------------------------------------ where we are

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
            reason = tr("{reason} · no suggestion yet", reason=reason)
        offered = None
        if shown is not None:
            offered = shown.second if self._second else shown.category
        twins = self._twins()
        self._offering = bool(twins)
        shown_now = Decision(
            probabilities=shown.probabilities if shown else (),
            offered=offered,
            second=self._second,
            between=self._between if shown else None,
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

    # ------------------------------------------------------------------ hunting

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
            if self.focus is not None:
                self.said.emit(tr("No suggestion is shown here: choose a category."))
            return
        self.choose(self._suggestion.second if self._second else self._suggestion.category)

    def keep_older(self) -> None:
        """Decide a changed sentence as the older one was decided that it replaces."""
        if self._task is not Task.DECIDE:
            self.said.emit(deciding.stays(self._task))
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
            self.said.emit(tr("Decide first; further categories can be marked afterwards."))
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
                    trn(
                        "Also decided {count:,} identical sentence; one undo takes all back",
                        "Also decided {count:,} identical sentences; one undo takes all back",
                        others,
                    )
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
        if self.searching or self.kind in REVIEW:
            return False
        sentence = self._now_and_then.next()
        if sentence is not None:
            self._focus(queue.again(sentence))
        return sentence is not None

    def _left_alone(self) -> bool:
        """Setting aside what is looked at again takes nothing away: it only goes on."""
        if self._task is Task.DECIDE:
            return False
        said = deciding.stays(self._task)
        self.next_open()
        self.said.emit(said)
        return True

    def follow(self, changes: Changes) -> None:
        """Tell what was undone or redone, and go there; of many sentences none is the place."""
        self._bus.publish(changes)
        here = len(changes.annotations) > _FEW and self.item is not None
        if changes.focus is not None and changes.focus != self.focus and not here:
            self.go_to(changes.focus)
        elif changes:
            # The same sentence keeps the suggestion that the curator is looking at.
            self.moved.emit()

    def _arrived(self) -> None:
        self._second = False
        self._suggestion = None
        self._look()

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
            self._between = between(self.session, self._suggestion)

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
        said = trn(
            "{name} for {count:,} identical sentence",
            "{name} for {count:,} identical sentences",
            number,
            name=name,
        )
        return said if found.sentence == self.focus else tr("Last one: {said}", said=said)

    def _changed(self, changes: Changes) -> None:
        if changes.labels or changes.groups:
            self.shelf = shelf.followed(self.session, self.shelf, changes)
            if self.item is None and self.shelf and not self.searching:
                self.begin()
                return
            if self.follow_sentences(changes):
                return
        elif changes.annotations:
            self.shelf = shelf.followed(self.session, self.shelf, changes)
        touched = self.focus in changes.annotations or changes.groups
        touched = touched or (self._offering and bool(changes.annotations))
        arrived = self.focus in changes.suggestions and self._suggestion is None
        if (touched or arrived) and not self._deciding:
            self._look()
            self.moved.emit()
