"""Rows of a benchmark and how they are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measured figure, with its budget where DESIGN sets one."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; None where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None


def milliseconds(act: Callable[[], object], repeats: int = 5) -> float:
    """Median wall time of `act` in milliseconds."""
    times: list[float] = []
    for _ in range(repeats):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def table(rows: Iterable[Row]) -> str:
    """Plain-text table; a missed budget is marked."""
    lines: list[str] = []
    for row in rows:
        budget = ""
        if row.at_most is not None:
            budget = f"<= {row.at_most:g}"
        elif row.at_least is not None:
            budget = f">= {row.at_least:g}"
        mark = {True: "met", False: "MISSED", None: ""}[row.met]
        lines.append(f"  {row.name:<58} {row.value:>10.2f} {row.unit:<6} {budget:<10} {mark}")
    return "\n".join(lines)
