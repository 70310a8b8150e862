"""The order in which a printed page is read: columns, lines and tables out of placed text.

Columns are told by a blank strip that many lines leave free on both sides; what crosses the strip
(a title, a wide table) divides the page into bands, each read column by column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adme_labeler.importers.lines import Run
from adme_labeler.importers.pdf_page import Edge, Stretch

_LEAST_ROWS = 4
"""Lines on both sides that make a strip a gap between columns."""
_MOST_COLUMNS = 4
_MOST_STRETCHES = 4_000
"""On a page; above that it is a drawing, and its text is read line by line."""
_MOST_CROSSINGS = 1_000_000
_SAME = 4.0
"""Points within which the columns of two pages are the same."""
_TOUCH = 3.0
"""Points within which drawn lines count as touching."""

Strip = tuple[float, float]
"""Left and right edge of the blank between two columns."""


@dataclass
class Row:
    """One printed line of a column; `left` and `right` are the column's edges."""

    runs: list[Run]
    x0: float
    x1: float
    base: float
    size: float
    left: float = 0.0
    right: float = 0.0
    column: int = 0
    """Counts columns and bands through the document; equal for lines of one stretch of text."""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass
class Table:
    """Cells of a table, where it stands on the page, and its width."""

    cells: tuple[tuple[str, ...], ...]
    top: float
    x0: float
    x1: float


@dataclass
class _Grid:
    xs: list[float] = field(default_factory=list[float])
    ys: list[float] = field(default_factory=list[float])

    def holds(self, item: Stretch) -> bool:
        middle = (item.x0 + item.x1) / 2
        return (
            self.xs[0] - _TOUCH < middle < self.xs[-1] + _TOUCH
            and self.ys[0] - _TOUCH < item.base + item.size * 0.2 < self.ys[-1] + _TOUCH
        )


def ruled_tables(
    stretches: Sequence[Stretch], edges: Sequence[Edge]
) -> tuple[list[Table], list[Stretch]]:
    """(tables that lines are drawn around, the text that is in none of them)."""
    tables: list[Table] = []
    rest = list(stretches)
    for grid in _grids(edges):
        inside = [item for item in rest if grid.holds(item)]
        cells = _cells(grid, inside)
        filled = sum(1 for row in cells for cell in row if cell)
        full = max((sum(map(bool, row)) for row in cells), default=0)
        if filled < 3 or (full < 3 and sum(1 for row in cells if sum(map(bool, row)) > 1) < 2):
            continue
        held = set(map(id, inside))
        rest = [item for item in rest if id(item) not in held]
        tables.append(Table(cells, grid.ys[-1], grid.xs[0], grid.xs[-1]))
    return tables, rest


def strip_of(stretches: Sequence[Stretch]) -> Strip | None:
    """The blank strip between the outermost two columns of a page, None where it has one."""
    return _strip(list(stretches))


