"""Annotations that look wrong: what the model worker is asked, and what its answer says.

Only a list is made. Nothing is corrected by itself; confirming an annotation takes it off the list.
"""

from __future__ import annotations

from typing import Any, cast

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import SentenceId
from adme_labeler.language import tr, trn
from adme_labeler.services.session import Session
from adme_labeler.storage import settings, suspects
from adme_labeler.storage.suspects import Suspect

__all__ = ["Suspect", "due", "examined", "question", "reason", "standing", "take", "why_none"]

AGAIN_AFTER = 25
"""Annotations after which they are examined again by themselves, at least."""
_EXAMINED = "examined"


def question(session: Session) -> protocol.Examine:
    """Ask which annotations outside the held-out drugs look wrong."""
    return protocol.Examine(
        categories=session.scheme.keys,
        items=tuple(
            protocol.Given(d.sentence, d.category) for d in suspects.decided(session.connection)
        ),
    )


def take(session: Session, answer: protocol.Examined) -> Changes:
    """Replace the list by what the worker found."""
    found = [
        Suspect(
            SentenceId(item.id),
            place,
            CategoryKey(item.given),
            item.proposed,
            item.why,
            item.model,
            item.probability,
            item.duplicates,
        )
        for place, item in enumerate(answer.items)
    ]
    before = {s.sentence for s in suspects.standing(session.connection)}
    with session.project.transaction() as connection:
        suspects.replace_all(connection, found)
        settings.remember(connection, _EXAMINED, {"judged": answer.judged, "given": answer.given})
    return Changes(suggestions=frozenset(before | {s.sentence for s in found}))


def standing(session: Session) -> list[Suspect]:
    """Most urgent first, without those that were confirmed or changed since."""
    return suspects.standing(session.connection)


def examined(session: Session) -> tuple[int, int]:
    """How many annotations the last examination could judge, of how many; (0, 0) before any."""
    stored = cast("dict[str, Any] | None", session.setting(_EXAMINED))
    return (0, 0) if stored is None else (int(stored["judged"]), int(stored["given"]))


def due(session: Session, since: int) -> bool:
    """Whether to examine again, `since` annotations after the last time. Near-identical sentences
    are looked for among all (a second per thousand), so the more there are, the rarer."""
    return since >= max(AGAIN_AFTER, examined(session)[1] // 20)


def reason(session: Session, suspect: Suspect) -> str:
    """Why an annotation is listed, in one line."""
    scheme = session.scheme
    given = scheme[suspect.given].name
    if not suspect.proposed:
        return tr(
            "decided {given}: so few sentences are that each deserves another look", given=given
        )
    proposed = scheme[suspect.proposed].name
    if not suspect.duplicates:
        return tr(
            "decided {given}; a model that never saw it says {proposed} ({probability:.0f} %)",
            given=given,
            proposed=proposed,
            probability=100 * suspect.probability,
        )
    if suspect.model == suspect.proposed:
        return trn(
            "decided {given}; the model and {count} near-identical sentence say {proposed}",
            "decided {given}; the model and {count} near-identical sentences say {proposed}",
            suspect.duplicates,
            given=given,
            proposed=proposed,
        )
    said = trn(
        "decided {given}; {count} near-identical sentence says {proposed}",
        "decided {given}; {count} near-identical sentences say {proposed}",
        suspect.duplicates,
        given=given,
        proposed=proposed,
    )
    if not suspect.model:
        return said
    model = scheme[suspect.model].name
    return tr("{others}, the model {category}", others=said, category=model)


def why_none(session: Session) -> str:
    judged, given = examined(session)
    if not given:
        return tr(
            "No annotation is examined yet: go on in document order (Queue > Document order) until "
            "a model suggests."
        )
    if not judged:
        return tr(
            "The annotations cannot be judged yet: decide at least 20 sentences of three drugs, "
            "or train a version (Model > Retrain)."
        )
    return tr(
        "Nothing looks wrong: {judged:,} of {given:,} annotations were examined by a "
        "model that had not seen them.",
        judged=judged,
        given=given,
    )
