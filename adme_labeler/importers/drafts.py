"""From pieces of text in their place to a finished `LabelDraft`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import TypeVar, cast

import msgspec

from adme_labeler.domain.records import BlockDraft, BlockKind, LabelDraft, LabelType, SpanDraft
from adme_labeler.importers import headings
from adme_labeler.importers.hints import hint_for, sentence_hint
from adme_labeler.importers.segmenter import sentence_spans

CLINICAL_PHARMACOLOGY = "34090-1"
PHARMACOKINETICS = "43682-4"


@dataclass(frozen=True)
class Piece:
    """A block as read: where it stands and what it says, before it is cut into sentences.

    `path` lists the headings in force, outermost first.
    """

    kind: BlockKind
    code: str
    title: str
    path: tuple[str, ...]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class About:
    """What a source says of a label beside its text; see `LabelDraft`."""

    source: str
    source_format: str
    set_id: str = ""
    document_id: str = ""
    version: int = 0
    effective_date: str = ""
    title: str = ""
    label_type: LabelType = LabelType.PRESCRIPTION
    dosage_form: str = ""
    ingredients: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def version_number(written: str) -> int:
    """The number of a label's version; 0 for what is no whole number of at most nine digits."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def draft(about: About, pieces: Iterable[Piece]) -> LabelDraft:
    """Cut every piece into sentences (tables into rows) and put the label together."""
    blocks = tuple(block for piece in pieces if (block := _block(piece)) is not None)
    return draft_of_blocks(about, blocks)


def draft_of_blocks(about: About, blocks: tuple[BlockDraft, ...]) -> LabelDraft:
    """As `draft`, for blocks that are already cut (tables of sentences)."""
    seen: dict[str, None] = {}
    for block in blocks:
        for heading in block.heading_path:
            if headings.family(heading) == headings.UNKNOWN:
                seen.setdefault(heading)
    label = LabelDraft(
        source=about.source,
        source_format=about.source_format,
        set_id=about.set_id,
        document_id=about.document_id,
        version=about.version,
        effective_date=about.effective_date,
        title=about.title,
        label_type=about.label_type,
        dosage_form=about.dosage_form,
        ingredients=about.ingredients,
        names=about.names,
        content_hash=content_hash(blocks),
        blocks=blocks,
        unknown_headings=tuple(seen),
    )
    try:
        msgspec.json.encode(label)
    except UnicodeEncodeError:
        return _without_half_letters(label)
    return label


def content_hash(blocks: Sequence[BlockDraft]) -> str:
    """sha256 (hex) over heading paths and texts in order; nothing else of a block counts."""
    digest = hashlib.sha256()
    for block in blocks:
        digest.update("\x1f".join(block.heading_path).encode("utf-8", "surrogatepass"))
        digest.update(b"\x1e")
        digest.update(block.text.encode("utf-8", "surrogatepass"))
        digest.update(b"\x1d")
    return digest.hexdigest()


def pharmacokinetic_part(pieces: Sequence[Piece], titles: int = 1) -> list[Piece]:
    """The pieces of a clinical pharmacology section that are pharmacokinetics.

    They begin at a pharmacokinetics (or absorption, distribution, …) heading and end at another
    major heading such as Pharmacodynamics or Clinical Studies. Where no pharmacokinetics heading
    stands at all, everything is returned. The first `titles` headings of a path are the section's
    own title and do not count.
    """
    if not any(headings.is_pharmacokinetics(h) for p in pieces for h in p.path[titles:]):
        return list(pieces)
    kept: list[Piece] = []
    inside = False
    last: tuple[str, ...] = ()
    for piece in pieces:
        if piece.path != last:
            last = piece.path
            verdict = _pharmacokinetic(piece.path[titles:])
            inside = inside if verdict is None else verdict
        if inside:
            kept.append(piece)
    return kept or list(pieces)


def _pharmacokinetic(path: tuple[str, ...]) -> bool | None:
    """Whether these headings are pharmacokinetics; None where the words do not say."""
    if not path:
        return False
    for heading in reversed(path):
        kind = headings.family(heading)
        if kind == headings.PK or headings.is_pharmacokinetics(heading):
            return True
        if kind == headings.MAJOR:
            return False
        if kind in (headings.TOPIC, headings.FOOD):
            return True
    return None


_Any = TypeVar("_Any")


def _without_half_letters(value: _Any) -> _Any:
    """Halves of surrogate pairs, which JSON can spell and no file can hold, become U+FFFD."""
    found: object = value
    if isinstance(value, str) and not isinstance(value, Enum):
        found = re.sub("[\ud800-\udfff]", "\ufffd", value)
    elif isinstance(value, tuple):
        found = tuple(_without_half_letters(part) for part in cast(tuple[object, ...], value))
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: _without_half_letters(getattr(value, f.name)) for f in fields(value)}
        found = replace(value, **parts)
    return cast(_Any, found)


def _block(piece: Piece) -> BlockDraft | None:
    if piece.kind is BlockKind.TABLE:
        return _table(piece)
    spans = tuple(SpanDraft(start, end) for start, end in sentence_spans(piece.text))
    if not spans:
        return None
    hint = hint_for(piece.path) if piece.kind in _HINTED else ""
    return BlockDraft(
        kind=piece.kind,
        section_code=piece.code,
        section_title=piece.title,
        heading_path=piece.path,
        text=piece.text,
        spans=spans,
        hint=hint,
        hints=tuple(sentence_hint(hint, piece.text[s.start : s.end]) for s in spans),
    )


_HINTED = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)


def _table(piece: Piece) -> BlockDraft | None:
    rows = tuple(row for row in piece.rows if any(row))
    if not rows:
        return None
    lines = [" | ".join(row) for row in rows]
    spans: list[SpanDraft] = []
    start = 0
    for line in lines:
        spans.append(SpanDraft(start, start + len(line)))
        start += len(line) + 1
    return BlockDraft(
        kind=BlockKind.TABLE,
        section_code=piece.code,
        section_title=piece.title,
        heading_path=piece.path,
        text="\n".join(lines),
        spans=tuple(spans),
        rows=rows,
    )
