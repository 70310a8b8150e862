"""History: every operation, newest first; found, explained, followed, gone back to."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from adme_labeler.domain.slices import at_once
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.history_filters import HistoryFilters
from adme_labeler.gui.history_rows import HistoryModel, HistoryTable
from adme_labeler.gui.turns import Turns
from adme_labeler.language import tr, trn
from adme_labeler.services import history
from adme_labeler.services.history import WayBack
from adme_labeler.services.session import Session

_MANY = 2000
"""Changes that take longer than a moment to look through."""
_TYPING_MS = 150
_STEP_S = 0.008
_REFRESH_MS = 250


class HistoryDialog(Dialog):
    """Stays open beside the window. Enter goes to the sentence, Ctrl+Backspace goes back."""

    sentence_asked = Signal(int)
    back_asked = Signal(object)
    """The confirmed `WayBack`."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("History"), parent, 900)
        self._session = session
        self._entries = HistoryModel(session)
        self._newest = 0
        self._filters = HistoryFilters()
        self.search = self._filters.search
        self.kinds = self._filters.kinds
        self.table = HistoryTable(self._entries)
        self.detail = QPlainTextEdit()
        self.detail.setReadOnly(True)
        self.detail.setAccessibleName(tr("What the operation changed"))
        self.detail.setTabChangesFocus(True)
        self.detail.setFixedHeight(128)
        self._count = Text("", "secondary", "secondary")
        self.chain = Text(tr("Checking the log…"), "secondary", "secondary")
        self.question = _Question()
        self._assemble()
        self._chain = history.Verification(session)
        self._checking = _timer(self, 0, self._check, single=False)
        self._typing = _timer(self, _TYPING_MS, self.look_up)
        self._refreshing = _timer(self, _REFRESH_MS, self.refresh)
        self._choosing = _timer(self, 0, self._fill_choices)
        self._laying = Turns(self)
        self._way: WayBack | None = None
        self.look_up()
        self.resize(1080, 640)
        self.search.setFocus()

    def look_up(self) -> None:
        """Show what matches the search, newest first; the chosen operation stays chosen."""
        chosen = self.chosen()
        self._newest = history.newest(self._session)
        numbers = history.find(self._session, self._filters.filter())
        self._entries.show(numbers)
        self._say_count()
        row = self._entries.row_of(chosen) if chosen is not None else 0
        self.table.choose(max(0, row) if numbers else -1)
        self._show_detail()

    def _say_count(self) -> None:
        number = self._entries.rowCount()
        self._count.setText(
            trn("{count:,} operation", "{count:,} operations", number)
            if number
            else tr("Nothing matches; clear the search or a filter.")
        )

    def refresh(self) -> None:
        """After something was done: the list again, and the rest of the chain."""
        known = self._newest
        self._newest = history.newest(self._session)
        later = replace(self._filters.filter(), after=known)
        fresh = history.find(self._session, later) if self._newest > known else ()
        self._entries.prepend(fresh)
        self._say_count()
        self._show_detail()
        self._choosing.start()
        if self._chain.page.broken is None:
            self._chain.page = replace(self._chain.page, end=False)
            self._checking.start()

    def refresh_soon(self) -> None:
        """Many changes come together while the curator decides quickly."""
        if self.isVisible() and not self._refreshing.isActive():
            self._refreshing.start()

    def chosen(self) -> int | None:
        return self._entries.number(self.table.currentIndex().row())

    def ask_back(self) -> None:
        """Ask whether to go back to the chosen operation, saying what that does."""
        number = self.chosen()
        if number is None or self._session.read_only:
            return
        steps = history.laying_way(self._session, number)
        if history.changes_after(self._session, number) < _MANY:
            self._ask_for(at_once(steps))
            return
        self.question.say(tr("Looking at what was done since #{number:,}…", number=number))
        self._laying.run(steps, self._ask_for)

    def _ask_for(self, way: WayBack) -> None:
        number = way.target
        if not way.changes:
            self.question.say(
                tr(
                    "The project is as it was after #{number:,}: nothing to take back.",
                    number=number,
                )
            )
            return
        self._way = way
        self.question.ask(way_sentence(way))
        QTimer.singleShot(0, self.table, self.table.show_chosen)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is read any more: the project may be closed next."""
        for timer in (self._checking, self._typing, self._refreshing, self._choosing):
            timer.stop()
        self._laying.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._choosing.start()
        if not self._chain.done:
            self._checking.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.ask_back()
        elif event.key() == Qt.Key.Key_Escape and self.question.asking():
            self.question.clear()
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def _assemble(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self._count, 1)
        below.addWidget(self.chain)
        self.body.addWidget(self._filters)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(below)
        self.body.addWidget(self.detail)
        self.body.addWidget(self.question)
        self.back = self.add_button(tr("Undo to here…"))
        self.back.setToolTip(
            tr("Be where the project was right after this operation (Ctrl+Backspace)")
        )
        self.go = self.add_button(tr("Go to the sentence"))
        self.add_close(default=False)
        self.back.clicked.connect(self.ask_back)
        self.go.clicked.connect(self._go)
        self._filters.chosen.connect(self.look_up)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._go)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_detail())
        self.table.opened.connect(self._go)
        self.question.yes.connect(self._go_back)

    def _fill_choices(self) -> None:
        self._filters.fill(self._session, self._newest)

    def _show_detail(self) -> None:
        self._laying.stop()
        self.question.clear()
        number = self.chosen()
        writable = not self._session.read_only
        self.back.setEnabled(writable and number is not None and number < self._newest)
        if number is None:
            self.detail.setPlainText("")
            self.go.setEnabled(False)
            return
        changes = history.details(self._session, number)
        count = history.change_count(self._session, number)
        lines = [f"{c.what}\n    {c.before}  →  {c.after}" for c in changes]
        if count > len(changes):
            more = count - len(changes)
            lines.append(trn("… and {count:,} more change", "… and {count:,} more changes", more))
        self.detail.setPlainText("\n".join(lines) or tr("It changed nothing that is kept here."))
        self.go.setEnabled(any(c.sentence is not None for c in changes))

    def _go(self) -> None:
        number = self.chosen()
        sentence = None if number is None else history.first_sentence(self._session, number)
        if sentence is not None:
            self.sentence_asked.emit(int(sentence))

    def _go_back(self) -> None:
        way, self._way = self._way, None
        self.question.clear()
        if way is not None:
            self.back_asked.emit(way)

    def _check(self) -> None:
        until = time.monotonic() + _STEP_S
        while time.monotonic() < until:
            if self._chain.step(50):
                self._checking.stop()
                self._say_chain()
                return
        self.chain.setText(tr("Checking the log… {last:,}", last=self._chain.page.last))

    def _say_chain(self) -> None:
        page = self._chain.page
        if page.broken is not None:
            self.chain.setText(
                tr("⚠ The log was altered at operation {broken:,}", broken=page.broken)
            )
            self.chain.set_tone("danger")
        else:
            self.chain.setText(
                trn(
                    "✓ {count:,} operation, chain unbroken",
                    "✓ {count:,} operations, chain unbroken",
                    page.last,
                )
            )
            self.chain.set_tone("success")


class _Question(QWidget):
    """One sentence and its two answers, in place of a second dialog."""

    yes = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._said = Text("", "controls", wrap=True)
        self.take = QPushButton(tr("Take them back"))
        self.keep = QPushButton(tr("Leave it"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._said, 1)
        row.addWidget(self.keep)
        row.addWidget(self.take)
        for button in (self.keep, self.take):
            button.setAutoDefault(False)
        self.take.clicked.connect(self.yes)
        self.keep.clicked.connect(self.clear)
        self.clear()

    def ask(self, sentence: str) -> None:
        self.say(sentence)
        for button in (self.keep, self.take):
            button.show()
        self.take.setFocus()

    def say(self, sentence: str) -> None:
        self._said.setText(sentence)
        for button in (self.keep, self.take):
            button.hide()
        self.show()

    def asking(self) -> bool:
        return self.take.isVisible()

    def clear(self) -> None:
        self._said.setText("")
        self.hide()

    def said(self) -> str:
        return self._said.text()


def way_sentence(way: WayBack) -> str:
    """What going back does, and what it leaves."""
    touched: list[str] = []
    if way.sentences:
        touched.append(trn("{count:,} sentence", "{count:,} sentences", way.sentences))
    if way.settings:
        touched.append(trn("{count:,} setting", "{count:,} settings", way.settings))
    said = trn(
        "{count:,} operation after #{target:,} would be taken back, which changes {what}. One undo "
        "brings all of it forward again.",
        "{count:,} operations after #{target:,} would be taken back, which changes {what}. One "
        "undo brings all of it forward again.",
        way.operations,
        target=way.target,
        what=history.joined(touched),
    )
    if way.stays:
        stays = history.joined(
            trn(
                "{count:,} {kind} operation",
                "{count:,} {kind} operations",
                count,
                kind=history.kind_words(kind),
            )
            for kind, count in way.stays
        )
        said = f"{said} " + tr("What cannot be undone stays: {stays}.", stays=stays)
    return said


def _timer(parent: QWidget, milliseconds: int, called, single: bool = True) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(single)
    timer.setInterval(milliseconds)
    timer.timeout.connect(called)
    return timer
