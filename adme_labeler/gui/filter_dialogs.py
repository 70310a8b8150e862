"""Saved filters and bulk acceptance: each function shows one dialog and passes the answer on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adme_labeler.gui.dialogs.filters import FiltersDialog, NameDialog
from adme_labeler.services import finding

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow


def save_filter(window: MainWindow) -> None:
    """Name the present search and keep it in the project."""
    project = window.project
    if project is None:
        return
    written = project.work.search.text().strip()
    if not written:
        project.work.status.say("Search first (/): then Ctrl+D keeps the search as a filter.")
        return
    finding.check(project.session, written)

    def save(name: str) -> None:
        project.bus.publish(finding.save_filter(project.session, name, written))

    dialog = NameDialog("Save the search as a filter", written, "", save, window)
    window.ask(dialog, lambda: project.work.status.say("The filter is saved in the project"))


def manage_filters(window: MainWindow) -> None:
    """Rename and delete saved filters."""
    project = window.project
    if project is None:
        return
    session = project.session

    def delete(name: str) -> None:
        project.bus.publish(finding.remove_filter(session, name))

    def rename(name: str) -> None:
        written = finding.saved_filters(session)[name]

        def save(new: str) -> None:
            project.bus.publish(finding.save_filter(session, new, written, replaces=name))

        asked = NameDialog("Rename the filter", written, name, save, dialog)
        window.ask(asked, dialog.show_filters)

    dialog = FiltersDialog(
        lambda: finding.saved_filters(session), rename, delete, window, not session.read_only
    )
    window.ask(dialog, lambda: None)
