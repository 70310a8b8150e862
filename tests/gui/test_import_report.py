"""The report on imports, and the dialog before one, by what they show."""

from __future__ import annotations

from pathlib import Path

from import_pictures import LONG, headings, labels, many
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from adme_labeler.gui.controls import Text
from adme_labeler.gui.dialogs.import_dialog import ImportDialog
from adme_labeler.gui.dialogs.import_report import ImportReport


def test_the_row_in_focus_says_in_full_where_it_comes_from_and_why(qtbot):
    dialog = ImportReport([many()], labels, headings)
    qtbot.addWidget(dialog)
    dialog.show()
    below = dialog.findChildren(Text)[-1]
    assert below.text() == "/home/ana/labels/broken.zip\nbroken.zip is no complete zip archive."
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    assert below.text().endswith("scan.pdf has no text: it is a scan.")
    dialog.pages.choose("labels")
    assert f"{LONG}/rx/bad.xml" in below.text()


def test_the_report_in_the_window_has_no_words_of_the_command_line(qtbot):
    dialog = ImportReport([many()], labels, headings)
    qtbot.addWidget(dialog)
    reasons = [dialog.model.index(row, 5).data() for row in range(dialog.model.rowCount())]
    assert any("tick their kind when adding files." in reason for reason in reasons)
    assert reasons[0] == "… is no complete zip archive.", "the name stands in the row already"
    assert not any("--" in reason for reason in reasons)


def test_a_dialog_with_documents_opens_high_enough_for_its_fields(qtbot):
    dialog = ImportDialog([Path(f"label {n}.pdf") for n in range(3)], "ann")
    assert not dialog.drugs.isWindow() and not dialog.read.isWindow()
    qtbot.addWidget(dialog)
    dialog.show()
    first = next(iter(dialog.drugs.fields.values()))
    assert first.height() >= first.sizeHint().height()
    assert all(b.height() >= b.sizeHint().height() for b in dialog.kinds.values())