def common_strips(strips: Sequence[Strip | None]) -> list[Strip]:
    """Strips that several pages share: those of the document's design."""
    found: list[Strip] = []
    for strip in strips:
        if strip is None or any(abs(strip[1] - other[1]) <= _SAME for other in found):
            continue
        alike = [s for s in strips if s is not None and abs(s[1] - strip[1]) <= _SAME]
        if len(alike) >= max(2, len(strips) // 8):
            found.append((max(s[0] for s in alike), strip[1]))
    return found


def reading_order(
    stretches: Sequence[Stretch],
    tables: Sequence[Table],
    first_column: int,
    known: Sequence[Strip] = (),
) -> Iterator[Row | Table]:
    """Lines and tables of a page in the order of reading; columns count from `first_column`.

    `known` are the strips of other pages, taken where this page's own text does not show one.
    """
    column = first_column
    for band in _bands(list(stretches), list(tables), 0, known):
        left = min((s.x0 for s in band.stretches), default=0.0)
        right = max((s.x1 for s in band.stretches), default=0.0)
        waiting = sorted(band.tables, key=lambda table: -table.top)
        for item in _with_aligned_tables(_lines(band.stretches)):
            base = item.base if isinstance(item, Row) else item.top
            while waiting and waiting[0].top > base:
                yield waiting.pop(0)
            if isinstance(item, Row):
                item.left, item.right, item.column = left, right, column
            yield item
        yield from waiting
        column += 1


# --------------------------------------------------------------------------- columns


@dataclass
class _Band:
    stretches: list[Stretch]
    tables: list[Table]


def _bands(
    stretches: list[Stretch], tables: list[Table], depth: int, known: Sequence[Strip]
) -> Iterator[_Band]:
    """Parts of a page that hold one column each, in reading order."""
    strip = _strip(stretches) if depth < _MOST_COLUMNS else None
    if strip is None:
        strip = next((s for s in known if _fits(s, stretches)), None)
    if strip is None:
        if stretches or tables:
            yield _Band(stretches, tables)
        return
    middle = (strip[0] + strip[1]) / 2
    across = [s for s in stretches if s.x0 < strip[0] and s.x1 > strip[1]]
    wide = [t for t in tables if t.x0 < strip[0] and t.x1 > strip[1]]
    held = set(map(id, across))
    beside = [s for s in stretches if id(s) not in held]
    narrow = [t for t in tables if t not in wide]
    cuts = sorted([s.base for s in across] + [t.top for t in wide], reverse=True)
    top = float("inf")
    for cut in [*cuts, float("-inf")]:
        inside = [s for s in beside if cut < s.base <= top]
        within = [t for t in narrow if cut < t.top <= top]
        if inside or within:
            for left in (True, False):
                part = [s for s in inside if ((s.x0 + s.x1) / 2 < middle) == left]
                beneath = [t for t in within if ((t.x0 + t.x1) / 2 < middle) == left]
                yield from _bands(part, beneath, depth + 1, ())
        crossing = [s for s in across if s.base == cut]
        if crossing or any(t.top == cut for t in wide):
            yield _Band(crossing, [t for t in wide if t.top == cut])
        top = cut


def _strip(stretches: list[Stretch]) -> Strip | None:
    """The blank strip (left, right) between two columns, None for a single column."""
    if not 2 * _LEAST_ROWS <= len(stretches) <= _MOST_STRETCHES:
        return None
    low, high = min(s.x0 for s in stretches), max(s.x1 for s in stretches)
    size = sorted(s.size for s in stretches)[len(stretches) // 2]
    if high - low < 18 * size:
        return None
    best: tuple[float, float, float] | None = None
    for right in sorted({round(s.x0, 1) for s in stretches}):
        if not low + 0.15 * (high - low) < right < low + 0.85 * (high - low):
            continue
        before = [s for s in stretches if s.x1 < right]
        behind = [s for s in stretches if s.x0 >= right - 0.2]
        across = len(stretches) - len(before) - len(behind)
        if len(before) < _LEAST_ROWS or len(behind) < _LEAST_ROWS:
            continue
        if across > 0.3 * len(stretches):
            continue
        # A few short overhanging lines must not hide the strip: the 95th percentile bounds it.
        left = sorted(s.x1 for s in before)[int(0.95 * (len(before) - 1))]
        if right - left < 0.7 * size or not _columns(before, behind, left, right, low, high):
            continue
        score = -across * 3.0 + min(right - left, 3 * size) / size
        if best is None or score > best[0]:
            best = (score, left, right)
    return None if best is None else (min(best[1], best[2] - 0.5), best[2] - 0.2)


def _fits(strip: Strip, stretches: list[Stretch]) -> bool:
    """Whether a page's text leaves a strip of other pages free, with text on both sides of it."""
    across = sum(1 for s in stretches if s.x0 < strip[0] - 1 and s.x1 > strip[1] + 1)
    left = sum(1 for s in stretches if s.x1 <= strip[1] + 1)
    right = sum(1 for s in stretches if s.x0 >= strip[0] - 1)
    return left > 1 and right > 1 and across <= 0.3 * len(stretches)


def _columns(
    before: list[Stretch], behind: list[Stretch], left: float, right: float, low: float, high: float
) -> bool:
    """Whether both sides are running text: their lines fill them, and they overlap in height."""
    for side, width in ((before, left - low), (behind, high - right)):
        if width < 40:
            return False
        wide = sum(1 for s in side if s.x1 - s.x0 > 0.6 * width)
        if wide < 0.4 * len(side) or wide < _LEAST_ROWS - 1:
            return False
    return min(max(s.base for s in before), max(s.base for s in behind)) > max(
        min(s.base for s in before), min(s.base for s in behind)
    )


# --------------------------------------------------------------------------- rows


def _lines(stretches: list[Stretch]) -> list[list[Stretch]]:
    """Stretches that stand side by side, each group from left to right, from top to bottom."""
    groups: list[list[Stretch]] = []
    for item in sorted(stretches, key=lambda s: (-s.base, s.x0)):
        near = groups[-1] if groups else None
        if near is not None and abs(near[0].base - item.base) <= 0.35 * max(
            near[0].size, item.size
        ):
            near.append(item)
        else:
            groups.append([item])
    for group in groups:
        group.sort(key=lambda s: s.x0)
    return groups


def _row(group: list[Stretch]) -> Row:
    runs: list[Run] = []
    end = group[0].x0
    for item in group:
        gap = " " if runs and item.x0 - end > 0.15 * item.size else ""
        for run in item.runs:
            if runs and runs[-1].look == run.look:
                runs[-1].text += gap + run.text
            else:
                runs.append(Run(gap + run.text, run.look))
            gap = ""
        end = max(end, item.x1)
    largest = max(group, key=lambda s: s.x1 - s.x0)
    return Row(runs, group[0].x0, end, largest.base, largest.size)


# --------------------------------------------------------------------------- tables


def _with_aligned_tables(groups: list[list[Stretch]]) -> Iterator[Row | Table]:
    """Rows; three or more in succession whose parts stand below each other become a table."""
    position = 0
    while position < len(groups):
        end = position
        while end < len(groups) and len(groups[end]) > 1:
            end += 1
        block = groups[position:end]
        starts = _common_starts(block) if len(block) >= 3 else []
        if starts:
            cells: list[tuple[str, ...]] = []
            for group in block:
                row = [""] * (len(starts) + 1)
                for item in group:
                    place = sum(1 for start in starts if item.x0 >= start - item.size)
                    row[place] = f"{row[place]} {item.text}".strip()
                cells.append(tuple(row))
            left = min(group[0].x0 for group in block)
            right = max(group[-1].x1 for group in block)
            yield Table(tuple(cells), block[0][0].base, left, right)
            position = end
        else:
            yield _row(groups[position])
            position += 1


def _common_starts(block: list[list[Stretch]]) -> list[float]:
    """Left edges, the first column's apart, at which most rows of a block have a part begin."""
    found: list[float] = []
    size = block[0][0].size
    for group in block:
        for item in group[1:]:
            if all(abs(item.x0 - start) > 1.5 * size for start in found):
                found.append(item.x0)
    return sorted(
        start
        for start in found
        if sum(any(abs(i.x0 - start) <= 1.5 * size for i in g[1:]) for g in block)
        >= max(3, 0.6 * len(block))
    )


def _grids(edges: Sequence[Edge]) -> list[_Grid]:
    """Connected groups of drawn lines that enclose at least two columns."""
    upright = [e for e in edges if e.upright]
    level = [e for e in edges if not e.upright]
    if len(upright) < 3 or len(level) < 2 or len(upright) * len(level) > _MOST_CROSSINGS:
        return []
    parent = list(range(len(upright) + len(level)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for i, u in enumerate(upright):
        for j, h in enumerate(level):
            if (
                h.low - _TOUCH <= u.at <= h.high + _TOUCH
                and u.low - _TOUCH <= h.at <= u.high + _TOUCH
            ):
                parent[root(i)] = root(len(upright) + j)
    groups: dict[int, _Grid] = {}
    for n in range(len(parent)):
        grid = groups.setdefault(root(n), _Grid())
        if n < len(upright):
            grid.xs.append(upright[n].at)
        else:
            grid.ys.append(level[n - len(upright)].at)
    found: list[_Grid] = []
    for grid in groups.values():
        grid.xs, grid.ys = _distinct(grid.xs), _distinct(grid.ys)
        if len(grid.xs) >= 3 and len(grid.ys) >= 2:
            found.append(grid)
    return found


def _distinct(values: list[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _TOUCH:
            kept.append(value)
    return kept


def _cells(grid: _Grid, inside: list[Stretch]) -> tuple[tuple[str, ...], ...]:
    from adme_labeler.importers.hyphens import unbroken
    from adme_labeler.importers.text import cleaned

    wide, tall = len(grid.xs) - 1, len(grid.ys) - 1
    held: dict[tuple[int, int], list[Stretch]] = {}
    for item in inside:
        column = sum(1 for x in grid.xs[1:-1] if item.x0 + 1 >= x)
        row = sum(1 for y in grid.ys[1:-1] if item.base + item.size * 0.2 < y)
        held.setdefault((row, column), []).append(item)
    return tuple(
        tuple(
            cleaned(unbroken([_row(g).text for g in _lines(held.get((row, column), []))]))
            for column in range(wide)
        )
        for row in range(tall)
    )
