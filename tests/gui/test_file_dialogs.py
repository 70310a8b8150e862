"""Dialogs for files, beside a project that is open."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtWidgets import QFileDialog, QTreeView, QWidget

from adme_labeler.gui.dialogs import files
from adme_labeler.storage.project import Project

VIEWER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM setting").fetchall()
connection.close()
"""


def test_a_file_dialog_looks_into_no_project_that_is_open(tmp_path, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    with Project.create(tmp_path / "study") as project:
        dialog = files.ask_save(
            window, "Export", ("All files (*)",), tmp_path / "study.xlsx", lambda chosen: None
        )
        qtbot.waitUntil(lambda: "study.adme" in shown(dialog), timeout=10_000)
        dialog.reject()
        subprocess.run([sys.executable, "-c", VIEWER, project.path], check=True, timeout=60)
        assert project.path.with_name("study.adme-wal").exists(), "its locks were gone"


def shown(dialog: QFileDialog) -> set[str]:
    """Names in the table of the dialog; the type of each file is read as well."""
    view = dialog.findChild(QTreeView)
    assert view is not None
    model, root = view.model(), view.rootIndex()
    rows = range(model.rowCount(root))
    cells = [[str(model.index(row, c, root).data()) for c in range(3)] for row in rows]
    return {row[0] for row in cells}
