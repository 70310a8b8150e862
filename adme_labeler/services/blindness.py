"""Which suggestions a curator may not see before deciding, and why.

Three kinds of sentence are decided blind: those of held-out drugs, those drawn for an audit, and
a small share of all others. The share is drawn by the sentence's `uid`, which is a hash of its
drug label and text: its first digits are as good as chance, the same in every copy of the project
and after every re-import, and an index finds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

from adme_labeler.domain.records import SentenceId
from adme_labeler.services import audit, project_settings
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences

_DIGITS = 6
SHARE_KEY = "blind_share"


class Why(StrEnum):
    """Why a suggestion is hidden until the decision."""

    HELD_OUT = "held out"
    AUDIT = "audit"
    SHARE = "share"


def why(session: Session, sentence: SentenceId) -> Why | None:
    """Why this curator may not see the suggestion yet; None where it may be seen."""
    connection = session.connection
    if sentences.is_held_out(connection, sentence):
        found = Why.HELD_OUT
    elif audit.is_drawn(session, sentence):
        found = Why.AUDIT
    elif of_share(session, [sentence]):
        found = Why.SHARE
    else:
        return None
    own = annotations.get(connection, sentence, session.curator)
    return found if own is None or own.category is None else None


def among(session: Session, ids: Sequence[SentenceId]) -> frozenset[SentenceId]:
    """Those of the sentences that are decided blind, whether or not they are decided already."""
    return apart(session, ids) | of_share(session, ids)


def apart(session: Session, ids: Sequence[SentenceId]) -> frozenset[SentenceId]:
    """Those that must be decided one by one: of held-out drugs or drawn for an audit."""
    held_out = sentences.held_out_among(session.connection, ids)
    return held_out | audit.drawn_among(session, ids)


def of_share(session: Session, ids: Sequence[SentenceId]) -> frozenset[SentenceId]:
    """Those of the sentences that the blind share takes, held-out ones or not."""
    below = uid_below(session)
    if not below:
        return frozenset()
    rows = session.connection.execute(
        "SELECT id FROM sentence WHERE id IN (SELECT value FROM json_each(?)) AND uid < ? "
        "AND kind IN ('paragraph', 'list_item')",
        (json.dumps(list(ids)), below),
    )
    return frozenset(SentenceId(row[0]) for row in rows)


def uid_below(session: Session) -> str:
    """Sentences whose `uid` sorts before this belong to the blind share; "" takes none."""
    return prefix_of(project_settings.read(session).blind_share)


def prefix_of(share: float) -> str:
    """First digits of a uid below which a `share` (0 to 1) of all uids lies; "" for none."""
    return f"{round(share * 16**_DIGITS):0{_DIGITS}x}" if share > 0 else ""


def highest_share(session: Session) -> float:
    """The largest share that the project ever had: nothing beyond it was hidden by chance."""
    shares = [project_settings.ProjectSettings().blind_share]
    rows = session.connection.execute(
        "SELECT after FROM change WHERE kind = 'setting' AND key = ? AND after IS NOT NULL",
        (SHARE_KEY,),
    )
    return max([*shares, *(float(json.loads(row[0])) for row in rows)])
