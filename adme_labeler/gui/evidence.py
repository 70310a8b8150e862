"""What the right side says about the model, and the lists of sentences behind its figures.

Figures are worked out again only when something they stand on has changed, and never so often
that they take more than a twentieth of the window's time.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui import words
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.desk import Desk
from adme_labeler.gui.recall_panel import MISSED, RecallPanel, RecallView
from adme_labeler.gui.unfound_card import UnfoundCard, UnfoundRow, UnfoundView
from adme_labeler.language import tr, trn
from adme_labeler.services import audit, audit_drawing, recall, schemes, versions
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences

STATISTICS = tuple(
    f"adme_labeler.statistics.{name}"
    for name in ("recall", "paired", "comparison", "audit", "agreement")
)
"""Modules to load beside the event loop before anything here is shown."""
_SHARE = 20
"""Between two refreshes: this many times what the last one took."""
_STEP_S = 0.012
"""Time for drawing an audit in one turn of the event loop."""


class Evidence(QObject):
    """Fills the recall panel and the card of what is still out there, and answers their clicks."""

    said = Signal(str)
    listed = Signal()
    """The desk holds a list that was asked for."""

    def __init__(
        self,
        session: Session,
        bus: Bus,
        desk: Desk,
        panel: RecallPanel,
        card: UnfoundCard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._bus = bus
        self._desk = desk
        self._panel = panel
        self._card = card
        self._stale = {"recall", "audit"}
        self._planner: audit_drawing.Planner | None = None
        self._due = 0.0
        self._steps: Iterator[bool] = iter(())
        self._took = 0.0
        self._working = QTimer(self)
        self._working.setInterval(0)
        self._working.timeout.connect(self._step)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.show)
        self._drawing = QTimer(self)
        self._drawing.setInterval(0)
        self._drawing.timeout.connect(self._draw)
        bus.changed.connect(self._changed)
        panel.sentences_asked.connect(self._list)
        panel.cell_asked.connect(self._list_cell)

    def show(self) -> None:
        """Bring what has changed up to date, now or as soon as it is due again."""
        if not self._stale or self._later.isActive() or self._working.isActive():
            return
        started = time.monotonic()
        if started < self._due:
            self._later.start(round(1000 * (self._due - started)) + 1)
            return
        stale, self._stale = self._stale, set()
        self._steps = self._work(stale)
        self._took = 0.0
        self._working.start()

    def _step(self) -> None:
        """One piece of work, then the event loop has its turn."""
        started = time.monotonic()
        over = next(self._steps, True)
        self._took += time.monotonic() - started
        if over:
            self._working.stop()
            self._due = time.monotonic() + _SHARE * self._took
            if self._stale:
                self.show()

    def _work(self, stale: set[str]) -> Generator[bool]:
        if "recall" in stale:
            for _ in versions.read_decisions(self._session):
                yield False
            self._panel.show_recall(recall_view(self._session))
            yield False
        if "audit" in stale:
            found = audit.progress(self._session)
            yield False
            estimates: list[audit.UnfoundNow] = []
            for key in self._session.scheme.substantive if found is not None else ():
                told = audit.estimate(found, key) if found is not None else None
                estimates += [] if told is None else [told]
                yield False
            state = None if found is None else audit.with_estimates(found.state, estimates)
            self._card.show_unfound(unfound_view(self._session, state, self._planner is not None))

    def refresh(self) -> None:
        """Work everything out again, for example when the statistics have been loaded."""
        self._stale = {"recall", "audit"}
        self.show()

    def stop(self) -> None:
        for timer in (self._later, self._working, self._drawing):
            timer.stop()
        self._stale = set()

    # ------------------------------------------------------------------ audit

    def draw_audit(self, count: int) -> None:
        """Draw an audit a little at a time, then go to its first sentence."""
        if self._planner is None:
            self._planner = audit_drawing.Planner(
                self._session, count, seed=time.time_ns() % (1 << 31)
            )
            self._card.show_unfound(UnfoundView(drawing=True))
            self._drawing.start()

    def _draw(self) -> None:
        until = time.monotonic() + _STEP_S
        planner = self._planner
        if planner is None:
            self._drawing.stop()
            return
        try:
            while time.monotonic() < until:
                if planner.step():
                    self._drawn(planner.commit())
                    return
        except Problem as problem:
            self._end_drawing()
            self.said.emit(str(problem))

    def _end_drawing(self) -> None:
        self._drawing.stop()
        self._planner = None
        self._stale.add("audit")
        self._due = 0.0
        self.show()

    def _drawn(self, changes: Changes) -> None:
        self._bus.publish(changes)
        self._end_drawing()
        self._desk.choose_queue(QueueKind.AUDIT)
        self.said.emit(tr("The audit is drawn: its sentences are decided blind"))

    # ------------------------------------------------------------------ lists

    def _list(self, category: str, wanted: str, candidate: bool) -> None:
        name = self._session.scheme[category].name
        if wanted == MISSED:
            found = recall.missed(self._session, category, candidate)
            self._show_list(found, tr("{name}, missed by the model", name=name))
        else:
            found = recall.wrongly_found(self._session, category, candidate)
            self._show_list(found, tr("wrongly found as {name} by the model", name=name))

    def _list_cell(self, true: str, decided: str, candidate: bool) -> None:
        scheme = self._session.scheme
        found = recall.confused(self._session, true, decided, candidate)
        what = tr(
            "{name}, decided as {decided} by the model",
            name=scheme[true].name,
            decided=scheme[decided].name,
        )
        if true == decided:
            what = tr("{name}, found by the model", name=scheme[true].name)
        self._show_list(found, what)

    def _show_list(self, found: Sequence[SentenceId], what: str) -> None:
        if not found:
            self.said.emit(tr("There is no sentence of {what}.", what=what))
            return
        self._desk.show_ids(found, what)
        self.said.emit(
            trn(
                "{count:,} sentence: {what}. Esc goes back to the queue.",
                "{count:,} sentences: {what}. Esc goes back to the queue.",
                len(found),
                what=what,
            )
        )
        self.listed.emit()

    # ------------------------------------------------------------------ what has changed

    def _changed(self, changes: Changes) -> None:
        if changes.models or changes.groups or changes.labels:
            self._stale |= {"recall", "audit"}
        if changes.settings:
            self._stale.add("audit")
        if changes.annotations:
            self._stale.add("audit")
            if self._touches_held_out(changes.annotations):
                self._stale.add("recall")

    def _touches_held_out(self, touched: frozenset[SentenceId]) -> bool:
        if len(touched) > 50:
            return True
        return any(sentences.is_held_out(self._session.connection, ident) for ident in touched)


def recall_view(session: Session) -> RecallView:
    """What the recall panel shows now."""
    report = recall.report(session)
    measured = report.held_out or report.cross_validation
    waiting = report.explanation
    if report.updating and not measured:
        waiting = tr("The held-out sentences are being scored.")
    needs: dict[str, recall.MoreNeeded] = {}
    if measured is not None and measured is report.held_out:
        needs = {m.category: _need(m, measured, report.undecided) for m in measured.categories}
    return RecallView(
        measurement=measured,
        version=report.version,
        revision=report.revision,
        change=report.change,
        waiting=waiting or RecallView().waiting,
        candidate=report.candidate,
        candidate_version=report.candidate_version or 0,
        candidate_change=report.candidate_change,
        trend=report.trend,
        needs=needs,
        unknown=schemes.unknown_sentence(schemes.unknown_to_model(session, report.version)),
    )


def unfound_view(
    session: Session, state: audit.AuditState | None, drawing: bool = False
) -> UnfoundView:
    """What the card of what is still out there shows now."""
    writable = not session.read_only
    if state is None:
        possible = audit_drawing.possible(session)
        return UnfoundView(drawing=drawing, possible=possible, writable=writable)
    until = 0 if state.estimates else max(1, audit.FEWEST_READ - state.read)
    return UnfoundView(
        drawn=len(state.plan.drawn),
        read=state.read,
        set_aside=state.set_aside,
        pool=state.plan.pool,
        undecided=state.undecided,
        when=_day(state.plan.at),
        until_figures=until,
        rows=tuple(
            UnfoundRow(e.category, e.estimate, e.low, e.high)
            for e in sorted(state.estimates, key=lambda e: e.estimate)
        ),
        drawing=drawing,
        writable=writable,
    )


def _need(
    measure: protocol.CategoryMeasure, measured: protocol.Measurement, undecided: int
) -> recall.MoreNeeded:
    return recall.more_needed(measure, measured.sentences, undecided)


def _day(at: str) -> str:
    moment = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone()
    return words.date(moment)
