"""Messages of the reading of an edited table."""

from __future__ import annotations

import msgspec

from adme_labeler.protocol.base import Message


class MergeJob(msgspec.Struct, frozen=True, kw_only=True):
    """Read an exported table that was edited; nothing is written."""

    path: str


class EditedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of an edited export. Fields are text as a person wrote it, None without a column.

    `place` says where the row stands, for a person. `text_hashes` are hashes of the row's text
    (see `domain.sentence_text.text_hash`), any of which may be that of its sentence; empty where
    the text is missing or was cut. `excerpt` is its beginning. `revision` is the text of a
    `storage.log.Revision`.
    """

    place: str
    uid: str = ""
    set_id: str = ""
    text_hashes: tuple[str, ...] = ()
    excerpt: str = ""
    revision: str = ""
    category: str | None = None
    also: str | None = None
    note: str | None = None
    flagged: str | None = None
    suggestion: str = ""
    probability: str = ""
    model: str = ""


class EditedSource(Message, tag="edited_source", frozen=True):
    """What the file says of itself, before its rows: `revision` as in its About sheet, or "".

    `absent` are the editable columns that its first sheet with sentences does not have, by name.
    """

    path: str
    sha256: str
    revision: str
    absent: tuple[str, ...] = ()


class EditedRows(Message, tag="edited_rows", frozen=True):
    """At most 500 rows, in the order of the file."""

    items: tuple[EditedRow, ...]


class EditedDone(Message, tag="edited_done", frozen=True):
    rows: int
