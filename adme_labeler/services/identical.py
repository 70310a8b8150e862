"""The same sentence in several drug labels: decided once, taken over elsewhere with consent.

What is taken over is marked `bulk` with the arm `identical`: it trains, but measures nothing until
somebody reads it in its place. Held-out drugs are never filled; they are decided blind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import (
    READ_BY_A_PERSON,
    Annotation,
    AnnotationState,
    Arm,
    OperationId,
    SentenceId,
)
from adme_labeler.domain.slices import at_once
from adme_labeler.language import tr, trn
from adme_labeler.services import annotating
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, identical, log, sentences, settings
from adme_labeler.storage.identical import SameText, Twin

ALWAYS = "identical_always"
"""Project setting: take every decision over to identical sentences without asking."""


@dataclass(frozen=True)
class Offer:
    """What one decision could be taken over to. `held_out` sentences are left to be decided."""

    sentence: SentenceId
    category: CategoryKey
    also: tuple[CategoryKey, ...]
    targets: tuple[Twin, ...]
    held_out: int

    @property
    def labels(self) -> int:
        return len({twin.label for twin in self.targets})


@dataclass(frozen=True)
class Survey:
    """The whole project: `agreed` texts can be taken over, `differing` must be read."""

    agreed: tuple[SameText, ...]
    differing: tuple[SameText, ...]
    conflicts: int
    """Decided sentences that another place decided differently."""

    @property
    def sentences(self) -> int:
        return sum(len(text.open) for text in self.agreed)

    @property
    def held_out(self) -> int:
        return sum(text.held_out for text in (*self.agreed, *self.differing))


def always(session: Session) -> bool:
    return session.setting(ALWAYS, False) is True


def offer(session: Session, sentence: SentenceId) -> Offer | None:
    """Where this curator's decision could be taken over; None without a decision or a place.

    Only a decision that was read is offered. Sentences filled earlier from the same text follow
    when the decision changes.
    """
    own = annotating.annotation(session, sentence)
    if own is None or own.category is None or own.state not in READ_BY_A_PERSON:
        return None
    twins = identical.twins(session.connection, sentence, session.curator)
    wanted = [t for t in twins if t.open or (t.filled and t.category != own.category)]
    targets = tuple(t for t in wanted if not t.held_out)
    if not targets:
        return None
    return Offer(sentence, own.category, own.also, targets, len(wanted) - len(targets))


def why_none(session: Session, sentence: SentenceId | None) -> str:
    """Why there is no `offer` for the sentence in focus."""
    own = None if sentence is None else annotating.annotation(session, sentence)
    undecided = own is None or own.category is None or own.state not in READ_BY_A_PERSON
    if sentence is not None and undecided:
        others = identical.twins(session.connection, sentence, session.curator)
        if any(twin.open for twin in others):
            return tr("Decide this sentence first: then identical ones can follow with one key.")
    return tr("No other drug label has this sentence undecided.")


def decide(session: Session, sentence: SentenceId, category: CategoryKey, shown: Shown) -> Changes:
    """As `annotating.decide`, and at once for identical sentences where the project says so."""
    if not always(session):
        return annotating.decide(session, sentence, category, shown)
    return decide_as(session, annotating.decided(session, sentence, category, shown))


def decide_as(session: Session, own: Annotation) -> Changes:
    """Write a ready-made decision, with identical sentences where the project says so."""
    assert own.category is not None
    copies = _copies(session, own) if always(session) else []
    summary = session.scheme[own.category].name
    summary += f", also for {_count(len(copies))}" if copies else f": {_excerpt(session, own)}"
    return annotating.write(session, "decide", summary, [own, *copies])


def apply(session: Session, sentence: SentenceId, *, ask: bool = True) -> Changes:
    """Take one decision over to every open identical sentence; one undo step.

    `ask` false also sets the project to do so from now on without asking.
    Raises Problem where there is nothing to take over.
    """
    found = offer(session, sentence)
    if found is None:
        raise Problem(tr("No other drug label has this sentence undecided."))
    own = annotating.annotation(session, sentence)
    assert own is not None
    summary = f"{session.scheme[found.category].name} for {_count(len(found.targets))}"
    return _write(session, summary, _copies(session, own), ask)


def survey(session: Session) -> Survey:
    """Every text that is decided somewhere and waits elsewhere, and what contradicts itself."""
    found = [t for t in identical.waiting(session.connection, session.curator) if t.read]
    agreed = tuple(t for t in found if len(t.categories) == 1 and "" not in t.categories)
    differing = tuple(t for t in found if len(t.categories) > 1)
    return Survey(agreed, differing, len(identical.differing(session.connection)))


def apply_everywhere(
    session: Session, texts: Sequence[SameText], *, ask: bool | None = None
) -> Changes:
    """Give the open sentences of these agreed texts their category; one undo step.

    `ask` sets whether single decisions ask before they are taken over; None leaves that alone.
    """
    return at_once(applying_everywhere(session, texts, ask=ask))


def applying_everywhere(
    session: Session, texts: Sequence[SameText], *, ask: bool | None = None
) -> Generator[None, None, Changes]:
    """`apply_everywhere` in slices, in one transaction: yields between them."""
    written: list[Annotation] = []
    for text in texts:
        (category,) = text.categories
        written += _filled(session, text.open, category, _common_also(session, text))
        yield
    summary = f"One category for {_count(len(written))}"
    return (yield from _writing(session, summary, written, ask))


def differing(session: Session) -> list[tuple[SentenceId, str]]:
    """Decided sentences that another place decided differently, each with a line that says how."""
    found = identical.differing(session.connection)
    held = annotations.resolutions(session.connection, [sentence for sentence, _ in found])
    votes: dict[str, Counter[CategoryKey]] = {}
    for sentence, text in found:
        category = held[sentence].category
        if category is not None:
            votes.setdefault(text, Counter())[category] += 1
    said = {
        text: tr(
            "the same sentence is {places}",
            places=tr(" and ").join(
                trn(
                    "{category} in {count:,} place",
                    "{category} in {count:,} places",
                    number,
                    category=session.scheme[key].name,
                )
                for key, number in counted.most_common()
            ),
        )
        for text, counted in votes.items()
    }
    return [(sentence, said[text]) for sentence, text in found]


def _copies(session: Session, own: Annotation) -> list[Annotation]:
    if own.category is None:
        return []
    twins = identical.twins(session.connection, own.sentence, session.curator)
    targets = [
        t.sentence
        for t in twins
        if not t.held_out and (t.open or (t.filled and t.category != own.category))
    ]
    return _filled(session, targets, own.category, own.also)


def _filled(
    session: Session,
    targets: Sequence[SentenceId],
    category: CategoryKey,
    also: Sequence[CategoryKey],
) -> list[Annotation]:
    mine = annotations.of_curator(session.connection, session.curator, targets)
    blank = Annotation(
        SentenceId(0),
        session.curator,
        AnnotationState.BULK,
        provenance=annotating.provenance_of(session, Shown(arm=Arm.IDENTICAL)),
    )
    now = session.project.now()
    return [
        replace(
            mine.get(target, replace(blank, sentence=target)),
            state=AnnotationState.BULK,
            category=category,
            also=tuple(also),
            provenance=blank.provenance,
            at=now,
        )
        for target in targets
    ]


def _common_also(session: Session, text: SameText) -> tuple[CategoryKey, ...]:
    """Further categories that every decided sentence of this text has."""
    rows = session.connection.execute(
        "SELECT r.also FROM resolution r JOIN sentence s ON s.id = r.sentence "
        "WHERE s.text_hash = ? AND s.current = 1 AND r.read = 1",
        (text.text_hash,),
    )
    each = [str(row["also"]).split("+") for row in rows]
    return tuple(key for key in session.scheme.keys if all(key in also for also in each))


def _write(
    session: Session, summary: str, written: Sequence[Annotation], ask: bool | None
) -> Changes:
    return at_once(_writing(session, summary, written, ask))


def _writing(
    session: Session, summary: str, written: Sequence[Annotation], ask: bool | None
) -> Generator[None, None, Changes]:
    with session.project.operation("identical", summary, session.curator) as draft:
        yield from annotations.writing(session.connection, draft, written)
        if ask is not None and (not ask) != always(session):
            settings.put(session.connection, draft, ALWAYS, not ask)
        if draft.changes:
            yield from log.appending(session.connection, draft)
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(
        operation=OperationId(draft.id),
        annotations=frozenset(a.sentence for a in written),
        settings=any(change.kind == "setting" for change in draft.changes),
    )


def _excerpt(session: Session, own: Annotation) -> str:
    found = sentences.get(session.connection, [own.sentence])
    return found[0].text[:60] if found else ""


def _count(number: int) -> str:
    return f"{number:,} identical sentence{'' if number == 1 else 's'}"
