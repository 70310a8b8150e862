"""Messages of the model worker that suggests."""

from __future__ import annotations

import msgspec

from adme_labeler.protocol.base import Message
from adme_labeler.protocol.training import Measurement


class SentenceInput(msgspec.Struct, frozen=True):
    """A sentence for the model: `text` masked, `heading` as in `SnapshotRow`."""

    id: int
    text: str
    heading: str = ""


class Example(msgspec.Struct, frozen=True):
    """A sentence with a category for the instant head; `hint` marks heading hints.

    Its sentence must have been sent with `AddSentences` before, or stand in `text`.
    """

    id: int
    category: str
    group: int
    hint: bool = False
    text: str = ""
    heading: str = ""
    evaluates: bool = True
    """Whether it may estimate anything: bulk-accepted and hunted sentences only train."""


class AddSentences(Message, tag="add_sentences", frozen=True):
    """Make sentences known. They are encoded in this order, after prioritised ones."""

    items: tuple[SentenceInput, ...]


class Forget(Message, tag="forget", frozen=True):
    ids: tuple[int, ...]


class Prioritise(Message, tag="prioritise", frozen=True):
    """Encode and score these first (what is on screen, then what is held out)."""

    ids: tuple[int, ...]


class Refit(Message, tag="refit", frozen=True):
    """Fit the instant head on these examples and score every known sentence again.

    With no examples a trained model serves its own head. Only the latest pending Refit is done.
    """

    revision: int
    categories: tuple[str, ...]
    rest: str
    examples: tuple[Example, ...]
    tau: float = 0.5


class Ready(Message, tag="ready", frozen=True):
    model: str
    encoder: str
    encoder_hash: str
    dtype: str
    threads: int
    device: str


class Encoded(Message, tag="encoded", frozen=True):
    """How many of the known sentences have features."""

    done: int
    total: int


class CategorySets(msgspec.Struct, frozen=True, kw_only=True):
    """Which categories a sentence may well be: those whose probability is not below `lowest`.

    Of the sentences of every category with a bound, the share `level` keep theirs in the set.
    `lowest` is in the order of `Refit.categories`; None where fewer than 19 sentences calibrate.
    """

    level: float
    lowest: tuple[float | None, ...]


class Refitted(Message, tag="refitted", frozen=True):
    revision: int
    examples: int
    hints: int
    seconds: float
    temperature: float
    cross_validation: Measurement | None = None
    """Grouped out-of-fold estimate over the annotated examples (never hints); None when they are
    too few or of fewer than two drug groups."""
    sets: CategorySets | None = None
    """None where no category has enough out-of-fold probabilities behind it."""


class Score(msgspec.Struct, frozen=True):
    """See `domain.records.Suggestion` for the meaning of the fields."""

    id: int
    category: str
    second: str
    probabilities: tuple[float, ...]
    margin: float


class Scores(Message, tag="scores", frozen=True):
    """At most 500 scored sentences, prioritised ones first."""

    revision: int
    items: tuple[Score, ...]


class ScoresDone(Message, tag="scores_done", frozen=True):
    """Every known sentence has been scored with this revision."""

    revision: int
    count: int


class Similar(Message, tag="similar", frozen=True):
    """Ask for the `count` known sentences nearest to these (cosine), without themselves.

    `about` comes back with the answer, to tell it from others.
    """

    ids: tuple[int, ...]
    count: int
    about: str = ""


class SimilarFound(Message, tag="similar_found", frozen=True):
    ids: tuple[int, ...]
    about: str = ""


class Given(msgspec.Struct, frozen=True):
    """A decided sentence with its category."""

    id: int
    category: str


class Examine(Message, tag="examine", frozen=True):
    """Ask which of these annotations look wrong. Answered when nothing else is to be done."""

    categories: tuple[str, ...]
    items: tuple[Given, ...]


class SuspectFound(msgspec.Struct, frozen=True):
    """An annotation that looks wrong; see `storage.suspects.Suspect`."""

    id: int
    given: str
    proposed: str
    why: str
    model: str
    probability: float
    duplicates: int


class Examined(Message, tag="examined", frozen=True):
    """Most urgent first. Of the `given` annotations `judged` had out-of-fold probabilities."""

    given: int
    judged: int
    items: tuple[SuspectFound, ...]
