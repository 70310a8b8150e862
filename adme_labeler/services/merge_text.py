"""A compared row as a person reads it, and as JSON."""

from __future__ import annotations

from collections.abc import Collection

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.language import listed, mark, tr, trn
from adme_labeler.services.merge_compare import Entry
from adme_labeler.services.merge_plan import MergePlan, MergeRow, RowKind
from adme_labeler.storage.log import Json


def line(row: MergeRow, scheme: CategoryScheme) -> str:
    """One line: place, kind, what the sheet changed, and why it cannot be taken if so."""
    parts = [row.kind.value]
    before, after = (entry(e, scheme) for e in (row.exported, row.edited))
    now = entry(row.current, scheme)
    if before and after and now:
        for name in row.fields:
            change = f"{name} {_shown(before[name])} -> {_shown(after[name])}"
            if now[name] != before[name]:
                change = tr("{change} (now {now})", change=change, now=_shown(now[name]))
            parts.append(change)
    if row.disagrees:
        parts.append(tr("{names} decided otherwise", names=" and ".join(row.disagrees)))
    return f"{row.place}: {', '.join(parts)}. {row.reason}".rstrip()


def fields(row: MergeRow, scheme: CategoryScheme) -> dict[str, Json]:
    """Everything about a row, categories by name."""
    return {
        "kind": row.kind.value,
        "place": row.place,
        "uid": row.uid,
        "text": row.text,
        "fields": list(row.fields),
        "exported": entry(row.exported, scheme),
        "edited": entry(row.edited, scheme),
        "current": entry(row.current, scheme),
        "disagrees": list(row.disagrees),
        "reason": row.reason,
    }


def words(held: Entry | None, fields: Collection[str], scheme: CategoryScheme) -> str:
    """An entry in a cell: its categories, and of note and flag what is in question."""
    if held is None:
        return ""
    keys = ([held.category] if held.category else []) + list(held.also)
    parts = [" + ".join(scheme[key].name for key in keys) or tr("open")]
    if "flagged" in fields:
        parts.append(tr("flagged") if held.flagged else tr("no flag"))
    if "note" in fields:
        parts.append(f"\u201c{' '.join(held.note.split())}\u201d" if held.note else tr("no note"))
    return " \u00b7 ".join(parts)


def counted(plan: MergePlan) -> str:
    """What the comparison found, as one sentence."""
    n = plan.counts
    wordings = (
        (RowKind.CHANGED, mark("{count:,} changed")),
        (RowKind.CONFLICT, mark("{count:,} in conflict with the project")),
        (RowKind.REFUSED, mark("{count:,} cannot be taken")),
        (RowKind.UNKNOWN, mark("{count:,} unknown to the project")),
        (RowKind.UNCHANGED, mark("{count:,} unchanged")),
        (RowKind.MISSING, mark("{count:,} not in the table")),
    )
    parts = [tr(words, count=n[kind]) for kind, words in wordings if n[kind]]
    return f"{plan.source}: {', '.join(parts) or tr('no rows')}."


def not_compared(plan: MergePlan) -> str:
    """Which columns the sheet does not have, so that nobody believes them compared, or ""."""
    names = [name.capitalize() for name in plan.absent]
    if not names:
        return ""
    return trn(
        "Not compared, because the table has no such column: {names}.",
        "Not compared, because the table has no such columns: {names}.",
        len(names),
        names=listed(names),
    )


def entry(held: Entry | None, scheme: CategoryScheme) -> dict[str, Json] | None:
    """One of the three states; a category is "" where there is none."""
    if held is None:
        return None
    return {
        "category": scheme[held.category].name if held.category else "",
        "also": [scheme[key].name for key in held.also],
        "note": held.note,
        "flagged": held.flagged,
    }


def _shown(value: Json) -> str:
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text or tr("(none)")
