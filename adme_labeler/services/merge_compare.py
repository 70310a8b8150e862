"""One sentence three times: as it was exported, as the sheet has it, as the project has it now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.records import (
    READ_BY_A_PERSON,
    Annotation,
    AnnotationState,
    Arm,
    ModelVersion,
    Provenance,
)
from adme_labeler.domain.resolution import Adjudication, resolve
from adme_labeler.language import tr
from adme_labeler.protocol import EditedRow

SURELY_WHOLE = 16_000
"""Characters; a longer note may have been cut to a cell of the spreadsheet."""

_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f]")
_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"", "no", "n", "false", "0"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row says of its sentence; `also` is in the order of the scheme."""

    category: CategoryKey | None = None
    also: tuple[CategoryKey, ...] = ()
    note: str = ""
    flagged: bool = False

    @property
    def decision(self) -> tuple[CategoryKey | None, tuple[CategoryKey, ...]]:
        return self.category, self.also


@dataclass(frozen=True, slots=True)
class Held:
    """What the project holds, or held, for one sentence."""

    annotations: Sequence[Annotation] = ()
    settled: Adjudication | None = None

    def entry(self, scheme: CategoryScheme) -> Entry:
        """As an export writes it."""
        resolved = resolve(self.annotations, self.settled)
        return Entry(
            None if resolved is None else resolved.category,
            () if resolved is None else _ordered(scheme, resolved.also),
            _joined(self.annotations).strip(),
            any(a.flagged for a in self.annotations),
        )

    def of(self, curator: str) -> Annotation | None:
        return next((a for a in self.annotations if a.curator == curator), None)

    def others(self, curator: str) -> list[Annotation]:
        return [a for a in self.annotations if a.curator != curator]


