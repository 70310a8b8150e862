"""Bringing drug labels in: the import process reads, the window commits in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.records import (
    Annotation,
    AnnotationState,
    Arm,
    BlockKind,
    GroupId,
    LabelDraft,
    LabelId,
    LabelType,
    OperationId,
    Provenance,
    Sections,
    SentenceId,
)
from adme_labeler.domain.sentence_text import normalized
from adme_labeler.language import tr, trn
from adme_labeler.services import label_versions, table_facts
from adme_labeler.services.label_versions import Fate
from adme_labeler.services.session import Session
from adme_labeler.storage import annotations, labels
from adme_labeler.storage.labels import CommitStatus
from adme_labeler.storage.log import Draft


@dataclass(frozen=True)
class FileReport:
    """What became of one file: read, nothing new, skipped or failed, with the reason."""

    path: str
    status: str
    reason: str
    labels: int
    sentences: int
    tables: int


@dataclass
class ImportTally:
    """What an import did so far; the window and the command line both show it."""

    new_labels: int = 0
    updated_labels: int = 0
    known_labels: int = 0
    sentences: int = 0
    older_labels: int = 0
    kept: int = 0
    changed: int = 0
    came: int = 0
    gone: int = 0
    """Sentences of updated drug labels: unchanged, changed, new, gone."""
    renamed: int = 0
    """Drug labels of which the names of the drug alone are new."""
    annotations: int = 0
    held_out_groups: int = 0
    files: list[FileReport] = field(default_factory=list[FileReport])
    unknown_headings: dict[str, int] = field(default_factory=dict[str, int])
    updated: dict[LabelId, None] = field(default_factory=dict[LabelId, None])
    """Drug labels that came in a new version, in order."""
    dominant: str = ""
    """A sentence where one drug group holds more than a third of all sentences."""

    @property
    def wants_a_look(self) -> bool:
        """Whether the report says something about a file: it failed, or a drug name was guessed."""
        return any(
            f.status in ("failed", "skipped") or (f.status == "read" and f.reason)
            for f in self.files
        )

    @property
    def sentence(self) -> str:
        """One sentence for the curator."""
        failed = sum(f.status == "failed" for f in self.files)
        added = self.new_labels
        parts = [trn("{count:,} drug label added", "{count:,} drug labels added", added)]
        if self.updated_labels:
            said = self._update
            parts.append(tr("{count:,} updated ({what})", count=self.updated_labels, what=said))
        if self.known_labels and self.renamed:
            parts.append(
                tr(
                    "{count:,} already known ({renamed:,} under new drug names)",
                    count=self.known_labels,
                    renamed=self.renamed,
                )
            )
        elif self.known_labels:
            parts.append(tr("{count:,} already known", count=self.known_labels))
        if self.older_labels:
            parts.append(
                tr("{count:,} older than the version in the project", count=self.older_labels)
            )
        parts.append(trn("{count:,} new sentence", "{count:,} new sentences", self.sentences))
        if failed:
            parts.append(
                trn("{count:,} file could not be read", "{count:,} files could not be read", failed)
            )
        remarks = [f.reason for f in self.files if f.status == "read" and f.reason]
        if len(remarks) > 1:
            parts.append(tr("{count:,} files read with a remark", count=len(remarks)))
        alone = remarks[0] if len(remarks) == 1 else ""
        return " ".join(part for part in (", ".join(parts) + ".", alone, self.dominant) if part)

    @property
    def _update(self) -> str:
        """What became of the sentences of the updated drug labels."""
        return label_versions.summary(
            {
                Fate.UNCHANGED: self.kept,
                Fate.CHANGED: self.changed,
                Fate.NEW: self.came,
                Fate.GONE: self.gone,
            }
        )


def job_of(
    paths: Sequence[Path],
    sections: Sections = Sections.PHARMACOKINETICS,
    types: Iterable[LabelType] = (LabelType.PRESCRIPTION,),
    layouts: dict[str, protocol.TableLayout] | None = None,
    drug_names: Mapping[str, Sequence[str]] | None = None,
) -> protocol.ImportJob:
    """What `adme_labeler.worker import` is to do; `drug_names` as in `ImportJob`."""
    return protocol.ImportJob(
        paths=tuple(str(path.expanduser().absolute()) for path in paths),
        sections=sections.value,
        types=tuple(t.value for t in types),
        layouts=layouts or {},
        drug_names={path: tuple(names) for path, names in (drug_names or {}).items()},
    )


def write_job(
    folder: Path,
    paths: Sequence[Path],
    sections: Sections = Sections.PHARMACOKINETICS,
    types: Iterable[LabelType] = (LabelType.PRESCRIPTION,),
    layouts: dict[str, protocol.TableLayout] | None = None,
) -> Path:
    """Job file for reading without a run; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "import.json"
    target.write_bytes(msgspec.json.encode(job_of(paths, sections, types, layouts)))
    return target


