"""Messages of an import."""

from __future__ import annotations

import msgspec

from adme_labeler.domain.records import LabelDraft
from adme_labeler.protocol.base import Message


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """`sections` and `types` hold values of domain.records.Sections and LabelType."""

    paths: tuple[str, ...]
    sections: str = "pk"
    types: tuple[str, ...] = ("prescription",)
    columns: dict[str, str] = {}
    """For tables: column name in the file -> field (text, category, drug, set_id, …)."""


class LabelRead(Message, tag="label_read", frozen=True):
    label: LabelDraft


class FileDone(Message, tag="file_done", frozen=True):
    """`status`: read, skipped or failed; `reason` is one sentence unless read."""

    path: str
    status: str
    reason: str
    labels: int
    sentences: int
    tables: int


class ImportDone(Message, tag="import_done", frozen=True):
    files: int
    labels: int
    sentences: int
