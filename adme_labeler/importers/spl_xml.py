"""Structured Product Labeling (HL7 SPL) documents, as DailyMed publishes them.

Source of the codes: FDA SPL implementation guide (LOINC section and document type codes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections
from adme_labeler.importers import drug_names, headings, spl_sections
from adme_labeler.importers.drafts import (
    About,
    Piece,
    draft,
    pharmacokinetic_part,
    version_number,
)
from adme_labeler.importers.spl_sections import UNCLASSIFIED, child_of, code_of, tag
from adme_labeler.importers.spl_text import contents, plain_text
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import tr

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 64 * 1024 * 1024
"""Bytes of one document; the largest labels of DailyMed have about a quarter of that."""
DEEPEST = 120
"""Levels of elements; real labels stay under 40."""

_NAMESPACE = "urn:hl7-org:v3"
_CHUNK = 1 << 16
_DEEPEST_SECTION = 12
_TYPES = {
    "34391-3": LabelType.PRESCRIPTION,
    "45129-4": LabelType.PRESCRIPTION,
    "34390-5": LabelType.OTC,
    "53404-0": LabelType.VACCINE,
    "50577-6": LabelType.ANIMAL,
    "50578-4": LabelType.ANIMAL,
    "69403-4": LabelType.DEVICE,
    "69404-2": LabelType.DEVICE,
    "53411-5": LabelType.PRESCRIPTION,
    "60681-4": LabelType.PRESCRIPTION,
    "60683-0": LabelType.PRESCRIPTION,
}


def read(stream: ByteStream, source: str, sections: Sections) -> LabelDraft:
    """The drug label in an SPL document, with the blocks of the chosen sections.

    `source` is the name that messages show. Entities, network and external definitions are off.
    Raises ImportProblem for XML that is broken, too large, too deep or no SPL document.
    """
    root = _parse(stream, source)
    about = _about(root, source)
    chosen, too_much = spl_sections.chosen(root, sections, about.names)
    pieces: list[Piece] = []
    for section, above in chosen:
        part = list(_section(section, above, "", ""))
        pieces.extend(pharmacokinetic_part(part) if too_much else part)
    return draft(about, pieces)


def label_type(root: _Element) -> LabelType:
    """Kind of label by the document code's words, else by the code itself."""
    code = child_of(root, "code")
    if code is None:
        return LabelType.OTHER
    words = (code.get("displayName") or "").casefold()
    for needle, kind in (
        ("animal", LabelType.ANIMAL),
        ("veterinary", LabelType.ANIMAL),
        ("device", LabelType.DEVICE),
        ("vaccine", LabelType.VACCINE),
        ("otc", LabelType.OTC),
        ("prescription", LabelType.PRESCRIPTION),
        ("cellular therapy", LabelType.PRESCRIPTION),
        ("plasma derivative", LabelType.PRESCRIPTION),
    ):
        if needle in words:
            return kind
    return _TYPES.get(code.get("code") or "", LabelType.OTHER)


# --------------------------------------------------------------------------- parsing


def _parse(stream: ByteStream, source: str) -> _Element:
    import lxml.etree as etree

    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    guard = _Guard(source)
    size = 0
    carry = b""
    try:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise ImportProblem(
                    tr(
                        "{file} is larger than {size} MB, too large for one drug label.",
                        file=source,
                        size=LARGEST >> 20,
                    )
                )
            if b"<!ENTITY" in (carry + chunk).replace(b"\0", b""):
                # Labels define none; definitions are how entity bombs and file theft begin.
                raise ImportProblem(
                    tr(
                        "{file} defines its own XML entities, which no drug label does; for "
                        "safety it was not read.",
                        file=source,
                    )
                )
            carry = chunk[-20:]
            parser.feed(chunk)
            guard.watch(parser.read_events())
        root = parser.close()
        guard.watch(parser.read_events())
    except etree.XMLSyntaxError as error:
        guard.watch(parser.read_events())  # "no drug label" says more than "damaged"
        if size == 0:
            raise ImportProblem(tr("{file} is empty.", file=source)) from error
        if error.lineno:
            raise ImportProblem(
                tr(
                    "{file} is no complete XML document: it breaks off or is damaged (line "
                    "{line}).",
                    file=source,
                    line=error.lineno,
                )
            ) from error
        raise ImportProblem(
            tr(
                "{file} is no complete XML document: it breaks off or is damaged.",
                file=source,
            )
        ) from error
    return root


