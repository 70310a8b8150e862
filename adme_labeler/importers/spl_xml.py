"""Structured Product Labeling (HL7 SPL) documents, as DailyMed publishes them.

Source of the codes: FDA SPL implementation guide (LOINC section and document type codes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

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
from adme_labeler.importers.spl_text import contents, plain_text
from adme_labeler.importers.text import ByteStream

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 64 * 1024 * 1024
"""Bytes of one document; the largest labels of DailyMed have about a quarter of that."""
DEEPEST = 120
"""Levels of elements; real labels stay under 40."""

_UNCLASSIFIED = "42229-5"
_LISTING = "48780-1"
_NAMESPACE = "urn:hl7-org:v3"
_CHUNK = 1 << 16
_DEEPEST_SECTION = 12
_BESIDE_PHARMACOKINETICS = (
    headings.TOPIC,
    headings.FOOD,
    headings.POPULATIONS,
    headings.POPULATION,
    headings.INTERACTION,
)
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
    chosen = list(_chosen(root, sections))
    return draft(about, chosen)


def label_type(root: _Element) -> LabelType:
    """Kind of label by the document code's words, else by the code itself."""
    code = _first(root, "code")
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
                    f"{source} is larger than {LARGEST >> 20} MB, too large for one drug label."
                )
            if b"<!ENTITY" in (carry + chunk).replace(b"\0", b""):
                # Labels define none; definitions are how entity bombs and file theft begin.
                raise ImportProblem(
                    f"{source} defines its own XML entities, which no drug label does; "
                    "for safety it was not read."
                )
            carry = chunk[-20:]
            parser.feed(chunk)
            guard.watch(parser.read_events())
        root = parser.close()
        guard.watch(parser.read_events())
    except etree.XMLSyntaxError as error:
        guard.watch(parser.read_events())  # "no drug label" says more than "damaged"
        if size == 0:
            raise ImportProblem(f"{source} is empty.") from error
        where = f" (line {error.lineno})" if error.lineno else ""
        raise ImportProblem(
            f"{source} is no complete XML document: it breaks off or is damaged{where}."
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
                    f"{self.source} nests its elements more than {DEEPEST} levels deep, "
                    "which no drug label does."
                )


def _check_root(root: _Element, source: str) -> None:
    if _name(root) != "document" or (root.nsmap.get(root.prefix) or _NAMESPACE) != _NAMESPACE:
        raise ImportProblem(
            f"{source} is XML but no drug label (its outermost element is <{_name(root)}>)."
        )


# --------------------------------------------------------------------------- about the label


