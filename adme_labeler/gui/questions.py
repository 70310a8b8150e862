"""What the window asks the model worker beside suggestions: what is alike, what looks wrong.

Answers are kept, so that a key that needs one has it at once; they are asked for anew when the
worker has nothing else to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import SentenceId
from adme_labeler.gui.bus import Bus
from adme_labeler.gui.jobs import Suggester
from adme_labeler.services import hunting, suspects
from adme_labeler.services.hunting import Hunt
from adme_labeler.services.session import Session


class Questions(QObject):
    """Lends `hunt` the neighbours of confirmed sentences and keeps the list of what looks wrong."""

    examined = Signal()
    """The list of annotations that look wrong is new."""

    def __init__(
        self, session: Session, bus: Bus, suggester: Suggester, hunt: Hunt, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._bus = bus
        self._suggester = suggester
        self._hunt = hunt
        self._alike: dict[CategoryKey, Sequence[SentenceId]] = {}
        self._asked: dict[CategoryKey, list[SentenceId]] = {}
        self._since = 0 if suspects.examined(session)[1] else suspects.AGAIN_AFTER
        hunt.similar = self.similar
        suggester.settled.connect(self._ask_all)
        suggester.answered.connect(self._answered)
        bus.changed.connect(self._count)

    def similar(self, category: CategoryKey) -> Sequence[SentenceId]:
        """Nearest first, as answered last; asks again where more was confirmed since."""
        self._ask_alike(category)
        return self._alike.get(category, ())

    def examine(self) -> None:
        """Look through the annotations now, as far as the worker is there."""
        if self._session.read_only:
            return
        question = suspects.question(self._session)
        if question.items and self._suggester.ask(question):
            self._since = 0

    def _ask_all(self) -> None:
        """The worker has scored everything."""
        self._ask_alike(self._hunt.category)
        if suspects.due(self._session, self._since):
            self.examine()

    def _ask_alike(self, category: CategoryKey) -> None:
        examples = hunting.examples(self._session, category)
        if not examples or self._asked.get(category) == examples:
            return
        question = protocol.Similar(tuple(examples), hunting.NEIGHBOURS, str(category))
        if self._suggester.ask(question):
            self._asked[category] = examples

    def _answered(self, message: object) -> None:
        if isinstance(message, protocol.SimilarFound):
            self._alike[CategoryKey(message.about)] = [SentenceId(i) for i in message.ids]
        elif isinstance(message, protocol.Examined):
            self._bus.publish(suspects.take(self._session, message))
            self.examined.emit()

    def _count(self, changes: Changes) -> None:
        self._since += len(changes.annotations)
