"""How decisions agree: the dialog, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adme_labeler.gui.main_window import MainWindow


def show(window: MainWindow) -> None:
    project = window.project
    if project is None:
        return
    from adme_labeler.gui.dialogs.quality import QualityDialog  # it draws what numpy counted
    from adme_labeler.services import decision_quality

    dialog = QualityDialog(decision_quality.report(project.session), window)
    dialog.asked.connect(window.run)
    window.ask(dialog, lambda: None)
