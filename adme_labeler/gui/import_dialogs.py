"""The report on imports: showing it, and writing it to a file in a worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.gui.dialogs import files
from adme_labeler.gui.dialogs.import_report import ImportReport
from adme_labeler.gui.jobs import Job
from adme_labeler.gui.processes import WorkerProcess
from adme_labeler.language import tr
from adme_labeler.services import import_reports
from adme_labeler.services.runs import WorkerRun

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow
    from adme_labeler.gui.project_view import ProjectView

_REPORTS = (tr("Comma-separated (*.csv)"), tr("Excel workbook (*.xlsx)"))


def show_report(window: MainWindow) -> None:
    """Every import of the project, the newest first."""
    project = window.project
    if project is None:
        return
    opened = project.session
    dialog = ImportReport(
        import_reports.runs(opened),
        lambda run: import_reports.labels(opened, run),
        lambda run: import_reports.headings(opened, run),
        window,
    )
    dialog.export_asked.connect(lambda run: _ask_where(window, project, run))
    window.ask(dialog, lambda: None)


def _ask_where(window: MainWindow, project: ProjectView, run: int) -> None:
    proposal = project.session.path.with_name(f"{project.session.path.stem}-imports.csv")

    def write(chosen: list[Path]) -> None:
        job = _ReportJob(project.session, project.bus, project)
        job.said.connect(project.work.status.say)
        try:
            job.start(chosen[0], run, lambda sentence: window.tell(tr("The report"), sentence))
        except Problem as problem:
            window.tell(tr("The report cannot be written"), str(problem))

    files.ask_save(window, tr("Export the report"), _REPORTS, proposal, write)


class _ReportJob(Job):
    def start(self, target: Path, run: int, tell: Callable[[str], None]) -> None:
        """Raises ExportProblem when the job cannot even be written down."""
        job = import_reports.write_job(self.session, target, run)
        self._tell = tell
        self.worker = WorkerProcess("report", str(job), parent=self)
        self.worker.ended.connect(self._ended)
        self.worker.start()

    def _ended(self, run: WorkerRun) -> None:
        if isinstance(run.outcome, protocol.ExportDone):
            self.said.emit(
                tr(
                    "{rows:,} rows written to {name}",
                    rows=run.outcome.rows,
                    name=Path(run.outcome.out).name,
                )
            )
        elif isinstance(run.outcome, protocol.Failed):
            self._tell(run.outcome.sentence)
        self.deleteLater()
