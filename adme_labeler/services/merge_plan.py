"""What came of comparing an edited table with the project, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from adme_labeler.domain.records import Annotation, SentenceId
from adme_labeler.services.merge_compare import Entry


class RowKind(StrEnum):
    """What became of a row of the sheet."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    """The sheet and, since the export, the project have changed the same thing."""
    REFUSED = "refused"
    """The row was edited, but cannot be taken; `MergeRow.reason` says why."""
    UNKNOWN = "unknown"
    """The project has no such sentence."""
    MISSING = "missing"
    """In the project when it was exported, not in the sheet."""


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A row of the sheet that is not unchanged. `place` is where it stands ("Annotations, row 7").

    `exported`, `edited` and `current` are the three states, None for an unknown row; `fields` names
    what the sheet changed. `disagrees` are other curators whose category differs from the edited
    one: the sentence is then in conflict between curators. `annotation` is what `apply` writes.
    """

    kind: RowKind
    place: str
    text: str
    sentence: SentenceId | None = None
    uid: str = ""
    exported: Entry | None = None
    edited: Entry | None = None
    current: Entry | None = None
    fields: tuple[str, ...] = ()
    reason: str = ""
    disagrees: tuple[str, ...] = ()
    annotation: Annotation | None = None

    @property
    def acceptable(self) -> bool:
        return self.annotation is not None


@dataclass(frozen=True)
class MergePlan:
    """What taking the sheet would do; `rows` are those that are not unchanged, in its order.

    `same` are the sentences whose rows are unchanged, `missing` those without a row.

    `exported_at` is the operation that the sheet shows (the latest, if it joins several exports),
    `compared_at` the one it was compared with. `unknown_categories` counts texts that are no
    category. `repeated` counts rows that say the same as an earlier one. `absent` are the columns
    that a person may edit and that the sheet does not have: nothing is compared there.
    """

    source: str
    sha256: str
    curator: str
    exported_at: int
    compared_at: int
    rows: tuple[MergeRow, ...]
    same: tuple[SentenceId, ...]
    repeated: int
    missing: tuple[SentenceId, ...]
    unknown_categories: dict[str, int]
    absent: tuple[str, ...] = ()

    @property
    def unchanged(self) -> int:
        return len(self.same)

    @property
    def counts(self) -> dict[RowKind, int]:
        found = dict.fromkeys(RowKind, 0)
        for row in self.rows:
            found[row.kind] += 1
        return found | {
            RowKind.UNCHANGED: self.unchanged,
            RowKind.MISSING: len(self.missing),
        }
