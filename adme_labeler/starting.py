"""How the program starts itself again: workers, the display probe, screenshots.

An installed program starts a module of its own with its interpreter. A frozen one has no
interpreter to name, so it starts its own executable with ``--worker`` and the like.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

PARTS = {
    "worker": "adme_labeler.worker",
    "display": "adme_labeler.display",
    "screenshots": "adme_labeler.gui.screenshots",
}
"""Part -> module that is run as ``python -m MODULE`` or ``adme-labeler --PART``."""


def command(part: str, *arguments: str) -> list[str]:
    """Command line that starts a part of this program in a process of its own."""
    if getattr(sys, "frozen", False):
        return [str(_console_program()), f"--{part}", *arguments]
    return [sys.executable, "-m", PARTS[part], *arguments]


def asked_for(words: list[str]) -> str:
    """The part that a command line of ours begins with; "" where it is a person's."""
    part = words[0].removeprefix("--") if words and words[0].startswith("--") else ""
    return part if part in PARTS else ""


def run(part: str, arguments: list[str]) -> None:
    """Be that part. It ends with SystemExit, as a module that is run does."""
    sys.argv = [PARTS[part], *arguments]
    runpy.run_module(PARTS[part], run_name="__main__", alter_sys=True)


def _console_program() -> Path:
    """On Windows the window's program has no standard streams, so another one lies beside it."""
    own = Path(sys.executable)
    console = own.with_name(f"adme-labeler-cli{own.suffix}")
    return console if sys.platform == "win32" and console.is_file() else own
