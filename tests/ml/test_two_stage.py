"""The recipe trains what it says, resumes exactly, and says in one sentence why it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.ml import two_stage
from adme_labeler.ml.averaging import RunningMean
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.predict import Predictor
from adme_labeler.ml.recipes import PRESETS, Stage
from adme_labeler.ml.stage_work import affordable
from adme_labeler.ml.trainer import Trainer

KEYS = ("A", "D", "M", "E", "O")
CPU = Compute("cpu", "float32", 1)


class Onlooker:
    """Stops after `stop_after` steps, counted over all stages."""

    def __init__(self, stop_after: int = -1) -> None:
        self.stop_after, self.steps, self.stages = stop_after, 0, []

    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...

    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None:
        self.steps += 1
        self.stages.append(stage.number)

    def stopping(self) -> bool:
        return self.steps == self.stop_after


def trainer(encoder: Path, preset: str = "default", watch=None, work=None, fast=True) -> Trainer:
    recipe = PRESETS[preset]
    if fast:  # a tiny random encoder needs larger steps than a pretrained one, and fewer
        stages = tuple(replace(s, min_steps=24, epochs=2, lr=2e-3) for s in recipe.stages)
        recipe = replace(recipe, stages=stages)
    return Trainer(KEYS, recipe, str(encoder), 5, 32, CPU, watch or Onlooker(), work)


def data(made: Trainer, rows):
    return made.sentences(
        [r.text for r in rows],
        [r.heading for r in rows],
        [r.category for r in rows],
        [0] * len(rows),
    )


def weights(model) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_a_trained_model_tells_the_categories_apart(tiny_encoder, make_sentences):
    made = trainer(tiny_encoder)
    longer = tuple(replace(stage, epochs=12) for stage in made.recipe.stages)
    made.recipe = replace(made.recipe, stages=longer)
    rows = data(made, make_sentences(100))
    model, losses = made.fit("final", rows, None, 5)
    decided = Predictor(model, CPU).logits(rows.examples.with_heading).argmax(axis=1)
    assert (decided == rows.examples.categories).mean() > 0.9
    assert losses[-1] < losses[0] / 2


def test_stage_one_trains_the_head_and_the_top_layer_only(tiny_encoder, make_sentences):
    made = trainer(tiny_encoder)
    rows = data(made, make_sentences(40))
    model = made.fresh(5)
    before = weights(model)
    two_stage.train(model, rows.examples, made.recipe, made.recipe.stages[:1], 5, CPU, Onlooker())
    after = weights(model)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(n.startswith(("head.", "encoder.encoder.layer.1.")) for n in changed)
    assert any(n.startswith("head.") for n in changed)


def test_word_embeddings_stay_except_in_the_paper_preset(tiny_encoder, make_sentences):
    name = "encoder.embeddings.word_embeddings.weight"
    for preset, stay in (("default", True), ("paper", False)):
        made = trainer(tiny_encoder, preset)
        before = made.encoder.model.embeddings.word_embeddings.weight.detach().clone()
        model, _ = made.fit("final", data(made, make_sentences(40)), None, 5)
        assert torch.equal(before, weights(model)[name]) is stay


def test_the_paper_preset_has_the_recipe_of_the_official_code():
    paper = PRESETS["paper"]
    one, two = paper.stages
    assert (paper.hidden, paper.batch, paper.pad_to_max, paper.heading) == (50, 16, True, False)
    assert (one.part, one.loss, one.lr, one.epochs) == ("top", "ldam", 1e-4, 1)
    assert (two.part, two.loss, two.lr, two.epochs) == ("all", "cross-entropy", 1e-5, 1)
    assert one.warmup == two.warmup == 0 and not paper.adjust


@pytest.mark.parametrize("preset", ["default", "paper"])
@pytest.mark.parametrize("stop_after", [0, 5, 24, 30, 42])  # 24 steps a stage
def test_resuming_ends_with_the_weights_of_an_uninterrupted_run(
    preset, stop_after, tiny_encoder, make_sentences, tmp_path
):
    rows = make_sentences(60)
    whole = trainer(tiny_encoder, preset)
    expected, losses = whole.fit("final", data(whole, rows), None, 5)
    expected = weights(expected)

    stopped = trainer(tiny_encoder, preset, Onlooker(stop_after), tmp_path)
    with pytest.raises(two_stage.Stopped):
        stopped.fit("final", data(stopped, rows), None, 5)
    torch.manual_seed(99)  # a new process has another random state
    resumed = trainer(tiny_encoder, preset, Onlooker(), tmp_path)
    model, again = resumed.fit("final", data(resumed, rows), None, 5)
    assert again == losses
    assert all(torch.equal(expected[name], tensor) for name, tensor in weights(model).items())
    assert resumed.watch.steps + stop_after == whole.watch.steps


def test_a_stage_ends_with_the_mean_of_its_last_weights():
    weight = torch.nn.Parameter(torch.zeros(3))
    mean = RunningMean([weight], share=0.5, steps=24)
    seen = []
    for step in range(1, 25):
        with torch.no_grad():
            weight.copy_(torch.full((3,), float(step**2)))
        mean.after(step)
        if step in (12, 16, 20, 24):
            seen.append(step**2)
    mean.put()
    assert torch.allclose(weight, torch.full((3,), sum(seen) / len(seen)))


def test_without_averaging_the_last_weights_stay():
    weight = torch.nn.Parameter(torch.ones(3))
    mean = RunningMean([weight], share=0.0, steps=8)
    for step in range(1, 9):
        mean.after(step)
    mean.put()
    assert torch.equal(weight, torch.ones(3)) and set(mean.state()) == {"mean.count"}


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tiny_encoder, make_sentences):
    found = []
    for seed in (1, 1, 2):
        made = trainer(tiny_encoder)
        found.append(weights(made.fit("final", data(made, make_sentences(30)), None, seed)[0]))
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])
    assert not torch.equal(found[0]["head.out.weight"], found[2]["head.out.weight"])


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_three_sentences_and_missing_categories_are_enough_for_a_model(
    preset, tiny_encoder, make_sentences
):
    made = trainer(tiny_encoder, preset, fast=False)
    made.recipe = replace(
        made.recipe, stages=tuple(replace(s, min_steps=0) for s in made.recipe.stages)
    )
    rows = data(made, make_sentences(3))
    model, _ = made.fit("final", rows, None, 5)
    logits = Predictor(model, CPU).logits(rows.examples.with_heading)
    assert logits.shape == (3, 5) and np.isfinite(logits).all()


def test_one_category_or_none_is_one_clear_sentence(tiny_encoder, make_sentences):
    made = trainer(tiny_encoder)
    same = [row for row in make_sentences(30) if row.category == "A"]
    with pytest.raises(TrainingProblem, match="nothing to tell apart"):
        made.fit("final", data(made, same), None, 5)
    with pytest.raises(TrainingProblem, match="nothing to train on"):
        two_stage.check(np.zeros(0, dtype=np.int64))


def test_a_loss_that_is_no_number_ends_in_a_sentence(tiny_encoder, make_sentences):
    made = trainer(tiny_encoder, "vanilla")
    made._pretrained["embeddings.LayerNorm.weight"].fill_(float("nan"))
    with pytest.raises(TrainingProblem, match="no longer a number"):
        made.fit("final", data(made, make_sentences(30)), None, 5)


def _allocator_that_holds(most: int, made: Trainer) -> list[int]:
    """The far side of the process fails as torch's allocator does, above `most` sentences."""
    seen: list[int] = []

    def refuse(module, given):
        seen.append(len(given[0]))
        if len(given[0]) > most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried too much")

    fresh = made.fresh

    def with_hook(seed: int):
        model = fresh(seed)
        model.head.register_forward_pre_hook(refuse)
        return model

    made.fresh = with_hook
    return seen


