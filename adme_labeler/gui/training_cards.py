"""The training that runs and what came of the last one, as two cards."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import Card, ElidedText, KeyButton, Text
from adme_labeler.gui.curve import LossCurve, LossPoint
from adme_labeler.gui.equal_rows import Wrapped
from adme_labeler.language import tr
from adme_labeler.protocol import Progress
from adme_labeler.services.phases import in_words

_TAIL_LINES = 3
_TAIL_WIDTH = 120
"""Characters of a line of the log that a card shows; the whole log is a click away."""


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
    curve: tuple[LossPoint, ...] = ()
    """Loss of the stages so far; without those of calibration and hints."""


@dataclass(frozen=True)
class OutcomeView:
    """How the last training ended; `tone` is "success", "secondary", "warning" or "danger"."""

    title: str
    reason: str
    tone: str = "secondary"
    resumable: bool = False
    detail: str = ""
    """Tail of the log of a failed run."""
    hint: str = ""
    """What to do about it."""
    curve: tuple[LossPoint, ...] = ()


def progress_words(progress: Progress | None) -> tuple[str, str]:
    """(what is being done, time left) for a running training."""
    if progress is None:
        return tr("Starting"), ""
    if calibrating(progress) and progress.stage:
        # Every fold runs both stages again; without its name the count would seem to start over.
        what = tr("{phase} · stage {stage}", phase=in_words(progress.phase), stage=progress.stage)
        return what, "" if progress.seconds_left is None else time_left(progress.seconds_left)
    what = (
        tr("Stage {stage} of 2", stage=progress.stage)
        if progress.stage
        else in_words(progress.phase)
    )
    if progress.total:
        step = tr("step {step:,} of {total:,}", step=progress.step, total=progress.total)
        what = f"{what} · {step}"
    return what, "" if progress.seconds_left is None else time_left(progress.seconds_left)


def calibrating(progress: Progress) -> bool:
    """Whether the model is fitted again in folds, only to calibrate its probabilities."""
    return progress.phase.startswith("Calibrating")


def time_left(seconds: float) -> str:
    """Rounded the way people say it: seconds below 90, minutes below 90, then hours."""
    if seconds < 90:
        return tr("{seconds} s left", seconds=max(1, round(seconds)))
    if seconds < 90 * 60:
        return tr("{minutes} min left", minutes=round(seconds / 60))
    return tr("{hours:.1f} h left", hours=seconds / 3600)


def log_tail(log: str) -> str:
    """The last lines of a log that say something, each cut to what a card can hold."""
    lines = [line.strip() for line in log.splitlines() if line.strip(" ~^\t")]
    return "\n".join(
        line if len(line) <= _TAIL_WIDTH else line[: _TAIL_WIDTH - 1] + "…"
        for line in lines[-_TAIL_LINES:]
    )


class RunCard(Card):
    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "controls", strong=True)
        self._bar = ProgressLine()
        self._what = ElidedText("", "secondary", "secondary")
        self._left = Text("", "secondary", "secondary")
        self._snapshot = ElidedText("", "secondary", "secondary")
        self._queued = Text(tr("Another one starts when this one ends."), "secondary", wrap=True)
        self.curve = LossCurve()
        self.cancel = KeyButton(tr("Cancel"))
        self.cancel.setAccessibleName(tr("Cancel training"))
        first = QHBoxLayout()
        first.addWidget(self._title, 1)
        first.addWidget(self.cancel)
        second = QHBoxLayout()
        second.addWidget(self._what, 1)
        second.addWidget(self._left)
        self.body.addLayout(first)
        self.body.addWidget(self._bar)
        self.body.addLayout(second)
        self.body.addWidget(self.curve)
        self.body.addWidget(self._snapshot)
        self.body.addWidget(self._queued)

    def show_run(self, run: RunView) -> None:
        what, left = progress_words(run.progress)
        self._title.setText(run.title)
        self._what.set_text(tr("Stopping at the next step") if run.cancelling else what)
        self._left.setText("" if run.cancelling else left)
        self._snapshot.set_text(run.snapshot)
        self._queued.setVisible(run.queued)
        self.cancel.setEnabled(not run.cancelling)
        self.curve.show_points(run.curve)
        known = run.progress is not None and run.progress.total > 0
        self._bar.set_share(
            run.progress.step / run.progress.total if known and run.progress else None
        )


class OutcomeCard(Card):
    def __init__(self) -> None:
        super().__init__()
        self._title = Text("", "controls", strong=True, wrap=True)
        self._reason = Text("", "secondary", "secondary", wrap=True)
        self._hint = Text("", "secondary", "text", wrap=True)
        self._tail = Text("", "tags", "secondary", wrap=True)
        self._tail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.curve = LossCurve()
        self.resume = KeyButton(tr("Resume"))
        self.log = KeyButton(tr("Show log"))
        self._buttons = Wrapped(self.resume, self.log)
        self.body.setSpacing(4)
        self.body.addWidget(self._title)
        self.body.addWidget(self._reason)
        self.body.addWidget(self._hint)
        self.body.addWidget(self._tail)
        self.body.addWidget(self.curve)
        self.body.addWidget(self._buttons)

    def show_outcome(self, outcome: OutcomeView) -> None:
        self._title.setText(outcome.title)
        self._title.set_tone(outcome.tone if outcome.tone != "secondary" else "text")
        self._reason.setText(outcome.reason)
        self._reason.setVisible(bool(outcome.reason))
        self._hint.setText(outcome.hint)
        self._hint.setVisible(bool(outcome.hint))
        tail = log_tail(outcome.detail)
        self._tail.setText(tail)
        self._tail.setVisible(bool(tail) and tail != outcome.reason)
        self.curve.show_points(outcome.curve)
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
        self.setAccessibleName(
            tr("Progress unknown") if share is None else tr("Progress {share:.0%}", share=share)
        )
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
