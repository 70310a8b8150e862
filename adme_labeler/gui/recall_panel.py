"""Right, above: how much the model finds of every category, rare ones first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.evidence import ModelChange, MoreNeeded, Trend
from adme_labeler.gui.confusion import ConfusionMatrix
from adme_labeler.gui.controls import KeyButton, Segments, Text
from adme_labeler.gui.recall_row import RecallRow, evident
from adme_labeler.language import tr, trn
from adme_labeler.protocol import CategoryMeasure, Measurement

MISSED, WRONG = "missed", "wrong"


@dataclass(frozen=True)
class RecallView:
    """What the panel shows. `measurement` None: nothing was measured yet, `waiting` says why.

    `change` sets the served model against the version before on the same sentences,
    `candidate_change` a version that waits for promotion against the active one. `needs` says per
    category what would narrow the interval of the served model.
    """

    measurement: Measurement | None = None
    version: int = 0
    revision: int = 0
    change: ModelChange | None = None
    waiting: str = tr("Decide some sentences of held-out drugs: recall is measured on them.")
    candidate: Measurement | None = None
    candidate_version: int = 0
    candidate_change: ModelChange | None = None
    trend: Trend = field(default_factory=Trend)
    needs: dict[str, MoreNeeded] = field(default_factory=dict[str, MoreNeeded])
    unknown: str = ""
    """Which categories the model was never taught, in a sentence."""


class RecallPanel(QWidget):
    """Title, what was measured on, a row per category, confusions on demand."""

    sentences_asked = Signal(str, str, bool)
    """(category, MISSED or WRONG, of the candidate)."""
    cell_asked = Signal(str, str, bool)
    """(category, what the model decided, of the candidate)."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._title = Text(tr("How much the model finds"), "title", strong=True, wrap=True)
        self._source = Text("", "secondary", "secondary", wrap=True)
        self.rows: dict[str, RecallRow] = {c.key: RecallRow(c) for c in scheme.categories}
        self._unknown = Text("", "secondary", "warning", wrap=True)
        self._unknown.setContentsMargins(0, 4, 0, 0)
        self.detail = RecallDetail()
        self._blind = Text("", "secondary", "secondary", wrap=True)
        self._compared = Text("", "secondary", "secondary", wrap=True)
        self.which = Segments((("served", tr("Suggests now")), ("candidate", tr("Candidate"))))
        self.which.setAccessibleName(tr("Which model is shown"))
        self.show_confusion = KeyButton(tr("Confusions"))
        self.show_confusion.setCheckable(True)
        self.show_confusion.setToolTip(tr("What is taken for what, as a matrix"))
        self.confusion = ConfusionMatrix(scheme)
        self._chosen: str | None = None
        self._view = RecallView()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._title)
        whole.addSpacing(4)
        whole.addWidget(self.which)
        whole.addSpacing(4)
        whole.addWidget(self._source)
        whole.addWidget(self._unknown)
        self._measured = QWidget()
        """Everything that needs a measurement; without one it takes no room."""
        whole.addWidget(self._measured)
        self._layout = QVBoxLayout(self._measured)
        self._layout.setContentsMargins(0, 6, 0, 0)
        self._layout.setSpacing(0)
        self._rows_at = self._layout.count()
        for row in self.rows.values():
            self._layout.addWidget(row)
        self._layout.addWidget(self.detail)
        self._layout.addSpacing(4)
        for note in (self._compared, self._blind):
            self._layout.addWidget(note)
            self._layout.addSpacing(4)
        self._layout.addSpacing(4)
        self._layout.addWidget(self.show_confusion)
        self._layout.addSpacing(8)
        self._layout.addWidget(self.confusion)
        self._connect()
        self.show_recall(RecallView())

    def show_recall(self, view: RecallView) -> None:
        self._view = view
        waits = view.candidate is not None and bool(view.candidate.sentences)
        self.which.setVisible(waits)
        if waits:
            self.which.set_text(
                "candidate",
                tr("Candidate {version}", version=view.candidate_version),
            )
        else:
            self.which.set_current("served")
        self._show()

    def choose(self, category: str) -> None:
        """Open a category's detail and ask for its missed, else its wrongly found sentences."""
        self._chosen = category
        self._show()
        measure = self._measure_of(category)
        if measure is not None and self._listable():
            missed = measure.support - measure.found
            wanted = MISSED if missed or measure.claimed == measure.found else WRONG
            self.detail.lists.set_current(wanted)
            self._ask(wanted)

    def _connect(self) -> None:
        self.which.chosen.connect(lambda _: self._show())
        self.which.hide()
        self.show_confusion.toggled.connect(lambda _: self._show())
        self.detail.lists.chosen.connect(self._ask)
        self.confusion.cell_chosen.connect(
            lambda true, decided: self.cell_asked.emit(true, decided, self._of_candidate())
        )
        for key, row in self.rows.items():
            row.clicked.connect(lambda k=key: self._toggle(k))
            row.stepped.connect(lambda by, k=key: self._step(k, by))

    def _toggle(self, category: str) -> None:
        if self._chosen == category:
            self._chosen = None
            self._show()
        else:
            self.choose(category)

    def _step(self, category: str, by: int) -> None:
        order = self._order()
        place = order.index(category) + by
        if 0 <= place < len(order):
            self.rows[order[place]].setFocus()

    def _ask(self, wanted: str) -> None:
        if self._chosen is not None:
            self.sentences_asked.emit(self._chosen, wanted, self._of_candidate())

    def _of_candidate(self) -> bool:
        return self.which.current() == "candidate"

    def _shown(self) -> RecallView:
        view = self._view
        if not self._of_candidate():
            return view
        return replace(
            view,
            measurement=view.candidate,
            version=view.candidate_version,
            revision=0,
            change=view.candidate_change,
            needs={},
        )

    def _listable(self) -> bool:
        measured = self._shown().measurement
        return measured is not None and measured.source == "held-out"

    def _measure_of(self, category: str) -> CategoryMeasure | None:
        measured = self._shown().measurement
        if measured is None:
            return None
        return next((c for c in measured.categories if c.category == category), None)

    def _order(self) -> list[str]:
        """Rare categories first; a category without any sentence is the rarest of all."""
        keys = list(self.rows)

        def support(key: str) -> int:
            measure = self._measure_of(key)
            return measure.support if measure else 0

        return sorted(keys, key=lambda k: (support(k), keys.index(k)))

    def _show(self) -> None:
        view = self._shown()
        self._unknown.setText(self._view.unknown)
        self._unknown.setVisible(bool(self._view.unknown) and not self._of_candidate())
        measured = view.measurement
        known = measured is not None and measured.sentences > 0
        self._measured.setVisible(known)
        self.show_confusion.setVisible(known and bool(measured and measured.confusion))
        wanted = known and self.show_confusion.isChecked() and bool(measured and measured.confusion)
        self.confusion.setVisible(wanted)
        self._blind.setVisible(known and bool(measured and measured.not_blind))
        if measured is None or not known:
            self._source.setText(view.waiting)
            self.detail.hide()
            self._compared.hide()
            for row in self.rows.values():
                row.hide()
            return
        self._source.setText(source_sentence(measured, view.version, view.revision))
        self._blind.setText(
            tr(
                "{not_blind:,} of {sentences:,} sentences were decided with the suggestion in "
                "view, which can flatter these numbers.",
                not_blind=measured.not_blind,
                sentences=measured.sentences,
            )
        )
        said = compared_sentence(view.change, view.trend)
        self._compared.setVisible(bool(said))
        self._compared.setText(said)
        if measured.confusion:
            self.confusion.show_counts(measured.confusion, self._listable())
        self._show_rows(view)

    def _show_rows(self, view: RecallView) -> None:
        for place, key in enumerate(self._order()):
            row = self.rows[key]
            # The chosen row's detail stands right below it.
            self._layout.removeWidget(row)
            self._layout.insertWidget(self._rows_at + place, row)
            change = view.change.by_category.get(CategoryKey(key)) if view.change else None
            points = view.trend.points.get(CategoryKey(key), ())
            row.show_measure(
                self._measure_of(key),
                change,
                view.change.against if view.change else 0,
                [p.found for p in points],
                view.trend.support.get(CategoryKey(key), 0),
            )
            row.set_chosen(key == self._chosen)
            row.show()
        self._layout.removeWidget(self.detail)
        chosen = self._chosen
        self.detail.setVisible(chosen is not None)
        if chosen is not None:
            place = self._order().index(chosen)
            self._layout.insertWidget(self._rows_at + place + 1, self.detail)
            self.detail.show_detail(
                self._scheme[chosen].name,
                self._measure_of(chosen),
                view.needs.get(chosen),
                self._listable(),
            )


