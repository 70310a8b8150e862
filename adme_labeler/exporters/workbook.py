"""The workbook a curator sends to a colleague: the sheets Annotations, and those around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from lxml.etree import LxmlError
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from adme_labeler.domain.cell_text import is_formula_like
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.domain.records import BlockKind
from adme_labeler.exporters import workbook_cells, workbook_recall, workbook_sheets
from adme_labeler.exporters.cells import CELL_LIMIT, cut, escape_xml
from adme_labeler.exporters.rows import COLUMNS, Column, Content, ExportRow, Written
from adme_labeler.exporters.targets import replacing
from adme_labeler.language import mark, tr
from adme_labeler.protocol import ExportCategory

ROWS_PER_SHEET = 1_048_575
"""Rows below the header that a sheet holds (Excel: 1,048,576 with it)."""
MOST_REPORTS = 20
"""Cut cells that are named one by one; the rest is counted."""

_PLACES = {column.name: n for n, column in enumerate(COLUMNS, 1)}
_OF_TABLES = "E9EDF2"
"""Ground of rows that are rows of a table in the drug label."""

_Remark = tuple[str, dict[str, object]]
"""A sentence and what fills its placeholders."""


def write(target: Path, content: Content, rows_per_sheet: int = ROWS_PER_SHEET) -> Written:
    """Write the workbook row by row; memory stays small for any number of sentences.

    Raises ExportProblem when the file cannot be written.
    """
    with replacing(target) as draft:
        book = Workbook(write_only=True)
        try:
            sheets = _Annotations(book, content.categories, rows_per_sheet)
            for row in content.rows:
                sheets.append(row)
            sheets.close()
            workbook_recall.recall(book, content)
            workbook_sheets.models(book, content)
            workbook_sheets.history(book, content)
            workbook_sheets.guideline(book, content)
            workbook_sheets.about(book, content, sheets.titles, sheets.reports)
            book.save(draft)
        except LxmlError as error:
            # libxml2 writes the sheets' temporary files itself and reports a full disk its way.
            raise ExportProblem(
                tr(
                    "{file} was not written, most likely because the disk is full. A workbook is "
                    "prepared in {folder}; free some space there and export again.",
                    file=target.name,
                    folder=gettempdir(),
                )
            ) from error
        finally:
            _let_go(book)
    return Written(sheets.rows, sheets.spoken)


def _let_go(book: Workbook) -> None:
    """End the sheets of an export that broke off; left to chance they end in the wrong order."""
    for sheet in book.worksheets:
        open_sheet: Any = sheet
        if not open_sheet.closed:
            with suppress(OSError, LxmlError):
                open_sheet.close()


class _Annotations:
    """The sheets with a row a sentence; a new one begins where the last one is full.

    One cell object a column is used over and over, because openpyxl writes a row at once when it
    is appended.
    """

    def __init__(
        self, book: Workbook, categories: tuple[ExportCategory, ...], rows_per_sheet: int
    ) -> None:
        self.rows = 0
        self.titles: list[str] = []
        self._book = book
        self._categories = categories
        self._limit = rows_per_sheet
        self._room = 0
        self._reports: list[_Remark] = []
        self._cut = 0
        self._sheet: Any = None
        self._heights = workbook_cells.RowHeights()
        self._cells: list[_ReusedCell] = []
        self._quoted: list[_ReusedCell] = []
        self._begin_sheet()

    @property
    def reports(self) -> tuple[str, ...]:
        """Sentences about what does not stand in the file as it is in the project, in English."""
        return tuple(sentence.format(**values) for sentence, values in self._remarks())

    @property
    def spoken(self) -> tuple[str, ...]:
        """The same in the curator's language."""
        return tuple(tr(sentence, **values) for sentence, values in self._remarks())

    def _remarks(self) -> Iterator[_Remark]:
        yield from self._reports
        if self._cut > len(self._reports):
            more = self._cut - len(self._reports)
            yield mark("{count:,} more cells were cut in the same way."), {"count": more}
        if len(self.titles) > 1:
            yield (
                mark("A sheet holds {most:,} sentences, so there are {count} sheets: {names}."),
                {
                    "most": self._limit,
                    "count": len(self.titles),
                    "names": ", ".join(self.titles),
                },
            )

    def append(self, row: ExportRow) -> None:
        if not self._room:
            self._end_sheet()
            self._begin_sheet()
        written: list[Any] = []
        lines = 1
        for number, column in enumerate(COLUMNS):
            value = column.value(row)
            if value is None or value == "":
                written.append(None)
            elif isinstance(value, str):
                written.append(self._text(number, value, row))
                if column.long and (len(value) > column.width or "\n" in value):
                    lines = max(lines, workbook_cells.lines_of(value, column.width))
            else:
                written.append(self._cells[number].holding(value, "n"))
        self._heights.of_next(lines)
        self._sheet.append(written)
        self._room -= 1
        self.rows += 1

    def close(self) -> None:
        self._end_sheet()

    def _text(self, number: int, text: str, row: ExportRow) -> Any:
        fitting = cut(text)
        if len(fitting) < len(text):
            self._note_cut(COLUMNS[number].title, text, row)
        cell = (self._quoted if is_formula_like(fitting) else self._cells)[number]
        # openpyxl would take "=…" for a formula and "#N/A" for an error; everything here is text.
        return cell.holding(escape_xml(fitting), "s")

    def _note_cut(self, title: str, text: str, row: ExportRow) -> None:
        self._cut += 1
        if len(self._reports) < MOST_REPORTS:
            sentence = mark(
                "{column} of sentence {sentence}, paragraph {paragraph} of {label} has "
                "{length:,} characters; a cell holds {most:,}, so its end is cut in this file and "
                "whole in the project."
            )
            values: dict[str, object] = {
                "column": title,
                "sentence": row.sentence,
                "paragraph": row.paragraph,
                "label": row.title,
                "length": len(text),
                "most": CELL_LIMIT,
            }
            self._reports.append((sentence, values))

    def _begin_sheet(self) -> None:
        number = len(self.titles) + 1
        title = "Annotations" if number == 1 else f"Annotations {number}"
        self.titles.append(title)
        sheet: Any = self._book.create_sheet(title)
        self._sheet, self._room = sheet, self._limit
        self._rows_before = self.rows
        sheet.freeze_panes = "A2"
        sheet.row_dimensions = self._heights = workbook_cells.RowHeights()
        sheet.print_title_rows = "1:1"
        sheet.page_setup.orientation = "landscape"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
        for index, column in enumerate(COLUMNS, 1):
            dimension = sheet.column_dimensions[get_column_letter(index)]
            dimension.width = column.width
            dimension.hidden = column.hidden
        self._cells = [_ReusedCell(sheet, column) for column in COLUMNS]
        # As if a person had typed an apostrophe: stays text when the cell is edited.
        self._quoted = [_ReusedCell(sheet, column, quoted=True) for column in COLUMNS]
        self._heights.of_next(2)
        sheet.append([workbook_cells.header(sheet, column.title) for column in COLUMNS])

    def _end_sheet(self) -> None:
        sheet = self._sheet
        last = self.rows - self._rows_before + 1
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last}"
        # On paper the place, the text and the category stand beside each other on a page.
        first, final = (get_column_letter(_PLACES[name]) for name in ("drug", "category"))
        sheet.print_area = f"{first}1:{final}{last}"
        if last > 1:
            _mark_tables(sheet, last)
        if last > 1 and self._categories:
            letter = get_column_letter(_PLACES["category"])
            cells = f"{letter}2:{letter}{last}"
            _choose_category(sheet, cells, len(self._categories))
            _colour_categories(sheet, cells, self._categories)
        sheet.close()


