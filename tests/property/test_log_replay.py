"""Whatever is done in whatever order: replaying the log gives the current annotations."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.records import (
    AnnotationState,
    LabelDraft,
    ModelVersion,
    SentenceId,
    Suggestion,
)
from adme_labeler.services import (
    annotating,
    blindness,
    conflicts,
    identical,
    importing,
    second_look,
    training,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import (
    annotations,
    labels,
    log,
    second_looks,
    sentences,
    suggestions,
)
from adme_labeler.storage.integrity import check
from tests.drafts import block, finished_training, label, simple_label

Model = dict[tuple[int, str], tuple[str, str | None, tuple[str, ...], bool, str]]
TEXTS = ("Same words.", "The same again.", "Food delays it.", "It is bound.", "It is excreted.")
KEYS = st.sampled_from("ADMEO").map(CategoryKey)


class Curating(RuleBasedStateMachine):
    """Drives a real project and, beside it, plain dictionaries with lists for undo and redo."""

    chosen = Bundle("chosen")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="adme-replay-"))
        self.session = Session.create(self.folder / "p", "ana")
        self.version = 1
        drafts = [simple_label(i, sentences=4) for i in range(2)]
        drafts += [self.twin(n, 1, TEXTS[: 2 + n]) for n in range(3)]
        importing.commit_batch(self.session, drafts, importing.ImportTally())
        self.ids = sentences.in_document_order(self.session.connection)
        self.model: Model = {}
        self.past: list[Model] = []
        self.future: list[Model] = []

    def twin(self, number: int, version: int, texts: Sequence[str]) -> LabelDraft:
        """One of three drug labels that share sentences."""
        return label(f"twin-{number}", f"Twin{number}", [block("X", texts)], version=version)

    def did(self, before: Model) -> None:
        if self.model != before:
            self.past.append(before)
            self.future.clear()

    def entry(self, i: SentenceId) -> tuple[str, str | None, tuple[str, ...], bool, str]:
        return self.model.get((i, self.session.curator), ("open", None, (), False, ""))

    def put(self, i: SentenceId, value: tuple[str, str | None, tuple[str, ...], bool, str]) -> None:
        before = dict(self.model)
        self.model[(i, self.session.curator)] = value
        self.did(before)

    @rule(n=st.integers(0, 16), key=KEYS)
    def decide(self, n: int, key: CategoryKey) -> None:
        i = self.ids[n]
        state, category, also, flag, note = self.entry(i)
        annotating.decide(self.session, i, key, Shown())
        if not (category == key and state == "decided"):
            self.put(i, ("decided", key, tuple(k for k in also if k != key), flag, note))

    @rule(n=st.integers(0, 16), state=st.sampled_from(["skipped", "unsure"]))
    def set_aside(self, n: int, state: str) -> None:
        i = self.ids[n]
        act = annotating.skip if state == "skipped" else annotating.unsure
        act(self.session, i, Shown())
        _, _, _, flag, note = self.entry(i)
        if self.entry(i) != (state, None, (), flag, note):
            self.put(i, (state, None, (), flag, note))

    @rule(n=st.integers(0, 16), key=KEYS)
    def look_again(self, n: int, key: CategoryKey) -> None:
        """A second look is recorded also where it changes nothing; undo takes it back as well."""
        i = self.ids[n]
        state, category, also, flag, note = self.entry(i)
        if state != "decided":
            return
        before = dict(self.model)
        if not second_look.decide(self.session, i, key, Shown(blind=True)):
            return
        if key != category:
            rest = tuple(k for k in also if k != key)
            self.model[(i, self.session.curator)] = ("decided", key, rest, flag, note)
        self.past.append(before)
        self.future.clear()

    @rule(n=st.integers(0, 16), key=KEYS)
    def review(self, n: int, key: CategoryKey) -> None:
        """Of an annotation that looks wrong: its category is confirmed or another one given."""
        i = self.ids[n]
        held = annotations.resolutions(self.session.connection, [i]).get(i)
        if held is None or held.category is None:
            return
        before = dict(self.model)
        if not second_look.review(self.session, i, key, Shown()):
            return
        _, _, also, flag, note = self.entry(i)
        rest = tuple(k for k in also if k != key)
        self.model[(i, self.session.curator)] = ("decided", key, rest, flag, note)
        self.past.append(before)
        self.future.clear()

    @rule(n=st.integers(0, 16), key=KEYS)
    def settle(self, n: int, key: CategoryKey) -> None:
        """Between curators: no annotation changes."""
        i = self.ids[n]
        if conflicts.settle(self.session, i, key):
            self.past.append(dict(self.model))
            self.future.clear()

    @rule(n=st.integers(0, 16))
    def flag(self, n: int) -> None:
        i = self.ids[n]
        annotating.toggle_flag(self.session, i)
        state, category, also, flag, note = self.entry(i)
        self.put(i, (state, category, also, not flag, note))

    @rule(n=st.integers(0, 16), text=st.text(max_size=5))
    def note(self, n: int, text: str) -> None:
        i = self.ids[n]
        annotating.set_note(self.session, i, text)
        state, category, also, flag, note = self.entry(i)
        if text.strip() != note:
            self.put(i, (state, category, also, flag, text.strip()))

    @rule(ns=st.sets(st.integers(0, 16), min_size=1), key=KEYS)
    def bulk(self, ns: set[int], key: CategoryKey) -> None:
        ids = [self.ids[n] for n in sorted(ns)]
        with self.session.project.transaction() as connection:
            suggestions.clear(connection)
            suggestions.store(
                connection,
                [
                    Suggestion(i, ModelVersion(0), 0, key, CategoryKey("O"), (0.2,) * 5, 0.1)
                    for i in ids
                ],
            )
        inputs = sentences.model_inputs(self.session.connection, ids)
        decided = {i for (i, _), value in self.model.items() if value[1] is not None}
        decided |= {i.id for i in inputs if i.held_out} | blindness.of_share(self.session, ids)
        annotating.bulk_accept(self.session, ids)
        before = dict(self.model)
        for i in ids:
            if i not in decided:
                _, _, also, flag, note = self.entry(i)
                self.model[(i, self.session.curator)] = ("bulk", key, also, flag, note)
        self.did(before)

    @rule(n=st.integers(0, 16))
    def take_over(self, n: int) -> None:
        """To identical sentences; what waits there is known from the dictionary alone."""
        i, me = self.ids[n], self.session.curator
        offer = identical.offer(self.session, i)
        targets = {t.sentence for t in offer.targets} if offer else set[SentenceId]()
        state, category, also, _, _ = self.entry(i)
        texts = {s.id: s.text for s in sentences.get(self.session.connection, self.ids)}
        inputs = {i.id: i for i in sentences.model_inputs(self.session.connection, self.ids)}
        current = set(sentences.in_document_order(self.session.connection))
        decided = {sentence for (sentence, _), value in self.model.items() if value[1] is not None}
        waiting = {
            other
            for other in current - decided - {i}
            if texts[other] == texts[i]
            and not inputs[other].held_out
            and self.model.get((other, me), ("",))[0] not in ("skipped", "unsure")
        }
        if category is None or state == "bulk":
            assert not targets
            return
        assert waiting <= targets
        assert all(self.entry(other)[0] == "bulk" for other in targets - waiting)
        if not targets:
            return
        assert identical.apply(self.session, i).annotations == targets
        before = dict(self.model)
        for other in targets:
            _, _, _, flag, note = self.entry(other)
            self.model[(other, me)] = ("bulk", category, also, flag, note)
        self.did(before)

    @rule(number=st.integers(0, 2), texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=5))
    def new_version(self, number: int, texts: list[str]) -> None:
        """Also one that returns to an earlier text; no annotation changes by it."""
        self.version += 1
        self.bring(self.twin(number, self.version, texts))
        self.ids += [
            i for i in sentences.in_document_order(self.session.connection) if i not in self.ids
        ]

    @rule(number=st.integers(0, 2))
    def older_version(self, number: int) -> None:
        before = sentences.in_document_order(self.session.connection)
        self.bring(self.twin(number, 0, ["Never taken over."]))
        assert sentences.in_document_order(self.session.connection) == before

    @rule(number=st.integers(0, 1))
    def join_groups(self, number: int) -> None:
        """Two drugs turn out to be one drug group."""
        both = (f"TESTAZOLE{number}", f"TWIN{number}")
        self.bring(label(f"both-{number}", "Both", [block("X", ["It joins."])], ingredients=both))
        self.ids += [
            i for i in sentences.in_document_order(self.session.connection) if i not in self.ids
        ]

    @rule(n=st.integers(0, 4), held_out=st.booleans())
    def hold_out(self, n: int, held_out: bool) -> None:
        groups = labels.groups(self.session.connection)
        group = groups[n % len(groups)]
        if importing.set_held_out(self.session, [group.id], held_out):
            self.past.append(dict(self.model))
            self.future.clear()

    def bring(self, draft: LabelDraft) -> None:
        importing.commit_batch(self.session, [draft], importing.ImportTally())

    @rule()
    def undo(self) -> None:
        done = annotating.undo(self.session)
        assert bool(done) == bool(self.past)
        if self.past:
            self.future.append(self.model)
            self.model = self.past.pop()

    @rule()
    def redo(self) -> None:
        done = annotating.redo(self.session)
        assert bool(done) == bool(self.future)
        if self.future:
            self.past.append(self.model)
            self.model = self.future.pop()

    @rule(curator=st.sampled_from(["ana", "ben"]))
    def reopen(self, curator: str) -> None:
        self.session.close()
        self.session = Session.open(self.folder / "p.adme", curator)

    @rule()
    def retrain(self) -> None:
        """The window's side of a training: snapshot, result, new version, roll back."""
        try:
            run = training.create_run(self.session, encoder=self.folder)
        except TrainingProblem:
            # Every drug is held out, or nothing is decided and no heading hints at anything.
            connection = self.session.connection
            ids = sentences.in_document_order(connection)
            decided = {i for i, r in annotations.resolutions(connection, ids).items() if r.category}
            standing = labels.standing(connection)
            assert all(
                standing[s.label][1] or (not s.hint and s.id not in decided)
                for s in sentences.get(connection, ids)
            )
            return
        result = run.folder / "model"
        result.mkdir()
        (result / "model.json").write_text("{}")
        training.finish(self.session, run.id, finished_training())
        training.roll_back(self.session)

    @invariant()
    def the_project_holds_what_was_done(self) -> None:
        if not hasattr(self, "session"):
            return
        connection = self.session.connection
        held = {
            (a.sentence, a.curator): (a.state.value, a.category, a.also, a.flagged, a.note)
            for a in annotations.everything(connection)
        }
        assert held == self.model
        history = [
            change
            for operation in log.operations(connection, newest_first=False)
            for change in log.changes_of(connection, operation.id)
        ]
        assert annotations.replayed(history) == annotations.current(connection)
        assert annotations.wrong_resolutions(connection) == []
        assert labels.misreplayed(connection, history) == []
        assert not second_looks.misreplayed(connection, history)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            assert check(self.session.connection).faults == ()
            self.session.close()
            shutil.rmtree(self.folder)


Curating.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestCurating = Curating.TestCase


def test_states_of_the_model_are_states_of_the_program() -> None:
    assert {"open", "decided", "skipped", "unsure", "bulk"} <= {s.value for s in AnnotationState}
