"""Compare two versions of a drug label: what stayed, changed, came and went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QWidget

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.domain.records import LabelId
from adme_labeler.gui.controls import KeyButton, Segments, Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.diff_view import DiffView
from adme_labeler.language import tr, trn
from adme_labeler.services import label_versions
from adme_labeler.services.label_versions import DiffRow, Fate, VersionDiff
from adme_labeler.storage.labels import LabelVersion


@dataclass(frozen=True)
class Choice:
    """A drug label to choose, by the name people know."""

    label: LabelId
    name: str


class LabelDiffDialog(Dialog):
    """Two versions beside each other; `opened` when the curator wants to read a sentence."""

    opened = Signal(object)
    """Id of a sentence of the version in the project."""

    def __init__(
        self,
        scheme: CategoryScheme,
        choices: Sequence[Choice],
        versions: Callable[[LabelId], list[LabelVersion]],
        compare: Callable[[LabelVersion, LabelVersion], VersionDiff],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Versions of a drug label"), parent, 1040)
        self._versions_of = versions
        self._compare = compare
        self._found: list[LabelVersion] = []
        self._diff: VersionDiff | None = None
        self.labels = _combo(tr("Drug label"))
        for choice in choices:
            self.labels.addItem(choice.name, choice.label)
        self.older = _combo(tr("Older version"))
        self.newer = _combo(tr("Newer version"))
        self.shown = Segments((("changes", tr("Changes")), ("all", tr("Everything"))))
        self.counts = Text("", "controls", "secondary", wrap=True)
        self.view = DiffView(scheme)
        self.view.setMinimumHeight(420)
        self.nothing = Text("", "controls", "secondary", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.nothing)
        self._arrange(len(choices))
        self.labels.currentIndexChanged.connect(lambda _: self._read_versions())
        self.older.currentIndexChanged.connect(lambda _: self._show())
        self.newer.currentIndexChanged.connect(lambda _: self._show())
        self.shown.chosen.connect(lambda _: self._fill())
        self.view.opened.connect(self._open)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._say_go())
        self._read_versions()
        self.view.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_N: 1, Qt.Key.Key_P: -1}.get(Qt.Key(event.key()))
        if step is not None and not event.modifiers():
            self.view.step(step)
        else:
            super().keyPressEvent(event)

    def _arrange(self, number: int) -> None:
        if number > 1:
            which = QHBoxLayout()
            which.setSpacing(8)
            which.addWidget(Text(tr("Drug label"), "secondary", "secondary"))
            which.addWidget(self.labels)
            which.addWidget(
                Text(
                    trn("{count:,} drug label", "{count:,} drug labels", number),
                    "secondary",
                    "secondary",
                )
            )
            which.addStretch(1)
            self.body.addLayout(which)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Text(tr("From"), "secondary", "secondary"))
        row.addWidget(self.older)
        row.addWidget(Text(tr("to"), "secondary", "secondary"))
        row.addWidget(self.newer)
        row.addStretch(1)
        row.addWidget(self.shown)
        self.body.addLayout(row)
        self.body.addWidget(self.counts)
        self.body.addWidget(self._pages, 1)
        self.previous = KeyButton(tr("Previous change"), "P")
        self.next = KeyButton(tr("Next change"), "N")
        self.previous.clicked.connect(lambda: self.view.step(-1))
        self.next.clicked.connect(lambda: self.view.step(1))
        self._buttons.insertWidget(0, self.previous)
        self._buttons.insertWidget(1, self.next)
        self.go = self.add_button(tr("Read it in its place"))
        self.go.clicked.connect(lambda: self._open(self.view.current()))
        self.add_close()

    def _read_versions(self) -> None:
        label = self.labels.currentData()
        self._found = [] if label is None else self._versions_of(LabelId(label))
        for box, chosen in ((self.older, len(self._found) - 2), (self.newer, len(self._found) - 1)):
            box.blockSignals(True)
            box.clear()
            for version in self._found:
                box.addItem(_version_text(version))
            box.setCurrentIndex(max(0, chosen))
            box.setEnabled(len(self._found) > 1)
            box.blockSignals(False)
        self._show()

    def _show(self) -> None:
        self._diff = None
        if len(self._found) > 1:
            older = self._found[self.older.currentIndex()]
            newer = self._found[self.newer.currentIndex()]
            self._diff = self._compare(older, newer)
        self._fill()

    def _fill(self) -> None:
        diff = self._diff
        name = self.labels.currentText() or tr("This drug label")
        if diff is None:
            self._say_nothing(
                tr("{name} came in one version only; there is nothing to compare.", name=name)
            )
            return
        counted = {fate: diff.count(fate) for fate in Fate}
        self.counts.setText(f"{name}: {label_versions.summary(counted)}")
        everything = self.shown.current() == "all"
        if not everything and all(row.fate is Fate.UNCHANGED for row in diff.rows):
            self._say_nothing(tr("The text is the same in both versions."), keep_counts=True)
            return
        self._pages.setCurrentWidget(self.view)
        self.view.show_diff(diff, everything=everything)
        self._set_steps(True)

    def _say_nothing(self, sentence: str, keep_counts: bool = False) -> None:
        if not keep_counts:
            self.counts.setText("")
        self.nothing.setText(sentence)
        self._pages.setCurrentWidget(self.nothing)
        self._set_steps(False)

    def _set_steps(self, there: bool) -> None:
        self.counts.setVisible(bool(self.counts.text()))
        for button in (self.previous, self.next):
            button.setEnabled(there)
        self._say_go()

    def _say_go(self) -> None:
        row = self.view.current() if self._pages.currentWidget() is self.view else None
        self.go.setEnabled(self._target(row) is not None)

    def _target(self, row: DiffRow | None) -> object:
        """A sentence can be read in its place in the version that the project holds."""
        if row is None or self._diff is None:
            return None
        if self._diff.newer.current and row.newer is not None:
            return row.newer.sentence
        if self._diff.older.current and row.older is not None:
            return row.older.sentence
        return None

    def _open(self, row: DiffRow | None) -> None:
        target = self._target(row)
        if target is not None:
            self.opened.emit(target)
            self.accept()


def _combo(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumContentsLength(12)
    return box


def _version_text(version: LabelVersion) -> str:
    date = version.effective_date
    if len(date) == 8 and date.isdigit():
        date = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    said = tr("Version {version}", version=version.version) if version.version else version.source
    said += f" · {date}" if date else ""
    return tr("{version} · in the project", version=said) if version.current else said
