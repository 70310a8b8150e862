"""What suggests, what is measured and what is shown are one model: same version, same head."""

from __future__ import annotations

import shutil
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adme_labeler import protocol
from adme_labeler.domain.categories import Category, CategoryKey
from adme_labeler.domain.records import ModelVersion, SentenceId
from adme_labeler.domain.scheme_rules import free_colors, free_digit
from adme_labeler.services import annotating, importing, recall, schemes, suggesting, training
from adme_labeler.services.annotating import Shown
from adme_labeler.services.between import between
from adme_labeler.services.session import Session
from adme_labeler.services.suggesting import ScoreKeeper
from adme_labeler.storage import measured, sentences, suggestions
from tests.drafts import finished_training, simple_label

CODES = 10_000
MORE = ("F", "G")
"""Categories that may be added."""


class Serving(RuleBasedStateMachine):
    """A real project; hand-made messages stand for the worker, whose head can be told from what it
    says: its code is the margin of every score. Equal examples make equal heads, as in life."""

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="adme-serving-"))
        self.session = Session.create(self.folder / "p", "ana")
        drafts = [simple_label(i, sentences=4) for i in range(6)]
        importing.commit_batch(self.session, drafts, importing.ImportTally())
        importing.choose_held_out(self.session)
        inputs = sentences.model_inputs(self.session.connection)
        self.ids = [i.id for i in inputs]
        self.held = [i.id for i in inputs if i.held_out]
        self.made: dict[tuple[int, int], tuple[int, tuple[str, ...]]] = {}
        self.served_head: int | None = None
        self.start_worker()

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            shutil.rmtree(self.folder)

    # ----------------------------------------------------------------------- the far side

    def start_worker(self) -> None:
        """A new process: what the old one still had to say is gone."""
        self.keeper = ScoreKeeper.start(self.session)
        self.refits: list[tuple[protocol.Refit, int]] = []
        self.fitted: list[protocol.Refitted] = []

    def scores(self, refit: protocol.Refit, head: int, ids: list[SentenceId]) -> protocol.Scores:
        items = []
        keys = refit.categories
        for sentence in ids:
            first = (sentence * 7 + head) % len(keys)
            rest = 0.4 / (len(keys) - 1)
            shown = tuple(0.6 if k == first else rest for k in range(len(keys)))
            second = keys[(first + 1) % len(keys)]
            items.append(protocol.Score(sentence, keys[first], second, shown, head / CODES))
        return protocol.Scores(refit.revision, tuple(items))

    # ----------------------------------------------------------------------- what happens

    @rule(data=st.data(), held=st.booleans())
    def decide(self, data: st.DataObject, held: bool) -> None:
        sentence = data.draw(st.sampled_from(self.held if held else self.ids))
        key = data.draw(st.sampled_from(self.session.scheme.keys))
        annotating.decide(self.session, sentence, CategoryKey(key), Shown(blind=True))

    @rule(late_news=st.booleans())
    def refit(self, late_news: bool = False) -> None:
        message = self.keeper.refit()
        # A trained version without examples is the model as the gate measured it.
        what = [self.keeper.version, *(msgspec.json.encode(e) for e in message.examples)]
        head = zlib.crc32(repr(what).encode()) % CODES
        self.refits.append((message, head))
        self.made[(self.keeper.version, message.revision)] = (head, message.categories)
        # The level of its category sets tells the head, too; every category passes its bound.
        sets = protocol.CategorySets(level=head / CODES, lowest=(0.0,) * len(message.categories))
        fitted = protocol.Refitted(message.revision, 0, 0, 0.1, 1.0, sets=sets)
        self.fitted.append(fitted)
        if not late_news:
            self.keeper.fitted(fitted)

    @rule(data=st.data())
    def decide_and_refit(self, data: st.DataObject) -> None:
        """Another head soon after the last, whose scores still stream."""
        train = [i for i in self.ids if i not in self.held]
        key = data.draw(st.sampled_from(self.session.scheme.keys))
        annotating.decide(self.session, data.draw(st.sampled_from(train)), key, Shown())
        self.refit()
        if len(self.refits) > 1 and data.draw(st.booleans()):
            message, head = self.refits[-2]
            self.took(self.keeper.take(self.scores(message, head, self.ids)).models)

    @precondition(lambda self: self.fitted)
    @rule(data=st.data())
    def news_of_any_refit(self, data: st.DataObject) -> None:
        """What a head says of itself comes late, perhaps when it was overtaken."""
        self.keeper.fitted(data.draw(st.sampled_from(self.fitted)))

    @precondition(lambda self: self.refits)
    @rule(data=st.data(), late=st.booleans())
    def scored(self, data: st.DataObject, late: bool) -> None:
        """Some scores arrive, of the last refit or of one that was overtaken."""
        message, head = self.refits[0 if late else -1]
        ids = data.draw(st.lists(st.sampled_from(self.ids), min_size=1, unique=True))
        self.took(self.keeper.take(self.scores(message, head, ids)).models)

    @precondition(lambda self: self.refits)
    @rule()
    def all_scored(self) -> None:
        message, head = self.refits[-1]
        self.took(self.keeper.take(self.scores(message, head, self.ids)).models)
        done = protocol.ScoresDone(message.revision, len(self.ids))
        self.took(self.keeper.done(done).models)

    def took(self, complete: bool) -> None:
        if complete:
            self.served_head = self.refits[-1][1]

    @rule(verdict=st.sampled_from(["better", "worse", "inconclusive"]))
    def train(self, verdict: str) -> None:
        run = training.create_run(self.session, encoder=self.folder)
        (run.folder / "model").mkdir()
        (run.folder / "model" / "model.json").write_text("{}")
        before = suggesting.served_version(self.session)
        training.finish(self.session, run.id, finished_training(verdict))
        if suggesting.served_version(self.session) != before:
            self.start_worker()

    @precondition(lambda self: training.versions(self.session))
    @rule(data=st.data())
    def promote(self, data: st.DataObject) -> None:
        known = [m.version for m in training.versions(self.session)]
        training.promote(self.session, data.draw(st.sampled_from(known)))
        self.start_worker()

    @precondition(lambda self: suggesting.served_version(self.session))
    @rule()
    def roll_back(self) -> None:
        training.roll_back(self.session)
        self.start_worker()

    @rule(key=st.sampled_from(MORE))
    def add_or_remove_a_category(self, key: str) -> None:
        """As the window does: the project is opened again."""
        scheme = self.session.scheme
        kept = tuple(c for c in scheme.categories if c.key != key)
        if len(kept) == len(scheme.categories):
            light, dark = free_colors(kept)
            digit = free_digit(kept)
            kept = (*kept, Category(CategoryKey(key), f"More {key}", digit, light, dark, "More."))
        elif schemes.why_kept(self.session, CategoryKey(key)):
            return
        schemes.save(self.session, replace(scheme, categories=kept))
        self.restart(True)

    @rule(reopen=st.booleans())
    def restart(self, reopen: bool) -> None:
        """The worker dies, or the whole program."""
        if reopen:
            self.session.close()
            self.session = Session.open(self.folder / "p", "ana")
        self.start_worker()

    # ----------------------------------------------------------------------- what must hold

    @invariant()
    def a_number_names_one_head(self) -> None:
        for suggestion in suggestions.get(self.session.connection, self.ids).values():
            number = (int(suggestion.model_version), suggestion.head_revision)
            head, keys = self.made[number]
            assert round(suggestion.margin * CODES) == head
            now = self.session.scheme.keys
            assert now[: len(keys)] == keys, "probabilities in another order than the categories"
            found = between(self.session, suggestion)
            if found is not None:
                served = suggesting.served(self.session)
                assert served is not None and number == (int(served.version), served.revision)
                assert round(found.level * CODES) == head

    @invariant()
    def what_is_measured_is_what_is_served(self) -> None:
        served, report = suggesting.served(self.session), recall.report(self.session)
        if served is None:
            assert self.served_head is None and report.held_out is None
            return
        number = (served.version, served.revision)
        assert (report.version, report.revision) == number
        head, keys = self.made[(int(served.version), served.revision)]
        assert head == self.served_head
        rows, updating = recall.measurable(self.session)
        shown = suggestions.get(self.session.connection, [r.sentence for r in rows])
        for row in rows:
            suggestion = shown[row.sentence]
            assert (suggestion.model_version, suggestion.head_revision) == number
            assert round(suggestion.margin * CODES) == self.served_head
            assert keys.index(suggestion.category) == (row.sentence * 7 + head) % len(keys)
            assert row.suggested == suggestion.category
            assert row.sentence in self.held and row.group not in served.groups
        decided = {m.sentence for m in measured.decided(self.session.connection)}
        assert updating or decided == {r.sentence for r in rows}
        if report.held_out is not None:
            right = sum(r.category == r.suggested for r in rows)
            assert report.held_out.sentences == len(rows)
            assert report.held_out.accuracy == right / len(rows)

    @invariant()
    def a_candidate_never_suggests(self) -> None:
        active = suggesting.served_version(self.session)
        assert self.keeper.version == active
        known = {ModelVersion(0), *(m.version for m in training.versions(self.session))}
        assert active in known


