"""Two-stage fine-tuning for categories of very different size (arXiv 2207.10858).

Stage 1 trains the head and the top layer with a loss that gives every category its due; stage 2
trains the whole encoder with plain cross-entropy. `train` reads top to bottom. The presets, the
paper's among them, are data in `adme_labeler.ml.recipes`.

Everything random comes from the seed: first weights, order, dropout, headings left out. A
checkpoint holds weights, optimiser, random state and place, so that on a CPU a resumed run ends
with the same weights as one that was never interrupted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr
from adme_labeler.ml import checkpoint
from adme_labeler.ml.averaging import RunningMean
from adme_labeler.ml.batches import Ints
from adme_labeler.ml.classifier import Classifier
from adme_labeler.ml.compute import Compute, is_out_of_memory
from adme_labeler.ml.encoder import top_layer
from adme_labeler.ml.losses import LDAMLoss, WeightedCrossEntropy, effective_number_weights
from adme_labeler.ml.recipes import ALL, LDAM, WEIGHTED, Recipe, Stage
from adme_labeler.ml.stage_work import Examples, WholeEncoder, Work, mixed_seed, top_alone


class Stopped(Exception):
    """Training was asked to stop; the checkpoint is written."""


class Watch(Protocol):
    """Who looks on. `step` is called after every optimiser step; `stopping` ends the training."""

    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None: ...

    def stopping(self) -> bool: ...


def train(
    model: Classifier,
    examples: Examples,
    recipe: Recipe,
    stages: Sequence[Stage],
    seed: int,
    compute: Compute,
    watch: Watch,
    saved: Path | None = None,
) -> list[float]:
    """Train `model` in place through `stages`; returns the mean loss of every epoch.

    `saved` is where checkpoints go; one that is there already is resumed. Raises Stopped when
    `watch` asks for it, TrainingProblem when the loss is no number or memory does not suffice.
    """
    check(examples.categories)
    losses: list[float] = []
    resume = _read_place(saved, stages, seed)
    for index, stage in enumerate(stages):
        if resume is not None and index < resume.stage:
            continue
        epochs = epochs_of(stage, len(examples), recipe.batch)
        torch.manual_seed(mixed_seed(seed, stage.number))
        trained = _set_trainable(model, stage, recipe)
        here = resume is not None and resume.stage == index
        if here:
            _restore_weights(saved, model)
        work = top_alone(model, examples, stage, seed, compute) or WholeEncoder(
            model, examples, recipe, stage, seed, compute
        )
        steps = epochs * math.ceil(work.size / recipe.batch)
        optimizer = torch.optim.AdamW(
            _groups(model, trained, stage),
            lr=stage.lr,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step, n=steps, w=stage.warmup: _linear(step, n, w)
        )
        mean = RunningMean([p for _, p in trained], stage.averaged, steps)
        loss_of = _loss(stage, examples.categories[work.rows], model, compute)
        place = _Place(stage=index, epoch=0, step=0, done=0, total=0.0, losses=losses)
        if here and resume is not None:
            place, losses = resume, resume.losses
            _restore_optimizer(saved, optimizer, schedule, mean)
        resume = None

        micro = recipe.batch
        for epoch in range(place.epoch, epochs):
            batches = work.batches(epoch, recipe.batch)
            for number in range(place.step, len(batches)):
                if watch.stopping():
                    place.epoch, place.step = epoch, number
                    _save(saved, model, trained, optimizer, schedule, mean, place, stages, seed)
                    raise Stopped
                loss, micro = _step_in_memory(
                    work, loss_of, batches[number], micro, recipe.batch, optimizer
                )
                if not math.isfinite(loss):
                    raise TrainingProblem(
                        tr(
                            "Training broke off because its loss is no longer a number: the "
                            "encoder may be damaged; try another seed or another encoder."
                        )
                    )
                torch.nn.utils.clip_grad_norm_([p for _, p in trained], 1.0)
                optimizer.step()
                schedule.step()
                place.done += 1
                place.total += loss
                mean.after(place.done)
                watch.step(stage, place.done, steps, loss)
            losses.append(place.total / max(1, len(batches)))
            place.epoch, place.step, place.total = epoch + 1, 0, 0.0
            _save(saved, model, trained, optimizer, schedule, mean, place, stages, seed)
        mean.put()
    model.eval()
    return losses


def check(categories: Ints) -> None:
    """Raises TrainingProblem when there is nothing to tell apart."""
    if len(categories) == 0:
        raise TrainingProblem(
            tr(
                "There is nothing to train on: annotate some sentences of drugs that are not "
                "held out."
            )
        )
    if len(np.unique(categories)) < 2:
        raise TrainingProblem(
            tr(
                "All annotated sentences have the same category, so there is nothing to tell "
                "apart: annotate at least one sentence of another category first."
            )
        )


def epochs_of(stage: Stage, sentences: int, batch: int) -> int:
    """Epochs of a stage: at least `min_steps` steps, at most `most_passes` sentences."""
    wanted = max(stage.epochs, math.ceil(stage.min_steps / math.ceil(sentences / batch)))
    return max(1, min(wanted, 40, stage.most_passes // max(1, sentences)))


# --------------------------------------------------------------------------- one step


def _step_in_memory(
    work: Work,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    rows: Ints,
    micro: int,
    batch: int,
    optimizer: torch.optim.Optimizer,
) -> tuple[float, int]:
    """A step; where memory runs out, once more in smaller parts, which then stay small.

    The gradients are those of the whole batch either way.
    """
    try:
        return _step(work, loss_of, rows, micro, optimizer), micro
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        smaller = max(1, batch // 4)
        try:
            if micro > smaller:
                return _step(work, loss_of, rows, smaller, optimizer), smaller
        except (RuntimeError, MemoryError) as again:
            if not is_out_of_memory(again):
                raise
        raise checkpoint.ResumableProblem(
            tr(
                "The computer has too little free memory to train this model: close other "
                "programs or choose a smaller encoder."
            )
        ) from error


def _step(
    work: Work,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    rows: Ints,
    micro: int,
    optimizer: torch.optim.Optimizer,
) -> float:
    """Gradients of one batch, in parts of `micro` sentences; returns the mean loss."""
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    for start in range(0, len(rows), micro):
        part = rows[start : start + micro]
        loss = loss_of(*work.forward(part)) * (len(part) / len(rows))
        loss.backward()
        total += float(loss.detach())
    return total


def _loss(
    stage: Stage, categories: Ints, model: Classifier, compute: Compute
) -> Callable[[Tensor, Tensor], Tensor]:
    counts = torch.bincount(torch.from_numpy(categories), minlength=model.head.out.out_features)
    loss: nn.Module = WeightedCrossEntropy()
    if stage.loss == WEIGHTED:
        loss = WeightedCrossEntropy(effective_number_weights(counts))
    elif stage.loss == LDAM:
        loss = LDAMLoss(counts, weights=effective_number_weights(counts))
    return loss.to(compute.device)


def _linear(step: int, steps: int, warmup: float) -> float:
    rise = int(steps * warmup)
    if step < rise:
        return (step + 1) / (rise + 1)
    return max(0.0, (steps - step) / max(1, steps - rise))


def _set_trainable(
    model: Classifier, stage: Stage, recipe: Recipe
) -> list[tuple[str, nn.Parameter]]:
    model.requires_grad_(stage.part == ALL)
    model.head.requires_grad_(True)
    top_layer(model.encoder).requires_grad_(True)
    if stage.part == ALL and not recipe.word_embeddings:
        model.encoder.embeddings.word_embeddings.requires_grad_(False)
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad]


def _groups(
    model: Classifier, trained: list[tuple[str, nn.Parameter]], stage: Stage
) -> list[dict[str, object]]:
    """Parameter groups: biases and norms without decay, the head at its own rate."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in trained:
        groups.setdefault((name.startswith("head."), parameter.ndim < 2), []).append(parameter)
    built: list[dict[str, object]] = []
    for (head, plain), parameters in sorted(groups.items(), key=lambda item: item[0]):
        group: dict[str, object] = {"params": parameters}
        if head and stage.head_lr:
            group["lr"] = stage.head_lr
        if plain:
            group["weight_decay"] = 0.0
        built.append(group)
    return built


