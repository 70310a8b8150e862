"""The list view and the search line of an open project: what they show and what they are asked.

The desk keeps the queue. A search makes a queue of what it found; sorting the list arranges the
queue, so that a decision goes on with the row below. Several selected rows are decided together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import AnnotationState, SentenceId
from adme_labeler.gui import keymap, words
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.decision_bar import Decision
from adme_labeler.gui.desk import Desk
from adme_labeler.gui.label_list import short_title
from adme_labeler.gui.long_writes import LongWrites
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.row_models import PAGE
from adme_labeler.gui.sentence_model import TITLES, Row
from adme_labeler.gui.work_view import WorkView
from adme_labeler.language import tr, trn
from adme_labeler.services import annotating, blindness, bulk, completing, finding
from adme_labeler.services.completing import Vocabulary
from adme_labeler.services.finding import Column
from adme_labeler.services.searching import SearchProblem
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, sentences

_NOTHING_HERE = tr(
    "There are no sentences yet: add drug labels (Ctrl+I), or drop files on this window."
)
_ONE_ONLY = ("second", "note", "keep-older", "identical")


class Listing(QObject):
    """`list_wanted` asks for the list or the reading view; `said` is for the status bar."""

    list_wanted = Signal(bool)
    said = Signal(str)
    asked = Signal(str)
    """Id of an action."""

    def __init__(self, session: Session, desk: Desk, bus: Bus, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._desk = desk
        self._bus = bus
        self._everything: Sequence[SentenceId] = ()
        self._order: tuple[Column, bool] | None = None
        self._hidden = False
        """Whether suggestions were switched off when the rows were found and sorted."""
        self._many = 0
        self._list_before = False
        self._words: Vocabulary | None = None
        self._preferences: Preferences | None = None
        self._copying: Iterator[None] | None = None
        self._ended = False

    def attach(self, work: WorkView, writes: LongWrites) -> None:
        """Tie the two panels to the desk."""
        self._work, self._writes = work, writes
        table, line = work.list, work.search
        table.chosen.connect(lambda ident: self._desk.go_to(SentenceId(ident)))
        table.opened.connect(lambda ident: self._open(SentenceId(ident)))
        table.selected.connect(self._selected)
        table.sort_asked.connect(self.sort)
        table.copy_asked.connect(self.copy)
        table.menu_asked.connect(self.open_menu)
        line.changed.connect(self.search)
        line.entered.connect(self._enter)
        line.left.connect(self.end_search)
        line.save_asked.connect(lambda: self.asked.emit("save-filter"))
        line.manage_asked.connect(lambda: self.asked.emit("filters"))
        line.set_words_from(self.words)
        self._bus.changed.connect(self._changed)
        self.show_filters()

    def remember_in(self, preferences: Preferences) -> None:
        """Where columns and recent searches are kept from day to day."""
        self._preferences = preferences
        self._work.list.restore_layout(preferences.layout("list"))
        self.show_filters()

    def leave(self) -> None:
        """Keep the columns and search no more: the project is about to be closed."""
        self._ended = True
        if self._preferences is not None:
            self._preferences.set_layout("list", self._work.list.layout_state())

    def print_keys(self) -> None:
        """In the list Enter opens the sentence: the button of accepting shows its other key."""
        keys = keymap.current().shortcuts("accept")
        others = [key for key in keys if key not in ("Return", "Enter")]
        shown = others[0] if self._work.list_shown() and others else ""
        self._work.bar.accept.print_key(shown)

    # ------------------------------------------------------------------ what is listed

    def show_place(self) -> None:
        """The list follows the desk."""
        self.fill()
        self._work.list.set_current(self._desk.focus)
        self._offer_to_many()

    def fill(self) -> None:
        """Rows of the queue, or of the whole project in document order; sorted as asked."""
        desk, table = self._desk, self._work.list
        if self._hidden != desk.hide_suggestions:
            self._hidden = desk.hide_suggestions
            if self._again():
                return
        if self._order is not None and not desk.arranged:
            self._arrange()
        ids = self._all() if desk.in_order else desk.ids()
        table.show_ids(ids)
        table.set_empty_text("" if ids else desk.explanation or _NOTHING_HERE)

    def sort(self, column: Column | None, descending: bool = False) -> None:
        """Sort by a column; None brings the order of the queue back."""
        self._order = None if column is None else (column, descending)
        self._work.list.set_sorted(column, descending)
        if self._order is None:
            self._desk.disarrange()
        else:
            self._arrange()
        self.show_place()

    def leave_list(self) -> None:
        """Reading goes on in document order, unless the queue is a search or another one."""
        if self._desk.arranged and not self._desk.searching:
            self._order = None
            self._work.list.set_sorted(None)
            self._desk.disarrange()

    def rows(self, ids: Sequence[SentenceId]) -> Mapping[SentenceId, Row]:
        """A page of the list."""
        session, desk = self._session, self._desk
        own = annotating.annotations_of(session, ids)
        decided = annotations.resolutions(session.connection, ids)
        suggested = annotating.suggestions_of(session, ids)
        unseen = blindness.among(session, ids)
        keys = session.scheme.keys
        rows: dict[SentenceId, Row] = {}
        for sentence in sentences.get(session.connection, ids):
            mine, held = own.get(sentence.id), decided.get(sentence.id)
            label = desk.shelf.get(sentence.label)
            blind = desk.hide_suggestions or sentence.id in unseen
            # Another curator's decision does not lift this curator's blindness.
            blind = blind and (mine is None or mine.category is None)
            found = suggested.get(sentence.id)
            shown = None if blind else found
            if sentence.id == desk.masked:
                mine, held, blind, shown = None, None, True, None
            rows[sentence.id] = Row(
                sentence=sentence.id,
                state=mine.state if mine else AnnotationState.OPEN,
                category=held.category if held else None,
                text=sentence.text,
                suggestion=shown.category if shown else None,
                probability=shown.probabilities[keys.index(shown.category)] if shown else None,
                drug=short_title(label.title) if label else "",
                section=sentence.heading_path[-1] if sentence.heading_path else "",
                flagged=mine.flagged if mine else False,
                note=mine.note if mine else "",
                also=held.also if held else (),
                hidden=blind and found is not None,
            )
        return rows

    # ------------------------------------------------------------------ searching

    def search(self, written: str) -> None:
        """Search while typing. What is not understood changes nothing but one sentence."""
        line, desk = self._work.search, self._desk
        if self._ended:
            return
        if not written.strip():
            line.set_found(None)
            line.say("")
            if desk.found is not None:
                desk.end_search()
            return
        if desk.found is None:
            self._list_before = self._work.list_shown()
        try:
            number = desk.show_search(written)
        except SearchProblem as problem:
            typing = problem.unfinished or line.completions.isVisible()
            line.say(
                "" if typing and line.completions.isVisible() else str(problem),
                "secondary" if typing else "danger",
            )
            return
        except Problem as problem:
            line.say(str(problem), "danger")
            return
        self._hidden = desk.hide_suggestions
        line.set_found(number)
        line.say("")
        self.list_wanted.emit(True)
        self.show_place()
        QTimer.singleShot(0, self, self._say_left_out)

    def end_search(self) -> None:
        """Back to the queue and the view from before."""
        back = self._list_before if self._desk.searching else self._work.list_shown()
        self._remember_search()
        self._work.search.hide()
        self._work.search.say("")
        self._desk.end_search()
        self.list_wanted.emit(back)
        self._list_before = False

    def words(self) -> Vocabulary:
        """What can be completed; read once, until drug labels change."""
        if self._words is None:
            self._words = completing.vocabulary(self._session)
        return self._words

    def show_filters(self) -> None:
        recent = ()
        if self._preferences is not None:
            recent = self._preferences.recent_searches(self._session.path)
        self._work.search.set_filters(finding.saved_filters(self._session), recent)

    # ------------------------------------------------------------------ several at once

    def decision(self, decision: Decision | None) -> Decision | None:
        """What the decision bar shows: with several rows selected, what keys do to all of them."""
        if self._many < 2 or not self._work.list_shown():
            return decision
        key = keymap.current().printed
        keys = [category.shortcut for category in self._session.scheme.categories]
        said = tr(
            "{count:,} sentences selected: {first}–{last} gives all a category, A accepts, "
            "{flag} flags, {skip} skips, Esc lets go",
            count=self._many,
            first=keys[0],
            last=keys[-1],
            flag=key("flag"),
            skip=key("skip"),
        )
        return Decision(hidden=said)

    def act(self, ident: str) -> bool:
        """Do to all selected rows what is asked; False where one sentence is meant."""
        if not self._work.list_shown() or self._work.list.selected_count() < 2:
            return False
        if ident in _ONE_ONLY or ident.startswith("also-"):
            self.said.emit(tr("That is done to one sentence at a time; Esc lets the others go."))
            return True
        act = self._acts().get(ident)
        if act is None or self._session.read_only:
            return False
        chosen = self._work.list.selected_sentences()
        number = len(chosen)
        title = tr("Saving {count:,} decisions", count=number)
        self._writes.do(number, title, lambda own: act(own, chosen), self._done)
        return True

    def copy(self) -> None:
        """The selected rows as text: drug, section, category, sentence, a line each."""
        self._copying = self._copy(self._work.list.selected_sentences())
        self._copy_on()

    def open_menu(self, place: QPoint) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def menu(self) -> QMenu:
        """What can be done with the selected rows, and how the list looks."""
        table = self._work.list
        menu = QMenu(table)
        menu.addAction(
            "\t".join((tr("Open in the text"), keymap.key_text("Enter"))),
            lambda: self._open_current(),
        )
        menu.addAction("\t".join((tr("Copy"), keymap.key_text("Ctrl+C"))), self.copy)
        if not self._session.read_only:
            menu.addSeparator()
            for category in self._session.scheme.categories:
                ident = f"category-{category.shortcut}"
                text = f"{category.name.replace('&', '&&')}\t{category.shortcut}"
                menu.addAction(text, lambda i=ident: self.asked.emit(i))
            menu.addSeparator()
            for ident, text in (("flag", tr("Flag")), ("skip", tr("Skip"))):
                printed = keymap.current().printed(ident)
                menu.addAction(f"{text}\t{printed}", lambda i=ident: self.asked.emit(i))
        menu.addSeparator()
        menu.addMenu(table.sort_menu(menu))
        menu.addMenu(table.columns_menu(menu))
        return menu

    # ------------------------------------------------------------------ helpers

    def _acts(self) -> dict[str, Callable[[Session, Sequence[SentenceId]], bulk.Steps]]:
        acts: dict[str, Callable[[Session, Sequence[SentenceId]], bulk.Steps]] = {
            "accept": bulk.accepting,
            "flag": bulk.flagging,
            "skip": partial(bulk.setting_aside, state=AnnotationState.SKIPPED),
            "unsure": partial(bulk.setting_aside, state=AnnotationState.UNSURE),
        }
        for category in self._session.scheme.categories:
            give = partial(bulk.setting_category, category=category.key)
            acts[f"category-{category.shortcut}"] = give
        return acts

    def _done(self, outcome: bulk.Outcome) -> None:
        self._bus.publish(outcome.changes)
        self.said.emit(outcome.said)

    def _all(self) -> Sequence[SentenceId]:
        if not self._everything:
            self._everything = sentences.in_document_order(self._session.connection)
        return self._everything

    def _arrange(self) -> None:
        if self._order is None:
            return
        desk = self._desk
        column, descending = self._order
        document = desk.in_order or (
            desk.arranged and not desk.searching and desk.kind.value == "document"
        )
        ids = self._all() if document else desk.as_drawn()
        found = finding.ordered(
            self._session,
            ids,
            column,
            descending=descending,
            hide_suggestions=desk.hide_suggestions,
        )
        desk.arrange(
            found,
            tr("from the list, sorted by {column}", column=words.in_a_sentence(TITLES[column])),
        )

    def _again(self) -> bool:
        """Search and sort once more: another set of suggestions may be seen."""
        if self._desk.found is not None:
            self.search(self._work.search.text())
            return True
        if self._order is not None:
            self._arrange()
        return False

    def _changed(self, changes: Changes) -> None:
        if changes.labels or changes.groups:
            self._everything = ()
            self._words = None
        if changes.annotations or changes.suggestions:
            self._work.list.refresh(changes.annotations | changes.suggestions)
        if changes.settings:
            self.show_filters()

    def _open(self, sentence: SentenceId) -> None:
        self._desk.go_to(sentence)
        self.list_wanted.emit(False)

    def _open_current(self) -> None:
        if self._desk.focus is not None:
            self._open(self._desk.focus)

    def _selected(self, count: int) -> None:
        if count > 1 or self._many > 1:
            self._many = count
            self._work.bar.show_decision(self.decision(self._desk.decision()))
        self._many = count
        self._offer_to_many()

    def _offer_to_many(self) -> None:
        """What the bar shows of one sentence does not say whether several can be accepted."""
        if self._many > 1 and self._work.list_shown():
            self._work.bar.accept.setEnabled(not self._session.read_only)

    def _enter(self) -> None:
        if self._desk.items and self._desk.searching:
            self._remember_search()
            self._desk.go_to(self._desk.items[0].sentence)
            self._work.list.setFocus()

    def _remember_search(self) -> None:
        written = self._work.search.text().strip()
        if written and self._preferences is not None and self._desk.found is not None:
            self._preferences.add_search(self._session.path, written)
            self.show_filters()

    def _say_left_out(self) -> None:
        found = self._desk.found
        if found is not None and not self._ended and self._work.search.isVisible():
            hide = self._desk.hide_suggestions
            said = finding.left_out(self._session, found.query, hide_suggestions=hide)
            if said:
                self._work.search.say(said)

    def _copy(self, ids: Sequence[SentenceId]) -> Iterator[None]:
        lines: list[str] = []
        scheme = self._session.scheme
        for start in range(0, len(ids), PAGE):
            page = ids[start : start + PAGE]
            rows = self.rows(page)
            for row in (rows[i] for i in page if i in rows):
                name = scheme[row.category].name if row.category else ""
                lines.append("\t".join((row.drug, row.section, name, row.text)))
            yield
        QGuiApplication.clipboard().setText("\n".join(lines))
        number = len(lines)
        self.said.emit(trn("{count:,} sentence copied", "{count:,} sentences copied", number))

    def _copy_on(self) -> None:
        """A few pages an event-loop turn, so that a long copy holds nothing up."""
        if self._copying is None or self._ended:
            return
        for _ in range(4):
            if next(self._copying, self) is self:
                self._copying = None
                return
        QTimer.singleShot(0, self, self._copy_on)
