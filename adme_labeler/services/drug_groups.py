"""Does one drug group hold too much of the data, and what made it so large?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from adme_labeler.domain.records import LabelId
from adme_labeler.language import tr, trn
from adme_labeler.services.session import Session
from adme_labeler.statistics.groups import (
    DOMINANT_SHARE,
    FEWEST_GROUPS_TO_HOLD_OUT,
    largest_group_share,
)
from adme_labeler.storage import labels
from adme_labeler.storage.labels import DrugGroup, GroupJoin


@dataclass(frozen=True)
class DominantGroup:
    """A drug group with more than a third of all sentences; `share` is 0 to 1.

    `joined` says in words what made one group out of several, nothing where all its drug labels
    name the same active ingredients.
    """

    group: DrugGroup
    share: float
    joined: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For the curator, after an import and from `adme-labeler check`."""
        group = self.group
        who = trn(
            "{name} with {count:,} drug label",
            "{name} with {count:,} drug labels",
            group.labels,
            name=group.key.title(),
        )
        if self.joined:
            why, more = ", ".join(self.joined[:3]), len(self.joined) - 3
            joined = (
                tr("{reasons} and {count:,} more", reasons=why, count=more) if more > 0 else why
            )
            who = tr("{group}, joined by {reasons}", group=who, reasons=joined)
        return tr(
            "One drug group holds {share:.0%} of all sentences: {group}. Recall measured on "
            "held-out drugs then rests on few drugs.",
            share=self.share,
            group=who,
        )


def dominant(session: Session) -> DominantGroup | None:
    """The group that swallows more than a third of the sentences.

    None where there is none, and in projects so small that nothing is held out anyway.
    """
    groups = labels.groups(session.connection)
    if len(groups) < FEWEST_GROUPS_TO_HOLD_OUT and sum(g.labels for g in groups) < 10:
        return None
    share = largest_group_share(group.sentences for group in groups)
    if share <= DOMINANT_SHARE:
        return None
    largest = max(groups, key=lambda group: group.sentences)
    return DominantGroup(largest, share, _joined(session, largest))


def warning(session: Session) -> str:
    """One sentence where a group dominates, else ""."""
    found = dominant(session)
    return "" if found is None else found.sentence


def _joined(session: Session, group: DrugGroup) -> tuple[str, ...]:
    """What joined it, most frequent first."""
    titles = {label.id: label.title for label in labels.all_labels(session.connection)}
    counted = Counter(_why(join, titles) for join in labels.joins(session.connection, group.id))
    return tuple(why for why, _ in counted.most_common())


def _why(join: GroupJoin, titles: dict[LabelId, str]) -> str:
    if join.ingredient:
        return tr("the ingredient {name}", name=join.ingredient.title())
    one = titles.get(join.label) or tr("a drug label")
    other = titles.get(join.other) if join.other is not None else None
    return tr(
        "the text of {one} and {other} ({shared:,} of {sentences:,} sentences)",
        one=one,
        other=other or tr("another"),
        shared=join.shared,
        sentences=join.sentences,
    )
