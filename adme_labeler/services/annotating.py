"""A curator's actions. Each is one operation: committed when the function returns, undoable."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
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
    Provenance,
    SentenceId,
    Suggestion,
)
from adme_labeler.domain.slices import at_once
from adme_labeler.language import tr
from adme_labeler.services import blindness, guideline, schemes
from adme_labeler.services.session import Session
from adme_labeler.services.slices import portions
from adme_labeler.storage import (
    annotations,
    boundaries,
    labels,
    log,
    second_looks,
    sentences,
    settings,
    suggestions,
)


@dataclass(frozen=True)
class Shown:
    """What was on screen when the curator decided, and why the sentence came up.

    `suggestion` is the model's, None where it had none. With `blind` it was not on screen.
    """

    suggestion: Suggestion | None = None
    blind: bool = False
    arm: Arm = Arm.DOCUMENT
    inclusion_probability: float | None = None


def decide(session: Session, sentence: SentenceId, category: CategoryKey, shown: Shown) -> Changes:
    """Set, confirm, done: the primary category of one sentence.

    Deciding again what was decided keeps the first provenance unless the category changes.
    """
    name = session.scheme[category].name
    return _annotate(
        session, sentence, "decide", name, lambda old: _decided(session, old, category, shown)
    )


def accept(session: Session, sentence: SentenceId, shown: Shown) -> Changes:
    """Take the suggestion that is shown. Raises Problem when none is."""
    if shown.suggestion is None or shown.blind:
        raise Problem(tr("No suggestion is shown for this sentence; choose a category."))
    return decide(session, sentence, shown.suggestion.category, shown)


def toggle_also(session: Session, sentence: SentenceId, category: CategoryKey) -> Changes:
    """Add or remove a further category; the primary one cannot be a further one."""

    def change(old: Annotation) -> Annotation:
        if category == old.category:
            raise Problem(
                tr(
                    "{category} is already the category itself.",
                    category=session.scheme[category].name,
                )
            )
        also = set(old.also) ^ {category}
        return replace(old, also=tuple(k for k in session.scheme.keys if k in also))

    return _annotate(session, sentence, "also", f"also {session.scheme[category].name}", change)


def skip(session: Session, sentence: SentenceId, shown: Shown) -> Changes:
    """Set aside for now; nothing is lost of an earlier decision (undo brings it back)."""
    return _set_aside(session, sentence, AnnotationState.SKIPPED, shown)


def unsure(session: Session, sentence: SentenceId, shown: Shown) -> Changes:
    """Put into the unsure queue."""
    return _set_aside(session, sentence, AnnotationState.UNSURE, shown)


def toggle_flag(session: Session, sentence: SentenceId) -> Changes:
    return _annotate(
        session, sentence, "flag", "flag", lambda old: replace(old, flagged=not old.flagged)
    )


def set_note(session: Session, sentence: SentenceId, note: str) -> Changes:
    return _annotate(session, sentence, "note", "note", lambda old: replace(old, note=note.strip()))


def clear(session: Session, sentence: SentenceId) -> Changes:
    """Take this curator's decision back; flag and note stay."""

    def change(old: Annotation) -> Annotation:
        return replace(
            old, state=AnnotationState.OPEN, category=None, also=(), provenance=Provenance()
        )

    return _annotate(session, sentence, "clear", "decision taken back", change)


def bulk_accept(session: Session, ids: Sequence[SentenceId]) -> Changes:
    """Accept the stored suggestion of every undecided sentence in `ids`; one undo step.

    Sentences that are decided blind (held out, of an audit or of the blind share) and those that
    somebody decided stay. Marked `bulk`: such annotations may train, but evaluate nothing.
    """
    return at_once(bulk_accepting(session, ids))


def bulk_accepting(session: Session, ids: Sequence[SentenceId]) -> Generator[None, None, Changes]:
    """`bulk_accept` in slices: yields between them."""
    now = session.project.now()
    common = provenance_of(session, Shown(None, False, Arm.BULK))
    written: list[Annotation] = []
    for some in portions(ids):
        found = suggestions.get(session.connection, some)
        decided = annotations.resolutions(session.connection, some)
        kept = blindness.among(session, some)
        chosen = [found[i] for i in some if i in found and i not in decided and i not in kept]
        mine = annotations_of(session, [s.sentence for s in chosen])
        written += [
            replace(
                mine.get(s.sentence, _blank(session, s.sentence)),
                state=AnnotationState.BULK,
                category=s.category,
                provenance=replace(
                    common,
                    suggested=s.category,
                    probability=_probability(session, s),
                    model_version=s.model_version,
                    head_revision=s.head_revision,
                ),
                at=now,
            )
            for s in chosen
        ]
        yield
    summary = f"Accept {len(written)} suggestions at once"
    return (yield from writing(session, "bulk", summary, written))


