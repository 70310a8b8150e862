"""About shows the licences of what the program is made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from adme_labeler import paths
from adme_labeler.gui.dialogs.licences import LicencesDialog
from adme_labeler.gui.dialogs.reports import AboutDialog
from adme_labeler.services import licences


def test_about_leads_to_the_licences(qtbot: QtBot) -> None:
    about = AboutDialog()
    qtbot.addWidget(about)
    about.licences.click()
    (dialog,) = about.findChildren(LicencesDialog)
    names = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert any(name.startswith("torch 2.") for name in names)
    dialog.list.setCurrentRow(next(i for i, n in enumerate(names) if n.startswith("gt-all")))
    assert "MIT License" in dialog.text.toPlainText()


def test_an_installed_program_names_what_pip_installed() -> None:
    found = {c.name.casefold(): c for c in licences.components()}
    assert "LGPL" in found["pyside6_essentials"].licence
    assert found["transformers"].licence.startswith("Apache")
    assert [c.name for c in found.values() if not c.version] == []


def test_a_packaged_program_names_what_its_bill_of_materials_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "licences"
    (place / "alpha").mkdir(parents=True)
    (place / "alpha" / "COPYING").write_text("Do as you like.")
    component = {
        "type": "library",
        "name": "alpha",
        "version": "1.5",
        "licenses": [{"license": {"id": "MIT"}}],
        "properties": [{"name": licences.TEXTS, "value": "alpha"}],
    }
    (place / "sbom.cdx.json").write_text(json.dumps({"components": [component]}))
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    (alpha,) = licences.components()
    assert (alpha.name, alpha.version, alpha.licence) == ("alpha", "1.5", "MIT")
    assert alpha.text() == "Do as you like."
