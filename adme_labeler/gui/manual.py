"""The manual in the browser, opened at the page about what has the focus.

It is shipped as a folder of pages; in a checkout `make docs` builds it. Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from adme_labeler import paths
from adme_labeler.language import tr

FIRST_PAGE = "index"

PAGES: Mapping[str, str] = {
    # panels
    "WelcomePage": "getting-started",
    "Tour": "getting-started",
    "Toolbar": "queues",
    "SentenceList": "queues#the-list",
    "LabelList": "deciding",
    "ReadingPane": "deciding",
    "DecisionBar": "deciding",
    "SearchLine": "search",
    "ImportBar": "importing#stopping-and-going-on",
    "RecallPanel": "how-good-is-my-model",
    "UnfoundCard": "how-good-is-my-model#what-is-still-out-there",
    "TrainingPanel": "training",
    "StatusBar": "projects",
    # dialogs
    "ImportDialog": "importing",
    "ColumnsDialog": "importing#tables",
    "ImportReport": "importing#what-came-of-it",
    "LabelDiffDialog": "importing#new-versions-of-a-drug-label",
    "IdenticalDialog": "deciding#the-same-sentence-elsewhere",
    "IdenticalEverywhereDialog": "deciding#the-same-sentence-elsewhere",
    "NoteDialog": "deciding",
    "SplitDialog": "deciding#a-sentence-cut-in-the-wrong-place",
    "BulkDialog": "deciding#many-at-once",
    "HistoryDialog": "deciding#taking-back",
    "NameDialog": "search",
    "FiltersDialog": "search",
    "AuditDialog": "how-good-is-my-model#what-is-still-out-there",
    "QualityDialog": "queues#checking-decisions",
    "VersionsDialog": "training#versions",
    "HeldOutDialog": "how-good-is-my-model#held-out-drugs",
    "ExportDialog": "exporting",
    "MergeDialog": "exporting#merging-an-edited-table",
    "MergeOrImportDialog": "exporting#merging-an-edited-table",
    "WritingDialog": "deciding#many-at-once",
    "BackupDialog": "projects#backups",
    "ProjectSettingsDialog": "extending",
    "GuidelineEditor": "extending#your-own-guideline",
    "GuideDialog": "keys",
    "PreferencesDialog": "keys#other-keys",
    "AboutDialog": "privacy",
    "LicencesDialog": "privacy",
    "Message": "troubleshooting",
}
"""Class of a panel or dialog -> page, with the heading on it."""


def page_for(focused: QWidget | None) -> str:
    """Page about the innermost panel or dialog around the widget that has the focus."""
    while focused is not None:
        for kind in type(focused).__mro__:
            if kind.__name__ in PAGES:
                return PAGES[kind.__name__]
        focused = focused.parentWidget()
    return FIRST_PAGE


def show(focused: QWidget | None, tell: Callable[[str, str], object]) -> Path | None:
    """Open the page in the browser; `tell` gets title and sentence where that cannot be done.

    Returns the file that was opened: where no browser comes, the curator can open it."""
    folder = paths.manual()
    if folder is None:
        tell(
            tr("The manual is not here"),
            tr(
                "The manual is not built yet: “make docs” in the folder of the source builds it. "
                "H shows the guideline and the keys."
            ),
        )
        return None
    page, _, heading = page_for(focused).partition("#")
    file = folder / f"{page}.html"
    url = QUrl.fromLocalFile(str(file))
    if heading:
        url.setFragment(heading)
    if not QDesktopServices.openUrl(url):
        tell(
            tr("The manual cannot be shown"),
            tr("No browser opens the manual; open the file {file} yourself.", file=file),
        )
        return None
    return file