def decided(
    session: Session,
    sentence: SentenceId,
    category: CategoryKey,
    shown: Shown,
    also: Sequence[CategoryKey] | None = None,
) -> Annotation:
    """The annotation that `decide` would write, for operations that write more than one.

    `also` are the further categories; None keeps those that are there.
    """
    old = annotation(session, sentence) or _blank(session, sentence)
    if also is not None:
        old = replace(old, also=tuple(also))
    return replace(_decided(session, old, category, shown), at=session.project.now())


def provenance_of(session: Session, shown: Shown) -> Provenance:
    """What is kept of what the curator saw, and with `blind` of what was hidden."""
    made = shown.suggestion
    return Provenance(
        suggested=None if made is None else made.category,
        probability=None if made is None else _probability(session, made),
        model_version=None if made is None else made.model_version,
        head_revision=None if made is None else made.head_revision,
        blind=shown.blind,
        arm=shown.arm,
        inclusion_probability=shown.inclusion_probability,
        guideline_version=guideline.version(session),
        scheme_version=session.scheme.version,
    )


def write(
    session: Session, kind: str, summary: str, written: Sequence[Annotation], curator: str = ""
) -> Changes:
    """Store ready-made annotations as one undoable operation (bulk, import, merge)."""
    return at_once(writing(session, kind, summary, written, curator))


def writing(
    session: Session, kind: str, summary: str, written: Sequence[Annotation], curator: str = ""
) -> Generator[None, None, Changes]:
    """`write` in slices, in one transaction: yields between them."""
    with session.project.operation(kind, summary, curator or session.curator) as draft:
        yield from annotations.writing(session.connection, draft, written)
        if draft.changes:
            yield from log.appending(session.connection, draft)
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(
        operation=OperationId(draft.id), annotations=frozenset(a.sentence for a in written)
    )


def undo(session: Session) -> Changes:
    """Undo the last undoable operation, also of an earlier day; empty Changes when none is left."""
    return at_once(undoing(session))


def undoing(session: Session) -> Generator[None, None, Changes]:
    """`undo` in slices, in one transaction: yields between them."""
    undoable, redoable = session.stacks()
    if not undoable:
        return Changes()
    changes = yield from _inverting(session, undoable[-1], redo=False)
    redoable.append(undoable.pop())
    return changes


def redo(session: Session) -> Changes:
    """Redo what was undone last; empty Changes when there is nothing."""
    return at_once(redoing(session))


def redoing(session: Session) -> Generator[None, None, Changes]:
    """`redo` in slices, in one transaction: yields between them."""
    undoable, redoable = session.stacks()
    if not redoable:
        return Changes()
    changes = yield from _inverting(session, redoable[-1], redo=True)
    undoable.append(redoable.pop())
    return changes


def applying(session: Session, changes: Sequence[log.Change]) -> Generator[None, None, Changes]:
    """Bring the project to the `after` of each change, inside an open operation that logs them.

    In slices: yields between them.
    """
    connection = session.connection
    decisions = [c for c in changes if c.kind in ("annotation", "adjudication")]
    touched = yield from annotations.applying(connection, decisions)
    changes = [c for c in changes if c.kind not in ("annotation", "adjudication")]
    touched |= second_looks.apply(connection, changes)
    groups = labels.apply(connection, changes)
    configured = settings.apply(connection, changes)
    mended, made = boundaries.apply(connection, changes)
    return Changes(
        annotations=frozenset(touched),
        labels=frozenset(mended),
        groups=groups or bool(mended),
        settings=configured,
        focus=made[0] if made else None,
        made=tuple(made),
    )


def size_of_next(session: Session, *, redo: bool = False) -> int:
    """How many changes undo (or redo) would take back; 0 where there is nothing."""
    stack = session.stacks()[1 if redo else 0]
    return log.change_count(session.connection, stack[-1]) if stack else 0


def first_sentence(changes: Sequence[log.Change]) -> SentenceId | None:
    """Where a curator is brought to see what became of it: what the operation touched first."""
    for sentences_of in (annotations.sentences_of, second_looks.sentences_of):
        for change in changes:
            for sentence in sentences_of([change]):
                return sentence
    return None


