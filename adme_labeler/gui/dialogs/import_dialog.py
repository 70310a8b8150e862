"""Which drug labels to add: which part of them, which kinds, and who read their categories."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QGridLayout, QRadioButton, QVBoxLayout, QWidget

from adme_labeler.domain.records import LabelType, Sections
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.drug_names import DrugNames
from adme_labeler.language import tr
from adme_labeler.services.column_mapping import is_table, may_hold_tables

_SECTIONS = (
    (Sections.PHARMACOKINETICS, tr("Pharmacokinetics (section 12.3)")),
    (Sections.CLINICAL_PHARMACOLOGY, tr("Clinical pharmacology (section 12)")),
    (Sections.ALL, tr("Everything")),
)
KIND_NAMES = {
    LabelType.PRESCRIPTION: tr("Prescription"),
    LabelType.OTC: tr("Over the counter"),
    LabelType.VACCINE: tr("Vaccine"),
    LabelType.ANIMAL: tr("Animal"),
    LabelType.DEVICE: tr("Device"),
    LabelType.OTHER: tr("Other"),
}
_COLUMNS = 3


class ImportDialog(Dialog):
    """Choices for one import; read them after `accepted`."""

    def __init__(self, paths: Sequence[Path], curator: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Add drug labels"), parent, 520)
        shown = ", ".join(path.name for path in paths[:3])
        if len(paths) > 3:
            shown = tr("{names} and {count:,} more", names=shown, count=len(paths) - 3)
        self.body.addWidget(Text(shown, "controls", "secondary", wrap=True))
        self._sections = {section: QRadioButton(name) for section, name in _SECTIONS}
        self._sections[Sections.PHARMACOKINETICS].setChecked(True)
        parts = QVBoxLayout()
        parts.setSpacing(6)
        parts.addWidget(Text(tr("Part of the label"), "secondary", strong=True))
        for button in self._sections.values():
            parts.addWidget(button)
        self.body.addLayout(parts)
        self.kinds = {kind: QCheckBox(name) for kind, name in KIND_NAMES.items()}
        self.kinds[LabelType.PRESCRIPTION].setChecked(True)
        kinds = QGridLayout()
        kinds.setSpacing(6)
        kinds.setHorizontalSpacing(20)
        kinds.addWidget(Text(tr("Kinds of label"), "secondary", strong=True), 0, 0, 1, _COLUMNS)
        for number, box in enumerate(self.kinds.values()):
            box.toggled.connect(lambda _: self._say())
            kinds.addWidget(box, 1 + number // _COLUMNS, number % _COLUMNS)
        self._none = Text(tr("Choose at least one kind of label."), "secondary", "danger")
        kinds.addWidget(self._none, 3, 0, 1, _COLUMNS)
        self.body.addLayout(kinds)
        self.drugs = DrugNames(paths)
        self.body.addWidget(self.drugs)
        named = any(is_table(path) for path in paths)
        self.read = QCheckBox(
            tr("The categories in the tables were read by {curator}", curator=curator)
            if named
            else tr(
                "The categories in tables of these files, if any, were read by {curator}",
                curator=curator,
            )
        )
        self.read.setToolTip(
            tr("Then they count as your annotations. Otherwise they train, but measure nothing.")
        )
        self.body.addWidget(self.read)
        self.read.setVisible(may_hold_tables(paths))
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button(tr("Add"), default=True)
        self.go.clicked.connect(self.accept)
        self.go.setFocus()
        self._say()

    def sections(self) -> Sections:
        return next(s for s, b in self._sections.items() if b.isChecked())

    def types(self) -> tuple[LabelType, ...]:
        """Kinds of label to take; the others are reported as skipped."""
        return tuple(kind for kind, box in self.kinds.items() if box.isChecked())

    def drug_names(self) -> dict[str, tuple[str, ...]]:
        """Path of a loose document -> what the curator calls its drug."""
        return self.drugs.names()

    def was_read(self) -> bool:
        return self.read.isVisibleTo(self) and self.read.isChecked()

    def _say(self) -> None:
        chosen = bool(self.types())
        self._none.setVisible(not chosen)
        self.go.setEnabled(chosen)
