"""Every model version with its figures; use any of them, or set two against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.evidence import RecallChange
from adme_labeler.domain.records import NO_TRAINED_MODEL, ModelState, ModelVersion, SentenceId
from adme_labeler.gui import theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.training_job import local_time
from adme_labeler.services import suggesting, training
from adme_labeler.services.session import Session
from adme_labeler.services.versions import ChangedDecision, VersionComparison
from adme_labeler.storage.models import Model

_MOST_LISTED = 500
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Compare = Callable[[ModelVersion, ModelVersion], VersionComparison]
Texts = Callable[[Sequence[SentenceId]], Mapping[SentenceId, str]]


@dataclass(frozen=True)
class VersionLine:
    """A row of the table. `recall` per category: (short, in full), as measured when trained."""

    version: ModelVersion
    state: str
    when: str
    annotations: str
    settings: str
    verdict: str
    recall: Mapping[CategoryKey, tuple[str, str]]
    active: bool
    here: bool


def version_lines(session: Session) -> tuple[VersionLine, ...]:
    """Trained versions, newest first, and last the instant model."""
    runs = {run.id: run for run in training.runs(session)}
    known = training.versions(session)
    lines = [
        _line(session, model, runs[model.run].settings if model.run in runs else "{}")
        for model in known
    ]
    active = not any(model.state is ModelState.ACTIVE for model in known)
    instant = VersionLine(
        NO_TRAINED_MODEL,
        "active" if active else "",
        "",
        "",
        "head on the pretrained encoder",
        "",
        {},
        active,
        True,
    )
    return (*lines, instant)


class VersionsDialog(Dialog):
    """First the table of versions; `compare` opens the comparison of the two selected ones."""

    use_asked = Signal(int)
    list_asked = Signal(tuple, str)
    """(sentences, what they are)."""

    def __init__(
        self,
        scheme: CategoryScheme,
        lines: Sequence[VersionLine],
        compare: Compare,
        texts: Texts,
        writable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Model versions", parent, 960)
        self._scheme = scheme
        self._lines = tuple(lines)
        self._compare = compare
        self._texts = texts
        self._writable = writable
        self.table = self._versions_table()
        self.comparison = ComparisonPage(scheme)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._first_page())
        self._pages.addWidget(self.comparison)
        self.body.addWidget(self._pages, 1)
        self.back = self.add_button("Back")
        self.list_changed = self.add_button("Work through them")
        self.compare = self.add_button("Compare")
        self.use = self.add_button("Use this version")
        self.add_close()
        self.back.clicked.connect(lambda: self._show_page(0))
        self.compare.clicked.connect(self._show_comparison)
        self.use.clicked.connect(self._use)
        self.list_changed.clicked.connect(self._list)
        self.comparison.opened.connect(lambda ident: self._ask_list((ident,)))
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.selectRow(0)
        self.resize(960, 540)
        self._show_page(0)

    def chosen(self) -> list[VersionLine]:
        """The selected versions, newest first."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self._lines[row] for row in rows]

    def _first_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        column.addWidget(
            Text(
                "Recall is that of held-out sentences decided when the version was trained, so "
                "rows are not comparable. Select two versions (Ctrl+click or Shift+arrow) to "
                "compare them on the same sentences.",
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        return page

    def _versions_table(self) -> QTableWidget:
        rare = [self._scheme[key] for key in self._scheme.substantive]
        names = ["Version", "State", "Trained", "Annotations", "Settings", "Verdict"]
        table = _table([*names, *(c.name for c in rare)], len(self._lines))
        table.setAccessibleName("Model versions")
        for row, line in enumerate(self._lines):
            name = f"Version {line.version}" if line.version else "Instant model"
            cells = [(name, name), (line.state, line.state), (line.when, line.when)]
            cells += [(line.annotations, line.annotations), (line.settings, line.settings)]
            cells += [(line.verdict, line.verdict)]
            cells += [line.recall.get(c.key, ("", "")) for c in rare]
            for column, (shown, full) in enumerate(cells):
                item = QTableWidgetItem(shown)
                item.setToolTip(full)
                if line.active:
                    item.setFont(theme.bold("controls"))
                table.setItem(row, column, item)
        for column, width in enumerate((104, 88, 96, 124, 168, 140)):
            table.setColumnWidth(column, width)
        for column in range(6, 6 + len(rare)):
            table.setColumnWidth(column, 104)
        return table

    def _enable(self) -> None:
        chosen = self.chosen()
        one = chosen[0] if len(chosen) == 1 else None
        usable = one is not None and one.here and not one.active
        self.use.setEnabled(self._writable and usable)
        self.use.setText(
            f"Use version {one.version}" if one and one.version else "Use the instant model"
            if one else "Use this version"
        )  # fmt: skip
        self.compare.setEnabled(len(chosen) == 2 and all(line.version for line in chosen))

    def _show_page(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        for button in (self.compare, self.use):
            button.setVisible(page == 0)
        for button in (self.back, self.list_changed):
            button.setVisible(page == 1)
        if page == 0:
            self._enable()
            self.table.setFocus()
        else:
            self.list_changed.setEnabled(bool(self.comparison.changed))
            self.comparison.sentences.setFocus()

    def _show_comparison(self) -> None:
        newer, older = self.chosen()
        found = self._compare(newer.version, older.version)
        self.comparison.show_comparison(found, self._texts)
        self._show_page(1)

    def _use(self) -> None:
        self.use_asked.emit(int(self.chosen()[0].version))

    def _list(self) -> None:
        self._ask_list(tuple(c.sentence for c in self.comparison.changed))

    def _ask_list(self, ids: tuple[int, ...]) -> None:
        self.list_asked.emit(tuple(SentenceId(i) for i in ids), self.comparison.what())


class ComparisonPage(QWidget):
    """Verdict, a row per category, and the sentences whose decision changed."""

    opened = Signal(int)

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._found: VersionComparison | None = None
        self.changed: tuple[ChangedDecision, ...] = ()
        self.verdict = Text("", "controls", strong=True, wrap=True)
        self._stands = Text("", "secondary", "secondary", wrap=True)
        self.categories = _table(("Category", "n", "", "", "Change", "McNemar p"), 0)
        self.categories.setAccessibleName("Change per category")
        self.categories.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.categories.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = Text("", "controls", strong=True)
        self.sentences = _ChangedTable()
        self.sentences.setAccessibleName("Sentences whose decision changed; Enter goes there")
        self.sentences.opened.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.verdict, self._stands, self.categories, self._title):
            column.addWidget(widget)
        column.addWidget(self.sentences, 1)

    def what(self) -> str:
        found = self._found
        return (
            "" if found is None else f"decided otherwise by version {found.one} and {found.other}"
        )

    def show_comparison(self, found: VersionComparison, texts: Texts) -> None:
        self._found, self.changed = found, found.changed
        self.verdict.setText(found.verdict)
        self._stands.setText(_stands_on(found))
        self._show_categories(found)
        number = len(found.changed)
        shown = found.changed[:_MOST_LISTED]
        title = f"{number:,} sentence{'s' if number != 1 else ''} decided otherwise"
        if number > len(shown):
            title += f", the first {len(shown):,} shown"
        self._title.setText(title if number else "Both decided every sentence alike")
        self.sentences.setVisible(bool(number))
        self.sentences.fill(self._scheme, found, shown, texts([c.sentence for c in shown]))

    def _show_categories(self, found: VersionComparison) -> None:
        table = self.categories
        rows = [c for c in found.by_category if c.support]
        table.setRowCount(len(rows))
        table.setHorizontalHeaderLabels(
            ["Category", "n", f"Only {found.one} finds", f"Only {found.other} finds",
             "Difference in recall", "McNemar p"]
        )  # fmt: skip
        for row, change in enumerate(rows):
            cells = (
                self._scheme[change.category].name,
                f"{change.support:,}",
                f"{change.won:,}",
                f"{change.lost:,}",
                change_words(change),
                f"{change.p_value:.3f}" if change.p_value >= 0.001 else "< 0.001",
            )
            for column, content in enumerate(cells):
                item = QTableWidgetItem(content)
                if column in (1, 2, 3, 5):
                    item.setTextAlignment(_RIGHT)
                table.setItem(row, column, item)
        for column, width in enumerate((132, 64, 112, 112, 420)):
            table.setColumnWidth(column, width)
        head = table.horizontalHeader()
        for column in (1, 2, 3, 5):
            item = table.horizontalHeaderItem(column)
            if item is not None:
                item.setTextAlignment(_RIGHT)
        height = table.verticalHeader().defaultSectionSize()
        table.setFixedHeight(head.sizeHint().height() + height * max(1, len(rows)) + 4)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.changed):
            self.opened.emit(int(self.changed[row].sentence))


class _ChangedTable(QTableWidget):
    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__(0, 4)
        _dress(self)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def fill(
        self,
        scheme: CategoryScheme,
        found: VersionComparison,
        shown: Sequence[ChangedDecision],
        texts: Mapping[SentenceId, str],
    ) -> None:
        self.setRowCount(len(shown))
        self.setHorizontalHeaderLabels(
            ["Sentence", "People", f"Version {found.one}", f"Version {found.other}"]
        )
        for row, change in enumerate(shown):
            text = texts.get(change.sentence, "")
            marks = ("✓ " if change.one == change.category else "",
                     "✓ " if change.other == change.category else "")  # fmt: skip
            cells = (
                text,
                scheme[change.category].name,
                marks[0] + scheme[change.one].name,
                marks[1] + scheme[change.other].name,
            )
            for column, content in enumerate(cells):
                item = QTableWidgetItem(content)
                item.setToolTip(content)
                self.setItem(row, column, item)
        head = self.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            self.setColumnWidth(column, 128)
        if shown:
            self.selectRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.opened.emit(self.currentRow())
        else:
            super().keyPressEvent(event)


def change_words(change: RecallChange) -> str:
    """The difference in recall with its interval, and whether that is more than chance."""
    if change.difference is None or change.low is None or change.high is None:
        return f"not enough evidence (n = {change.support:,})"
    figures = (
        f"{100 * change.difference:+.0f} points ({100 * change.low:+.0f} to "
        f"{100 * change.high:+.0f})"
    )
    return figures if change.evident else f"{figures}, no evidence of a difference"


def _stands_on(found: VersionComparison) -> str:
    said = (
        "Both versions as they were when trained, on held-out sentences by what people have "
        "decided until today; intervals are 95 %, drugs drawn as wholes."
    )
    if found.left_out:
        said += (
            f" {found.left_out:,} decided sentences are left out: one of the two was not asked, "
            "or has trained on their drug."
        )
    return said


def _line(session: Session, model: Model, settings: str) -> VersionLine:
    result = training.result_of(model)
    here = training.weights_here(session, model.version)
    trained = f"{result.train_sentences:,}"
    if result.hint_sentences:
        trained += f" + {result.hint_sentences:,} hints"
    measured = result.held_out or result.cross_validation
    return VersionLine(
        model.version,
        model.state.value if here else f"{model.state.value}, not here",
        local_time(model.created_at),
        trained,
        _settings(settings),
        model.verdict,
        {} if measured is None else {
            CategoryKey(m.category): _recall(m, measured.source) for m in measured.categories
        },
        model.state is ModelState.ACTIVE and here
        and suggesting.served_version(session) == model.version,
        here,
    )  # fmt: skip


def _settings(written: str) -> str:
    try:
        settings = msgspec.json.decode(written, type=protocol.TrainSettings)
    except msgspec.DecodeError:
        return ""
    encoder = Path(settings.encoder).name or "shipped encoder"
    return f"{settings.preset}, {encoder}, seed {settings.seed}"


def _recall(measure: protocol.CategoryMeasure, source: str) -> tuple[str, str]:
    counts = f"{measure.found:,} of {measure.support:,}"
    if measure.recall is None or measure.recall_low is None or measure.recall_high is None:
        return f"n = {measure.support:,}", f"not enough evidence (n = {measure.support:,})"
    full = (
        f"Found {counts}, recall {measure.recall:.0%} (95 % interval {measure.recall_low:.0%} to "
        f"{measure.recall_high:.0%}), {source}"
    )
    return f"{100 * measure.recall_low:.0f}–{100 * measure.recall_high:.0f} %", full


def _table(columns: Sequence[str], rows: int) -> QTableWidget:
    table = QTableWidget(rows, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    _dress(table)
    return table


def _dress(table: QTableWidget) -> None:
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.size("controls") + 19)
    table.setShowGrid(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setStretchLastSection(True)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
