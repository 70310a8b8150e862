"""Planted wrong categories are found by what models say that had not seen them."""

from __future__ import annotations

import random

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.slices import at_once
from adme_labeler.ml import out_of_fold
from adme_labeler.ml.out_of_fold import OutOfFold

KEYS = ("A", "D", "M", "E", "O")


def planted(rows, count: int = 8):
    """The rows, `count` of them with a wrong category, and which."""
    wrong = set(random.Random(4).sample(range(len(rows)), count))
    made = [
        msgspec.structs.replace(r, category="E" if r.category != "E" else "A") if n in wrong else r
        for n, r in enumerate(rows)
    ]
    return made, wrong


def question(rows) -> protocol.Examine:
    return protocol.Examine(KEYS, tuple(protocol.Given(n, r.category) for n, r in enumerate(rows)))


def test_the_serving_worker_examines_annotations_with_its_instant_model(
    start_worker, tiny_encoder, make_sentences, tmp_path
):
    rows, wrong = planted(make_sentences(160))
    worker = start_worker("serve", tiny_encoder, tmp_path / "features")
    worker.until(protocol.Ready)
    worker.send(question(rows))
    nothing = worker.until(protocol.Examined)
    assert (nothing.given, nothing.judged, nothing.items) == (160, 0, ())
    worker.send(
        protocol.AddSentences(
            tuple(protocol.SentenceInput(n, r.text, r.heading) for n, r in enumerate(rows))
        )
    )
    examples = tuple(protocol.Example(n, r.category, r.group) for n, r in enumerate(rows))
    worker.send(protocol.Refit(1, KEYS, "O", examples))
    worker.until(protocol.ScoresDone)
    worker.send(question(rows))
    found = worker.until(protocol.Examined)
    assert (found.given, found.judged) == (160, 160)
    listed = [s for s in found.items if s.proposed]
    assert wrong <= {s.id for s in listed[: 3 * len(wrong)]}
    assert all(s.given == rows[s.id].category != s.proposed for s in listed)
    assert all(0 <= s.probability <= 1 for s in found.items)
    assert worker.end() == 0


def test_near_identical_sentences_that_disagree_come_first_and_are_counted():
    import numpy as np

    texts = ["The drug is excreted in urine by the kidney."] * 3 + [
        f"Study number {n} had other words in it altogether, namely {n * 7}." for n in range(40)
    ]
    given = ["E", "E", "M", *["O"] * 40]
    shown = np.full((43, 5), 0.02)
    for row, key in enumerate(["E", "E", "E", *["O"] * 40]):
        shown[row, KEYS.index(key)] = 0.92
    known = OutOfFold(KEYS, tuple(range(43)), shown)
    asked = protocol.Examine(KEYS, tuple(protocol.Given(n, k) for n, k in enumerate(given)))
    found = at_once(out_of_fold.examining(asked, known, lambda ids: [texts[i] for i in ids]))
    first = found.items[0]
    assert (first.id, first.given, first.proposed, first.model) == (2, "M", "E", "E")
    assert first.duplicates == 2


def test_a_damaged_or_missing_file_is_no_estimate(tmp_path):
    assert out_of_fold.read(tmp_path) is None
    (tmp_path / out_of_fold.FILE).write_text("{")
    assert out_of_fold.read(tmp_path) is None
    (tmp_path / out_of_fold.FILE).write_text(
        '{"categories":["A","B"],"ids":[1],"probabilities":[[0.5]]}'
    )
    assert out_of_fold.read(tmp_path) is None


def test_suggestions_do_not_wait_for_an_examination(
    start_worker, tiny_encoder, make_sentences, tmp_path
):
    """What comes meanwhile is answered first, and the examination ends all the same."""
    count = 1_200
    rows = [
        msgspec.structs.replace(r, text=f"{r.text} number {n} of {n * 7919 % 10_007} {n // 3}")
        for n, r in enumerate(make_sentences(count))
    ]
    worker = start_worker("serve", tiny_encoder, tmp_path / "features")
    worker.send(
        protocol.AddSentences(
            tuple(protocol.SentenceInput(n, r.text, r.heading) for n, r in enumerate(rows))
        )
    )
    taught = tuple(protocol.Example(n, r.category, r.group) for n, r in enumerate(rows))
    worker.send(protocol.Refit(1, KEYS, "O", taught))
    worker.until(protocol.ScoresDone)
    worker.send(question(rows))
    answers = 0
    while True:
        worker.send(protocol.Similar((0,), 3, str(answers)))
        message = worker.until((protocol.SimilarFound, protocol.Examined))
        if isinstance(message, protocol.Examined):
            break
        answers += 1
    assert (message.given, message.judged) == (count, count)
    assert answers >= 5, "whoever asked meanwhile had to wait for all of it"
    worker.send(protocol.Shutdown())
    assert worker.end() == 0


def test_an_examination_is_cut_into_short_slices():
    import numpy as np

    keys = [KEYS[n % 5] for n in range(600)]
    shown = np.full((600, 5), 0.2)
    known = OutOfFold(KEYS, tuple(range(600)), shown)
    asked = protocol.Examine(KEYS, tuple(protocol.Given(n, k) for n, k in enumerate(keys)))
    texts = [f"sentence {n} has words {n * 31 % 601} of its own {n * 17 % 603}" for n in range(600)]
    slices = sum(1 for _ in out_of_fold.examining(asked, known, lambda ids: texts))
    assert slices >= 600 / 20