# --------------------------------------------------------------------------- checkpoints


@dataclass
class _Place:
    """Where a run is: the next step to do, and what has been counted so far."""

    stage: int
    epoch: int
    step: int
    done: int
    total: float
    losses: list[float]


def _save(
    saved: Path | None,
    model: Classifier,
    trained: list[tuple[str, nn.Parameter]],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    mean: RunningMean,
    place: _Place,
    stages: Sequence[Stage],
    seed: int,
) -> None:
    if saved is None:
        return
    frozen_words = "encoder.embeddings.word_embeddings.weight"
    moving = {name for name, _ in trained}
    tensors = {
        f"model.{name}": tensor
        for name, tensor in model.state_dict().items()
        if name != frozen_words or frozen_words in moving
    }
    for group_number, group in enumerate(optimizer.param_groups):
        for number, parameter in enumerate(group["params"]):
            for key, value in optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{group_number}.{number}.{key}"] = torch.as_tensor(value)
    tensors |= mean.state()
    tensors["random"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    checkpoint.write(
        saved,
        tensors,
        {
            "plan": [stage.name for stage in stages],
            "seed": seed,
            "schedule": schedule.last_epoch,
            "place": [place.stage, place.epoch, place.step, place.done, place.total],
            "losses": place.losses,
        },
    )


def _read_place(saved: Path | None, stages: Sequence[Stage], seed: int) -> _Place | None:
    found = checkpoint.read(saved) if saved is not None else None
    if found is None or found[1].get("seed") != seed:
        return None
    record = found[1]
    if record.get("plan") != [stage.name for stage in stages]:
        return None
    stage, epoch, step, done, total = record["place"]
    return _Place(int(stage), int(epoch), int(step), int(done), float(total), record["losses"])


def _restore_weights(saved: Path | None, model: Classifier) -> None:
    tensors, _ = _read(saved)
    weights = {n[len("model.") :]: t for n, t in tensors.items() if n.startswith("model.")}
    model.load_state_dict(weights, strict=False)  # frozen word embeddings are not kept


def _restore_optimizer(
    saved: Path | None,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    mean: RunningMean,
) -> None:
    tensors, record = _read(saved)
    mean.restore(tensors)
    for group_number, group in enumerate(optimizer.param_groups):
        for number, parameter in enumerate(group["params"]):
            prefix = f"optimizer.{group_number}.{number}."
            state = {n[len(prefix) :]: t for n, t in tensors.items() if n.startswith(prefix)}
            for key, value in state.items():
                # Fused AdamW wants its step counts beside the weights.
                value = value.to(parameter.device)
                state[key] = value if key != "step" else value.float()
            if state:
                optimizer.state[parameter] = state
    schedule.last_epoch = int(record["schedule"])
    factors = [base * schedule.lr_lambdas[0](schedule.last_epoch) for base in schedule.base_lrs]
    for group, rate in zip(optimizer.param_groups, factors, strict=True):
        group["lr"] = rate
    torch.set_rng_state(tensors["random"])
    if "random_cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random_cuda"])


def _read(saved: Path | None) -> tuple[dict[str, Tensor], dict[str, Any]]:
    found = checkpoint.read(saved) if saved is not None else None
    if found is None:
        raise TrainingProblem(tr("The checkpoint of this training has gone: start it again."))
    return found
