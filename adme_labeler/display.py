"""Does a display answer? Asked in a child process, because a dead one aborts Qt with the caller."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from adme_labeler import starting

TIMEOUT = 20.0
"""Seconds the child may take; a remote display that is slower than this is no help to anybody."""

_INVISIBLE = ("offscreen", "minimal")
"""Qt platforms on which a window opens but nobody sees it."""

_PROBE = "probe"
"""Word by which the child is told to ask Qt."""


def answers() -> bool:
    """Whether a window could open here. Takes about 0.3 s; never raises."""
    if _surely_none():
        return False
    try:
        child = subprocess.run(
            starting.command("display", _PROBE),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return child.returncode == 0


def main(words: Sequence[str]) -> int:
    """``python -m adme_labeler.display``: exit code 0 when a person could see a window, else 1.

    With the word "probe" this process asks Qt itself, which a dead display ends with a signal.
    """
    if list(words) == [_PROBE]:
        from PySide6.QtGui import QGuiApplication

        asked = QGuiApplication([_PROBE])
        return 0 if asked.primaryScreen() is not None else 3
    return 0 if os.environ.get("QT_QPA_PLATFORM") not in _INVISIBLE and answers() else 1


def _surely_none() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    return not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
