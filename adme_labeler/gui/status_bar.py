"""Bottom line: saved, counts, pace; on the right the model and its encoder."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from adme_labeler.gui import painting, theme
from adme_labeler.gui.controls import ElidedText, Hairline, Link, Panel, Text
from adme_labeler.language import tr, trn


@dataclass(frozen=True)
class Status:
    """What the status bar says. `saved_at` is local time, "" before the first decision."""

    saved_at: str = ""
    problem: str = ""
    decided: int = 0
    total: int = 0
    today: int = 0
    seconds_per_sentence: float | None = None
    model: str = ""
    encoder: str = ""


class StatusBar(Panel):
    updates_asked = Signal()
    """Show what the last import changed in drug labels that were there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chrome", parent)
        self._dot = _Dot()
        self.saved = Text("", "secondary", "success")
        self._decided = Text("", "secondary", "secondary")
        self._today = Text("", "secondary", "secondary")
        self.activity = ElidedText("", "secondary", "secondary")
        self.updates = Link("")
        self.updates.clicked.connect(self.updates_asked)
        self.updates.hide()
        self._model = Text("", "secondary", "secondary")
        self._encoder = Text("", "secondary", "secondary")
        row = QHBoxLayout()
        row.setContentsMargins(16, 4, 16, 5)
        row.setSpacing(6)
        row.addWidget(self._dot)
        row.addWidget(self.saved)
        for widget in (self._decided, self._today):
            row.addSpacing(18)
            row.addWidget(widget)
        row.addSpacing(18)
        row.addWidget(self.updates)
        row.addWidget(self.activity, 1)
        row.addWidget(self._model)
        row.addSpacing(14)
        row.addWidget(self._encoder)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Hairline())
        whole.addLayout(row)
        self.setMinimumHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._answer = ""
        self.show_status(Status())

    def show_status(self, status: Status) -> None:
        tone = "danger" if status.problem else "success"
        self._dot.set_tone(tone)
        self.saved.set_tone(tone)
        saved = tr("All saved")
        if status.saved_at:
            saved = tr("All saved · {time}", time=status.saved_at)
        self.saved.setText(status.problem or saved)
        self._decided.setText(
            tr("{decided:,} of {total:,} decided", decided=status.decided, total=status.total)
            if status.total
            else ""
        )
        pace = status.seconds_per_sentence
        today = tr("today {count:,}", count=status.today) if status.today else ""
        if today and pace:
            today = f"{today} · " + tr("{pace:.1f} s per sentence", pace=pace)
        self._today.setText(today)
        self._model.setText(status.model)
        self._encoder.setText(status.encoder)

    def offer_updates(self, labels: int) -> None:
        """A link to the comparison of this many updated drug labels; 0 takes it away."""
        self.updates.setVisible(labels > 0)
        self.updates.set_text(
            trn("Show {count:,} updated drug label", "Show {count:,} updated drug labels", labels)
        )

    def say(self, sentence: str) -> None:
        """What goes on in the background, or what has just been done."""
        self.activity.set_text(sentence)

    def answer(self, sentence: str) -> None:
        """What has come of the last key or click; it goes with the next one."""
        self._answer = sentence
        self.say(sentence)

    def end_answer(self) -> None:
        if self._answer and self.activity.text() == self._answer:
            self.say("")
        self._answer = ""


class _Dot(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._tone = "success"
        self.setFixedSize(8, 16)

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = QColor(getattr(theme.current(), self._tone))
        painting.rounded(QPainter(self), QRectF(0, 5, 7, 7), 3.5, color)
