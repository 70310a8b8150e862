"""Command line: the window's services without a window.

Exit code 0; 1 with one sentence on stderr; 2 for wrong usage. With --json the last line of stdout
is one JSON object.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adme_labeler import __version__
from adme_labeler.domain.problems import Problem

if TYPE_CHECKING:
    from adme_labeler.services.session import Session

COMMANDS = (
    "demo",
    "new",
    "import",
    "annotate",
    "suggest",
    "train",
    "recall",
    "models",
    "export",
    "merge-table",
    "check",
    "backup",
    "restore",
    "evaluate",
)
PRESETS = ("default", "paper", "vanilla", "reweight")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `adme-labeler`; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--worker"]:
        return _worker(words[1:])
    if not words or (words[0] not in COMMANDS and not words[0].startswith("-")):
        return _window(words)
    _print_any_text()
    options = _parser().parse_args(words)
    say = _teller(quiet=options.json)
    try:
        result = options.run(options, say)
        if options.json:
            in_ascii = sys.stdout.encoding.lower() not in ("utf-8", "utf8")
            print(json.dumps(result, ensure_ascii=in_ascii), flush=True)
    except Problem as problem:
        return _failed(str(problem))
    except KeyboardInterrupt:
        return _failed("Stopped; everything decided so far is saved.")
    except BrokenPipeError:  # as in `adme-labeler … | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(f"A file cannot be read or written ({where}{error.strerror or error}).")
    except sqlite3.DatabaseError as error:
        return _failed(f"The project file cannot be read or written ({error}).")
    return 0


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _print_any_text() -> None:
    """A terminal of few letters shows the others as codes, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _window(words: list[str]) -> int:
    if len(words) > 1:
        _parser().error("one project at a time")
    from adme_labeler.display import answers

    if not answers():
        print(
            "No display answers, so the window cannot open; `adme-labeler demo --headless` and "
            "the other commands work without one.",
            file=sys.stderr,
        )
        return 1
    from adme_labeler.gui.app import main as open_window

    return open_window(words)


