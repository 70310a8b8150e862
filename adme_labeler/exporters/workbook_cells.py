"""The small sheets of the workbook, row by row, and the looks that all sheets share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from adme_labeler.domain.cell_text import is_formula_like
from adme_labeler.exporters.cells import cut, escape_xml

FONT = "Calibri"
"""The font of the cells without one of their own; LibreOffice has a metric twin of it."""
INK = "33475B"
_PERCENT = "0.0%"
_WRAPPED_FROM = 24
"""Characters; shorter texts stay on one line."""
_LINE = 15.0
"""Points of a line of text, and the most that a row can have (Excel: 409.5)."""
_HIGHEST = 405.0


class RowHeights(dict[int, dict[str, str]]):
    """How high the row is that is written next; takes the place of `row_dimensions`.

    LibreOffice does not fit rows to wrapped text when it opens a workbook. openpyxl would keep a
    record a row; here is one for all. The height is not marked as chosen by a person, so that both
    programs fit the row again when it is edited.
    """

    def __init__(self) -> None:
        super().__init__()
        self._attributes: dict[str, str] = {}

    def of_next(self, lines: int) -> None:
        self._attributes = {"ht": f"{min(_LINE * lines, _HIGHEST):g}"} if lines > 1 else {}

    def get(self, key: int, default: Any = None) -> Any:
        return self._attributes or default


def lines_of(text: str, width: int) -> int:
    """About how many lines a wrapped text takes in a column of `width` characters."""
    if len(text) <= width and "\n" not in text:
        return 1
    # Letters are narrower than the digits in which widths are counted, but lines break at words.
    return sum(max(1, -(-len(line) // width)) for line in text.split("\n"))


class SmallSheet:
    """A sheet that is written from top to bottom; `written` counts its rows."""

    def __init__(
        self, book: Workbook, title: str, widths: Sequence[int], *, is_table: bool = False
    ) -> None:
        """`widths` are in characters. The first row of a table stays in view."""
        self.raw: Any = book.create_sheet(title)
        self.raw.row_dimensions = self._heights = RowHeights()
        self._widths = widths
        self.written = 0
        self.raw.page_setup.orientation = "landscape"
        self.raw.sheet_view.showGridLines = False
        for index, width in enumerate(widths, 1):
            self.raw.column_dimensions[get_column_letter(index)].width = width
        if is_table:
            self.raw.freeze_panes = "A2"
            self.raw.print_title_rows = "1:1"

    def fit_to_page(self) -> None:
        """When printed, every column on one page; before the first row."""
        self.raw.sheet_properties.pageSetUpPr.fitToPage = True
        self.raw.page_setup.fitToHeight = 0

    def headers(self, titles: Iterable[str]) -> None:
        self._append([header(self.raw, title) for title in titles])

    def row(self, values: Iterable[Any]) -> None:
        """Texts and numbers become cells; cells and None are written as they are."""
        self._append([self._cell(value) for value in values])

    def say(self, sentence: str, size: int = 11, *, strong: bool = False) -> None:
        """A line that runs over the columns."""
        cell = self.text(sentence, wrap=False)
        cell.font = Font(name=FONT, bold=strong, size=size)
        self._append([cell])

    def skip(self, rows: int = 1) -> None:
        for _ in range(rows):
            self._append([])

    def close(self) -> None:
        self.raw.close()

    def text(self, content: str, *, wrap: bool | None = None) -> Any:
        """A cell that stays text, whatever it looks like; long ones are wrapped unless told."""
        return text_cell(self.raw, content, len(content) > _WRAPPED_FROM if wrap is None else wrap)

    def strong(self, content: str) -> Any:
        cell = self.text(content)
        cell.font = Font(name=FONT, bold=True)
        return cell

    def percent(self, value: float | None) -> Any:
        """A share (0 to 1) shown in percent; empty for None."""
        if value is None:
            return None
        cell = self._cell(float(value))
        cell.number_format = _PERCENT
        return cell

    def _cell(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float):
            cell: Any = WriteOnlyCell(self.raw, value)
            cell.alignment = Alignment(vertical="top", horizontal="left")
            return cell
        return value

    def _append(self, cells: list[Any]) -> None:
        lines = [
            lines_of(cell.value, width)
            for cell, width in zip(cells, self._widths, strict=False)
            if cell is not None and isinstance(cell.value, str) and cell.alignment.wrap_text
        ]
        self._heights.of_next(max(lines, default=1))
        self.raw.append(cells)
        self.written += 1


def header(sheet: Any, title: str) -> Any:
    """A cell of a header row."""
    cell = text_cell(sheet, title, wrap=True)
    cell.font = Font(name=FONT, bold=True, color="FFFFFF")
    cell.fill = PatternFill(fgColor=INK, fill_type="solid")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def text_cell(sheet: Any, content: str, wrap: bool) -> Any:
    fitting = cut(content)
    cell: Any = WriteOnlyCell(sheet, escape_xml(fitting))
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)
    if is_formula_like(fitting):
        cell.quotePrefix = True
    return cell


def pale(color: str) -> str:
    """A light ground of the hue of `color` (#RRGGBB), on which black text is readable."""
    parts = [int(color.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4)]
    return "".join(f"{round(255 - (255 - part) * 0.28):02X}" for part in parts)
