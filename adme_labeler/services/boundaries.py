"""Splitting and merging sentences; each is one undo step, and no decision is lost by it."""

from __future__ import annotations

import re

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import BlockKind, OperationId, Sentence, SentenceId
from adme_labeler.language import tr
from adme_labeler.services.session import Session
from adme_labeler.storage import boundaries, sentences

_GAP = re.compile(r"\s+")
_ENDS = (".", "!", "?", ";", ":", ".)", '."', ".”")
_MOST_CANDIDATES = 26


def split(session: Session, sentence: SentenceId, at: int) -> Changes:
    """Cut a sentence in two at an offset into its text (characters).

    Its annotation stays with the uncut sentence, which undo brings back; both parts wait for a
    decision. `focus` of the result is the first part. Raises Problem where nothing would be left
    on one side, or for a row of a table.
    """
    found = _mendable(session, sentence)
    left, right = found.text[:at].rstrip(), found.text[at:].lstrip()
    if not left or not right:
        raise Problem(tr("A sentence can only be split between two of its words."))
    return _edit(session, [found], (left, right), f"Split: {found.text[:60]}")


def merge(session: Session, sentence: SentenceId, by: int = 1) -> Changes:
    """Join a sentence with the one after (1) or before (-1) it in the same paragraph.

    Annotations stay with the two sentences, which undo brings back; the whole waits for a
    decision. Raises Problem where there is no such neighbour, or for a row of a table.
    """
    found = _mendable(session, sentence)
    other = boundaries.neighbour(session.connection, sentence, by)
    if other is None:
        raise Problem(
            tr("There is no sentence after this one in the same paragraph to join it to.")
            if by > 0
            else tr("There is no sentence before this one in the same paragraph to join it to.")
        )
    beside = sentences.get(session.connection, [other])[0]
    first, last = (found, beside) if by > 0 else (beside, found)
    block = session.connection.execute(
        "SELECT text FROM block WHERE id = ?", (found.block,)
    ).fetchone()
    whole = str(block["text"])[first.start : last.end]
    return _edit(session, [first, last], (whole,), f"Join: {whole[:60]}")


def split_points(text: str) -> list[int]:
    """Offsets at which a sentence could be cut, the likeliest first (at most 26).

    After the end of a clause first, then between any two words, from the middle outwards.
    """
    gaps = [m.start() for m in _GAP.finditer(text) if m.start() > 0 and m.end() < len(text)]
    likely = [gap for gap in gaps if text[:gap].endswith(_ENDS)]
    middle = len(text) / 2
    likely.sort(key=lambda gap: (not text[:gap].endswith((".", ".)", "?", "!")), gap))
    others = sorted((gap for gap in gaps if gap not in likely), key=lambda g: abs(g - middle))
    return [*likely, *others][:_MOST_CANDIDATES]


def _mendable(session: Session, sentence: SentenceId) -> Sentence:
    found = sentences.get(session.connection, [sentence])
    if not found:
        raise Problem(tr("This sentence is not in the project any more."))
    if found[0].kind is BlockKind.TABLE:
        raise Problem(tr("Rows of a table are neither split nor joined."))
    return found[0]


def _edit(session: Session, old: list[Sentence], after: tuple[str, ...], summary: str) -> Changes:
    label, block = boundaries.place_of(session.connection, old[0].id)
    edit = boundaries.Edit(label, block, old[0].start, tuple(s.text for s in old), after)
    kind = "split" if len(after) > 1 else "join"
    with session.project.operation(kind, summary, session.curator) as draft:
        made = boundaries.make(session.connection, draft, edit)
    if not made:
        raise Problem(
            tr("This sentence is of an older version of the drug label; it stays as it is.")
        )
    session.note_undoable(draft.id)
    return Changes(
        operation=OperationId(draft.id),
        labels=frozenset([label]),
        groups=True,
        focus=made[0],
        made=tuple(made),
    )
