"""Reading drug labels: files and folders in, `LabelDraft`s and one outcome per file out."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections
from adme_labeler.importers import loose
from adme_labeler.importers.cursor import Cursor
from adme_labeler.importers.detect import HEAD, FileKind, kind_of
from adme_labeler.importers.text import ByteStream
from adme_labeler.language import mark, tr
from adme_labeler.protocol.tables import TableLayout

_ALL_ALIKE: Mapping[str, TableLayout] = {}
READ, SKIPPED, FAILED = "read", "skipped", "failed"
FAULT = mark("could not be read because of a fault in the program; the log says more")
_log = logging.getLogger(__name__)

_UNREADABLE = {
    FileKind.EMPTY: mark("{file} is empty."),
    FileKind.RTF: mark("{file} is an RTF document; save it as .docx or plain text."),
    FileKind.ODT: mark("{file} is an OpenDocument text; save it as .docx or plain text."),
    FileKind.OLE: mark(
        "{file} is an old or password-protected Office file; save it as .docx or .xlsx without a "
        "password."
    ),
    FileKind.BINARY: mark("{file} is of a kind that this program does not know."),
}
_COMPANIONS = (".jpg", ".jpeg", ".png", ".gif", ".md", ".log", ".css", ".xsl")


@dataclass(frozen=True)
class FileOutcome:
    """How one file ended. `status` is "read", "skipped" or "failed".

    `reason` is one sentence unless everything was read without a remark. A member of an archive
    that could not be read has an outcome of its own, with a path inside the archive's.
    """

    path: Path
    status: str
    reason: str = ""
    labels: int = 0
    sentences: int = 0
    tables: int = 0


@dataclass(frozen=True)
class LeftOut:
    """A drug label that was read and not taken, and why."""

    source: str
    title: str
    set_id: str
    version: int
    reason: str


def read_paths(
    paths: Iterable[Path],
    *,
    sections: Sections,
    types: frozenset[LabelType],
    columns: Mapping[str, str],
    layouts: Mapping[str, TableLayout] = _ALL_ALIKE,
    pulse: Callable[[], None] | None = None,
    drug_names: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[LabelDraft | FileOutcome]:
    """Read files and folders, one drug label at a time.

    Yields every label as it is read and then one outcome for its file. A file that cannot be read
    ends in an outcome with the reason and never stops the rest. `layouts` says by path how tables
    are read ("" is for every other), `columns` maps columns of tables without one to fields;
    `pulse` is called between labels, also between those that are left out, and may
    raise a BaseException that is no Exception to stop. `drug_names` says by path which drug a loose
    document is about.
    """
    default = layouts.get("", TableLayout(columns=dict(columns)))
    for path in files(paths):
        layout = layouts.get(str(path), default)
        found = read_file(
            path, Cursor(), sections=sections, types=types, layout=layout, pulse=pulse,
            drug_names=drug_names,
        )  # fmt: skip
        for item in found:
            if not isinstance(item, LeftOut):
                yield item


def read_file(
    path: Path,
    cursor: Cursor,
    *,
    sections: Sections,
    types: frozenset[LabelType],
    layout: TableLayout = TableLayout(),  # noqa: B008 (frozen)
    pulse: Callable[[], None] | None = None,
    count: Count | None = None,
    drug_names: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[LabelDraft | LeftOut | FileOutcome]:
    """As `read_paths` for one file, beginning behind `cursor.start`; `cursor` follows the reading.

    `layout` says how it is read where it is a table. `count` says what was read of the file before.
    `drug_names` are those that the person who imports gives (`loose.names_of`). The outcome of the
    file itself comes last.
    """
    reading = _Reading(sections, types, layout, pulse or (lambda: None), cursor, drug_names or {})
    reading.pulse()
    yield from reading.file(path, count or Count())


def files(paths: Iterable[Path]) -> list[Path]:
    """The files meant by `paths`: folders are walked in order of names, hidden files left out.

    In folders, pictures and style sheets beside the labels are left out as well.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                hidden = any(p.startswith(".") for p in inner.relative_to(path).parts)
                if inner.is_file() and not hidden and inner.suffix.lower() not in _COMPANIONS:
                    found.setdefault(inner)
        else:
            found.setdefault(path)
    return list(found)


