"""Annotations that come in a table: matched by sentence id or text, declared read by a curator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import (
    READ_BY_A_PERSON,
    Annotation,
    AnnotationState,
    Arm,
    LabelDraft,
    Provenance,
    SentenceId,
)
from adme_labeler.services import annotating
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations

_FEWEST_WORDS = 5
_LONGEST_HEADING = 12
"""A heading of more words would be a sentence."""


@dataclass(frozen=True)
class TableRow:
    """One row of an annotation table; `category` and `also` as the file writes them."""

    text: str
    category: str
    set_id: str = ""
    uid: str = ""
    also: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class TableReport:
    """`unmatched` rows fit no sentence of the project; `unknown` are categories not understood."""

    rows: int
    matched: int
    sentences: int
    unmatched: int
    unknown: dict[str, int]
    examples: tuple[str, ...]


def rows_of(drafts: Iterable[LabelDraft]) -> list[TableRow]:
    """Rows of a table as the import process read it."""
    rows: list[TableRow] = []
    for draft in drafts:
        for block in draft.blocks:
            for number, span in enumerate(block.spans):
                rows.append(
                    TableRow(
                        text=block.text[span.start : span.end],
                        category=_nth(block.categories, number),
                        set_id=draft.set_id,
                        uid=_nth(block.uids, number),
                        also=tuple(k for k in _nth(block.also, number).split("+") if k),
                        note=_nth(block.notes, number),
                    )
                )
    return rows


def annotate(
    session: Session, rows: Sequence[TableRow], curator: str
) -> tuple[TableReport, Changes]:
    """Store the categories of a table as annotations of `curator`, who thereby declares having
    read the sentences. One operation, one undo step.

    A row finds its sentence by id, else by text within its drug label, else by text anywhere;
    blanks, case and punctuation do not matter. A text that stands in several drug labels
    annotates each of them. A row that carries a heading before the sentence still fits the one
    sentence of its drug label that it ends with. What the curator decided before stays as it was
    where the row says the same; flags stay always, notes where the row has none.
    """
    by_uid, by_text, label_sets = _index(session)
    found: dict[SentenceId, Annotation] = {}
    unknown: dict[str, int] = {}
    missing: list[str] = []
    matched = 0
    now = session.project.now()
    for row in rows:
        if not row.category.strip():
            continue
        key = session.scheme.find(row.category)
        if key is None:
            unknown[row.category] = unknown.get(row.category, 0) + 1
            continue
        targets = _targets(row, by_uid, by_text, label_sets)
        if not targets:
            missing.append(row.text)
            continue
        matched += 1
        for sentence in targets:
            found[sentence] = Annotation(
                sentence=sentence,
                curator=curator,
                state=AnnotationState.IMPORTED,
                category=key,
                also=_also(session, row, key),
                note=row.note,
                provenance=Provenance(arm=Arm.IMPORT, scheme_version=session.scheme.version),
                at=now,
            )
    earlier = annotations.of_curator(session.connection, curator, found)
    written = [
        _over(earlier[sentence], new) if sentence in earlier else new
        for sentence, new in found.items()
    ]
    changes = annotating.write(
        session,
        "import annotations",
        f"Annotate {len(found)} sentences from a table",
        written,
        curator,
    )
    report = TableReport(len(rows), matched, len(found), len(missing), unknown, tuple(missing[:5]))
    return report, changes


_Index = dict[str, list[SentenceId]]


def _index(session: Session) -> tuple[dict[str, SentenceId], _Index, dict[SentenceId, str]]:
    by_uid: dict[str, SentenceId] = {}
    by_text: _Index = defaultdict(list)
    label_sets: dict[SentenceId, str] = {}
    for row in session.connection.execute(
        "SELECT s.id, s.uid, s.text, l.set_id FROM sentence s "
        "JOIN drug_label l ON l.id = s.drug_label WHERE s.current = 1 ORDER BY s.id"
    ):
        sentence = SentenceId(row["id"])
        by_uid[row["uid"]] = sentence
        by_text[_letters(row["text"])].append(sentence)
        label_sets[sentence] = row["set_id"]
    return by_uid, by_text, label_sets


def _over(old: Annotation, new: Annotation) -> Annotation:
    """The row's decision over the curator's earlier one.

    What the curator saw then stays written down: else a decision made with the suggestion in view
    would count as blind.
    """
    note = new.note or old.note
    if old.state in READ_BY_A_PERSON and (old.category, old.also) == (new.category, new.also):
        return old if note == old.note else replace(old, note=note, at=new.at)
    saw = replace(old.provenance, arm=Arm.IMPORT, scheme_version=new.provenance.scheme_version)
    return replace(new, flagged=old.flagged, note=note, provenance=saw)


def _targets(
    row: TableRow,
    by_uid: dict[str, SentenceId],
    by_text: _Index,
    label_sets: dict[SentenceId, str],
) -> list[SentenceId]:
    if row.uid and row.uid in by_uid:
        return [by_uid[row.uid]]
    letters = _letters(row.text)
    if not letters:
        return []
    candidates = by_text.get(letters, [])
    same_label = [s for s in candidates if label_sets[s] == row.set_id]
    return same_label or candidates or _behind_a_heading(row, by_text, label_sets)


def _behind_a_heading(
    row: TableRow, by_text: _Index, label_sets: dict[SentenceId, str]
) -> list[SentenceId]:
    """Words at the beginning are dropped one by one, up to the first full stop."""
    if not row.set_id:
        return []
    words = row.text.split()
    for start in range(1, min(len(words) - _FEWEST_WORDS, _LONGEST_HEADING) + 1):
        if words[start - 1].endswith((".", "!", "?", ";")):
            return []
        found = by_text.get(_letters(" ".join(words[start:])), [])
        same_label = [s for s in found if label_sets[s] == row.set_id]
        if same_label:
            return same_label if len(same_label) == 1 else []
    return []


def _letters(text: str) -> str:
    """Letters and digits alone: what is left when blanks and punctuation differ."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _also(session: Session, row: TableRow, primary: CategoryKey) -> tuple[CategoryKey, ...]:
    keys = (session.scheme.find(written) for written in row.also)
    return tuple(key for key in keys if key is not None and key != primary)


def _nth(values: Sequence[str], number: int) -> str:
    return values[number] if number < len(values) else ""
