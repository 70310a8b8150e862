"""Which drug a document is about that does not say so itself: a field for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from adme_labeler.gui.controls import ElidedText, Text
from adme_labeler.language import tr

LOOSE = frozenset({".pdf", ".docx", ".docm", ".html", ".htm", ".xhtml", ".txt"})
"""Endings of documents without data on their drug."""
_AT_ONCE = 4
"""Rows that are shown without scrolling; half of the next one says that there are more."""
_WIDTH = 472
"""Of the dialog's content, in pixels."""


class DrugNames(QWidget):
    """One field per loose document among `paths`; hidden where there is none."""

    def __init__(self, paths: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[Path, QLineEdit] = {}
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        loose = [path for path in paths if path.suffix.lower() in LOOSE]
        if not loose:
            self.hide()
            return
        whole.addWidget(Text(tr("Drug in each document"), "secondary", strong=True))
        hint = Text(
            tr(
                "Names apart by commas; they are masked and decide the drug group. Left empty, the "
                "title or file name gives a name, and the report says which."
            ),
            "secondary",
            "secondary",
            wrap=True,
        )
        hint.setMinimumHeight(hint.heightForWidth(_WIDTH))
        whole.addWidget(hint)
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for number, path in enumerate(loose):
            name = ElidedText(path.name, elide=Qt.TextElideMode.ElideMiddle)
            name.setFixedWidth(180)
            field = QLineEdit()
            field.setPlaceholderText(tr("Brand, generic name"))
            field.setAccessibleName(tr("Drug names of {name}", name=path.name))
            grid.addWidget(name, number, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field, number, 1)
            self.fields[path] = field
            field.ensurePolished()
            field.setMinimumHeight(field.sizeHint().height())
        if len(loose) <= _AT_ONCE:
            whole.addWidget(rows)
            return
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(rows)
        grid.setContentsMargins(0, 0, 10, 0)
        tall = next(iter(self.fields.values())).minimumHeight()
        area.setMaximumHeight(_AT_ONCE * (tall + grid.verticalSpacing()) + tall // 2)
        area.setMinimumHeight(2 * (tall + grid.verticalSpacing()) + tall // 2)
        area.setAccessibleName(tr("Drug in each document"))
        whole.addWidget(area)

    def names(self) -> dict[str, tuple[str, ...]]:
        """Path -> names as typed; documents whose field is empty are left out."""
        typed = {
            path: tuple(part.strip() for part in field.text().split(",") if part.strip())
            for path, field in self.fields.items()
        }
        return {str(path.expanduser().absolute()): names for path, names in typed.items() if names}
