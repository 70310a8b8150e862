"""Sentences that curators decided differently, and settling them."""

from __future__ import annotations

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import READ_BY_A_PERSON, OperationId, SentenceId
from adme_labeler.domain.resolution import Adjudication
from adme_labeler.language import tr
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences


def waiting(session: Session) -> list[tuple[SentenceId, str]]:
    """Sentences in conflict, drug label by drug label, each with who says what."""
    rows = session.connection.execute(
        "SELECT r.sentence FROM resolution r JOIN sentence s ON s.id = r.sentence "
        "WHERE r.category IS NULL AND s.current = 1 ORDER BY s.drug_label, s.position"
    )
    ids = [SentenceId(row[0]) for row in rows]
    given = annotations.of_sentences(session.connection, ids)
    scheme = session.scheme
    return [
        (
            ident,
            " · ".join(
                tr("{curator} says {category}", curator=a.curator, category=scheme[a.category].name)
                for a in given.get(ident, ())
                if a.category is not None
            ),
        )
        for ident in ids
    ]


def settle(session: Session, sentence: SentenceId, category: CategoryKey) -> Changes:
    """Decide for all curators; their own decisions stay beside it. One undo step.

    Further categories are those that everybody gave who decided for this category.
    """
    given = annotations.of_sentence(session.connection, sentence)
    alike = [a for a in given if a.category == category]
    also = tuple(
        key
        for key in session.scheme.keys
        if key != category and alike and all(key in a.also for a in alike)
    )
    decision = Adjudication(category, also, session.curator, session.project.now())
    return _write(session, sentence, decision, f"Settle as {session.scheme[category].name}")


def reopen(session: Session, sentence: SentenceId) -> Changes:
    """Take a settlement back. Raises Problem where there is none."""
    if sentence not in annotations.adjudications(session.connection, [sentence]):
        raise Problem(tr("Nobody has settled this sentence."))
    return _write(session, sentence, None, "Take the settlement back")


def pairs(session: Session) -> dict[tuple[str, str], list[tuple[CategoryKey, CategoryKey, int]]]:
    """By two curators in alphabetical order: (category of one, of the other, drug group) of every
    sentence that both read and decided, whatever was settled later."""
    marks = ",".join("?" * len(READ_BY_A_PERSON))
    states = sorted(state.value for state in READ_BY_A_PERSON)
    rows = session.connection.execute(
        f"""
        SELECT a.curator, b.curator, a.category, b.category, l.drug_group
        FROM annotation a JOIN annotation b ON b.sentence = a.sentence AND b.curator > a.curator
        JOIN sentence s ON s.id = a.sentence JOIN drug_label l ON l.id = s.drug_label
        WHERE a.category IS NOT NULL AND b.category IS NOT NULL AND s.current = 1
          AND a.state IN ({marks}) AND b.state IN ({marks}) ORDER BY a.curator, b.curator
        """,
        (*states, *states),
    )
    found: dict[tuple[str, str], list[tuple[CategoryKey, CategoryKey, int]]] = {}
    for one, other, first, second, group in map(tuple, rows):
        found.setdefault((one, other), []).append((first, second, group))
    return found


def _write(
    session: Session, sentence: SentenceId, decision: Adjudication | None, what: str
) -> Changes:
    found = sentences.get(session.connection, [sentence])
    excerpt = found[0].text[:60] if found else ""
    with session.project.operation("settle", f"{what}: {excerpt}", session.curator) as draft:
        annotations.adjudicate(session.connection, draft, sentence, decision)
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(operation=OperationId(draft.id), annotations=frozenset({sentence}))
