"""Commands that write spreadsheets and take them back."""

from __future__ import annotations

import argparse
import time
from typing import Any

from adme_labeler.commands import base


def _export_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("out", type=base.path, metavar="OUT")
    command.add_argument(
        "--decided", action="store_true", help="only sentences that have a category"
    )
    command.add_argument("--label", default="", metavar="SET_ID", help="only of this drug label")
    command.add_argument(
        "--tables", action="store_true", help="rows of tables too, annotated or not"
    )


def _merge_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("edited", type=base.path, metavar="EDITED")
    command.add_argument("--dry-run", action="store_true", help="compare only, change nothing")
    command.add_argument(
        "--curator", default="", type=base.text, metavar="NAME", help="who edited the sheet"
    )
    command.add_argument(
        "--take-conflicts",
        action="store_true",
        help="the sheet wins where the project has changed since the export",
    )
    command.add_argument(
        "--take", nargs="+", metavar="ID", help="only the rows with these sentence ids"
    )


def _export(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import exporting, headless
    from adme_labeler.services.session import Session

    started = time.monotonic()
    with Session.open(options.project) as session:
        label = exporting.label_of(session, options.label) if options.label else None
        choice = exporting.Choice(options.decided, label, options.tables)
        done = headless.export(session, options.out, say, choice)
    for line in done.reports:
        say(line)
    say(f"{done.rows:,} rows written to {done.out}")
    return {
        "out": done.out,
        "rows": done.rows,
        "operation": done.operation,
        "reports": list(done.reports),
        "seconds": round(time.monotonic() - started, 2),
    }


def _merge_table(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import headless, merge_text, merging
    from adme_labeler.services.session import Session

    if options.dry_run:
        opened = Session.open(options.project, options.curator, read_only=True)
    else:
        opened = base.writing(options, options.curator)
    with opened as session:
        plan = headless.compare_table(session, options.edited, say)
        counts = {kind.value: number for kind, number in plan.counts.items()}
        say(", ".join(f"{number:,} {kind}" for kind, number in counts.items()))
        if plan.absent:
            say(merge_text.not_compared(plan))
        for row in plan.rows:
            say(merge_text.line(row, session.scheme))
        for written, count in plan.unknown_categories.items():
            say(f'"{written}" is no category ({count} rows).')
        changes = None
        if not options.dry_run:
            kinds = {merging.RowKind.CHANGED}
            if options.take_conflicts:
                kinds.add(merging.RowKind.CONFLICT)
            wanted = options.take and set(options.take)
            accepted = {
                row.sentence
                for row in plan.rows
                if row.kind in kinds
                and row.sentence is not None
                and (not wanted or row.uid in wanted)
            }
            changes = merging.apply(session, plan, accepted)
            number = len(changes.annotations)
            say(f"{number:,} sentence{'' if number == 1 else 's'} changed in the project.")
        return {
            "source": plan.source,
            "sha256": plan.sha256,
            "exported_at": plan.exported_at,
            "counts": counts,
            "repeated": plan.repeated,
            "columns_absent": list(plan.absent),
            "unknown_categories": plan.unknown_categories,
            "applied": len(changes.annotations) if changes is not None else 0,
            "operation": changes.operation if changes is not None else None,
            "rows": [merge_text.fields(row, session.scheme) for row in plan.rows],
        }


COMMANDS = (
    base.Command(
        "export", _export, "write a spreadsheet (.xlsx .csv .tsv .jsonl .parquet)", _export_words
    ),
    base.Command(
        "merge-table",
        _merge_table,
        "take an exported spreadsheet back that was edited",
        _merge_words,
    ),
)
