"""Taking an edited table back: what it would change, row by row, before anything is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui.controls import Card, Segments, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.equal_rows import TwoEnds
from adme_labeler.gui.merge_table import Lookup, MergeModel, MergeTable
from adme_labeler.language import number, tr, trn
from adme_labeler.services import merge_text
from adme_labeler.services.merge_plan import MergePlan, MergeRow, RowKind

_SIZE = (1120, 680)
_EVERYTHING = "everything"
_FILTERS = {
    RowKind.CHANGED: tr("Changed"),
    RowKind.CONFLICT: tr("Conflicts"),
    RowKind.REFUSED: tr("Not possible"),
    RowKind.UNKNOWN: tr("Unknown"),
    RowKind.MISSING: tr("Missing"),
    RowKind.UNCHANGED: tr("Unchanged"),
}
_EXPLAINED = {
    RowKind.MISSING: tr("This sentence has no row in the table; it stays as it is."),
    RowKind.UNCHANGED: tr("The table says of this sentence what the project holds."),
}


class MergeDialog(Dialog):
    """Waits for the comparison, shows it, and asks to apply what is accepted."""

    apply_asked = Signal()
    """`taken()` is to be written; call `accept` when it is."""
    again_asked = Signal()
    """The table is to be compared again."""

    def __init__(
        self, name: str, scheme: CategoryScheme, lookup: Lookup, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Merge an edited table"), parent, 560)
        self._name = name
        self._scheme = scheme
        self._lookup = lookup
        self._model: MergeModel | None = None
        self._page: QWidget | None = None
        self._said = Text("", "controls", wrap=True)
        self.body.addWidget(self._said)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Reading"))
        self.body.addWidget(self._bar)
        self.filters: Segments | None = None
        self.table: MergeTable | None = None
        self.close_button = self.add_close(tr("Cancel"), default=False)
        self.again = self.add_button(tr("Compare again"))
        self.again.clicked.connect(self._ask_again)
        self.apply = self.add_button(tr("Apply"), default=True)
        self.apply.clicked.connect(self.apply_asked)
        self.show_reading()

    def taken(self) -> set[SentenceId]:
        return self._model.taken() if self._model is not None else set()

    def said(self) -> str:
        return self._said.text()

    def show_reading(self) -> None:
        self._clear()
        self._bar.show()
        self.again.hide()
        self.apply.hide()
        self.close_button.setText(tr("Cancel"))
        self._say(tr("Reading {name} and comparing it with the project.", name=self._name))

    def show_progress(self, rows: int) -> None:
        self._say(
            tr(
                "Reading {name} and comparing it with the project: {rows:,} rows.",
                name=self._name,
                rows=rows,
            )
        )

    def show_problem(self, sentence: str, detail: str = "") -> None:
        """The table cannot be compared, or not be applied any more."""
        self._clear()
        self._bar.hide()
        self.apply.hide()
        self.close_button.setEnabled(True)
        self.close_button.setText(tr("Close"))
        self.close_button.setDefault(True)
        self._say(sentence, "danger")
        self._said.setToolTip(detail[-2000:])

    def show_stale(self, sentence: str) -> None:
        """Nothing was written; comparing again may help."""
        self.show_problem(sentence)
        self.again.show()
        self.again.setDefault(True)
        self.again.setFocus()

    def show_plan(self, plan: MergePlan) -> None:
        self._bar.hide()
        if not plan.rows:
            self._nothing_to_take(plan)
            return
        self.apply.show()
        self.apply.setDefault(True)
        said = (merge_text.counted(plan), _unknown_categories(plan), merge_text.not_compared(plan))
        self._say(" ".join(filter(None, said)))
        self._fill(plan)
        self.resize_to_window()
        assert self.table is not None
        self.table.to_first()
        self.table.setFocus()
        self._count()

    def resize_to_window(self) -> None:
        """As large as suits the table, and no larger than the window behind."""
        parent = self.parentWidget()
        width, height = _SIZE
        if parent is not None:
            width = min(width, parent.width() - 24)
            height = min(height, parent.height() - 24)
        self.resize(width, height)

    def _nothing_to_take(self, plan: MergePlan) -> None:
        self.close_button.setText(tr("Close"))
        self.close_button.setDefault(True)
        self.close_button.setFocus()
        left = len(plan.missing)
        said = trn(
            "{name} brings nothing new: {count:,} row says what the project holds.",
            "{name} brings nothing new: {count:,} rows say what the project holds.",
            plan.unchanged,
            name=self._name,
        )
        absent = trn(
            "{count:,} sentence is not in it and stays as it is.",
            "{count:,} sentences are not in it and stay as they are.",
            left,
        )
        missing = absent if left else ""
        self._say(" ".join(filter(None, (said, missing, merge_text.not_compared(plan)))))

    def _fill(self, plan: MergePlan) -> None:
        self._page = page = QWidget()
        model = self._model = MergeModel(plan, self._scheme, self._lookup)
        counts = plan.counts
        choices = [(_EVERYTHING, tr("To review {count:,}", count=len(plan.rows)))]
        choices += [
            (kind.value, f"{name} {number(counts[kind])}")
            for kind, name in _FILTERS.items()
            if counts[kind]
        ]
        self.filters = Segments(choices)
        self.filters.chosen.connect(self._show_kind)
        self.accept_all = QPushButton(tr("&Accept all shown"))
        self.refuse_all = QPushButton(tr("&Refuse all shown"))
        for button, taken in ((self.accept_all, True), (self.refuse_all, False)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, t=taken: model.take(range(model.rowCount()), t))
        at_once = QWidget()
        pair = QHBoxLayout(at_once)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(8)
        pair.addWidget(self.accept_all)
        pair.addWidget(self.refuse_all)
        above = TwoEnds(self.filters, at_once)
        self.table = MergeTable(self._scheme)
        self.table.show_rows(model)
        self.table.moved.connect(self._show_detail)
        self._detail = Text("", "controls", wrap=True)
        self._states = Text("", "controls", strong=True, wrap=True)
        self._place = Text("", "secondary", "secondary", wrap=True)
        card = Card()
        for line in (self._detail, self._states, self._place):
            line.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            card.body.addWidget(line)
        card.body.addStretch(1)
        card.setMinimumHeight(7 * self._detail.fontMetrics().height())
        self._summary = Text("", "controls", strong=True, wrap=True)
        self._hint = Text(
            tr("Space accepts or refuses the selected rows; Ctrl+A selects all."),
            "secondary",
            "secondary",
        )
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(self._summary, 1)
        below.addWidget(self._hint)
        holder = QVBoxLayout(page)
        holder.setContentsMargins(0, 0, 0, 0)
        holder.setSpacing(12)
        holder.addWidget(above)
        holder.addWidget(self.table, 1)
        holder.addWidget(card)
        holder.addLayout(below)
        self.body.addWidget(page, 1)
        model.changed.connect(self._count)

    def _show_kind(self, ident: str) -> None:
        if self._model is not None:
            self._model.show_kind(None if ident == _EVERYTHING else RowKind(ident))
            able = any(self._model.can_be_taken(r) for r in range(self._model.rowCount()))
            self.accept_all.setEnabled(able)
            self.refuse_all.setEnabled(able)

    def _show_detail(self, row: int) -> None:
        model = self._model
        if model is None or row < 0:
            for line in (self._detail, self._states, self._place):
                line.setText("")
            return
        self._detail.setText(" ".join(model.text(row).split()))
        item = model.item(row)
        kind = model.kind(row)
        self._place.setText(_explained(item) if item is not None else _EXPLAINED[kind])
        self._states.setText(_states(item, self._scheme) if item is not None else "")
        self._states.setVisible(bool(self._states.text()))

    def _count(self) -> None:
        model = self._model
        if model is None:
            return
        number, waiting = len(model.taken()), model.waiting()
        if not number:
            said = tr("Nothing is accepted yet, so there is nothing to apply.")
        else:
            said = trn(
                "{count:,} row will be taken, as one undo step.",
                "{count:,} rows will be taken, as one undo step.",
                number,
            )
        if waiting:
            waits = trn(
                "{count:,} conflict waits for your choice; until then the project's side stays.",
                "{count:,} conflicts wait for your choice; the project's side stays.",
                waiting,
            )
            said = f"{said} {waits}"
        self._summary.setText(said)
        self.apply.setEnabled(bool(number))
        self.apply.setText(
            trn("Apply {count:,} row", "Apply {count:,} rows", number) if number else tr("Apply")
        )
        self.apply.setToolTip("" if number else said)

    def _ask_again(self) -> None:
        self.show_reading()
        self.again_asked.emit()

    def _clear(self) -> None:
        self._model = None
        if self._page is not None:
            self.body.removeWidget(self._page)
            self._page.deleteLater()
            self._page = self.table = self.filters = None

    def _say(self, sentence: str, tone: str = "text") -> None:
        self._said.set_tone(tone)
        self._said.setText(sentence)


class MergeOrImportDialog(Dialog):
    """An exported table was dropped: take its edits back, or import it as new drug labels."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("An exported table"), parent, 520)
        self.body.addWidget(
            Text(
                tr("{name} has the columns of a table that was exported.", name=name),
                "controls",
                wrap=True,
            )
        )
        self.merge = QRadioButton(tr("Take its edits back into this project"))
        self.new = QRadioButton(tr("Import it as new drug labels"))
        self.merge.setChecked(True)
        self.body.addWidget(self.merge)
        self.body.addWidget(self.new)
        self.add_close(tr("Cancel"), default=False)
        go = self.add_button(tr("Continue"), default=True)
        go.clicked.connect(self.accept)
        self.merge.setFocus()

    def wants_merge(self) -> bool:
        return self.merge.isChecked()