@dataclass(frozen=True, slots=True)
class Edited:
    """A row as read. `reason` says in one sentence why it cannot be taken, else it is "".

    `unknown` are texts in the place of a category that the scheme does not know.
    """

    entry: Entry
    reason: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`fields` are those that the sheet changed and the project does not have yet.

    `conflict`: the project changed one of them since the export. `written` is the curator's
    annotation if the row is taken (without its time), None when there is nothing to take.
    `disagrees` are other curators whose category will then differ.
    """

    fields: tuple[str, ...] = ()
    conflict: bool = False
    reason: str = ""
    written: Annotation | None = None
    disagrees: tuple[str, ...] = ()


def read_row(row: EditedRow, base: Entry, scheme: CategoryScheme) -> Edited:
    """The row with what its missing columns said at the export."""
    category, also, flagged = base.category, base.also, base.flagged
    unknown: list[str] = []
    reason = ""
    if row.category is not None:
        category = scheme.find(row.category) if row.category else None
        if row.category and category is None:
            unknown.append(row.category)
        if category is None and row.also is None:
            also = ()
    if row.also is not None:
        also = tuple(_several(row.also, scheme, unknown))
    also = _ordered(scheme, (key for key in also if key != category))
    if row.flagged is not None:
        word = row.flagged.casefold()
        flagged = word in _YES
        if word not in _YES | _NO:
            reason = tr(
                'Flagged says "{text}"; write yes or leave it empty.', text=row.flagged[:40]
            )
    if also and category is None:
        reason = reason or tr("A further category needs a category beside it.")
    note = base.note if row.note is None or _is_damaged(row.note, base.note) else row.note
    if unknown:
        listed = ", ".join(f'"{text[:40]}"' for text in unknown)
        reason = tr("{names} is no category of this project.", names=listed)
    return Edited(Entry(category, also, note, flagged), reason, tuple(unknown))


def compare(
    base: Held,
    edited: Entry,
    now: Held,
    blank: Annotation,
    decided: Provenance,
    scheme: CategoryScheme,
) -> Comparison:
    """What taking the row would do to the annotation of `blank.curator`.

    `blank` stands in where the curator has none; `decided` is the provenance of a new decision.
    """
    exported, current = base.entry(scheme), now.entry(scheme)
    curator = blank.curator
    own = now.of(curator) or blank
    others = now.others(curator)
    fields: list[str] = []
    conflict = False
    reason = ""
    written = own
    before = base.of(curator) or blank
    since = own if own != before else blank
    taken = since.category is not None and (since.category, since.also) == edited.decision
    if edited.decision not in (exported.decision, current.decision) and not taken:
        fields += [n for n in ("category", "also") if getattr(edited, n) != getattr(exported, n)]
        conflict = current.decision != exported.decision
        written = _redecided(written, edited, decided)
        reason = _why_no_decision(own, written, others, now.settled, scheme)
    if edited.note not in (exported.note, current.note):
        mine, refusal = _own_note(edited.note, base, curator)
        reason = reason or refusal
        if mine != own.note or refusal:
            fields.append("note")
            conflict = conflict or current.note != exported.note
            written = replace(written, note=mine)
    if edited.flagged not in (exported.flagged, current.flagged):
        fields.append("flagged")
        written = replace(written, flagged=edited.flagged)
        flaggers = [a.curator for a in others if a.flagged]
        if flaggers and not edited.flagged:
            reason = reason or tr("Only {names} can take that flag back.", names=_names(flaggers))
    if not fields:
        return Comparison()
    disagrees = tuple(
        a.curator
        for a in others
        if "category" in fields
        and a.state in READ_BY_A_PERSON
        and a.category not in (None, written.category)
    )
    return Comparison(tuple(fields), conflict, reason, None if reason else written, disagrees)


def provenance(
    row: EditedRow, held_out: bool, guideline: int, scheme: CategoryScheme
) -> Provenance:
    """What the sheet showed beside the sentence when the person decided."""
    suggested = scheme.find(row.suggestion) if row.suggestion else None
    version, _, revision = row.model.partition(".")
    known = suggested is not None and version.isdigit() and revision.isdigit()
    return Provenance(
        suggested=suggested,
        probability=None if suggested is None else _probability(row.probability),
        model_version=ModelVersion(int(version)) if known else None,
        head_revision=int(revision) if known else None,
        blind=held_out and suggested is None,
        arm=Arm.REVIEW,
        guideline_version=guideline,
        scheme_version=scheme.version,
    )


def _redecided(own: Annotation, edited: Entry, decided: Provenance) -> Annotation:
    if edited.category is None:
        return replace(
            own, state=AnnotationState.OPEN, category=None, also=(), provenance=Provenance()
        )
    if own.category == edited.category and own.state in READ_BY_A_PERSON:
        return replace(own, also=edited.also)
    if decided.suggested is None:
        state = AnnotationState.DECIDED
    elif decided.suggested == edited.category:
        state = AnnotationState.ACCEPTED
    else:
        state = AnnotationState.CORRECTED
    return replace(own, state=state, category=edited.category, also=edited.also, provenance=decided)


def _why_no_decision(
    own: Annotation,
    written: Annotation,
    others: Sequence[Annotation],
    settled: Adjudication | None,
    scheme: CategoryScheme,
) -> str:
    """Why the project would not hold what the sheet says, whatever this curator decides."""
    if settled is not None:
        return tr(
            "{curator} has settled this sentence as {category}; settle it again in the window.",
            curator=settled.curator,
            category=scheme[settled.category].name,
        )
    if own == written and own.category is not None:
        otherwise = [a.curator for a in others if a.category not in (None, own.category)]
        return tr(
            "This is {curator}'s decision already; {others} decided otherwise.",
            curator=own.curator,
            others=_names(otherwise) or tr("somebody else"),
        )
    remaining = resolve([*others, written], None)
    if written.category is None and remaining is not None:
        deciders = [a.curator for a in others if a.category is not None]
        return tr("Only {names} can take that decision back.", names=_names(deciders))
    return ""


def _own_note(edited: str, base: Held, curator: str) -> tuple[str, str]:
    """The curator's part of a note that may join several curators' notes, and a refusal or ""."""
    noted = [a for a in base.annotations if a.note]
    others = [a for a in noted if a.curator != curator]
    if not others:
        return edited, ""
    rest = f"\n{edited}\n"
    for other in others:
        piece = other.note if len(noted) == 1 else f"{other.curator}: {other.note}"
        if f"\n{piece}\n" not in rest:
            return "", tr("Only {curator} can change the note of {curator}.", curator=other.curator)
        rest = rest.replace(f"\n{piece}\n", "\n", 1)
    return rest.strip().removeprefix(f"{curator}: ").strip(), ""


def _joined(annotations: Iterable[Annotation]) -> str:
    """Notes as an export writes them: by curator, with names where there are several."""
    noted = [a for a in annotations if a.note]
    if len(noted) == 1:
        return noted[0].note
    return "\n".join(f"{a.curator}: {a.note}" for a in noted)


def _several(written: str, scheme: CategoryScheme, unknown: list[str]) -> Iterable[CategoryKey]:
    """Categories parted by semicolons, or by commas and the like where no name has them."""
    for part in filter(None, map(str.strip, re.split(r"[;\n]", written))):
        whole = scheme.find(part)
        if whole is not None:
            yield whole
            continue
        for piece in filter(None, map(str.strip, re.split(r"[,|+/]", part))):
            key = scheme.find(piece)
            if key is None:
                unknown.append(piece)
            else:
                yield key


def _ordered(scheme: CategoryScheme, keys: Iterable[CategoryKey]) -> tuple[CategoryKey, ...]:
    wanted = set(keys)
    return tuple(key for key in scheme.keys if key in wanted)


def _is_damaged(note: str, whole: str) -> bool:
    """Whether a cell could not hold the note: too long, or with characters that an ods loses."""
    cut = SURELY_WHOLE < len(note) < len(whole) and whole.startswith(note)
    return cut or note == _CONTROLS.sub("", whole)


def _probability(written: str) -> float | None:
    try:
        value = float(written.replace(",", "."))
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None


def _names(curators: Sequence[str]) -> str:
    return " and ".join(curators)
