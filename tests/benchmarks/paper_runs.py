"""The presets on the two-stage paper's public data, one training after the other; resumable.

    python -m tests.benchmarks.paper_runs [--data sst2,newsgroups] [--seeds 0,1,2] [--out FOLDER]
        [--positives 1000] [--largest 100] [--test-of-each 50] [--tokens 64] [--dtype bfloat16]

A training that stands in the folder (build/benchmarks/paper) is not repeated. The sizes as given
here are reduced; `--positives 0 --largest 0 --test-of-each 0 --tokens 128` takes the whole data
sets, for which a GPU is wanted. `table_paper` makes the tables. Wants ADME_REAL_DATA.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from adme_labeler.ml import compute, two_stage
from adme_labeler.ml.predict import Predictor
from adme_labeler.ml.recipes import Stage, recipe_named
from adme_labeler.ml.trainer import Trainer
from tests.benchmarks import paper_data
from tests.benchmarks.paper_data import Task

PRESETS = ("default", "paper", "vanilla", "reweight")
FOLDER = Path(__file__).parents[2] / "build" / "benchmarks" / "paper"


class _Nobody:
    """Looks on at a training without a word."""

    def step(self, stage: Stage, step: int, total: int, loss: float | None) -> None: ...

    def stopping(self) -> bool:
        return False

    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...


def words(description: str | None) -> argparse.ArgumentParser:
    """The words that choose data and sizes, for this module and `table_paper`."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="sst2,newsgroups")
    parser.add_argument("--presets", default=",".join(PRESETS))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--positives", type=int, default=1000)
    parser.add_argument("--largest", type=int, default=100)
    parser.add_argument("--test-of-each", type=int, default=50)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--dtype", default="", choices=("", *compute.DTYPES))
    return parser


def tasks(chosen: argparse.Namespace) -> Iterator[Task]:
    if "sst2" in chosen.data:
        for ratio in paper_data.RATIOS:
            yield paper_data.sst2(ratio, chosen.positives)
    if "newsgroups" in chosen.data:
        for imbalance in paper_data.IMBALANCES:
            yield paper_data.newsgroups(
                imbalance, chosen.largest, chosen.test_of_each, chosen.tokens
            )


def place(folder: Path, task: Task, preset: str, seed: int) -> Path:
    return folder / f"{task.name}-{preset}-s{seed}.npz"


def main() -> int:
    chosen = words(__doc__).parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    all_tasks = list(tasks(chosen))
    machine = compute.choose(threads=1, dtype=chosen.dtype)
    for seed in map(int, chosen.seeds.split(",")):  # a stopped benchmark has whole seeds
        for task in all_tasks:
            for preset in chosen.presets.split(","):
                target = place(chosen.out, task, preset, seed)
                if not target.exists():
                    print(target.stem, _one(task, preset, seed, machine, target), flush=True)
    return 0


def _one(task: Task, preset: str, seed: int, machine: compute.Compute, target: Path) -> str:
    """Train and predict once; writes logits (n, c) of the test and what was done."""
    started, spent = time.monotonic(), time.process_time()
    recipe = recipe_named(preset)
    trainer = Trainer(task.keys, recipe, "", seed, task.max_length, machine, _Nobody())
    train = trainer.sentences(
        task.train,
        [""] * len(task.train),
        [task.keys[c] for c in task.train_categories],
        list(range(len(task.train))),
    )
    model, losses = trainer.fit("training", train, None, seed)
    trained = time.process_time() - spent
    tokens = trainer.sentences(
        task.test,
        [""] * len(task.test),
        [task.keys[c] for c in task.test_categories],
        list(range(len(task.test))),
    ).examples.text_alone
    logits = Predictor(model, machine).logits(tokens)
    steps = sum(
        two_stage.epochs_of(stage, len(train), recipe.batch) * -(-len(train) // recipe.batch)
        for stage in recipe.stages
    )
    record = {
        "task": task.name,
        "preset": preset,
        "seed": seed,
        "steps": steps,
        "losses": losses,
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - spent, 1),
        "training_cpu_seconds": round(trained, 1),
        "device": machine.device,
        "dtype": machine.dtype,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    # Written beside and renamed: a run that was killed leaves no half a file.
    beside = target.with_suffix(".tmp")
    with beside.open("wb") as file:
        np.savez(file, logits=logits.astype(np.float32), record=np.array(json.dumps(record)))
    beside.replace(target)
    accuracy = (logits.argmax(axis=1) == task.test_categories).mean()
    return f"accuracy {accuracy:.3f}, {steps} steps, {record['cpu_seconds']:.0f} CPU s"


if __name__ == "__main__":
    sys.exit(main())
