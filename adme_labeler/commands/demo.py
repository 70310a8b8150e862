"""The main job on the shipped sample, start to spreadsheet."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from adme_labeler.commands import base


def _demo_words(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", type=base.path, metavar="DIR", help="where to write (default: ./demo)"
    )
    command.add_argument("--headless", action="store_true", help="do not open a window at the end")


def _demo(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import demo

    result = demo.run(options.out or Path("demo"), say)
    if not options.headless and not options.json:
        from adme_labeler.display import answers

        if answers():
            from adme_labeler.gui.app import main as open_window

            open_window([result["project"]])
    return result


COMMANDS = (
    base.Command(
        "demo",
        _demo,
        "do the main job on the shipped sample, start to spreadsheet",
        _demo_words,
        project=False,
    ),
)
