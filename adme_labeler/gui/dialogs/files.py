"""Choosing files: which ones, where to write, and which backup to restore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from PySide6.QtCore import QFileInfo
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QFileDialog, QFileIconProvider, QRadioButton, QWidget

from adme_labeler.gui import words
from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.base import Dialog
from adme_labeler.language import tr
from adme_labeler.storage.backups import Backup

LABEL_FILES = (
    tr(
        "Drug labels (*.xml *.zip *.json *.xlsx *.xls *.ods *.csv *.tsv *.tab *.pdf *.docx *.html "
        "*.htm *.txt *.gz)"
    ),
    tr("All files (*)"),
)
PROJECTS = (tr("Projects (*.adme)"), tr("All files (*)"))


def ask_open(
    parent: QWidget,
    title: str,
    filters: Sequence[str],
    chosen: Callable[[list[Path]], None],
    many: bool = False,
) -> QFileDialog:
    """Ask for existing files; `chosen` is called with at least one path, or never."""
    dialog = QFileDialog(parent, title)
    mode = QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile
    dialog.setFileMode(mode)
    dialog.setNameFilters(list(filters))
    return _ask(dialog, chosen)


def ask_folder(parent: QWidget, title: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask for a folder that exists; `chosen` is called with it, or never."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _ask(dialog, lambda paths: chosen(paths[0]))


def ask_save(
    parent: QWidget,
    title: str,
    filters: Sequence[str],
    proposal: Path,
    chosen: Callable[[list[Path]], None],
) -> QFileDialog:
    """Ask where to write; the suffix follows the filter where none is typed."""
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(proposal.suffix.lstrip("."))
    dialog.filterSelected.connect(lambda used: dialog.setDefaultSuffix(_suffix(used)))
    dialog.setDirectory(str(proposal.parent))
    dialog.selectFile(proposal.name)
    return _ask(dialog, chosen)


class BackupDialog(Dialog):
    """Which backup to restore; `chosen()` after `accepted`."""

    def __init__(
        self, project: Path, backups: Sequence[Backup], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Restore a backup"), parent, 520)
        self._backups = backups
        self._choices: list[QRadioButton] = []
        if not backups:
            said = tr("There is no backup of {name} yet.", name=project.name)
        else:
            said = tr("The present file is put aside, not deleted.")
        self.body.addWidget(Text(said, "controls", "secondary", wrap=True))
        for backup in backups[:12]:
            choice = QRadioButton(_of_backup(backup))
            choice.setToolTip(str(backup.path))
            self._choices.append(choice)
            self.body.addWidget(choice)
        if self._choices:
            self._choices[0].setChecked(True)
        self.add_close(tr("Cancel"), default=not backups)
        go = self.add_button(tr("Restore"), default=bool(backups))
        go.setEnabled(bool(backups))
        go.clicked.connect(self.accept)

    def chosen(self) -> Path | None:
        for backup, choice in zip(self._backups, self._choices, strict=False):
            if choice.isChecked():
                return backup.path
        return None


class _ByName(QFileIconProvider):
    """Icons and types by name alone: looking into an open project would end SQLite's locks on it
    (see `storage.write_ahead`)."""

    def icon(self, what: QFileInfo | QAbstractFileIconProvider.IconType) -> QIcon:
        kinds = QAbstractFileIconProvider.IconType
        if isinstance(what, QFileInfo):
            what = kinds.Folder if what.isDir() else kinds.File
        return super().icon(what)

    def type(self, info: QFileInfo) -> str:
        return tr("Folder") if info.isDir() else info.suffix().upper()


@cache
def _by_name() -> _ByName:
    """One for all: a dialog does not own the one that it asks."""
    return _ByName()


def _ask(dialog: QFileDialog, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    def accepted() -> None:
        paths = [Path(name) for name in dialog.selectedFiles()]
        if paths:
            chosen(paths)

    dialog.setIconProvider(_by_name())
    dialog.accepted.connect(accepted)
    dialog.finished.connect(lambda _: dialog.deleteLater())
    dialog.open()
    return dialog


def _suffix(name_filter: str) -> str:
    return name_filter.partition("*.")[2].partition(")")[0].split()[0]


def _of_backup(backup: Backup) -> str:
    """When a backup was made, how large it is, and why where it was not routine."""
    moment = backup.at.astimezone()
    said = tr(
        "{day}, {time} · {size:.1f} MB",
        day=words.date(moment),
        time=f"{moment:%H:%M}",
        size=backup.size / 1e6,
    )
    if backup.reason.startswith("schema"):
        said = tr("{said} · before the project was upgraded", said=said)
    return said
