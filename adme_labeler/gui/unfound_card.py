"""Right, in the middle: what is still out there, from an audit of the undecided sentences."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.categories import CategoryScheme
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import KeyButton, Text
from adme_labeler.gui.equal_rows import Wrapped
from adme_labeler.gui.training_cards import ProgressLine
from adme_labeler.language import tr


@dataclass(frozen=True)
class UnfoundRow:
    """Estimated unfound sentences of a category, with the 95 % interval."""

    category: str
    estimate: float
    low: int
    high: int


@dataclass(frozen=True)
class UnfoundView:
    """An audit and what it says; `drawn` 0: none was drawn. `until_figures`: still to be read
    before there are figures. `drawing`: it is being drawn now."""

    drawn: int = 0
    read: int = 0
    set_aside: int = 0
    pool: int = 0
    undecided: int = 0
    when: str = ""
    until_figures: int = 0
    rows: tuple[UnfoundRow, ...] = ()
    drawing: bool = False
    possible: bool = True
    """Whether a model has suggested and there is something undecided."""
    writable: bool = True


class UnfoundCard(QWidget):
    """Title, rows or the reason why there are none, progress, and one button."""

    asked = Signal(str)
    """audit (draw one), queue-audit (go on reading)."""

    def __init__(self, scheme: CategoryScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._said = Text("", "secondary", "secondary", wrap=True)
        self._line = ProgressLine()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.lines: list[_Line] = []
        self.draw = KeyButton(tr("Audit…"))
        self.go_on = KeyButton(tr("Read the audit"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(Text(tr("Still out there"), "title", strong=True, wrap=True))
        whole.addLayout(self._rows)
        whole.addWidget(self._line)
        whole.addWidget(self._said)
        whole.addWidget(Wrapped(self.go_on, self.draw))
        self.draw.clicked.connect(lambda: self.asked.emit("audit"))
        self.go_on.clicked.connect(lambda: self.asked.emit("queue-audit"))
        self.show_unfound(UnfoundView())

    def show_unfound(self, view: UnfoundView) -> None:
        self._said.setText(unfound_sentence(view))
        waits = max(0, view.drawn - view.read - view.set_aside)
        self._line.setVisible(bool(view.drawn) and waits > 0)
        self._line.set_share(view.read / view.drawn if view.drawn else None)
        self.go_on.setVisible(waits > 0)
        self.go_on.setEnabled(view.writable)
        self.go_on.set_text(tr("Go on reading") if view.read else tr("Read the audit"))
        self.draw.setVisible(not waits)
        self.draw.setEnabled(view.writable and view.possible and not view.drawing)
        self.draw.set_text(tr("Another audit…") if view.drawn else tr("Audit…"))
        for line in self.lines:
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [_Line(self._scheme[row.category].name, row) for row in view.rows]
        for line in self.lines:
            self._rows.addWidget(line)

    def said(self) -> str:
        return self._said.text()


def unfound_sentence(view: UnfoundView) -> str:
    """What the estimates stand on, or why there are none."""
    if view.drawing:
        return tr("Drawing the audit…")
    if not view.drawn:
        if not view.possible:
            return tr(
                "No audit yet. It is drawn from undecided sentences that a model has suggested for."
            )
        return tr(
            "No audit yet. Read some undecided sentences drawn by chance, and this says how many "
            "of each category nobody has found."
        )
    read = tr("{read:,} of {drawn:,} read", read=view.read, drawn=view.drawn)
    if view.set_aside:
        read = tr("{read}, {set_aside:,} set aside", read=read, set_aside=view.set_aside)
    pool = tr("out of the {pool:,} sentences undecided on {when}", pool=view.pool, when=view.when)
    if view.until_figures:
        return tr(
            "{read}, drawn {pool}. Figures after {until_figures:,} more.",
            read=read,
            pool=pool,
            until_figures=view.until_figures,
        )
    return tr(
        "Estimated unfound sentences, with 95 % interval, among {undecided:,} still "
        "undecided; held-out drugs are not in it. Audit: {read}, {pool}.",
        undecided=view.undecided,
        read=read,
        pool=pool,
    )


class _Line(QWidget):
    """A category, its estimate and interval."""

    def __init__(self, name: str, row: UnfoundRow) -> None:
        super().__init__()
        self._name = name
        self._figures = figures(row)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = tr(
            "{name}: an estimated {figures} sentences are unfound", name=name, figures=self._figures
        )
        self.setAccessibleName(said)
        self.setToolTip(said)

    def sizeHint(self) -> QSize:
        return QSize(240, theme.size("controls") + 11)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), QColor(colors.border))
        painting.text(painter, rect, self._name, theme.font("controls"), colors.text)
        painting.text(
            painter,
            rect,
            self._figures,
            theme.font("controls"),
            colors.text,
            Qt.AlignmentFlag.AlignRight,
        )


def figures(row: UnfoundRow) -> str:
    """ "11 (4 to 23)"."""
    return tr(
        "{estimate:,.0f} ({low:,} to {high:,})", estimate=row.estimate, low=row.low, high=row.high
    )