Serving.TestCase.settings = settings(max_examples=14, stateful_step_count=20, deadline=None)
test_serving = Serving.TestCase


def test_after_a_restart_no_head_takes_the_number_of_one_that_was_half_stored() -> None:
    serving = Serving()
    try:
        serving.open()
        train = [i for i in serving.ids if i not in serving.held]
        annotating.decide(serving.session, serving.held[0], CategoryKey("A"), Shown(blind=True))
        serving.refit()
        serving.all_scored()
        annotating.decide(serving.session, train[0], CategoryKey("D"), Shown())
        serving.refit()
        message, head = serving.refits[-1]
        serving.keeper.take(serving.scores(message, head, train))
        serving.restart(reopen=True)
        annotating.decide(serving.session, train[1], CategoryKey("M"), Shown())
        serving.refit()
        serving.a_number_names_one_head()
        serving.what_is_measured_is_what_is_served()
    finally:
        serving.teardown()


def test_scores_of_an_overtaken_head_are_not_taken_for_those_of_the_new_one() -> None:
    serving = Serving()
    try:
        serving.open()
        train = [i for i in serving.ids if i not in serving.held]
        serving.refit()
        annotating.decide(serving.session, train[0], CategoryKey("D"), Shown())
        serving.refit()
        (message, head), (_, newer) = serving.refits
        assert head != newer
        assert not serving.keeper.take(serving.scores(message, head, serving.ids)).suggestions
        serving.a_number_names_one_head()
        serving.what_is_measured_is_what_is_served()
    finally:
        serving.teardown()


def test_late_news_of_an_overtaken_head_are_not_taken_for_those_of_the_new_one() -> None:
    serving = Serving()
    try:
        serving.open()
        train = [i for i in serving.ids if i not in serving.held]
        serving.refit()
        annotating.decide(serving.session, train[0], CategoryKey("D"), Shown())
        serving.refit()
        serving.keeper.fitted(serving.fitted[0])
        serving.all_scored()
        serving.a_number_names_one_head()
        (first,) = suggestions.get(serving.session.connection, train[:1]).values()
        assert between(serving.session, first) is not None
    finally:
        serving.teardown()
