"""Saved filters and bulk acceptance: each function shows one dialog and passes the answer on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from adme_labeler.domain.records import SentenceId
from adme_labeler.gui.dialogs.bulk import BulkDialog, Scope
from adme_labeler.gui.dialogs.filters import FiltersDialog, NameDialog
from adme_labeler.gui.label_list import short_title
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.language import tr
from adme_labeler.services import bulk, finding
from adme_labeler.services.queue import QueueKind
from adme_labeler.storage import sentences

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow


def save_filter(window: MainWindow) -> None:
    """Name the present search and keep it in the project."""
    project = window.project
    if project is None:
        return
    written = project.work.search.text().strip()
    if not written:
        project.work.status.answer(
            tr("Search first (/): then Ctrl+D keeps the search as a filter.")
        )
        return
    finding.check(project.session, written)

    def save(name: str) -> None:
        project.bus.publish(finding.save_filter(project.session, name, written))

    dialog = NameDialog(tr("Save the search as a filter"), written, "", save, window)
    window.ask(dialog, lambda: project.work.status.answer(tr("The filter is saved in the project")))


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

        asked = NameDialog(tr("Rename the filter"), written, name, save, dialog)
        window.ask(asked, dialog.show_filters)

    dialog = FiltersDialog(
        lambda: finding.saved_filters(session), rename, delete, window, not session.read_only
    )
    window.ask(dialog, lambda: None)


def accept_many(window: MainWindow) -> None:
    """Accept the suggestions of what the search found, of the queue, or of all drug labels."""
    project = window.project
    if project is None:
        return
    session = project.session

    def texts(ids: Sequence[SentenceId]) -> dict[SentenceId, tuple[str, str]]:
        shelf = project.desk.shelf
        found = sentences.get(session.connection, ids)
        return {s.id: (s.text, short_title(shelf[s.label].title)) for s in found}

    calibrated = bulk.calibrated(session)
    dialog = BulkDialog(session.scheme, _scopes(project), texts, calibrated, window)

    def accept() -> None:
        chosen = dialog.chosen()
        number = len(chosen)
        project.writes.do(
            number,
            tr("Accepting {count:,} suggestions", count=number),
            lambda own: bulk.accepting(own, chosen),
            accepted,
        )

    def accepted(outcome: bulk.Outcome) -> None:
        project.bus.publish(outcome.changes)
        project.work.status.answer(outcome.said)

    window.ask(dialog, accept)


def _scopes(project: ProjectView) -> list[Scope]:
    """What is on screen first: a search, else a queue that is not all of the drug labels."""
    session, desk = project.session, project.desk
    everything = Scope(tr("All drug labels"), partial(bulk.reading, session))
    if desk.searching:
        name = tr("What the search found") if desk.found is not None else tr("What is listed")
        return [Scope(name, partial(bulk.reading, session, desk.ids())), everything]
    if desk.kind is not QueueKind.DOCUMENT and desk.items:
        return [Scope(tr("This queue"), partial(bulk.reading, session, desk.ids())), everything]
    return [everything]
