"""Long work in slices: a generator that yields wherever something else may come between."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


def at_once(steps: Generator[object, None, T]) -> T:
    """Do all of it, where nobody waits for a frame."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
