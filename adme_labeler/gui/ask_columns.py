"""Before an import of tables: the worker looks into them, a dialog asks what is in which column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from adme_labeler.gui.dialogs.columns import ColumnsDialog
from adme_labeler.language import tr
from adme_labeler.protocol import TableLayout, TablePreviewed
from adme_labeler.services import column_mapping
from adme_labeler.services.column_mapping import ColumnMapping

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow

Go = Callable[[dict[str, TableLayout]], None]


def ask_columns(window: MainWindow, found: Sequence[Path], go: Go) -> None:
    """Ask where tables are among these files; then, or at once, `go` with how to read them."""
    project = window.project
    if project is None:
        return
    if not column_mapping.may_hold_tables(found):
        go({})
        return
    asking = _Asking(window, found, go)
    if any(column_mapping.is_table(path) for path in found):
        asking.show()


class _Asking(QObject):
    """One question, from the first look to the answer; gone with it."""

    def __init__(self, window: MainWindow, found: Sequence[Path], go: Go) -> None:
        super().__init__(window)
        assert window.project is not None
        self._window = window
        self._go = go
        others = sum(not column_mapping.is_table(path) for path in found)
        mapping = ColumnMapping(window.project.session.scheme)
        self._dialog = ColumnsDialog(mapping, others, window)
        self._dialog.set_waiting(tr("Reading"))
        self._shown = self._over = False
        looker = self._looker = window.project.looker
        looker.previewed.connect(self._previewed)
        looker.progressed.connect(self._dialog.set_waiting)
        looker.finished.connect(self._finished)
        looker.failed.connect(self._failed)
        self._dialog.reread.connect(lambda path, layout: looker.look([Path(path)], {path: layout}))
        self._dialog.finished.connect(lambda _: self._end())
        looker.look(found)

    def show(self) -> None:
        self._shown = True
        self._window.ask(self._dialog, lambda: self._go(self._dialog.mapping.layouts()))

    def _previewed(self, table: TablePreviewed) -> None:
        self._dialog.take(table)
        if not self._shown:
            self.show()

    def _finished(self, whole: bool) -> None:
        self._dialog.set_waiting("")
        if not self._shown and whole:  # a folder without tables
            self._end()
            self._dialog.deleteLater()
            self._go({})

    def _failed(self, sentence: str, detail: str) -> None:
        self._end()
        if self._shown:
            self._dialog.reject()
        self._window.tell(tr("The tables cannot be read"), sentence, detail)

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        looker = self._looker
        looker.stop()
        looker.previewed.disconnect(self._previewed)
        looker.progressed.disconnect(self._dialog.set_waiting)
        looker.finished.disconnect(self._finished)
        looker.failed.disconnect(self._failed)
        self.deleteLater()
