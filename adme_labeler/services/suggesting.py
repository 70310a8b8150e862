"""What the model worker is told and what it answers: one served model at any time."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import msgspec

from adme_labeler import paths, protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.domain.records import (
    NO_TRAINED_MODEL,
    GroupId,
    ModelVersion,
    SentenceId,
    Suggestion,
)
from adme_labeler.domain.sentence_text import heading_for_model, mask_names
from adme_labeler.domain.slices import at_once
from adme_labeler.language import tr
from adme_labeler.services.examples import Hints, reading
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, models, sentences, settings, suggestions
from adme_labeler.storage.durability import without_waiting_for_the_disk
from adme_labeler.storage.sentences import ModelInput

FEWEST_TO_MOVE = 20
"""A trained model's head stays as it is until so many annotations came after its snapshot."""
REFIT_EVERY = 5
"""Annotations after which the instant head is fitted again."""
CHUNK = 500


@dataclass(frozen=True)
class Served:
    """The one model that suggests and is measured; `groups` are those its head has learned from.

    Groups go by the names of today: a group that was merged since is its survivor.
    """

    version: ModelVersion
    revision: int
    groups: frozenset[GroupId]
    cross_validation: protocol.Measurement | None = None


def served(session: Session) -> Served | None:
    """None until a model has suggested for the first time."""
    stored = cast("dict[str, Any] | None", session.setting("served"))
    if stored is None:
        return None
    estimate = stored.get("cross_validation")
    return Served(
        ModelVersion(stored["version"]),
        int(stored["revision"]),
        labels.survivors(session.connection, stored["groups"]),
        None if estimate is None else msgspec.convert(estimate, protocol.Measurement),
    )


def encoder_folder(session: Session) -> Path:
    """Folder of the pretrained encoder that the project uses. Raises TrainingProblem if absent."""
    chosen = session.setting("encoder", "")
    if isinstance(chosen, str) and chosen:
        if not (Path(chosen) / "config.json").is_file():
            raise TrainingProblem(
                tr("The encoder folder {folder} is not there; choose another one.", folder=chosen)
            )
        return Path(chosen)
    shipped = paths.default_encoder()
    if shipped is None:
        raise TrainingProblem(
            tr(
                "The language model that the program ships with is missing; install the program "
                "again."
            )
        )
    return shipped


def model_folder(session: Session, version: ModelVersion) -> Path:
    """Where the weights of a version lie (whether or not they are there)."""
    return session.project.folder / "models" / str(version)


def served_version(session: Session) -> ModelVersion:
    """The active version, or 0 (instant model) when its weights are not beside the project."""
    version = models.active(session.connection)
    if version and not (model_folder(session, version) / "model.json").is_file():
        return NO_TRAINED_MODEL
    return version


def serve_arguments(session: Session) -> list[str]:
    """Arguments of `adme_labeler.worker serve`: the model (or encoder) folder, the features."""
    version = served_version(session)
    model = model_folder(session, version) if version else encoder_folder(session)
    features = session.project.folder / "features"
    features.mkdir(parents=True, exist_ok=True)
    return [str(model), str(features)]


def sentence_messages(
    session: Session, ids: Iterable[SentenceId] | None = None
) -> Iterator[protocol.AddSentences]:
    """Make sentences (all queued ones by default) known to the worker.

    Lazy: each chunk costs some milliseconds, so a window takes one an event-loop turn.
    """
    chosen = sentences.in_document_order(session.connection) if ids is None else list(ids)
    for start in range(0, len(chosen), CHUNK):
        inputs = sentences.model_inputs(session.connection, chosen[start : start + CHUNK])
        yield protocol.AddSentences(tuple(as_sentence_input(item) for item in inputs))


def as_sentence_input(item: ModelInput) -> protocol.SentenceInput:
    """A sentence as models see it: names masked, headings cleaned."""
    return protocol.SentenceInput(
        item.id, mask_names(item.text, item.names), heading_for_model(item.heading_path, item.names)
    )


