"""What a command of the command line is, and how its words are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adme_labeler.domain.problems import Problem

if TYPE_CHECKING:
    from adme_labeler.services.session import Session

PRESETS = ("default", "paper", "vanilla", "reweight")

Say = Callable[[str], None]
"""Takes one line for a person."""


class Misuse(Exception):
    """Words that do not go together; the sentence is shown with the usage."""


@dataclass(frozen=True)
class Command:
    """`run` takes the parsed words and a `Say`, and returns what --json shows.

    `words` adds the command's own arguments; PROJECT comes before them unless `project` is False.
    """

    name: str
    run: Callable[[argparse.Namespace, Say], dict[str, Any]]
    help: str
    words: Callable[[argparse.ArgumentParser], None] | None = None
    project: bool = True


def path(written: str) -> Path:
    if not written:
        raise argparse.ArgumentTypeError("an empty name names no file")
    return Path(text(written))


def text(written: str) -> str:
    try:
        written.encode()
    except UnicodeEncodeError as error:
        shown = written.encode(errors="backslashreplace").decode()
        raise argparse.ArgumentTypeError(f"{shown} is no Unicode text") from error
    return written


def several(command: argparse.ArgumentParser, word: str, metavar: str, help: str) -> None:
    """Add a word that takes one text and may be given several times."""
    command.add_argument(word, action="append", default=[], type=text, metavar=metavar, help=help)


def whole_number(written: str) -> int:
    number = int(written)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{written} is not a number from 0 to {2**31 - 1}")
    return number


def seeds(written: str) -> tuple[int, ...]:
    return tuple(whole_number(part) for part in written.split(","))


def writing(options: argparse.Namespace, curator: str = "") -> Session:
    """The project, opened to be changed; said at once where another window holds it."""
    from adme_labeler.services.session import Session

    session = Session.open(options.project, curator)
    if session.read_only:
        session.close()
        raise Problem(f"{session.path.name} is open in another window; close it there first.")
    return session


def plain(measurement: Any) -> Any:
    if measurement is None:
        return None
    import msgspec

    return msgspec.to_builtins(measurement)