class _ReusedCell(Cell):
    """A cell of one column, written again and again with another value.

    openpyxl looks the style up and formats the cell's name for every cell that it writes; doing so
    once a column saves a third of the time of an export (measured on 50,000 rows).
    """

    __slots__ = ("_style_number",)

    def __init__(self, sheet: Any, column: Column, *, quoted: bool = False) -> None:
        super().__init__(sheet, row=1, column=1)
        self.alignment = Alignment(horizontal="left", vertical="top", wrap_text=column.long)
        if column.name.endswith("probability"):
            self.number_format = "0.000"
        if quoted:
            self.quotePrefix = True
        self._style_number = super().style_id

    def holding(self, value: str | float | bool, kind: str) -> _ReusedCell:
        """This cell with a value that needs no more checks; `kind` is "s" (text) or "n"."""
        self._value = value
        self.data_type = kind
        return self

    @property
    def style_id(self) -> int:
        return self._style_number

    @property
    def has_style(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "a cell"


def _choose_category(sheet: Any, cells: str, categories: int) -> None:
    names = f"{workbook_sheets.GUIDELINE}!$B$2:$B${categories + 1}"
    choice = DataValidation(type="list", formula1=names, allow_blank=True, showErrorMessage=True)
    choice.errorTitle = "Not a category"
    choice.error = "Choose one of the categories in the list, or leave the cell empty."
    choice.add(cells)
    sheet.data_validations.append(choice)


def _colour_categories(sheet: Any, cells: str, categories: tuple[ExportCategory, ...]) -> None:
    for category in categories:
        name = category.name.replace('"', '""')
        rule = CellIsRule(
            operator="equal",
            formula=[f'"{name}"'],
            fill=PatternFill(bgColor=workbook_cells.pale(category.color), fill_type="solid"),
            font=Font(color="000000"),
        )
        sheet.conditional_formatting.add(cells, rule)


def _mark_tables(sheet: Any, last: int) -> None:
    """Rows of tables stand on a ground of their own, from the kind to the text."""
    kind, text = (get_column_letter(_PLACES[name]) for name in ("kind", "text"))
    rule = FormulaRule(
        formula=[f'${kind}2="{BlockKind.TABLE.value}"'],
        fill=PatternFill(bgColor=_OF_TABLES, fill_type="solid"),
        font=Font(italic=True),
    )
    sheet.conditional_formatting.add(f"{kind}2:{text}{last}", rule)
