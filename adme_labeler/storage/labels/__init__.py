"""Drug labels: committing what an importer read, their versions, drug groups, progress."""

from adme_labeler.storage.labels.arriving import CommitStatus, Committed, commit
from adme_labeler.storage.labels.drug_groups import (
    DrugGroup,
    GroupJoin,
    apply,
    groups,
    joins,
    misreplayed,
    set_held_out,
    survivors,
)
from adme_labeler.storage.labels.shelf import (
    QUEUED_KINDS,
    all_labels,
    by_title,
    in_order,
    one,
    some,
    standing,
)
from adme_labeler.storage.labels.versions import (
    LabelVersion,
    Placed,
    came_with,
    count_to_review,
    placed,
    to_review,
    versions,
)

__all__ = [
    "QUEUED_KINDS",
    "CommitStatus",
    "Committed",
    "DrugGroup",
    "GroupJoin",
    "LabelVersion",
    "Placed",
    "all_labels",
    "apply",
    "by_title",
    "came_with",
    "commit",
    "count_to_review",
    "groups",
    "in_order",
    "joins",
    "misreplayed",
    "one",
    "placed",
    "set_held_out",
    "some",
    "standing",
    "survivors",
    "to_review",
    "versions",
]