def next_undo(session: Session) -> str:
    """What undo would undo, as a person reads it; empty when nothing."""
    return _summary(session, session.stacks()[0])


def next_redo(session: Session) -> str:
    return _summary(session, session.stacks()[1])


def annotation(session: Session, sentence: SentenceId) -> Annotation | None:
    """This curator's annotation."""
    return annotations.get(session.connection, sentence, session.curator)


def annotations_of(session: Session, ids: Iterable[SentenceId]) -> dict[SentenceId, Annotation]:
    """This curator's annotations on these sentences."""
    return annotations.of_curator(session.connection, session.curator, ids)


def suggestions_of(session: Session, ids: Iterable[SentenceId]) -> dict[SentenceId, Suggestion]:
    """The served model's suggestions as stored now, also of held-out sentences (hide those)."""
    return suggestions.get(session.connection, ids)


def must_be_blind(session: Session, sentence: SentenceId) -> bool:
    """Whether the suggestion of a sentence stays hidden until this curator has decided."""
    return blindness.why(session, sentence) is not None


def _decided(session: Session, old: Annotation, category: CategoryKey, shown: Shown) -> Annotation:
    if old.category == category and old.state in READ_BY_A_PERSON:
        # What the curator saw at first stays; that the newer guideline was looked at is added.
        looked = replace(old.provenance, guideline_version=guideline.version(session))
        return replace(old, provenance=looked)
    suggestion = None if shown.blind else shown.suggestion
    if suggestion is None:
        state = AnnotationState.DECIDED
    elif suggestion.category == category:
        state = AnnotationState.ACCEPTED
    else:
        state = AnnotationState.CORRECTED
    return replace(
        old,
        state=state,
        category=category,
        also=tuple(k for k in old.also if k != category),
        provenance=provenance_of(session, shown),
    )


def _set_aside(
    session: Session, sentence: SentenceId, state: AnnotationState, shown: Shown
) -> Changes:
    def change(old: Annotation) -> Annotation:
        return replace(
            old, state=state, category=None, also=(), provenance=provenance_of(session, shown)
        )

    return _annotate(session, sentence, state.value, state.value, change)


def _annotate(
    session: Session,
    sentence: SentenceId,
    kind: str,
    what: str,
    change: Callable[[Annotation], Annotation],
) -> Changes:
    old = annotation(session, sentence) or _blank(session, sentence)
    new = change(old)
    if new == old:
        return Changes()
    found = sentences.get(session.connection, [sentence])
    excerpt = found[0].text[:60] if found else ""
    return write(
        session,
        kind,
        f"{what[0].upper()}{what[1:]}: {excerpt}",
        [replace(new, at=session.project.now())],
    )


def _blank(session: Session, sentence: SentenceId) -> Annotation:
    return Annotation(sentence, session.curator, AnnotationState.OPEN)


def _probability(session: Session, suggestion: Suggestion) -> float:
    return suggestion.probabilities[session.scheme.keys.index(suggestion.category)]


def _inverting(session: Session, operation: int, *, redo: bool) -> Generator[None, None, Changes]:
    """Write the inverse (or, for redo, again the same) changes as an ordinary new operation."""
    connection = session.connection
    done = yield from log.reading_changes(connection, operation)
    changes = done
    if not redo:
        changes = list[log.Change]()
        for some in portions(done[::-1]):
            changes += [change.inverse() for change in some]
            yield
    word = "Redo" if redo else "Undo"
    row = connection.execute("SELECT kind FROM operation WHERE id = ?", (operation,)).fetchone()
    with session.project.operation(
        word.lower(),
        f"{word}: {_summary(session, [operation])}",
        session.curator,
        undoes=None if redo else operation,
        redoes=operation if redo else None,
    ) as draft:
        draft.changes.extend(changes)
        applied = yield from applying(session, changes)
        schemes.settle(session, draft)
        if draft.changes:
            yield from log.appending(session.connection, draft)
    schemes.follow(session)
    return replace(
        applied,
        operation=OperationId(draft.id),
        focus=None if row["kind"] == "identical" else first_sentence(done) or applied.focus,
    )


def _summary(session: Session, stack: Sequence[int]) -> str:
    if not stack:
        return ""
    row = session.connection.execute(
        "SELECT summary FROM operation WHERE id = ?", (stack[-1],)
    ).fetchone()
    return str(row["summary"])
