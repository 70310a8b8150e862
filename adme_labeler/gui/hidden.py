"""What the decision bar says and shows where something must not be seen before the decision."""

from __future__ import annotations

from dataclasses import replace

from adme_labeler.domain.records import AnnotationState
from adme_labeler.gui.decision_bar import (
    AGAIN_SENTENCE,
    AUDIT_SENTENCE,
    HELD_OUT_SENTENCE,
    HIDDEN_SENTENCE,
    SETTLE_SENTENCE,
    SHARE_SENTENCE,
    Decision,
)
from adme_labeler.language import number, tr
from adme_labeler.services import blindness, project_settings
from adme_labeler.services.blindness import Why
from adme_labeler.services.queue import QueueItem, Task
from adme_labeler.services.session import Session

_NUMBERS = {
    2: tr("two"),
    3: tr("three"),
    4: tr("four"),
    5: tr("five"),
    6: tr("six"),
    7: tr("seven"),
    8: tr("eight"),
    9: tr("nine"),
    10: tr("ten"),
    20: tr("twenty"),
    50: tr("fifty"),
    100: tr("a hundred"),
}


def why_hidden(session: Session, item: QueueItem, switched_off: str = "") -> str:
    """One sentence on why the suggestion of `item` is hidden; `switched_off` where the curator
    has hidden them all."""
    if item.task is Task.LOOK_AGAIN:
        return AGAIN_SENTENCE
    if item.task is Task.SETTLE:
        return SETTLE_SENTENCE.format(who=item.reason)
    if switched_off:
        return switched_off
    why = blindness.why(session, item.sentence)
    if why is Why.HELD_OUT:
        return HELD_OUT_SENTENCE
    if why is Why.AUDIT:
        return AUDIT_SENTENCE
    if why is Why.SHARE:
        every = round(1 / project_settings.read(session).blind_share)
        return SHARE_SENTENCE.format(every=_NUMBERS.get(every, number(every)))
    return HIDDEN_SENTENCE


def blinded(decision: Decision) -> Decision:
    """Without anything that tells what was decided before."""
    return replace(
        decision,
        elsewhere=0,
        older=None,
        twins="",
        decided=None,
        also=(),
        state=AnnotationState.OPEN,
        note="",
    )
