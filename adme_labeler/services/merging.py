"""An edited export comes back: compared three ways, reviewed, then taken as one operation.

The rows come from the merge process (`write_job`); `Planner` takes them in portions, so that a
window stays free, and `plan` takes them all at once. Nothing changes before `apply`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Set
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.operations import Changes
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.records import Annotation, OperationId, SentenceId
from adme_labeler.domain.slices import at_once
from adme_labeler.language import tr
from adme_labeler.services.merge_compare import Entry
from adme_labeler.services.merge_plan import MergePlan, MergeRow, RowKind
from adme_labeler.services.merge_planner import Planner
from adme_labeler.services.session import Session
from adme_labeler.services.slices import portions
from adme_labeler.storage import annotations, log

__all__ = ["Entry", "MergePlan", "MergeRow", "Planner", "RowKind", "apply", "plan", "write_job"]


def write_job(folder: Path, table: Path) -> Path:
    """Job file for `adme_labeler.worker merge`; returns its path. The process deletes it."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "merge.json"
    job = protocol.MergeJob(path=str(table.expanduser().absolute()))
    target.write_bytes(msgspec.json.encode(job))
    return target


def plan(
    session: Session, source: protocol.EditedSource, rows: Iterable[protocol.EditedRow]
) -> MergePlan:
    """Compare a whole sheet. Raises ImportProblem when it is no export of this project."""
    planner = Planner(session)
    planner.begin(source)
    planner.add(list(rows))
    return planner.plan()


def apply(session: Session, plan: MergePlan, accepted: Set[SentenceId] | Literal["all"]) -> Changes:
    """Take the accepted rows in the name of the session's curator: one operation, one undo step.

    "all" takes every changed row; a conflict is taken only when it is named. Refused rows cannot
    be. Raises Problem when one of the sentences has changed since the comparison.
    """
    return at_once(applying(session, plan, accepted))


def applying(
    session: Session, plan: MergePlan, accepted: Set[SentenceId] | Literal["all"]
) -> Generator[None, None, Changes]:
    """`apply` in slices, in one transaction: yields between them."""
    chosen = [
        row
        for row in plan.rows
        if row.annotation is not None
        and (row.kind is RowKind.CHANGED if accepted == "all" else row.sentence in accepted)
    ]
    written = [row.annotation for row in chosen if row.annotation is not None]
    touched = annotations.touched_since(session.connection, plan.compared_at)
    if session.curator != plan.curator or touched & {a.sentence for a in written}:
        raise Problem(
            tr(
                "The project has changed since {file} was compared; compare again.",
                file=plan.source,
            )
        )
    now = session.project.now()
    dated: list[Annotation] = []
    for some in portions(written):
        dated += [replace(a, at=now) for a in some]
        yield
    rows = f"{len(written):,} row" + ("" if len(written) == 1 else "s")
    summary = f"Merge {rows} of {plan.source} (sha256 {plan.sha256[:12]})"
    with session.project.operation("merge", summary, session.curator) as draft:
        yield from annotations.writing(session.connection, draft, dated)
        if draft.changes:
            draft.changes.append(_source_of(plan))
            yield from log.appending(session.connection, draft)
    if not draft.changes:
        return Changes()
    session.note_undoable(draft.id)
    return Changes(
        operation=OperationId(draft.id),
        annotations=frozenset(a.sentence for a in written),
        focus=written[0].sentence,
    )


def _source_of(plan: MergePlan) -> log.Change:
    """An entry of the log that no table follows: which file the merge took."""
    said: dict[str, log.Json] = {
        "file": plan.source,
        "sha256": plan.sha256,
        "exported_at": plan.exported_at,
    }
    return log.Change("merged_file", plan.sha256, None, log.canonical(said))
