"""The held-out drugs, and what the program is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidgetItem, QWidget

from adme_labeler import __version__, language
from adme_labeler.domain.records import GroupId
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.gui.dialogs.licences import LicencesDialog
from adme_labeler.gui.dialogs.small_tables import small_table, widths
from adme_labeler.language import tr
from adme_labeler.storage.labels import DrugGroup


class HeldOutDialog(Dialog):
    """Choose which drug groups are never trained on; `chosen()` after `accepted`."""

    def __init__(self, groups: Sequence[DrugGroup], parent: QWidget | None = None) -> None:
        super().__init__(tr("Held-out drugs"), parent, 760)
        self._groups = groups
        self.body.addWidget(
            Text(
                tr(
                    "Recall is measured on these drugs: no model trains on them, and their "
                    "suggestions stay hidden until you decide. A drug that a model has "
                    "trained on, or whose suggestions were seen, can be held out only for "
                    "models still to come."
                ),
                "secondary",
                "secondary",
                wrap=True,
            )
        )
        self.table = small_table(
            (tr("Drug"), tr("Held out"), tr("Drug labels"), tr("Sentences"), tr("Decided")),
            len(groups),
        )
        self.table.setAccessibleName(tr("Drugs, and which are held out"))
        for row, group in enumerate(groups):
            box = QTableWidgetItem()
            box.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            box.setCheckState(Qt.CheckState.Checked if group.held_out else Qt.CheckState.Unchecked)
            why = (
                tr("trained on") if group.trained else tr("suggestions seen") if group.seen else ""
            )
            box.setText(why)
            self.table.setItem(row, 0, QTableWidgetItem(group.key.title()))
            self.table.setItem(row, 1, box)
            for column, number in ((2, group.labels), (3, group.sentences), (4, group.decided)):
                item = QTableWidgetItem(language.number(number))
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        widths(self.table, (250, 150, 112, 104))
        self.body.addWidget(self.table, 1)
        self._count = Text("", "secondary", "secondary")
        self.body.addWidget(self._count)
        self.table.itemChanged.connect(lambda _: self._say())
        self.add_close(tr("Cancel"), default=False)
        self.add_button(tr("Apply"), default=True).clicked.connect(self.accept)
        self._say()

    def chosen(self) -> tuple[tuple[GroupId, ...], tuple[GroupId, ...]]:
        """(newly held out, newly given to training)."""
        out, back = [], []
        for row, group in enumerate(self._groups):
            checked = self._checked(row)
            if checked and not group.held_out:
                out.append(group.id)
            elif not checked and group.held_out:
                back.append(group.id)
        return tuple(out), tuple(back)

    def _checked(self, row: int) -> bool:
        box = self.table.item(row, 1)
        return box is not None and box.checkState() is Qt.CheckState.Checked

    def _say(self) -> None:
        rows = [r for r in range(len(self._groups)) if self._checked(r)]
        number = sum(self._groups[r].sentences for r in rows)
        self._count.setText(
            tr(
                "{held_out:,} of {total:,} drugs held out, {sentences:,} sentences",
                held_out=len(rows),
                total=len(self._groups),
                sentences=number,
            )
        )


class AboutDialog(Dialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("ADME labeler", parent)
        self.body.addWidget(
            Text(tr("Version {version}", version=__version__), "controls", "secondary")
        )
        self.body.addWidget(
            Text(
                tr(
                    "Read drug labels, decide with one key, let the model learn from you. The "
                    "suggestions come from a two-stage fine-tuned transformer (arXiv 2207.10858). "
                    "Everything runs on this computer; nothing is sent anywhere."
                ),
                "controls",
                wrap=True,
            )
        )
        self.body.addWidget(Text(tr("Apache License 2.0"), "secondary", "secondary"))
        self.licences = self.add_button(tr("Licences…"))
        self.licences.clicked.connect(self._show_licences)
        self.add_close()

    def _show_licences(self) -> None:
        LicencesDialog(self).open()
