"""The import process: reads files, hands over one drug label at a time, and can be cancelled."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import LabelDraft, LabelType, Sections
from adme_labeler.importers import Count, FileOutcome, LeftOut, files, read_file
from adme_labeler.importers.cursor import Cursor
from adme_labeler.language import tr
from adme_labeler.protocol import (
    Cancelled,
    FileBegun,
    FileDone,
    ImportBegin,
    ImportDone,
    ImportJob,
    LabelLeft,
    LabelRead,
    Message,
    Progress,
    TableLayout,
    Taken,
    ToWorker,
)

_LISTEN_S = 0.1


class JobChannel(Protocol):
    """What the job needs of the wire; `adme_labeler.worker.channel.Channel` has it."""

    def send(self, message: Message) -> None: ...

    def progress(self, progress: Progress) -> None: ...

    def cancelled(self) -> bool: ...

    def receive(self, timeout: float | None = 0.0) -> ToWorker | None: ...


class _Stopped(BaseException):
    """Raised between two labels when the window has cancelled or gone."""


def run(job_path: Path, channel: JobChannel) -> int:
    """Read what the job file names and send LabelRead, LabelLeft, FileDone, at last ImportDone.

    Progress counts files. On Cancel, or when the window is gone, ends with Cancelled; what was
    sent stays valid, and a job with `begin` goes on behind it. Returns the exit code.
    """
    job = _job(job_path)
    begin = job.begin or ImportBegin()
    paths, nameless = _by_name(files(Path(p) for p in job.paths))
    done = frozenset(begin.done)
    for shown in nameless:
        if shown not in done:
            reason = tr(
                "The name of {file} is not Unicode text; rename the file.", file=Path(shown).name
            )
            channel.send(FileDone(shown, "failed", reason, labels=0, sentences=0, tables=0))
    reading = _Reading(job, channel, len(paths))
    try:
        for path in paths:
            if str(path) in done:
                reading.done += 1
            else:
                reading.file(path, begin if str(path) == begin.path else ImportBegin())
        reading.tell("")
    except _Stopped:
        channel.send(Cancelled(resumable=True))
        return 0
    channel.send(ImportDone(files=len(paths), labels=reading.labels, sentences=reading.sentences))
    return 0


@dataclass
class _Reading:
    job: ImportJob
    channel: JobChannel
    total: int
    done: int = 0
    labels: int = 0
    sentences: int = 0
    on_the_way: int = 0

    def file(self, path: Path, begin: ImportBegin) -> None:
        count = Count(
            begin.labels,
            begin.sentences,
            begin.tables,
            left_out=Counter(begin.left_out),
            failures=begin.failures,
        )
        cursor = Cursor(begin.place)
        inner = begin.labels
        self.channel.send(FileBegun(str(path)))
        self.tell(path.name, inner)
        for item in read_file(
            path,
            cursor,
            sections=Sections(self.job.sections),
            types=frozenset(LabelType(t) for t in self.job.types),
            layout=self._layout_of(path),
            pulse=self._pulse,
            count=count,
            drug_names=self.job.drug_names,
        ):
            self._pulse()
            if isinstance(item, FileOutcome):
                self._outcome(item, path, cursor.place)
                continue
            if isinstance(item, LabelDraft):
                inner += 1
                self.labels += 1
                self.sentences += sum(len(block.spans) for block in item.blocks)
                self.channel.send(LabelRead(item, str(path), cursor.place))
            else:
                self.channel.send(_left(item, path, cursor.place))
            self._wait()
            self.tell(path.name, inner)
        self.done += 1

    def _layout_of(self, path: Path) -> TableLayout:
        """As the person said, and where nothing was said, categories as the project knows them."""
        layouts = self.job.layouts
        layout = layouts.get(str(path)) or layouts.get("", TableLayout())
        known = {**self.job.category_words, **layout.categories}
        return msgspec.structs.replace(layout, categories=known)

    def tell(self, name: str, inner: int = 0) -> None:
        phase = f"Reading {name}" if name else "Reading"
        if inner:
            phase += f" ({inner:,} labels)"
        self.channel.progress(Progress(phase=phase, step=self.done, total=self.total))

    def _outcome(self, outcome: FileOutcome, path: Path, place: tuple[int, ...]) -> None:
        inside = outcome.path != path
        self.channel.send(
            FileDone(
                path=str(outcome.path),
                status=outcome.status,
                reason=outcome.reason,
                labels=outcome.labels,
                sentences=outcome.sentences,
                tables=outcome.tables,
                file=str(path) if inside else "",
                place=place if inside else (),
            )
        )

    def _pulse(self) -> None:
        if self.channel.cancelled():
            raise _Stopped

    def _wait(self) -> None:
        """Keep close to what the window has stored: neither side then piles up drug labels."""
        self.on_the_way += 1
        while self.job.ahead and self.on_the_way >= self.job.ahead:
            self._pulse()
            message = self.channel.receive(_LISTEN_S)
            if isinstance(message, Taken):
                self.on_the_way -= message.labels


def _left(item: LeftOut, path: Path, place: tuple[int, ...]) -> LabelLeft:
    return LabelLeft(
        source=item.source,
        title=item.title,
        set_id=item.set_id,
        version=item.version,
        reason=item.reason,
        path=str(path),
        place=place,
    )


def _job(path: Path) -> ImportJob:
    try:
        job = msgspec.json.decode(path.read_bytes(), type=ImportJob)
        Sections(job.sections)
        for kind in job.types:
            LabelType(kind)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise ImportProblem(
            tr("The import job {file} cannot be read ({reason}).", file=path.name, reason=error)
        ) from error
    return job


def _by_name(found: list[Path]) -> tuple[list[Path], list[str]]:
    """Files whose names are text, and the names of the others (bytes of an old encoding) as shown.

    Neither the project nor a message can carry the latter.
    """
    text: list[Path] = []
    others: list[str] = []
    for path in found:
        shown = os.fsencode(path).decode("utf-8", errors="backslashreplace")
        if shown == str(path):
            text.append(path)
        else:
            others.append(shown)
    return text, others
