"""Top row: read or list, which queue, and on the right search, export and retrain."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from adme_labeler.gui.controls import Hairline, KeyButton, Panel, Segments
from adme_labeler.gui.equal_rows import TwoEnds, side_by_side
from adme_labeler.language import tr

QUEUES = (
    ("document", tr("Document order")),
    ("uncertain", tr("Uncertain")),
    ("rarest", tr("Rarest category")),
    ("flagged", tr("Flagged")),
    ("unsure", tr("Unsure")),
)
_SELDOM = {
    "audit": tr("Audit"),
    "changed": tr("Changed"),
    "skipped": tr("Skipped"),
    "identical": tr("Differing"),
    "tables": tr("Tables with ADME facts"),
    "second-look": tr("Second look"),
    "wrong": tr("Looks wrong"),
    "conflicts": tr("Conflicts"),
}


class Toolbar(Panel):
    """Signals carry the id of the chosen view or queue, or of the action asked for."""

    view_chosen = Signal(str)
    queue_chosen = Signal(str)
    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chrome", parent)
        self.views = Segments((("read", tr("Read")), ("list", tr("List"))))
        self.queues = Segments(QUEUES)
        self.search = KeyButton(tr("Search"), "", "search", action="search")
        self.export = KeyButton(tr("Export"), "", "export")
        self.retrain = KeyButton(tr("Retrain"), "", "", primary=True)
        self.search.setToolTip(tr("Search (/ or Ctrl+F)"))
        self.export.setToolTip(tr("Export a spreadsheet (Ctrl+E)"))
        self.retrain.setToolTip(tr("Train a new model version (Ctrl+R)"))
        # In a narrow window with large type the right group takes a second line.
        row = QHBoxLayout()
        row.setContentsMargins(14, 6, 14, 7)
        row.addWidget(
            TwoEnds(
                side_by_side(self.views, self.queues, None, spacing=10),
                side_by_side(None, self.search, self.export, self.retrain, spacing=10),
            )
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Hairline())
        whole.addLayout(row)
        whole.addWidget(Hairline())
        self.views.chosen.connect(self.view_chosen)
        self.queues.chosen.connect(self.queue_chosen)
        self.search.clicked.connect(lambda: self.asked.emit("search"))
        self.export.clicked.connect(lambda: self.asked.emit("export"))
        self.retrain.clicked.connect(lambda: self.asked.emit("retrain"))

    def set_counts(self, flagged: int, unsure: int, changed: int = 0) -> None:
        """`changed`: sentences of updated drug labels that wait; offered while there are any."""
        self.queues.set_text(
            "flagged", tr("Flagged {flagged:,}", flagged=flagged) if flagged else tr("Flagged")
        )
        self.queues.set_text(
            "unsure", tr("Unsure {unsure:,}", unsure=unsure) if unsure else tr("Unsure")
        )
        if changed:
            self.queues.offer("changed", tr("Changed {changed:,}", changed=changed))
        elif self.queues.current() != "changed":
            self.queues.offer("changed", "")

    def show_queue(self, kind: str) -> None:
        """Mark the queue that is worked on; those that are seldom needed come only then."""
        for ident, text in _SELDOM.items():
            if ident == kind and not self.queues.has(ident):
                self.queues.offer(ident, text)
        self.queues.set_current(kind)
        for ident in ("skipped", "identical", "audit", "second-look", "wrong", "conflicts"):
            if kind != ident:
                self.queues.offer(ident, "")

    def set_training(self, running: bool, new: int, enabled: bool) -> None:
        """`new` counts annotations since the last snapshot."""
        if running:
            self.retrain.set_text(tr("Training"))
        else:
            self.retrain.set_text(tr("Retrain · {new:,} new", new=new) if new else tr("Retrain"))
        self.retrain.setEnabled(enabled)
