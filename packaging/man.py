"""The manual page of the command line, written from the command line's own help."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date

from adme_labeler import __version__
from adme_labeler.cli import _parser


def page(day: date) -> str:
    """The page in the language of man (groff)."""
    parser = _parser()
    lines = [
        f'.TH ADME-LABELER 1 "{day.isoformat()}" "adme-labeler {__version__}" "User Commands"',
        ".SH NAME",
        r"adme\-labeler \- label the sentences of drug labels with ADME categories",
        ".SH SYNOPSIS",
        r".B adme\-labeler",
        r"[\fIPROJECT\fR]",
        ".br",
        r".B adme\-labeler",
        r"\fICOMMAND\fR [\fIOPTIONS\fR]",
        ".SH DESCRIPTION",
        _roff(parser.description or ""),
        ".PP",
        "Exit status: 0; 1 with one sentence on standard error; 2 for wrong usage.",
        ".SH COMMANDS",
    ]
    for name, command in _commands(parser):
        lines += [f'.SS "{_roff(name)}"', _roff(_sentence(command.description or ""))]
        usage = " ".join(command.format_usage().removeprefix("usage: ").split())
        lines += [".PP", f"\\fB{_roff(usage)}\\fR"]
        for action in command._actions:
            if action.help and action.help is not argparse.SUPPRESS and action.dest != "help":
                lines += [".TP", f"\\fB{_roff(_words(action))}\\fR", _roff(_help(action))]
    lines += [
        ".SH FILES",
        ".TP",
        r"\fINAME\fR.adme",
        "A project: drug labels, decisions and settings in one file.",
        ".TP",
        r"\fINAME\fR.adme.d",
        "Its models, training runs and backups.",
        ".SH ENVIRONMENT",
        ".TP",
        ".B ADME_LABELER_LANGUAGE",
        "Language of the program (en, de) in place of the chosen one.",
    ]
    return "\n".join(lines) + "\n"


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _words(action: argparse.Action) -> str:
    metavar = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    )
    value = (
        "" if action.nargs == 0 else " ".join((metavar,) if isinstance(metavar, str) else metavar)
    )
    if not action.option_strings:
        return value
    return f"{', '.join(action.option_strings)} {value}".rstrip()


def _help(action: argparse.Action) -> str:
    """With %(default)s and the like filled in, as argparse does it."""
    known = {**vars(action), "prog": "adme-labeler"}
    return (action.help or "") % known


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _roff(text: str) -> str:
    safe = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{safe}" if safe.startswith((".", "'")) else safe
