"""Which drug labels to add, and which part of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from adme_labeler.domain.records import Sections
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.drug_names import DrugNames

_TABLES = frozenset({".xlsx", ".csv", ".tsv"})


class ImportDialog(Dialog):
    """Which part of the drug labels, and whether categories in tables were read by the curator."""

    def __init__(self, paths: Sequence[Path], curator: str, parent: QWidget | None = None) -> None:
        super().__init__("Add drug labels", parent, 520)
        shown = ", ".join(path.name for path in paths[:3])
        more = f" and {len(paths) - 3:,} more" if len(paths) > 3 else ""
        self.body.addWidget(Text(shown + more, "controls", "secondary", wrap=True))
        self._buttons_by_section = {
            Sections.PHARMACOKINETICS: QRadioButton("Pharmacokinetics (section 12.3)"),
            Sections.CLINICAL_PHARMACOLOGY: QRadioButton("Clinical pharmacology (section 12)"),
            Sections.ALL: QRadioButton("Everything"),
        }
        for button in self._buttons_by_section.values():
            self.body.addWidget(button)
        self._buttons_by_section[Sections.PHARMACOKINETICS].setChecked(True)
        self.read = QCheckBox(f"The categories in the tables were read by {curator}")
        self.read.setToolTip(
            "Then they count as your annotations. Otherwise they train, but measure nothing."
        )
        self.read.setVisible(any(path.suffix.lower() in _TABLES for path in paths))
        self.body.addWidget(self.read)
        self.drugs = DrugNames(paths)
        self.body.addWidget(self.drugs)
        self.add_close("Cancel", default=False)
        self.go = self.add_button("Add", default=True)
        self.go.clicked.connect(self.accept)
        self.go.setFocus()

    def sections(self) -> Sections:
        return next(s for s, b in self._buttons_by_section.items() if b.isChecked())

    def drug_names(self) -> dict[str, tuple[str, ...]]:
        """Path of a loose document -> what the curator calls its drug."""
        return self.drugs.names()

    def was_read(self) -> bool:
        return self.read.isVisibleTo(self) and self.read.isChecked()