def _states(item: MergeRow, scheme: CategoryScheme) -> str:
    """What changed, in full; the cells of the table cut long notes."""
    if not item.fields:
        return ""
    exported, edited, now = (
        merge_text.words(entry, item.fields, scheme)
        for entry in (item.exported, item.edited, item.current)
    )
    said = f"{exported} \u2192 {edited}"
    return said if now == exported else tr("{said} (now {now})", said=said, now=now)


def _explained(item: MergeRow) -> str:
    parts = [f"{item.place}."]
    if item.reason:
        parts.append(item.reason)
    elif item.kind is RowKind.CONFLICT:
        parts.append(
            tr(
                "The project has changed this since the export: accept the table's side, or "
                "leave it."
            )
        )
    if item.disagrees:
        names = tr(" and ").join(item.disagrees)
        parts.append(tr("{names} decided otherwise.", names=names))
    return " ".join(parts)


def _unknown_categories(plan: MergePlan) -> str:
    names = [
        tr('"{name}" ({rows:,})', name=n[:40], rows=r) for n, r in plan.unknown_categories.items()
    ]
    if not names:
        return ""
    listed = ", ".join(names[:5])
    if len(names) > 5:
        listed = tr("{names} and {count:,} more", names=listed, count=len(names) - 5)
    return tr("No category of this project: {names}.", names=listed)
