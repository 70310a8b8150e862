"""SIGKILL at random moments of annotating: no acknowledged decision is missing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adme_labeler.domain.records import SentenceId
from adme_labeler.services import annotating, importing
from adme_labeler.services.session import Session
from adme_labeler.storage.integrity import check
from tests.drafts import simple_label

CURATOR = """
import itertools, sys
from pathlib import Path
from adme_labeler.domain.categories import ADME
from adme_labeler.services import annotating
from adme_labeler.services.annotating import Shown
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences

session = Session.open(Path(sys.argv[1]), "ana")
assert not session.read_only
ids = sentences.in_document_order(session.connection)
print("ready", flush=True)
for turn in itertools.count(int(sys.argv[2])):
    sentence, key = ids[turn * 7 % len(ids)], ADME.keys[turn % 5]
    annotating.decide(session, sentence, key, Shown())
    print(sentence, key, flush=True)
"""


def test_no_acknowledged_decision_is_lost_over_twenty_kills(tmp_path: Path) -> None:
    chance = random.Random(7)
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(
            session, [simple_label(i) for i in range(100)], importing.ImportTally()
        )
        path = session.path
    for number in range(20):
        acknowledged = _annotate_until_killed(path, number * 1000, chance.randrange(1, 80))
        assert acknowledged
        with Session.open(path, "ana") as session:
            assert check(session.connection).faults == ()
            held = annotating.annotations_of(session, acknowledged)
        assert {s: a.category for s, a in held.items()} == acknowledged


@pytest.mark.full
def test_no_acknowledged_decision_is_lost_over_five_hundred_kills(tmp_path: Path) -> None:
    chance = random.Random(11)
    with Session.create(tmp_path / "p", "ana") as session:
        importing.commit_batch(
            session, [simple_label(i) for i in range(100)], importing.ImportTally()
        )
        path = session.path
    for number in range(500):
        acknowledged = _annotate_until_killed(path, number * 1000, chance.randrange(1, 200))
        with Session.open(path, "ana") as session:
            held = annotating.annotations_of(session, acknowledged)
        assert {s: a.category for s, a in held.items()} == acknowledged
    with Session.open(path, "ana") as session:
        assert check(session.connection).faults == ()


def _annotate_until_killed(path: Path, start: int, decisions: int) -> dict[SentenceId, str]:
    """Decisions that the killed program had reported as saved; the last one of a sentence counts.

    The program goes on deciding while the signal is under way, so the kill falls anywhere in a
    decision. Lines it had written before it died are all read.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", CURATOR, str(path), str(start)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    lines = [child.stdout.readline() for _ in range(decisions)]
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL
    lines += rest.splitlines(keepends=True)
    acknowledged: dict[SentenceId, str] = {}
    for line in lines:
        if line.endswith("\n"):
            sentence, key = line.split()
            acknowledged[SentenceId(int(sentence))] = key
    return acknowledged
