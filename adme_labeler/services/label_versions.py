"""Versions of a drug label beside each other, and the review of what a new version brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import Arm, LabelId, SentenceId
from adme_labeler.domain.resolution import Resolution
from adme_labeler.domain.sentence_changes import Piece, changed_words, pair_changed
from adme_labeler.language import tr, trn
from adme_labeler.services import annotating, identical
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, labels
from adme_labeler.storage.labels import QUEUED_KINDS, LabelVersion, Placed


class Fate(StrEnum):
    """What became of a sentence from one version to the next."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class Side:
    """A sentence in one of two versions with the category that the project holds for it."""

    sentence: SentenceId
    text: str
    category: CategoryKey | None
    also: tuple[CategoryKey, ...]
    asked_about: bool
    """False for rows of tables and the like, which no queue brings up."""


@dataclass(frozen=True)
class DiffRow:
    """`older` is None where the sentence is new, `newer` where it is gone."""

    fate: Fate
    heading_path: tuple[str, ...]
    older: Side | None
    newer: Side | None


@dataclass(frozen=True)
class VersionDiff:
    """Two versions in the order of the newer one; gone sentences follow their old neighbour."""

    older: LabelVersion
    newer: LabelVersion
    rows: tuple[DiffRow, ...]

    def count(self, fate: Fate) -> int:
        """Sentences that a curator is asked about with this fate."""
        return sum(
            row.fate is fate and (row.newer or row.older or _NOBODY).asked_about
            for row in self.rows
        )


@dataclass(frozen=True)
class Older:
    """The sentence that a changed one replaces; `sentence` None: it is new.

    `category` is what the project holds for the older one, a reference and no suggestion.
    """

    version: int
    """The version that brought the change."""
    sentence: SentenceId | None
    text: str = ""
    category: CategoryKey | None = None
    also: tuple[CategoryKey, ...] = ()
    pieces: tuple[Piece, ...] = ()
    """The text, cut where it differs from the sentence of today."""


def versions(session: Session, label: LabelId) -> list[LabelVersion]:
    """Oldest first."""
    return labels.versions(session.connection, label)


def compare(session: Session, older: LabelVersion, newer: LabelVersion) -> VersionDiff:
    """What happened to every sentence between two versions of one drug label."""
    connection = session.connection
    before, after = labels.placed(connection, older.id), labels.placed(connection, newer.id)
    held = annotations.resolutions(connection, {p.id for p in (*before, *after)})
    old_ids, new_ids = {p.id for p in before}, {p.id for p in after}
    by_new = _replaced(before, after)
    replaced = {old.id for old in by_new.values()}
    # Gone sentences by the sentence before them that is still shown; None: before all others.
    follow: dict[SentenceId | None, list[DiffRow]] = {}
    shown: SentenceId | None = None
    new_of = {old.id: new for new, old in by_new.items()}
    for place in before:
        if place.id in new_ids:
            shown = place.id
        elif place.id in replaced:
            shown = new_of[place.id]
        else:
            gone = DiffRow(Fate.GONE, place.heading_path, _side(place, held), None)
            follow.setdefault(shown, []).append(gone)
    rows = follow.get(None, [])[:]
    for place in after:
        side = _side(place, held)
        if place.id in old_ids:
            rows.append(DiffRow(Fate.UNCHANGED, place.heading_path, side, side))
        elif place.id in by_new:
            old = _side(by_new[place.id], held)
            rows.append(DiffRow(Fate.CHANGED, place.heading_path, old, side))
        else:
            rows.append(DiffRow(Fate.NEW, place.heading_path, None, side))
        rows += follow.get(place.id, [])
    return VersionDiff(older, newer, tuple(rows))


def older_of(session: Session, sentence: SentenceId) -> Older | None:
    """What stood in place of a sentence before the version that brought it.

    None for a sentence that no new version brought.
    """
    came = labels.came_with(session.connection, sentence)
    if came is None:
        return None
    before, after = came
    connection = session.connection
    came_now = labels.placed(connection, after.id, without=before.id)
    old = _replaced(labels.placed(connection, before.id, without=after.id), came_now).get(sentence)
    if old is None:
        return Older(after.version, None)
    held = annotations.resolutions(session.connection, [old.id]).get(old.id)
    return Older(
        after.version,
        old.id,
        old.text,
        held.category if held else None,
        held.also if held else (),
        changed_words(old.text, next(p.text for p in came_now if p.id == sentence))[0],
    )


def keep_older(session: Session, sentence: SentenceId, shown: Shown) -> Changes:
    """Decide a changed sentence as the one it replaces was decided.

    An ordinary decision of somebody who has read both. Raises Problem where there is no older
    sentence or nobody decided it.
    """
    older = older_of(session, sentence)
    if older is None or older.sentence is None:
        raise Problem(tr("This sentence replaces no older one; choose a category."))
    if older.category is None:
        raise Problem(tr("The older sentence has no category; choose one."))
    reviewed = Shown(shown.suggestion, shown.blind, Arm.REVIEW)
    own = annotating.decided(session, sentence, older.category, reviewed, older.also)
    return identical.decide_as(session, own)


def to_review(session: Session) -> list[SentenceId]:
    """Changed and new sentences of updated drug labels that wait for this curator."""
    return labels.to_review(session.connection, session.curator)


def count_to_review(session: Session) -> int:
    return labels.count_to_review(session.connection, session.curator)


def summary(counts: Mapping[Fate, int]) -> str:
    """For example "14 sentences unchanged, 3 changed, 1 new, 2 gone"."""
    said = Counter(counts)
    kept = said[Fate.UNCHANGED]
    return trn(
        "{count:,} sentence unchanged, {changed:,} changed, {new:,} new, {gone:,} gone",
        "{count:,} sentences unchanged, {changed:,} changed, {new:,} new, {gone:,} gone",
        kept,
        changed=said[Fate.CHANGED],
        new=said[Fate.NEW],
        gone=said[Fate.GONE],
    )


_NOBODY = Side(SentenceId(0), "", None, (), False)


def _replaced(before: Sequence[Placed], after: Sequence[Placed]) -> dict[SentenceId, Placed]:
    """By new sentence: the older one that it is a change of."""
    old_ids, new_ids = {p.id for p in before}, {p.id for p in after}
    found: dict[SentenceId, Placed] = {}
    for asked in (True, False):
        gone = [p for p in before if p.id not in new_ids and _asked(p) is asked]
        new = [p for p in after if p.id not in old_ids and _asked(p) is asked]
        pairs = _pairs(tuple(p.text for p in gone), tuple(p.text for p in new))
        found.update({new[there].id: gone[here] for here, there in pairs})
    return found


@lru_cache(maxsize=8)
def _pairs(gone: tuple[str, ...], new: tuple[str, ...]) -> list[tuple[int, int]]:
    """Kept for a while: the same two versions are asked for again with every sentence."""
    return pair_changed(gone, new)


def _asked(place: Placed) -> bool:
    return place.kind.value in QUEUED_KINDS


def _side(place: Placed, held: Mapping[SentenceId, Resolution]) -> Side:
    resolution = held.get(place.id)
    return Side(
        place.id,
        place.text,
        resolution.category if resolution else None,
        resolution.also if resolution else (),
        _asked(place),
    )
