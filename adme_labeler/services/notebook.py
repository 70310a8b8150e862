"""A project in a notebook or script: sentences with suggestions, decisions, training, tables.

    with open_project(Path("my.adme")) as project:
        for sentence in project.sentences("uncertain"):
            ...

What the window does goes through the same services here: every decision is one undoable operation
in the log, and one writer has the project at a time. docs/notebook.md is the guide.
"""

# pyright: reportMissingTypeStubs=false
# pandas carries its types itself, without stubs.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.closing import Closable
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import (
    AnnotationState,
    Arm,
    ModelVersion,
    SentenceId,
    Suggestion,
)
from adme_labeler.language import tr
from adme_labeler.services import annotating, blindness, headless, queue, recall
from adme_labeler.services.queue import QueueItem, QueueKind, Task
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, labels, sentences

if TYPE_CHECKING:
    import pandas as pd

    from adme_labeler import protocol
    from adme_labeler.domain.records import DrugLabel

PORTION = 500
"""Sentences that are read from the project at a time while iterating."""

Report = Callable[[str], None]
"""Takes a line about what is going on."""

RECALL_COLUMNS = (
    "category", "estimate", "found", "support", "recall", "low", "high",
    "claimed", "precision", "precision_low", "precision_high", "sentences", "drug_groups",
)  # fmt: skip
ANNOTATION_COLUMNS = (
    "sentence", "uid", "drug", "heading", "text", "curator", "category", "also", "state",
    "flagged", "note", "suggested", "probability", "model", "blind", "arm", "held_out", "at",
)  # fmt: skip


@dataclass(frozen=True)
class SentenceToDecide:
    """A sentence as it comes up, with what a curator may see of it.

    `suggestion` is None where `hidden` is true (decided blind until the curator has decided) or no
    model has suggested. `category` and `also` are the project's, by key, whoever decided them.
    `arm` and `inclusion_probability` say why it came up and are kept with the decision.
    """

    id: SentenceId
    uid: str
    drug: str
    headings: tuple[str, ...]
    text: str
    held_out: bool
    suggestion: Suggestion | None
    hidden: bool
    category: CategoryKey | None
    also: tuple[CategoryKey, ...]
    reason: str
    arm: Arm
    inclusion_probability: float | None


@dataclass(frozen=True)
class Trained:
    """A training that came to its end; `active` says whether the new version suggests now."""

    version: ModelVersion
    verdict: str
    reason: str
    active: bool
    seconds: float


