from __future__ import annotations

import shutil

import pytest

from adme_labeler import protocol
from adme_labeler.domain.problems import Problem
from adme_labeler.services import encoders, importing
from adme_labeler.services.session import Session
from adme_labeler.services.worker_client import WorkerClient
from tests.drafts import simple_label


@pytest.fixture
def session(tmp_path):
    with Session.create(tmp_path / "p", "ana") as opened:
        importing.commit_batch(opened, [simple_label(n) for n in range(3)], importing.ImportTally())
        yield opened


def checked(session, folder):
    job = encoders.write_job(session, folder)
    with WorkerClient("encoder", str(job)) as worker:
        for _ in worker.messages():
            pass
    assert not job.exists()
    return worker.result()


def test_an_encoder_is_checked_and_its_training_time_estimated(session, tiny_encoder, tmp_path):
    folder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    (folder / "LICENSE").write_text("Do what you like.")
    outcome = checked(session, folder)
    assert isinstance(outcome, protocol.EncoderChecked)
    assert (outcome.family, outcome.layers, outcome.hidden_size) == ("bert", 2, 32)
    assert outcome.parameters > 1000 and outcome.size > 4 * 1000
    assert outcome.seconds_per_step > 0
    assert (outcome.licence_file, outcome.licence) == ("LICENSE", "Do what you like.")
    shown = dict(encoders.facts(outcome))
    assert shown["Kind"] == "bert, 2 layers of 32"
    assert "second" in shown["Next training"]


def test_a_folder_with_weights_of_another_size_is_refused_with_a_sentence(
    session, tiny_encoder, tmp_path
):
    folder = shutil.copytree(tiny_encoder, tmp_path / "broken")
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text(config.replace('"hidden_size": 32', '"hidden_size": 64'))
    with pytest.raises(Problem, match=r"do not fit its config\.json"):
        checked(session, folder)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4, "about 10 seconds"), (62, "about 60 seconds"), (300, "about 5 minutes"), (9000, "2.5 h")],
)
def test_durations_are_said_roughly(seconds, said):
    assert said in encoders.duration(seconds)
