"""States of the whole window and of small dialogs that no other module draws."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import evidence_pictures
import search_pictures
from PySide6.QtCore import QSettings
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from samples import NEEDS, make_project, measurement, model_change, suggest_everything, trend

from adme_labeler import protocol
from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import ModelState, ModelVersion
from adme_labeler.gui import words
from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.dialogs.files import BackupDialog
from adme_labeler.gui.dialogs.guideline_editor import GuidelineEditor
from adme_labeler.gui.dialogs.preferences import PreferencesDialog
from adme_labeler.gui.dialogs.project_settings import ProjectSettingsDialog
from adme_labeler.gui.dialogs.scheme_page import SchemePage
from adme_labeler.gui.import_bar import ImportView
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.recall_panel import RecallView
from adme_labeler.gui.training_cards import OutcomeView
from adme_labeler.gui.training_panel import TrainingView, VersionRow
from adme_labeler.gui.unfound_card import UnfoundView
from adme_labeler.services import annotating, ended_runs, guideline
from adme_labeler.services.annotating import Shown
from adme_labeler.services.project_settings import ProjectSettings
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from adme_labeler.storage.backups import Backup

KEPT: list[object] = []
"""What must outlive the picture: a session beside a read-only one, a dialog's window."""


def new_window(session: Session | None = None) -> MainWindow:
    folder = Path(tempfile.mkdtemp(prefix="states-"))
    settings = QSettings(str(folder / "w.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Preferences(settings))
    made.resize(1280, 720)
    if session is not None:
        made.show_session(session, place=False, jobs=False)
    return made


def project(suggested: bool = True) -> Session:
    folder = Path(tempfile.mkdtemp(prefix="states-"))
    opened = make_project(folder / "cardiology-2026.adme", held_out=True)
    if suggested:
        suggest_everything(opened)
    return opened


def opened(suggested: bool = True) -> MainWindow:
    return new_window(project(suggested))


# --------------------------------------------------------------------------- the window


def read_only() -> MainWindow:
    writer = project()
    KEPT.append(writer)
    return new_window(Session.open(writer.path, "curator", read_only=True))


def decided() -> MainWindow:
    session = project()
    for sentence in sentences.in_document_order(session.connection):
        annotating.decide(session, sentence, CategoryKey("M"), Shown(blind=True))
    return new_window(session)


def ran(*idents: str, made: Callable[[], MainWindow] = opened) -> MainWindow:
    window = made()
    for ident in idents:
        window.run(ident)
    return window


def filtered() -> MainWindow:
    made = opened()
    made.project.work.labels.filter.setText("warfarin")
    return made


def importing() -> MainWindow:
    made = opened()
    made.project.work.imports.show_import(
        ImportView("Importing", "Reading labels.zip · file 3 of 12 · 4,120 sentences", True, 0.25)
    )
    return made


def conflicts() -> MainWindow:
    session = project()
    first = sentences.in_document_order(session.connection)[0]
    for curator, key in (("ana", "M"), ("ben", "A")):
        session.curator = curator
        annotating.decide(session, first, CategoryKey(key), Shown())
    session.curator = "curator"
    return ran("queue-conflicts", made=lambda: new_window(session))


def looks_wrong() -> MainWindow:
    session = project()
    ids = sentences.in_document_order(session.connection)[:4]
    for sentence in ids:
        annotating.decide(session, sentence, CategoryKey("A"), Shown())
    made = new_window(session)
    made.run("queue-wrong")
    found = (protocol.SuspectFound(ids[0], "A", "M", "x", "M", 0.9, 2),)
    made.project.suggester.answered.emit(protocol.Examined(4, 4, found))
    return made


def dragging() -> MainWindow:
    made = new_window()
    made.welcome._dragging = True
    return made


def toured(step: int) -> MainWindow:
    made = opened()
    made.show()
    QApplication.sendPostedEvents()
    for ident in ("tour", *("tour-next",) * step):
        made.run(ident)
    return made


def menu(title: str) -> QMenu:
    made = search_pictures.window()
    KEPT.append(made)
    made.show_actions()
    found = next(
        a.menu() for a in made.menuBar().actions() if a.text().replace("&", "") == words.menu(title)
    )
    assert isinstance(found, QMenu)
    return found


# --------------------------------------------------------------------------- the right side


def outcome(title: str, reason: str, tone: str, **more: object) -> QWidget:
    view = RecallView(measurement(), 7, 2, model_change(6), trend=trend(), needs=NEEDS)
    rows = evidence_pictures.VERSIONS
    if "candidate" in more:
        waits = VersionRow(ModelVersion(8), ModelState.CANDIDATE, "14:40", "446 annotations",
                           "found 71 of 89")  # fmt: skip
        rows = (waits, *rows)
    shown = OutcomeView(title, reason, tone, hint=str(more.get("hint", "")),
                        detail=str(more.get("detail", "")))  # fmt: skip
    candidate = ModelVersion(8) if "candidate" in more else None
    trained = TrainingView(None, shown, rows, candidate, True)
    return evidence_pictures.alone(evidence_pictures.side(view, UnfoundView(), trained))


def no_encoder() -> QWidget:
    sentence = "The encoder folder /data/encoders/minilm is not there; choose another one."
    return outcome(
        "Training failed", sentence, "danger", hint=ended_runs.hint(sentence, ""), detail=sentence
    )


# --------------------------------------------------------------------------- dialogs


def asked(ident: str) -> QDialog:
    """The dialog that an action of the window opens."""
    made = opened()
    KEPT.append(made)
    made.run(ident)
    return next(d for d in made.findChildren(QDialog) if d.isVisible())


def preferences(page: str, key: str = "") -> PreferencesDialog:
    folder = Path(tempfile.mkdtemp(prefix="states-"))
    stored = Preferences(QSettings(str(folder / "w.ini"), QSettings.Format.IniFormat))
    dialog = PreferencesDialog(stored, lambda: None)
    dialog.pages.choose(page)
    if key:
        dialog.keys.table.selectRow(12)
        dialog.keys.pressed.setKeySequence(QKeySequence(key))
    return dialog


def settings(page: str, wrong: bool = False, writable: bool = True) -> ProjectSettingsDialog:
    categories = SchemePage(ADME, lambda key: "", "")
    dialog = ProjectSettingsDialog(
        ProjectSettings(), "Ana", lambda folder: Path(), categories, writable
    )
    dialog.pages.choose(page)
    if wrong:
        dialog.model._say("The folder /data/encoders/minilm has no file config.json.", "danger")
    return dialog


def editor() -> GuidelineEditor:
    standing = guideline.Guideline(2, guideline.shipped_text(), {})
    dialog = GuidelineEditor(ADME, standing, lambda keys: 14 * len(keys))
    dialog.editor.setPlainText(
        standing.text.replace("activation of a prodrug", "activation of prodrugs")
    )
    dialog.settle()
    return dialog


def backups(number: int) -> BackupDialog:
    reasons = ("", "", "schema3", "restore")
    found = [
        Backup(
            Path(f"cardiology-2026.2026030{n + 1}-140207.adme"),
            datetime(2026, 3, n + 1, 14, 2, 7, tzinfo=UTC),
            reasons[n],
            3_100_000 + n * 40_000,
        )
        for n in reversed(range(number))
    ]
    return BackupDialog(Path("cardiology-2026.adme"), found)


PICTURES: dict[str, Callable[[], QWidget]] = {
    "window-no-suggestion": partial(opened, False),
    "window-read-only": read_only,
    "window-decided": decided,
    "window-hidden": lambda: ran("hide"),
    "window-less-context": lambda: ran("context"),
    "window-flagged-empty": lambda: ran("queue-flagged"),
    "window-unsure-empty-list": lambda: ran("view-list", "queue-unsure"),
    "window-no-label-matches": filtered,
    "window-importing": importing,
    "window-conflicts": conflicts,
    "window-looks-wrong": looks_wrong,
    "window-tour-1": lambda: toured(0),
    "window-tour-3": lambda: toured(2),
    "window-tour-4": lambda: toured(3),
    "window-empty": lambda: new_window(
        Session.create(Path(tempfile.mkdtemp(prefix="states-")) / "new.adme", "curator")
    ),
    "welcome-first": lambda: new_window(),
    "welcome-dragging": dragging,
    "menu-sentence": lambda: menu("Sentence"),
    "menu-queue": lambda: menu("Queue"),
    "evidence-better": lambda: outcome(
        "Version 8 is active: it finds more",
        "Finds 6 more of 89 held-out sentences of 6 drugs (macro-F1 +0.05, 0.01 to 0.09).",
        "success",
    ),
    "evidence-worse": lambda: outcome(
        "Version 8 was not promoted: it finds less",
        "The new model scores lower: -6.4 points of macro-F1 on 207 held-out sentences of 6 drug "
        "groups (95 % interval -11.2 to -2.1).",
        "warning",
        candidate=True,
    ),
    "evidence-no-encoder": no_encoder,
    "dialog-split": lambda: asked("split"),
    "dialog-preferences": lambda: preferences("appearance"),
    "dialog-preferences-keys": lambda: preferences("keys"),
    "dialog-preferences-taken": lambda: preferences("keys", "F"),
    "dialog-settings": lambda: settings("deciding"),
    "dialog-settings-encoder": lambda: settings("model"),
    "dialog-settings-encoder-wrong": lambda: settings("model", wrong=True),
    "dialog-settings-read-only": lambda: settings("deciding", writable=False),
    "dialog-guideline-editor": editor,
    "dialog-backups": lambda: backups(4),
    "dialog-backups-none": lambda: backups(0),
    "dialog-cannot-open": lambda: Message(
        "This project cannot be opened",
        "The file wrong.adme is no project of this program, or it is damaged. Restore a backup "
        "with File › Restore a backup.",
    ),
}
