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
    waiting: str = "Decide some sentences of held-out drugs: recall is measured on them."
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
        self._title = Text("How much the model finds", "title", strong=True)
        self._source = Text("", "secondary", "secondary", wrap=True)
        self.rows: dict[str, RecallRow] = {c.key: RecallRow(c) for c in scheme.categories}
        self._unknown = Text("", "secondary", "warning", wrap=True)
        self._unknown.setContentsMargins(0, 4, 0, 0)
        self.detail = RecallDetail()
        self._blind = Text("", "secondary", "secondary", wrap=True)
        self._compared = Text("", "secondary", "secondary", wrap=True)
        self.which = Segments((("served", "Suggests now"), ("candidate", "Candidate")))
        self.which.setAccessibleName("Which model is shown")
        self.show_confusion = KeyButton("Confusions")
        self.show_confusion.setCheckable(True)
        self.show_confusion.setToolTip("What is taken for what, as a matrix")
        self.confusion = ConfusionMatrix(scheme)
        self._chosen: str | None = None
        self._view = RecallView()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._title)
        self._layout.addSpacing(4)
        self._layout.addWidget(self.which)
        self._layout.addSpacing(4)
        self._layout.addWidget(self._source)
        self._layout.addWidget(self._unknown)
        self._layout.addSpacing(6)
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
            self.which.set_text("candidate", f"Candidate {view.candidate_version}")
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
            f"{measured.not_blind:,} of {measured.sentences:,} sentences were decided with the "
            "suggestion in view, which can flatter these numbers."
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
        self.lists = Segments(((MISSED, "Missed"), (WRONG, "Wrongly found")))
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
        self.lists.set_text(MISSED, f"Missed {missed:,}")
        self.lists.set_text(WRONG, f"Wrongly found {wrong:,}")
        self.lists.setVisible(listable)
        said = [] if listable else ["Single sentences are known for held-out drugs only."]
        if need is not None:
            said.append(need_sentence(name, need, measure is not None and evident(measure)))
        self._need.setText(" ".join(said))
        self._need.setVisible(bool(said))

    def need(self) -> str:
        return self._need.text()


def source_sentence(measured: Measurement, version: int, revision: int) -> str:
    """What the numbers stand on, in one line."""
    drugs = f"{measured.groups:,} drug{'s' if measured.groups != 1 else ''}"
    model = f"version {version}.{revision}" if version else f"instant model, revision {revision}"
    if measured.source == "held-out":
        where = f"Recall on {drugs} it never saw"
    else:
        where = f"Recall by cross-validation over {drugs}: too few are held out"
    bars = any(evident(c) for c in measured.categories)
    return f"{where} · {model}" + (" · bars end at 100 %, line at 90 %" if bars else "")


def compared_sentence(change: ModelChange | None, trend: Trend) -> str:
    """What changes and lines stand on; empty where nothing is compared."""
    said: list[str] = []
    if change is not None:
        drugs = f"{change.groups:,} drug{'s' if change.groups != 1 else ''}"
        line = (
            f"Changes are against version {change.against}, both on the same "
            f"{change.sentences:,} sentences of {drugs}"
        )
        if change.left_out:
            line += (
                f"; {change.left_out:,} that version {change.against} was not asked are left out"
            )
        said.append(line + ".")
    if trend.points:
        versions = max((len(points) for points in trend.points.values()), default=0)
        line = f"Lines: the last {versions} versions on the same {trend.sentences:,} sentences"
        if trend.left_out:
            were = "was" if trend.left_out == 1 else "were"
            line += f"; {trend.left_out:,} more {were} measured on others"
        said.append(line + ".")
    return " ".join(said)


def need_sentence(name: str, need: MoreNeeded, measured: bool) -> str:
    """How many more annotations would narrow the interval, or bring a first figure."""
    if not need.of_category:
        if need.half_width is None:
            return ""
        return f"The interval is within ± {100 * need.half_width:.0f} points."
    more = f"about {need.of_category:,} more {name} sentence{'s' if need.of_category > 1 else ''}"
    if need.half_width is None:
        said = f"A first figure takes {more} of held-out drugs"
    else:
        said = f"An interval of ± {100 * need.half_width:.0f} points takes {more} of held-out drugs"
    if need.to_read is None:
        return f"{said}."
    said += f": some {need.to_read:,} to decide at the share seen so far"
    if need.to_read > need.unread:
        return f"{said}, but only {need.unread:,} are left; hold out more drugs."
    return f"{said}; {need.unread:,} are left."
