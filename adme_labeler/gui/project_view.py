"""An open project on screen: ties the desk and the jobs to the panels of the work view.

Panels never talk to each other. The bus and the desk say what changed; the methods here read it
from the services and hand it to the panels.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import AnnotationState, LabelId, Sentence, SentenceId
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.column_job import TableLooker
from adme_labeler.gui.desk import Desk
from adme_labeler.gui.evidence import STATISTICS, Evidence
from adme_labeler.gui.import_job import Importer
from adme_labeler.gui.jobs import Exporter, Job, Suggester
from adme_labeler.gui.label_list import short_title
from adme_labeler.gui.listing import Listing
from adme_labeler.gui.long_writes import MANY, LongWrites
from adme_labeler.gui.merge_job import Merger
from adme_labeler.gui.preloading import Preload
from adme_labeler.gui.questions import Questions
from adme_labeler.gui.reading import Mark
from adme_labeler.gui.status_bar import Status
from adme_labeler.gui.training_job import Trainer
from adme_labeler.gui.work_view import WorkView
from adme_labeler.language import tr
from adme_labeler.services import (
    annotating,
    guideline,
    label_versions,
    session,
    suggesting,
    table_facts,
    titles,
    training,
)
from adme_labeler.services.queue import QueueKind
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences

_SOON_MS = 150
"""Counts and recall follow a decision after this pause; the next sentence does not wait."""
_NOTHING_HERE = tr("Add drug labels with Ctrl+I, or drop files on this window.")


class ProjectView(QObject):
    """`work` is the widget. Close the session after `leave` has ended every job."""

    asked = Signal(str)
    """Id of an action that a panel asks for."""
    versions_asked = Signal(object)
    """Drug labels of which the curator wants to compare versions."""
    left = Signal()
    """Every job has ended."""
    actions_changed = Signal()

    def __init__(self, opened: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = opened
        self.bus = Bus(self)
        self.desk = Desk(opened, self.bus, self)
        self.suggester = Suggester(opened, self.bus, self)
        self.questions = Questions(opened, self.bus, self.suggester, self.desk.hunt, self)
        self.trainer = Trainer(opened, self.bus, self)
        self.importer = Importer(opened, self.bus, self)
        self.looker = TableLooker(opened, self.bus, self)
        self.exporter = Exporter(opened, self.bus, self)
        self.merger = Merger(opened, self.bus, self)
        self.listing = Listing(opened, self.desk, self.bus, self)
        self.work = WorkView(opened.scheme, self.listing.rows)
        self.writes = LongWrites(opened, self._jobs, self.work, self)
        self.counts = session.counts(opened)
        self.updated: tuple[LabelId, ...] = ()
        """Drug labels of which the last import brought a new version."""
        self._document: LabelId | None = None
        self._masked: SentenceId | None = None
        self._saved_at = ""
        self._leaving = False
        self._closed = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.show_counts)
        self._statistics = Preload(*STATISTICS)
        self.evidence = Evidence(
            opened, self.bus, self.desk, self.work.recall, self.work.unfound, self
        )
        self._connect()
        self.work.labels.set_labels(self.desk.shelf.values())
        self.work.pane.set_empty_text(_NOTHING_HERE)

    def begin(
        self, sentence: SentenceId | None = None, kind: str = "document", jobs: bool = True
    ) -> None:
        """Show the last place and start what runs beside, unless `jobs` is false."""
        self.desk.begin(sentence)
        known = {queue.value: queue for queue in QueueKind}
        if kind != QueueKind.DOCUMENT.value and kind in known:
            here = self.desk.focus
            self.desk.choose_queue(known[kind])
            if sentence is not None and sentence == here:
                self.desk.go_to(sentence)
        self._show_rules()
        self.show_training()
        self.show_status()
        self._soon.start()
        if jobs:
            self.trainer.look_for_interrupted()
            self.suggester.start()
        self.importer.look_for_interrupted()

    def leave(self) -> None:
        """Ask every job to end; `left` follows."""
        self._leaving = True
        self.writes.leave()
        for job in self._jobs():
            job.leave()
        self._tell_left()

    def undo(self, again: bool = False) -> None:
        """Take the last operation back; `again` does once more what was taken back."""
        size = annotating.size_of_next(self.session, redo=again)
        next_one = annotating.next_redo if again else annotating.next_undo
        what = titles.in_words(next_one(self.session))

        said = tr("Redone: {what}", what=what) if again else tr("Undone: {what}", what=what)

        def follow(changes: Changes) -> None:
            self.desk.follow(changes)
            self.work.status.answer(said)

        if size < MANY:
            (self.desk.redo if again else self.desk.undo)()
            if what:
                self.work.status.answer(said)
        elif again:
            title = tr("Doing {count:,} changes again", count=size)
            self.writes.run(title, annotating.redoing, follow)
        else:
            title = tr("Taking {count:,} changes back", count=size)
            self.writes.run(title, annotating.undoing, follow)

    def has_changed(self) -> bool:
        """Whether this window has written to the project."""
        return bool(self._saved_at)

    def jobs_running(self) -> bool:
        return any(job.running() for job in self._jobs())

    # ------------------------------------------------------------------ drawing

    def show_place(self) -> None:
        """Focus, marks and decision bar; the drug label where it is another one."""
        desk, work = self.desk, self.work
        empty = desk.focus is None and not desk.items and not desk.searching
        label = None if empty else desk.label  # the page says why, in place of an unrelated text
        if label != self._document:
            self._show_document(label)
        if desk.masked != self._masked:
            self._show_mask()
        if desk.focus is None and desk.explanation:
            work.pane.set_empty_text(desk.explanation)
        work.pane.focus_sentence(desk.focus)
        decision = self.listing.decision(desk.decision())
        work.bar.show_decision(decision)
        if decision is None and desk.explanation:
            work.bar.say(desk.explanation)
        work.toolbar.show_queue(desk.kind.value)
        if work.list_shown():
            self.listing.show_place()
        self._show_undo()
        self.actions_changed.emit()

    def show_list(self, shown: bool) -> None:
        self.work.show_list(shown)
        if shown:
            self.listing.show_place()
        else:
            self.listing.leave_list()
            self.work.list.let_go()
        self.listing.print_keys()
        if not self.work.search.field.hasFocus():
            (self.work.list if shown else self.work.pane).setFocus()

    def show_counts(self) -> None:
        """Everything that may follow a decision after a short pause."""
        self.counts = session.counts(self.session)
        work = self.work
        changed = label_versions.count_to_review(self.session)
        work.toolbar.set_counts(self.counts.flagged, self.counts.unsure, changed)
        self.show_status()
        self.show_retrain()
        if not self._statistics.ready():
            self._soon.start()
        elif not self.importer.running():
            self.evidence.show()

    def show_status(self, problem: str = "") -> None:
        served = suggesting.served(self.session)
        if self.session.read_only:
            problem = problem or tr("Read only: open in another window")
        model = ""
        if served is not None:
            version, revision = served.version, served.revision
            model = (
                tr("version {version}.{revision} suggests", version=version, revision=revision)
                if version
                else tr("instant model suggests")
            )
        elif self.suggester.running() and self.counts.sentences:
            model = tr("first suggestions are on their way")
        self.work.status.show_status(
            Status(
                saved_at=self._saved_at,
                problem=problem,
                decided=self.counts.decided,
                total=self.counts.sentences,
                today=self.counts.today,
                seconds_per_sentence=self.desk.pace(),
                model=model,
                encoder=tr("{encoder} · offline", encoder=self.suggester.encoder)
                if self.suggester.encoder
                else "",
            )
        )

    def show_training(self) -> None:
        self.work.training.show_training(self.trainer.view())
        self.show_retrain()
        self.actions_changed.emit()

    def show_retrain(self) -> None:
        new = training.since_last_training(self.session)
        writable = not self.session.read_only
        self.work.toolbar.set_training(self.trainer.busy(), new, writable)

    # ------------------------------------------------------------------ helpers

    def _connect(self) -> None:
        work, desk = self.work, self.desk
        self.bus.changed.connect(self._changed)
        desk.moved.connect(self.show_place)
        desk.moved.connect(self.trainer.give_way)
        desk.said.connect(work.status.answer)
        work.bar.set_writable(not self.session.read_only)
        work.labels.chosen.connect(lambda ident: self._choose_label(LabelId(ident)))
        work.labels.versions_asked.connect(
            lambda ident: self.versions_asked.emit((LabelId(ident),))
        )
        work.status.updates_asked.connect(lambda: self.versions_asked.emit(self.updated))
        work.pane.chosen.connect(lambda ident: desk.go_to(SentenceId(ident)))
        self.listing.attach(work, self.writes)
        self.listing.list_wanted.connect(self.show_list)
        self.listing.said.connect(work.status.answer)
        self.listing.asked.connect(self.asked)
        work.toolbar.queue_chosen.connect(lambda kind: self._choose_queue(QueueKind(kind)))
        work.toolbar.view_chosen.connect(lambda view: self.show_list(view == "list"))
        work.toolbar.asked.connect(self.asked)
        work.training.asked.connect(self.asked)
        work.imports.asked.connect(self.asked)
        work.labels.model.more = lambda label: table_facts.tables_in_words(self.session, label)
        work.bar.asked.connect(self.asked)
        scheme = self.session.scheme
        work.bar.category_chosen.connect(
            lambda key: self.asked.emit(f"category-{scheme[key].shortcut}")
        )
        work.bar.also_toggled.connect(lambda key: self.asked.emit(f"also-{scheme[key].shortcut}"))
        work.unfound.asked.connect(self.asked)
        self.evidence.said.connect(work.status.answer)
        self.evidence.listed.connect(lambda: self.show_list(True))
        self.trainer.changed.connect(self.show_training)
        self.trainer.promoted.connect(self.suggester.restart)
        for job in self._jobs():
            job.said.connect(work.status.say)
        self.importer.finished.connect(lambda _: self._imported())
        self.importer.changed.connect(self._show_import)
        self.suggester.changed.connect(self._soon_if_idle)
        self.questions.examined.connect(self._show_wrong)

    def _jobs(self) -> tuple[Job, ...]:
        return self.suggester, self.trainer, self.importer, self.looker, self.exporter, self.merger

    def _changed(self, changes: Changes) -> None:
        work = self.work
        if changes.operation is not None:
            self._saved_at = f"{datetime.now():%H:%M:%S}"
        if changes.labels or changes.groups:
            work.labels.set_labels(self.desk.shelf.values())
            work.labels.set_current(self.desk.label)
            if self._document in changes.labels:
                self._document = None
                self.show_place()
        if changes.annotations:
            for label in {self._label_of(s) for s in list(changes.annotations)[:50]}:
                if label in self.desk.shelf:
                    work.labels.update_label(self.desk.shelf[label])
            if len(changes.annotations) > 50:
                work.labels.set_labels(self.desk.shelf.values())
                work.labels.set_current(self.desk.label)
            self._mark()
        if changes.settings:
            self._show_rules()
        if changes.models:
            self.trainer.forget_versions()
            self.show_training()
        self._show_undo()
        self._soon_if_idle()

    def _show_rules(self) -> None:
        text = guideline.current(self.session).text
        self.work.bar.set_rules(guideline.sections(text, self.session.scheme))

    def _soon_if_idle(self) -> None:
        if not self._soon.isActive() and not self._closed:
            self._soon.start()

    def _show_document(self, label: LabelId | None) -> None:
        self._document = label
        work = self.work
        if label is None:
            work.pane.set_document("", ())
            work.labels.set_current(None)
            return
        shown = self._sentences(label)
        facts = table_facts.facts_of(self.session, [s.id for s in shown if s.kind == "table"])
        work.pane.set_document(short_title(self.desk.shelf[label].title), shown, facts)
        work.labels.set_current(label)
        self._mark()
        self.suggester.look_first_at([s.id for s in shown])

    def _sentences(self, label: LabelId) -> list[Sentence]:
        return [
            sentence
            for block in sentences.blocks(self.session.connection, label)
            for sentence in block.sentences
        ]

    def _show_mask(self) -> None:
        """A decision that is made again is not to be seen, nor is it in the list."""
        changed = frozenset(s for s in (self._masked, self.desk.masked) if s is not None)
        self._masked = self.desk.masked
        self._mark()
        self.work.list.refresh(changed)

    def _mark(self) -> None:
        ids = [i for i in self.work.pane.sentence_ids() if i != self.desk.masked]
        own = annotating.annotations_of(self.session, ids)
        decided = annotations.resolutions(self.session.connection, ids)
        marks: dict[SentenceId, Mark] = {}
        for ident in ids:
            mine, held = own.get(ident), decided.get(ident)
            if mine is None and held is None:
                continue
            category = held.category if held else mine.category if mine else None
            marks[ident] = Mark(
                category=category,
                also=held.also if held else (),
                state=mine.state if mine else AnnotationState.OPEN,
                flagged=mine.flagged if mine else False,
                noted=bool(mine.note) if mine else False,
            )
        self.work.pane.set_marks(marks)

    def _show_undo(self) -> None:
        summary = ""
        if not self.session.read_only:
            summary = titles.in_words(annotating.next_undo(self.session))
        self.work.bar.set_undo(summary or None)

    def _label_of(self, sentence: SentenceId) -> LabelId:
        return sentences.label_of(self.session.connection, sentence)

    def _show_import(self) -> None:
        self.work.imports.show_import(self.importer.view())
        self.actions_changed.emit()

    def _imported(self) -> None:
        self.desk.leave_held_out()
        self.suggester.start()
        self._soon_if_idle()

    def _choose_queue(self, kind: QueueKind) -> None:
        # The line would go on naming a search that is no longer shown.
        self.work.search.hide()
        if kind is QueueKind.WRONG:
            self.questions.examine()
        self.desk.choose_queue(kind)

    def _show_wrong(self) -> None:
        """The list is new: the empty queue that waited for it is filled."""
        if self.desk.kind is QueueKind.WRONG and self.desk.focus is None:
            self.desk.choose_queue(QueueKind.WRONG)

    def _choose_label(self, label: LabelId) -> None:
        self.work.search.hide()
        self.desk.choose_label(label)
        # From the filter field as well: the next key decides.
        (self.work.list if self.work.list_shown() else self.work.pane).setFocus()

    def end_search(self) -> None:
        self.listing.end_search()

    def _tell_left(self) -> None:
        if not self._leaving:
            return
        if self.jobs_running():
            QTimer.singleShot(50, self, self._tell_left)
        else:
            self._leaving = False
            self._closed = True
            self._soon.stop()
            self.evidence.stop()
            self._statistics.leave()
            self.left.emit()
