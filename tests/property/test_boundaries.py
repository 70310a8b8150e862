"""However sentences are split, joined and taken back: the text stays whole and the log replays."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import SentenceId
from adme_labeler.services import annotating, boundaries, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences
from adme_labeler.storage.integrity import check
from tests.drafts import block, label

TEXTS = ("Same words here.", "One two.", "Same words here.", "Three four five.", "Same words here.")


class Mending(RuleBasedStateMachine):
    """A project beside a plain list of (sentence, text, category), with lists for undo and redo."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="adme-mend-"))
        self.session = Session.create(self.folder / "p", "ana")
        draft = label("set", "Zelvarone", [block("X", TEXTS)])
        importing.commit_batch(self.session, [draft], importing.ImportTally())
        self.past: list[list[tuple[int, str, str | None]]] = []
        self.future: list[list[tuple[int, str, str | None]]] = []

    def seen(self) -> list[tuple[int, str, str | None]]:
        connection = self.session.connection
        found = sentences.get(connection, sentences.in_document_order(connection))
        own = annotating.annotations_of(self.session, [s.id for s in found])
        return [(s.id, s.text, own[s.id].category if s.id in own else None) for s in found]

    @rule(n=st.integers(0, 8), point=st.integers(0, 5))
    def split(self, n: int, point: int) -> None:
        before = self.seen()
        ident, text, _ = before[n % len(before)]
        points = boundaries.split_points(text)
        if points:
            boundaries.split(self.session, SentenceId(ident), points[point % len(points)])
            assert len(self.seen()) == len(before) + 1
            self.past.append(before)
            self.future.clear()

    @rule(n=st.integers(0, 8))
    def merge(self, n: int) -> None:
        before = self.seen()
        place = n % len(before)
        if place + 1 < len(before):
            boundaries.merge(self.session, SentenceId(before[place][0]))
            assert self.seen()[place][1] == f"{before[place][1]} {before[place + 1][1]}"
            self.past.append(before)
            self.future.clear()

    @rule(n=st.integers(0, 8), key=st.sampled_from("ADMEO").map(CategoryKey))
    def decide(self, n: int, key: CategoryKey) -> None:
        before = self.seen()
        if annotating.decide(self.session, SentenceId(before[n % len(before)][0]), key, Shown()):
            self.past.append(before)
            self.future.clear()

    @rule()
    def undo(self) -> None:
        now = self.seen()
        annotating.undo(self.session)
        if self.past:
            assert self.seen() == self.past.pop()
            self.future.append(now)

    @rule()
    def redo(self) -> None:
        now = self.seen()
        annotating.redo(self.session)
        if self.future:
            assert self.seen() == self.future.pop()
            self.past.append(now)

    @invariant()
    def the_text_is_whole_and_the_log_replays(self) -> None:
        if hasattr(self, "session"):
            assert " ".join(text for _, text, _ in self.seen()) == " ".join(TEXTS)
            assert check(self.session.connection).faults == ()

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            shutil.rmtree(self.folder, ignore_errors=True)


TestMending = Mending.TestCase
TestMending.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
