"""The settings of the open project: asking for them and putting them in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from adme_labeler.domain.problems import Problem
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.gui.dialogs.scheme_page import SchemePage
from adme_labeler.language import tr
from adme_labeler.services import encoders, project_settings, schemes

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow
    from adme_labeler.gui.project_view import ProjectView


def ask(window: MainWindow) -> None:
    project = window.project
    if project is None:
        return
    opened = project.session
    standing = project_settings.read(opened)
    dialog = ProjectSettingsDialog(
        standing,
        opened.curator,
        lambda folder: encoders.write_job(opened, folder),
        SchemePage(opened.scheme, lambda key: schemes.why_kept(opened, key), _busy(project)),
        not opened.read_only,
        window,
    )

    def save() -> None:
        wanted = dialog.chosen()
        try:
            project.bus.publish(project_settings.save(opened, wanted))
            recut = schemes.save(opened, dialog.categories.chosen())
        except Problem as problem:
            window.tell(tr("The settings were not saved"), str(problem))
            return
        if wanted.encoder != standing.encoder:
            project.suggester.restart()
        name = dialog.curator()
        if name and name != opened.curator:
            window.preferences.curator = name
            _open_again(window, opened.path)
        else:
            project.bus.publish(recut)

    dialog.held_out_asked.connect(lambda: window.run("held-out"))
    window.ask(dialog, save)


def _busy(project: ProjectView) -> str:
    """Why the categories cannot be changed now: their change opens the project again."""
    if project.trainer.busy():
        return tr("The categories can be changed once the training has ended.")
    if project.importer.running():
        return tr("The categories can be changed once the import has ended.")
    return ""


def _open_again(window: MainWindow, path: Path) -> None:
    """Another curator decides from now on: everything that is shown is read again."""

    def reopen() -> None:
        window.open_path(path)

    window.leave_project(reopen)