@dataclass
class ScoreKeeper:
    """Stores what the worker sends, so that a served revision is whole before it is measured.

    Held-out sentences that were decided are kept back until all of them carry the new revision;
    then they, and the statement which model is served, change in one transaction. Others are
    stored as they come.
    """

    session: Session
    version: ModelVersion
    revision: int = -1
    _groups: frozenset[GroupId] = frozenset()
    _estimate: protocol.Measurement | None = None
    _sets: protocol.CategorySets | None = None
    _waiting: set[SentenceId] = field(default_factory=set[SentenceId])
    _held: list[Suggestion] = field(default_factory=list[Suggestion])
    _hints: Hints = field(default_factory=Hints)

    @classmethod
    def start(cls, session: Session) -> ScoreKeeper:
        """For a worker that was just started with `serve_arguments`."""
        version = served_version(session)
        now = served(session)
        revision = now.revision if now is not None and now.version == version else -1
        # A worker that ended, or a version that is served again, may have left suggestions of a
        # later head: its number must not come to name another one.
        return cls(
            session, version, max(revision, suggestions.last_revision(session.connection, version))
        )

    def refit(self) -> protocol.Refit:
        """Message that fits the head on what is known now and scores everything again."""
        return at_once(self.refitting())

    def sentences_changed(self) -> None:
        """Drug labels or drug groups are not what they were."""
        self._hints.forget()

    def refitting(self) -> Generator[None, None, protocol.Refit]:
        """As `refit`, in slices: yields between them. The present revision counts until the end."""
        examples = yield from reading(self.session, self.version, self._hints)
        if not self.version and not any(e.hint for e in examples):
            # Without it the first decisions would stand alone: with 50 of them the mean recall of
            # A, D, M, E was .30, with the sample .70 (gold sentences, drugs never seen).
            examples = (*examples, *_sample_examples(self.session))
        self.revision += 1
        if self.version and (self.revision == 0 or not _enough(examples)):
            examples = ()  # the trained model as the gate measured it
        self._groups = frozenset(GroupId(e.group) for e in examples if e.group >= 0)
        self._waiting = set(evaluated_ids(self.session))
        self._held = []
        self._estimate, self._sets = None, None
        tau = self.session.setting("tau", 0.5)
        return protocol.Refit(
            revision=self.revision,
            categories=self.session.scheme.keys,
            rest=self.session.scheme.rest,
            examples=examples,
            tau=float(tau) if isinstance(tau, int | float) else 0.5,
        )

    def fitted(self, message: protocol.Refitted) -> None:
        """Keep the head's own cross-validation, to be shown where no drug is held out, and the
        bounds of its category sets."""
        if message.revision == self.revision:
            self._estimate, self._sets = message.cross_validation, message.sets

    def take(self, scores: protocol.Scores) -> Changes:
        """Store a batch; scores of an overtaken revision are dropped."""
        if scores.revision != self.revision:
            return Changes()
        fresh = [self._suggestion(item) for item in scores.items]
        self._held += [s for s in fresh if s.sentence in self._waiting]
        self._waiting -= {s.sentence for s in fresh}
        held = {s.sentence for s in self._held}
        now = [s for s in fresh if s.sentence not in held]
        complete = not self._waiting
        if complete:
            now += self._held
            self._held = []
        if not now:
            return Changes()
        with self._transaction() as connection:
            suggestions.store(connection, now, self.session.scheme.keys)
            if complete:
                self._remember(connection)
        return Changes(suggestions=frozenset(s.sentence for s in now), models=complete)

    def done(self, message: protocol.ScoresDone) -> Changes:
        """Every known sentence is scored; held-out ones that have left the project are let go."""
        if message.revision != self.revision or not (self._waiting or self._held):
            return Changes()
        left, self._waiting, self._held = self._held, set(), []
        with self._transaction() as connection:
            suggestions.store(connection, left, self.session.scheme.keys)
            self._remember(connection)
        return Changes(suggestions=frozenset(s.sentence for s in left), models=True)

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with (
            without_waiting_for_the_disk(self.session.connection),
            self.session.project.transaction() as connection,
        ):
            yield connection

    def _remember(self, connection: sqlite3.Connection) -> None:
        settings.remember(
            connection,
            "served",
            {
                "version": int(self.version),
                "revision": self.revision,
                "groups": [int(g) for g in sorted(self._groups)],
                "cross_validation": msgspec.to_builtins(self._estimate),
                "categories": list(self.session.scheme.keys),
                "sets": msgspec.to_builtins(self._sets),
            },
        )

    def _suggestion(self, score: protocol.Score) -> Suggestion:
        return Suggestion(
            SentenceId(score.id),
            self.version,
            self.revision,
            CategoryKey(score.category),
            CategoryKey(score.second),
            score.probabilities,
            score.margin,
        )


def evaluated_ids(session: Session) -> list[SentenceId]:
    """Decided held-out sentences, to be scored first after what is on screen."""
    return suggestions.evaluated_ids(session.connection)


def sample_annotations() -> list[dict[str, str]]:
    """Rows of the shipped sample annotations: set_id, drug, heading, text, category, also."""
    table = paths.sample_labels() / "annotations.csv"
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _enough(examples: Sequence[protocol.Example]) -> bool:
    return len(examples) >= FEWEST_TO_MOVE and len({e.category for e in examples}) > 1


def _sample_examples(session: Session) -> list[protocol.Example]:
    """Of drug labels that the project does not hold: none may teach what it is measured on."""
    own = {row[0] for row in session.connection.execute("SELECT set_id FROM drug_label")}
    groups: dict[str, int] = {}
    return [
        protocol.Example(
            id=-1 - number,
            category=row["category"],
            group=-1 - groups.setdefault(row["drug"], len(groups)),
            hint=True,
            text=mask_names(row["text"], _parts(row["drug"])),
            heading=heading_for_model([row["heading"]], _parts(row["drug"])),
        )
        for number, row in enumerate(sample_annotations())
        if row["set_id"] not in own
    ]


def _parts(drug: str) -> Sequence[str]:
    return [drug, *(part.strip() for part in drug.replace(" and ", "/").split("/"))]