def test_out_of_memory_is_tried_once_with_a_smaller_batch(tiny_encoder, make_sentences):
    made = trainer(tiny_encoder, "vanilla")
    seen = _allocator_that_holds(4, made)
    made.fit("final", data(made, make_sentences(30)), None, 5)
    assert seen[0] > 4 and max(seen[1:]) <= 4


def test_out_of_memory_with_a_smaller_batch_is_a_sentence(tiny_encoder, make_sentences):
    made = trainer(tiny_encoder, "vanilla")
    _allocator_that_holds(1, made)
    with pytest.raises(TrainingProblem, match="too little free memory") as problem:
        made.fit("final", data(made, make_sentences(30)), None, 5)
    assert problem.value.resumable


def test_epochs_reach_the_least_steps_and_respect_the_most_passes():
    stage = Stage(2, "Stage 2", "all", "cross-entropy", 5e-5, epochs=6, min_steps=250)
    assert two_stage.epochs_of(stage, 1264, 16) == 6
    assert two_stage.epochs_of(stage, 160, 16) == 25
    assert two_stage.epochs_of(stage, 100_000, 16) == 1


def test_a_limited_draw_keeps_all_of_the_rare_categories():
    categories = np.array([0] * 5000 + [1] * 40 + [2] * 3)
    rows = affordable(categories, 200, seed=1)
    assert len(rows) == 200 == len(set(rows.tolist()))
    assert np.bincount(categories[rows]).tolist() == [157, 40, 3]


def test_hints_are_learned_before_and_shared_by_fits_that_may_see_the_same(
    tiny_encoder, make_sentences
):
    made = trainer(tiny_encoder)
    hints = data(made, make_sentences(50))
    watch = made.watch
    made.fit("one", data(made, make_sentences(20)), hints, 5)
    made.fit("two", data(made, make_sentences(20)), hints, 6)
    assert watch.stages[0] == 0
    assert watch.stages.count(0) == 4  # 50 sentences by 16, once
