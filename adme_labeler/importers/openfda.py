"""openFDA drug/label answers: single answers and bulk files, read one result at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections
from adme_labeler.importers import drug_names, headings
from adme_labeler.importers.drafts import (
    CLINICAL_PHARMACOLOGY,
    PHARMACOKINETICS,
    About,
    Piece,
    draft,
    pharmacokinetic_part,
)
from adme_labeler.importers.segmenter import sentence_spans
from adme_labeler.importers.text import ByteStream, cleaned, word_set

LARGEST_RESULT = 32 * 1024 * 1024
"""Characters of one result; the largest labels have a few million."""

_CHUNK = 1 << 18
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
_NO_SECTION = word_set(
    """
    spl_product_data_elements set_id id effective_time version openfda
    package_label_principal_display_panel"""
)
_TABLE_START = re.compile(r"<table\b", re.IGNORECASE)


def results(stream: ByteStream, source: str) -> Iterator[dict[str, Any]]:
    """The objects in the top-level array "results", decoded one by one.

    Memory holds one result and one chunk. Also takes a bare result (an object with "set_id") and a
    bare array of results. Raises ImportProblem for other JSON, broken JSON or none at all.
    """
    text = _Window(stream, source)
    text.skip_blanks()
    first = text.peek()
    if first == "[":
        text.drop(1)
        yield from _array(text)
        return
    if first != "{":
        raise ImportProblem(f"{source} is no JSON document of drug labels.")
    text.drop(1)
    found = False
    rest: dict[str, Any] = {}
    while True:
        text.skip_blanks()
        if text.peek() in ("}", ""):
            break
        key = text.value()
        text.skip_blanks()
        text.expect(":")
        text.skip_blanks()
        if key == "results" and text.peek() == "[":
            found = True
            text.drop(1)
            yield from _array(text)
        elif key == "error":
            detail = text.value()
            message = detail.get("message", "") if isinstance(detail, dict) else ""
            raise ImportProblem(f"{source} is an openFDA error message, no drug label: {message}")
        else:
            rest[str(key)] = text.value()
        text.skip_blanks()
        if text.peek() == ",":
            text.drop(1)
        elif text.peek() != "}":
            raise ImportProblem(f"{source} breaks off or is damaged: its JSON is not complete.")
    if text.peek() != "}":
        raise ImportProblem(f"{source} breaks off or is damaged: its JSON is not complete.")
    if not found:
        if "set_id" in rest or "openfda" in rest:
            yield rest
            return
        raise ImportProblem(f'{source} holds no drug labels: it has no "results".')


def read(result: Mapping[str, Any], source: str, sections: Sections) -> LabelDraft:
    """One result as a drug label with the blocks of the chosen sections."""
    about = _about(result, source)
    pieces: list[Piece] = []
    tables = _tables(result, everything=sections is Sections.ALL)
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
        version=int(version) if version.isdigit() else 0,
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


def _pieces(name: str, text: str, tables: list[_Table]) -> Iterator[Piece]:
    code = _CODES.get(name, "")
    flat = cleaned(text)
    parts = _without_tables(flat, tables) if tables else [(flat, None)]
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
        starts = [start for start, _ in sentence_spans(part)]
        for path, begin, end in headings.split_running_text(part, stack, starts):
            body = part[begin:end].strip()
            if body:
                yield Piece(BlockKind.PARAGRAPH, code, title, path, body)


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


# --------------------------------------------------------------------------- tables


class _Table:
    """A table of a *_table field: its text as the flat string has it, its parts when wanted."""

    def __init__(self, markup: str) -> None:
        import lxml.etree as etree
        import lxml.html as html

        parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
        try:
            root = html.fragment_fromstring(markup, create_parent=True, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            root = html.Element("div")
        self._element = next(root.iter("table"), root)
        self.letters = "".join(cleaned("".join(self._element.itertext())).split())

    def parts(self) -> tuple[list[str], tuple[tuple[str, ...], ...], list[str]]:
        """(captions, rows, footnotes)."""
        from adme_labeler.importers.spl_text import table_rows

        return table_rows(self._element)


def _tables(result: Mapping[str, Any], everything: bool) -> list[_Table]:
    names = ["pharmacokinetics_table", "clinical_pharmacology_table", "pharmacodynamics_table"]
    if everything:
        names += [n for n in result if n.endswith("_table") and n not in names]
    markups: dict[str, None] = {}
    for name in names:
        for markup in _strings(result.get(name)):
            for piece in _separate(markup):
                markups.setdefault(piece)
    return [_Table(markup) for markup in markups]


def _separate(markup: str) -> list[str]:
    starts = [m.start() for m in _TABLE_START.finditer(markup)] or [0]
    return [markup[a:b] for a, b in zip(starts, [*starts[1:], len(markup)], strict=True)]


def _without_tables(flat: str, tables: list[_Table]) -> list[tuple[str, _Table | None]]:
    """The flat text with every table that stands in it taken out, in order.

    Tables are looked for with all blanks removed, since the flat text has blanks of its own.
    """
    letters: list[int] = [i for i, c in enumerate(flat) if c != " "]
    dense = "".join(flat[i] for i in letters)
    places: list[tuple[int, int, _Table]] = []
    for table in tables:
        if len(table.letters) < 12:
            continue
        at = dense.find(table.letters)
        if at >= 0:
            places.append((letters[at], letters[at + len(table.letters) - 1] + 1, table))
    places.sort(key=lambda p: p[0])
    parts: list[tuple[str, _Table | None]] = []
    begin = 0
    for start, end, table in places:
        if start < begin:
            continue
        if flat[begin:start].strip():
            parts.append((flat[begin:start].strip(), None))
        parts.append(("", table))
        begin = end
    if flat[begin:].strip() or not parts:
        parts.append((flat[begin:].strip(), None))
    return parts


# --------------------------------------------------------------------------- reading JSON


class _Window:
    """A sliding piece of the decoded file: only what is being read is held."""

    def __init__(self, stream: ByteStream, source: str) -> None:
        self.source = source
        self._stream = stream
        head = stream.read(4)
        encoding = "utf-8-sig"
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            encoding = "utf-16"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._json = json.JSONDecoder()
        self.text = self._decoder.decode(head)
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        if self.ended:
            return False
        chunk = self._stream.read(max(_CHUNK, len(self.text) - self.at))
        self.ended = not chunk
        self.text = self.text[self.at :] + self._decoder.decode(chunk, final=self.ended)
        self.at = 0
        if len(self.text) > LARGEST_RESULT:
            raise ImportProblem(f"{self.source} holds a single result too large for a drug label.")
        return not self.ended

    def peek(self) -> str:
        while self.at >= len(self.text):
            if not self.more() and self.at >= len(self.text):
                return ""
        return self.text[self.at]

    def drop(self, count: int) -> None:
        self.at += count

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise ImportProblem(f"{self.source} is damaged: its JSON is not well-formed.")
        self.drop(1)

    def skip_blanks(self) -> None:
        while self.peek() and self.peek() in " \t\r\n":
            self.at += 1

    def value(self) -> Any:
        """The JSON value that begins here."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self.text, self.at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError):
                    raise ImportProblem(
                        f"{self.source} nests its JSON deeper than any drug label."
                    ) from error
                if self.more():
                    continue
                raise ImportProblem(
                    f"{self.source} breaks off or is damaged: its JSON is not complete."
                ) from error
            if end == len(self.text) and not self.ended and self.more():
                continue  # a number may go on in the next chunk
            self.at = end
            return value


def _array(text: _Window) -> Iterator[dict[str, Any]]:
    text.skip_blanks()
    if text.peek() == "]":
        text.drop(1)
        return
    while True:
        text.skip_blanks()
        value = text.value()
        if isinstance(value, dict):
            yield value
        text.skip_blanks()
        if text.peek() == ",":
            text.drop(1)
            continue
        text.expect("]")
        return


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _one(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    texts = _strings(value)
    return texts[0].strip() if texts else ""
