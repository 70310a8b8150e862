"""Tables of the presets on the two-stage paper's public data, from the runs of `paper_runs`.

    python -m tests.benchmarks.table_paper [the words of paper_runs] [--tables FOLDER]

Writes sst2.csv and newsgroups.csv of the runs that are there. `paper, tau 1` are the decisions of
`paper` after post-hoc adjustment by the shares of training (Menon 2021); `default` decides with its
tau 0.5, which a project would tune on out-of-fold predictions. "rare": negatives of SST-2, the tail
third of the newsgroups. Differences to `default`: paired bootstrap over test items, on the seeds
that both have; McNemar's exact test of all decisions and of those on rare items.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adme_labeler.ml.predict import softmax
from adme_labeler.ml.recipes import recipe_named
from adme_labeler.statistics.calibration import decide, expected_calibration_error, shift_for
from adme_labeler.statistics.over_seeds import figures_of, side_by_side
from tests.benchmarks import paper_runs
from tests.benchmarks.paper_data import Floats, Ints, Task
from tests.benchmarks.result_tables import RESULTS, write

METHODS = (
    ("vanilla", "vanilla", None),
    ("reweight", "reweight", None),
    ("paper", "paper", None),
    ("paper, tau 1", "paper", 1.0),
    ("default", "default", None),
)
"""Name, preset, and the tau that its decisions are shifted by where it is not the preset's own."""
DEFAULT_TAU = 0.5
FIGURES = ("accuracy", "macro_f1", "mean_recall", "rare_recall")


@dataclass(frozen=True)
class Runs:
    """Decisions (seeds, n) of one method, with the seeds and what was recorded of each."""

    seeds: list[int]
    decided: Ints
    calibration_error: float
    records: list[dict[str, Any]]


def main() -> int:
    parser = paper_runs.words(__doc__)
    parser.add_argument("--tables", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    for data in chosen.data.split(","):
        tasks = [task for task in paper_runs.tasks(chosen) if task.data == data]
        lines = [line for task in tasks for line in _lines(task, chosen.out, seeds)]
        if not lines:
            print(f"{data}: no finished run in {chosen.out}")
            continue
        records = [
            r for t in tasks for m in METHODS for r in _read(t, m, chosen.out, seeds).records
        ]
        dtypes = sorted({f"{record['dtype']} on {record['device']}" for record in records})
        said = (
            f"{data}, test of {len(tasks[0].test)}, at most {tasks[0].max_length} tokens, "
            f"all-MiniLM-L6-v2 in {', '.join(dtypes)}."
        )
        day = max(str(record["date"]) for record in records)
        print(write(chosen.tables / f"{data}.csv", _header(), lines, said, day))
    return 0


def _header() -> list[str]:
    spread = [name for figure in FIGURES for name in (figure, f"{figure}_spread")]
    bounds = [f"{f}_{part}" for f in FIGURES for part in ("difference", "low", "high")]
    return [
        *("task", "size", "preset", "seeds", "steps"),
        *spread,
        *("calibration_error", "compared_with", "common_seeds"),
        *bounds,
        *("mcnemar_p", "mcnemar_p_rare", "cpu_seconds"),
    ]


def _lines(task: Task, folder: Path, seeds: list[int]) -> Iterator[list[object]]:
    found = {method[0]: _read(task, method, folder, seeds) for method in METHODS}
    for name, runs in found.items():
        if not runs.seeds:
            continue
        table = _figures(task, runs.decided)
        steps = max(int(record["steps"]) for record in runs.records)
        line: list[object] = [_cut(task), task.size, name, len(runs.seeds), steps]
        for place in range(len(FIGURES)):
            spread = float(table[:, place].std(ddof=1)) if len(table) > 1 else None
            line += [float(table[:, place].mean()), spread]
        line.append(runs.calibration_error)
        line += _against(task, runs, found["default"]) if name != "default" else [""] * 16
        yield [*line, round(float(np.mean([r["cpu_seconds"] for r in runs.records])))]


def _cut(task: Task) -> str:
    return task.name.split("-")[1].replace("r", "r = ").replace("i", "imbalance ")


def _figures(task: Task, decided: Ints) -> Floats:
    """FIGURES (seeds, 4)."""
    count = len(task.keys)
    whole = figures_of(task.test_categories, decided, count, range(count))
    rare = figures_of(task.test_categories, decided, count, task.rare)
    return np.concatenate([whole[:, :3], rare[:, 2:3]], axis=1)


def _against(task: Task, runs: Runs, reference: Runs) -> list[object]:
    seeds = [seed for seed in runs.seeds if seed in reference.seeds]
    if not seeds:
        return [""] * 16
    one, other = (
        np.stack([of.decided[of.seeds.index(seed)] for seed in seeds]) for of in (runs, reference)
    )
    true, count = task.test_categories, len(task.keys)
    items = list(range(len(true)))
    whole = side_by_side(true, one, other, items, count, range(count))
    rare = side_by_side(true, one, other, items, count, task.rare)
    of_rare = np.isin(true, task.rare)
    test = side_by_side(
        true[of_rare],
        one[:, of_rare],
        other[:, of_rare],
        items[: int(of_rare.sum())],
        count,
        task.rare,
    )
    differences = [whole.differences[name] for name in FIGURES[:3]]
    differences.append(rare.differences["mean_recall"])
    bounds = [bound for d in differences for bound in (d.value, d.low, d.high)]
    return ["default", len(seeds), *bounds, whole.all.p_value, test.all.p_value]


def _read(
    task: Task, method: tuple[str, str, float | None], folder: Path, seeds: list[int]
) -> Runs:
    _, preset, tau = method
    if tau is None:
        tau = DEFAULT_TAU if recipe_named(preset).adjust else 0.0
    prior = np.bincount(task.train_categories, minlength=len(task.keys)) / len(task.train)
    there, decided, errors, records = [], [], [], []
    for seed in seeds:
        path = paper_runs.place(folder, task, preset, seed)
        if not path.exists():
            continue
        with np.load(path, allow_pickle=False) as file:
            probabilities = softmax(file["logits"].astype(np.float64))
            records.append(json.loads(str(file["record"])))
        there.append(seed)
        decided.append(decide(probabilities, shift_for(prior, tau), prior).first)
        errors.append(expected_calibration_error(probabilities, task.test_categories))
    shape = (0, len(task.test))
    return Runs(
        there,
        np.stack(decided) if decided else np.zeros(shape, dtype=np.int64),
        float(np.mean(errors)) if errors else 0.0,
        records,
    )


if __name__ == "__main__":
    sys.exit(main())
