"""A category that is renamed or added after training, through real worker processes."""

from __future__ import annotations

import msgspec
import pytest

from adme_labeler import protocol
from adme_labeler.ml.model_folder import load_model

KEYS = ("A", "D", "M", "E", "O")
SIX = (*KEYS, "F")


def inputs(rows):
    return tuple(protocol.SentenceInput(r.sentence, r.text, r.heading) for r in rows)


def scores_until_done(worker, revision):
    found = {}
    while True:
        message = worker.until((protocol.Scores, protocol.ScoresDone))
        if isinstance(message, protocol.ScoresDone):
            assert message.revision == revision
            return found
        found |= {item.id: item for item in message.items}


@pytest.fixture(scope="module")
def five(start_shared_worker, make_run, make_sentences, tiny_encoder, tmp_path_factory):
    """Model folder of a run with the five categories."""
    folder = make_run(tmp_path_factory.mktemp("five"), tiny_encoder, make_sentences(60))
    worker = start_shared_worker("train", folder)
    worker.until(protocol.TrainFinished)
    return folder / "model"


def test_a_model_of_five_serves_six_and_never_suggests_what_it_was_not_taught(
    five, start_worker, make_sentences, tmp_path
):
    rows = make_sentences(40)
    worker = start_worker("serve", five, tmp_path / "features")
    worker.send(protocol.AddSentences(inputs(rows)))
    worker.send(protocol.Refit(1, KEYS, "O", ()))
    before = scores_until_done(worker, 1)
    worker.send(protocol.Refit(2, SIX, "O", ()))
    after = scores_until_done(worker, 2)
    for number, score in after.items():
        assert score.probabilities[5] == 0
        assert score.probabilities[:5] == pytest.approx(before[number].probabilities, abs=1e-6)
        assert (score.category, score.second) == (before[number].category, before[number].second)
    taught = tuple(
        protocol.Example(n, "F" if n % 5 == 0 else KEYS[n % 5], n % 6) for n in range(30)
    )
    worker.send(protocol.Refit(3, SIX, "O", taught))
    learned = scores_until_done(worker, 3)
    assert all(learned[n].probabilities[5] > 0 for n in range(40))
    assert worker.end() == 0


def test_the_instant_head_survives_a_category_without_an_example_and_learns_its_first(
    tiny_encoder, start_worker, make_sentences, tmp_path
):
    rows = make_sentences(60)
    worker = start_worker("serve", tiny_encoder, tmp_path / "features")
    worker.send(protocol.AddSentences(inputs(rows)))
    known = tuple(protocol.Example(r.sentence, r.category, r.group) for r in rows)
    worker.send(protocol.Refit(1, SIX, "O", known))
    fitted = worker.until(protocol.Refitted)
    assert fitted.cross_validation is not None
    assert [m.support for m in fitted.cross_validation.categories if m.category == "F"] == [0]
    found = scores_until_done(worker, 1)
    assert all(score.probabilities[5] == 0 for score in found.values())
    assert all("F" not in (score.category, score.second) for score in found.values())
    one = (msgspec.structs.replace(known[0], category="F"), *known[1:])
    worker.send(protocol.Refit(2, SIX, "O", one))
    learned = scores_until_done(worker, 2)
    assert max(learned, key=lambda n: learned[n].probabilities[5]) == 0
    hints = tuple(msgspec.structs.replace(e, hint=True) for e in known)
    worker.send(protocol.Refit(3, SIX, "O", hints))
    assert all(score.probabilities[5] == 0 for score in scores_until_done(worker, 3).values())
    assert worker.end() == 0


@pytest.mark.parametrize("examples", [0, 1])
def test_training_survives_a_category_with_no_or_one_example(
    examples, start_worker, make_run, make_sentences, tiny_encoder, tmp_path
):
    rows = make_sentences(90)
    rows = [msgspec.structs.replace(r, category="F") if r.sentence < examples else r for r in rows]
    held_out = [
        msgspec.structs.replace(
            r, sentence=200 + n, role="held_out", group=90 + n % 3, blind=True,
            served=(0.2,) * 5, served_category=r.category,
        )
        for n, r in enumerate(make_sentences(30))
    ]  # fmt: skip
    folder = make_run(
        tmp_path / "run", tiny_encoder, [*rows, *held_out], folds=3, categories=SIX,
        category_names=dict.fromkeys(SIX, "Name"),
    )  # fmt: skip
    worker = start_worker("train", folder)
    finished = worker.until(protocol.TrainFinished)
    assert worker.end() == 0
    assert finished.cross_validation is not None
    assert len(finished.cross_validation.categories) == 6
    assert all(len(p.probabilities) == 6 for p in finished.predictions)
    card = load_model(folder / "model").card
    assert card.categories == SIX
    assert card.prior[5] == pytest.approx(examples / 90)
    if not examples:
        # Nobody taught it: the class shift must not lift it over what was learned.
        assert all(p.category != "F" for p in finished.predictions)
