"""A virtual screen with a window manager, and hands on its keyboard."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

NEEDED = ("Xvfb", "openbox", "xdotool")


def missing() -> list[str]:
    """Programs that a virtual screen needs and this machine lacks."""
    return [name for name in NEEDED if shutil.which(name) is None]


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Poll until `holds()`; an AssertionError names what did not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)  # noqa: TID251


class Screen:
    """Xvfb on a free display number, with openbox on it."""

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        self._size = f"{width}x{height}x24"
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Screen:
        reading, writing = os.pipe()
        command = [
            "Xvfb",
            "-displayfd",
            str(writing),
            "-screen",
            "0",
            self._size,
            "-nolisten",
            "tcp",
        ]
        self._processes.append(
            subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        )
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.environment = {**os.environ, "DISPLAY": f":{numbers.readline().strip()}"}
        self.environment.pop("QT_QPA_PLATFORM", None)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._processes.append(
            subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL)
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=10)

    def start(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """The program on this screen; what it says goes into `log`."""
        with log.open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "adme_labeler.cli", *arguments],
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def key(self, *keys: str) -> None:
        """Press keys one after another, as X names them: "ctrl+r", "Return", "1"."""
        self.xdotool("key", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "5", text)

    def window(self, title: str) -> str:
        """Id of a visible window whose title contains this; empty when there is none."""
        return self.xdotool("search", "--onlyvisible", "--name", title).split("\n")[0]

    def wait_for_window(self, title: str, seconds: float = 30.0) -> None:
        """Until a window of this title is there and has the keyboard."""

        def there() -> bool:
            found = self.window(title)
            return bool(found) and found == self.xdotool("getactivewindow")

        wait_until(there, f"the window {title!r}", seconds)

    def picture(self, target: Path) -> None:
        """What is on the screen now, where ImageMagick's import is at hand."""
        if shutil.which("import"):
            subprocess.run(
                ["import", "-window", "root", str(target)], env=self.environment, check=False
            )
