"""Styles and numbers of Word documents: what makes a paragraph a heading or an item of a list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING = re.compile(r"heading ([1-9])\Z", re.IGNORECASE)
_LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Look:
    """Character formatting, as far as headings are told by it."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    hidden: bool = False

    @property
    def name(self) -> str:
        """As in `lines.Run.look`."""
        return " ".join(w for w in ("bold", "italic", "underline") if getattr(self, w))


@dataclass(frozen=True)
class Style:
    """A paragraph's style: look, heading level (1 outermost, 0 none) and place in a list."""

    look: Look = field(default_factory=Look)
    level: int = 0
    list_id: str = ""
    list_level: int = 0


class Styles:
    """The styles of a document, resolved along the styles that they are based on."""

    def __init__(self, root: _Element | None) -> None:
        self._elements: dict[str, _Element] = {}
        self._known: dict[str, Style] = {}
        self._default = ""
        for element in root if root is not None else ():
            if local(element) == "style" and (ident := value(element, "styleId")):
                self._elements[ident] = element
                if value(element, "type") == "paragraph" and value(element, "default") in (
                    "1",
                    "true",
                ):
                    self._default = ident

    def of_paragraph(self, properties: _Element | None) -> Style:
        """Style of a paragraph by its `pPr`."""
        named = self._default
        for part in properties if properties is not None else ():
            if local(part) == "pStyle":
                named = value(part, "val")
        style = self._named(named, 0)
        return _with_paragraph(style, properties)

    def of_run(self, properties: _Element | None, look: Look) -> Look:
        """Look of a run by its `rPr`, in a paragraph of look `look`."""
        for part in properties if properties is not None else ():
            if local(part) == "rStyle":
                named = self._named(value(part, "val"), 0).look
                look = Look(
                    look.bold or named.bold,
                    look.italic or named.italic,
                    look.underline or named.underline,
                    look.hidden or named.hidden,
                )
        return _with_run(look, properties)

    def _named(self, ident: str, depth: int) -> Style:
        if ident in self._known:
            return self._known[ident]
        element = self._elements.get(ident)
        if element is None or depth > _LONGEST_CHAIN:
            return Style()
        style, name = Style(), ""
        for part in element:
            if local(part) == "basedOn":
                style = self._named(value(part, "val"), depth + 1)
            elif local(part) == "name":
                name = value(part, "val")
        for part in element:
            if local(part) == "pPr":
                style = _with_paragraph(style, part)
            elif local(part) == "rPr":
                style = replace(style, look=_with_run(style.look, part))
        heading = _HEADING.match(name)
        if heading:
            style = replace(style, level=int(heading[1]))
        elif name.casefold() == "title":
            style = replace(style, level=1)
        self._known[ident] = style
        return style


class Numbers:
    """Counts automatic numbers, so that "12.3" stands before "Pharmacokinetics" again."""

    def __init__(self, root: _Element | None) -> None:
        self._lists: dict[str, str] = {}
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        """Abstract list -> level -> (format, text such as "%1.%2", first number)."""
        self._counts: dict[str, list[int]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                self._levels[value(element, "abstractNumId")] = _levels(element)
            elif local(element) == "num":
                ident = value(element, "numId")
                for part in element:
                    if local(part) == "abstractNumId":
                        self._lists[ident] = value(part, "val")
                    elif local(part) == "lvlOverride":
                        for start in part:
                            if local(start) == "startOverride":
                                self._starts.setdefault(ident, {})[_number(part, "ilvl")] = _number(
                                    start, "val"
                                )

    def next(self, list_id: str, level: int, counts: bool) -> tuple[str, bool]:
        """(number as printed or "", whether the item has a bullet); ("", False) outside lists."""
        abstract = self._lists.get(list_id)
        levels = self._levels.get(abstract or "", {})
        if abstract is None or level not in levels:
            return "", False
        form, text, _ = levels[level]
        if form in ("bullet", "none"):
            return "", form == "bullet"
        if not counts:
            return "", False
        held = self._counts.setdefault(abstract, [])
        for missing in range(len(held), level + 1):
            begin = levels.get(missing, ("", "", 1))[2]
            held.append(begin if missing < level else begin - 1)
        override = self._starts.get(list_id, {}).pop(level, None)
        if override is not None:
            held[level] = override - 1
        del held[level + 1 :]
        held[level] += 1
        shown = re.sub(
            r"%([1-9])",
            lambda m: str(held[int(m[1]) - 1]) if int(m[1]) <= len(held) else "",
            text,
        )
        return (shown if form.startswith("decimal") else ""), not form.startswith("decimal")


def local(element: _Element) -> str:
    """Name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def value(element: _Element, name: str) -> str:
    """An attribute in whatever namespace, "" where it is missing."""
    for key, text in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(text)
    return ""


def on(element: _Element) -> bool:
    """Whether a switch such as `<w:b/>` is on."""
    return value(element, "val").casefold() not in ("0", "false", "off", "none")


def _with_paragraph(style: Style, properties: _Element | None) -> Style:
    for part in properties if properties is not None else ():
        name = local(part)
        if name == "outlineLvl":
            outline = _number(part, "val")
            style = replace(style, level=outline + 1 if 0 <= outline <= 7 else 0)
        elif name == "numPr":
            for mark in part:
                if local(mark) == "numId":
                    style = replace(style, list_id=value(mark, "val"))
                elif local(mark) == "ilvl":
                    style = replace(style, list_level=min(max(_number(mark, "val"), 0), 8))
    return style


def _with_run(look: Look, properties: _Element | None) -> Look:
    for part in properties if properties is not None else ():
        name = local(part)
        if name == "b":
            look = replace(look, bold=on(part))
        elif name == "i":
            look = replace(look, italic=on(part))
        elif name == "u":
            look = replace(look, underline=on(part))
        elif name in ("vanish", "webHidden"):
            look = replace(look, hidden=on(part))
    return look


def _levels(abstract: _Element) -> dict[int, tuple[str, str, int]]:
    levels: dict[int, tuple[str, str, int]] = {}
    for element in abstract:
        if local(element) != "lvl":
            continue
        form, text, first = "decimal", "", 1
        for part in element:
            if local(part) == "numFmt":
                form = value(part, "val")
            elif local(part) == "lvlText":
                text = value(part, "val")
            elif local(part) == "start":
                first = _number(part, "val")
        levels[_number(element, "ilvl")] = (form, text, first)
    return levels


def _number(element: _Element, name: str) -> int:
    text = value(element, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
