"""Import of real labels to stored sentences, in its own process as the window does it."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from adme_labeler import paths
from adme_labeler.services import headless
from adme_labeler.services.session import Session
from tests.benchmarks.report import Row


def rows() -> list[Row]:
    """openFDA bulk file of ADME_REAL_DATA where it is set, else the shipped sample."""
    named = os.environ.get("ADME_REAL_DATA", "")
    source = Path(named) / "openfda" / "drug-label-0001-of-0001.json.zip"
    if not source.is_file():
        source = paths.sample_labels() / "labels"
    with (
        tempfile.TemporaryDirectory() as folder,
        Session.create(Path(folder) / "p", "ana") as session,
    ):
        started = time.perf_counter()
        tally = headless.import_paths(session, [source])
        seconds = time.perf_counter() - started
    return [
        Row(f"import {tally.new_labels} drug labels from {source.name}", seconds, "s", at_most=20),
        Row("sentences stored", tally.sentences, ""),
        Row("sentences a second, process start included", tally.sentences / seconds, "1/s"),
    ]
