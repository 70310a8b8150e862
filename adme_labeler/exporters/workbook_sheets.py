"""The small sheets of the workbook: Recall, Models, Categories, About."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from adme_labeler.domain.cell_text import is_formula_like
from adme_labeler.exporters.cells import cut, escape_xml
from adme_labeler.exporters.rows import Content, MeasurementSheet
from adme_labeler.protocol import CategoryMeasure, ExportCategory

CATEGORIES = "Categories"
"""Title of the sheet that the drop-down lists read."""

_PERCENT = "0.0%"
_INK = "FFFFFF"
_HEADER = "33475B"


def recall(book: Workbook, content: Content) -> None:
    """Recall and precision a category, rare ones first, each with its n and 95 % interval."""
    sheet = _sheet(book, "Recall", (22, 26, 10, 10, 10, 12, 26, 10, 10, 10, 18))
    names = {category.key: category.name for category in content.categories}
    if not content.measurements:
        _row(sheet, [content.no_measurement])
    for number, item in enumerate(content.measurements):
        if number:
            _row(sheet, [None])
        _measurement(sheet, item, names)
    sheet.close()


def models(book: Workbook, content: Content) -> None:
    """A row a model version, newest first."""
    sheet = _sheet(book, "Models", (9, 11, 26, 11, 13, 9, 12, 11, 11, 10, 10, 26, 70, 10, 20))
    titles = (
        "Version",
        "State",
        "Trained (UTC)",
        "Preset",
        "Annotations",
        "Hints",
        "Drug groups",
        "Held-out sentences",
        "Held-out drug groups",
        "Accuracy",
        "Macro-F1",
        "Verdict",
        "Why",
        "Seconds",
        "Snapshot sha256",
    )
    _headers(sheet, titles)
    for m in content.models:
        _row(
            sheet,
            [
                m.version,
                m.state,
                m.created_at,
                m.preset,
                m.annotations,
                m.hints,
                m.drug_groups,
                m.held_out_sentences,
                m.held_out_groups,
                _percent(sheet, m.accuracy),
                _percent(sheet, m.macro_f1),
                m.verdict,
                m.reason,
                m.seconds,
                m.snapshot_sha256,
            ],
        )
    if not content.models:
        _row(sheet, ["No model version has been trained in this project."])
    sheet.close()


def categories(book: Workbook, scheme: Sequence[ExportCategory]) -> None:
    """The categories and what they mean; the drop-down list of Annotations reads column B."""
    sheet = _sheet(book, CATEGORIES, (8, 18, 110))
    _headers(sheet, ("Key", "Category", "Definition"))
    for category in scheme:
        name = _text(sheet, category.name)
        name.fill = PatternFill(fgColor=pale(category.color), fill_type="solid")
        _row(sheet, [category.key, name, category.definition])
    sheet.close()


def about(book: Workbook, content: Content, titles: Sequence[str], reports: Iterable[str]) -> None:
    """Where the workbook comes from. Protected, because coming back relies on it."""
    sheet = _sheet(book, "About", (34, 100))
    sheet.protection.sheet = True
    for label, value in (*content.about, ("Sheets with sentences", ", ".join(titles))):
        _row(sheet, [_bold(sheet, label), value])
    for number, report in enumerate(reports):
        _row(sheet, [_bold(sheet, "Not as in the project") if not number else None, report])
    sheet.close()


def header(sheet: Any, title: str) -> Any:
    """A cell of the first row."""
    cell = _text(sheet, title)
    cell.font = Font(bold=True, color=_INK)
    cell.fill = PatternFill(fgColor=_HEADER, fill_type="solid")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def pale(color: str) -> str:
    """A light ground of the hue of `color` (#RRGGBB), on which black text is readable."""
    parts = [int(color.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4)]
    return "".join(f"{round(255 - (255 - part) * 0.28):02X}" for part in parts)


def _measurement(sheet: Any, item: MeasurementSheet, names: dict[str, str]) -> None:
    m = item.measurement
    _row(sheet, [_bold(sheet, item.title)])
    _row(sheet, [f"{m.sentences:,} sentences of {m.groups:,} drug groups"])
    if m.not_blind:
        _row(sheet, [f"{m.not_blind:,} of them were not decided blind."])
    if m.accuracy is not None and m.macro_f1 is not None:
        _row(sheet, ["Accuracy", _percent(sheet, m.accuracy), None, None, None, m.sentences])
        _row(sheet, ["Macro-F1", _percent(sheet, m.macro_f1), None, None, None, m.sentences])
    _headers(
        sheet,
        (
            "Category",
            "Recall",
            "from (95 %)",
            "to (95 %)",
            "Found",
            "Support (n)",
            "Precision",
            "from (95 %)",
            "to (95 %)",
            "Claimed (n)",
            "Interval",
        ),
    )
    for measure in sorted(m.categories, key=lambda c: c.support):
        _category(sheet, measure, names)
    _row(sheet, [None])
    keys = [measure.category for measure in m.categories]
    _headers(sheet, ("True category", *(f"decided {names.get(k, k)}" for k in keys)))
    for key, counts in zip(keys, m.confusion, strict=False):
        _row(sheet, [names.get(key, key), *counts])


def _category(sheet: Any, m: CategoryMeasure, names: dict[str, str]) -> None:
    _row(
        sheet,
        [
            names.get(m.category, m.category),
            _share(sheet, m.recall, m.support),
            _percent(sheet, m.recall_low),
            _percent(sheet, m.recall_high),
            m.found,
            m.support,
            _share(sheet, m.precision, m.claimed),
            _percent(sheet, m.precision_low),
            _percent(sheet, m.precision_high),
            m.claimed,
            m.method if m.recall is not None or m.precision is not None else None,
        ],
    )


def _share(sheet: Any, value: float | None, n: int) -> Any:
    return f"not enough evidence (n = {n})" if value is None else _percent(sheet, value)


def _percent(sheet: Any, value: float | None) -> Any:
    if value is None:
        return None
    cell: Any = WriteOnlyCell(sheet, value)
    cell.number_format = _PERCENT
    cell.alignment = Alignment(vertical="top", horizontal="left")
    return cell


def _sheet(book: Workbook, title: str, widths: Sequence[int]) -> Any:
    sheet: Any = book.create_sheet(title)
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    return sheet


def _headers(sheet: Any, titles: Iterable[str]) -> None:
    sheet.append([header(sheet, title) for title in titles])


def _row(sheet: Any, values: Iterable[Any]) -> None:
    sheet.append([_text(sheet, v) if isinstance(v, str) else v for v in values])


def _bold(sheet: Any, text: str) -> Any:
    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _text(sheet: Any, text: str) -> Any:
    fitting = cut(text)
    cell: Any = WriteOnlyCell(sheet, escape_xml(fitting))
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=len(text) > 30)
    if is_formula_like(fitting):
        cell.quotePrefix = True
    return cell
