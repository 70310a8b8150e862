"""Right, below: the training that runs, what came of the last one, and the model versions."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.records import ModelState, ModelVersion
from adme_labeler.gui import painting, theme, words
from adme_labeler.gui.controls import KeyButton, Text
from adme_labeler.gui.equal_rows import TwoEnds, Wrapped, side_by_side
from adme_labeler.gui.training_cards import (
    OutcomeCard,
    OutcomeView,
    RunCard,
    RunView,
)
from adme_labeler.language import tr


@dataclass(frozen=True)
class VersionRow:
    version: ModelVersion
    state: ModelState
    when: str
    trained_on: str
    recall: str
    """Mean recall of A, D, M, E with its n, or why there is none."""
    here: bool = True
    """Its weights are beside the project."""


@dataclass(frozen=True)
class TrainingView:
    run: RunView | None = None
    outcome: OutcomeView | None = None
    versions: tuple[VersionRow, ...] = ()
    candidate: ModelVersion | None = None
    can_roll_back: bool = False
    writable: bool = True


class TrainingPanel(QWidget):
    """Shows a `TrainingView`; buttons ask for actions by id."""

    asked = Signal(str)
    """retrain, cancel-training, resume-training, promote, rollback, versions, log"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = RunCard()
        self.cancel = self._run.cancel
        self._outcome = OutcomeCard()
        self.resume = self._outcome.resume
        self.promote = KeyButton(tr("Promote"))
        self.roll_back = KeyButton(tr("Roll back"))
        self.more = KeyButton(tr("All versions…"))
        self.more.setToolTip(tr("Every version with its figures; use or compare any of them"))
        self._versions = QVBoxLayout()
        self._versions.setSpacing(0)
        self._rows: list[_VersionLine] = []
        self._title = Text(tr("Model versions"), "title", strong=True)
        self._none = Text(
            tr(
                "No model is trained yet: suggestions come from heading hints and your decisions. "
                "Retrain (Ctrl+R) fits the whole encoder."
            ),
            "secondary",
            "secondary",
            wrap=True,
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12)
        whole.addWidget(self._run)
        whole.addWidget(self._outcome)
        whole.addWidget(
            TwoEnds(
                side_by_side(self._title, None, spacing=0), side_by_side(self.more, None, spacing=0)
            )
        )
        whole.addWidget(self._none)
        # Above the list, which may be longer than the screen.
        self._choices = Wrapped(self.promote, self.roll_back)
        whole.addWidget(self._choices)
        whole.addLayout(self._versions)
        for button, ident in (
            (self.cancel, "cancel-training"),
            (self.resume, "resume-training"),
            (self._outcome.log, "log"),
            (self.promote, "promote"),
            (self.roll_back, "rollback"),
            (self.more, "versions"),
        ):
            button.clicked.connect(lambda _=False, i=ident: self.asked.emit(i))
        self._view: TrainingView | None = None
        self.show_training(TrainingView())

    def show_training(self, view: TrainingView) -> None:
        before, self._view = self._view, view
        self._run.setVisible(view.run is not None)
        if view.run is not None:
            self._run.show_run(view.run)
        self._outcome.setVisible(view.outcome is not None and view.run is None)
        if view.outcome is not None:
            self._outcome.show_outcome(view.outcome)
        self.promote.setVisible(view.candidate is not None)
        self.promote.setEnabled(view.writable)
        if view.candidate is not None:
            self.promote.set_text(tr("Promote version {candidate}", candidate=view.candidate))
        self.roll_back.setVisible(view.can_roll_back)
        self.roll_back.setEnabled(view.writable)
        self._choices.setVisible(view.candidate is not None or view.can_roll_back)
        self.more.setVisible(bool(view.versions))
        if before is None or before.versions != view.versions:
            self._show_versions(view.versions)

    def _show_versions(self, versions: tuple[VersionRow, ...]) -> None:
        self._none.setVisible(not versions)
        for line in self._rows:
            self._versions.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._rows = [_VersionLine(row) for row in versions]
        for line in self._rows:
            self._versions.addWidget(line)


class _VersionLine(QWidget):
    def __init__(self, row: VersionRow) -> None:
        super().__init__()
        self._row = row
        self.setFixedHeight(theme.size("controls") + theme.size("tags") + 20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = tr(
            "Version {version}, {state}, {trained_on}, {recall}",
            version=row.version,
            state=words.model_state(row.state),
            trained_on=row.trained_on,
            recall=row.recall,
        )
        self.setAccessibleName(said)
        self.setToolTip(said)

    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), QColor(colors.border))
        upper = QRectF(0, 7, rect.width(), theme.size("controls") + 4)
        lower = QRectF(0, upper.bottom() + 1, rect.width(), theme.size("tags") + 4)
        row = self._row
        active = row.state is ModelState.ACTIVE
        name = tr("Version {version}", version=row.version)
        painting.text(painter, upper, name, theme.bold("controls"), colors.text)
        used = painting.text_width(name, theme.bold("controls")) + 10
        state = words.model_state(row.state)
        if not row.here:
            state = tr("{state}, weights not here", state=state)
        tone = colors.success if active else colors.secondary
        if row.state is ModelState.CANDIDATE:
            tone = colors.accent
        painting.text(
            painter, upper.adjusted(used, 0, -80, 0), state, theme.font("secondary"), tone
        )
        right = Qt.AlignmentFlag.AlignRight
        painting.text(painter, upper, row.when, theme.font("secondary"), colors.secondary, right)
        room = painting.text_width(row.recall, theme.font("tags")) + 8
        painting.text(
            painter,
            lower.adjusted(0, 0, -room, 0),
            row.trained_on,
            theme.font("tags"),
            colors.secondary,
        )
        painting.text(painter, lower, row.recall, theme.font("tags"), colors.secondary, right)
