"""The import dialog asks for the drug of documents that do not say it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest

from adme_labeler.gui.dialogs.import_dialog import ImportDialog


def test_fields_stand_only_where_documents_without_data_come(qtbot):
    plain = ImportDialog([Path("a.xml"), Path("b.zip"), Path("c.csv")], "Curator 1")
    qtbot.addWidget(plain)
    assert not plain.drugs.isVisibleTo(plain)
    assert plain.drug_names() == {}
    loose = ImportDialog([Path("a.xml"), Path("b.PDF"), Path("c.docx")], "Curator 1")
    qtbot.addWidget(loose)
    assert loose.drugs.isVisibleTo(loose)
    assert [path.name for path in loose.drugs.fields] == ["b.PDF", "c.docx"]


def test_typed_names_come_back_by_path(qtbot, tmp_path):
    dialog = ImportDialog([tmp_path / "b.pdf", tmp_path / "c.txt"], "Curator 1")
    qtbot.addWidget(dialog)
    field = dialog.drugs.fields[tmp_path / "b.pdf"]
    assert field.accessibleName() == "Drug names of b.pdf"
    QTest.keyClicks(field, " Corvexa, velmoradine ,")
    assert dialog.drug_names() == {str(tmp_path / "b.pdf"): ("Corvexa", "velmoradine")}


def test_many_documents_can_be_scrolled_to(qtbot):
    dialog = ImportDialog([Path(f"{n}.pdf") for n in range(60)], "Curator 1")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.height() < 700
    assert len(dialog.drugs.fields) == 60


def test_tables_in_a_folder_can_be_declared_as_read(tmp_path, qtbot):
    folder = ImportDialog([tmp_path], "Ana")
    qtbot.addWidget(folder)
    assert not folder.was_read()
    folder.read.setChecked(True)
    assert folder.was_read()
    assert folder.read.text() == "The categories in tables of these files, if any, were read by Ana"
    labels = ImportDialog([Path("a.xml")], "Ana")
    qtbot.addWidget(labels)
    labels.read.setChecked(True)
    assert not labels.was_read()