def commit_batch(
    session: Session, drafts: Sequence[LabelDraft], tally: ImportTally, read_by: str = ""
) -> Changes:
    """Store drug labels that an import process handed over, in one transaction.

    `read_by` names the curator who declares having read the categories that a table carries; they
    then count as annotations. Without it they are kept as bulk: they train, but evaluate nothing.
    """
    changes = Changes()
    summary = drafts[0].title if len(drafts) == 1 else f"{len(drafts)} drug labels"
    with session.project.operation(
        "import", f"Import {summary}", session.curator, undoable=False
    ) as operation:
        for draft in drafts:
            changes |= store(session, operation, draft, tally, read_by)[1]
    return changes


def store(
    session: Session, operation: Draft, draft: LabelDraft, tally: ImportTally, read_by: str = ""
) -> tuple[labels.Committed, Changes]:
    """As `commit_batch`, for one drug label inside the open `operation`."""
    committed = labels.commit(session.connection, operation, draft)
    _count_in(tally, draft, committed)
    given = _given_categories(session, committed.label, draft)
    written = _imported(session, given, read_by)
    annotations.write(session.connection, operation, written)
    tally.annotations += len(written)
    fresh = committed.status in (CommitStatus.NEW, CommitStatus.UPDATED)
    if fresh and any(block.kind is BlockKind.TABLE for block in draft.blocks):
        table_facts.examine(session, committed.label)
    if not fresh and not written and not committed.renamed:
        return committed, Changes()
    return committed, Changes(
        operation=OperationId(operation.id),
        labels=frozenset([committed.label] if fresh or committed.renamed else ()),
        annotations=frozenset(a.sentence for a in written),
        groups=True,
    )


def choose_held_out(session: Session) -> Changes:
    """After labels came in: hold out about a fifth of the drug groups, by stable hash.

    At least two once there are five groups, none below. Never takes a group back, and never takes
    one that a model trained on or that was decided with the suggestion in view.
    """
    from adme_labeler.statistics.groups import GroupCandidate
    from adme_labeler.statistics.groups import choose_held_out as choose

    standing = labels.groups(session.connection)
    candidates = [
        GroupCandidate(key=g.key, held_out=g.held_out, eligible=not g.trained and g.seen == 0)
        for g in standing
    ]
    chosen = choose(candidates)
    ids = [g.id for g in standing if g.key in chosen and not g.held_out]
    return set_held_out(session, ids, True, automatic=True)


def set_held_out(
    session: Session, groups: Sequence[GroupId], held_out: bool, *, automatic: bool = False
) -> Changes:
    """Hold drug groups out of training, or give them to it; by hand this is one undo step."""
    verb = "Hold out" if held_out else "Train on"
    with session.project.operation(
        "held out",
        f"{verb} {_count(len(groups), 'drug group')}",
        session.curator,
        undoable=not automatic,
    ) as draft:
        for group in groups:
            labels.set_held_out(session.connection, draft, group, held_out)
    if not draft.changes:
        return Changes()
    if not automatic:
        session.note_undoable(draft.id)
    return Changes(operation=OperationId(draft.id), groups=True)


def _count_in(tally: ImportTally, draft: LabelDraft, committed: labels.Committed) -> None:
    if committed.status is CommitStatus.NEW:
        tally.new_labels += 1
    elif committed.status is CommitStatus.UPDATED:
        tally.updated_labels += 1
        tally.updated[committed.label] = None
        tally.kept += committed.kept
        tally.changed += committed.changed
        tally.came += committed.queued - committed.changed
        tally.gone += committed.gone - committed.changed
    elif committed.status is CommitStatus.OLDER:
        tally.older_labels += 1
    else:
        tally.known_labels += 1
    tally.renamed += committed.renamed
    tally.sentences += committed.queued
    for heading in draft.unknown_headings:
        tally.unknown_headings[heading] = tally.unknown_headings.get(heading, 0) + 1


def _given_categories(
    session: Session, label: LabelId, draft: LabelDraft
) -> list[tuple[SentenceId, str]]:
    """Sentences of the stored label for which the file carries a category."""
    if not any(block.categories for block in draft.blocks):
        return []
    by_text: dict[str, list[SentenceId]] = {}
    for row in session.connection.execute(
        "SELECT id, text FROM sentence WHERE drug_label = ? AND current = 1 ORDER BY position",
        (label,),
    ):
        by_text.setdefault(normalized(row["text"]), []).append(SentenceId(row["id"]))
    given: list[tuple[SentenceId, str]] = []
    for block in draft.blocks:
        for span, category in zip(block.spans, block.categories, strict=False):
            waiting = by_text.get(normalized(block.text[span.start : span.end]), [])
            if waiting:
                sentence = waiting.pop(0)
                if category:
                    given.append((sentence, category))
    return given


def _imported(
    session: Session, given: Sequence[tuple[SentenceId, str]], read_by: str
) -> list[Annotation]:
    decided = annotations.resolutions(session.connection, [s for s, _ in given])
    state = AnnotationState.IMPORTED if read_by else AnnotationState.BULK
    blank = Annotation(
        SentenceId(0),
        read_by or "imported file",
        state,
        provenance=Provenance(arm=Arm.IMPORT, scheme_version=session.scheme.version),
        at=session.project.now(),
    )
    keys = {written: session.scheme.find(written) for written in {c for _, c in given}}
    return [
        replace(blank, sentence=sentence, category=keys[written])
        for sentence, written in given
        if sentence not in decided and keys[written] is not None
    ]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
