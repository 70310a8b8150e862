"""Pictures of importing: the dialog before, the bar meanwhile, the report after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from adme_labeler.gui.dialogs.import_dialog import ImportDialog
from adme_labeler.gui.dialogs.import_report import ImportReport
from adme_labeler.gui.import_bar import ImportBar
from adme_labeler.gui.import_job import ImportView
from adme_labeler.services.import_reports import FileRow, LabelRow, RunReport, RunState

LONG = "dm_spl_release_human_rx_part1-of-5-with-a-name-that-goes-on-and-on-2026-02-28.zip"
_AT = "2026-02-28T14:02:11.000Z"


def _file(name: str, status: str, reason: str = "", labels: int = 0, tables: int = 0) -> FileRow:
    return FileRow(2, _AT, f"/home/ana/labels/{name}", status, reason, labels, labels * 31, tables)


def many() -> RunReport:
    files = [
        _file(
            LONG,
            "read",
            "6 of 214 labels: is an over-the-counter label. To take such labels too, tick their "
            "kind when adding files (--types otc).",
            208,
            312,
        ),
        _file("mirtacaine.xml", "nothing new", "Everything in it is already in the project.", 1),
        _file("zelvarone.xml", "older version", "The project has a newer version.", 1),
        _file("broken.zip", "failed", "broken.zip is no complete zip archive."),
        _file("scan.pdf", "failed", "scan.pdf has no text: it is a scan."),
        _file("tylo.xml", "skipped", "tylo.xml is an over-the-counter label."),
        *(_file(f"label-{n:03}.xml", "read", "", 1, n % 3) for n in range(60)),
    ]
    counts = {"read": 268, "nothing new": 1, "older version": 1, "failed": 2, "skipped": 7}
    return RunReport(
        2, _AT, _AT, "ana", "", "pk", ("prescription", "vaccine"), RunState.FINISHED, tuple(files),
        counts,
    )  # fmt: skip


def failures() -> RunReport:
    files = (
        _file("broken.zip", "failed", "broken.zip is no complete zip archive."),
        _file("empty.xml", "failed", "empty.xml is empty."),
    )
    return RunReport(
        1, _AT, _AT, "ana", "", "all", ("prescription",), RunState.CANCELLED, files, {"failed": 2}
    )


def labels(run: int) -> list[LabelRow]:
    rows = [
        LabelRow(f"/l/{LONG}", f"prescription/a{n:03}.xml", f"Testazole{n}", f"set-{n}", n % 9 + 1,
                 "read", "", 31 + n % 7, n % 3)
        for n in range(40)
    ]  # fmt: skip
    rows.append(
        LabelRow(f"/l/{LONG}", "otc/tylo.xml", "Tylodrin", "s", 2, "skipped",
                 "It is an over-the-counter label.", 0, 0)
    )  # fmt: skip
    rows.append(
        LabelRow(f"/l/{LONG}", "rx/bad.xml", "bad.xml", "", 0, "failed",
                 "bad.xml ends in the middle; download it again.", 0, 0)
    )  # fmt: skip
    return rows


def headings(run: int | None) -> list[tuple[str, int]]:
    return [("Gastric Acid Reducing Agents", 61), ("Oral Contraceptives", 52), ("Digoxin", 4)]


def report(runs: list[RunReport], page: str = "files") -> QWidget:
    dialog = ImportReport(runs, labels, headings)
    if runs:
        dialog.pages.choose(page)
    return dialog


def bar(view: ImportView) -> QWidget:
    shown = ImportBar()
    shown.resize(1280, 46)
    shown.show_import(view)
    return shown


PICTURES: dict[str, Callable[[], QWidget]] = {
    "dialog-import": lambda: ImportDialog([Path("labels.zip"), Path("decided.xlsx")], "Curator 1"),
    "dialog-import-documents": lambda: ImportDialog(
        [Path(f"corvexa prescribing information {n}.pdf") for n in range(6)], "Curator 1"
    ),
    "import-report": lambda: report([many(), failures()]),
    "import-report-labels": lambda: report([many(), failures()], "labels"),
    "import-report-headings": lambda: report([many()], "headings"),
    "import-report-failures": lambda: report([failures()]),
    "import-report-empty": lambda: report([]),
    "import-bar-running": lambda: bar(
        ImportView(
            "Importing",
            f"Reading {LONG} (1,204 labels) · file 3 of 12 · 4,120 sentences",
            True,
            0.2,
        )
    ),
    "import-bar-stopped": lambda: bar(
        ImportView(
            "The import did not come to its end",
            "120 drug labels are in the project, the last of them in labels.zip. It can go on "
            "where it stopped.",
        )
    ),
}
