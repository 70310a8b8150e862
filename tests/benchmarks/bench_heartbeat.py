"""How long the window is ever busy: a 10 ms heartbeat while jobs run beside it.

The real window with its real workers (a tiny encoder), offscreen, at 100,000 sentences, a process
of its own per job, each to its end. Two figures a job: what the window's thread itself worked
between two beats, which is the program's own doing, and the gap that a person sees, which on a busy
machine is mostly waiting for a processor. `heartbeat_window --why` says what it worked on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from adme_labeler import paths
from adme_labeler.domain.records import SentenceId, Suggestion
from adme_labeler.services import annotating, importing
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session, change_setting
from adme_labeler.storage import sentences, suggestions
from tests.benchmarks.report import Row
from tests.drafts import simple_label
from tests.encoders import make_tiny_encoder

MOST_MS = 100
"""A person sees a hand stop moving after about this long."""
MOST_OWN_MS = 60
TIME_LIMIT_S = 300


@dataclass(frozen=True)
class Beats:
    """Longest and 99th percentile, in milliseconds."""

    wall: tuple[float, float]
    own: tuple[float, float]


def rows() -> list[Row]:
    """Own work and gaps of every job, in milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = _project(folder / "large", 1000, 100, decided=400)
        source, out = _labels(folder), folder / "out.xlsx"
        found: list[Row] = []
        for job, what, file in (
            ("import", f"importing {source.name}", source),
            ("export", "exporting", out),
            ("train", "training", out),
            ("suggest", "suggestions coming in, refits", out),
            ("work", "changing queues and views", out),
        ):
            found += _rows(what, _measure(folder, large, job, file))
    return found


def _rows(what: str, beats: Beats) -> list[Row]:
    return [
        Row(f"most own work in a turn, {what}", beats.own[0], "ms", at_most=MOST_OWN_MS),
        Row("  99th percentile", beats.own[1], "ms"),
        Row("  longest gap", beats.wall[0], "ms", at_most=MOST_MS),
        Row("  99th percentile of the gaps", beats.wall[1], "ms"),
    ]


def _labels(folder: Path) -> Path:
    """The openFDA bulk file of ADME_REAL_DATA, or a folder with the sample's labels many times."""
    named = os.environ.get("ADME_REAL_DATA", "")
    source = Path(named) / "openfda" / "drug-label-0001-of-0001.json.zip"
    if named and source.is_file():
        return source
    target = folder / "labels"
    target.mkdir()
    for copy in range(40):
        for path in sorted((paths.sample_labels() / "labels").glob("*.xml")):
            text = path.read_text("utf-8").replace('<setId root="', f'<setId root="{copy}-')
            (target / f"{copy}-{path.name}").write_text(text, "utf-8")
    return target


def _project(path: Path, labels: int, length: int, decided: int = 0) -> Path:
    with Session.create(path, "ana") as session:
        tiny = path.with_name("encoder")
        if not tiny.exists():
            make_tiny_encoder(tiny)
        change_setting(session, "encoder", str(tiny))
        for start in range(0, labels, 20):
            drafts = [
                simple_label(n, sentences=length) for n in range(start, min(start + 20, labels))
            ]
            importing.commit_batch(session, drafts, importing.ImportTally())
        if labels:
            importing.choose_held_out(session)
        ids = sentences.in_document_order(session.connection)
        step = max(1, len(ids) // decided) if decided else 1
        for turn, sentence in enumerate(ids[::step][:decided]):
            annotating.decide(session, sentence, session.scheme.keys[turn % 5], Shown())
        if labels:
            _suggest(session, ids)
        return session.path


def _suggest(session: Session, ids: list[SentenceId]) -> None:
    """What a model had suggested before, so that refits replace rows instead of adding them."""
    keys = session.scheme.keys
    with session.project.transaction() as connection:
        suggestions.store(
            connection,
            [
                Suggestion(i, 0, 1, keys[i % 5], keys[(i + 1) % 5], (0.2,) * 5, (i % 100) / 100)  # pyright: ignore[reportArgumentType]
                for i in ids
            ],
        )


def _measure(folder: Path, project: Path, job: str, source: Path) -> Beats:
    here = folder / job
    here.mkdir()
    copy = Path(shutil.copy(project, here))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(here)}
    arguments = [f"{here}/settings.ini", str(copy), job, str(source)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.heartbeat_window", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=TIME_LIMIT_S,
    )
    line = next(li for li in done.stdout.splitlines() if li.startswith("heart: "))
    said = json.loads(line.removeprefix("heart: "))
    return Beats(tuple(said["wall"]), tuple(said["own"]))
