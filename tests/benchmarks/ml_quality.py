"""Presets on annotated sentences, folds by drug group, one run after the other; resumable.

    python -m tests.benchmarks.ml_quality [TABLE] [--hints TABLE] [--presets a,b] [--seeds 0,1,2]
                                          [--sizes 0,250,...] [--folds 5] [--out FOLDER]

Without TABLE: the gold sentences and the headed sentences as hints, in the folder that
ADME_REAL_DATA names; twelve hours and more on one core. Every preset sees the same folds. A size
is the number of training annotations drawn at random; 0 means all. A run that has its result in
the folder (build/benchmarks/gold) is not repeated; `table_gold` makes the tables.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.services import headless
from tests.benchmarks import table_gold

SIZES = "0,250,100,500"
LEARN_FROM_HINTS = ("instant", "vanilla", "reweight", "default")


@dataclass(frozen=True)
class Run:
    """One evaluation; `name` as `table_gold` reads it."""

    preset: str
    hints: bool
    size: int
    seed: int

    @property
    def name(self) -> str:
        hints = "-h" if self.hints else ""
        return f"{self.preset}{hints}{f'-n{self.size}' if self.size else ''}-s{self.seed}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path, nargs="?")
    parser.add_argument("--hints", type=Path)
    parser.add_argument("--presets", default=",".join(table_gold.PRESETS))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--encoder", default="")
    parser.add_argument("--out", type=Path, default=table_gold.FOLDER)
    chosen = parser.parse_args()
    table, hints = chosen.table, chosen.hints
    if table is None:
        folder = os.environ.get("ADME_REAL_DATA", "")
        if not folder:
            raise SystemExit("Give a table, or set ADME_REAL_DATA to the folder of real labels.")
        table = Path(folder) / "gold" / "adme_gold.tsv"
        hints = hints or Path(folder) / "headed" / "sentences.tsv.gz"
    chosen.out.mkdir(parents=True, exist_ok=True)
    for run in _runs(chosen, hints is not None):
        job = protocol.EvaluateJob(
            train=str(table.resolve()),
            hints=str(hints.resolve()) if run.hints else "",
            preset=run.preset,
            encoder=chosen.encoder,
            folds=chosen.folds,
            seeds=(run.seed,),
            limit=run.size,
            predictions=str((chosen.out / f"{run.name}.pred.csv").resolve()),
        )
        print(run.name, _one(run, job, chosen.out), flush=True)
    return 0


def _runs(chosen: argparse.Namespace, hints: bool) -> Iterator[Run]:
    """Every seed whole before the next, so that a stopped benchmark compares what it has."""
    presets = chosen.presets.split(",")
    for seed in map(int, chosen.seeds.split(",")):
        for size in map(int, chosen.sizes.split(",")):
            for preset in presets:
                if not size and seed and preset in table_gold.SAME_FOR_EVERY_SEED:
                    continue
                for hinted in (False, True):
                    if not hinted or (hints and preset in LEARN_FROM_HINTS):
                        yield Run(preset, hinted, size, seed)


def _one(run: Run, job: protocol.EvaluateJob, folder: Path) -> str:
    target = folder / f"{run.name}.out"
    if table_gold.result_in(target) is not None:
        return "is there"
    (folder / f"{run.name}.json").write_bytes(msgspec.json.encode(job))
    started = time.monotonic()
    result = headless.evaluate(job)
    beside = target.with_suffix(".tmp")
    beside.write_bytes(msgspec.json.encode({"type": "evaluate_done", "result": result}))
    beside.replace(target)
    return f"macro-F1 {result['macro_f1']:.3f}, {time.monotonic() - started:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