class _Guard:
    """Watches the elements while a document is being parsed: its root and its depth."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.depth = 0
        self.seen = False

    def watch(self, events: Iterable[tuple[str, _Element]]) -> None:
        for event, element in events:
            if event == "end":
                self.depth -= 1
                continue
            self.depth += 1
            if not self.seen:
                self.seen = True
                _check_root(element, self.source)
            if self.depth > DEEPEST:
                raise ImportProblem(
                    tr(
                        "{file} nests its elements more than {most} levels deep, which no "
                        "drug label does.",
                        file=self.source,
                        most=DEEPEST,
                    )
                )


def _check_root(root: _Element, source: str) -> None:
    if tag(root) != "document" or (root.nsmap.get(root.prefix) or _NAMESPACE) != _NAMESPACE:
        raise ImportProblem(
            tr(
                "{file} is XML but no drug label (its outermost element is <{tag}>).",
                file=source,
                tag=tag(root),
            )
        )


# --------------------------------------------------------------------------- about the label


def _about(root: _Element, source: str) -> About:
    brand: list[str] = []
    generic: list[str] = []
    active: list[str] = []
    forms: list[str] = []
    for product in root.iter("{*}manufacturedProduct", "{*}manufacturedMedicine"):
        name = child_of(product, "name")
        if name is not None:
            brand.append(plain_text(name))
        form = child_of(product, "formCode")
        if form is not None and form.get("displayName"):
            forms.append(form.get("displayName", ""))
    for medicine in root.iter("{*}genericMedicine"):
        name = child_of(medicine, "name")
        if name is not None:
            generic.append(plain_text(name))
    for ingredient in root.iter("{*}ingredient", "{*}activeIngredient"):
        kind = ingredient.get("classCode") or ("ACTIB" if "active" in tag(ingredient) else "")
        if not kind.startswith("ACT"):
            continue
        for substance in ingredient:
            if tag(substance) in ("ingredientSubstance", "activeIngredientSubstance"):
                name = child_of(substance, "name")
                if name is not None:
                    active.append(plain_text(name))
    names = [n for n in dict.fromkeys([*brand, *generic, *active]) if n]
    version = _attribute(root, "versionNumber", "value")
    title = plain_text(child_of(root, "title"))
    return About(
        source=source,
        source_format="spl",
        set_id=_attribute(root, "setId", "root") or _attribute(root, "id", "root"),
        document_id=_attribute(root, "id", "root"),
        version=version_number(version),
        effective_date=_attribute(root, "effectiveTime", "value")[:8],
        title=_short_title(title, names),
        label_type=label_type(root),
        dosage_form=", ".join(dict.fromkeys(f for f in forms if f))[:200],
        ingredients=drug_names.ingredients([a for a in active if a] or [g for g in generic if g]),
        names=drug_names.names_for_masking(names),
    )


def _short_title(title: str, names: list[str]) -> str:
    """The document's title, or the drug's names where it has none or a page of boilerplate."""
    boilerplate = re.match(r"these highlights do not include", title, re.IGNORECASE)
    if title and not boilerplate and len(title) <= 160:
        return title
    joined = ", ".join(dict.fromkeys(n for n in names if n))
    return (joined or title)[:160]


# --------------------------------------------------------------------------- sections


def _section(
    section: _Element, above: tuple[str, ...], code: str, title: str, depth: int = 0
) -> Iterator[Piece]:
    """Pieces of a section and everything in it.

    `code` and `title` name the place: the nearest section with a code of its own.
    """
    own_title = plain_text(child_of(section, "title"))
    own_code = code_of(section)
    if not code or own_code not in ("", UNCLASSIFIED, code):
        code, title = own_code, own_title or title
    stack = headings.HeadingStack((*above, own_title) if own_title else above)
    inner = [
        child
        for part in section
        if tag(part) == "component" and depth < _DEEPEST_SECTION
        for child in part
        if tag(child) == "section"
    ]
    last = stack.path
    for part in section:
        if tag(part) == "text":
            for content in contents(part, stack):
                last = content.path
                yield Piece(content.kind, code, title, content.path, content.text, content.rows)
    over = stack.base
    if stack.path[: len(last)] != last or len(stack.path) > len(last):
        # A heading closes the text: it heads the sections inside, else it is a line of text.
        if inner:
            over = stack.path
        elif headings.family(stack.path[-1]) == headings.UNKNOWN:
            yield Piece(BlockKind.PARAGRAPH, code, title, stack.path[:-1], stack.path[-1])
    for child in inner:
        yield from _section(child, over, code, title, depth + 1)


def _attribute(root: _Element, name: str, attribute: str) -> str:
    element = child_of(root, name)
    return (element.get(attribute) or "").strip() if element is not None else ""
