"""The guideline of a project: its own text, its versions, and decisions made under older ones."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from adme_labeler import paths
from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import READ_BY_A_PERSON, OperationId, SentenceId
from adme_labeler.language import tr
from adme_labeler.services.session import Session
from adme_labeler.storage import settings

_TEXT = "guideline"
_VERSION = "guideline_version"


@dataclass(frozen=True)
class Guideline:
    """`text` is Markdown with a second-level heading per category.

    `affected` gives, per category, the newest version whose change touched its rules: a decision
    for that category made under an earlier version deserves a second look.
    """

    version: int
    text: str
    affected: Mapping[CategoryKey, int]


@dataclass(frozen=True)
class SavedVersion:
    """A version as the log keeps it; `at` is UTC."""

    version: int
    text: str
    curator: str
    at: str


def shipped_text() -> str:
    """The guideline that comes with the program; a sentence where its file is missing."""
    path = paths.resources() / "guideline" / "adme.md"
    try:
        return path.read_text("utf-8")
    except OSError:
        return tr(
            "The guideline is missing: {file} was not installed with the program.", file=path.name
        )


def current(session: Session) -> Guideline:
    """The guideline in force; the shipped one is version 1."""
    stored = session.setting(_TEXT)
    if not isinstance(stored, dict):
        return Guideline(1, shipped_text(), {})
    affected = cast("dict[str, int]", stored.get("affected", {}))
    return Guideline(
        version(session),
        str(stored["text"]),
        {CategoryKey(key): since for key, since in affected.items()},
    )


def version(session: Session) -> int:
    """Number of the guideline in force; kept with every decision."""
    stored = session.setting(_VERSION, 1)
    return stored if isinstance(stored, int) else 1


def save(session: Session, text: str, affected: Collection[CategoryKey]) -> Changes:
    """Put a new text in force as a new version, one undo step; nothing if the text is the same.

    `affected` are the categories whose rules changed. Raises Problem for an empty text.
    """
    text = text.strip() + "\n"
    if text == "\n":
        raise Problem(tr("A guideline needs some text; restore the shipped one instead."))
    old = current(session)
    if text == old.text.strip() + "\n":
        return Changes()
    number = max([old.version, *(saved.version for saved in versions(session))]) + 1
    since = {**old.affected, **dict.fromkeys(affected, number)}
    with session.project.operation(
        "guideline", f"Guideline, version {number}", session.curator
    ) as draft:
        settings.put(session.connection, draft, _VERSION, number)
        settings.put(
            session.connection,
            draft,
            _TEXT,
            {"text": text, "affected": {str(key): since[key] for key in sorted(since)}},
        )
    session.note_undoable(draft.id)
    return Changes(operation=OperationId(draft.id), settings=True)


def versions(session: Session) -> list[SavedVersion]:
    """Every version ever saved in this project, newest first; also those that were undone."""
    found: dict[int, SavedVersion] = {}
    for row in session.connection.execute(
        "SELECT text.after AS text, number.after AS number, o.curator, o.at FROM change AS text "
        "JOIN change AS number ON number.operation = text.operation AND number.kind = 'setting' "
        "AND number.key = ? JOIN operation AS o ON o.id = text.operation "
        "WHERE text.kind = 'setting' AND text.key = ? AND text.after IS NOT NULL "
        "AND number.after IS NOT NULL ORDER BY o.id",
        (_VERSION, _TEXT),
    ):
        number = int(json.loads(row["number"]))
        text = str(json.loads(row["text"])["text"])
        found.setdefault(number, SavedVersion(number, text, row["curator"], row["at"]))
    return [found[number] for number in sorted(found, reverse=True)]


def older_decisions(session: Session) -> list[SentenceId]:
    """Current sentences that this curator decided before a rule of their category changed.

    In document order. Deciding one again, also with the same category, takes it off the list.
    """
    since = current(session).affected
    if not since:
        return []
    states = ",".join("?" * len(READ_BY_A_PERSON))
    tests = " OR ".join("(a.category = ? AND a.guideline_version < ?)" for _ in since)
    values: list[str | int] = [session.curator, *(state.value for state in READ_BY_A_PERSON)]
    for key, number in since.items():
        values += [key, number]
    rows = session.connection.execute(
        "SELECT a.sentence FROM annotation AS a JOIN sentence AS s ON s.id = a.sentence "
        f"WHERE a.curator = ? AND a.state IN ({states}) AND s.current = 1 AND ({tests}) "
        "ORDER BY s.drug_label, s.position",
        values,
    )
    return [SentenceId(row[0]) for row in rows]


def count_decided(session: Session, categories: Collection[CategoryKey]) -> int:
    """How many current sentences this curator has decided for one of these categories."""
    row = session.connection.execute(
        "SELECT count(*) FROM annotation AS a JOIN sentence AS s ON s.id = a.sentence "
        "WHERE a.curator = ? AND s.current = 1 AND a.state IN (SELECT value FROM json_each(?)) "
        "AND a.category IN (SELECT value FROM json_each(?))",
        (
            session.curator,
            json.dumps([state.value for state in READ_BY_A_PERSON]),
            json.dumps(list(categories)),
        ),
    ).fetchone()
    return int(row[0])


def sections(text: str, scheme: CategoryScheme) -> dict[CategoryKey, str]:
    """What the guideline says under each category's heading, as Markdown."""
    found: dict[CategoryKey, list[str]] = {}
    key: CategoryKey | None = None
    for line in text.splitlines():
        if line.startswith("#"):
            key = scheme.find(line.lstrip("#").strip())
        elif key is not None:
            found.setdefault(key, []).append(line)
    return {key: "\n".join(lines).strip() for key, lines in found.items()}


def touched_by(old: str, new: str, scheme: CategoryScheme) -> frozenset[CategoryKey]:
    """Categories that a change of the text concerns: a proposal, which the curator may change.

    A section that reads differently touches its category; anything else that does touches all.
    """
    before, after = sections(old, scheme), sections(new, scheme)
    own = frozenset(k for k in scheme.keys if before.get(k, "") != after.get(k, ""))
    if _common_part(old, scheme) != _common_part(new, scheme):
        return frozenset(scheme.keys)
    return own


def _common_part(text: str, scheme: CategoryScheme) -> str:
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("#"):
            inside = scheme.find(line.lstrip("#").strip()) is not None
        if not inside and line.strip():
            kept.append(line.strip())
    return "\n".join(kept)
