"""Two model versions on the same held-out sentences: verdict, categories, changed decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from adme_labeler import language
from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.evidence import RecallChange
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.plain_table import dress, plain_table
from adme_labeler.language import tr, trn
from adme_labeler.services.versions import ChangedDecision, VersionComparison

_MOST_LISTED = 500
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Texts = Callable[[Sequence[SentenceId]], Mapping[SentenceId, str]]


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
        self.categories = plain_table((tr("Category"), "n", "", "", tr("Change"), "McNemar p"), 0)
        self.categories.setAccessibleName(tr("Change per category"))
        self.categories.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.categories.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.categories.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._title = Text("", "controls", strong=True)
        self.sentences = _ChangedTable()
        self.sentences.setAccessibleName(tr("Sentences whose decision changed; Enter goes there"))
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
            ""
            if found is None
            else tr(
                "decided otherwise by versions {one} and {other}", one=found.one, other=found.other
            )
        )

    def show_comparison(self, found: VersionComparison, texts: Texts) -> None:
        self._found, self.changed = found, found.changed
        self.verdict.setText(found.verdict)
        self._stands.setText(_stands_on(found))
        self._show_categories(found)
        number = len(found.changed)
        shown = found.changed[:_MOST_LISTED]
        title = trn(
            "{count:,} sentence decided otherwise", "{count:,} sentences decided otherwise", number
        )
        if number > len(shown):
            title = tr("{title}, the first {count:,} shown", title=title, count=len(shown))
        self._title.setText(title if number else tr("Both decided every sentence alike"))
        self.sentences.setVisible(bool(number))
        self.sentences.fill(self._scheme, found, shown, texts([c.sentence for c in shown]))

    def _show_categories(self, found: VersionComparison) -> None:
        table = self.categories
        rows = [c for c in found.by_category if c.support]
        table.setRowCount(len(rows))
        table.setHorizontalHeaderLabels(
            [
                tr("Category"),
                "n",
                tr("Only {version} finds", version=found.one),
                tr("Only {version} finds", version=found.other),
                tr("Difference in recall"),
                "McNemar p",
            ]
        )
        for row, change in enumerate(rows):
            cells = (
                self._scheme[change.category].name,
                language.number(change.support),
                language.number(change.won),
                language.number(change.lost),
                change_words(change),
                p_words(change.p_value),
            )
            for column, content in enumerate(cells):
                item = QTableWidgetItem(content)
                if column in (1, 2, 3, 5):
                    item.setTextAlignment(_RIGHT)
                table.setItem(row, column, item)
        for column, width in ((0, 132), (1, 64), (2, 120), (3, 120), (5, 120)):
            table.setColumnWidth(column, width)
        head = table.horizontalHeader()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3, 5):
            item = table.horizontalHeaderItem(column)
            if item is not None:
                item.setTextAlignment(_RIGHT)
        height = table.verticalHeader().defaultSectionSize()
        table.setFixedHeight(head.sizeHint().height() + height * max(1, len(rows)) + 2)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.changed):
            self.opened.emit(int(self.changed[row].sentence))


class _ChangedTable(QTableWidget):
    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__(0, 4)
        dress(self)
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
            [
                tr("Sentence"),
                tr("People"),
                tr("Version {version}", version=found.one),
                tr("Version {version}", version=found.other),
            ]
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
        head.setStretchLastSection(False)
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


def p_words(p: float) -> str:
    least = 0.001
    return language.number(p, ".3f") if p >= least else f"< {language.number(least, '.3f')}"


def change_words(change: RecallChange) -> str:
    """The difference in recall with its interval, and whether that is more than chance."""
    if change.difference is None or change.low is None or change.high is None:
        return tr("not enough evidence (n = {support:,})", support=change.support)
    figures = tr(
        "{difference:+.0f} points ({low:+.0f} to {high:+.0f})",
        difference=100 * change.difference,
        low=100 * change.low,
        high=100 * change.high,
    )
    return (
        figures if change.evident else tr("{figures}, no evidence of a difference", figures=figures)
    )


def _stands_on(found: VersionComparison) -> str:
    said = tr(
        "Both versions as they were when trained, on held-out sentences by what people have "
        "decided until today; intervals are 95 %, drugs drawn as wholes."
    )
    if found.left_out:
        left_out = trn(
            "{count:,} decided sentence is left out: one of the two was not asked, or has "
            "trained on its drug.",
            "{count:,} decided sentences are left out: one of the two was not asked, or has "
            "trained on their drug.",
            found.left_out,
        )
        said = f"{said} {left_out}"
    return said