def _about(root: _Element, source: str) -> About:
    brand: list[str] = []
    generic: list[str] = []
    active: list[str] = []
    forms: list[str] = []
    for product in root.iter("{*}manufacturedProduct", "{*}manufacturedMedicine"):
        name = _first(product, "name")
        if name is not None:
            brand.append(plain_text(name))
        form = _first(product, "formCode")
        if form is not None and form.get("displayName"):
            forms.append(form.get("displayName", ""))
    for medicine in root.iter("{*}genericMedicine"):
        name = _first(medicine, "name")
        if name is not None:
            generic.append(plain_text(name))
    for ingredient in root.iter("{*}ingredient", "{*}activeIngredient"):
        kind = ingredient.get("classCode") or ("ACTIB" if "active" in _name(ingredient) else "")
        if not kind.startswith("ACT"):
            continue
        for substance in ingredient:
            if _name(substance) in ("ingredientSubstance", "activeIngredientSubstance"):
                name = _first(substance, "name")
                if name is not None:
                    active.append(plain_text(name))
    names = [n for n in dict.fromkeys([*brand, *generic, *active]) if n]
    version = _attribute(root, "versionNumber", "value")
    title = plain_text(_first(root, "title"))
    return About(
        source=source,
        source_format="spl",
        set_id=_attribute(root, "setId", "root") or _attribute(root, "id", "root"),
        document_id=_attribute(root, "id", "root"),
        version=int(version) if version.isdigit() else 0,
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


def _chosen(root: _Element, sections: Sections) -> Iterator[Piece]:
    top = [s for s in _top_sections(root) if _code(s) != _LISTING]
    if sections is Sections.ALL:
        for section in top:
            yield from _section(section, (), "", "")
        return
    clinical = list(_outermost(top, lambda s: _code(s) == CLINICAL_PHARMACOLOGY and _fits(s)))
    if sections is Sections.CLINICAL_PHARMACOLOGY:
        for section, above in clinical or list(_outermost(top, _titled_clinical)):
            yield from _section(section, above, "", "")
        return
    found = list(_pharmacokinetic_sections(top))
    if found:
        for section, above in found:
            yield from _section(section, above, "", "")
        return
    for section, above in clinical or list(_outermost(top, _titled_clinical)):
        yield from pharmacokinetic_part(list(_section(section, above, "", "")))


def _is_pharmacokinetics(section: _Element) -> bool:
    code = _code(section)
    title = plain_text(_first(section, "title"))
    if code == PHARMACOKINETICS:
        return True
    return code in ("", _UNCLASSIFIED) and headings.is_pharmacokinetics(title)


def _pharmacokinetic_sections(
    sections: list[_Element], above: tuple[str, ...] = ()
) -> Iterator[tuple[_Element, tuple[str, ...]]]:
    """Outermost pharmacokinetics sections and, in old labels, the ones beside them.

    There "Absorption" or "Special Populations" are sections of the same level as
    "Pharmacokinetics".
    """
    beside = bool(above) and any(_is_pharmacokinetics(s) for s in sections)
    for section in sections:
        title = plain_text(_first(section, "title"))
        if _is_pharmacokinetics(section) or (
            beside
            and _code(section) in ("", _UNCLASSIFIED)
            and headings.family(title) in _BESIDE_PHARMACOKINETICS
        ):
            yield section, above
            continue
        inner = list(_subsections(section))
        yield from _pharmacokinetic_sections(inner, (*above, title) if title else above)


def _titled_clinical(section: _Element) -> bool:
    title = headings.bare(plain_text(_first(section, "title")))
    return re.match(r"clinical pharmacology\b", title, re.IGNORECASE) is not None


def _fits(section: _Element) -> bool:
    """A clinical-studies section that carries the clinical pharmacology code by mistake."""
    title = headings.bare(plain_text(_first(section, "title")))
    return re.match(r"clinical (?:studies|trials)\b", title, re.IGNORECASE) is None


def _outermost(
    sections: Iterable[_Element],
    wanted: Callable[[_Element], bool],
    above: tuple[str, ...] = (),
) -> Iterator[tuple[_Element, tuple[str, ...]]]:
    """Wanted sections that stand in no other wanted one, with the titles above them."""
    for section in sections:
        if wanted(section):
            yield section, above
            continue
        title = plain_text(_first(section, "title"))
        yield from _outermost(_subsections(section), wanted, (*above, title) if title else above)


def _section(
    section: _Element, above: tuple[str, ...], code: str, title: str, depth: int = 0
) -> Iterator[Piece]:
    """Pieces of a section and everything in it.

    `code` and `title` name the place: the nearest section with a code of its own.
    """
    own_title = plain_text(_first(section, "title"))
    own_code = _code(section)
    if not code or own_code not in ("", _UNCLASSIFIED, code):
        code, title = own_code, own_title or title
    stack = headings.HeadingStack((*above, own_title) if own_title else above)
    inner = [
        child
        for part in section
        if _name(part) == "component" and depth < _DEEPEST_SECTION
        for child in part
        if _name(child) == "section"
    ]
    last = stack.path
    for part in section:
        if _name(part) == "text":
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


def _top_sections(root: _Element) -> Iterator[_Element]:
    for component in root:
        if _name(component) == "component":
            for body in component:
                if _name(body) == "structuredBody":
                    yield from _subsections(body)
                elif _name(body) == "section":
                    yield body


def _subsections(parent: _Element) -> Iterator[_Element]:
    for component in parent:
        if _name(component) == "component":
            for section in component:
                if _name(section) == "section":
                    yield section


def _code(section: _Element) -> str:
    code = _first(section, "code")
    return (code.get("code") or "") if code is not None else ""


def _attribute(root: _Element, name: str, attribute: str) -> str:
    element = _first(root, name)
    return (element.get(attribute) or "").strip() if element is not None else ""


def _first(element: _Element, name: str) -> _Element | None:
    for child in element:
        if _name(child) == name:
            return child
    return None


def _name(element: _Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
