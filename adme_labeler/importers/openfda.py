"""openFDA drug/label answers: single answers and bulk files, read one result at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections
from adme_labeler.importers import drug_names, headings, running_text
from adme_labeler.importers.drafts import (
    CLINICAL_PHARMACOLOGY,
    PHARMACOKINETICS,
    About,
    Piece,
    draft,
    pharmacokinetic_part,
    version_number,
)
from adme_labeler.importers.openfda_json import results
from adme_labeler.importers.openfda_tables import Table, tables_of, without_tables
from adme_labeler.importers.segmenter import sentence_spans
from adme_labeler.importers.text import cleaned, repaired, word_set

_CODES = {
    "pharmacokinetics": PHARMACOKINETICS,
    "clinical_pharmacology": CLINICAL_PHARMACOLOGY,
    "mechanism_of_action": "43679-0",
    "pharmacodynamics": "43681-6",
    "indications_and_usage": "34067-9",
    "contraindications": "34070-3",
    "warnings": "34071-1",
    "warnings_and_cautions": "43685-7",
    "precautions": "42232-9",
    "adverse_reactions": "34084-4",
    "drug_interactions": "34073-7",
    "use_in_specific_populations": "43684-0",
    "dosage_and_administration": "34068-7",
    "overdosage": "34088-5",
    "description": "34089-3",
    "clinical_studies": "34092-7",
    "boxed_warning": "34066-1",
    "microbiology": "49489-8",
    "how_supplied": "34069-5",
}
__all__ = ["read", "results"]

_FIGURE = re.compile(
    r"(?:(?<=[.\])] )|\A)(?:Figure|FIGURE) (\d+)[.:]? (?:(?!(?:Figure|FIGURE) \d).){4,240}? ?"
    r"(?:Figure|FIGURE) \1(?=\s|\Z)"
)
_PICTURES = re.compile(r"(?:Figure \w{1,3}[.,]?\s*)+", re.IGNORECASE)
_NO_SECTION = word_set(
    """
    spl_product_data_elements set_id id effective_time version openfda
    package_label_principal_display_panel"""
)


def read(result: Mapping[str, Any], source: str, sections: Sections) -> LabelDraft:
    """One result as a drug label with the blocks of the chosen sections."""
    about = _about(result, source)
    pieces: list[Piece] = []
    tables = tables_of(_table_markups(result, everything=sections is Sections.ALL))
    for name, texts in _chosen(result, sections):
        for text in texts:
            part = list(_pieces(name, text, tables))
            if name == "clinical_pharmacology" and sections is Sections.PHARMACOKINETICS:
                opening = 1 if part and part[0].title else 0
                part = pharmacokinetic_part(part, titles=opening)
            pieces.extend(part)
    return draft(about, pieces)


# --------------------------------------------------------------------------- about the label


def _about(result: Mapping[str, Any], source: str) -> About:
    more = result.get("openfda")
    more = more if isinstance(more, dict) else {}
    brand, generic = _strings(more.get("brand_name")), _strings(more.get("generic_name"))
    active = _strings(more.get("substance_name"))
    names = [*brand, *generic, *active]
    if not names:
        names = _names_of_elements(result)
    set_id = _one(result.get("set_id")) or _one(more.get("spl_set_id"))
    version = _one(result.get("version"))
    title = ", ".join(dict.fromkeys(brand or generic or names))
    return About(
        source=source,
        source_format="openfda",
        set_id=set_id or _one(result.get("id")),
        document_id=_one(result.get("id")),
        version=version_number(version),
        effective_date=_one(result.get("effective_time"))[:8],
        title=title[:160],
        label_type=_label_type(_strings(more.get("product_type"))),
        dosage_form=", ".join(_strings(more.get("dosage_form")))[:200],
        ingredients=drug_names.ingredients(active or generic or names),
        names=drug_names.names_for_masking(names),
    )


def _label_type(product_types: list[str]) -> LabelType:
    words = " ".join(product_types).casefold()
    for needle, kind in (
        ("animal", LabelType.ANIMAL),
        ("device", LabelType.DEVICE),
        ("vaccine", LabelType.VACCINE),
        ("otc", LabelType.OTC),
    ):
        if needle in words:
            return kind
    # An empty "openfda" part is common among prescription labels and says nothing.
    return LabelType.PRESCRIPTION


def _names_of_elements(result: Mapping[str, Any]) -> list[str]:
    """Brand name from the flat list of product data: it stands there twice in a row."""
    words = " ".join(_strings(result.get("spl_product_data_elements"))).split()[:24]
    for length in range(min(6, len(words) // 2), 0, -1):
        first = [w.casefold() for w in words[:length]]
        if first == [w.casefold() for w in words[length : 2 * length]]:
            return [" ".join(words[:length])]
    return words[:1]


# --------------------------------------------------------------------------- sections


def _chosen(result: Mapping[str, Any], sections: Sections) -> Iterator[tuple[str, list[str]]]:
    if sections is Sections.ALL:
        taken: list[str] = []
        names = [n for n in result if n not in _NO_SECTION and not n.endswith("_table")]
        # Sections come before the subsections that they contain, so that nothing comes twice.
        sizes = {n: sum(map(len, _strings(result[n]))) for n in names}
        kept: set[str] = set()
        for name in sorted(names, key=lambda n: -sizes[n]):
            texts = [t for t in _distinct(_strings(result[name])) if not _within(t, taken)]
            if texts:
                kept.add(name)
                taken.extend(texts)
        for name in names:
            if name in kept:
                yield name, [t for t in _distinct(_strings(result[name])) if t in taken]
        return
    order = ["pharmacokinetics", "clinical_pharmacology"]
    if sections is Sections.CLINICAL_PHARMACOLOGY:
        order.reverse()
    for name in order:
        texts = _distinct(_strings(result.get(name)))
        if texts:
            yield name, texts
            return


def _distinct(texts: list[str]) -> list[str]:
    """Texts that do not stand inside another one (nested sections with the same code)."""
    kept: list[str] = []
    for text in sorted(texts, key=len, reverse=True):
        if text.strip() and not _within(text, kept):
            kept.append(text)
    return [t for t in texts if t in kept]


def _within(text: str, others: list[str]) -> bool:
    short = text.strip()
    return any(short in other for other in others)


def _pieces(name: str, text: str, tables: list[Table]) -> Iterator[Piece]:
    code = _CODES.get(name, "")
    flat = repaired(cleaned(text))
    parts = without_tables(flat, tables) if tables else [(flat, None)]
    title = _section_title(flat, name)
    stack = headings.HeadingStack((title,) if title else ())
    for index, (part, table) in enumerate(parts):
        if table is not None:
            captions, rows, notes = table.parts()
            for caption in captions:
                yield Piece(BlockKind.CAPTION, code, title, stack.path, caption)
            if rows:
                yield Piece(BlockKind.TABLE, code, title, stack.path, rows=rows)
            for note in notes:
                yield Piece(BlockKind.FOOTNOTE, code, title, stack.path, note)
            continue
        if index == 0 and title:
            part = part[len(title) :].lstrip(" :–-")
        for stretch, is_caption in _around_figures(part):
            if is_caption:
                yield Piece(BlockKind.CAPTION, code, title, stack.path, stretch)
                continue
            starts = [start for start, _ in sentence_spans(stretch)]
            for path, begin, end in running_text.split_running_text(stretch, stack, starts):
                body = stretch[begin:end].strip()
                kind = BlockKind.CAPTION if _PICTURES.fullmatch(body) else BlockKind.PARAGRAPH
                if body:
                    yield Piece(kind, code, title, path, body)


def _around_figures(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of flat text and whether each is a figure's caption.

    A caption shows where the picture's own name ("Figure 2") stands behind it.
    """
    begin = 0
    for match in _FIGURE.finditer(text):
        if before := text[begin : match.start()].strip():
            yield before, False
        yield match[0].strip(), True
        begin = match.end()
    if rest := text[begin:].strip():
        yield rest, False


def _section_title(text: str, name: str) -> str:
    """The section's title at the start of its text: its number and the words of the field."""
    words = r"\s+".join(
        {"and": "(?:and|&)", "cautions": "precautions"}.get(w, re.escape(w))
        for w in name.split("_")
    )
    match = re.match(rf"(?:\d{{1,2}}(?:\.\d{{1,2}})*\.?\s+)?{words}\b", text, re.IGNORECASE)
    if match is None:
        return ""
    rest = text[match.end() :]
    return match[0] if re.match(r"\s*(?:[:–-]|[A-Z0-9(\[•“]|\Z)", rest) else ""


def _table_markups(result: Mapping[str, Any], everything: bool) -> Iterator[str]:
    names = ["pharmacokinetics_table", "clinical_pharmacology_table", "pharmacodynamics_table"]
    if everything:
        names += [n for n in result if n.endswith("_table") and n not in names]
    for name in names:
        yield from _strings(result.get(name))


# --------------------------------------------------------------------------- values


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _one(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    texts = _strings(value)
    return texts[0].strip() if texts else ""
