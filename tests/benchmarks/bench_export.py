"""Export of 50,000 sentences, and taking it back, as the window does it. Budget: DESIGN, 8."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.records import ModelVersion, Suggestion
from adme_labeler.services import annotating, headless, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences, suggestions
from tests.benchmarks.report import Row
from tests.drafts import simple_label

LABELS, SENTENCES, DECIDED = 500, 100, 2000


def rows() -> list[Row]:
    """Seconds a format, process start included; every sentence has a suggestion."""
    found: list[Row] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Session.create(Path(folder) / "p", "ana") as session,
    ):
        _fill(session)
        for name, budget in (("out.xlsx", 20.0), ("out.csv", None), ("out.jsonl", None)):
            started = time.perf_counter()
            done = headless.export(session, Path(folder) / name)
            seconds = time.perf_counter() - started
            ending = Path(name).suffix
            found.append(Row(f"{done.rows:,} sentences to {ending}", seconds, "s", at_most=budget))
        started = time.perf_counter()
        plan = headless.compare_table(session, Path(folder) / "out.xlsx")
        seconds = time.perf_counter() - started
        compared = f"{plan.unchanged:,} sentences of .xlsx read back and compared"
        found.append(Row(compared, seconds, "s", at_most=20.0))
    return found


def _fill(session: Session) -> None:
    tally = importing.ImportTally()
    for start in range(0, LABELS, 50):
        drafts = [simple_label(start + i, sentences=SENTENCES) for i in range(50)]
        importing.commit_batch(session, drafts, tally)
    ids = sentences.in_document_order(session.connection)
    made = [
        Suggestion(i, ModelVersion(1), 1, key, ADME.rest, (0.6, 0.1, 0.1, 0.1, 0.1), 0.5)
        for i, key in zip(ids, ADME.keys * (len(ids) // len(ADME.keys)), strict=True)
    ]
    with session.project.transaction() as connection:
        suggestions.store(connection, made)
    for number, suggestion in enumerate(made[:DECIDED]):
        category = ADME.keys[number % 3]
        annotating.decide(session, suggestion.sentence, category, Shown(suggestion))
