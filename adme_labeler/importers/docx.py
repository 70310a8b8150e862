"""Word documents (.docx, ECMA-376): what a reader would see with all changes accepted.

Read with lxml from the zip instead of python-docx: that library leaves out tracked insertions,
content controls, footnotes and automatic numbers, all of which labels in review are full of.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, Sections
from adme_labeler.importers.documents import Origin, Reading, read_lines, whole
from adme_labeler.importers.docx_styles import Look, Numbers, Styles, local, value
from adme_labeler.importers.lines import Line, Run, joined
from adme_labeler.importers.text import ByteStream, word_set
from adme_labeler.language import tr

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 128 * 1024 * 1024
"""Bytes of the file, pictures included."""
LARGEST_PART = 24 * 1024 * 1024
"""Bytes of one part, unpacked; the text of a label has under five million."""
DEEPEST = 60
"""Levels of content controls, tables and insertions; Word itself makes a handful."""

_DOCUMENT = "word/document.xml"
_GONE = word_set(
    """
    del moveFrom Fallback rPr pPr tblPr sdtPr instrText delText rt"""
)
_SYMBOLS = dict(zip("abgdezhqiklmnxoprstufcyw", "αβγδεζηθικλμνξοπρστυφχψω", strict=True)) | {
    "\xb7": "•", "\xa3": "≤", "\xb3": "≥", "\xb1": "±", "\xb4": "×", "\xb0": "°", "\xae": "→",
    "D": "Δ", "W": "Ω", "S": "Σ", "\xbb": "≈", "\xa5": "∞", "\xd2": "®", "\xd4": "™", "\xb9": "≠",
}  # fmt: skip
"""Letters of the font Symbol, which Word stores by their place in the font."""


def read(stream: ByteStream, origin: Origin, sections: Sections) -> Reading:
    """The document as one drug label; tables keep their cells, notes follow their paragraph."""
    data = whole(stream, origin.source, LARGEST)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            body = _Body(_Package(package, origin.source))
            return read_lines(origin, body.lines(), sections)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise ImportProblem(
            tr("{file} is damaged or no complete Word document.", file=origin.source)
        ) from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise ImportProblem(tr("{file} is protected by a password.", file=origin.source)) from error


class _Package:
    """The parts of a document, parsed without entities and within limits."""

    def __init__(self, package: zipfile.ZipFile, source: str) -> None:
        self._package = package
        self._source = source
        self._names = set(package.namelist())
        if _DOCUMENT not in self._names:
            raise ImportProblem(
                tr(
                    "{file} is a zip archive but no Word document; if labels are in it, give "
                    "it the ending .zip.",
                    file=source,
                )
            )

    def part(self, name: str) -> _Element | None:
        """Root element of a part, None where there is none."""
        import lxml.etree as etree

        if name not in self._names:
            return None
        with self._package.open(name) as stream:
            data = stream.read(LARGEST_PART + 1)
        if len(data) > LARGEST_PART:
            raise ImportProblem(
                tr("{file} unpacks to far more text than a label has.", file=self._source)
            )
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise ImportProblem(
                tr("{file} is damaged or no complete Word document.", file=self._source)
            ) from error


class _Body:
    """Walks the document; `_runs` belong to the paragraph that is being read."""

    def __init__(self, package: _Package) -> None:
        self._styles = Styles(package.part("word/styles.xml"))
        self._numbers = Numbers(package.part("word/numbering.xml"))
        self._notes = {
            kind: self._notes_of(package.part(f"word/{kind}s.xml"), kind)
            for kind in ("footnote", "endnote")
        }
        self._document = package.part(_DOCUMENT)
        self._found: list[Line] = []
        self._runs: list[Run] = []
        self._open = False
        """Whether the last paragraph's end was deleted, so that the next one continues it."""

    def lines(self) -> Iterator[Line]:
        if self._document is None:
            return
        for body in self._document:
            if local(body) != "body":
                continue
            for child in body:
                self._block(child, 0)
                yield from self._found
                self._found.clear()
        if self._runs:
            yield Line(BlockKind.PARAGRAPH, self._runs)

    def _block(self, element: _Element, depth: int) -> None:
        name = local(element)
        if name in _GONE or depth > DEEPEST:
            return
        if name == "p":
            self._paragraph(element)
        elif name == "tbl":
            self._table(element, depth)
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent",
                      "Choice", "txbxContent"):  # fmt: skip
            for child in element:
                self._block(child, depth + 1)

    # ---------------------------------------------------------------- paragraphs

    def _paragraph(self, paragraph: _Element) -> None:
        properties = next((c for c in paragraph if local(c) == "pPr"), None)
        style = self._styles.of_paragraph(properties)
        if not self._open:
            self._runs = []
        behind: list[Line] = []
        broken: list[Line] = []
        self._inline(paragraph, style.look, behind, broken, 0)
        mark = (
            next((c for c in properties if local(c) == "rPr"), None)
            if properties is not None
            else None
        )
        self._open = mark is not None and any(local(c) in ("del", "moveFrom") for c in mark)
        if self._open:
            self._found.extend(behind)
            return
        text = joined(self._runs)
        number, bullet = self._numbers.next(style.list_id, style.list_level, bool(text))
        level = style.level if text and len(text) <= 200 else 0
        kind = BlockKind.PARAGRAPH
        if number and (level or "." in number.strip(".") or all(r.look for r in self._runs)):
            self._runs.insert(0, Run(f"{number} ", self._runs[0].look if self._runs else ""))
        elif bullet or number:
            kind = BlockKind.LIST_ITEM
        for line in broken:
            line.kind = kind
            self._found.append(line)
        if text:
            self._found.append(Line(kind, self._runs, level=level))
        self._found.extend(behind)
        self._runs = []

    def _inline(
        self, element: _Element, look: Look, behind: list[Line], broken: list[Line], depth: int
    ) -> None:
        if depth > DEEPEST:
            return
        for child in element:
            name = local(child)
            if name in _GONE:
                continue
            if name == "r":
                self._run(child, look, behind, broken, depth)
            else:
                self._inline(child, look, behind, broken, depth + 1)

    def _run(
        self, run: _Element, look: Look, behind: list[Line], broken: list[Line], depth: int
    ) -> None:
        properties = next((c for c in run if local(c) == "rPr"), None)
        look = self._styles.of_run(properties, look)
        if look.hidden:
            return
        for child in run:
            name = local(child)
            if name == "t":
                self._add(child.text or "", look)
            elif name in ("tab", "ptab"):
                self._add(" ", look)
            elif name in ("noBreakHyphen", "dash"):
                self._add("-", look)
            elif name == "sym":
                self._add(_symbol(child), look)
            elif name in ("br", "cr"):
                if value(child, "type") in ("", "textWrapping") and joined(self._runs):
                    broken.append(Line(BlockKind.PARAGRAPH, self._runs))
                    self._runs = []
            elif name in ("footnoteReference", "endnoteReference"):
                note = self._notes[name.removesuffix("Reference")].get(value(child, "id"), "")
                if note:
                    behind.append(Line(BlockKind.FOOTNOTE, [Run(note, "")]))
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                self._boxes(child, behind, depth)

    def _boxes(self, element: _Element, behind: list[Line], depth: int) -> None:
        """Text boxes, read behind the paragraph to which they are anchored."""
        held = self._found, self._runs, self._open
        self._found, self._runs, self._open = [], [], False
        for box in element.iter("{*}txbxContent"):
            if not any(local(a) in ("Fallback", "txbxContent") for a in box.iterancestors()):
                self._block(box, depth + 1)
        behind.extend(self._found)
        self._found, self._runs, self._open = held

    def _add(self, text: str, look: Look) -> None:
        if text:
            # Small letters are glued as they stand; a paragraph never begins with a stray look.
            if self._runs and self._runs[-1].look == look.name:
                self._runs[-1].text += text
            else:
                self._runs.append(Run(text, look.name))

    # ---------------------------------------------------------------- tables and notes

    def _table(self, table: _Element, depth: int) -> None:
        rows: list[list[str]] = []
        prose: list[Line] = []
        notes: list[Line] = []
        frame = False
        for row in _inside(table, "tr", ("sdt", "sdtContent", "ins", "customXml")):
            if any(local(m) == "del" for p in row if local(p) == "trPr" for m in p):
                continue
            cells: list[str] = []
            for cell in _inside(row, "tc", ("sdt", "sdtContent", "customXml")):
                lines = self._cell(cell, depth + 1)
                prose.extend(lines)
                notes.extend(line for line in lines if line.kind is BlockKind.FOOTNOTE)
                texts = [line for line in lines if line.kind is not BlockKind.FOOTNOTE]
                frame = frame or any(line.rows or line.level for line in texts)
                text = " ".join(joined(line.runs) for line in texts if not line.rows)
                frame = frame or (len(texts) > 2 and len(text) > 1500)
                wide, covered = _spans(cell)
                cells.extend(["" if covered else text, *[""] * (wide - 1)])
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                rows.append(cells)
        if frame or (rows and max(map(len, rows)) == 1):
            self._found.extend(prose)
        elif rows:
            self._found.append(Line(BlockKind.TABLE, rows=tuple(map(tuple, rows))))
            self._found.extend(notes)

    def _cell(self, cell: _Element, depth: int) -> list[Line]:
        held = self._found, self._runs, self._open
        self._found, self._runs, self._open = [], [], False
        for child in cell:
            self._block(child, depth)
        lines = self._found
        self._found, self._runs, self._open = held
        return lines

    def _notes_of(self, root: _Element | None, kind: str) -> dict[str, str]:
        notes: dict[str, str] = {}
        for note in root if root is not None else ():
            if local(note) == kind and value(note, "type") in ("", "normal"):
                texts = [
                    t.text or ""
                    for t in note.iter("{*}t")
                    if not any(local(a) in _GONE for a in t.iterancestors())
                ]
                notes[value(note, "id")] = joined([Run("".join(texts), "")])
        return notes


def _inside(element: _Element, wanted: str, through: tuple[str, ...]) -> Iterator[_Element]:
    """Children of a name, also those wrapped in content controls and insertions."""
    waiting = list(element)
    while waiting:
        child = waiting.pop(0)
        if local(child) == wanted:
            yield child
        elif local(child) in through:
            waiting[:0] = list(child)


def _spans(cell: _Element) -> tuple[int, bool]:
    """(columns that a cell covers, whether it only continues the cell above)."""
    wide, covered = 1, False
    for properties in cell:
        if local(properties) == "tcPr":
            for mark in properties:
                if local(mark) == "gridSpan" and value(mark, "val").isdecimal():
                    wide = min(max(int(value(mark, "val")), 1), 60)
                elif local(mark) == "vMerge":
                    covered = value(mark, "val") != "restart"
    return wide, covered


def _symbol(element: _Element) -> str:
    try:
        code = int(value(element, "char"), 16)
    except ValueError:
        return ""
    letter = chr(code - 0xF000) if 0xF000 <= code <= 0xF0FF else chr(code) if code < 0xD800 else ""
    if "symbol" in value(element, "font").casefold():
        return _SYMBOLS.get(letter, letter)
    return "•" if 0xF000 <= code <= 0xF0FF else letter
