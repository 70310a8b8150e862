"""The README names every command and option that there is, and none that there is not."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from adme_labeler import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SHELL = "\n".join(re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def commands() -> dict[str, set[str]]:
    """Options of each command."""
    parser = cli._parser()
    rows = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return {
        name: {o for a in row._actions for o in a.option_strings if o.startswith("--")}
        for name, row in rows.choices.items()
    }


def shown() -> dict[str, set[str]]:
    """Options that the README shows with each command, over the lines that it goes on."""
    found: dict[str, set[str]] = {}
    for text in re.split(r"^adme-labeler ", SHELL, flags=re.MULTILINE)[1:]:
        name = text.split(maxsplit=1)[0]
        found.setdefault(name, set()).update(OPTION.findall(text.split("\n\n")[0]))
    return found


def test_every_command_is_shown() -> None:
    assert set(commands()) == set(shown()) - {"[PROJECT]"}


def test_every_option_is_named_and_no_other() -> None:
    for name, options in commands().items():
        assert shown()[name] <= options, f"{name} has no such option"
    named = set(OPTION.findall(README))
    assert {o for options in commands().values() for o in options} - {"--help"} - named == set()


def test_every_link_and_picture_is_there() -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", README)
    assert len(links) > 10
    own = [link.split("#")[0] for link in links if not link.startswith(("http", "#"))]
    assert [link for link in own if not (ROOT / link).exists()] == []
