"""Commands that bring drug labels and annotations in."""

from __future__ import annotations

import argparse
import time
from typing import Any

from adme_labeler.commands import base, table_words
from adme_labeler.domain.problems import Problem

KINDS = ("prescription", "otc", "vaccine", "animal", "device", "other")


def _import_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", type=base.path, nargs="*", metavar="PATH")
    command.add_argument("--sections", choices=("pk", "clinical-pharmacology", "all"), default="pk")
    command.add_argument(
        "--types",
        nargs="+",
        choices=KINDS,
        default=["prescription"],
        metavar="KIND",
        help=f"kinds of label to take ({', '.join(KINDS)}); prescription labels unless said",
    )
    base.several(
        command,
        "--drug",
        "NAME",
        "the drug that PDF, Word, HTML and text files are about; may be given several times",
    )
    command.add_argument(
        "--read-by",
        default="",
        type=base.text,
        metavar="NAME",
        help="the curator who read the categories in the tables; they then count as that person's "
        "annotations, otherwise they train and measure nothing",
    )
    table_words.add(command)
    command.add_argument(
        "--resume", action="store_true", help="go on with the import that was stopped last"
    )


def _report_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--csv", type=base.path, metavar="FILE", help="also as .csv or .xlsx")


def _annotate_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("table", type=base.path, metavar="TABLE")
    command.add_argument(
        "--curator", default="", type=base.text, metavar="NAME", help="who read the sentences"
    )
    table_words.add(command)


def _import(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.domain.records import LabelType, Sections
    from adme_labeler.services import headless

    if options.resume == bool(options.paths):
        raise base.Misuse("import needs files or folders, or --resume without any")
    started = time.monotonic()
    with base.writing(options) as session:
        if options.resume:
            tally = headless.resume_import(session, say)
        else:
            types = [LabelType(kind) for kind in options.types]
            tally = headless.import_paths(
                session,
                options.paths,
                Sections(options.sections),
                say,
                types,
                options.drug,
                table_words.layouts(options, session),
                options.read_by,
            )
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
        layouts = table_words.layouts(options, session)
        rows = table_annotations.rows_of(headless.read_table(session, options.table, layouts))
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


def _report(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import headless, import_reports
    from adme_labeler.services.session import Session

    with Session.open(options.project, read_only=True) as session:
        found = import_reports.runs(session)
        headings = import_reports.headings(session)
        said = [
            {
                "at": run.at,
                "ended_at": run.ended_at,
                "curator": run.curator,
                "state": run.state.value,
                "sections": run.sections,
                "types": list(run.types),
                "counts": run.counts,
                "remark": run.remark,
                "files": [
                    {
                        "path": file.path,
                        "status": file.status,
                        "reason": file.reason,
                        "labels": file.labels,
                        "sentences": file.sentences,
                        "tables": file.tables,
                    }
                    for file in run.files
                ],
            }
            for run in found
        ]
        done = headless.write_import_report(session, options.csv) if options.csv else None
    for run in found:
        counts = ", ".join(f"{n:,} {status}" for status, n in run.counts.items())
        say(f"{run.at}  {run.curator:<12} {run.state:<11} {len(run.files):,} files: {counts}")
        if run.remark:
            say(f"    {run.remark}")
        for file in run.files:
            if file.reason:
                say(f"    {file.status:<13} {file.reason}")
    if headings:
        say(f"{len(headings):,} headings were not understood:")
        for heading, count in headings[:20]:
            say(f"    {count:>5}  {heading}")
    if done is not None:
        say(f"{done.rows:,} rows written to {done.out}")
    return {"imports": said, "headings": dict(headings)}


COMMANDS = (
    base.Command("import", _import, "bring drug labels in", _import_words),
    base.Command("report", _report, "what the imports brought", _report_words),
    base.Command(
        "annotate",
        _annotate,
        "take categories from a table that a curator has read",
        _annotate_words,
    ),
)
