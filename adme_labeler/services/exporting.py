"""Spreadsheets out: the job for the export process, which reads the project file itself."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.problems import ExportProblem
from adme_labeler.domain.records import LabelId
from adme_labeler.exporters.targets import (
    NEEDS_PYARROW,
    SUFFIXES,
    check_target,
    parquet_can_be_added,
    parquet_is_here,
)
from adme_labeler.language import tr
from adme_labeler.services import audit, blindness, guideline, suggesting
from adme_labeler.services.session import Session
from adme_labeler.storage import labels

__all__ = [
    "NEEDS_PYARROW",
    "SUFFIXES",
    "Choice",
    "check_target",
    "label_of",
    "parquet_can_be_added",
    "parquet_is_here",
    "write_job",
]


@dataclass(frozen=True)
class Choice:
    """Which sentences an export takes; `label` None means those of every drug label.

    `decided`: only those with a category. `tables`: rows of tables too, also those that nobody
    annotated.
    """

    decided: bool = False
    label: LabelId | None = None
    tables: bool = False


EVERYTHING = Choice()


def write_job(
    session: Session,
    out: Path,
    recall: protocol.Measurement | None,
    choice: Choice = EVERYTHING,
) -> Path:
    """Job file for `adme_labeler.worker export`; returns its path. The process deletes it.

    `recall` is what the recall panel shows of the served model, None where nothing is measured.
    Raises ExportProblem when `out` cannot be a spreadsheet, before anything is started.
    """
    out = out.expanduser().absolute()
    check_target(out)
    served = suggesting.served(session)
    rules = guideline.current(session)
    plan = audit.plan(session)
    job = protocol.ExportJob(
        project=str(session.path),
        out=str(out),
        curator=session.curator,
        categories=tuple(
            protocol.ExportCategory(c.key, c.name, c.color_light, c.definition)
            for c in session.scheme.categories
        ),
        recall=recall,
        recall_model=f"{served.version}.{served.revision}" if served is not None else "",
        rows="decided" if choice.decided else "all",
        label=choice.label,
        tables=choice.tables,
        guideline=rules.text,
        guideline_version=rules.version,
        blind_below=blindness.uid_below(session),
        drawn=() if plan is None else tuple(d.sentence for d in plan.drawn),
    )
    folder = session.project.folder / "runs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix="export-", suffix=".json", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(job))
    except OSError as error:
        raise ExportProblem(
            tr(
                "The export cannot start: {folder} cannot be written ({reason}).",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    return Path(name)


def label_of(session: Session, set_id: str) -> LabelId:
    """The drug label with this set id. Raises ExportProblem when the project has none."""
    for label in labels.all_labels(session.connection):
        if label.set_id == set_id:
            return label.id
    raise ExportProblem(
        tr("The project has no drug label with the set id {set_id}.", set_id=set_id)
    )
