"""Which sentence comes next, and why."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import Arm, LabelId, SentenceId
from adme_labeler.language import tr
from adme_labeler.services import (
    audit,
    blindness,
    conflicts,
    empty_queues,
    identical,
    label_versions,
    project_settings,
    second_look,
    suspects,
    table_facts,
)
from adme_labeler.services.session import Session
from adme_labeler.storage import left_over, sentences, table_rows
from adme_labeler.storage.sentences import OpenSentence

BATCH = 100
"""How many sentences a model-driven queue holds before it is drawn again."""
PER_DRUG_LABEL = 2
"""At most this many of one drug label in a row of ten (METHOD, section 5)."""


class QueueKind(StrEnum):
    """Queues a curator can choose."""

    DOCUMENT = "document"
    UNCERTAIN = "uncertain"
    RAREST = "rarest"
    AUDIT = "audit"
    FLAGGED = "flagged"
    UNSURE = "unsure"
    SKIPPED = "skipped"
    CHANGED = "changed"
    """Sentences that a new version of their drug label brought."""
    TABLES = "tables"
    """Rows of tables that state an ADME fact."""
    IDENTICAL = "identical"
    """The same sentence, decided differently in several places."""
    SECOND_LOOK = "second-look"
    """Own decisions that were drawn by chance, to be made again blind."""
    WRONG = "wrong"
    """Annotations that the model or near-identical sentences contradict."""
    CONFLICTS = "conflicts"
    """Sentences that curators decided differently."""


class Task(StrEnum):
    """What a deciding key does to a sentence of a queue."""

    DECIDE = "decide"
    LOOK_AGAIN = "look again"
    """Decide once more, blind: neither the suggestion nor one's own first decision is shown."""
    REVIEW = "review"
    """Confirm or correct an annotation that looks wrong."""
    SETTLE = "settle"
    """Decide between curators."""


@dataclass(frozen=True)
class QueueItem:
    """`inclusion_probability` is None where the arm draws by rank, not by chance."""

    sentence: SentenceId
    arm: Arm
    inclusion_probability: float | None
    reason: str
    task: Task = Task.DECIDE


@dataclass(frozen=True)
class Queue:
    """Items in order; `explanation` says why it is empty when it is."""

    kind: QueueKind
    items: tuple[QueueItem, ...]
    explanation: str = ""


def build(session: Session, kind: QueueKind, label: LabelId | None = None, seed: int = 0) -> Queue:
    """The queue as of now. Document order holds every sentence; the others hold open ones.

    `seed` makes the random quarter of the uncertain queue reproducible.
    """
    built = _BUILDERS[kind](session, label, seed)
    if not built.items and not left_over.has_sentences(session.connection):
        return replace(built, explanation=empty_queues.no_sentences())
    return built


def rarest_category(session: Session) -> CategoryKey:
    """Category other than the rest with the fewest sentences that a person read.

    One that was just added, of which headings and patterns know nothing, can be hunted for only
    once somebody has decided it or the model suggests it.
    """
    counted = Counter(
        dict.fromkeys(session.scheme.substantive, 0)
        | {
            row["category"]: row["n"]
            for row in session.connection.execute(
                "SELECT category, count(*) AS n FROM resolution "
                "WHERE category IS NOT NULL AND category <> ? GROUP BY category",
                (session.scheme.rest,),
            )
        }
    )
    order = session.scheme.substantive
    met = [k for k in order if k in ADME.keys or counted[k] or _is_suggested(session, k)]
    return min(met or order, key=lambda key: (counted[key], order.index(key)))


def _is_suggested(session: Session, category: CategoryKey) -> bool:
    found = session.connection.execute(
        "SELECT 1 FROM suggestion WHERE category = ? LIMIT 1", (category,)
    )
    return found.fetchone() is not None


def likely(session: Session, category: CategoryKey) -> list[OpenSentence]:
    """Undecided sentences that the model suggests as `category`, likeliest first, without those
    whose suggestion must stay hidden."""
    pool = sentences.open_sentences(
        session.connection,
        session.curator,
        order="probability",
        category=category,
        held_out=False,
        limit=5 * BATCH,
    )
    unseen = blindness.among(session, [s.id for s in pool])
    return [s for s in pool if s.id not in unseen]


