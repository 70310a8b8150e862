"""Project file at 100,000 sentences: saving, undo, queues, search, opening. Budgets: DESIGN, 8."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import LabelId, ModelVersion, SentenceId, Suggestion
from adme_labeler.services import annotating, importing, queue, session
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, sentences, suggestions
from tests.benchmarks.report import Row, milliseconds
from tests.drafts import simple_label

LABELS, SENTENCES = 1000, 100


def rows() -> list[Row]:
    """Measured rows; times are wall clock on this machine, medians or 99th percentiles."""
    with tempfile.TemporaryDirectory() as folder:
        with Session.create(Path(folder) / "p", "ana") as opened:
            ids = _fill(opened)
            found = [*_decisions(opened, ids), *_views(opened)]
            path = opened.path
        found.append(
            Row("open the project", milliseconds(lambda: Session.open(path, "ana").close()), "ms")
        )
    return found


def _fill(opened: Session) -> list[SentenceId]:
    tally = importing.ImportTally()
    for start in range(0, LABELS, 20):
        drafts = [simple_label(start + i, sentences=SENTENCES) for i in range(20)]
        importing.commit_batch(opened, drafts, tally)
    importing.choose_held_out(opened)
    ids = sentences.in_document_order(opened.connection)
    chance = random.Random(0)
    with opened.project.transaction() as connection:
        suggestions.store(
            connection,
            [
                Suggestion(
                    i,
                    ModelVersion(0),
                    0,
                    chance.choice(ADME.keys),
                    CategoryKey("O"),
                    (0.2,) * 5,
                    chance.random(),
                )
                for i in ids
            ],
        )
    return ids


def _decisions(opened: Session, ids: list[SentenceId]) -> list[Row]:
    def p99(act: Callable[[SentenceId], object], chosen: list[SentenceId]) -> float:
        times: list[float] = []
        for sentence in chosen:
            started = time.perf_counter()
            act(sentence)
            times.append((time.perf_counter() - started) * 1000)
        return sorted(times)[int(0.99 * len(times))]

    key = CategoryKey("A")
    return [
        Row(
            "save one decision, 99th percentile of 1,000",
            p99(lambda s: annotating.decide(opened, s, key, Shown()), ids[:1000]),
            "ms",
            at_most=50,
        ),
        Row(
            "undo, 99th percentile of 500",
            p99(lambda _: annotating.undo(opened), ids[:500]),
            "ms",
            at_most=50,
        ),
    ]


def _views(opened: Session) -> list[Row]:
    connection = opened.connection
    found = [
        Row(
            f"queue: {kind.value}",
            milliseconds(lambda kind=kind: queue.build(opened, kind)),
            "ms",
            at_most=200,
        )
        for kind in queue.QueueKind
    ]
    found += [
        Row("list of 1,000 drug labels", milliseconds(lambda: labels.all_labels(connection)), "ms"),
        Row(
            "read one drug label",
            milliseconds(lambda: sentences.blocks(connection, LabelId(5))),
            "ms",
            at_most=50,
        ),
        Row(
            "search",
            milliseconds(lambda: sentences.search(connection, "sentence metab")),
            "ms",
            at_most=100,
        ),
        Row("counts in the status bar", milliseconds(lambda: session.counts(opened)), "ms"),
    ]
    return found
