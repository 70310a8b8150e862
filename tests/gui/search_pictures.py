"""Search, list view and bulk acceptance in every state, as widgets to be drawn."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QItemSelectionModel, QSettings, QTimer
from PySide6.QtWidgets import QWidget
from samples import make_project

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import ModelVersion, SentenceId, Suggestion
from adme_labeler.gui.dialogs.bulk import BulkDialog, Scope
from adme_labeler.gui.dialogs.filters import FiltersDialog, NameDialog
from adme_labeler.gui.main_window import MainWindow
from adme_labeler.gui.preferences import Preferences
from adme_labeler.services import annotating, bulk, finding
from adme_labeler.services.annotating import Shown
from adme_labeler.services.finding import Column
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences, suggestions

FILTERS = {
    "Ask Eve": "note:eve",
    "Hardly sure, likely excretion": "suggestion:E p<0.6 state:open",
}


def project() -> Session:
    """Twelve drugs, some held out, a third decided, with every state, notes and flags."""
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    opened = make_project(folder / "cardiology-2026.adme", count=12, sentences=12, held_out=True)
    ids = sentences.in_document_order(opened.connection)
    found = [_suggestion(i, n) for n, i in enumerate(ids)]
    with opened.project.transaction() as connection:
        suggestions.store(connection, found)
    for n, ident in enumerate(ids[: len(ids) // 2]):
        shown = Shown(None if annotating.must_be_blind(opened, ident) else found[n])
        if n % 7 == 5:
            annotating.skip(opened, ident, shown)
        elif n % 7 == 6:
            annotating.unsure(opened, ident, shown)
        elif n % 5:
            annotating.decide(opened, ident, ADME.keys[(n + n // 4 % 2) % 5], shown)
        if n % 6 == 1:
            annotating.toggle_flag(opened, ident)
        if n % 8 == 1:
            annotating.set_note(opened, ident, "Ask Eve whether this is about the tablets.")
    for name, written in FILTERS.items():
        finding.save_filter(opened, name, written)
    return opened


def _suggestion(ident: SentenceId, n: int) -> Suggestion:
    key = ADME.keys[n % 5]
    p = 0.34 + n * 37 % 65 / 100
    return Suggestion(
        ident,
        ModelVersion(0),
        1,
        key,
        ADME.keys[(n + 1) % 5],
        tuple(p if k == key else (1 - p) / 4 for k in ADME.keys),
        0.5,
    )


def window(width: int = 1440, height: int = 870) -> MainWindow:
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    settings = QSettings(str(folder / "w.ini"), QSettings.Format.IniFormat)
    made = MainWindow(Preferences(settings))
    made.resize(width, height)
    made.show_session(project(), place=False, jobs=False)
    made.show()
    return made


def listed(width: int = 1440, height: int = 870) -> MainWindow:
    made = window(width, height)
    made.run("view-list")
    return made


def sorted_list() -> MainWindow:
    made = listed()
    made.project.work.list.sort_asked.emit(Column.PROBABILITY, True)
    return made


def selected() -> MainWindow:
    made = listed()
    table = made.project.work.list
    flags = QItemSelectionModel.SelectionFlag
    for row in (2, 3, 4, 5, 8):
        index = table.sentences.index(row, 1)
        table.selectionModel().select(index, flags.Select | flags.Rows)
    return made


def search(written: str, cursor: int | None = None, typing: bool = False) -> MainWindow:
    made = window()
    line = made.project.work.search
    made.run("search")
    line.field.setText(written)
    line.field.setCursorPosition(len(written) if cursor is None else cursor)
    if typing:
        line.completions.look(everything=True)
    line.tell()
    return made


def bulk_dialog(calibrated: bool, slider: int = 80) -> QWidget:
    opened = project()
    dialog = BulkDialog(
        ADME,
        [
            Scope("What the search found", partial(bulk.reading, opened)),
            Scope("All drug labels", partial(bulk.reading, opened)),
        ],
        lambda ids: {s.id: (s.text, "Testodruga1") for s in sentences.get(opened.connection, ids)},
        calibrated,
        seed=1,
    )
    # The dialog reads in turns of the event loop.
    waiting = QEventLoop()
    look = QTimer()
    look.timeout.connect(lambda: waiting.quit() if dialog.ready() else None)
    look.start(1)
    waiting.exec()
    look.stop()
    dialog.slider.setValue(slider)
    dialog.destroyed.connect(lambda _: opened.close())
    if calibrated:
        dialog.rows[CategoryKey("E")].least.setValue(60)
        dialog.rows[CategoryKey("O")].check.setChecked(False)
    return dialog


def no_save(name: str) -> None:
    raise AssertionError(name)


PICTURES: dict[str, Callable[[], QWidget]] = {
    "list-full": listed,
    "list-1280": lambda: listed(1280, 720),
    "list-sorted": sorted_list,
    "list-selected": selected,
    "search-tokens": lambda: search("is:flagged s", typing=True),
    "search-values": lambda: search("state:open category:", typing=True),
    "search-found": lambda: search("suggestion:E p>=0.4 "),
    "search-error": lambda: search("categry:M "),
    "search-empty": lambda: search("metabolism state:bulk "),
    "dialog-bulk": lambda: bulk_dialog(True),
    "dialog-bulk-uncalibrated": lambda: bulk_dialog(False, 100),
    "dialog-filter-name": lambda: NameDialog(
        "Save the search as a filter", "suggestion:E p<0.6 state:open", "", no_save
    ),
    "dialog-filters": lambda: FiltersDialog(lambda: FILTERS, no_save, no_save),
}
