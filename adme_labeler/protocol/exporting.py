"""Messages of an export."""

from __future__ import annotations

from typing import Literal

import msgspec

from adme_labeler.protocol.base import Message
from adme_labeler.protocol.training import Measurement


class ExportCategory(msgspec.Struct, frozen=True):
    """A category as a spreadsheet shows it; `color` is #RRGGBB on a light ground."""

    key: str
    name: str
    color: str
    definition: str = ""


class ExportJob(msgspec.Struct, frozen=True, kw_only=True):
    """`recall` is the measurement that the recall panel shows, of model `recall_model`.

    `rows`: every sentence, or those with a category only; of the drug label with the id `label`,
    else of all. `tables`: rows of tables too, also those that nobody annotated.
    """

    project: str
    out: str
    curator: str = ""
    categories: tuple[ExportCategory, ...] = ()
    recall: Measurement | None = None
    recall_model: str = ""
    rows: Literal["all", "decided"] = "all"
    label: int | None = None
    tables: bool = False
    guideline: str = ""
    """Markdown."""
    guideline_version: int = 1
    blind_below: str = ""
    """Sentences whose uid sorts before this are decided without their suggestion..."""
    drawn: tuple[int, ...] = ()
    """…and so are these, drawn for an audit."""


class ExportDone(Message, tag="export_done", frozen=True):
    out: str
    rows: int
    operation: int
    reports: tuple[str, ...]
