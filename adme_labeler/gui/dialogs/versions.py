"""Every model version with its figures; use any of them, or set two against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.records import NO_TRAINED_MODEL, ModelState, ModelVersion, SentenceId
from adme_labeler.gui import theme, words
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.plain_table import plain_table
from adme_labeler.gui.dialogs.version_comparison import ComparisonPage, Texts
from adme_labeler.gui.training_job import local_time
from adme_labeler.language import number, tr, trn
from adme_labeler.services import suggesting, training
from adme_labeler.services.session import Session
from adme_labeler.services.versions import VersionComparison
from adme_labeler.storage.models import Model

_SETTINGS = 140
"""Widest column of settings, in pixels."""

Compare = Callable[[ModelVersion, ModelVersion], VersionComparison]


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
    about: str = ""
    """Verdict and settings in full."""


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
        words.model_state(ModelState.ACTIVE) if active else "",
        "",
        "",
        tr("head on the pretrained encoder"),
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
        super().__init__(tr("Model versions"), parent, 960)
        self._scheme = scheme
        self._lines = tuple(lines)
        self._compare = compare
        self._texts = texts
        self._writable = writable
        self.table = self._versions_table()
        self._about = Text("", "secondary", wrap=True)
        self.comparison = ComparisonPage(scheme)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._first_page())
        self._pages.addWidget(self.comparison)
        self.body.addWidget(self._pages, 1)
        self.back = self.add_button(tr("Back"))
        self.list_changed = self.add_button(tr("Work through them"))
        self.compare = self.add_button(tr("Compare"))
        self.use = self.add_button(tr("Use this version"))
        self.add_close()
        self.back.clicked.connect(lambda: self._show_page(0))
        self.compare.clicked.connect(self._show_comparison)
        self.use.clicked.connect(self._use)
        self.list_changed.clicked.connect(self._list)
        self.comparison.opened.connect(lambda ident: self._ask_list((ident,)))
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.selectRow(0)
        self.resize(1200, 520)
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
        column.addWidget(self._about)
        column.addWidget(
            Text(
                tr(
                    "Under each category: 95 % interval of recall and, in brackets, its "
                    "number of sentences, as measured when the version was trained; so rows "
                    "are not comparable. Select two versions (Ctrl+click or Shift+arrow) to "
                    "compare them on the same sentences."
                ),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        return page

    def _versions_table(self) -> QTableWidget:
        rare = [self._scheme[key] for key in self._scheme.substantive]
        names = [
            tr("Version"),
            tr("State"),
            tr("Trained"),
            tr("Annotations"),
            tr("Settings"),
            tr("Verdict"),
        ]
        table = plain_table([*names, *(c.name for c in rare)], len(self._lines))
        table.setAccessibleName(tr("Model versions"))
        for row, line in enumerate(self._lines):
            name = (
                tr("Version {version}", version=line.version)
                if line.version
                else tr("Instant model")
            )
            cells = [(name, name), (line.state, line.state), (line.when, line.when)]
            cells += [(line.annotations, line.annotations), (line.settings, line.settings)]
            cells += [(line.verdict, line.verdict)]
            cells += [line.recall.get(c.key, ("", "")) for c in rare]
            for column, (shown, full) in enumerate(cells):
                item = QTableWidgetItem(shown)
                item.setToolTip(full)
                if line.active and column == 0:
                    item.setFont(theme.bold("controls"))
                table.setItem(row, column, item)
        _fit(table)
        return table

    def _enable(self) -> None:
        chosen = self.chosen()
        self._about.setText(chosen[0].about if len(chosen) == 1 else "")
        self._about.setVisible(len(chosen) == 1 and bool(chosen[0].about))
        one = chosen[0] if len(chosen) == 1 else None
        usable = one is not None and one.here and not one.active
        self.use.setEnabled(self._writable and usable)
        if one is None:
            self.use.setText(tr("Use this version"))
        elif one.version:
            self.use.setText(tr("Use version {version}", version=one.version))
        else:
            self.use.setText(tr("Use the instant model"))
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


def _fit(table: QTableWidget) -> None:
    """Figures are shown in full; long settings end in an ellipsis, with all of them in a hint."""
    head = table.horizontalHeader()
    for column in range(table.columnCount()):
        wanted = max(table.sizeHintForColumn(column), head.sectionSizeHint(column)) + 2
        table.setColumnWidth(column, min(wanted, _SETTINGS) if column == 4 else wanted)


def _line(session: Session, model: Model, settings: str) -> VersionLine:
    result = training.result_of(model)
    here = training.weights_here(session, model.version)
    trained = number(result.train_sentences)
    if result.hint_sentences:
        trained = trn(
            "{trained} + {count:,} hint",
            "{trained} + {count:,} hints",
            result.hint_sentences,
            trained=trained,
        )
    measured = result.held_out or result.cross_validation
    written = _settings(settings)
    state = words.model_state(model.state)
    about = tr(
        "Version {version}: {reason} Trained in {duration} with {settings}.",
        version=model.version,
        reason=result.comparison.reason,
        duration=_duration(result.seconds),
        settings=written,
    )
    return VersionLine(
        model.version,
        state if here else tr("{state}, not here", state=state),
        local_time(model.created_at),
        trained,
        written,
        words.verdict(model.verdict),
        {} if measured is None else {
            CategoryKey(m.category): _recall(m, measured.source) for m in measured.categories
        },
        model.state is ModelState.ACTIVE and here
        and suggesting.served_version(session) == model.version,
        here,
        about,
    )  # fmt: skip


def _duration(seconds: float) -> str:
    return (
        tr("{seconds:.0f} s", seconds=seconds)
        if seconds < 90
        else tr("{minutes:.0f} min", minutes=seconds / 60)
    )


def _settings(written: str) -> str:
    try:
        settings = msgspec.json.decode(written, type=protocol.TrainSettings)
    except msgspec.DecodeError:
        return ""
    encoder = Path(settings.encoder).name or tr("shipped encoder")
    return tr(
        "{preset}, {encoder}, seed {seed}",
        preset=settings.preset,
        encoder=encoder,
        seed=settings.seed,
    )


def _recall(measure: protocol.CategoryMeasure, source: str) -> tuple[str, str]:
    if measure.recall is None or measure.recall_low is None or measure.recall_high is None:
        return tr("n = {support:,}", support=measure.support), tr(
            "not enough evidence (n = {support:,})", support=measure.support
        )
    full = tr(
        "Found {found:,} of {support:,}, recall {recall:.0%} (95 % interval {low:.0%} to "
        "{high:.0%}), {source}",
        found=measure.found,
        support=measure.support,
        recall=measure.recall,
        low=measure.recall_low,
        high=measure.recall_high,
        source=words.source(source),
    )
    between = f"{100 * measure.recall_low:.0f}–{100 * measure.recall_high:.0f} %"
    return f"{between} ({number(measure.support)})", full
