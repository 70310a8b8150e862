"""The categories of a project: read, changed, and kept whole whatever is undone.

The scheme is the project setting `scheme`; ADME where there is none. Every change of it is one
undoable operation and gives it a new version number, undoing it too, so that the version that a
decision carries always means the same categories. Adding and removing a category can be undone as
well: undo goes backwards, so the decisions that use an added category are undone before it. What
cannot be undone may still use it (an import, a trained model): such a category is kept by `settle`,
so no decision ever names a category that the project does not have.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.categories import ADME, Category, CategoryKey, CategoryScheme
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import ModelVersion, OperationId
from adme_labeler.domain.scheme_rules import (
    SchemeProblem,
    check,
    free_colors,
    free_digit,
    sound,
)
from adme_labeler.language import listed, tr, trn
from adme_labeler.storage import settings, suggestions
from adme_labeler.storage.log import Draft, Json

if TYPE_CHECKING:
    from adme_labeler.services.session import Session

SETTING = "scheme"


def read(session: Session) -> tuple[CategoryScheme, str]:
    """The scheme of the project, and a sentence where it could not be read ("" where it could).

    A damaged setting is left as it is and the last scheme of the log that can be read is used,
    with every category that a decision names. Nothing is written.
    """
    raw = _stored(session)
    if raw is None:
        return ADME, ""
    scheme = _parsed(raw)
    if scheme is not None:
        return scheme, ""
    earlier = session.connection.execute(
        "SELECT after FROM change WHERE kind = 'setting' AND key = ? AND after IS NOT NULL "
        "ORDER BY operation DESC, ordinal DESC",
        (SETTING,),
    )
    found = next((s for row in earlier if (s := _parsed(row["after"])) is not None), ADME)
    return _with_used(session, found, ADME), (
        tr(
            "The categories of this project could not be read: earlier ones are used. No "
            "decision is lost; look at Categories in the project settings."
        )
    )


def save(session: Session, wanted: CategoryScheme) -> Changes:
    """Set names, definitions, synonyms, colours, digits; add and remove categories; one undo step.

    The name before stays as a synonym, so that older tables and guidelines are still understood.
    New categories go to the end: stored probabilities are in the order of the scheme. Raises
    SchemeProblem with one sentence, also where a category to be removed is in use.
    """
    standing = session.scheme
    wanted = _in_order(standing, wanted)
    gone = [c for c in standing.categories if c.key not in wanted.keys]
    if wanted.rest != standing.rest:
        rest = standing[standing.rest].name
        raise SchemeProblem(tr("{category} stays the category for everything else.", category=rest))
    for category in gone:
        why = why_kept(session, category.key)
        if why:
            raise SchemeProblem(why)
    check(wanted)
    if wanted.categories == standing.categories:
        return Changes()
    wanted = replace(wanted, version=standing.version + 1)
    summary = f"Categories: {_what_changed(standing, wanted)}"
    with session.project.operation("scheme", summary, session.curator) as draft:
        settings.put(session.connection, draft, SETTING, _as_json(wanted))
        _forget_misplaced(session, wanted)
    session.scheme = wanted
    session.note_undoable(draft.id)
    return Changes(operation=OperationId(draft.id), settings=True)


def why_kept(session: Session, key: CategoryKey) -> str:
    """Why a category cannot be removed, in one sentence; "" when it can."""
    name = session.scheme[key].name
    if key == session.scheme.rest:
        return tr(
            "{category} cannot be removed: every project needs a category for everything else.",
            category=name,
        )
    uses = _uses(session, key)
    if not uses:
        return ""
    return tr("{category} cannot be removed: it is used by {uses}.", category=name, uses=uses)


def settle(session: Session, draft: Draft) -> None:
    """After undo or redo have set the scheme, inside their operation: keep what is in use.

    `draft` gets what is put right, so that replaying the log gives the same.
    """
    if not any(c.kind == "setting" and c.key == SETTING for c in draft.changes):
        return
    raw = _stored(session)
    target = (_parsed(raw) if raw is not None else ADME) or session.scheme
    whole = _with_used(session, target, session.scheme)
    whole = replace(whole, version=session.scheme.version + 1)
    settings.put(session.connection, draft, SETTING, _as_json(whole))
    _forget_misplaced(session, whole)


def follow(session: Session) -> None:
    """Use the scheme that is stored now; call it when undo or redo are committed."""
    session.scheme, _ = read(session)


def words(scheme: CategoryScheme) -> dict[str, str]:
    """Every way to write a category, to its key."""
    return {
        word: str(category.key)
        for category in reversed(scheme.categories)
        for word in (*category.synonyms, category.name, category.key)
    }


def in_words(stored: Json) -> str:
    """A stored scheme for the history: names with their digits."""
    scheme = ADME if stored is None else _parsed(json.dumps(stored))
    if scheme is None:
        return tr("not readable")
    return ", ".join(f"{c.shortcut} {c.name}" for c in scheme.categories)


def unknown_to_model(session: Session, version: ModelVersion) -> tuple[Category, ...]:
    """Categories that a trained model was never taught; () for the instant model (version 0)."""
    known = _taught(session).get(int(version))
    if known is None:
        return ()
    return tuple(c for c in session.scheme.categories if c.key not in known)


def unknown_sentence(categories: Sequence[Category]) -> str:
    """What is said of them; "" for none."""
    if not categories:
        return ""
    names = listed(category.name for category in categories)
    return tr("This model does not know {categories} yet: retrain.", categories=names)


def as_measured_now(
    session: Session, measured: protocol.Measurement | None
) -> protocol.Measurement | None:
    """A stored measurement with a row and a column for every category of today, in their order.

    Categories that it did not know have no sentence in it.
    """
    keys = session.scheme.keys
    if measured is None or tuple(m.category for m in measured.categories) == keys:
        return measured
    place = {m.category: number for number, m in enumerate(measured.categories)}

    def count(true: str, said: str) -> int:
        there = true in place and said in place
        return measured.confusion[place[true]][place[said]] if there else 0

    return msgspec.structs.replace(
        measured,
        categories=tuple(
            measured.categories[place[key]] if key in place else _not_measured(key) for key in keys
        ),
        confusion=tuple(tuple(count(a, b) for b in keys) for a in keys)
        if measured.confusion
        else measured.confusion,
    )


def _not_measured(key: CategoryKey) -> protocol.CategoryMeasure:
    return protocol.CategoryMeasure(
        category=key,
        support=0,
        found=0,
        claimed=0,
        recall=None,
        recall_low=None,
        recall_high=None,
        precision=None,
        precision_low=None,
        precision_high=None,
    )


def _stored(session: Session) -> str | None:
    row = session.connection.execute(
        "SELECT value FROM setting WHERE key = ?", (SETTING,)
    ).fetchone()
    return None if row is None else str(row["value"])


def _parsed(raw: str) -> CategoryScheme | None:
    """None for a text that is no scheme with which decisions can be read."""
    try:
        scheme = msgspec.json.decode(raw.encode(), type=CategoryScheme)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return scheme if sound(scheme) else None


def _as_json(scheme: CategoryScheme) -> Json:
    return cast(Json, json.loads(msgspec.json.encode(scheme)))


def _in_order(standing: CategoryScheme, wanted: CategoryScheme) -> CategoryScheme:
    """Old categories in their old order, new ones after them; names that went become synonyms."""
    asked = {category.key: category for category in wanted.categories}
    if len(asked) < len(wanted.categories):
        check(wanted)
    old = [asked[key] for key in standing.keys if key in asked]
    new = [category for category in wanted.categories if category.key not in standing.keys]
    names = {word.casefold() for c in (*old, *new) for word in (c.key, c.name, *c.synonyms)}
    kept: list[Category] = []
    for category in old:
        before = standing[category.key].name
        if before.casefold() not in names:
            category = replace(category, synonyms=(*category.synonyms, before))
        kept.append(category)
    return replace(wanted, categories=(*kept, *new))


def _what_changed(old: CategoryScheme, new: CategoryScheme) -> str:
    said = [f"added {c.name}" for c in new.categories if c.key not in old.keys]
    said += [f"removed {c.name}" for c in old.categories if c.key not in new.keys]
    both = [(old[c.key], c) for c in new.categories if c.key in old.keys]
    said += [f"{a.name} is now {b.name}" for a, b in both if a.name != b.name]
    for field, words in (
        ("shortcut", "digit"),
        ("color_light", "colour"),
        ("color_dark", "colour"),
        ("definition", "definition"),
        ("synonyms", "synonyms"),
    ):
        for a, b in both:
            same_name = field != "synonyms" or a.name == b.name
            text = f"{words} of {b.name}"
            if getattr(a, field) != getattr(b, field) and same_name and text not in said:
                said.append(text)
    return "; ".join(said)


def _forget_misplaced(session: Session, new: CategoryScheme) -> None:
    """Suggestions are derived: where their probabilities would be read in the wrong place, or a
    category is gone, they are let go, and the model suggests again."""
    if new.keys[: len(session.scheme.keys)] != session.scheme.keys:
        suggestions.clear(session.connection)


def _with_used(session: Session, target: CategoryScheme, known: CategoryScheme) -> CategoryScheme:
    """`target` with every category that is in use, as `known` describes it, at the end."""
    used = {key for key in known.keys if key not in target.keys and _uses(session, key)}
    used |= _named(session) - set(target.keys)
    if not used:
        return target
    kept = list(target.categories)
    ordered = [k for k in known.keys if k in used] + sorted(used - set(known.keys))
    for key in ordered:
        light, dark = free_colors(kept)
        category = Category(key, key, free_digit(kept), light, dark, "")
        if key in known.keys:
            category = known[key]
        names = {word.casefold() for c in kept for word in (c.key, c.name, *c.synonyms)}
        if category.shortcut in {c.shortcut for c in kept}:
            category = replace(category, shortcut=free_digit(kept))
        if category.name.casefold() in names:
            category = replace(category, name=f"{category.name} {key}")
        mine = tuple(word for word in category.synonyms if word.casefold() not in names)
        kept.append(replace(category, synonyms=mine))
    return replace(target, categories=tuple(kept))


def _named(session: Session) -> set[CategoryKey]:
    """Keys that decisions name, as category or as a further one."""
    rows = session.connection.execute(
        "SELECT DISTINCT category, also FROM annotation "
        "UNION SELECT category, also FROM adjudication"
    )
    return {
        CategoryKey(key) for row in rows for key in (row["category"], *_split(row["also"])) if key
    }


def _uses(session: Session, key: CategoryKey) -> str:
    """What uses a category, for a sentence: decisions, headings, models; "" for nothing."""

    def count(table: str, where: str, *values: str) -> int:
        row = session.connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", values)
        return int(row.fetchone()[0])

    also = "instr('+' || also || '+', '+' || ? || '+') > 0"
    decisions = count("annotation", f"category = ? OR suggested = ? OR {also}", key, key, key)
    decisions += count("adjudication", f"category = ? OR {also}", key, key)
    headings = count("sentence", "hint = ? AND current = 1", key)
    taught = [version for version, keys in _taught(session).items() if key in keys]
    found: list[str] = []
    if decisions:
        found.append(trn("{count:,} decision", "{count:,} decisions", decisions))
    if headings:
        found.append(
            trn(
                "the headings of {count:,} sentence",
                "the headings of {count:,} sentences",
                headings,
            )
        )
    if taught:
        numbers = ", ".join(str(version) for version in sorted(taught))
        found.append(
            trn("model version {numbers}", "model versions {numbers}", len(taught), numbers=numbers)
        )
    return tr(" and ").join(found)


def _taught(session: Session) -> dict[int, frozenset[str]]:
    """Model version to the categories that it was trained with."""
    rows = session.connection.execute(
        "SELECT m.version, r.settings FROM model m JOIN run r ON r.id = m.run"
    )
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        stored = cast("dict[str, Any]", json.loads(row["settings"]))
        found[int(row["version"])] = frozenset(str(key) for key in stored.get("categories", ()))
    return found


def _split(also: str) -> Sequence[str]:
    return also.split("+") if also else ()