@dataclass
class Count:
    """What was read of one file so far."""

    labels: int = 0
    sentences: int = 0
    tables: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    remarks: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    """Sentences that say which drug name was guessed for a loose document."""


@dataclass
class _Reading:
    sections: Sections
    types: frozenset[LabelType]
    layout: TableLayout
    pulse: Callable[[], None]
    cursor: Cursor
    drug_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def file(self, path: Path, count: Count) -> Iterator[LabelDraft | LeftOut | FileOutcome]:
        self.cursor.enter()
        try:
            with path.open("rb") as stream:
                yield from self._stream(stream, path.name, path.name, path, count)
        except ImportProblem as problem:
            yield _outcome(path, FAILED, str(problem), count)
            return
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            reason = tr(
                "{file} is damaged: it cannot be unpacked ({reason}).", file=path.name, reason=error
            )
            yield _outcome(path, FAILED, reason, count)
            return
        except OSError as error:
            reason = tr(
                "{file} cannot be opened ({reason}).",
                file=path.name,
                reason=error.strerror or error,
            )
            yield _outcome(path, FAILED, reason, count)
            return
        yield self._end(path, count)

    def _end(self, path: Path, count: Count) -> FileOutcome:
        reasons = [*count.remarks]
        if count.guesses:
            reasons.append(loose.remark(count.guesses))
        total = count.labels + sum(count.left_out.values())
        for why, number in count.left_out.items():
            reasons.append(
                tr("{file} {why}.", file=path.name, why=why)
                if total == 1
                else tr("{count} of {total} labels: {why}.", count=number, total=total, why=why)
            )
        if wanted := [t for t, why in KINDS.items() if count.left_out[tr(why)]]:
            names = " ".join(kind.value for kind in wanted)
            reasons.append(
                tr(
                    "To take such labels too, tick their kind when adding files (--types {names}).",
                    names=names,
                )
            )
        if count.failures:
            reasons.append(
                tr("{failures} files inside could not be read.", failures=count.failures)
            )
        if count.labels:
            return _outcome(path, READ, " ".join(reasons), count)
        status = FAILED if count.failures and not count.left_out else SKIPPED
        return _outcome(
            path, status, " ".join(reasons) or tr("{file} holds no label.", file=path.name), count
        )

    def _stream(
        self, stream: ByteStream, source: str, name: str, path: Path, count: Count
    ) -> Iterator[LabelDraft | LeftOut | FileOutcome]:
        """Labels of one stream; refused members of archives come as outcomes."""
        head, whole = _opened(stream)
        kind = kind_of(head, name)
        if kind in _UNREADABLE:
            raise ImportProblem(tr(_UNREADABLE[kind], file=source))
        if kind is FileKind.IMAGE:
            count.left_out[tr("is a picture")] += 1
        elif kind is FileKind.ZIP:
            seek = getattr(stream, "seek", None)
            if seek is None:
                raise ImportProblem(
                    tr("{file} is a zip archive without the ending .zip.", file=source)
                )
            seek(0)
            yield from self._zip(stream, source, path, count)
        elif kind is FileKind.GZIP:
            with gzip.GzipFile(fileobj=cast(IO[bytes], whole)) as unpacked:
                limited = _Unpacked(unpacked, source)
                inner = name.removesuffix(".gz")
                yield from self._stream(limited, source, inner, path, count)
        elif kind is FileKind.XML:
            from adme_labeler.importers import spl_xml

            yield from self._keep(spl_xml.read(whole, source, self.sections), count)
        elif kind is FileKind.JSON:
            from adme_labeler.importers import openfda

            for result in openfda.results(whole, source):
                self.pulse()
                if self.cursor.pass_label():
                    continue
                yield from self._keep(openfda.read(result, source, self.sections), count)
        elif self.layout.skip:
            count.left_out[tr("was left out when the columns were chosen")] += 1
        elif kind in (FileKind.TABLE, FileKind.XLSX, FileKind.XLS, FileKind.ODS):
            from adme_labeler.importers import tables

            findings = tables.Findings()
            for label in tables.read(whole, kind, source, name, self.layout, findings):
                self.pulse()
                yield from self._keep(label, count)
            if findings.sentence:
                count.remarks.append(findings.sentence)
        else:
            names = loose.names_of(path, self.drug_names)
            read = loose.read(kind, whole, source, name, names, self.sections, self.pulse)
            kept = count.labels
            yield from self._keep(read.label, count)
            if count.labels > kept and read.remark:
                count.guesses.append(read.remark)

    def _zip(
        self, stream: ByteStream, source: str, path: Path, count: Count
    ) -> Iterator[LabelDraft | LeftOut | FileOutcome]:
        from adme_labeler.importers import archives

        for member in archives.members(stream, source, self.cursor.behind, self.pulse):
            self.pulse()
            self.cursor.enter(member.place)
            inside = path / member.name.removeprefix(source).lstrip("/")
            if isinstance(member, archives.Refused):
                count.failures += 1
                yield _outcome(inside, FAILED, member.reason, Count())
                continue
            try:
                name = Path(member.name).name
                yield from self._stream(member.stream, member.name, name, inside, count)
            except ImportProblem as problem:
                count.failures += 1
                yield _outcome(inside, FAILED, str(problem), Count())
            except Exception:
                # A bug that one member of an archive brings to light must not cost the others.
                _log.exception("%s could not be read", member.name)
                count.failures += 1
                reason = tr("{file} {why}.", file=member.name, why=tr(FAULT))
                yield _outcome(inside, FAILED, reason, Count())

    def _keep(self, label: LabelDraft, count: Count) -> Iterator[LabelDraft | LeftOut]:
        if not self.cursor.next_label():
            return
        if label.label_type not in self.types:
            yield _left_out(label, KINDS[label.label_type], count)
            return
        sentences = sum(len(b.spans) for b in label.blocks if b.kind is not BlockKind.TABLE)
        tables = sum(b.kind is BlockKind.TABLE for b in label.blocks)
        if not sentences and not tables:
            yield _left_out(label, _NOTHING[self.sections], count)
            return
        count.labels += 1
        count.sentences += sentences
        count.tables += tables
        yield label


