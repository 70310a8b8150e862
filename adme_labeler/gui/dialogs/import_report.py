"""What imports brought: every run with its files, drug labels and headings nobody understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QWidget,
)

from adme_labeler.gui import theme
from adme_labeler.gui.controls import Segments, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.row_models import LEFT, RIGHT, Index, TableModel, dress
from adme_labeler.gui.training_job import local_time
from adme_labeler.language import number, tr, trn
from adme_labeler.services.import_reports import LabelRow, RunReport, RunState
from adme_labeler.services.import_runs import (
    FAILED,
    NEW,
    NOTHING_NEW,
    OLDER,
    SKIPPED,
    STATUSES,
    UPDATED,
)

_NAMES = {
    FAILED: tr("Failed"),
    SKIPPED: tr("Skipped"),
    OLDER: tr("Older version"),
    NOTHING_NEW: tr("Nothing new"),
    UPDATED: tr("New version"),
    NEW: tr("Added"),
}
_TONES = {FAILED: "danger", SKIPPED: "warning", OLDER: "secondary", NOTHING_NEW: "secondary"}
_STATES = {
    RunState.RUNNING: tr("Running"),
    RunState.INTERRUPTED: tr("Interrupted"),
    RunState.CANCELLED: tr("Cancelled"),
    RunState.FAILED: tr("Failed"),
    RunState.GIVEN_UP: tr("Left unfinished"),
    RunState.FINISHED: tr("Finished"),
}
_SECTIONS = {
    "pk": tr("pharmacokinetics"),
    "clinical-pharmacology": tr("clinical pharmacology"),
    "all": tr("every section"),
}
_KINDS = {
    "prescription": tr("prescription"),
    "otc": tr("over-the-counter"),
    "vaccine": tr("vaccine"),
    "animal": tr("animal"),
    "device": tr("device"),
    "other": tr("other"),
}


@dataclass(frozen=True)
class Row:
    """A line of the table: its cells, its status ("" for headings), and a hint per cell."""

    cells: tuple[str, ...]
    status: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    """Of all columns but the one that takes what is left."""
    numbers: frozenset[int]
    stretch: int


_PAGES = {
    "files": Page(
        (tr("File"), tr("Result"), tr("Labels"), tr("Sentences"), tr("Tables"), tr("Why")),
        (260, 120, 70, 88, 66, 200),
        frozenset({2, 3, 4}),
        5,
    ),
    "labels": Page(
        (
            tr("Drug label"),
            tr("Result"),
            tr("Version"),
            tr("Sentences"),
            tr("Tables"),
            tr("File"),
            tr("Why"),
        ),
        (200, 120, 72, 88, 66, 170, 160),
        frozenset({2, 3, 4}),
        6,
    ),
    "headings": Page((tr("Heading"), tr("Drug labels")), (520, 110), frozenset({1}), 0),
}


class ImportReport(Dialog):
    """`export_asked` carries the id of the run that is shown."""

    export_asked = Signal(int)

    def __init__(
        self,
        runs: Sequence[RunReport],
        labels_of: Callable[[int], Sequence[LabelRow]],
        headings_of: Callable[[int | None], Sequence[tuple[str, int]]],
        parent: QWidget | None = None,
    ) -> None:
        """`headings_of(None)` counts over every import."""
        super().__init__(tr("Imports"), parent, 980 if runs else 480)
        self._runs = runs
        self._labels_of = labels_of
        self._headings_of = headings_of
        if not runs:
            self.body.addWidget(
                Text(
                    tr("Nothing was imported yet: Ctrl+I adds drug labels."),
                    "controls",
                    "secondary",
                )
            )
            self.add_close()
            return
        self.resize(1040, 640)
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Import"))
        self.choice.setMinimumWidth(340)
        for run in runs:
            self.choice.addItem(_title(run))
        self.pages = Segments(
            (("files", tr("Files")), ("labels", tr("Drug labels")), ("headings", tr("Headings")))
        )
        self.filter = Segments((("", tr("All")),))
        self._said = Text("", "controls", "secondary", wrap=True)
        self.model = _Model()
        self.table = _table(self.model)
        self._nothing = Text("", "controls", "secondary")
        self._detail = Text("", "secondary", "secondary", wrap=True)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._detail.setMinimumHeight(3 * self._detail.fontMetrics().height())
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.choice)
        top.addStretch(1)
        top.addWidget(self.pages)
        self.body.addLayout(top)
        self.body.addWidget(self._said)
        self.body.addWidget(self.filter)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self._detail)
        export = self.add_button(tr("Export…"))
        export.setToolTip(tr("The report as .csv or .xlsx"))
        export.clicked.connect(lambda: self.export_asked.emit(self._run().id))
        self.add_close()
        self.choice.currentIndexChanged.connect(lambda _: self._show_page())
        self.pages.chosen.connect(lambda _: self._show_page())
        self.filter.chosen.connect(lambda _: self._fill())
        self.table.selectionModel().currentRowChanged.connect(
            lambda now, _: self._detail.setText(self.model.in_full(now.row()))
        )
        self._rows: list[Row] = []
        self._show_page()

    def _run(self) -> RunReport:
        return self._runs[max(0, self.choice.currentIndex())]

    def _show_page(self) -> None:
        run, name = self._run(), self.pages.current()
        if name == "files":
            self._rows = _file_rows(run)
        elif name == "labels":
            self._rows = _label_rows(self._labels_of(run.id) if run.id else ())
        else:
            self._rows = [Row((h, number(n)), hints=(h, "")) for h, n in self._headings_of(None)]
        counted = Counter(row.status for row in self._rows if row.status)
        here = [status for status in STATUSES if counted[status]]
        self.filter.set_choices(
            (
                ("", tr("All {count:,}", count=len(self._rows))),
                *((s, f"{_NAMES[s]} {number(counted[s])}") for s in here),
            )
        )
        self.filter.setVisible(name != "headings" and len(here) > 1)
        self._said.setText(_HEADINGS_SAID if name == "headings" else _said(run))
        self._fill()

    def _fill(self) -> None:
        name, wanted = self.pages.current(), self.filter.current()
        page = _PAGES[name]
        rows = [row for row in self._rows if not wanted or row.status == wanted]
        self.model.show_rows(page, rows)
        head = self.table.horizontalHeader()
        for column, width in enumerate(page.widths):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.table.setColumnWidth(column, width)
        head.setSectionResizeMode(page.stretch, QHeaderView.ResizeMode.Stretch)
        self.table.scrollToTop()
        self.table.setVisible(bool(rows))
        self._detail.setVisible(bool(rows) and name != "headings")
        self.table.selectRow(0)
        self._nothing.setVisible(not rows)
        self._nothing.setText(_NOTHING[name])


_HEADINGS_SAID = tr(
    "Headings of all imports from which no category can be guessed. The sentences below them are "
    "suggested, decided and trained on like all others."
)
_FOR_THE_COMMAND_LINE = re.compile(r" \(--[^)]*\)")
_NOTHING = {
    "files": tr("No file was read."),
    "labels": tr("No drug label was read."),
    "headings": tr("Every heading was understood."),
}


def _title(run: RunReport) -> str:
    who = f" · {run.curator}" if run.curator else ""
    files = trn("{count:,} file", "{count:,} files", len(run.files))
    return f"{local_time(run.at)}{who} · {files}"


def _said(run: RunReport) -> str:
    if not run.id:
        return tr("Files that were imported before imports were kept one by one.")
    kinds = [_KINDS.get(kind, kind) for kind in run.types]
    took = tr(
        "{sections} in {kinds} labels",
        sections=_SECTIONS.get(run.sections, run.sections),
        kinds=_listed(kinds),
    )
    read = tr(" · categories read by {read_by}", read_by=run.read_by) if run.read_by else ""
    brought = tr(
        "{sentences:,} sentences, {tables:,} tables", sentences=run.sentences, tables=run.tables
    )
    said = f"{_STATES[run.state]} · {took}{read} · {brought}"
    return f"{said}\n{run.remark}" if run.remark else said


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return tr("{first} and {last}", first=", ".join(words[:-1]), last=words[-1])


def _file_rows(run: RunReport) -> list[Row]:
    files = sorted(run.files, key=lambda f: _rank(f.status))
    return [
        Row(
            (
                Path(f.path).name,
                _NAMES.get(f.status, f.status),
                number(f.labels),
                number(f.sentences),
                number(f.tables),
                _without_name(_plain(f.reason), Path(f.path).name),
            ),
            f.status,
            (f.path, "", "", "", "", _plain(f.reason)),
        )
        for f in files
    ]


def _label_rows(labels: Sequence[LabelRow]) -> list[Row]:
    rows = []
    for label in sorted(labels, key=lambda r: _rank(r.status)):
        inside = f"{Path(label.path).name}/{label.member}" if label.member else label.path
        where = inside.rsplit("/", 1)[-1]
        count = "" if label.status in (FAILED, SKIPPED) else number(label.sentences)
        rows.append(
            Row(
                (
                    label.title or where,
                    _NAMES.get(label.status, label.status),
                    str(label.version or ""),
                    count,
                    number(label.tables) if count else "",
                    where,
                    _without_name(_plain(label.reason), where),
                ),
                label.status,
                (label.title, "", "", "", "", inside, _plain(label.reason)),
            )
        )
    return rows


def _plain(reason: str) -> str:
    """The reason without what only the command line understands."""
    return _FOR_THE_COMMAND_LINE.sub("", reason)


def _without_name(reason: str, name: str) -> str:
    """The reason beside a cell that names the file: "… is no drug label."."""
    rest = reason.removeprefix(name)
    return f"…{rest}" if rest != reason and rest.startswith(" ") else reason


def _rank(status: str) -> int:
    return STATUSES.index(status) if status in STATUSES else len(STATUSES)


class _Model(TableModel):
    def __init__(self) -> None:
        super().__init__(_PAGES["files"].columns)
        self._rows: Sequence[Row] = ()

    def show_rows(self, page: Page, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._titles, self._figures, self._rows = page.columns, page.numbers, rows
        self.endResetModel()

    def in_full(self, row: int) -> str:
        """What the cells of a row cut short: where it comes from, and why."""
        hints = self._rows[row].hints if 0 <= row < len(self._rows) else ()
        return "\n".join(dict.fromkeys(hint for hint in hints if hint))

    def count(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (row.hints[column] if row.hints else "") or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column in self._figures else LEFT
        if role == Qt.ItemDataRole.ForegroundRole and column == 1 and row.status in _TONES:
            return QColor(getattr(theme.current(), _TONES[row.status]))
        return None


def _table(model: _Model) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.setObjectName("report")
    table.setAccessibleName(tr("What was imported"))
    dress(table, theme.size("controls") + 17)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setTabKeyNavigation(False)
    return table
