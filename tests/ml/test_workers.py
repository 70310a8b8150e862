"""Real worker processes: training, serving and evaluating over the wire."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import msgspec
import pytest
from safetensors.torch import load_file

from adme_labeler import protocol
from adme_labeler.domain.records import Verdict
from adme_labeler.domain.slices import at_once
from adme_labeler.ml import out_of_fold
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.encoder import load_encoder
from adme_labeler.ml.evaluation import evaluate
from adme_labeler.ml.model_folder import load_model

KEYS = ("A", "D", "M", "E", "O")


def same_weights(one: Path, two: Path) -> bool:
    for name in ("head.safetensors", "encoder/model.safetensors"):
        left, right = load_file(one / "model" / name), load_file(two / "model" / name)
        if set(left) != set(right) or any(not left[k].equal(right[k]) for k in left):
            return False
    return True


@pytest.fixture(scope="module")
def rows(make_sentences):
    """90 sentences of 6 drug groups to train on, hints of others, 30 held out of 3 more."""
    made = make_sentences(120, groups=6)
    train = made[:90]
    held_out = [
        msgspec.structs.replace(
            row,
            role="held_out",
            group=100 + n % 3,
            blind=True,
            served=(0.2,) * 5,
            served_category=row.category if n % 2 else "O",
        )
        for n, row in enumerate(made[90:])
    ]
    hints = [
        msgspec.structs.replace(row, sentence=1000 + n, role="hint", group=50 + n % 4)
        for n, row in enumerate(made[:40])
    ]
    return [*train, *hints, *held_out]


@pytest.fixture(scope="module")
def finished_run(start_shared_worker, make_run, tiny_encoder, rows, tmp_path_factory):
    """Folder of a run that went through undisturbed, and its worker."""
    folder = make_run(tmp_path_factory.mktemp("run"), tiny_encoder, rows, folds=3)
    worker = start_shared_worker("train", folder)
    worker.until(protocol.TrainFinished)
    assert worker.end() == 0
    return folder, worker.sent


def test_a_run_ends_in_a_model_with_its_measurements(finished_run, tiny_encoder, rows):
    folder, sent = finished_run
    hello, finished = sent[0], sent[-1]
    assert isinstance(hello, protocol.Hello) and hello.job == "train"
    assert hello.protocol == protocol.PROTOCOL_VERSION

    phases = [m.phase for m in sent if isinstance(m, protocol.Progress)]
    order = list(dict.fromkeys(phases))
    wanted = [
        "Reading",
        "Hints",
        "Stage 1",
        "Stage 2",
        "Calibrating (fold 1 of 3)",
        "Calibrating (fold 2 of 3)",
        "Calibrating (fold 3 of 3)",
        "Measuring",
        "Saving",
    ]
    assert order == wanted
    assert finished.train_sentences == 90 and finished.hint_sentences == 40
    assert finished.held_out.sentences == 30 and finished.held_out.groups == 3
    assert finished.held_out.not_blind == 0
    assert finished.cross_validation.sentences == 90
    assert finished.cross_validation.source == "cross-validation"
    assert finished.comparison.sentences == 30
    assert finished.comparison.verdict in {v.value for v in Verdict} - {"first"}
    assert [p.sentence for p in finished.predictions] == [r.sentence for r in rows[-30:]]
    assert all(sum(p.probabilities) == pytest.approx(1) for p in finished.predictions)
    stored = msgspec.json.decode((folder / "result.json").read_bytes(), type=protocol.TrainFinished)
    assert stored == finished
    assert json.loads((folder / "resolved.json").read_text())["dtype"] == "float32"
    model = load_model(folder / "model")
    assert model.card.categories == KEYS and model.card.temperature == finished.temperature
    assert model.card.base_digest == load_encoder(tiny_encoder).digest
    unseen = out_of_fold.read(folder / "model")
    assert unseen is not None and unseen.categories == KEYS
    assert sorted(unseen.ids) == sorted(r.sentence for r in rows if r.role == "train")
    assert unseen.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-3)
    assert not list((folder / "work").iterdir())


def test_cancelled_and_killed_runs_resume_to_the_weights_of_an_uninterrupted_one(
    finished_run, start_worker, make_run, tiny_encoder, rows, tmp_path
):
    whole, _ = finished_run
    broken = make_run(tmp_path / "broken", tiny_encoder, rows)
    first = start_worker("train", broken)
    first.until(protocol.Progress, lambda m: m.stage == 1)
    first.send(protocol.Cancel())
    assert first.until(protocol.Cancelled).resumable
    assert first.end() == 0
    assert not (broken / "result.json").exists()

    second = start_worker("train", broken)
    second.until(protocol.Progress, lambda m: m.stage == 2 and m.step > 20)
    second.process.send_signal(signal.SIGKILL)
    second.process.wait(timeout=60)

    third = start_worker("train", broken)
    third.until(protocol.TrainFinished)
    assert third.end() == 0
    assert same_weights(whole, broken)


def test_the_end_of_stdin_stops_a_run_and_a_locked_run_is_refused(
    start_worker, make_run, tiny_encoder, rows, tmp_path
):
    folder = make_run(tmp_path / "run", tiny_encoder, rows)
    worker = start_worker("train", folder)
    worker.until(protocol.Progress, lambda m: m.stage == 1)
    second = start_worker("train", folder)
    assert "already running" in second.until(protocol.Failed).sentence
    assert second.end() == 1
    assert worker.end() == 0
    assert any(isinstance(m, protocol.Cancelled | protocol.TrainFinished) for m in worker.sent)


def test_what_cannot_be_trained_is_one_sentence_and_exit_code_one(
    start_worker, make_run, tiny_encoder, make_sentences, tmp_path
):
    same = [row for row in make_sentences(20) if row.category == "M"]
    worker = start_worker("train", make_run(tmp_path / "run", tiny_encoder, same))
    failed = worker.until(protocol.Failed)
    assert "nothing to tell apart" in failed.sentence and not failed.resumable
    assert "Traceback" in failed.detail
    assert worker.end() == 1


def inputs(rows, start: int = 0) -> tuple[protocol.SentenceInput, ...]:
    return tuple(
        protocol.SentenceInput(start + n, row.text, row.heading) for n, row in enumerate(rows)
    )


def examples(rows, hint: bool = False) -> tuple[protocol.Example, ...]:
    return tuple(protocol.Example(n, row.category, row.group, hint) for n, row in enumerate(rows))


def scores_until_done(worker, revision: int) -> dict[int, protocol.Score]:
    mark = len(worker.sent)
    worker.until(protocol.ScoresDone, lambda m: m.revision == revision)
    scored = [m for m in worker.sent[mark:] if isinstance(m, protocol.Scores)]
    assert all(len(m.items) <= 500 for m in scored)
    return {s.id: s for m in scored if m.revision == revision for s in m.items}


def test_the_serving_worker_suggests_from_hints_learns_from_annotations_and_finds_alike(
    start_worker, tiny_encoder, make_sentences, tmp_path
):
    rows = make_sentences(700)
    worker = start_worker("serve", tiny_encoder, tmp_path / "features")
    ready = worker.until(protocol.Ready)
    assert ready.encoder_hash == load_encoder(tiny_encoder).digest and ready.device == "cpu"

    worker.send(protocol.AddSentences(inputs(rows)))
    worker.send(protocol.Prioritise((650, 651)))
    worker.send(protocol.Refit(1, KEYS, "O", examples(rows[:100], hint=True)))
    fitted = worker.until(protocol.Refitted)
    assert (fitted.examples, fitted.hints, fitted.cross_validation) == (0, 100, None)
    first = worker.until(protocol.Scores)
    assert [s.id for s in first.items[:2]] == [650, 651]
    worker.send(protocol.Shutdown())
    assert worker.end() == 0

    # What was encoded is on disk, and a new process goes on from there.
    worker = start_worker("serve", tiny_encoder, tmp_path / "features")
    worker.until(protocol.Ready)
    worker.send(protocol.AddSentences(inputs(rows)))
    for revision in (2, 3, 4):
        worker.send(protocol.Refit(revision, KEYS, "O", examples(rows[:300])))
    scores = scores_until_done(worker, 4)
    assert set(scores) == set(range(700))
    assert all(sum(s.probabilities) == pytest.approx(1) for s in scores.values())
    assert all(0 <= s.margin <= 1 and s.category != s.second for s in scores.values())
    right = [scores[n].category == rows[n].category for n in range(300, 700)]
    assert sum(right) / len(right) > 0.95
    fits = [m for m in worker.sent if isinstance(m, protocol.Refitted)]
    assert fits[-1].revision == 4 and len(fits) < 3
    assert fits[-1].cross_validation.sentences == 300
    assert [m for m in worker.sent if isinstance(m, protocol.Encoded)][-1].done == 700

    worker.send(protocol.AddSentences(inputs(make_sentences(5), start=5000)))
    later = scores_until_done(worker, 4)
    assert set(later) == set(range(5000, 5005))
    worker.send(protocol.Forget(tuple(range(5000, 5005))))
    worker.send(protocol.Similar((0,), 7))
    alike = worker.until(protocol.SimilarFound).ids
    assert len(set(alike)) == 7 and 0 not in alike and max(alike) < 700
    assert {rows[n].category for n in alike} == {"A"}
    assert worker.end() == 0


def test_a_trained_model_serves_what_it_was_measured_with_and_takes_new_categories(
    finished_run, start_worker, rows, tmp_path
):
    folder, sent = finished_run
    finished = sent[-1]
    held_out = [row for row in rows if row.role == "held_out"]

    worker = start_worker("serve", folder / "model", tmp_path / "features")
    ready = worker.until(protocol.Ready)
    worker.send(protocol.AddSentences(inputs(held_out)))
    worker.send(protocol.Refit(1, KEYS, "O", ()))
    scores = scores_until_done(worker, 1)
    if ready.dtype == "float32":  # the run was fixed to it; the probe decides for serving
        for n, told in enumerate(finished.predictions):
            assert scores[n].probabilities == pytest.approx(told.probabilities, abs=1e-4)
    decided = [scores[n].category == told.category for n, told in enumerate(finished.predictions)]
    assert sum(decided) >= 28

    unseen = out_of_fold.read(folder / "model")
    given = [protocol.Given(r.sentence, r.category) for r in rows if r.role == "train"]
    asked = protocol.Examine(KEYS, (*given, protocol.Given(10_000, "A")))
    worker.send(asked)
    found = worker.until(protocol.Examined)
    assert (found.given, found.judged) == (91, 90)
    assert found == at_once(out_of_fold.examining(asked, unseen, lambda ids: [""] * len(ids)))

    wider = ("X", *reversed(KEYS))
    worker.send(protocol.Refit(2, wider, "O", ()))
    again = scores_until_done(worker, 2)
    for n in range(len(held_out)):
        assert again[n].category == scores[n].category
        assert again[n].probabilities[1:] == pytest.approx(scores[n].probabilities[::-1], abs=0.05)
    new = tuple(protocol.Example(n, "X", 1) for n in range(15))
    worker.send(protocol.Refit(3, wider, "O", new))
    taught = scores_until_done(worker, 3)
    assert all(taught[n].probabilities[0] > again[n].probabilities[0] for n in range(15))
    assert worker.end() == 0


def test_a_broken_model_folder_is_one_sentence(start_worker, tmp_path):
    worker = start_worker("serve", tmp_path, tmp_path / "features")
    failed = worker.until(protocol.Failed)
    assert "no encoder folder" in failed.sentence
    assert worker.end() == 1


class Nobody:
    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...

    def step(self, stage, step: int, total: int, loss: float | None) -> None: ...

    def stopping(self) -> bool:
        return False


def test_evaluate_reads_tables_drops_hints_of_tested_drugs_and_reports(
    start_worker, tiny_encoder, make_sentences, tmp_path
):
    def table(name: str, rows, drug) -> Path:
        lines = ["text\tcategory\tdrug\tdrug_group\theading"]
        lines += [
            f'{r.text} "quote\t{r.category}\t{drug(n)}\t\t{r.heading}' for n, r in enumerate(rows)
        ]
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path / name

    made = make_sentences(150)
    train = table("train.tsv", made, lambda n: f"Drugname{'abcdefgh'[n // 20]}")
    hints = table("hints.tsv", made[:40], lambda n: "Drugnamea" if n < 10 else "Otherdrug")
    result = {}
    for preset in ("tfidf", "default"):
        job = protocol.EvaluateJob(
            train=str(train),
            hints=str(hints),
            preset=preset,
            encoder=str(tiny_encoder),
            folds=3,
            limit=90,
            predictions=str(tmp_path / f"{preset}.tsv"),
        )
        if preset == "tfidf":
            result[preset] = evaluate(job, Compute("cpu", "float32", 1), Nobody())
            continue
        (tmp_path / "job.json").write_bytes(msgspec.json.encode(job))
        worker = start_worker("evaluate", tmp_path / "job.json")
        result[preset] = worker.until(protocol.EvaluateDone).result
        assert worker.end() == 0
    for found in result.values():
        assert found["hints_dropped_because"]["drug group"] == 10
        assert found["hints_dropped_because"]["near-identical text"] == 30 and found["hints"] == 0
        assert (found["test_sentences"], found["folds"], found["train_sentences"]) == (150, 3, 90)
        assert {c["category"] for c in found["per_category"]} == set(KEYS)
        assert sum(c["support"] for c in found["per_category"]) == 150
    assert result["tfidf"]["macro_f1"] > 0.9
    recalls = [c["found"] / c["support"] for c in result["default"]["per_category"][:4]]
    assert result["default"]["adme_recall"] == pytest.approx(sum(recalls) / 4)
    lines = (tmp_path / "default.tsv").read_text().splitlines()
    assert len(lines) == 151
    right = [line.split("\t")[4] == line.split("\t")[5] for line in lines[1:]]
    assert sum(right) / 150 == pytest.approx(result["default"]["accuracy"])
