"""Imports heavy modules beside the event loop, so that their first use does not hold it up."""

from __future__ import annotations

import gc
import importlib
import threading


class Preload:
    """Of these modules; begun by the first `ready`."""

    def __init__(self, *modules: str) -> None:
        self._left = threading.Event()

        def load() -> None:
            for module in modules:
                if self._left.is_set():
                    return
                importlib.import_module(module)

        # The process waits for the module that is being imported: a thread that is cut off in the
        # middle of a library written in C++ aborts it.
        self._thread = threading.Thread(target=load, name="preload")
        self._started = False
        self._frozen = False

    def ready(self) -> bool:
        if not self._started:
            self._started = True
            self._thread.start()
        if self._thread.is_alive():
            return False
        if not self._frozen:
            # Half a million objects of libraries: looking through them takes a tenth of a second.
            gc.freeze()
            self._frozen = True
        return True

    def leave(self) -> None:
        """What the project held can be let go."""
        self._left.set()
        if self._frozen:
            gc.unfreeze()
