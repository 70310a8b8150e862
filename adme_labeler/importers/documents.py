"""Loose documents (PDF, Word, web page, text): from styled lines to one drug label.

A loose document has no codes. Its sections are told by their numbers ("12.3 Pharmacokinetics"), by
the titles that regulations prescribe (21 CFR 201.57 and 201.80), by the levels that the source
gives its headings, and by their look.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, Sections
from adme_labeler.importers import drug_names, guessed_names, headings
from adme_labeler.importers.drafts import (
    CLINICAL_PHARMACOLOGY,
    PHARMACOKINETICS,
    About,
    Piece,
    draft,
    pharmacokinetic_part,
)
from adme_labeler.importers.lines import Line, contents_of, heading_of, joined
from adme_labeler.importers.text import ByteStream, compact
from adme_labeler.language import tr

_LONGEST_TITLE = 160
_LONGEST_HEADING = 240
_NUMBERED = re.compile(r"(\d{1,2})(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?\.?\s+(?=[A-Z])")
_TOP = re.compile(
    r"(?:boxed warning|warning:.*|indications and usage|dosage and administration|"
    r"dosage forms and strengths|contraindications|warnings|warnings and precautions|precautions|"
    r"adverse reactions|drug interactions|use in specific populations|drug abuse and dependence|"
    r"overdosage|description|clinical pharmacology|non-?clinical toxicology|clinical studies|"
    r"animal pharmacology(?: and/or animal toxicology)?|references|"
    r"how supplied(?:/storage and handling)?|patient counseling information|"
    r"information for patients|patient information|medication guide|"
    r"package label.*|principal display panel.*)",
    re.IGNORECASE,
)
_ALSO_INSIDE = re.compile(
    r"drug interactions|use in specific populations|clinical studies|precautions|warnings|"
    r"animal pharmacology.*",
    re.IGNORECASE,
)
"""Titles of sections that also occur as headings within clinical pharmacology."""
_CLINICAL = re.compile(r"clinical pharmacology\b", re.IGNORECASE)
_LEADERS = re.compile(r"(?:\.{3,}|(?:\. ){3,}|…+|\t)[\s.]*\d{1,3}\s*\Z")
_IMPRINT = re.compile(
    r"(?:(?P<document>document id)|(?P<set>set id)|(?P<version>version)|(?P<date>effective time))"
    r":?\s*"
    r"(?P<value>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,8})\b",
    re.IGNORECASE,
)
"""What DailyMed prints at the end of a label, in one line or several."""
_IMPRINTED = ("document", "set", "version", "date")
_HIGHLIGHTS = re.compile(
    r"needed to use\s+(?P<name>.{3,80}?)\s+safely and effectively", re.IGNORECASE
)


@dataclass(frozen=True)
class Origin:
    """Where a loose document comes from.

    `names` are what the person who imports calls its drug; empty where nobody said.
    `title` is what the document's own data call it, often nothing or nonsense.
    """

    source: str
    name: str
    source_format: str
    names: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Reading:
    """A label, and the sentence that says which drug name was guessed ("" where one was given)."""

    label: LabelDraft
    remark: str = ""


def whole(stream: ByteStream, source: str, largest: int) -> bytes:
    """All of a document; raises ImportProblem where it has more than `largest` bytes.

    A stream may give less than it is asked for, so it is asked until it ends.
    """
    parts: list[bytes] = []
    left = largest + 1
    while left > 0 and (part := stream.read(min(left, 1 << 22))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise ImportProblem(
            tr(
                "{file} is larger than {size} MB, too large for a label.",
                file=source,
                size=largest >> 20,
            )
        )
    return b"".join(parts)


def read_lines(origin: Origin, lines: Iterable[Line], sections: Sections) -> Reading:
    """One drug label of the lines of a document, with the blocks of the chosen sections.

    A whole label gives exactly its pharmacokinetics (or clinical pharmacology) section, and
    nothing where it has none; a document without a label's sections is taken as an extract.
    """
    outline = _Outline()
    outline.take(lines)
    title = _title(outline.title or origin.title)
    stem = PurePath(origin.name).stem
    given = [n for part in origin.names for n in part.split(";") if n.strip()]
    guessed, where = ([], "") if given else guessed_names.guess(outline.highlights, title, stem)
    printed = outline.printed
    known = printed.get("set", "").lower()
    about = About(
        source=origin.source,
        source_format=origin.source_format,
        set_id=known or _set_id(origin.source_format, stem, title),
        version=int(printed.get("version", "0")[:6]) if known else 0,
        effective_date=printed.get("date", "") if known else "",
        title=(title or stem)[:_LONGEST_TITLE],
        ingredients=drug_names.ingredients(given),
        names=drug_names.names_for_masking(given or guessed),
    )
    remark = "" if given else guessed_names.remark(origin.source, about.names, where)
    return Reading(draft(about, _chosen(outline, sections)), remark)


# --------------------------------------------------------------------------- sections


@dataclass
class _Outline:
    """Follows the headings of a document and gives every line its place."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    title: str = ""
    highlights: str = ""
    printed: dict[str, str] = field(default_factory=dict[str, str])
    """"set", "version" and "date" as DailyMed prints them."""
    _stack: headings.HeadingStack = field(default_factory=headings.HeadingStack)
    _level: int = 0
    _empty: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    """Paths of headings, told by their look, that have no text yet."""
    _opening: bool = False
    """Whether highlights or a table of contents came first."""

    def take(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if line.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and self._is_none(line):
                continue
            if not self._section(line):
                self._keep(line)
        self._settle(())

    def _keep(self, line: Line) -> None:
        if line.level:
            heading = joined(line.runs)
            if heading:
                self._stack.push(heading, f"level {line.level}")
                self._settle(self._stack.path)
            return
        before = self._stack.path
        self._stack.empty = before in self._empty
        found = list(contents_of(line, self._stack))
        after = self._stack.path
        if after != before:
            self._settle(after)
            self._empty.append(after)
        if found:
            self._empty.clear()
        for content in found:
            code, title = _place(content.path)
            self.pieces.append(
                Piece(content.kind, code, title, content.path, content.text, content.rows)
            )

    def _settle(self, path: tuple[str, ...]) -> None:
        """Headings by their look that nothing stood under before `path` came are text after all."""
        for empty in self._empty:
            if path[: len(empty)] != empty and headings.family(empty[-1]) == headings.UNKNOWN:
                above = empty[:-1]
                self.pieces.append(Piece(BlockKind.PARAGRAPH, *_place(above), above, empty[-1]))
        self._empty = [empty for empty in self._empty if path[: len(empty)] == empty]

    def _is_none(self, line: Line) -> bool:
        """Lines of a document that are no text of its sections: fronts, contents, imprints."""
        text = joined(line.runs)
        short = compact(text[:120])
        if _IMPRINT.match(text) or (len(text) < 300 and "set id" in text.casefold()):
            found = list(_IMPRINT.finditer(text))
            for match in found:
                kind = next(k for k in _IMPRINTED if match[k])
                self.printed.setdefault(kind, match["value"])
            if found and not _IMPRINT.sub("", text).strip(" .;,"):
                return True
        if named := _HIGHLIGHTS.search(text):
            self.highlights = self.highlights or named["name"]
        if short.startswith(("highlightsofprescribing", "fullprescribinginformationcontents")):
            self._opening = True
            return True
        if short == "fullprescribinginformation":
            if self._opening:  # the highlights repeat the label, the contents list its headings
                self.pieces.clear()
                self._empty.clear()
                self._opening = False
            self._stack = headings.HeadingStack()
            return True
        if not text or _LEADERS.search(text):
            return True
        first = not self.pieces and not self._stack.path
        alone = line.level or (line.runs and all(r.look for r in line.runs if r.text.strip()))
        if first and alone and not self._depth(text, line, "") and len(text) <= _LONGEST_TITLE:
            known = headings.family(text) != headings.UNKNOWN
            if not known and not self.title and any(c.isalpha() for c in text):
                self.title = text
                return True
        return False

    def _section(self, line: Line) -> bool:
        """Begin a numbered or prescribed section; whether the line was nothing but its title."""
        if line.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
            return False
        heading, look, rest = heading_of(line.runs)
        if line.level:
            heading, look, rest = joined(line.runs), "level", ""
        elif not heading and _TOP.fullmatch(headings.bare(rest)) and rest.isupper():
            heading, rest = rest, ""
        elif not heading and len(rest) <= _LONGEST_HEADING and all(r.look for r in line.runs):
            number = _NUMBERED.match(rest)  # "5.1 Serious Reactions Including …, … and …"
            if number and number[2] and not number[3] and rest[-1] not in ".;":
                heading, look, rest = rest, "alone", ""
        if not heading or rest:
            return False
        depth = self._depth(heading, line, look)
        if depth:
            self._settle((heading,))
        if depth == 1:
            self._stack = headings.HeadingStack((heading,))
            self._level = line.level
        elif depth == 2:
            above = self._stack.base[:1]
            match, upper = _NUMBERED.match(heading), _NUMBERED.match(above[0]) if above else None
            if upper and match and (upper[2] or upper[1] != match[1]):
                above = ()
            self._stack = headings.HeadingStack((*above, heading))
        return depth > 0

    def _depth(self, heading: str, line: Line, look: str) -> int:
        """1 for a section of a label, 2 for a numbered subsection, 0 for any other heading."""
        number = _NUMBERED.match(heading)
        bare = headings.bare(heading)
        top = _TOP.fullmatch(bare) is not None
        loud = bare.isupper()
        if number:
            if number[3]:
                return 0
            if number[2]:
                return 2 if look or loud or headings.is_heading(heading) else 0
            return 1 if top or (loud and len(bare) > 6 and bool(look)) else 0
        if not top or not (loud or line.level or look.endswith("alone")):
            return 0
        inside = bool(self._stack.base) and _CLINICAL.match(headings.bare(self._stack.base[0]))
        if inside and _ALSO_INSIDE.fullmatch(bare):
            if line.level and self._level:
                return 1 if line.level <= self._level else 0
            return 1 if loud and headings.bare(self._stack.base[0]).isupper() else 0
        return 1


def _place(path: tuple[str, ...]) -> tuple[str, str]:
    """Section code and title of a piece under these headings."""
    for heading in path:
        if headings.is_pharmacokinetics(heading):
            return PHARMACOKINETICS, heading
    if path and _CLINICAL.match(headings.bare(path[0])):
        return CLINICAL_PHARMACOLOGY, path[0]
    return "", path[0] if path else ""


def _chosen(outline: _Outline, sections: Sections) -> list[Piece]:
    pieces = outline.pieces
    if sections is Sections.ALL:
        return pieces
    clinical = [p for p in pieces if p.path and _CLINICAL.match(headings.bare(p.path[0]))]
    if sections is Sections.CLINICAL_PHARMACOLOGY:
        if clinical:
            return clinical
    elif clinical:
        return pharmacokinetic_part(clinical)
    if any(headings.is_pharmacokinetics(h) for p in pieces for h in p.path):
        return pharmacokinetic_part(pieces, titles=0)
    whole = sum(_TOP.fullmatch(headings.bare(h)) is not None for h in _titles(pieces)) >= 2
    return [] if whole else pieces


def _titles(pieces: Iterable[Piece]) -> Iterator[str]:
    yield from dict.fromkeys(p.path[0] for p in pieces if p.path)


# --------------------------------------------------------------------------- names


def _title(text: str) -> str:
    text = re.sub(r"(?:\A|\s)(?:DailyMed|Drugs@FDA)\s*[-–:|]\s*|\s*[-–|]\s*DailyMed\Z", " ", text)
    text = re.sub(r"\A\s*(?:Microsoft Word|Label)\s*[-:]\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\.(?:docx?|pdf|html?|txt|indd)\Z", "", " ".join(text.split()))
    return text[:_LONGEST_TITLE]


def _set_id(source_format: str, stem: str, title: str) -> str:
    """An id by the file's name (and the document's title), so that the file is known again."""
    words = stem.casefold() + (f"\0{title.casefold()}" if title else "")
    return f"{source_format}-" + hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
