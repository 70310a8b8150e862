"""An import from its first file to its last: what the window and the command line do alike.

A run is remembered while it goes: every transaction that stores drug labels also stores how far
it came, so that one that was cancelled, killed or unplugged goes on exactly there.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft
from adme_labeler.language import mark, tr, trn
from adme_labeler.services import drug_groups, importing, schemes
from adme_labeler.services.importing import FileReport, ImportTally
from adme_labeler.services.session import Session
from adme_labeler.storage import imports
from adme_labeler.storage.durability import without_waiting_for_the_disk
from adme_labeler.storage.imports import FileRow, ImportRun, LabelRow, RunState
from adme_labeler.storage.labels import CommitStatus, Committed

AHEAD = 24
"""Drug labels that may wait between the reading process and the project."""

NEW, UPDATED = "read", "new version"
NOTHING_NEW, OLDER = "nothing new", "older version"
SKIPPED, FAILED = "skipped", "failed"
STATUSES = (FAILED, SKIPPED, OLDER, NOTHING_NEW, UPDATED, NEW)
"""Statuses of files and drug labels, those that want a look first."""

RENAMED = mark("Its text is already in the project; the names of its drug are new.")
_STATUS = {
    CommitStatus.NEW: (NEW, ""),
    CommitStatus.UPDATED: (UPDATED, ""),
    CommitStatus.KNOWN: (NOTHING_NEW, mark("Everything in it is already in the project.")),
    CommitStatus.OLDER: (OLDER, mark("The project has a newer version of this drug label.")),
}
_Item = protocol.LabelRead | protocol.LabelLeft | protocol.FileDone


@dataclass
class Intake:
    """Takes what the reading process sends and stores it in portions.

    `job` is the job file for `adme_labeler.worker import`. Close with `end`, whatever happened.
    """

    session: Session
    run: int
    job: Path
    read_by: str = ""
    tally: ImportTally = field(default_factory=ImportTally)
    _waiting: deque[_Item] = field(default_factory=deque[_Item])
    _path: str = ""
    _stamp: str = ""
    _reading: str = ""

    @classmethod
    def begin(cls, session: Session, job: protocol.ImportJob, read_by: str = "") -> Intake:
        """Start an import. `read_by`: see `importing.commit_batch`."""
        words = schemes.words(session.scheme)
        job = msgspec.structs.replace(job, ahead=AHEAD, begin=None, category_words=words)
        with session.project.transaction() as connection:
            run = imports.begin(
                connection,
                session.project.now(),
                session.curator,
                read_by,
                msgspec.json.encode(job).decode(),
            )
        return cls(session, run, _write(session, run, job), read_by)

    @classmethod
    def resume(cls, session: Session, run: int) -> Intake:
        """Go on with an import that was stopped. Raises ImportProblem when there is none."""
        found = imports.one(session.connection, run)
        if found is None or found.state not in imports.UNFINISHED:
            raise ImportProblem(tr("There is no import that could go on."))
        job = msgspec.json.decode(found.job, type=protocol.ImportJob)
        begin = _where(session, found)
        with session.project.transaction() as connection:
            imports.set_state(connection, run, RunState.RUNNING, None)
            if begin.path != found.path:
                imports.forget_file(connection, run, found.path)
        job = msgspec.structs.replace(job, begin=begin)
        intake = cls(session, run, _write(session, run, job), found.read_by)
        intake._path, intake._stamp = begin.path, found.stamp if begin.path else ""
        return intake

    def take(self, message: protocol.FromWorker) -> None:
        """Put a message in line; `store` deals with it."""
        if isinstance(message, protocol.FileBegun):
            self._reading = message.path
        elif isinstance(message, _Item):
            self._waiting.append(message)

    def waiting(self) -> int:
        return len(self._waiting)

    def store(self, seconds: float = 0.0) -> tuple[Changes, protocol.Taken]:
        """Store what waits, at least one item, more while `seconds` last; one transaction.

        Returns what changed and what to tell the reading process. Raises StorageProblem; what was
        to be stored is then not in the project, and comes again when the import is resumed.
        """
        if not self._waiting:
            return Changes(), protocol.Taken(0)
        until = time.monotonic() + seconds
        titles: list[str] = []
        taken = 0
        changes = Changes()
        with (
            without_waiting_for_the_disk(self.session.connection),
            self.session.project.operation(
                "import", "", self.session.curator, undoable=False
            ) as operation,
        ):
            while self._waiting and (not titles or time.monotonic() < until):
                item = self._waiting.popleft()
                if isinstance(item, protocol.FileDone):
                    self._file(item)
                    continue
                taken += 1
                self._at(item.path, item.place)
                if isinstance(item, protocol.LabelLeft):
                    self._left(item)
                    continue
                titles.append(item.label.title)
                committed, told = importing.store(
                    self.session, operation, item.label, self.tally, self.read_by
                )
                self._label(item, committed)
                changes |= told
            title = titles[0] if len(titles) == 1 else f"{len(titles)} drug labels"
            operation.summary = f"Import {title}"
        return changes, protocol.Taken(taken)

    def drop(self) -> None:
        """Cancelled: what waits is let go, and is read again if the import goes on."""
        self._waiting.clear()

    def end(self, outcome: protocol.FromWorker | None) -> Changes:
        """The reading process has ended with `outcome`, None where nobody knows.

        Drug groups are held out before the run counts as ended, so that a crash cannot come
        between.
        """
        changes = importing.choose_held_out(self.session)
        self.tally.dominant = drug_groups.warning(self.session)
        state = RunState.FAILED
        if isinstance(outcome, protocol.ImportDone) and not self._waiting:
            state = RunState.FINISHED
        elif isinstance(outcome, protocol.Cancelled):
            state = RunState.CANCELLED
        with self.session.project.transaction() as connection:
            imports.set_state(connection, self.run, state, self.session.project.now())
            imports.set_remark(connection, self.run, self.tally.dominant)
        self.job.unlink(missing_ok=True)
        return changes

    def without_the_culprit(self, outcome: protocol.FromWorker | None) -> bool:
        """Whether the import can go on although the reading process died.

        The file that it was in then counts as failed, what was read of it stays, and `job` is about
        the rest.
        """
        if not isinstance(outcome, protocol.Failed) or not self._reading:
            return False
        while self._waiting:
            self.store()
        reason = tr(
            "{file} made the reading process end; the rest went on.", file=Path(self._reading).name
        )
        begin = _where(self.session, self._now())
        self.take(
            protocol.FileDone(
                self._reading, FAILED, reason, begin.labels, begin.sentences, begin.tables
            )
        )
        self.store()
        self._reading = ""
        run = self._now()
        job = msgspec.json.decode(run.job, type=protocol.ImportJob)
        job = msgspec.structs.replace(job, begin=_where(self.session, run))
        self.job = _write(self.session, self.run, job)
        return True

    def _now(self) -> ImportRun:
        found = imports.one(self.session.connection, self.run)
        assert found is not None
        return found

    # ------------------------------------------------------------------ inside the transaction

    def _at(self, path: str, place: Sequence[int]) -> None:
        if path != self._path:
            self._path, self._stamp = path, _stamp(path)
        imports.stand(self.session.connection, self.run, path, self._stamp, place)

    def _label(self, item: protocol.LabelRead, committed: Committed) -> None:
        label = item.label
        status, said = _STATUS[committed.status]
        reason = tr(RENAMED if committed.renamed else said) if said or committed.renamed else ""
        row = LabelRow(
            path=item.path,
            member=_member(label.source, item.path),
            title=label.title,
            set_id=label.set_id,
            version=label.version,
            status=status,
            reason=reason,
            sentences=_sentences(label),
            tables=sum(block.kind is BlockKind.TABLE for block in label.blocks),
        )
        connection = self.session.connection
        imports.add_labels(connection, self.run, [row])
        if status in (NEW, UPDATED):
            imports.add_headings(connection, self.run, dict.fromkeys(label.unknown_headings))

    def _left(self, item: protocol.LabelLeft) -> None:
        row = LabelRow(
            path=item.path,
            member=_member(item.source, item.path),
            title=item.title,
            set_id=item.set_id,
            version=item.version,
            status=SKIPPED,
            reason=tr("It {reason}.", reason=item.reason),
        )
        imports.add_labels(self.session.connection, self.run, [row])

    def _file(self, done: protocol.FileDone) -> None:
        connection = self.session.connection
        if done.file:
            self._at(done.file, done.place)
            row = LabelRow(
                path=done.file,
                member=_member(done.path, done.file),
                title=Path(done.path).name,
                set_id="",
                version=0,
                status=done.status,
                reason=done.reason,
            )
            imports.add_labels(connection, self.run, [row])
            self.tally.files.append(FileReport(done.path, done.status, done.reason, 0, 0, 0))
            return
        status, reason = done.status, done.reason
        held = imports.statuses(connection, self.run, done.path)
        if status == "read" and held and not held & {NEW, UPDATED}:
            status, said = _STATUS[
                CommitStatus.OLDER
                if OLDER in held and NOTHING_NEW not in held
                else CommitStatus.KNOWN
            ]
            reason = tr(said)
            if tr(RENAMED) in imports.reasons(connection, self.run, done.path):
                reason = tr(RENAMED)
        report = FileReport(done.path, status, reason, done.labels, done.sentences, done.tables)
        self.tally.files.append(report)
        at = self.session.project.now()
        imports.add_file(
            connection,
            FileRow(
                self.run, at, done.path, status, reason, done.labels, done.sentences, done.tables
            ),
        )
        self._path, self._stamp = "", ""
        imports.stand(connection, self.run, "", "", ())


def settle(session: Session) -> None:
    """At the start of a session that writes: an import that never came to its end is interrupted.

    The drug groups that it would have held out are held out now, before anybody decides one of
    their sentences with the suggestion in view.
    """
    left = imports.in_state(session.connection, RunState.RUNNING)
    if not left:
        return
    importing.choose_held_out(session)
    with session.project.transaction() as connection:
        for run in left:
            imports.set_state(connection, run.id, RunState.INTERRUPTED, None)


def resumable(session: Session) -> ImportRun | None:
    """The newest import, where it can go on."""
    newest = next(iter(imports.runs(session.connection)), None)
    return newest if newest is not None and newest.state in imports.UNFINISHED else None


def so_far(session: Session, run: int) -> tuple[str, str]:
    """(how many drug labels of the run are in the project, the name of the file it stands in)."""
    found = imports.one(session.connection, run)
    count = imports.count_labels(session.connection, run, (NEW, UPDATED))
    name = Path(found.path).name if found is not None and found.path else ""
    return trn("{count:,} drug label", "{count:,} drug labels", count), name


def give_up(session: Session, run: int) -> None:
    """The curator does not want the rest; what came in stays."""
    with session.project.transaction() as connection:
        imports.set_state(connection, run, RunState.GIVEN_UP, session.project.now())


def _where(session: Session, run: ImportRun) -> protocol.ImportBegin:
    """Where the run goes on. A file that has changed since is read from its beginning."""
    connection = session.connection
    done = tuple(f.path for f in imports.files(connection, run.id))
    if not run.path or run.path in done or _stamp(run.path) != run.stamp:
        return protocol.ImportBegin(done=done)
    rows = imports.labels(connection, run.id, run.path)
    left_out: dict[str, int] = {}
    head, tail = tr("It {reason}.").split("{reason}")
    for row in rows:
        if row.status == SKIPPED:
            why = row.reason.removeprefix(head).removesuffix(tail)
            left_out[why] = left_out.get(why, 0) + 1
    read = [row for row in rows if row.status not in (SKIPPED, FAILED)]
    return protocol.ImportBegin(
        done=done,
        path=run.path,
        place=run.place,
        labels=len(read),
        sentences=sum(row.sentences for row in read),
        tables=sum(row.tables for row in read),
        failures=sum(row.status == FAILED for row in rows),
        left_out=left_out,
    )


def _write(session: Session, run: int, job: protocol.ImportJob) -> Path:
    folder = session.project.folder / "runs" / "import"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{run}.json"
        path.write_bytes(msgspec.json.encode(job))
    except OSError as error:
        with session.project.transaction() as connection:
            imports.set_state(connection, run, RunState.FAILED, session.project.now())
        raise ImportProblem(
            tr(
                "The import cannot start: nothing can be written to {folder} ({reason}).",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    return path


def _stamp(path: str) -> str:
    """Tells whether a file is the one that was read before; "" where it is gone."""
    try:
        found = Path(path).stat()
    except OSError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}"


def _member(source: str, path: str) -> str:
    """Where a drug label stands inside its file, "" where it is the file."""
    name = Path(path).name
    inner = source.removeprefix(path).removeprefix(name) if source != name else ""
    return inner.lstrip("/")


def _sentences(label: LabelDraft) -> int:
    return sum(len(b.spans) for b in label.blocks if b.kind is not BlockKind.TABLE)