def _worker(words: list[str]) -> int:
    """A frozen program starts its workers through its own executable."""
    import runpy

    sys.argv = ["adme_labeler.worker", *words]
    runpy.run_module("adme_labeler.worker", run_name="__main__", alter_sys=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="adme-labeler",
        description="Label the sentences of drug labels with ADME categories. "
        "Without a command the window opens: adme-labeler [PROJECT].",
    )
    parser.add_argument("--version", action="version", version=f"adme-labeler {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., Any], help_text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.add_argument("--json", action="store_true", help="end with one JSON object")
        command.set_defaults(run=run)
        return command

    def project(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
        command.add_argument("project", type=_path, metavar="PROJECT")
        return command

    demo = add("demo", _demo, "do the main job on the shipped sample, start to spreadsheet")
    demo.add_argument("--out", type=_path, metavar="DIR", help="where to write (default: ./demo)")
    demo.add_argument("--headless", action="store_true", help="do not open a window at the end")
    project(add("new", _new, "make an empty project"))
    imports = project(add("import", _import, "bring drug labels in"))
    imports.add_argument("paths", type=_path, nargs="+", metavar="PATH")
    imports.add_argument("--sections", choices=("pk", "clinical-pharmacology", "all"), default="pk")
    annotate = project(
        add("annotate", _annotate, "take categories from a table that a curator has read")
    )
    annotate.add_argument("table", type=_path, metavar="TABLE")
    annotate.add_argument(
        "--curator", default="", type=_text, metavar="NAME", help="who read the sentences"
    )
    project(add("suggest", _suggest, "suggest a category for every sentence"))
    train = project(add("train", _train, "train a model version on everything decided"))
    train.add_argument("--preset", choices=PRESETS, default="default")
    train.add_argument("--encoder", type=_path, metavar="DIR", help="local transformers folder")
    train.add_argument("--seed", type=_whole_number, default=42, metavar="N")
    project(add("recall", _recall, "how much the served model finds, on drugs it never saw"))
    versions = project(add("models", _models, "list model versions, promote one, roll back"))
    versions.add_argument("action", nargs="?", choices=("promote", "rollback"))
    versions.add_argument("version", nargs="?", type=int, metavar="ID")
    export = project(add("export", _export, "write a spreadsheet (.xlsx .csv .tsv .jsonl)"))
    export.add_argument("out", type=_path, metavar="OUT")
    merge = project(
        add("merge-table", _merge_table, "take an exported spreadsheet back that was edited")
    )
    merge.add_argument("edited", type=_path, metavar="EDITED")
    merge.add_argument("--dry-run", action="store_true", help="compare only, change nothing")
    merge.add_argument(
        "--curator", default="", type=_text, metavar="NAME", help="who edited the sheet"
    )
    merge.add_argument(
        "--take-conflicts",
        action="store_true",
        help="the sheet wins where the project has changed since the export",
    )
    project(add("check", _check, "integrity, hash chain and replay of the log"))
    project(add("backup", _backup, "make a verified backup"))
    restore = project(add("restore", _restore, "restore a backup, the newest unless named"))
    restore.add_argument("backup", type=_path, nargs="?", metavar="BACKUP")
    evaluate = add("evaluate", _evaluate, "train and test on tables, without a project")
    evaluate.add_argument("--train", type=_path, required=True, metavar="TABLE")
    evaluate.add_argument("--test", type=_path, metavar="TABLE")
    evaluate.add_argument("--hints", type=_path, metavar="TABLE")
    evaluate.add_argument(
        "--preset", choices=(*PRESETS, "instant", "tfidf", "frozen"), default="default"
    )
    evaluate.add_argument("--encoder", type=_path, metavar="DIR")
    evaluate.add_argument("--folds", type=_whole_number, default=0, metavar="K")
    evaluate.add_argument("--seeds", default="0", metavar="0,1,2", type=_seeds)
    evaluate.add_argument("--limit", type=_whole_number, default=0, metavar="N")
    return parser


Say = Callable[[str], None]


def _new(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services.session import Session

    with Session.create(options.project) as session:
        say(f"Made {session.path}")
        return {"project": str(session.path)}


def _import(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.domain.records import Sections
    from adme_labeler.services import headless

    started = time.monotonic()
    with _writing(options) as session:
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


def _annotate(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import headless, table_annotations

    with _writing(options) as session:
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


def _suggest(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import headless, suggesting

    started = time.monotonic()
    with _writing(options) as session:
        count = headless.suggest(session, say)
        served = suggesting.served(session)
    return {
        "sentences": count,
        "version": served.version if served else 0,
        "revision": served.revision if served else 0,
        "seconds": round(time.monotonic() - started, 2),
    }


def _train(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import headless

    with _writing(options) as session:
        version, result = headless.train(
            session, options.preset, options.encoder, options.seed, say
        )
        say(f"Version {version}: {result.comparison.verdict}. {result.comparison.reason}")
        headless.suggest(session, say)
    return {
        "version": version,
        "verdict": result.comparison.verdict,
        "reason": result.comparison.reason,
        "seconds": result.seconds,
        "seconds_per_phase": result.seconds_per_phase,
        "held_out": _plain(result.held_out),
        "cross_validation": _plain(result.cross_validation),
    }


def _recall(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import recall
    from adme_labeler.services.session import Session

    with Session.open(options.project, read_only=True) as session:
        report = recall.report(session)
        scheme = session.scheme
    say(f"Model {report.version}.{report.revision}, {report.held_out_groups} drugs held out")
    for title, measurement in (
        ("Held-out drugs", report.held_out),
        ("Cross-validation", report.cross_validation),
    ):
        if measurement is None:
            continue
        say(f"{title}: {measurement.sentences} sentences of {measurement.groups} drugs")
        for measure in sorted(measurement.categories, key=lambda m: m.support):
            say(f"  {scheme[measure.category].name:<13} {_percentage(measure)}")
    if report.explanation:
        say(report.explanation)
    return {
        "version": report.version,
        "revision": report.revision,
        "updating": report.updating,
        "explanation": report.explanation,
        "held_out": _plain(report.held_out),
        "cross_validation": _plain(report.cross_validation),
    }


def _models(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.domain.records import ModelVersion
    from adme_labeler.services import headless, training
    from adme_labeler.services.session import Session

    if options.action == "promote" and options.version is None:
        _parser().error("models PROJECT promote needs the number of a version")
    opened = _writing(options) if options.action else Session.open(options.project, read_only=True)
    with opened as session:
        if options.action == "promote":
            training.promote(session, ModelVersion(options.version))
        elif options.action == "rollback":
            target, _ = training.roll_back(session)
            say(f"Version {target} suggests again.")
        if options.action:
            headless.suggest(session, say)
        found = [
            {
                "version": m.version,
                "state": m.state.value,
                "created_at": m.created_at,
                "verdict": m.verdict,
                "weights": training.weights_here(session, m.version),
            }
            for m in training.versions(session)
        ]
    for model in found:
        say(
            f"{model['version']:>4}  {model['state']:<10} {model['created_at']}  {model['verdict']}"
        )
    return {"models": found}


def _export(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import headless
    from adme_labeler.services.session import Session

    started = time.monotonic()
    with Session.open(options.project) as session:
        done = headless.export(session, options.out, say)
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


def _merge_table(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import headless, merge_text, merging
    from adme_labeler.services.session import Session

    if options.dry_run:
        opened = Session.open(options.project, options.curator, read_only=True)
    else:
        opened = _writing(options, options.curator)
    with opened as session:
        plan = headless.compare_table(session, options.edited, say)
        counts = {kind.value: number for kind, number in plan.counts.items()}
        say(", ".join(f"{number:,} {kind}" for kind, number in counts.items()))
        for row in plan.rows:
            say(merge_text.line(row, session.scheme))
        for written, count in plan.unknown_categories.items():
            say(f'"{written}" is no category ({count} rows).')
        changes = None
        if not options.dry_run:
            wanted = (merging.RowKind.CHANGED, merging.RowKind.CONFLICT)
            named = {r.sentence for r in plan.rows if r.kind in wanted and r.sentence is not None}
            changes = merging.apply(session, plan, named if options.take_conflicts else "all")
            say(f"{len(changes.annotations):,} sentences changed in the project.")
        return {
            "source": plan.source,
            "sha256": plan.sha256,
            "exported_at": plan.exported_at,
            "counts": counts,
            "repeated": plan.repeated,
            "unknown_categories": plan.unknown_categories,
            "applied": len(changes.annotations) if changes is not None else 0,
            "operation": changes.operation if changes is not None else None,
            "rows": [merge_text.fields(row, session.scheme) for row in plan.rows],
        }


def _check(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services.session import check_project

    report = check_project(options.project)
    if report.faults:
        raise Problem(" ".join(report.faults))
    say(
        f"All well: {report.operations:,} operations, {report.changes:,} changes, "
        f"{report.annotations:,} annotations; chain ends in {report.head[:16]}"
    )
    return {
        "operations": report.operations,
        "changes": report.changes,
        "annotations": report.annotations,
        "head": report.head,
        "faults": [],
    }


def _backup(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services.session import back_up

    made = back_up(options.project)
    say(f"Backup written to {made}")
    return {"backup": str(made)}


def _restore(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services.session import restore

    aside = restore(options.project, options.backup)
    there = aside.exists()
    say(f"Restored. The project as it was lies in {aside}" if there else "Restored.")
    return {"project": str(options.project), "put_aside": str(aside) if there else None}


def _evaluate(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler import protocol
    from adme_labeler.services import headless

    if options.test is None and options.folds < 2:
        _parser().error("evaluate needs --test TABLE or --folds K (2 or more)")
    job = protocol.EvaluateJob(
        train=str(options.train.absolute()),
        test=str(options.test.absolute()) if options.test else "",
        hints=str(options.hints.absolute()) if options.hints else "",
        preset=options.preset,
        encoder=str(options.encoder.absolute()) if options.encoder else "",
        folds=options.folds,
        seeds=options.seeds,
        limit=options.limit,
    )
    result = headless.evaluate(job, say)
    for name in ("accuracy", "macro_f1", "adme_recall"):
        if isinstance(result.get(name), int | float):
            say(f"{name:<12} {result[name]:.3f}")
    return dict(result)


def _demo(options: argparse.Namespace, say: Say) -> dict[str, Any]:
    from adme_labeler.services import demo

    result = demo.run(options.out or Path("demo"), say)
    if not options.headless and not options.json:
        from adme_labeler.display import answers

        if answers():
            from adme_labeler.gui.app import main as open_window

            open_window([result["project"]])
    return result


def _plain(measurement: Any) -> Any:
    if measurement is None:
        return None
    import msgspec

    return msgspec.to_builtins(measurement)


def _percentage(measure: Any) -> str:
    if measure.recall is None:
        return f"not enough evidence (n = {measure.support})"
    return (
        f"{measure.recall:6.1%}  ({measure.recall_low:.0%} to {measure.recall_high:.0%}), "
        f"{measure.found} of {measure.support} found"
    )


def _seeds(written: str) -> tuple[int, ...]:
    return tuple(_whole_number(part) for part in written.split(","))


def _whole_number(written: str) -> int:
    number = int(written)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{written} is not a number from 0 to {2**31 - 1}")
    return number


def _text(written: str) -> str:
    try:
        written.encode()
    except UnicodeEncodeError as error:
        shown = written.encode(errors="backslashreplace").decode()
        raise argparse.ArgumentTypeError(f"{shown} is no Unicode text") from error
    return written


def _path(written: str) -> Path:
    if not written:
        raise argparse.ArgumentTypeError("an empty name names no file")
    return Path(_text(written))


def _writing(options: argparse.Namespace, curator: str = "") -> Session:
    """The project, opened to be changed; said at once where another window holds it."""
    from adme_labeler.services.session import Session

    session = Session.open(options.project, curator)
    if session.read_only:
        session.close()
        raise Problem(f"{session.path.name} is open in another window; close it there first.")
    return session


def _teller(*, quiet: bool) -> Say:
    """Lines for a person; the same line twice in a row is said once."""
    last = [""]

    def say(line: str) -> None:
        if not quiet and line != last[0]:
            print(line, flush=True)
            last[0] = line

    return say


if __name__ == "__main__":
    sys.exit(main())
