"""Pictures of the dialog that asks what the columns of tables mean."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from adme_labeler.domain.categories import ADME
from adme_labeler.gui.dialogs.columns import ColumnsDialog
from adme_labeler.protocol import ColumnPreview, TableLayout, TablePreviewed
from adme_labeler.services.column_mapping import ColumnMapping

_SENTENCES = (
    "Mirtacaine is approximately 94 % bound to plasma proteins, mainly to glycoprotein.",
    "Following a single dose, about 71 % was recovered in urine, less than 2 % unchanged.",
    "Total plasma clearance averages 0.55 L/min.",
    "Peak concentrations are reached 45 minutes after an epidural injection.",
)
KNOWN = {"Absorption": 312, "Elimination": 188, "d": 97}
UNKNOWN = {"PK-Absorption": 54, "Toxicity": 21, "Interaction with food, see the comment": 1}


def previewed(
    path: str = "/data/decided-2025.csv",
    values: dict[str, int] | None = None,
    fields: tuple[str, ...] = ("text", "category", "drug", ""),
    sheets: tuple[str, ...] = (),
) -> TablePreviewed:
    values = KNOWN if values is None else values
    names = ("Satz", "Klasse", "Drug", "Bemerkung")
    written = list(values) or [""]
    rows = tuple(
        (_SENTENCES[n % 4], written[n % len(written)], "Mirtacaine", "" if n % 3 else "ask Anna")
        for n in range(40)
    )
    layout = TableLayout(encoding="cp1252", delimiter=";", header=1)
    if sheets:
        layout = TableLayout(sheet=sheets[0], header=1)
    return TablePreviewed(
        path=path,
        layout=layout,
        sheets=sheets,
        columns=tuple(
            ColumnPreview(name=n, field=f, values=values if f == "category" else {})
            for n, f in zip(names, fields, strict=True)
        ),
        rows=rows,
        count=sum(values.values()) or 40,
    )


def dialog(*tables: TablePreviewed, waiting: str = "") -> ColumnsDialog:
    made = ColumnsDialog(ColumnMapping(ADME))
    for table in tables:
        made.take(table)
    made.set_waiting(waiting)
    return made


def several() -> ColumnsDialog:
    broken = TablePreviewed(
        path="/data/empty.csv", layout=TableLayout(), problem="empty.csv is empty.", fatal=True
    )
    named = TablePreviewed(
        path="/data/drugs.csv",
        layout=TableLayout(encoding="utf-8-sig", delimiter=",", header=1),
        columns=(ColumnPreview(name="Name", field=""), ColumnPreview(name="Code", field="")),
        rows=(("Mirtacaine", "17"),),
        count=1,
    )
    return dialog(previewed(), previewed("/data/decided-2024.csv", UNKNOWN), named, broken)


PICTURES: dict[str, Callable[[], QWidget]] = {
    "dialog-columns": lambda: dialog(previewed()),
    "dialog-columns-unknown": lambda: dialog(previewed(values=UNKNOWN | KNOWN)),
    "dialog-columns-workbook": lambda: dialog(
        previewed("/data/decided.xlsx", sheets=("Sentences", "Old", "Notes"))
    ),
    "dialog-columns-error": lambda: dialog(
        previewed(fields=("text", "category", "drug", "category"))
    ),
    "dialog-columns-no-text": lambda: dialog(previewed(values={}, fields=("", "", "drug", ""))),
    "dialog-columns-several": several,
    "dialog-columns-unreadable": lambda: dialog(
        TablePreviewed(
            path="/data/empty.csv", layout=TableLayout(), problem="empty.csv is empty.", fatal=True
        )
    ),
    "dialog-columns-reading": lambda: dialog(waiting="Reading decided.xlsx: 120,000 rows"),
}