def again(sentence: SentenceId) -> QueueItem:
    """One of the curator's own decisions, to be made again."""
    return QueueItem(sentence, Arm.REVIEW, None, tr(second_look.REASON), Task.LOOK_AGAIN)


def _document(session: Session, label: LabelId | None, seed: int) -> Queue:
    ids = sentences.in_document_order(session.connection, label)
    reason = tr("document order")
    items = tuple(QueueItem(i, Arm.DOCUMENT, None, reason) for i in ids)
    return Queue(QueueKind.DOCUMENT, items, "" if items else empty_queues.no_sentences())


def _uncertain(session: Session, label: LabelId | None, seed: int) -> Queue:
    """Three quarters least certain (prior-balanced margin), one quarter drawn at random, unless
    the project says otherwise.

    Held-out drug groups come in by the random quarter only: a model must not choose what it is
    measured on.
    """
    connection, curator = session.connection, session.curator
    pool = sentences.open_sentences(
        connection, curator, order="margin", held_out=False, limit=5 * BATCH
    )
    chosen = round(BATCH * (1 - project_settings.read(session).random_share))
    margin = list(_spread((s for s in pool if s.margin <= 1), chosen))
    taken = {s.id for s in margin}
    rest = [i for i in sentences.open_ids(connection, curator) if i not in taken]
    wanted = BATCH - len(margin)
    drawn = random.Random(seed).sample(rest, min(wanted, len(rest)))
    share = len(drawn) / len(rest) if rest else None
    doubt = tr("the model is least certain")
    least = [QueueItem(s.id, Arm.UNCERTAIN, None, doubt) for s in margin]
    honest = tr("drawn at random, keeps the measurement honest")
    chance = [QueueItem(i, Arm.RANDOM, share, honest) for i in drawn]
    items = tuple(_interleave(least, chance))
    return Queue(QueueKind.UNCERTAIN, items, "" if items else empty_queues.nothing_waits(session))


def _rarest(session: Session, label: LabelId | None, seed: int) -> Queue:
    rare = rarest_category(session)
    name = session.scheme[rare].name
    # That a sentence comes up here tells its suggestion: those that are decided blind do not.
    pool = likely(session, rare)
    reason = tr("likely {category}, the rarest category so far", category=name)
    items = tuple(QueueItem(s.id, Arm.RARE, None, reason) for s in _spread(pool, BATCH))
    explanation = ""
    if not items:
        waiting = bool(sentences.open_ids(session.connection, session.curator))
        explanation = empty_queues.rarest(session, name, waiting)
    return Queue(QueueKind.RAREST, items, explanation)


def _audit(session: Session, label: LabelId | None, seed: int) -> Queue:
    """What was drawn to estimate the sentences that nobody has found yet."""
    items = tuple(
        QueueItem(d.sentence, Arm.AUDIT, d.inclusion, tr("audit: drawn by chance, decided blind"))
        for d in audit.waiting(session)
    )
    return Queue(QueueKind.AUDIT, items, "" if items else empty_queues.audited(session))


def _flagged(session: Session, label: LabelId | None, seed: int) -> Queue:
    items = tuple(
        QueueItem(i, Arm.REVIEW, None, tr("flagged")) for i in sentences.flagged(session.connection)
    )
    return Queue(QueueKind.FLAGGED, items, "" if items else empty_queues.flagged())


def _unsure(session: Session, label: LabelId | None, seed: int) -> Queue:
    ids = sentences.with_state(session.connection, session.curator, "unsure")
    items = tuple(QueueItem(i, Arm.REVIEW, None, tr("you were unsure")) for i in ids)
    return Queue(QueueKind.UNSURE, items, "" if items else empty_queues.unsure())


def _skipped(session: Session, label: LabelId | None, seed: int) -> Queue:
    ids = sentences.with_state(session.connection, session.curator, "skipped")
    items = tuple(QueueItem(i, Arm.REVIEW, None, tr("you skipped it")) for i in ids)
    return Queue(QueueKind.SKIPPED, items, "" if items else empty_queues.skipped())


