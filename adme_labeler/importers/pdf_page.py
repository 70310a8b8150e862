"""One page of a PDF as PDFium sees it: stretches of text in their place, and ruled tables' lines.

All measures are points; y grows upwards. Text that runs up or down a page is turned when most of
the page does so (landscape tables), else left out (marks at the margin).
"""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from adme_labeler.importers.lines import Run

if TYPE_CHECKING:
    import pypdfium2

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "ft",
              0xFB06: "st"}  # fmt: skip
_HYPHENS = (0x02, 0xFFFE)
"""What PDFium gives for a hyphen at a line's end."""
_GAP = 1.5
"""Blank between two letters, in font sizes, from which on they belong to different columns."""
_MOST_PATHS = 20_000


@dataclass
class Stretch:
    """Text of one baseline without a wide gap; `base` is the baseline, `size` the line's height."""

    x0: float
    x1: float
    base: float
    size: float
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Edge:
    """A drawn line along an axis: at `at`, from `low` to `high`."""

    upright: bool
    at: float
    low: float
    high: float


@dataclass
class PageText:
    """What a page holds; `unreadable` counts letters whose font does not say what they are."""

    width: float
    height: float
    stretches: list[Stretch]
    edges: list[Edge]
    letters: int = 0
    unreadable: int = 0
    pictures: bool = False


class _Glyph(NamedTuple):
    text: str
    x0: float
    x1: float
    base: float
    size: float
    look: str
    turn: int


def read_page(page: pypdfium2.PdfPage) -> PageText:
    """Text and lines of a page; the caller closes the page."""
    width, height = page.get_size()
    glyphs, breaks, unreadable = _glyphs(page)
    turns = Counter(glyph.turn for glyph in glyphs)
    turn = turns.most_common(1)[0][0] if turns else 0
    edges, pictures = _drawn(page, turn, width, height)
    kept = [
        (_turned(glyph, turn, width, height), n in breaks)
        for n, glyph in enumerate(glyphs)
        if glyph.turn == turn
    ]
    if turn in (1, 3):
        width, height = height, width
    return PageText(
        width, height, _stretches(kept), edges, len(glyphs) + unreadable, unreadable, pictures
    )


# --------------------------------------------------------------------------- letters


def _glyphs(page: pypdfium2.PdfPage) -> tuple[list[_Glyph], set[int], int]:
    """(letters in the order of the file, numbers of those that begin a line, unreadable ones)."""
    import pypdfium2.raw as raw

    textpage = page.get_textpage()
    try:
        handle = textpage.raw
        glyphs: list[_Glyph] = []
        breaks: set[int] = set()
        unreadable = 0
        x, y = ctypes.c_double(), ctypes.c_double()
        box = raw.FS_RECTF()
        unicode_of, owner_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetTextObject
        origin_of, box_of = raw.FPDFText_GetCharOrigin, raw.FPDFText_GetLooseCharBox
        styles: dict[int, tuple[str, int]] = {}
        for index in range(raw.FPDFText_CountChars(handle)):
            code: int = unicode_of(handle, index)
            if code in (0x0A, 0x0D):
                breaks.add(len(glyphs))
                continue
            owner = owner_of(handle, index)
            if not owner:  # a blank that PDFium put between two words
                if glyphs and code == 0x20 and glyphs[-1].text != " ":
                    last = glyphs[-1]
                    glyphs.append(
                        _Glyph(" ", last.x1, last.x1, last.base, last.size, last.look, last.turn)
                    )
                continue
            if code == 0 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF:
                unreadable += 1
                if code == 0:
                    continue
            origin_of(handle, index, x, y)
            box_of(handle, index, box)
            address = ctypes.addressof(owner.contents)
            if address not in styles:
                styles[address] = _style(raw, handle, index, owner)
            look, turn = styles[address]
            tall = box.top - box.bottom if turn % 2 == 0 else box.right - box.left
            text = "-" if code in _HYPHENS else _LIGATURES.get(code) or chr(code)
            if turn % 2:
                glyphs.append(_Glyph(text, box.bottom, box.top, x.value, abs(tall), look, turn))
            else:
                glyphs.append(_Glyph(text, box.left, box.right, y.value, abs(tall), look, turn))
        return glyphs, breaks, unreadable
    finally:
        textpage.close()


def _style(raw: Any, handle: Any, index: int, owner: Any) -> tuple[str, int]:
    """(look, quarter turns counter-clockwise) of a text object."""
    name = ctypes.create_string_buffer(160)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(handle, index, name, 160, flags)
    font = name.value.decode("utf-8", "replace").casefold()
    words: list[str] = []
    heavy = raw.FPDFText_GetFontWeight(handle, index) >= 600
    if heavy or any(w in font for w in ("bold", "black", "heavy", "demi")) or flags.value & 1 << 18:
        words.append("bold")
    if "italic" in font or "oblique" in font or flags.value & 1 << 6:
        words.append("italic")
    matrix = raw.FS_MATRIX()
    turn = 0
    if raw.FPDFPageObj_GetMatrix(owner, matrix):
        if abs(matrix.b) > abs(matrix.a):
            turn = 1 if matrix.b > 0 else 3
        elif matrix.a < 0:
            turn = 2
    return " ".join(words), turn


