"""Commands that bring drug labels and annotations in."""

from __future__ import annotations

import argparse
import time
from typing import Any

from adme_labeler.commands import base
from adme_labeler.domain.problems import Problem


def _import_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", type=base.path, nargs="+", metavar="PATH")
    command.add_argument("--sections", choices=("pk", "clinical-pharmacology", "all"), default="pk")


def _annotate_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("table", type=base.path, metavar="TABLE")
    command.add_argument(
        "--curator", default="", type=base.text, metavar="NAME", help="who read the sentences"
    )


def _import(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.domain.records import Sections
    from adme_labeler.services import headless

    started = time.monotonic()
    with base.writing(options) as session:
        tally = headless.import_paths(session, options.paths, Sections(options.sections), say)
    say(tally.sentence)
    failed = [f for f in tally.files if f.status == "failed"]
    if failed and len(failed) == len(tally.files):
        raise Problem(failed[0].reason)
    return {
        "labels": tally.new_labels,
        "updated": tally.updated_labels,
        "known": tally.known_labels,
        "sentences": tally.sentences,
        "annotations": tally.annotations,
        "held_out_groups": tally.held_out_groups,
        "files": [
            {"path": f.path, "status": f.status, "reason": f.reason, "sentences": f.sentences}
            for f in tally.files
        ],
        "seconds": round(time.monotonic() - started, 2),
    }


def _annotate(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import headless, table_annotations

    with base.writing(options) as session:
        rows = table_annotations.rows_of(headless.read_table(session, options.table))
        report, _ = table_annotations.annotate(session, rows, options.curator or session.curator)
    say(
        f"{report.sentences:,} sentences annotated from {report.rows:,} rows; "
        f"{report.unmatched:,} rows fit no sentence."
    )
    for written, count in report.unknown.items():
        say(f'"{written}" is no category ({count} rows).')
    return {
        "rows": report.rows,
        "matched": report.matched,
        "sentences": report.sentences,
        "unmatched": report.unmatched,
        "unknown": report.unknown,
        "examples": list(report.examples),
    }


COMMANDS = (
    base.Command("import", _import, "bring drug labels in", _import_words),
    base.Command(
        "annotate",
        _annotate,
        "take categories from a table that a curator has read",
        _annotate_words,
    ),
)
