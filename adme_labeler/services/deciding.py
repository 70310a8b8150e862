"""What a deciding key does to the sentence in focus: it depends on why the sentence came up."""

from __future__ import annotations

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.language import mark, tr
from adme_labeler.services import conflicts, identical, second_look
from adme_labeler.services.annotating import Shown
from adme_labeler.services.queue import QueueItem, Task
from adme_labeler.services.session import Session

_STAYS = {
    Task.LOOK_AGAIN: mark("Your first decision stays as it is"),
    Task.SETTLE: mark("The conflict stays as it is"),
    Task.REVIEW: mark("The annotation stays as it is"),
}


def stays(task: Task) -> str:
    """What setting a sentence aside says where it must not take a decision away."""
    return tr(_STAYS[task])


def decide(session: Session, item: QueueItem, category: CategoryKey, shown: Shown) -> Changes:
    """One key: set, confirm, done. One operation, one undo step."""
    if item.task is Task.LOOK_AGAIN:
        return second_look.decide(session, item.sentence, category, shown)
    if item.task is Task.REVIEW:
        return second_look.review(session, item.sentence, category, shown)
    if item.task is Task.SETTLE:
        return conflicts.settle(session, item.sentence, category)
    return identical.decide(session, item.sentence, category, shown)
