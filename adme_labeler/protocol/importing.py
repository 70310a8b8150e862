"""Messages of an import."""

from __future__ import annotations

import msgspec

from adme_labeler.domain.records import LabelDraft
from adme_labeler.protocol.base import Message
from adme_labeler.protocol.tables import TableLayout


class ImportBegin(msgspec.Struct, frozen=True, kw_only=True):
    """Where an import that was stopped goes on.

    Files in `done` are passed over. In `path` everything up to `place` is; what was read of it
    before stands in the counts, `left_out` by reason.
    """

    done: tuple[str, ...] = ()
    path: str = ""
    place: tuple[int, ...] = ()
    labels: int = 0
    sentences: int = 0
    tables: int = 0
    failures: int = 0
    left_out: dict[str, int] = {}


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """`sections` and `types` hold values of domain.records.Sections and LabelType."""

    paths: tuple[str, ...]
    sections: str = "pk"
    types: tuple[str, ...] = ("prescription",)
    layouts: dict[str, TableLayout] = {}
    """How tables are read, by path; that of "" is for every table without one."""
    category_words: dict[str, str] = {}
    """Names, keys and synonyms of the project's categories to their keys; a layout goes before."""
    drug_names: dict[str, tuple[str, ...]] = {}
    """What the person who imports calls the drug of a loose document (PDF, Word, web page, text),
    by the path of the document or of a folder or archive around it; that of "" is for all."""
    ahead: int = 0
    """Drug labels that may be on their way before `Taken` says that some have arrived; 0: any."""
    begin: ImportBegin | None = None


class FileBegun(Message, tag="file_begun", frozen=True):
    """The worker opens this file next."""

    path: str


class LabelRead(Message, tag="label_read", frozen=True):
    """A drug label of the file `path`; `place` is where it stands there (`importers.cursor`)."""

    label: LabelDraft
    path: str = ""
    place: tuple[int, ...] = ()


class LabelLeft(Message, tag="label_left", frozen=True):
    """A drug label that was not taken, and why; `source` as in `LabelDraft`."""

    source: str
    title: str
    set_id: str
    version: int
    reason: str
    path: str
    place: tuple[int, ...]


class FileDone(Message, tag="file_done", frozen=True):
    """`status`: read, skipped or failed; `reason` is one sentence unless read.

    `file` is set for a member of an archive that failed alone: it names the archive, `path` the
    member, `place` where it stands.
    """

    path: str
    status: str
    reason: str
    labels: int
    sentences: int
    tables: int
    file: str = ""
    place: tuple[int, ...] = ()


class Taken(Message, tag="taken", frozen=True):
    """To the worker: so many drug labels, taken or left out, are in the project by now."""

    labels: int


class ReportJob(msgspec.Struct, frozen=True, kw_only=True):
    """Write the report on the import `run`, or on all, to `out` (.csv or .xlsx)."""

    project: str
    out: str
    run: int | None = None


class ImportDone(Message, tag="import_done", frozen=True):
    files: int
    labels: int
    sentences: int
