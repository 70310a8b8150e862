"""Settings of the open project: who decides, how sentences are chosen, which encoder learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.gui.controls import NumberBox, Segments, Text
from adme_labeler.gui.dialogs import files
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.scheme_page import SchemePage
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.language import number, tr
from adme_labeler.services import encoders
from adme_labeler.services.project_settings import ProjectSettings
from adme_labeler.services.runs import WorkerRun

_PAGES = (("deciding", tr("Deciding")), ("model", tr("Model")), ("categories", tr("Categories")))


class ProjectSettingsDialog(Dialog):
    """`chosen()` and `curator()` after `accepted`."""

    held_out_asked = Signal()
    """The held-out drugs have a dialog of their own; this one is gone, nothing is saved."""

    def __init__(
        self,
        standing: ProjectSettings,
        curator: str,
        encoder_job: Callable[[Path | None], Path],
        categories: SchemePage,
        writable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """`encoder_job` writes the job file that checks an encoder folder (None: the shipped)."""
        super().__init__(tr("Project settings"), parent, 640)
        self._standing = standing
        self.pages = Segments(_PAGES)
        self.deciding = DecidingPage(standing, curator)
        self.model = EncoderPage(standing.encoder, encoder_job)
        self.categories = categories
        self._stack = QStackedWidget()
        for page in (self.deciding, self.model, self.categories):
            page.setEnabled(writable)
            self._stack.addWidget(page)
        self.pages.chosen.connect(
            lambda ident: self._stack.setCurrentIndex([i for i, _ in _PAGES].index(ident))
        )
        row = QHBoxLayout()
        row.addWidget(self.pages)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self._stack, 1)
        self.add_close(tr("Cancel"), default=False)
        self.save = self.add_button(tr("Save"), default=True)
        self.save.setEnabled(writable)
        self.save.clicked.connect(self.accept)

        def judge() -> None:
            self.save.setEnabled(writable and self.model.usable() and self.categories.usable())
            wrong = "" if self.categories.usable() else self.categories.said.text()
            self.save.setToolTip(wrong)

        self.deciding.held_out.clicked.connect(self._ask_held_out)
        self.model.changed.append(judge)
        self.categories.changed.append(judge)
        self.guard(lambda: (self.chosen(), self.categories.chosen(), self.curator()))

    def _ask_held_out(self) -> None:
        self.reject()
        if not self.isVisible():
            self.held_out_asked.emit()

    def chosen(self) -> ProjectSettings:
        return replace(self.deciding.chosen(self._standing), encoder=self.model.folder())

    def curator(self) -> str:
        return self.deciding.curator.text().strip()

    def done(self, result: int) -> None:
        self.model.leave()
        super().done(result)


class DecidingPage(QWidget):
    """Name, queue mix, blind share, second looks, precision floor; a way to the held-out drugs."""

    def __init__(self, standing: ProjectSettings, curator: str) -> None:
        super().__init__()
        self.curator = QLineEdit(curator)
        self.curator.setMaxLength(80)
        self.random = _percent(standing.random_share, 5, 100)
        self.blind = _percent(standing.blind_share, 0, 50)
        self.again = _percent(standing.second_look_share, 0, 20)
        self.false_alarms = _percent(1 - standing.precision_floor, 1, 70)
        self.held_out = QPushButton(tr("Held-out drugs…"))
        self.held_out.setAutoDefault(False)
        self.held_out.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        form = QFormLayout(self)
        form.setContentsMargins(0, 8, 0, 0)
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for name, field, about in (
            (
                tr("Your name"),
                self.curator,
                tr(
                    "Kept with every decision. Another name is another curator: both "
                    "decisions stay."
                ),
            ),
            (
                tr("Random part of queues"),
                self.random,
                tr("The model chooses the rest. A quarter at random keeps the measurement honest."),
            ),
            (
                tr("Suggestion hidden"),
                self.blind,
                tr(
                    "On this share of the sentences, until the first key: shows what seeing "
                    "it does."
                ),
            ),
            (
                tr("Second look"),
                self.again,
                tr(
                    "So many of your own decisions come back after three days, blind: shows "
                    "how far you agree with yourself."
                ),
            ),
            (tr("False alarms"), self.false_alarms, _cost(self.false_alarms.value())),
        ):
            field.setAccessibleName(name)
            field.setAccessibleDescription(about)
            form.addRow(_beside(name, field), field)
            below = Text(about, "secondary", "secondary", wrap=True)
            below.setAlignment(Qt.AlignmentFlag.AlignTop)
            below.setContentsMargins(0, 0, 0, 12)
            form.addRow("", below)
            if field is self.false_alarms:
                self.cost = below
        form.addRow(_beside(tr("Measured on"), self.held_out), self.held_out)
        self.false_alarms.valueChanged.connect(self._tell_cost)

    def _tell_cost(self, percent: int) -> None:
        self.cost.setText(_cost(percent))
        self.false_alarms.setAccessibleDescription(_cost(percent))

    def chosen(self, standing: ProjectSettings) -> ProjectSettings:
        return replace(
            standing,
            random_share=self.random.value() / 100,
            blind_share=self.blind.value() / 100,
            second_look_share=self.again.value() / 100,
            precision_floor=(100 - self.false_alarms.value()) / 100,
        )


class EncoderPage(QWidget):
    """Which language model is trained; one that was chosen is checked and tried first."""

    def __init__(self, folder: str, job: Callable[[Path | None], Path]) -> None:
        super().__init__()
        self.changed: list[Callable[[], None]] = []
        self._standing = folder
        self._folder = folder
        self._job = job
        self._usable = True
        self.worker: WorkerProcess | None = None
        self._name = Text("", strong=True, wrap=True)
        self.choose = QPushButton(tr("Choose a folder…"))
        self.shipped = QPushButton(tr("Use the shipped one"))
        self.check = QPushButton(tr("Check and time it"))
        for button in (self.choose, self.shipped, self.check):
            button.setAutoDefault(False)
        self.said = Text("", "secondary", "secondary", wrap=True)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(24)
        self._facts.setVerticalSpacing(6)
        self._facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.licence = QPlainTextEdit()
        self.licence.setReadOnly(True)
        self.licence.setAccessibleName(tr("Licence file of the encoder"))
        self.licence.setMinimumHeight(140)
        self.licence.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.choose, self.shipped, self.check):
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.setSpacing(12)
        whole.addWidget(self._name)
        whole.addWidget(
            Text(
                tr(
                    "Any local folder in the transformers format (BERT, RoBERTa, DeBERTa, "
                    "MPNet) can be trained instead of the shipped model. Nothing is "
                    "downloaded."
                ),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        whole.addLayout(buttons)
        whole.addWidget(self.said)
        whole.addLayout(self._facts)
        whole.addWidget(self.licence)
        whole.addStretch(1)
        self.choose.clicked.connect(
            lambda: files.ask_folder(self, tr("Folder of the encoder"), lambda path: self.set(path))
        )
        self.shipped.clicked.connect(lambda: self.set(None))
        self.check.clicked.connect(self.begin_check)
        self._show()

    def folder(self) -> str:
        return self._folder

    def usable(self) -> bool:
        """Whether the encoder in view was checked, or is the one that is used already."""
        return self._usable

    def set(self, folder: Path | None) -> None:
        """Put another encoder in view and check it."""
        self._folder = str(folder) if folder else ""
        self._usable = self._folder == self._standing
        self._forget()
        self._show()
        self._tell()
        if not self._usable:
            self.begin_check()

    def begin_check(self) -> None:
        if self.worker is not None:
            return
        try:
            job = self._job(Path(self._folder) if self._folder else None)
        except Problem as problem:
            self._say(str(problem), "danger")
            return
        self._forget()
        self.worker = WorkerProcess("encoder", str(job), parent=self)
        self.worker.progressed.connect(self._progress)
        self.worker.ended.connect(self._ended)
        self.worker.start()
        self._say(tr("Loading the encoder…"), "secondary")
        self._show()

    def leave(self) -> None:
        if self.worker is not None:
            self.worker.leave()

    def _progress(self, progress: protocol.Progress) -> None:
        if progress.total:
            self._say(
                tr("Trying it: step {step} of {total}", step=progress.step, total=progress.total),
                "secondary",
            )

    def _ended(self, run: WorkerRun) -> None:
        self.worker = None
        outcome = run.outcome
        if isinstance(outcome, protocol.EncoderChecked):
            self._usable = True
            self._say(tr("This encoder can be used."), "success")
            for name, value in encoders.facts(outcome):
                self._facts.addRow(Text(name, "controls", "secondary"), Text(value, wrap=True))
            self.licence.setPlainText(outcome.licence)
            self.licence.moveCursor(QTextCursor.MoveOperation.Start)
            self.licence.setVisible(bool(outcome.licence))
        elif isinstance(outcome, protocol.Failed):
            self._usable = self._folder == self._standing
            self._say(outcome.sentence, "danger")
        self._show()
        self._tell()

    def _forget(self) -> None:
        while self._facts.rowCount():
            self._facts.removeRow(0)
        self.licence.hide()
        self._say("", "secondary")

    def _say(self, sentence: str, tone: str) -> None:
        self.said.setText(sentence)
        self.said.set_tone(tone)

    def _show(self) -> None:
        self._name.setText(self._folder or tr("all-MiniLM-L6-v2, the shipped encoder"))
        busy = self.worker is not None
        self.choose.setEnabled(not busy)
        self.shipped.setEnabled(not busy and bool(self._folder))
        self.check.setEnabled(not busy)

    def _tell(self) -> None:
        for listener in self.changed:
            listener()


def _beside(name: str, field: QWidget) -> Text:
    """The name of a field, its middle where the field has its own."""
    said = Text(name, strong=True)
    said.setMinimumHeight(field.sizeHint().height())
    return said


def _cost(percent: int) -> str:
    """What the share of wrong suggestions among those of a rare category means for a curator."""
    return tr(
        "How many false alarms may a found rare sentence cost? With {percent} % of the "
        "suggestions of a rare category wrong it is {cost} for each one found. Holds from the "
        "next training on.",
        percent=percent,
        cost=number(percent / (100 - percent), ".1f"),
    )


def _percent(share: float, least: int, most: int) -> NumberBox:
    box = NumberBox()
    box.setRange(least, most)
    box.setSingleStep(5)
    box.setSuffix(" %")
    box.setValue(round(share * 100))
    box.setMaximumWidth(120)
    return box
