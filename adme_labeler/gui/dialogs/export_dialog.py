"""What is exported, as what, and where."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import LabelId
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs import files
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr
from adme_labeler.services import exporting
from adme_labeler.services.exporting import Choice

_FORMATS = (
    (".xlsx", tr("Excel workbook"), tr("to read, edit and send; edits can be merged back")),
    (".csv", tr("Comma-separated"), tr("for any spreadsheet program; edits can be merged back")),
    (".tsv", tr("Tab-separated"), tr("for programs; edits can be merged back")),
    (".jsonl", tr("JSON lines"), tr("for training models elsewhere")),
    (".parquet", "Parquet", tr("for notebooks")),
)


class ExportDialog(Dialog):
    """`target()` and `choice()` after `accepted`."""

    def __init__(
        self,
        proposal: Path,
        *,
        sentences: int,
        decided: int,
        label: tuple[LabelId, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`sentences` and `decided` are counts; `label` is the drug label that is being read."""
        super().__init__(tr("Export"), parent, 600)
        self._label = label
        self._formats = QButtonGroup(self)
        self._rows = QButtonGroup(self)
        self._add_formats(proposal.suffix)
        self._add_rows(sentences, decided)
        self._add_place(proposal)
        self._said = Text("", "secondary", "secondary", wrap=True)
        self._said.setMinimumHeight(2 * self._said.fontMetrics().height())
        self.body.addWidget(self._said)
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button(tr("Export"), default=True)
        self.go.clicked.connect(self._export)
        self._formats.buttonClicked.connect(lambda _: self._follow_format())
        self.place.textChanged.connect(lambda _: self._look())
        self._look()
        chosen = self._formats.checkedButton()
        if chosen is not None:
            chosen.setFocus()

    def target(self) -> Path:
        return Path(self.place.text().strip()).expanduser()

    def choice(self) -> Choice:
        return Choice(
            decided=self.only_decided.isChecked(),
            label=self._label[0] if self._label and self.only_label.isChecked() else None,
            tables=self.tables.isChecked() and self.tables.isEnabled(),
        )

    def choose_format(self, suffix: str) -> None:
        """As a click on the format does."""
        for button in self._formats.buttons():
            if button.property("suffix") == suffix and button.isEnabled():
                button.click()

    def said(self) -> str:
        return self._said.text()

    def _add_formats(self, chosen: str) -> None:
        self.body.addWidget(Text(tr("Format"), "secondary", "secondary", strong=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for line, (suffix, name, purpose) in enumerate(_FORMATS):
            button = QRadioButton(f"{name} ({suffix})")
            button.setProperty("suffix", suffix)
            button.setChecked(suffix == chosen)
            if suffix == ".parquet" and not exporting.parquet_is_here():
                button.setEnabled(False)
                purpose = (
                    tr("needs pyarrow: {how}", how=exporting.NEEDS_PYARROW)
                    if exporting.parquet_can_be_added()
                    else tr("not in the packaged program; JSON lines hold the same")
                )
            button.setAccessibleDescription(purpose)
            self._formats.addButton(button)
            grid.addWidget(button, line, 0)
            grid.addWidget(Text(purpose, "secondary", "secondary"), line, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)

    def _add_rows(self, sentences: int, decided: int) -> None:
        self.body.addSpacing(8)
        self.body.addWidget(Text(tr("Sentences"), "secondary", "secondary", strong=True))
        self.everything = QRadioButton(
            tr("All {sentences:,} sentences, decided or not", sentences=sentences)
        )
        self.only_decided = QRadioButton(
            tr("Only the {decided:,} that have a category", decided=decided)
        )
        self.everything.setChecked(True)
        name = self._label[1] if self._label else ""
        self.only_label = QCheckBox(
            tr("Only of {name}", name=name) if name else tr("Only of one drug label")
        )
        self.only_label.setEnabled(self._label is not None)
        self.tables = QCheckBox(tr("Rows of tables too, also those that nobody decided"))
        for button in (self.everything, self.only_decided):
            self._rows.addButton(button)
            self.body.addWidget(button)
        self.only_decided.toggled.connect(lambda on: self.tables.setEnabled(not on))
        self.body.addWidget(self.only_label)
        self.body.addWidget(self.tables)

    def _add_place(self, proposal: Path) -> None:
        self.body.addSpacing(8)
        self.body.addWidget(Text(tr("File"), "secondary", "secondary", strong=True))
        self.place = QLineEdit(str(proposal))
        self.place.setAccessibleName(tr("File to write"))
        choose = QPushButton(tr("Choose\u2026"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.place, 1)
        row.addWidget(choose)
        self.body.addLayout(row)

    def _suffix(self) -> str:
        button = self._formats.checkedButton()
        return str(button.property("suffix")) if button is not None else ".xlsx"

    def _follow_format(self) -> None:
        target = self.target()
        known = target.suffix.lower() in exporting.SUFFIXES
        stem = target.stem if known else target.name
        self.place.setText(str(target.with_name(f"{stem or 'export'}{self._suffix()}")))

    def _choose(self) -> None:
        name = next(name for suffix, name, _ in _FORMATS if suffix == self._suffix())
        files.ask_save(
            self,
            tr("Export to"),
            (f"{name} (*{self._suffix()})",),
            self.target(),
            lambda chosen: self.place.setText(str(chosen[0])),
        )

    def _look(self) -> None:
        """Say what stands in the way, or what will be replaced."""
        target = self.target()
        tone, said = "secondary", ""
        try:
            exporting.check_target(target)
            if target.exists():
                said = tr(
                    "{name} exists and will be replaced when the new file is complete.",
                    name=target.name,
                )
        except Problem as problem:
            tone, said = "danger", str(problem)
        for button in self._formats.buttons():
            if button.property("suffix") == target.suffix.lower() and button.isEnabled():
                button.setChecked(True)
        self._said.set_tone(tone)
        self._said.setText(said)
        self.go.setEnabled(tone != "danger")
        self.go.setToolTip(said if tone == "danger" else "")

    def _export(self) -> None:
        # The folder may have gone while the dialog was open.
        self._look()
        if self.go.isEnabled():
            self.accept()
