"""Editing the guideline of a project, with what it will look like beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QWidget,
)

from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.gui import theme
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.guide import show_guideline
from adme_labeler.language import tr, trn
from adme_labeler.services import guideline

_PAUSE_MS = 250


class GuidelineEditor(Dialog):
    """`text()` and `affected()` after `accepted`."""

    def __init__(
        self,
        scheme: CategoryScheme,
        standing: guideline.Guideline,
        decided_under_older: Callable[[frozenset[CategoryKey]], int],
        parent: QWidget | None = None,
    ) -> None:
        """`decided_under_older` counts the decisions that a change of these categories asks
        to look at again."""
        super().__init__(tr("Edit the guideline"), parent, 980)
        self._scheme = scheme
        self._standing = standing
        self._count = decided_under_older
        self.editor = QPlainTextEdit(standing.text)
        self.editor.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.editor.setAccessibleName(tr("Text of the guideline, in Markdown"))
        self.editor.setTabChangesFocus(True)
        self._preview = QTextBrowser()
        self._preview.setAccessibleName(tr("What the guideline will look like"))
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.editor)
        halves.addWidget(self._preview)
        halves.setSizes([480, 480])
        halves.setHandleWidth(2 * theme.STEP)
        halves.setMinimumHeight(420)
        self._by_hand: dict[CategoryKey, bool] = {}
        self.chosen = {c.key: QCheckBox(c.name) for c in scheme.categories}
        self._said = Text("", "secondary", "secondary", wrap=True)
        self.shipped = QPushButton(tr("Text that came with the program"))
        self.shipped.setAutoDefault(False)
        self.shipped.clicked.connect(lambda: self.editor.setPlainText(guideline.shipped_text()))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Text(tr("The change concerns"), strong=True))
        for key, box in self.chosen.items():
            box.clicked.connect(lambda on, k=key: self._choose(k, on))
            row.addWidget(box)
        row.addStretch(1)
        row.addWidget(self.shipped)
        self.body.addWidget(halves, 1)
        self.body.addLayout(row)
        self.body.addWidget(self._said)
        self.add_close(tr("Cancel"), default=False)
        self.save = self.add_button(
            tr("Save as version {version}", version=standing.version + 1), default=True
        )
        self.save.clicked.connect(self.accept)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE_MS)
        self._later.timeout.connect(self._changed)
        self.editor.textChanged.connect(self._later.start)
        self._changed()
        self.guard(self.editor.toPlainText)

    def text(self) -> str:
        return self.editor.toPlainText()

    def affected(self) -> frozenset[CategoryKey]:
        return frozenset(key for key, box in self.chosen.items() if box.isChecked())

    def settle(self) -> None:
        """Take in what was typed at once."""
        self._later.stop()
        self._changed()

    def accept(self) -> None:
        self.settle()
        if self.save.isEnabled():
            super().accept()

    def _changed(self) -> None:
        proposed = guideline.touched_by(self._standing.text, self.text(), self._scheme)
        for key, box in self.chosen.items():
            box.setChecked(self._by_hand.get(key, key in proposed))
        place = self._preview.verticalScrollBar().value()
        show_guideline(self._preview, self.text())
        self._preview.verticalScrollBar().setValue(place)
        self._say()

    def _choose(self, key: CategoryKey, on: bool) -> None:
        self._by_hand[key] = on
        self._say()

    def _say(self) -> None:
        written = self.text().strip()
        same = written == self._standing.text.strip()
        self.save.setEnabled(bool(written) and not same)
        tone = "secondary"
        if not written:
            said, tone = tr("A guideline needs some text."), "warning"
        elif same:
            said = tr(
                "Nothing is changed yet. A heading (##) with a category's name begins its rules."
            )
        else:
            count = self._count(self.affected())
            said = trn(
                "{count:,} decision of yours would be offered for a second look; none is changed.",
                "{count:,} decisions of yours would be offered for a second look; none is changed.",
                count,
            )
        self._said.setText(said)
        self._said.set_tone(tone)

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "_preview"):
            self._preview.document().setDefaultFont(theme.font("controls"))