class Notebook(Closable):
    """An open project. Close it, or use it in a `with` statement; not for several threads.

    `session` is what every other service of `adme_labeler.services` takes.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def sentences(
        self, kind: QueueKind | str = QueueKind.DOCUMENT, *, seed: int = 0
    ) -> Iterator[SentenceToDecide]:
        """Sentences of a queue in its order, as of now: what is decided meanwhile stays in it.

        "document" holds every sentence; the others hold open ones, at most a hundred where a model
        chooses. Raises Problem for a queue that is none, or that is not about deciding.
        """
        try:
            wanted = QueueKind(kind)
        except ValueError:
            known = ", ".join(k.value for k in QueueKind)
            raise Problem(
                tr("There is no queue {name}; there are {known}.", name=kind, known=known)
            ) from None
        items = queue.build(self.session, wanted, seed=seed).items
        if items and items[0].task is not Task.DECIDE:
            raise Problem(
                tr(
                    "The queue {name} is about earlier decisions; open the window for it.",
                    name=kind,
                )
            )
        return self._told(items)

    def annotate(
        self,
        sentence: SentenceToDecide,
        category: str,
        *,
        also: Sequence[str] = (),
        note: str | None = None,
        read: bool = True,
    ) -> Changes:
        """Decide one sentence: one operation, one undo step (`annotating.undo(project.session)`).

        Categories by key, name or synonym. With `read` the curator stands for having read it: it
        trains and, where it is held out, measures. A rule or another program decides with
        `read=False`: that trains and measures nothing, and is refused for sentences that are
        decided blind and for those that somebody has decided. Raises Problem then, for a category
        that is none, and where the project cannot be written.
        """
        key = self._key(category)
        further = [k for k in map(self._key, also) if k != key]
        in_order = tuple(k for k in self.session.scheme.keys if k in further)
        old = annotating.annotation(self.session, sentence.id)
        new = annotating.decided(self.session, sentence.id, key, self._shown(sentence), in_order)
        if not read:
            self._may_be_filled(sentence)
            new = replace(
                new,
                state=AnnotationState.BULK,
                provenance=replace(new.provenance, arm=Arm.BULK, inclusion_probability=None),
            )
        if note is not None:
            new = replace(new, note=note.strip())
        if old is not None and replace(new, at=old.at) == old:
            return Changes()
        name = self.session.scheme[key].name
        what = "decide" if read else "bulk"
        return annotating.write(self.session, what, f"{name}: {sentence.text[:60]}", [new])

    def suggest(self, report: Report = lambda line: None) -> int:
        """Suggest for every sentence with what is known now; returns how many were scored."""
        self._must_write()
        return headless.suggest(self.session, report)

    def train(
        self,
        preset: str = "default",
        *,
        encoder: Path | None = None,
        seed: int = 42,
        report: Report = lambda line: None,
    ) -> Trained:
        """Train a version in a process of its own, wait for it, and suggest anew.

        `report` takes a line whenever the phase changes and every ten seconds. Interrupting the
        kernel ends the process; the run can be resumed in the window. Raises Problem when there is
        nothing to learn from or the training fails.
        """
        self._must_write()
        version, result = headless.train(self.session, preset, encoder, seed, report)
        headless.suggest(self.session, report)
        from adme_labeler.storage import models

        return Trained(
            version,
            result.comparison.verdict,
            result.comparison.reason,
            models.active(self.session.connection) == version,
            result.seconds,
        )

    def recall(self) -> pd.DataFrame:
        """What the served model finds, a row for each category and `estimate`.

        `estimate` is "held-out" (drugs that it never saw) or "cross-validation" (the drugs that
        taught it). Recall and precision are 0 to 1 with 95 % intervals, NaN under ten sentences.
        Without evidence there are no rows; `attrs["explanation"]` says why, `attrs["model"]` which
        version.revision was measured.
        """
        import pandas as pd

        measured = recall.report(self.session)
        found = [m for m in (measured.held_out, measured.cross_validation) if m is not None]
        rows = [row for measurement in found for row in self._recall_rows(measurement)]
        table = pd.DataFrame(rows, columns=list(RECALL_COLUMNS))
        table.attrs["model"] = f"{measured.version}.{measured.revision}"
        table.attrs["explanation"] = measured.explanation
        return table

    def annotations(self) -> pd.DataFrame:
        """Every curator's annotations, a row each, in document order. Times are UTC."""
        import pandas as pd

        given = annotations.everything(self.session.connection)
        stored = sentences.get(self.session.connection, list({a.sentence for a in given}))
        places = {s.id: s for s in stored}
        shelf = self._shelf()
        rows = [
            (
                a.sentence, place.uid, shelf[place.label].title, " > ".join(place.heading_path),
                place.text, a.curator, a.category, "+".join(a.also), a.state.value, a.flagged,
                a.note, a.provenance.suggested, a.provenance.probability,
                _model(a.provenance.model_version, a.provenance.head_revision),
                a.provenance.blind, a.provenance.arm.value, shelf[place.label].held_out, a.at,
            )
            for a in given
            if (place := places.get(a.sentence)) is not None
        ]  # fmt: skip
        order = {s.id: (shelf[s.label].title, s.label, s.ordinal) for s in stored}
        rows.sort(key=lambda row: (order[row[0]], row[5]))
        return pd.DataFrame(rows, columns=list(ANNOTATION_COLUMNS))

    def close(self) -> None:
        """Let go of the project; nothing is left to be saved."""
        self.session.close()

    def _told(self, items: Sequence[QueueItem]) -> Iterator[SentenceToDecide]:
        """A portion at a time, each as the project is when its turn comes."""
        for start in range(0, len(items), PORTION):
            some = {item.sentence: item for item in items[start : start + PORTION]}
            ids = list(some)
            shelf = self._shelf()
            made = annotating.suggestions_of(self.session, ids)
            decided = annotations.resolutions(self.session.connection, ids)
            own = annotating.annotations_of(self.session, ids)
            kept = blindness.among(self.session, ids)
            for place in sentences.get(self.session.connection, ids):
                item, mine = some[place.id], own.get(place.id)
                hidden = place.id in kept and (mine is None or mine.category is None)
                held = decided.get(place.id)
                yield SentenceToDecide(
                    place.id,
                    place.uid,
                    shelf[place.label].title,
                    place.heading_path,
                    place.text,
                    shelf[place.label].held_out,
                    None if hidden else made.get(place.id),
                    hidden,
                    None if held is None else held.category,
                    () if held is None else held.also,
                    item.reason,
                    item.arm,
                    item.inclusion_probability,
                )

    def _shown(self, sentence: SentenceToDecide) -> annotating.Shown:
        made = sentence.suggestion
        if sentence.hidden:
            made = annotating.suggestions_of(self.session, [sentence.id]).get(sentence.id)
        return annotating.Shown(made, sentence.hidden, sentence.arm, sentence.inclusion_probability)

    def _may_be_filled(self, sentence: SentenceToDecide) -> None:
        if blindness.among(self.session, [sentence.id]):
            raise Problem(
                tr(
                    "This sentence is decided blind, by somebody who read it: it measures the "
                    "model, so no rule may decide it."
                )
            )
        if annotations.resolutions(self.session.connection, [sentence.id]):
            raise Problem(tr("Somebody has decided this sentence; a rule does not overrule that."))

    def _key(self, written: str) -> CategoryKey:
        key = self.session.scheme.find(written)
        if key is None:
            known = ", ".join(c.name for c in self.session.scheme.categories)
            raise Problem(
                tr("There is no category {name}; there are {known}.", name=written, known=known)
            )
        return key

    def _must_write(self) -> None:
        with self.session.project.transaction():  # says in a sentence why not, before any work
            pass

    def _shelf(self) -> dict[int, DrugLabel]:
        return {label.id: label for label in labels.all_labels(self.session.connection)}

    def _recall_rows(self, measurement: protocol.Measurement) -> Iterator[tuple[object, ...]]:
        for m in measurement.categories:
            yield (
                self.session.scheme[CategoryKey(m.category)].name, measurement.source, m.found,
                m.support, m.recall, m.recall_low, m.recall_high, m.claimed, m.precision,
                m.precision_low, m.precision_high, measurement.sentences, measurement.groups,
            )  # fmt: skip


def open_project(
    path: Path | str, *, curator: str = "", read_only: bool = False, create: bool = False
) -> Notebook:
    """Open a project to work in it; `curator` signs the decisions (the login name by default).

    Raises Problem where there is none (or, with `create`, where there is one), and where a window
    or another notebook has it open: `read_only` looks at it meanwhile.
    """
    place = Path(path)
    if create:
        return Notebook(Session.create(place, curator))
    session = Session.open(place, curator, read_only=read_only)
    if session.read_only and not read_only:
        session.close()
        raise Problem(
            tr(
                "{file} is open in a window or another program; close it there, or open it with "
                "read_only=True.",
                file=session.path.name,
            )
        )
    return Notebook(session)


def _model(version: int | None, revision: int | None) -> str:
    return "" if version is None else f"{version}.{revision}"
