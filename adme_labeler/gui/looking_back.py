"""History, model versions and the audit: each function shows one dialog and passes its wish on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import ModelVersion, SentenceId
from adme_labeler.gui.dialogs.audit import AuditDialog
from adme_labeler.gui.dialogs.versions import VersionsDialog, version_lines
from adme_labeler.gui.history_panel import HistoryDialog
from adme_labeler.language import tr
from adme_labeler.services import audit_drawing
from adme_labeler.services import history as log_history
from adme_labeler.services import versions as model_versions
from adme_labeler.services.history import WayBack
from adme_labeler.storage import sentences

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow

_PRICES = (5, 20, 100)


def history(window: MainWindow) -> None:
    """The history beside the window: it stays while the curator goes to a sentence."""
    project = window.project
    if project is None:
        return
    for there in window.findChildren(HistoryDialog):
        there.activateWindow()
        there.search.setFocus()
        return
    dialog = HistoryDialog(project.session, window)

    def go_to(sentence: int) -> None:
        project.desk.go_to(SentenceId(sentence))
        project.show_list(False)

    def go_back(way: WayBack) -> None:
        title = tr("Going back to operation {number:,}", number=way.target)
        work = partial(log_history.going_back, way=way)
        project.writes.do(len(way.changes), title, work, went_back)

    def went_back(changes: Changes) -> None:
        project.desk.follow(changes)
        dialog.refresh()
        project.work.status.say(tr("Went back; one undo brings everything forward again"))

    dialog.sentence_asked.connect(go_to)
    dialog.back_asked.connect(lambda way: window.try_to(lambda: go_back(way)))
    project.bus.changed.connect(dialog.refresh_soon)
    project.left.connect(dialog.close)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


def versions(window: MainWindow) -> None:
    """Every model version; use or compare any of them."""
    project = window.project
    if project is None:
        return
    dialog = VersionsDialog(
        project.session.scheme,
        version_lines(project.session),
        lambda one, other: model_versions.compare(project.session, one, other),
        lambda ids: {s.id: s.text for s in sentences.get(project.session.connection, ids)},
        writable=not project.session.read_only,
        parent=window,
    )

    def listed(chosen: tuple[SentenceId, ...], what: str) -> None:
        dialog.accept()
        project.desk.show_ids(chosen, what)
        project.show_list(True)

    def use(version: int) -> None:
        dialog.accept()
        project.trainer.use(ModelVersion(version))

    dialog.use_asked.connect(use)
    dialog.list_asked.connect(listed)
    window.ask(dialog, lambda: None)


def audit_dialog(window: MainWindow) -> None:
    """How many sentences to draw; then they are drawn and read."""
    project = window.project
    if project is None:
        return
    pool = audit_drawing.pool_size(project.session)
    if not pool:
        project.work.status.say(
            tr("Nothing can be drawn: every sentence is decided, or no model has suggested yet.")
        )
        return
    from adme_labeler.statistics.audit import prices

    dialog = AuditDialog(pool, [(c.at_most, c.to_read) for c in prices(pool, _PRICES)], window)
    window.ask(dialog, lambda: project.evidence.draw_audit(dialog.count()))
