"""Which sections of an SPL document are pharmacokinetics: by code, by title, beside one another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from adme_labeler.domain.records import Sections
from adme_labeler.importers import headings
from adme_labeler.importers.drafts import CLINICAL_PHARMACOLOGY, PHARMACOKINETICS
from adme_labeler.importers.spl_text import plain_text

if TYPE_CHECKING:
    from lxml.etree import _Element

UNCLASSIFIED = "42229-5"
_LISTING = "48780-1"
_BESIDE_PHARMACOKINETICS = (
    headings.TOPIC,
    headings.FOOD,
    headings.POPULATIONS,
    headings.POPULATION,
    headings.INTERACTION,
)

Placed = tuple["_Element", tuple[str, ...]]
"""A section with the titles of the sections around it, outermost first."""


def chosen(
    root: _Element, sections: Sections, names: Iterable[str] = ()
) -> tuple[list[Placed], bool]:
    """The wanted sections, none inside another, and whether they hold more than is wanted.

    `names` are those of the label's drugs: a combination product may have a pharmacokinetics
    section for one of them and nothing but a section of its own for the other.

    They do where no pharmacokinetics section exists and clinical pharmacology stands in: then
    `pharmacokinetic_part` has to look at the headings inside.
    """
    top = [s for s in top_sections(root) if code_of(s) != _LISTING]
    if sections is Sections.ALL:
        return [(section, ()) for section in top], False
    if sections is Sections.PHARMACOKINETICS and (
        found := list(_pharmacokinetic(top, frozenset(n.casefold() for n in names)))
    ):
        return found, False
    clinical = list(_outermost(top, lambda s: code_of(s) == CLINICAL_PHARMACOLOGY and _fits(s)))
    clinical = clinical or list(_outermost(top, _titled_clinical))
    return clinical, sections is Sections.PHARMACOKINETICS


def top_sections(root: _Element) -> Iterator[_Element]:
    for component in root:
        if tag(component) == "component":
            for body in component:
                if tag(body) == "structuredBody":
                    yield from subsections(body)
                elif tag(body) == "section":
                    yield body


def subsections(parent: _Element) -> Iterator[_Element]:
    for component in parent:
        if tag(component) == "component":
            for section in component:
                if tag(section) == "section":
                    yield section


def code_of(section: _Element) -> str:
    code = child_of(section, "code")
    return (code.get("code") or "") if code is not None else ""


def child_of(element: _Element, name: str) -> _Element | None:
    for child in element:
        if tag(child) == name:
            return child
    return None


def tag(element: _Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


# --------------------------------------------------------------------------- choosing


def _is_pharmacokinetics(section: _Element) -> bool:
    code = code_of(section)
    title = plain_text(child_of(section, "title"))
    if code == PHARMACOKINETICS:
        return True
    return code in ("", UNCLASSIFIED) and headings.is_pharmacokinetics(title)


def _pharmacokinetic(
    sections: Iterable[_Element], drugs: frozenset[str], above: tuple[str, ...] = ()
) -> Iterator[Placed]:
    """Outermost pharmacokinetics sections and, in old labels, the ones beside them.

    There "Absorption" or "Special Populations" are sections of the same level as
    "Pharmacokinetics", or the second drug of a combination has no such section.
    """
    sections = list(sections)
    beside = bool(above) and any(_is_pharmacokinetics(s) for s in sections)
    found: list[list[Placed]] = []
    for section in sections:
        title = plain_text(child_of(section, "title"))
        if _is_pharmacokinetics(section) or (
            beside
            and code_of(section) in ("", UNCLASSIFIED)
            and headings.family(title) in _BESIDE_PHARMACOKINETICS
        ):
            found.append([(section, above)])
            continue
        inner = (*above, title) if title else above
        found.append(list(_pharmacokinetic(subsections(section), drugs, inner)))
    for section, placed in zip(sections, found, strict=True):
        title = headings.bare(plain_text(child_of(section, "title"))).casefold()
        if not placed and above and title in drugs and any(found):
            yield section, above
        yield from placed


def _titled_clinical(section: _Element) -> bool:
    title = headings.bare(plain_text(child_of(section, "title")))
    return re.match(r"clinical pharmacology\b", title, re.IGNORECASE) is not None


def _fits(section: _Element) -> bool:
    """A clinical-studies section that carries the clinical pharmacology code by mistake."""
    title = headings.bare(plain_text(child_of(section, "title")))
    return re.match(r"clinical (?:studies|trials)\b", title, re.IGNORECASE) is None


def _outermost(
    sections: Iterable[_Element],
    wanted: Callable[[_Element], bool],
    above: tuple[str, ...] = (),
) -> Iterator[Placed]:
    """Wanted sections that stand in no other wanted one, with the titles above them."""
    for section in sections:
        if wanted(section):
            yield section, above
            continue
        title = plain_text(child_of(section, "title"))
        yield from _outermost(subsections(section), wanted, (*above, title) if title else above)
