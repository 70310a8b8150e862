"""Name a search to keep it, and look after those that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from adme_labeler.domain.problems import Problem
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr

Save = Callable[[str], None]
"""Takes a name; raises Problem where it cannot be used."""


class NameDialog(Dialog):
    """Asks for the name of a filter; a name that cannot be used keeps it open."""

    def __init__(
        self, title: str, written: str, name: str, save: Save, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent, 440)
        self._save = save
        self.body.addWidget(Text(written, "secondary", "secondary", wrap=True))
        self.field = QLineEdit(name)
        self.field.setAccessibleName(tr("Name of the filter"))
        self.field.setPlaceholderText(tr("Name of the filter"))
        self.field.selectAll()
        self.body.addWidget(self.field)
        self._problem = Text("", "secondary", "danger", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        self.add_close(tr("Cancel"), default=False)
        self.go = self.add_button(tr("Save"), default=True)
        self.go.clicked.connect(self._try)
        self.field.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))
        self.go.setEnabled(bool(name.strip()))

    def _try(self) -> None:
        try:
            self._save(self.field.text())
        except Problem as problem:
            self._problem.setText(str(problem))
            self._problem.show()
        else:
            self.accept()


class FiltersDialog(Dialog):
    """Saved filters with their searches; `rename` and `delete` act at once and can be undone."""

    def __init__(
        self,
        saved: Callable[[], Mapping[str, str]],
        rename: Callable[[str], None],
        delete: Callable[[str], None],
        parent: QWidget | None = None,
        writable: bool = True,
    ) -> None:
        super().__init__(tr("Saved filters"), parent, 560)
        self._saved = saved
        self._writable = writable
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Saved filters"))
        self.list.setMinimumHeight(220)
        self.list.setUniformItemSizes(True)
        self.body.addWidget(self.list)
        self._shown = Text("", "secondary", "secondary", wrap=True)
        self.body.addWidget(self._shown)
        self.rename = self.add_button(tr("Rename…"))
        self.delete = self.add_button(tr("Delete"))
        self.rename.clicked.connect(lambda: rename(self.chosen()))
        self.delete.clicked.connect(lambda: self._delete(delete))
        self.add_close()
        self.list.currentRowChanged.connect(lambda _: self._show_chosen())
        self.show_filters()

    def chosen(self) -> str:
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item is not None else ""

    def show_filters(self) -> None:
        """Read them again, and keep the place."""
        row = max(self.list.currentRow(), 0)
        self.list.clear()
        for name in self._saved():
            item = QListWidgetItem(name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self._show_chosen()

    def _delete(self, delete: Callable[[str], None]) -> None:
        delete(self.chosen())
        self.show_filters()

    def _show_chosen(self) -> None:
        name = self.chosen()
        some = bool(name)
        self._shown.setText(
            self._saved().get(name, "")
            if some
            else tr("No filter is saved. Search, then press Ctrl+D.")
        )
        self.rename.setEnabled(some and self._writable)
        self.delete.setEnabled(some and self._writable)
