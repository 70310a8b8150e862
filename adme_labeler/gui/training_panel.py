"""Right, below: the training that runs, what came of the last one, and the model versions."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.domain.records import ModelState, ModelVersion
from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Card, ElidedText, KeyButton, Text
from adme_labeler.protocol import Progress


@dataclass(frozen=True)
class RunView:
    """A training that is on its way. `progress` None: the process is starting."""

    title: str
    snapshot: str
    """What it trains on, for example "412 annotations, snapshot 14:02"."""
    progress: Progress | None = None
    cancelling: bool = False
    queued: bool = False
    """Another training starts when this one ends."""


@dataclass(frozen=True)
class OutcomeView:
    """How the last training ended; `tone` is "success", "secondary", "warning" or "danger"."""

    title: str
    reason: str
    tone: str = "secondary"
    resumable: bool = False
    detail: str = ""
    """Tail of the log of a failed run."""


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


def progress_words(progress: Progress | None) -> tuple[str, str]:
    """(what is being done, time left) for a running training."""
    if progress is None:
        return "Starting", ""
    if progress.phase.startswith("Calibrating") and progress.stage:
        # Every fold runs both stages again; without its name the count would seem to start over.
        what = f"{progress.phase} · stage {progress.stage}"
        return what, "" if progress.seconds_left is None else time_left(progress.seconds_left)
    what = f"Stage {progress.stage} of 2" if progress.stage else progress.phase
    if progress.total:
        what += f" · step {progress.step:,} of {progress.total:,}"
    return what, "" if progress.seconds_left is None else time_left(progress.seconds_left)


def time_left(seconds: float) -> str:
    """Rounded the way people say it: seconds below 90, minutes below 90, then hours."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min left"
    return f"{seconds / 3600:.1f} h left"


class TrainingPanel(QWidget):
    """Shows a `TrainingView`; buttons ask for actions by id."""

    asked = Signal(str)
    """retrain, cancel-training, resume-training, promote, rollback, log"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = _RunCard()
        self.cancel = self._run.cancel
        self._outcome = _OutcomeCard()
        self.resume = self._outcome.resume
        self.promote = KeyButton("Promote")
        self.roll_back = KeyButton("Roll back")
        self._versions = QVBoxLayout()
        self._versions.setSpacing(0)
        self._rows: list[_VersionLine] = []
        self._title = Text("Model versions", "title", strong=True)
        self._none = Text(
            "No model is trained yet: suggestions come from heading hints and your decisions. "
            "Retrain (Ctrl+R) fits the whole encoder.",
            "secondary",
            "secondary",
            wrap=True,
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.promote)
        buttons.addWidget(self.roll_back)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12)
        whole.addWidget(self._run)
        whole.addWidget(self._outcome)
        whole.addWidget(self._title)
        whole.addWidget(self._none)
        # Above the list, which may be longer than the screen.
        whole.addLayout(buttons)
        whole.addLayout(self._versions)
        for button, ident in (
            (self.cancel, "cancel-training"),
            (self.resume, "resume-training"),
            (self._outcome.log, "log"),
            (self.promote, "promote"),
            (self.roll_back, "rollback"),
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
            self.promote.set_text(f"Promote version {view.candidate}")
        self.roll_back.setVisible(view.can_roll_back)
        self.roll_back.setEnabled(view.writable)
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


class _RunCard(Card):
    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "controls", strong=True)
        self._bar = ProgressLine()
        self._what = ElidedText("", "secondary", "secondary")
        self._left = Text("", "secondary", "secondary")
        self._snapshot = ElidedText("", "secondary", "secondary")
        self._queued = Text("Another one starts when this one ends.", "secondary", wrap=True)
        self.cancel = KeyButton("Cancel")
        self.cancel.setAccessibleName("Cancel training")
        first = QHBoxLayout()
        first.addWidget(self._title, 1)
        first.addWidget(self.cancel)
        second = QHBoxLayout()
        second.addWidget(self._what, 1)
        second.addWidget(self._left)
        self.body.addLayout(first)
        self.body.addWidget(self._bar)
        self.body.addLayout(second)
        self.body.addWidget(self._snapshot)
        self.body.addWidget(self._queued)

    def show_run(self, run: RunView) -> None:
        what, left = progress_words(run.progress)
        self._title.setText(run.title)
        self._what.set_text("Stopping at the next step" if run.cancelling else what)
        self._left.setText("" if run.cancelling else left)
        self._snapshot.set_text(run.snapshot)
        self._queued.setVisible(run.queued)
        self.cancel.setEnabled(not run.cancelling)
        known = run.progress is not None and run.progress.total > 0
        self._bar.set_share(
            run.progress.step / run.progress.total if known and run.progress else None
        )


class _OutcomeCard(Card):
    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "controls", strong=True, wrap=True)
        self._reason = Text("", "secondary", "secondary", wrap=True)
        self.resume = KeyButton("Resume")
        self.log = KeyButton("Show log")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.resume)
        row.addWidget(self.log)
        row.addStretch(1)
        self._buttons = QWidget()
        row.setContentsMargins(0, 4, 0, 0)
        self._buttons.setLayout(row)
        self.body.setSpacing(4)
        self.body.addWidget(self._title)
        self.body.addWidget(self._reason)
        self.body.addWidget(self._buttons)

    def show_outcome(self, outcome: OutcomeView) -> None:
        self._title.setText(outcome.title)
        self._title.set_tone(outcome.tone if outcome.tone != "secondary" else "text")
        self._reason.setText(outcome.reason)
        self._reason.setVisible(bool(outcome.reason))
        self.resume.setVisible(outcome.resumable)
        self.log.setVisible(bool(outcome.detail))
        self._buttons.setVisible(outcome.resumable or bool(outcome.detail))


class ProgressLine(QWidget):
    """Thin bar; without a known share it says so by a short piece in the middle, not by moving."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share: float | None = None
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_share(None)

    def set_share(self, share: float | None) -> None:
        self._share = share
        self.setAccessibleName("Progress unknown" if share is None else f"Progress {share:.0%}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        accent, track = QColor(colors.accent), QColor(colors.track)
        if self._share is None:
            painting.bar(painter, rect, 0.0, accent, track)
            third = QRectF(rect.left() + rect.width() * 0.4, rect.top(), rect.width() * 0.2, 6)
            painting.rounded(painter, third, 3, theme.tint(accent, track, 0.5))
        else:
            painting.bar(painter, rect, self._share, accent, track)


class _VersionLine(QWidget):
    def __init__(self, row: VersionRow) -> None:
        super().__init__()
        self._row = row
        self.setFixedHeight(theme.size("controls") + theme.size("tags") + 20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        said = f"Version {row.version}, {row.state.value}, {row.trained_on}, {row.recall}"
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
        name = f"Version {row.version}"
        painting.text(painter, upper, name, theme.bold("controls"), colors.text)
        used = painting.text_width(name, theme.bold("controls")) + 10
        state = row.state.value if row.here else f"{row.state.value}, weights not here"
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
