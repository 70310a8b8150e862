"""The sheet Recall: a table, a picture and the confusions of every measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from adme_labeler.exporters.rows import Content, MeasurementSheet
from adme_labeler.exporters.workbook_cells import INK, SmallSheet
from adme_labeler.protocol import CategoryMeasure, ExportCategory

_TITLES = (
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
)
_WIDTHS = (22, 27, 13, 13, 13, 13, 27, 13, 13, 13, 30)
_LABEL, _UP, _DOWN = 12, 13, 14
"""Hidden columns that the picture reads: names with their n, and the lengths of the whiskers."""
_ROWS_OF_CHART = 17
_ROW_CM = 0.53
_CHART_CM = 23.0
_FAINT = "D9DEE5"
_INTERVALS = {
    "wilson": "Wilson, sentence by sentence",
    "cluster bootstrap": "bootstrap, by drug group",
}


def recall(book: Workbook, content: Content) -> None:
    """Recall and precision a category, rare ones first, each with its n and 95 % interval."""
    sheet = SmallSheet(book, "Recall", _WIDTHS)
    sheet.fit_to_page()
    for column in (_LABEL, _UP, _DOWN):
        sheet.raw.column_dimensions[get_column_letter(column)].hidden = True
    if not content.measurements:
        sheet.say(content.no_measurement)
    for number, item in enumerate(content.measurements):
        if number:
            sheet.skip(2)
        _measurement(sheet, item, content.categories)
    sheet.close()


def _measurement(
    sheet: SmallSheet, item: MeasurementSheet, scheme: Sequence[ExportCategory]
) -> None:
    m = item.measurement
    names = {category.key: category.name for category in scheme}
    sheet.say(item.title, 14, strong=True)
    sheet.say(f"{m.sentences:,} sentences of {m.groups:,} drug groups")
    if m.not_blind:
        sheet.say(f"{m.not_blind:,} of them were not decided blind.")
    if m.accuracy is not None and m.macro_f1 is not None:
        sheet.row(["Accuracy", sheet.percent(m.accuracy), None, None, None, m.sentences])
        sheet.row(["Macro-F1", sheet.percent(m.macro_f1), None, None, None, m.sentences])
    sheet.skip()
    sheet.headers(_TITLES)
    rare_first = sorted(m.categories, key=lambda c: c.support)
    first = sheet.written + 1
    for measure in rare_first:
        _category(sheet, measure, names.get(measure.category, measure.category))
    if any(measure.recall is not None for measure in rare_first):
        sheet.skip()
        _add_chart(sheet, first, rare_first, scheme)
        sheet.skip(_ROWS_OF_CHART)
    sheet.skip()
    keys = [measure.category for measure in m.categories]
    sheet.headers(("Curators decided", *(f"model: {names.get(k, k)}" for k in keys)))
    for key, counts in zip(keys, m.confusion, strict=False):
        sheet.row([names.get(key, key), *counts])


def _category(sheet: SmallSheet, m: CategoryMeasure, name: str) -> None:
    sheet.row(
        [
            name,
            _share(sheet, m.recall, m.support),
            sheet.percent(m.recall_low),
            sheet.percent(m.recall_high),
            m.found,
            m.support,
            _share(sheet, m.precision, m.claimed),
            sheet.percent(m.precision_low),
            sheet.percent(m.precision_high),
            m.claimed,
            None
            if m.recall is None and m.precision is None
            else _INTERVALS.get(m.method, m.method),
            f"{name} (n = {m.support:,})",
            _length(m.recall_high, m.recall),
            _length(m.recall, m.recall_low),
        ]
    )


def _share(sheet: SmallSheet, value: float | None, n: int) -> Any:
    return f"not enough evidence (n = {n})" if value is None else sheet.percent(value)


def _add_chart(
    sheet: SmallSheet,
    first: int,
    measures: Sequence[CategoryMeasure],
    scheme: Sequence[ExportCategory],
) -> None:
    """A bar a category in its colour, with the interval as whiskers; it reads the cells."""
    last = first + len(measures) - 1
    colors = {category.key: category.color.lstrip("#") for category in scheme}

    def cells(column: int) -> Reference:
        return Reference(sheet.raw, min_col=column, min_row=first, max_row=last)

    series = SeriesFactory(cells(2), title="Recall")
    series.graphicalProperties = GraphicalProperties(solidFill=INK)
    for number, m in enumerate(measures):
        fill = GraphicalProperties(solidFill=colors.get(m.category, INK))
        series.dPt.append(DataPoint(idx=number, spPr=fill, invertIfNegative=False))
    series.errBars = ErrorBars(
        errBarType="both",
        errValType="cust",
        plus=NumDataSource(numRef=NumRef(f=str(cells(_UP)))),
        minus=NumDataSource(numRef=NumRef(f=str(cells(_DOWN)))),
        spPr=GraphicalProperties(ln=LineProperties(solidFill="161B26", w=19050)),
    )
    chart: Any = BarChart()
    chart.type = "bar"
    chart.style = None
    chart.gapWidth = 60
    chart.title = "Recall with its 95 % interval"
    chart.legend = None
    chart.visible_cells_only = False
    chart.series.append(series)
    chart.set_categories(cells(_LABEL))
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0.0, 1.0
    chart.y_axis.majorUnit = 0.2
    chart.y_axis.number_format = "0%"
    faint = GraphicalProperties(ln=LineProperties(solidFill=_FAINT))
    chart.y_axis.majorGridlines = ChartLines(spPr=faint)
    chart.x_axis.scaling.orientation = "maxMin"  # the first row on top, as in the table
    chart.y_axis.crosses = "max"
    chart.x_axis.delete = chart.y_axis.delete = False  # or openpyxl leaves the axes out
    chart.width, chart.height = _CHART_CM, (_ROWS_OF_CHART - 1) * _ROW_CM
    chart.layout = Layout(manualLayout=ManualLayout(x=0.19, y=0.14, w=0.77, h=0.74))
    sheet.raw.add_chart(chart, f"A{last + 2}")


def _length(high: float | None, low: float | None) -> float | None:
    return None if high is None or low is None else max(0.0, high - low)
