"""Draws every widget and dialog in every state into a folder: python gallery.py FOLDER."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import column_pictures
import evidence_pictures
import import_pictures
import merge_pictures
import quality_pictures
import scheme_pictures
import search_pictures
import state_pictures
import update_pictures
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget
from samples import (
    MARKS,
    NEEDS,
    document,
    drug_labels,
    make_project,
    measurement,
    model_change,
    suggest_everything,
    trend,
)

from adme_labeler.domain.categories import ADME, CategoryScheme
from adme_labeler.domain.records import AnnotationState, ModelState, SentenceId
from adme_labeler.gui import app as application
from adme_labeler.gui import theme
from adme_labeler.gui.decision_bar import HELD_OUT_SENTENCE, Decision
from adme_labeler.gui.dialogs.base import Message
from adme_labeler.gui.dialogs.guide import GuideDialog
from adme_labeler.gui.dialogs.licences import LicencesDialog
from adme_labeler.gui.dialogs.note import NoteDialog
from adme_labeler.gui.dialogs.reports import AboutDialog, HeldOutDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.gui.recall_panel import RecallView
from adme_labeler.gui.sentence_list import Row
from adme_labeler.gui.status_bar import Status
from adme_labeler.gui.training_cards import OutcomeView, RunView
from adme_labeler.gui.training_panel import TrainingView, VersionRow
from adme_labeler.gui.work_view import WorkView
from adme_labeler.protocol import Progress
from adme_labeler.services import session
from adme_labeler.services.session import Session

VERSIONS = (
    VersionRow(8, ModelState.CANDIDATE, "14:40", "446 annotations", "found 81 of 89"),
    VersionRow(7, ModelState.ACTIVE, "14:02", "378 annotations", "found 78 of 89"),
    VersionRow(6, ModelState.RETIRED, "03 Mar 09:12", "240 annotations", "found 58 of 71", False),
)
SHOWN = Decision(
    (0.01, 0.01, 0.14, 0.82, 0.02),
    "E",
    reason="likely Excretion, the rarest category so far",
    elsewhere=4,
    also=("M",),
)


def work_view(width: int = 1440, height: int = 870, scheme: CategoryScheme = ADME) -> WorkView:
    view = WorkView(scheme, _rows)
    view.labels.set_labels(drug_labels())
    view.labels.set_current(2)
    view.pane.set_document("Mirtacaine", document())
    view.pane.set_marks(MARKS)
    view.bar.show_decision(SHOWN)
    view.bar.set_undo("Excretion: The terminal half-life")
    view.recall.show_recall(
        RecallView(measurement(), 7, 2, model_change(6), trend=trend(), needs=NEEDS)
    )
    view.training.show_training(TrainingView(versions=VERSIONS, candidate=8, can_roll_back=True))
    view.status.show_status(
        Status("14:02:07", "", 432, 1264, 96, 5.1, "version 7.2 suggests", "all-MiniLM · offline")
    )
    view.toolbar.set_training(False, 34, True)
    view.toolbar.set_counts(3, 12)
    view.toolbar.queues.set_current("rarest")
    view.resize(width, height)
    view.pane.focus_sentence(SentenceId(5))
    return view


def blind() -> WorkView:
    view = work_view()
    view.labels.set_current(5)
    view.bar.show_decision(Decision(hidden=HELD_OUT_SENTENCE))
    return view


def decided() -> WorkView:
    view = work_view()
    view.pane.focus_sentence(SentenceId(4))
    view.bar.show_decision(
        replace(SHOWN, decided="M", also=("E",), flagged=True, note="A note", elsewhere=0)
    )
    return view


def training() -> WorkView:
    view = work_view()
    run = RunView("Training version 8", "412 annotations · 14:02", Progress("", 148, 240, 2, 38))
    view.training.show_training(TrainingView(run, None, VERSIONS[1:], None, True))
    view.toolbar.set_training(True, 3, True)
    return view


def failed() -> WorkView:
    view = work_view()
    outcome = OutcomeView(
        "Training failed",
        "The disk is full: make room and resume, the last checkpoint is kept.",
        "danger",
        True,
        "OSError: No space left on device",
    )
    view.training.show_training(TrainingView(None, outcome, VERSIONS[1:]))
    view.status.show_status(Status(problem="Not saved", decided=432, total=1264))
    return view


def better() -> WorkView:
    view = work_view()
    reason = "Finds 6 more of 89 held-out sentences of 6 drugs (macro-F1 +0.05, 0.01 to 0.09)."
    outcome = OutcomeView("Version 8 is active: it finds more", reason, "success")
    view.training.show_training(TrainingView(None, outcome, VERSIONS[1:], None, True))
    return view


def empty() -> WorkView:
    view = WorkView(ADME, _rows)
    view.pane.set_empty_text("Add drug labels with Ctrl+I, or drop files on this window.")
    view.resize(1440, 870)
    return view


def list_view() -> WorkView:
    view = work_view()
    view.show_list(True)
    view.list.show_ids([SentenceId(n) for n in range(1, 400)])
    view.list.set_current(SentenceId(5))
    return view


def scarce() -> WorkView:
    view = work_view()
    measured = measurement("cross-validation")
    few = tuple(
        replace_measure(c, n) for n, c in zip((4, 0, 2, 9, 7), measured.categories, strict=True)
    )
    import msgspec

    view.recall.show_recall(
        RecallView(msgspec.structs.replace(measured, categories=few, not_blind=0), 0, 3)
    )
    view.training.show_training(TrainingView())
    return view


def replace_measure(measure, support: int):
    import msgspec

    return msgspec.structs.replace(measure, support=support, found=0, recall=None)


def window(opened: bool) -> MainWindow:
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    settings = QSettings(str(folder / "w.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Preferences(settings))
    made.resize(1280, 720)
    if opened:
        made.show_session(_project(folder), place=False, jobs=False)
    else:
        made.welcome.set_recent(
            [Path("/home/curator/Documents/cardiology-2026.adme"), Path("/data/oncology.adme")]
        )
    return made


def held_out() -> QWidget:
    opened = _project(Path(tempfile.mkdtemp(prefix="gallery-")))
    dialog = HeldOutDialog(session.groups(opened))
    opened.close()
    return dialog


def keys() -> QWidget:
    dialog = GuideDialog(ADME)
    dialog.pages.choose("keys")
    return dialog


PICTURES: dict[str, Callable[[], QWidget]] = {
    **column_pictures.PICTURES,
    **evidence_pictures.PICTURES,
    **import_pictures.PICTURES,
    **merge_pictures.PICTURES,
    **quality_pictures.PICTURES,
    **scheme_pictures.PICTURES,
    **search_pictures.PICTURES,
    **state_pictures.PICTURES,
    **update_pictures.PICTURES,
    "work": work_view,
    "work-blind": blind,
    "work-decided": decided,
    "work-training": training,
    "work-training-failed": failed,
    "work-training-better": better,
    "work-empty": empty,
    "work-scarce": scarce,
    "work-1280": lambda: work_view(1280, 690),
    "work-six": lambda: work_view(1280, 690, scheme_pictures.scheme(6)),
    "work-nine": lambda: work_view(1280, 690, scheme_pictures.scheme(9)),
    "list": list_view,
    "welcome": lambda: window(False),
    "window": lambda: window(True),
    "dialog-note": lambda: NoteDialog(document()[4].text, "Ask the pharmacologist."),
    "dialog-guideline": lambda: GuideDialog(ADME),
    "dialog-keys": keys,
    "dialog-held-out": held_out,
    "dialog-about": AboutDialog,
    "dialog-licences": LicencesDialog,
    "dialog-message": lambda: Message(
        "The export failed", "The folder cannot be written.", "PermissionError: /out.xlsx"
    ),
}


def main(folder: Path, themes: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = application.make_application()
    for name in themes:
        theme.apply(app, name)
        for picture, make in PICTURES.items():
            widget = make()
            widget.show()
            QApplication.sendPostedEvents()
            widget.grab().save(str(folder / f"{picture}-{name}.png"))
            _close(widget)
            widget.deleteLater()
        while state_pictures.KEPT:
            _close(state_pictures.KEPT.pop())


def _close(kept: object) -> None:
    if isinstance(kept, MainWindow) and kept.project is not None:
        kept.project.leave()
        kept.project.session.close()
    elif isinstance(kept, Session):
        kept.close()


def _project(folder: Path):
    opened = make_project(folder / "cardiology-2026.adme", held_out=True)
    suggest_everything(opened)
    return opened


def _rows(ids):
    texts = [s for s in document() if " | " not in s.text]
    rows = {}
    for ident in ids:
        sentence = texts[ident % len(texts)]
        category = (None, "D", None, "M", "E")[ident % 5]
        rows[ident] = Row(
            sentence=ident,
            state=(AnnotationState.UNSURE, AnnotationState.ACCEPTED, AnnotationState.OPEN)[
                ident % 3
            ],
            category=category,
            text=sentence.text,
            suggestion=("A", "D", "M", "E", "O")[ident % 5],
            probability=0.4 + (ident % 6) / 10,
            drug="Mirtacaine",
            section=sentence.heading_path[-1],
            flagged=ident % 7 == 0,
        )
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or ("light", "dark", "contrast"))
