"""Reads the running window as a screen reader does: over the accessibility bus of the desktop."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from adme_labeler.domain.closing import Closable

NEEDED = ("dbus-daemon", "busctl")
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_ROOT = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")


def missing() -> list[str]:
    """Programs that reading a window needs and this machine lacks."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Reader(Closable):
    """A message bus of its own; programs started with `environment` can be read."""

    def __init__(self) -> None:
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._bus.stdout is not None
        self._address = self._bus.stdout.readline().strip()
        self._spoken = ""

    def close(self) -> None:
        self._bus.terminate()
        self._bus.communicate(timeout=10)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "DBUS_SESSION_BUS_ADDRESS": self._address,
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }

    def names(self) -> Iterator[str]:
        """Accessible names of everything in every window, in the order of the tree."""
        if not self._spoken:
            where = ("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
            self._spoken = self._ask(self._address, *where)[0]
        waiting = [_ROOT]
        while waiting:
            name, path = waiting.pop(0)
            yield from self._name(name, path)
            found = self._ask(self._spoken, name, path, _ACCESSIBLE, "GetChildren")
            waiting = [tuple(child) for child in found[0]] + waiting

    def _name(self, name: str, path: str) -> Iterator[str]:
        done = self._busctl(self._spoken, "get-property", name, path, _ACCESSIBLE, "Name")
        if done and done["data"]:
            yield str(done["data"])

    def _ask(self, address: str, *words: str) -> Any:
        done = self._busctl(address, "call", *words)
        return done["data"] if done else [[]]

    def _busctl(self, address: str, *words: str) -> Any:
        done = subprocess.run(
            ["busctl", f"--address={address}", "--json=short", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None
