"""Trying an encoder before it is chosen: is it whole, how large, how long would training take?"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import numpy as np

from adme_labeler import protocol
from adme_labeler.domain.problems import TrainingProblem
from adme_labeler.language import tr
from adme_labeler.ml import two_stage
from adme_labeler.ml.compute import Compute, count_parameters
from adme_labeler.ml.encoder import default_folder, read_config
from adme_labeler.ml.recipes import Stage, recipe_named
from adme_labeler.ml.trainer import Trainer

STEPS = 10
_WARM_UP = 2
"""The first steps allocate memory and are slower than all others."""
_LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "README.md")
_LICENCE_CHARACTERS = 4_000
_DECLARED = re.compile(r"^license:\s*(\S+)\s*$", re.MULTILINE)
"""How model cards name the licence."""
_MEASURING_SHARE = 0.1
"""What out-of-fold predictions, measuring and saving add to the steps, as seen in full runs."""


def check(
    job: protocol.EncoderJob, compute: Compute, watch: two_stage.Watch
) -> protocol.EncoderChecked:
    """Load an encoder, train it for `STEPS` steps and throw the result away.

    The estimate is the median seconds of a step times the steps that the preset would take, hints
    and calibration folds included. Raises TrainingProblem, with one sentence on what is wrong with
    the folder, and two_stage.Stopped when `watch` asks for it.
    """
    folder = Path(job.encoder) if job.encoder else default_folder()
    config = read_config(folder)
    recipe = recipe_named(job.preset)
    names = tuple(str(number) for number in range(max(2, job.categories)))
    clock = _Clock(watch)
    trainer = Trainer(
        categories=names,
        recipe=recipe,
        encoder_folder=job.encoder,
        seed=0,
        max_length=128,
        compute=compute,
        watch=clock,
    )
    wanted = STEPS * recipe.batch
    texts = _repeated(job.texts, wanted)
    headings = _repeated(job.headings, wanted)
    sentences = trainer.sentences(
        texts, headings, [names[i % len(names)] for i in range(wanted)], [0] * wanted
    )
    stage = replace(recipe.stages[-1], epochs=1, min_steps=0)
    two_stage.train(trainer.fresh(0), sentences.examples, recipe, (stage,), 0, compute, clock, None)
    per_step = float(median(np.diff(clock.times)[_WARM_UP:]))
    licence_file, licence = _licence(folder)
    return protocol.EncoderChecked(
        folder=str(folder),
        name=trainer.encoder.name,
        family=str(config["model_type"]),
        digest=trainer.encoder.digest,
        parameters=count_parameters(trainer.encoder.model),
        size=sum(file.stat().st_size for file in folder.glob("model*.safetensors")),
        layers=len(trainer.encoder.model.encoder.layer),
        hidden_size=trainer.encoder.hidden_size,
        longest=trainer.encoder.max_length,
        licence_file=licence_file,
        licence=licence,
        dtype=compute.dtype,
        device=compute.device,
        seconds_per_step=per_step,
        seconds=per_step * _steps(trainer, job) * (1 + _MEASURING_SHARE),
    )


@dataclass
class _Clock:
    """Passes on to `watch` and notes when each step ended."""

    watch: two_stage.Watch
    times: list[float] = field(default_factory=lambda: [time.perf_counter()])

    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None:
        self.times.append(time.perf_counter())
        self.watch.step(stage, step, total, loss)

    def stopping(self) -> bool:
        return self.watch.stopping()

    def plan(self, work: float) -> None:
        pass

    def phase(self, name: str) -> None:
        pass


def _steps(trainer: Trainer, job: protocol.EncoderJob) -> float:
    """Steps of the whole encoder that a training would take, calibration folds included."""
    if not job.train:
        return trainer.cost(job.hints, 0) if job.hints else 0.0
    inside = job.train * (job.folds - 1) // max(1, job.folds)
    return trainer.cost(job.train, job.hints) + job.folds * trainer.cost(inside, job.hints)


def _repeated(texts: Sequence[str], count: int) -> list[str]:
    if not texts:
        raise TrainingProblem(tr("Import drug labels first: there is no sentence to try this on."))
    return [texts[i % len(texts)] for i in range(count)]


def _licence(folder: Path) -> tuple[str, str]:
    for name in _LICENCES:
        try:
            text = (folder / name).read_text("utf-8", errors="replace")
        except OSError:
            continue
        declared = _DECLARED.search(text)
        shown = (
            tr("{licence} (said in {file})", licence=declared[1], file=name) if declared else name
        )
        return shown, text[:_LICENCE_CHARACTERS]
    return "", ""