class RecallDetail(QWidget):
    """Under the chosen row: its two lists, and what would narrow its interval."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lists = Segments(((MISSED, tr("Missed")), (WRONG, tr("Wrongly found"))))
        self._need = Text("", "secondary", "secondary", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.lists)
        column.addWidget(self._need)

    def show_detail(
        self,
        name: str,
        measure: CategoryMeasure | None,
        need: MoreNeeded | None,
        listable: bool,
    ) -> None:
        missed = measure.support - measure.found if measure else 0
        wrong = measure.claimed - measure.found if measure else 0
        self.lists.set_text(MISSED, tr("Missed {missed:,}", missed=missed))
        self.lists.set_text(WRONG, tr("Wrongly found {wrong:,}", wrong=wrong))
        self.lists.setVisible(listable)
        said = [] if listable else [tr("Single sentences are known for held-out drugs only.")]
        if need is not None:
            said.append(need_sentence(name, need, measure is not None and evident(measure)))
        self._need.setText(" ".join(said))
        self._need.setVisible(bool(said))

    def need(self) -> str:
        return self._need.text()


def source_sentence(measured: Measurement, version: int, revision: int) -> str:
    """What the numbers stand on, in one line."""
    model = (
        tr("version {version}.{revision}", version=version, revision=revision)
        if version
        else tr("instant model, revision {revision}", revision=revision)
    )
    if measured.source == "held-out":
        where = trn(
            "Recall on {count:,} drug it never saw",
            "Recall on {count:,} drugs it never saw",
            measured.groups,
        )
    else:
        where = trn(
            "Recall by cross-validation over {count:,} drug: too few are held out",
            "Recall by cross-validation over {count:,} drugs: too few are held out",
            measured.groups,
        )
    bars = any(evident(c) for c in measured.categories)
    said = [where, model]
    if bars:
        said.append(tr("bars end at 100 %, line at 90 %"))
    return " · ".join(said)


def compared_sentence(change: ModelChange | None, trend: Trend) -> str:
    """What changes and lines stand on; empty where nothing is compared."""
    said: list[str] = []
    if change is not None:
        line = trn(
            "Changes are against version {against}, both on the same {sentences:,} sentences "
            "of {count:,} drug",
            "Changes are against version {against}, both on the same {sentences:,} sentences "
            "of {count:,} drugs",
            change.groups,
            against=change.against,
            sentences=change.sentences,
        )
        if change.left_out:
            left_out = trn(
                "{count:,} that version {against} was not asked are left out",
                "{count:,} that version {against} was not asked are left out",
                change.left_out,
                against=change.against,
            )
            line = f"{line}; {left_out}"
        said.append(f"{line}.")
    if trend.points:
        versions = max((len(points) for points in trend.points.values()), default=0)
        line = tr(
            "Lines: the last {versions} versions on the same {sentences:,} sentences",
            versions=versions,
            sentences=trend.sentences,
        )
        if trend.left_out:
            others = trn(
                "{count:,} more was measured on others",
                "{count:,} more were measured on others",
                trend.left_out,
            )
            line = f"{line}; {others}"
        said.append(f"{line}.")
    return " ".join(said)


def need_sentence(name: str, need: MoreNeeded, measured: bool) -> str:
    """How many more annotations would narrow the interval, or bring a first figure."""
    if not need.of_category:
        if need.half_width is None:
            return ""
        return tr("The interval is within ± {points:.0f} points.", points=100 * need.half_width)
    more = trn(
        "about {count:,} more {category} sentence",
        "about {count:,} more {category} sentences",
        need.of_category,
        category=name,
    )
    if need.half_width is None:
        said = tr("A first figure takes {more} of held-out drugs", more=more)
    else:
        said = tr(
            "An interval of ± {points:.0f} points takes {more} of held-out drugs",
            points=100 * need.half_width,
            more=more,
        )
    if need.to_read is None:
        return f"{said}."
    said = tr(
        "{said}: some {to_read:,} to decide at the share seen so far",
        said=said,
        to_read=need.to_read,
    )
    if need.to_read > need.unread:
        return tr(
            "{said}, but only {unread:,} are left; hold out more drugs.",
            said=said,
            unread=need.unread,
        )
    return tr("{said}; {unread:,} are left.", said=said, unread=need.unread)
