"""A virtual screen with a window manager, and hands on its keyboard and mouse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from adme_labeler.domain.closing import Closable
from tests.e2e import hands

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


class Screen(Closable):
    """Xvfb on a free display number, with openbox on it."""

    def __init__(self, home: Path, width: int = 1440, height: int = 900) -> None:
        """`home` is where the program finds settings, logs and documents of its user."""
        self._size = f"{width}x{height}x24"
        self._home = home
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
        for kind in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "DOCUMENTS_DIR"):
            folder = self._home / kind.casefold()
            folder.mkdir(parents=True, exist_ok=True)
            self.environment[f"XDG_{kind}"] = str(folder)
        self.environment.pop("QT_QPA_PLATFORM", None)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self._processes.append(
            subprocess.Popen(["openbox"], env=self.environment, stderr=subprocess.DEVNULL)
        )
        return self

    def close(self) -> None:
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

    def confirm(self, title: str) -> None:
        """Press Enter in this dialog until it is gone: a window takes keys a moment after it is
        active, and a key before that is lost."""
        for _ in range(8):
            self.key("Return")
            end = time.monotonic() + 2
            while time.monotonic() < end:
                if self.window(title) != self.xdotool("getactivewindow"):
                    return
        raise AssertionError(f"the dialog {title!r} did not take Enter")

    def geometry(self, title: str) -> dict[str, str]:
        """X, Y, WIDTH and HEIGHT of a window, as xdotool prints them."""
        said = self.xdotool("getwindowgeometry", "--shell", self.window(title))
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button at one place and let it go at another, as a hand moves."""
        self.xdotool("mousemove", *map(str, start), "mousedown", "1")
        steps = 8
        for step in range(1, steps + 1):
            place = [a + (b - a) * step // steps for a, b in zip(start, end, strict=True)]
            self.xdotool("mousemove", *map(str, place), "sleep", "0.03")
        self.xdotool("mouseup", "1")

    def drop(self, files: list[Path], target: tuple[int, int]) -> str:
        """Drag files out of another program and drop them; what became of it."""
        left, top, width, height = hands.PLACE
        with self._hands("drag", *map(str, files), stdout=subprocess.PIPE) as other:
            wait_until(lambda: self.window("files to drag") != "", "the window with the files")
            self.drag((left + width // 2, top + height // 2), target)
            try:
                return other.communicate(timeout=30)[0].decode().strip()
            finally:
                other.kill()

    def picture(self, target: Path) -> None:
        """What is on the screen now."""
        with self._hands("picture", str(target)) as camera:
            assert camera.wait(timeout=30) == 0

    def _hands(self, *words: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.hands", *words], env=self.environment, stdout=stdout
        )