def _turned(glyph: _Glyph, turn: int, width: float, height: float) -> _Glyph:
    """The glyph on a page turned so that its text runs from left to right."""
    if turn == 0:
        return glyph
    if turn == 1:
        x0, x1, base = glyph.x0, glyph.x1, width - glyph.base
    elif turn == 2:
        x0, x1, base = width - glyph.x1, width - glyph.x0, height - glyph.base
    else:
        x0, x1, base = height - glyph.x1, height - glyph.x0, glyph.base
    return _Glyph(glyph.text, x0, x1, base, glyph.size, glyph.look, 0)


def _stretches(glyphs: list[tuple[_Glyph, bool]]) -> list[Stretch]:
    found: list[Stretch] = []
    current: Stretch | None = None
    usual: Counter[tuple[float, float]] = Counter()
    blank = False
    for glyph, breaks in glyphs:
        if glyph.text.isspace():
            blank = True
            continue
        if current is not None and _continues(current, glyph, breaks):
            gap = glyph.x0 - current.x1
            if blank or gap > 0.3 * current.size:
                _put(current, " ", current.runs[-1].look)
            current.x1 = max(current.x1, glyph.x1)
        else:
            current = Stretch(glyph.x0, glyph.x1, glyph.base, glyph.size)
            found.append(current)
            usual.clear()
        _put(current, glyph.text, glyph.look)
        # Neither a bullet nor a small letter at the beginning says how large a line is.
        usual[glyph.base, glyph.size] += 1
        if glyph.base != current.base or glyph.size != current.size:
            current.base, current.size = max(usual, key=usual.__getitem__)
        blank = False
    return found


def _continues(current: Stretch, glyph: _Glyph, breaks: bool) -> bool:
    size = max(current.size, glyph.size)
    gap = glyph.x0 - current.x1
    if not -0.6 * size < gap < _GAP * size:
        return False
    off = abs(glyph.base - current.base)
    if off <= 0.12 * size:
        return True
    # Sub- and superscripts: smaller, near and at half height.
    small = min(current.size, glyph.size) < 0.9 * size
    return off < 0.6 * size and gap < 0.35 * size and (small or not breaks) and off < size


def _put(stretch: Stretch, text: str, look: str) -> None:
    if stretch.runs and stretch.runs[-1].look == look:
        stretch.runs[-1].text += text
    else:
        stretch.runs.append(Run(text, look))


# --------------------------------------------------------------------------- drawn lines


def _drawn(
    page: pypdfium2.PdfPage, turn: int, width: float, height: float
) -> tuple[list[Edge], bool]:
    """(lines along the axes, whether the page holds pictures)."""
    import pypdfium2.raw as raw

    edges: list[Edge] = []
    pictures = False
    for number, item in enumerate(page.get_objects(max_depth=3)):
        if number > _MOST_PATHS:
            break
        kind = raw.FPDFPageObj_GetType(item.raw)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictures = True
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            left, bottom, right, top = item.get_bounds()
            if right - left < 3 and top - bottom > 5:
                edges.append(Edge(True, (left + right) / 2, bottom, top))
            elif top - bottom < 3 and right - left > 5:
                edges.append(Edge(False, (bottom + top) / 2, left, right))
            elif right - left > 5 and top - bottom > 5:
                edges.extend(_outline(raw, item.raw))
    if turn:
        edges = [_turned_edge(edge, turn, width, height) for edge in edges]
    return edges, pictures


def _outline(raw: Any, path: Any) -> list[Edge]:
    """Straight strokes of a path that draws a frame or a whole grid at once."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, mode, stroke) or not stroke.value:
        return []
    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(path, matrix) or matrix.b or matrix.c:
        return []
    edges: list[Edge] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    before: tuple[float, float] | None = None
    begin: tuple[float, float] | None = None
    for index in range(min(max(raw.FPDFPath_CountSegments(path), 0), 2_000)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = (x.value * matrix.a + matrix.e, y.value * matrix.d + matrix.f)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            begin = here
        elif kind == raw.FPDF_SEGMENT_LINETO and before is not None:
            edges.extend(_edge(before, here))
        before = here
        if raw.FPDFPathSegment_GetClose(segment) and begin is not None:
            edges.extend(_edge(here, begin))
    return edges


def _edge(a: tuple[float, float], b: tuple[float, float]) -> list[Edge]:
    if abs(a[0] - b[0]) < 1 and abs(a[1] - b[1]) > 5:
        return [Edge(True, a[0], min(a[1], b[1]), max(a[1], b[1]))]
    if abs(a[1] - b[1]) < 1 and abs(a[0] - b[0]) > 5:
        return [Edge(False, a[1], min(a[0], b[0]), max(a[0], b[0]))]
    return []


def _turned_edge(edge: Edge, turn: int, width: float, height: float) -> Edge:
    if turn == 2:
        wide = width if edge.upright else height
        long = height if edge.upright else width
        return Edge(edge.upright, wide - edge.at, long - edge.high, long - edge.low)
    if turn == 1:  # (x, y) becomes (y, width - x)
        if edge.upright:
            return Edge(False, width - edge.at, edge.low, edge.high)
        return Edge(True, edge.at, width - edge.high, width - edge.low)
    if edge.upright:  # (x, y) becomes (height - y, x)
        return Edge(False, edge.at, height - edge.high, height - edge.low)
    return Edge(True, height - edge.at, edge.low, edge.high)
