from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel
from windows import keys

from adme_labeler import paths
from adme_labeler.gui import manual
from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.dialogs.files import BackupDialog
from adme_labeler.gui.dialogs.note import NoteDialog

DOCS = Path(__file__).parents[2] / "docs"
GUI = Path(manual.__file__).parent


def classes() -> dict[str, list[str]]:
    """Every class of the room gui with the names of what it is derived from."""
    return {
        node.name: [ast.unparse(base) for base in node.bases]
        for path in GUI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }


class Browser(QObject):
    """Stands where the curator's browser does: Qt hands it what it would open."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url)

    def pages(self) -> list[str]:
        return [Path(u.path()).name + (f"#{u.fragment()}" * u.hasFragment()) for u in self.opened]


@pytest.fixture
def browser(tmp_path, monkeypatch):
    (tmp_path / "manual").mkdir()
    monkeypatch.setattr(paths, "manual", lambda: tmp_path / "manual")
    found = Browser()
    QDesktopServices.setUrlHandler("file", found, "open")
    yield found
    QDesktopServices.unsetUrlHandler("file")


@pytest.mark.parametrize("page", sorted({*manual.PAGES.values(), manual.FIRST_PAGE}))
def test_every_page_that_f1_opens_is_written_and_has_its_heading(page):
    name, _, heading = page.partition("#")
    text = (DOCS / f"{name}.md").read_text("utf-8")
    titles = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    assert not heading or heading in {slugify(title, "-") for title in titles}


def test_every_dialog_has_its_page():
    known = classes()
    missing = {
        name
        for name, bases in known.items()
        if "Dialog" in bases and name not in manual.PAGES and not name.startswith("_")
    }
    assert not missing
    assert not set(manual.PAGES) - set(known), "no longer in the program"


def test_f1_opens_the_page_of_what_has_the_focus(window, browser):
    window.welcome.setFocus()
    keys(window, Qt.Key.Key_F1)
    assert browser.pages() == ["getting-started.html"]


def test_f1_in_the_field_of_a_dialog_opens_the_page_of_that_dialog(window, browser, qtbot):
    dialog = NoteDialog("Talvorexin is absorbed slowly.", "", window)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget() or window))
    keys(window, Qt.Key.Key_F1)
    assert browser.pages() == ["deciding.html"]
    dialog.close()


def test_the_heading_on_the_page_is_passed_on(window, browser, tmp_path):
    dialog = BackupDialog(tmp_path / "trial.adme", [], window)
    manual.show(dialog, window.tell)
    assert browser.pages() == ["projects.html#backups"]


def test_without_a_built_manual_f1_says_how_to_build_it(window, monkeypatch):
    monkeypatch.setattr(paths, "manual", lambda: None)
    keys(window, Qt.Key.Key_F1)
    (told,) = window.findChildren(Message)
    said = " ".join(label.text() for label in told.findChildren(QLabel))
    assert "make docs" in said
    told.close()


def test_the_manual_is_found_where_make_docs_builds_it(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "adme_labeler")
    assert paths.manual() is None
    shipped = tmp_path / "resources" / "manual"
    shipped.mkdir(parents=True)
    (shipped / "index.html").write_text("shipped")
    assert paths.manual() == shipped
    built = tmp_path / "build" / "docs"
    built.mkdir(parents=True)
    (built / "index.html").write_text("built")
    assert paths.manual() == built
