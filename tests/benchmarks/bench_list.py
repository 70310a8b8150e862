"""The list view: scrolling a million rows, and searching and sorting in the window at 100,000."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adme_labeler.services.session import Session
from tests.benchmarks.bench_project import fill
from tests.benchmarks.report import Row, milliseconds

STEPS = 200


def rows() -> list[Row]:
    """Wall times offscreen, each with the painting that follows."""
    from PySide6.QtCore import QSettings
    from PySide6.QtTest import QTest

    from adme_labeler.gui import theme
    from adme_labeler.gui.app import make_application
    from adme_labeler.gui.main_window import MainWindow
    from adme_labeler.gui.preferences import Preferences
    from adme_labeler.services.finding import Column

    gc.set_threshold(10_000, 20, 200)  # as the program sets it
    app = make_application()
    theme.apply(app, "light", 1.0)
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/w.ini", QSettings.Format.IniFormat)
        window = MainWindow(Preferences(settings))
        window.resize(1440, 900)
        opened = Session.create(Path(folder) / "p", "ana")
        ids = fill(opened)
        window.show_session(opened, place=False, jobs=False)
        window.show()
        QTest.qWaitForWindowExposed(window)
        project = window.project
        assert project is not None
        table, line, listing = project.work.list, project.work.search, project.listing
        window.run("view-list")

        def painted(act: Callable[[], object]) -> Callable[[], object]:
            def run() -> None:
                act()
                window.repaint()

            return run

        def search(written: str) -> None:
            line.search_for(written)

        found = [
            Row(name, milliseconds(painted(lambda w=written: search(w))), "ms", at_most=200)
            for name, written in (
                ("search and show 100,000", "sentence"),
                ("search and show: suggestion:E p<0.6", "suggestion:E p<0.6"),
            )
        ]
        search("sentence")
        found.append(
            Row(
                "sort 100,000 found by probability and show",
                milliseconds(painted(lambda: listing.sort(Column.PROBABILITY, True))),
                "ms",
                at_most=200,
            )
        )
        found.append(
            Row("select all of 100,000", milliseconds(painted(table.selectAll)), "ms", at_most=100)
        )
        project.end_search()
        window.run("view-list")
        table.show_ids(ids * 10)  # a million rows, with their real content
        bar = table.verticalScrollBar()
        QTest.qWait(100)  # the scroll bar takes its range in a later turn
        assert bar.maximum() > 900_000
        times: list[float] = []
        own: list[float] = []
        for step in range(STEPS):
            started, worked = time.perf_counter(), time.thread_time()
            # Far apart in turn, so that every step fetches; near, as a wheel does, else.
            bar.setValue(step * bar.maximum() // STEPS + (step % 2) * 3)
            table.viewport().repaint()
            times.append((time.perf_counter() - started) * 1000)
            own.append((time.thread_time() - worked) * 1000)
        found += [
            Row("scroll 1,000,000 rows, median step", statistics.median(times), "ms"),
            Row("scroll 1,000,000 rows, slowest of 200 steps", max(times), "ms", at_most=50),
            Row("  most own work of a step", max(own), "ms", at_most=50),
        ]
        opened.close()
    return found
