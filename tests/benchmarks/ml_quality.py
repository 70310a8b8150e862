"""Presets side by side on annotated sentences, folds by drug group; hours on two cores.

    python -m tests.benchmarks.ml_quality TABLE [--hints TABLE] [--presets a,b] [--seeds 0,1,2]
                                          [--sizes 100,250,0] [--out FILE.csv]

Every preset sees the same folds. A size is the number of training annotations drawn at random;
0 means all. Columns: means over seeds of accuracy, macro-F1, mean and worst recall of A, D, M, E.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import sys
import tempfile
from pathlib import Path

import torch

import adme_labeler
from adme_labeler import protocol
from adme_labeler.services import headless

PRESETS = "tfidf,frozen,instant,vanilla,reweight,paper,default"
FIGURES = ("accuracy", "macro_f1", "adme_recall", "worst_recall", "macro_f1_spread")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--hints", type=Path)
    parser.add_argument("--presets", default=PRESETS)
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--sizes", default="0")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "ml_quality.csv")
    chosen = parser.parse_args()
    with chosen.out.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([f"adme-labeler {adme_labeler.__version__}", f"torch {torch.__version__}"])
        lines.writerow([platform.processor() or platform.machine(), platform.python_version()])
        lines.writerow(["preset", "hints", "annotations", *FIGURES, "seconds"])
        for size in map(int, chosen.sizes.split(",")):
            for preset in chosen.presets.split(","):
                for hints in ("", str(chosen.hints.resolve())) if chosen.hints else ("",):
                    if hints and preset in ("tfidf", "frozen", "paper"):
                        continue  # they do not learn from headings
                    result = _one(chosen, preset, hints, size)
                    figures = [result.get(name) for name in FIGURES]
                    line = [preset, result["hints"], size or result["train_sentences"], *figures]
                    lines.writerow([*line, json.dumps(result["seconds"]["total"])])
                    file.flush()
                    print(*line)
    print(chosen.out)
    return 0


def _one(chosen: argparse.Namespace, preset: str, hints: str, size: int) -> dict[str, object]:
    return headless.evaluate(
        protocol.EvaluateJob(
            train=str(chosen.table.resolve()),
            hints=hints,
            preset=preset,
            folds=chosen.folds,
            seeds=tuple(map(int, chosen.seeds.split(","))),
            limit=size,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
