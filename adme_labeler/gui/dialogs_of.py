"""What the window asks and tells: each function shows one dialog and passes the answer on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from adme_labeler import paths, protocol
from adme_labeler.domain.problems import Problem, StorageProblem
from adme_labeler.domain.records import Sections
from adme_labeler.gui import import_dialogs, label_dialogs
from adme_labeler.gui.ask_columns import ask_columns
from adme_labeler.gui.dialogs import files
from adme_labeler.gui.dialogs.import_dialog import ImportDialog
from adme_labeler.gui.dialogs.note import NoteDialog
from adme_labeler.gui.dialogs.reports import AboutDialog, HeldOutDialog
from adme_labeler.gui.project_view import ProjectView
from adme_labeler.language import tr
from adme_labeler.services import annotating, importing, session
from adme_labeler.services.importing import ImportTally
from adme_labeler.services.session import Session
from adme_labeler.storage import backups, sentences

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow


def new_project(window: MainWindow, found: Sequence[Path]) -> None:
    """Ask for files where none were given, then for the project's name, then import."""
    if not found:
        files.ask_open(
            window,
            tr("Drug labels for the new project"),
            files.LABEL_FILES,
            lambda chosen: new_project(window, chosen),
            many=True,
        )
        return
    # One file gives its name; of many the first one's says nothing, their folder's does.
    named = found[0].stem if len(found) == 1 else found[0].absolute().parent.name
    proposal = paths.documents() / f"{named.split('.')[0] or 'project'}.adme"
    files.ask_save(
        window,
        tr("Name of the new project"),
        files.PROJECTS,
        proposal,
        lambda chosen: _create(window, chosen[0], found),
    )


def open_project(window: MainWindow) -> None:
    files.ask_open(
        window, tr("Open a project"), files.PROJECTS, lambda chosen: _open(window, chosen[0])
    )


def open_sample(window: MainWindow, folder: Path) -> None:
    """The sample project in `folder`; made where it is not there yet."""
    path = folder / "adme-sample.adme"
    try:
        there = path.exists()
    except OSError:  # a home that this account may not look into; said by `create`
        there = False
    if there:
        window.open_path(path)
        return
    try:
        opened = Session.create(path, window.preferences.curator)
    except StorageProblem as problem:
        elsewhere = tr("File > New project makes one in a folder that you choose.")
        window.tell(tr("The sample project cannot be made"), f"{problem} {elsewhere}")
        return
    window.show_session(
        opened, False, lambda project: _import(project, [paths.sample_labels() / "labels"])
    )


def import_files(window: MainWindow) -> None:
    files.ask_open(
        window,
        tr("Add drug labels"),
        files.LABEL_FILES,
        lambda chosen: ask_import(window, chosen),
        many=True,
    )


def ask_import(window: MainWindow, found: list[Path]) -> None:
    """Which part of these files, then import."""
    project = window.project
    if project is None:
        return
    dialog = ImportDialog(found, project.session.curator, window)

    def start() -> None:
        read_by = project.session.curator if dialog.was_read() else ""
        part, kinds, names = dialog.sections(), dialog.types(), dialog.drug_names()
        ask_columns(
            window,
            found,
            lambda layouts: project.importer.start(
                found, part, read_by, kinds, layouts=layouts, drug_names=names
            ),
        )

    window.ask(dialog, start)


def imported(window: MainWindow, tally: ImportTally) -> None:
    """Say what came; show the report only where something needs a look."""
    project = window.project
    if project is None:
        return
    project.work.status.say(tally.sentence)
    label_dialogs.offer_updates(project, tally)
    if tally.wants_a_look:
        import_dialogs.show_report(window)


def exported(window: MainWindow, done: protocol.ExportDone) -> None:
    if window.project is None:
        return
    said = tr("{rows:,} rows written to {name}", rows=done.rows, name=Path(done.out).name)
    window.project.work.status.say(said)
    if done.reports:
        window.tell(tr("Exported, with remarks"), f"{said}.", "\n".join(done.reports))


def note(window: MainWindow) -> None:
    project = window.project
    if project is None or project.desk.focus is None:
        return
    focus = project.desk.focus
    found = sentences.get(project.session.connection, [focus])
    own = annotating.annotation(project.session, focus)
    dialog = NoteDialog(found[0].text if found else "", own.note if own else "", window)
    window.ask(dialog, lambda: project.desk.set_note(dialog.text()))


def held_out(window: MainWindow) -> None:
    project = window.project
    if project is None:
        return
    dialog = HeldOutDialog(session.groups(project.session), window)

    def apply() -> None:
        out, back = dialog.chosen()
        for groups, held in ((out, True), (back, False)):
            if groups:
                project.bus.publish(importing.set_held_out(project.session, groups, held))
        if out or back:
            project.suggester.restart()

    window.ask(dialog, apply)


def about(window: MainWindow) -> None:
    window.ask(AboutDialog(window), lambda: None)


def restore(window: MainWindow) -> None:
    """Of the open project, or of one that is asked for (a damaged file cannot be opened)."""
    if window.project is None:
        files.ask_open(
            window,
            tr("Restore a backup of which project?"),
            files.PROJECTS,
            lambda chosen: window.backups.when_done(lambda: _ask_backup(window, chosen[0])),
        )
    else:
        _ask_backup(window, window.project.session.path)


def _ask_backup(window: MainWindow, project: Path) -> None:
    dialog = files.BackupDialog(project, backups.listed(project.resolve()), window)

    def restore_now() -> None:
        chosen = dialog.chosen()
        was_open = window.project is not None
        # No backup on the way out: the file is put aside as it is, and a new backup could push
        # the chosen one of the same hour out.
        window.leave_project(
            lambda: window.backups.when_done(lambda: _restore(window, project, chosen, was_open)),
            back_up=False,
        )

    window.ask(dialog, restore_now)


def _restore(window: MainWindow, project: Path, backup: Path | None, was_open: bool) -> None:
    try:
        aside = session.restore(project, backup)
    except Problem as problem:
        if was_open:
            window.open_path(project)
        window.tell(tr("The backup was not restored"), str(problem))
        return
    if window.open_path(project):
        window.tell(tr("Restored"), tr("The file as it was before is now {name}.", name=aside.name))


def _create(window: MainWindow, path: Path, found: Sequence[Path]) -> None:
    try:
        opened = Session.create(path, window.preferences.curator)
    except Problem as problem:
        window.tell(tr("The project cannot be made"), str(problem))
        return
    window.show_session(opened, False, lambda project: ask_import(window, list(found)))


def _open(window: MainWindow, path: Path) -> None:
    window.open_path(path)


def _import(project: ProjectView, found: list[Path]) -> None:
    project.importer.start(found, Sections.PHARMACOKINETICS)