def _changed(session: Session, label: LabelId | None, seed: int) -> Queue:
    ids = label_versions.to_review(session)
    items = tuple(QueueItem(i, Arm.REVIEW, None, tr("came with a new version")) for i in ids)
    return Queue(QueueKind.CHANGED, items, "" if items else empty_queues.changed(session))


def _identical(session: Session, label: LabelId | None, seed: int) -> Queue:
    found = identical.differing(session)
    items = tuple(QueueItem(i, Arm.REVIEW, None, reason) for i, reason in found)
    return Queue(QueueKind.IDENTICAL, items, "" if items else empty_queues.identical())


def _tables(session: Session, label: LabelId | None, seed: int) -> Queue:
    table_facts.examine_the_rest(session)
    found = table_rows.open_with_facts(session.connection, session.curator)
    items = tuple(
        QueueItem(i, Arm.REVIEW, None, tr("a table row about {fact}", fact=tr(fact)))
        for i, fact in found
    )
    return Queue(QueueKind.TABLES, items, "" if items else empty_queues.tables(session))


def _second_look(session: Session, label: LabelId | None, seed: int) -> Queue:
    items = tuple(again(sentence) for sentence in second_look.waiting(session))
    return Queue(QueueKind.SECOND_LOOK, items, "" if items else empty_queues.second_look(session))


def _wrong(session: Session, label: LabelId | None, seed: int) -> Queue:
    items = tuple(
        QueueItem(s.sentence, Arm.REVIEW, None, suspects.reason(session, s), Task.REVIEW)
        for s in suspects.standing(session)
    )
    return Queue(QueueKind.WRONG, items, "" if items else suspects.why_none(session))


def _conflicts(session: Session, label: LabelId | None, seed: int) -> Queue:
    items = tuple(
        QueueItem(sentence, Arm.REVIEW, None, reason, Task.SETTLE)
        for sentence, reason in conflicts.waiting(session)
    )
    return Queue(QueueKind.CONFLICTS, items, "" if items else empty_queues.conflicts(session))


_BUILDERS: dict[QueueKind, Callable[[Session, LabelId | None, int], Queue]] = {
    QueueKind.DOCUMENT: _document,
    QueueKind.UNCERTAIN: _uncertain,
    QueueKind.RAREST: _rarest,
    QueueKind.AUDIT: _audit,
    QueueKind.FLAGGED: _flagged,
    QueueKind.UNSURE: _unsure,
    QueueKind.SKIPPED: _skipped,
    QueueKind.CHANGED: _changed,
    QueueKind.IDENTICAL: _identical,
    QueueKind.TABLES: _tables,
    QueueKind.SECOND_LOOK: _second_look,
    QueueKind.WRONG: _wrong,
    QueueKind.CONFLICTS: _conflicts,
}


def _spread(pool: Iterable[OpenSentence], count: int) -> Iterator[OpenSentence]:
    """The first `count` without repeated texts and with few of one drug label among any ten."""
    recent: list[LabelId] = []
    seen: set[str] = set()
    later: list[OpenSentence] = []
    given = 0
    for sentence in pool:
        if given == count:
            return
        if sentence.text_hash in seen:
            continue
        if recent[-10:].count(sentence.label) >= PER_DRUG_LABEL:
            later.append(sentence)
            continue
        seen.add(sentence.text_hash)
        recent.append(sentence.label)
        given += 1
        yield sentence
    for sentence in later:
        if given == count:
            return
        if sentence.text_hash not in seen:
            seen.add(sentence.text_hash)
            given += 1
            yield sentence


def _interleave(least: list[QueueItem], chance: list[QueueItem]) -> Iterator[QueueItem]:
    """Every fourth one random, as long as both last."""
    first, second = iter(least), iter(chance)
    while True:
        group = [item for item in (next(first, None) for _ in range(3)) if item is not None]
        extra = next(second, None)
        if not group and extra is None:
            return
        yield from group
        if extra is not None:
            yield extra
