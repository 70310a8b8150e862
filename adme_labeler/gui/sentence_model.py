"""Rows of the list view: ids only, rows fetched a page at a time as they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt

from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.records import AnnotationState, SentenceId
from adme_labeler.gui import painting, words
from adme_labeler.gui.row_models import PAGE, Index, Pages, TableModel
from adme_labeler.language import tr
from adme_labeler.services.finding import Column

ROW_ROLE = Qt.ItemDataRole.UserRole
_PAGES_KEPT = 64
_COMPARED = 10_000
"""Longer lists count as new unless they are the same object."""

COLUMNS: tuple[Column, ...] = (
    Column.STATE,
    Column.TEXT,
    Column.CATEGORY,
    Column.SUGGESTION,
    Column.PROBABILITY,
    Column.DRUG,
    Column.SECTION,
    Column.NOTE,
)
TITLES: Mapping[Column, str] = {
    Column.STATE: tr("State"),
    Column.TEXT: tr("Sentence"),
    Column.CATEGORY: tr("Category"),
    Column.SUGGESTION: tr("Suggestion"),
    Column.PROBABILITY: "p",
    Column.DRUG: tr("Drug"),
    Column.SECTION: tr("Section"),
    Column.NOTE: tr("Note"),
}
TEXT = COLUMNS.index(Column.TEXT)
HIDDEN = tr("hidden")
"""In place of a suggestion that is not to be seen before the decision."""


@dataclass(frozen=True)
class Row:
    """One sentence as the list shows it; `probability` is that of `suggestion`, calibrated.

    `hidden`: there is a suggestion that this curator may not see yet.
    """

    sentence: SentenceId
    state: AnnotationState
    category: CategoryKey | None
    text: str
    suggestion: CategoryKey | None
    probability: float | None
    drug: str
    section: str
    flagged: bool = False
    note: str = ""
    also: tuple[CategoryKey, ...] = ()
    hidden: bool = False

    @property
    def state_word(self) -> str:
        if self.state is AnnotationState.OPEN and self.category is not None:
            return tr("by others")
        return words.state(self.state)


Fetch = Callable[[Sequence[SentenceId]], Mapping[SentenceId, Row]]


class SentenceModel(TableModel):
    """Ids in queue order; rows come from `fetch`, a page at a time, and are kept for a while."""

    def __init__(self, scheme: CategoryScheme, fetch: Fetch) -> None:
        tip = tr("Probability of the suggestion, calibrated")
        super().__init__(
            [TITLES[column] for column in COLUMNS], {COLUMNS.index(Column.PROBABILITY): tip}
        )
        self._scheme = scheme
        self._ids: Sequence[SentenceId] = ()
        self._rows: dict[SentenceId, int] | None = None
        self._pages = Pages(fetch, _PAGES_KEPT)

    def set_ids(self, ids: Sequence[SentenceId]) -> bool:
        """Show these; False (and nothing moves) where they are what is shown."""
        if ids is self._ids or (len(ids) < _COMPARED and ids == self._ids):
            return False
        self.beginResetModel()
        self._ids = ids
        self._rows = None
        self._pages.clear()
        self.endResetModel()
        return True

    def refresh(self, sentences: frozenset[SentenceId] | None = None) -> None:
        """Fetch again what may have changed: these sentences, or everything."""
        if sentences is None or len(sentences) > PAGE:
            self._pages.clear()
            if self._ids:
                self.emit_rows(0, len(self._ids) - 1)
            return
        for sentence in sentences:
            row = self.row_of(sentence)
            if row >= 0:
                self._pages.forget(row)
                self.emit_rows(row, row)

    def ids(self) -> Sequence[SentenceId]:
        return self._ids

    def sentence(self, row: int) -> SentenceId | None:
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, sentence: SentenceId) -> int:
        if self._rows is None:
            self._rows = {ident: row for row, ident in enumerate(self._ids)}
        return self._rows.get(sentence, -1)

    def row(self, number: int) -> Row | None:
        """The row's content; None where the sentence is gone."""
        return self._pages.get(self._ids, number)

    def count(self) -> int:
        return len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, ROW_ROLE):
            return None
        row = self.row(index.row()) if index.isValid() else None
        if row is None or role == ROW_ROLE:
            return row
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._hint(row, column) or None
        return self._word(row, column)

    def _word(self, row: Row, column: Column) -> str:
        """What the cell says, also to a screen reader."""
        words: dict[Column, Callable[[], str]] = {
            Column.STATE: lambda: row.state_word,
            Column.TEXT: lambda: row.text,
            Column.CATEGORY: lambda: ", ".join(
                self._scheme[key].name for key in (row.category, *row.also) if key is not None
            ),
            Column.SUGGESTION: lambda: self._suggested(row),
            Column.PROBABILITY: lambda: (
                "" if row.probability is None else painting.percent(row.probability)
            ),
            Column.DRUG: lambda: row.drug,
            Column.SECTION: lambda: row.section,
            Column.NOTE: lambda: ", ".join(
                part for part in (tr("flagged") if row.flagged else "", row.note) if part
            ),
        }
        return words[column]()

    def _suggested(self, row: Row) -> str:
        if row.suggestion is not None:
            return self._scheme[row.suggestion].name
        return HIDDEN if row.hidden else ""

    def _hint(self, row: Row, column: Column) -> str:
        if column is Column.SUGGESTION and row.hidden:
            return tr("Decide first: the suggestion is hidden.")
        if column is Column.STATE:
            return ""
        return self._word(row, column)
