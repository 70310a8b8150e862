"""What is looked for in the history: words, a kind of operation, a curator, a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from adme_labeler.language import tr
from adme_labeler.services import history
from adme_labeler.services.history import Filter
from adme_labeler.services.session import Session

_TIMES = (
    ("", tr("Any time")),
    ("0", tr("Today")),
    ("6", tr("Last 7 days")),
    ("29", tr("Last 30 days")),
)


class HistoryFilters(QWidget):
    """The search line and three choices; `chosen` when one of these changes."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kinds: list[str] = []
        self._curators: list[str] = []
        self._known_up_to = 0
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the history: words, or #120"))
        self.search.setAccessibleName(tr("Search the history"))
        self.search.setClearButtonEnabled(True)
        self.kinds, self.curators, self.times = QComboBox(), QComboBox(), QComboBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for box, name in (
            (self.kinds, tr("Kind of operation")),
            (self.curators, tr("Curator")),
            (self.times, tr("Time")),
        ):
            box.setAccessibleName(name)
            box.setMinimumWidth(128)
            box.currentIndexChanged.connect(lambda _: self.chosen.emit())
            row.addWidget(box)
        self._show_choices()

    def fill(self, session: Session, newest: int) -> None:
        """Read which kinds and curators occur up to `newest`: once all, then what is new."""
        kinds, curators = history.choices(session, self._known_up_to)
        self._known_up_to = newest
        self._kinds += [k for k in kinds if k not in self._kinds]
        self._curators += [c for c in curators if c not in self._curators]
        self._show_choices()

    def filter(self) -> Filter:
        days = self.times.currentData()
        since = ""
        if days:
            midnight = (
                datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
            )
            first = (midnight - timedelta(days=int(days))).astimezone(UTC)
            since = first.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Filter(
            self.search.text(),
            self.kinds.currentData() or "",
            self.curators.currentData() or "",
            since,
        )

    def _show_choices(self) -> None:
        for box, rows in (
            (
                self.kinds,
                [("", tr("All kinds")), *((k, history.kind_words(k)) for k in self._kinds)],
            ),
            (self.curators, [("", tr("Everybody")), *((c, c) for c in self._curators)]),
            (self.times, list(_TIMES)),
        ):
            if [box.itemData(i) for i in range(box.count())] == [ident for ident, _ in rows]:
                continue
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            for ident, words in rows:
                box.addItem(words, ident)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.blockSignals(False)
