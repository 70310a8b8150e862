"""Project file at 100,000 sentences: saving, undo, queues, search, opening. Budgets: DESIGN, 8."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adme_labeler.domain.categories import ADME, CategoryKey
from adme_labeler.domain.records import (
    Annotation,
    AnnotationState,
    Arm,
    LabelId,
    ModelVersion,
    Provenance,
    SentenceId,
    Suggestion,
)
from adme_labeler.services import annotating, bulk, finding, importing, queue, session
from adme_labeler.services.annotating import Shown
from adme_labeler.services.completing import vocabulary
from adme_labeler.services.session import Session
from adme_labeler.storage import labels, sentences, suggestions
from tests.benchmarks.report import Row, milliseconds
from tests.drafts import simple_label

LABELS, SENTENCES = 1000, 100
SEARCHES = (
    "sentence",
    "absorp",
    "category:M",
    "also:E",
    "suggestion:E",
    "p<0.6",
    "state:open",
    "state:corrected",
    "drug:testazole77",
    "section:pharmacokin",
    "heading:absorp",
    "note:somebody",
    "arm:rare",
    "kind:table",
    "is:flagged",
    "is:disagreement",
    "is:held-out",
    "category:M p<0.6 drug:testazole7",
    'suggestion:E -category:E state:corrected "follows"',
    "state:open heading:metab sentence is:held-out",
    "state:bulk category:M sentence",
)


def rows() -> list[Row]:
    """Measured rows; times are wall clock on this machine, medians or 99th percentiles."""
    with tempfile.TemporaryDirectory() as folder:
        with Session.create(Path(folder) / "p", "ana") as opened:
            ids = fill(opened)
            found = [*_decisions(opened, ids), *_views(opened), *_searches(opened, ids)]
            path = opened.path
        found.append(
            Row("open the project", milliseconds(lambda: Session.open(path, "ana").close()), "ms")
        )
    return found


def fill(opened: Session) -> list[SentenceId]:
    """100,000 sentences of 1,000 drug labels, each with a suggestion; returns them in order."""
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
                    tuple(chance.random() for _ in ADME.keys),
                    chance.random(),
                )
                for i in ids
            ],
        )
    return ids


def _searches(opened: Session, ids: list[SentenceId]) -> list[Row]:
    """Every token by itself and some together, 60,000 sentences decided; then sorting, and bulk."""
    _decide_many(opened, ids)

    def found(written: str) -> Callable[[], object]:
        return lambda: finding.find(opened, written, typing=True)

    rows = [
        Row(f"search: {written}", milliseconds(found(written)), "ms", at_most=100)
        for written in SEARCHES
    ]
    everything = finding.find(opened, "sentence").ids
    rows += [
        Row(
            f"sort 100,000 by {column.value}",
            milliseconds(lambda c=column: finding.ordered(opened, everything, c)),
            "ms",
            at_most=200,
        )
        for column in finding.Column
    ]
    rows.append(
        Row("completion: words of the project", milliseconds(lambda: vocabulary(opened)), "ms")
    )
    steps = bulk.reading(opened)
    slowest = 0.0
    pool = None
    while pool is None:
        started = time.perf_counter()
        try:
            next(steps)
        except StopIteration as end:
            pool = end.value
        slowest = max(slowest, (time.perf_counter() - started) * 1000)
    rows.append(Row("bulk accept: longest step of reading", slowest, "ms", at_most=100))
    least = dict.fromkeys(opened.scheme.keys, 0.3)
    rows.append(
        Row(
            "bulk accept: one move of the slider",
            milliseconds(lambda: (pool.errors(least), pool.sample(least, 10, 1))),
            "ms",
            at_most=16,
        )
    )
    chosen = pool.chosen(least)[:10_000]
    started = time.perf_counter()
    changed = len(bulk.accept(opened, chosen).changes.annotations)
    rows.append(
        Row(f"bulk accept: {changed:,} committed", (time.perf_counter() - started) * 1000, "ms")
    )
    return rows


def _decide_many(opened: Session, ids: list[SentenceId]) -> None:
    chance = random.Random(1)
    states = (AnnotationState.ACCEPTED, AnnotationState.CORRECTED, AnnotationState.DECIDED)
    annotating.write(
        opened,
        "decide",
        "benchmark",
        [
            Annotation(
                i,
                opened.curator,
                chance.choice(states),
                chance.choice(ADME.keys),
                flagged=not i % 50,
                note="" if i % 20 else "ask somebody about it",
                provenance=Provenance(arm=chance.choice(tuple(Arm))),
                at="2026-01-01",
            )
            for i in ids[:60_000]
        ],
    )


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
        Row("counts in the status bar", milliseconds(lambda: session.counts(opened)), "ms"),
    ]
    return found