KINDS: dict[LabelType, str] = {
    LabelType.PRESCRIPTION: mark("is a human prescription label"),
    LabelType.OTC: mark("is an over-the-counter label"),
    LabelType.VACCINE: mark("is a vaccine label"),
    LabelType.ANIMAL: mark("is an animal drug label"),
    LabelType.DEVICE: mark("is a device label"),
    LabelType.OTHER: mark("is no label of a drug product"),
}
_NOTHING: dict[Sections, str] = {
    Sections.PHARMACOKINETICS: mark("has no pharmacokinetics or clinical pharmacology section"),
    Sections.CLINICAL_PHARMACOLOGY: mark("has no clinical pharmacology section"),
    Sections.ALL: mark("has no text"),
}


def _left_out(label: LabelDraft, why: str, count: Count) -> LeftOut:
    said = tr(why)
    count.left_out[said] += 1
    return LeftOut(label.source, label.title, label.set_id, label.version, said)


def _outcome(path: Path, status: str, reason: str, count: Count) -> FileOutcome:
    return FileOutcome(path, status, reason, count.labels, count.sentences, count.tables)


def _opened(stream: ByteStream) -> tuple[bytes, ByteStream]:
    """The first bytes of a stream, and the stream as if they had not been read."""
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    return head, _Behind(head, stream)


class _Behind:
    """A stream that cannot go back, with the bytes already looked at put before it again."""

    def __init__(self, head: bytes, stream: ByteStream) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            head, self._head = self._head, b""
            parts = [head]
            while data := self._stream.read(1 << 20):
                parts.append(data)
            return b"".join(parts)
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self._stream.read(size)


class _Unpacked:
    """A gzip stream with a limit on what it unpacks to."""

    LARGEST = 4 * 1024**3

    def __init__(self, stream: gzip.GzipFile, source: str) -> None:
        self._stream = stream
        self._source = source
        self._size = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size if size >= 0 else 1 << 24)
        self._size += len(data)
        if self._size > self.LARGEST:
            raise ImportProblem(tr("{file} unpacks to more than 4 GB.", file=self._source))
        return data
