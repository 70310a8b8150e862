"""A second look at one's own decisions: some come back by chance, others because they look wrong.

By chance: a small share of what a curator decided at least three days ago comes back blind, without
the suggestion and without the first decision. What they say then is kept also when it is the same,
so that it can be told how far a curator agrees with themselves. The annotation keeps how it came
about the first time; only a different category replaces the first one, as any correction does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import (
    Annotation,
    AnnotationState,
    OperationId,
    SentenceId,
)
from adme_labeler.language import mark
from adme_labeler.services import annotating, blindness, guideline, identical, project_settings
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, second_looks, sentences
from adme_labeler.storage.second_looks import SecondLook, Why

AFTER = timedelta(days=3)
"""A decision that is younger is remembered rather than made again."""
REASON = mark("a second look at one of your own decisions")


def waiting(session: Session) -> list[SentenceId]:
    """This curator's decisions that are old enough, were drawn, and were not looked at again."""
    below = blindness.prefix_of(project_settings.read(session).second_look_share)
    if not below:
        return []
    # The other end of the uid: what is decided blind at first is no likelier to come back.
    return second_looks.candidates(session.connection, session.curator, _until(session), below)


def decide(session: Session, sentence: SentenceId, category: CategoryKey, shown: Shown) -> Changes:
    """Decide again, blind. Recorded also when it is the same category; one undo step."""
    own = annotating.annotation(session, sentence)
    if own is None or own.category is None:
        return identical.decide(session, sentence, category, shown)
    written = [] if own.category == category else [_corrected(session, own, category)]
    return _look(session, sentence, Why.CHANCE, (own.category, own.at), category, written)


def review(session: Session, sentence: SentenceId, category: CategoryKey, shown: Shown) -> Changes:
    """Decide on an annotation that looks wrong: the same category confirms it; one undo step."""
    held = annotations.resolutions(session.connection, [sentence]).get(sentence)
    if held is None or held.category is None:
        return identical.decide(session, sentence, category, shown)
    own = annotating.annotation(session, sentence)
    first_at = own.at if own is not None else ""
    written = [annotating.decided(session, sentence, category, shown)]
    if own is not None and replace(written[0], at=own.at) == own:
        written = []
    return _look(session, sentence, Why.LOOKS_WRONG, (held.category, first_at), category, written)


class NowAndThen:
    """Brings one decision back after every so many, so that second looks are rare and spread."""

    def __init__(
        self, session: Session, list_waiting: Callable[[Session], list[SentenceId]]
    ) -> None:
        self._session = session
        self._list = list_waiting
        self._since = 0
        self._waiting: deque[SentenceId] | None = None

    def next(self) -> SentenceId | None:
        """To be asked after each decision: the sentence to bring back now, or None."""
        self._since += 1
        share = project_settings.read(self._session).second_look_share
        if not share or self._since < round(1 / share):
            return None
        self._since = 0
        if not self._waiting:
            self._waiting = deque(self._list(self._session))
        while self._waiting:
            sentence = self._waiting.popleft()
            if self._still(sentence):
                return sentence
        return None

    def _still(self, sentence: SentenceId) -> bool:
        own = annotating.annotation(self._session, sentence)
        current = sentences.still_current(self._session.connection, [sentence])
        return own is not None and own.category is not None and bool(current)


def _look(
    session: Session,
    sentence: SentenceId,
    why: Why,
    first: tuple[CategoryKey, str],
    category: CategoryKey,
    written: Sequence[Annotation],
) -> Changes:
    connection = session.connection
    before = second_looks.get(connection, sentence, session.curator, why)
    if before is not None and why is Why.CHANCE:
        first = before.first, before.first_at  # the same second look, made up one's mind
    look = SecondLook(sentence, session.curator, why, *first, category, session.project.now())
    name = session.scheme[category].name
    verb = "Confirm" if first[0] == category else "Change"
    found = sentences.get(connection, [sentence])
    excerpt = found[0].text[:60] if found else ""
    with session.project.operation(
        "second-look", f"{verb} on a second look: {name}: {excerpt}", session.curator
    ) as draft:
        annotations.write(connection, draft, written)
        second_looks.write(connection, draft, look)
    if not draft.changes:  # twice within one tick of the clock
        return Changes()
    session.note_undoable(draft.id)
    return Changes(operation=OperationId(draft.id), annotations=frozenset({sentence}))


def _corrected(session: Session, own: Annotation, category: CategoryKey) -> Annotation:
    """Another category with the provenance of the first decision: how the sentence came up and
    what was on screen then has not changed."""
    seen = own.provenance
    if seen.blind or seen.suggested is None:
        state = AnnotationState.DECIDED
    elif seen.suggested == category:
        state = AnnotationState.ACCEPTED
    else:
        state = AnnotationState.CORRECTED
    return replace(
        own,
        state=state,
        category=category,
        also=tuple(key for key in own.also if key != category),
        provenance=replace(seen, guideline_version=guideline.version(session)),
        at=session.project.now(),
    )


def _until(session: Session) -> str:
    """The project's time three days ago, written as the log writes times."""
    now = datetime.fromisoformat(session.project.now())
    return (now - AFTER).isoformat(timespec="milliseconds").replace("+00:00", "Z")
