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
from collections.abc import Sequence

from adme_labeler import __version__, language, starting
from adme_labeler.commands import COMMANDS, Misuse, Say
from adme_labeler.commands.base import path
from adme_labeler.domain.problems import Problem


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `adme-labeler`; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    part = starting.asked_for(words)
    if part:
        starting.run(part, words[1:])
    if not words or (
        words[0] not in {row.name for row in COMMANDS} and not words[0].startswith("-")
    ):
        return _window(words)
    language.use(language.ENGLISH)  # scripts read what commands print
    _print_any_text()
    options = _parser().parse_args(words)
    say = _teller(quiet=options.json)
    try:
        result = options.run(options, say)
        if options.json:
            in_ascii = sys.stdout.encoding.lower() not in ("utf-8", "utf8")
            print(json.dumps(result, ensure_ascii=in_ascii), flush=True)
    except Misuse as misuse:
        _parser().error(str(misuse))
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="adme-labeler",
        description="Label the sentences of drug labels with ADME categories. "
        "Without a command the window opens: adme-labeler [PROJECT].",
    )
    parser.add_argument("--version", action="version", version=f"adme-labeler {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for row in COMMANDS:
        command = commands.add_parser(row.name, help=row.help, description=row.help)
        command.add_argument("--json", action="store_true", help="end with one JSON object")
        command.set_defaults(run=row.run)
        if row.project:
            command.add_argument("project", type=path, metavar="PROJECT")
        if row.words is not None:
            row.words(command)
    return parser


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
