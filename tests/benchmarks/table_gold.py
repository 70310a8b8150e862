"""Table and learning curve of the presets on the gold sentences, from written predictions.

    python -m tests.benchmarks.table_gold [FOLDER] [--out FOLDER] [--also NAME,NAME]

FOLDER (build/benchmarks/gold) holds a triple for each run: NAME.json (the job), NAME.pred.csv (its
predictions) and NAME.out (what came back; its last line has the result), as `ml_quality` writes
them. NAME is PRESET[-h][-nSIZE]-sSEED: -h with heading hints, SIZE annotations. Predictions are
written last, so the tables can be made while more runs arrive; where the result is missing, seconds
are too. `--also` takes runs of other names in. Writes gold_presets.csv, gold_learning_curve.csv and
.png.

Every row is compared with `default` of the same hints and size, on the seeds that both have.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adme_labeler.ml.side_by_side import Answers, compared, measured, read_answers, together
from adme_labeler.ml.tables import Scheme
from tests.benchmarks.result_tables import RESULTS, write

FOLDER = Path(__file__).parents[2] / "build" / "benchmarks" / "gold"
PRESETS = (
    "tfidf-plain",
    "tfidf",
    "frozen",
    "instant",
    "paper",
    "vanilla",
    "reweight",
    "default",
)
"""In the order of the table."""
REFERENCE = "default"
SAME_FOR_EVERY_SEED = ("tfidf-plain", "tfidf", "frozen", "instant")
"""On all annotations nothing in them is random."""
_NAME = re.compile(r"(?P<preset>.+?)(?P<hints>-h)?(?:-n(?P<size>\d+))?-s(?P<seed>\d+)")
FIGURES = ("accuracy", "macro_f1", "adme_recall", "worst_recall")
_CALIBRATION = ("calibration_error", "calibration_error_after")


@dataclass(frozen=True)
class Row:
    """Runs of a preset that differ in their seed only; `size` 0 is all annotations.

    `seconds` are the mean wall time of a training with all folds, `dtypes` what the encoder was
    computed in.
    """

    preset: str
    hints: bool
    size: int
    answers: Answers
    scheme: Scheme
    seconds: float | None
    dtypes: frozenset[str]

    @property
    def annotations(self) -> int:
        """How many a training had; with folds the mean of the folds."""
        folds = len(set(self.answers.folds.tolist()))
        whole = len(self.answers.true)
        most = round(whole * (1 - 1 / folds)) if folds > 1 else whole
        return min(self.size, most) if self.size else most


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--also", default="")
    chosen = parser.parse_args()
    print(*make(chosen.folder, chosen.out, tuple(filter(None, chosen.also.split(",")))), sep="\n")
    return 0


def make(folder: Path, out: Path, also: Sequence[str] = ()) -> list[Path]:
    """Write the tables of the runs in `folder` into `out`; returns the files."""
    rows = read(folder, (*PRESETS, *also))
    if not rows:
        raise SystemExit(f"{folder} holds no finished run.")
    first = rows[0].answers
    days = [file.stat().st_mtime for file in folder.glob("*.out")]
    day = f"{datetime.fromtimestamp(max(days), UTC):%Y-%m-%d}" if days else ""
    dtypes = ", ".join(sorted(frozenset().union(*(row.dtypes for row in rows))))
    said = (
        f"{len(first.true)} gold sentences of {len(set(first.groups))} drug groups, "
        f"{len(set(first.folds.tolist()))} folds by drug group; encoder in {dtypes or '?'}."
    )
    keys = rows[0].scheme.keys
    lines = {id(row): _line(row, _reference(row, rows), keys) for row in rows}
    whole = [lines[id(row)] for row in rows if not row.size]
    written = [write(out / "gold_presets.csv", _header(keys), whole, said, day)]
    if any(row.size for row in rows):
        # A curve is made of the presets that were run on fewer annotations too.
        curved = {(row.preset, row.hints) for row in rows if row.size}
        curve = [row for row in rows if (row.preset, row.hints) in curved]
        order = (*PRESETS, *also)
        curve.sort(key=lambda row: (row.hints, order.index(row.preset), row.annotations))
        name = out / "gold_learning_curve.csv"
        written.append(write(name, _header(keys), [lines[id(row)] for row in curve], said, day))
        if importlib.util.find_spec("matplotlib"):  # only the extra `bench` brings it
            written.append(_picture(curve, out / "gold_learning_curve.png"))
    return written


def read(folder: Path, presets: Sequence[str]) -> list[Row]:
    """Finished runs of these presets, in the order of `presets`, without hints first."""
    found: dict[tuple[str, bool, int], list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*.pred.csv")):
        name = _NAME.fullmatch(path.name.removesuffix(".pred.csv"))
        if name is not None and name["preset"] in presets:
            hints = bool(name["hints"]) or _job_has_hints(path)
            found[name["preset"], hints, int(name["size"] or 0)].append(path)
    rows: list[Row] = []
    for (preset, hints, size), paths in found.items():
        runs = [read_answers(path) for path in paths]
        results = [r for path in paths if (r := result_in(_beside(path, ".out"))) is not None]
        seconds = [run["seconds"].get("total", 0.0) / len(run["seeds"]) for run in results]
        rows.append(
            Row(
                preset,
                hints,
                size,
                together([answers for answers, _ in runs]),
                runs[0][1],
                sum(seconds) / len(seconds) if seconds else None,
                frozenset(str(run["dtype"]) for run in results),
            )
        )
    return sorted(rows, key=lambda r: (r.hints, r.size, presets.index(r.preset)))


def _job_has_hints(predictions: Path) -> bool:
    """Whether the job beside the predictions says so; a run of another name shows it there only."""
    try:
        job = _beside(predictions, ".json")
        return bool(json.loads(job.read_text(encoding="utf-8")).get("hints"))
    except (OSError, ValueError):
        return False


def _beside(predictions: Path, suffix: str) -> Path:
    return predictions.with_name(predictions.name.removesuffix(".pred.csv") + suffix)


def result_in(path: Path) -> dict[str, Any] | None:
    """The result in the last line of what a run said (NAME.out); None while it has none."""
    try:
        last = path.read_text(encoding="utf-8").rstrip().rpartition("\n")[2]
        said = json.loads(last)
    except (OSError, ValueError):
        return None
    result = said.get("result") if isinstance(said, dict) else None
    return result if isinstance(result, dict) and "macro_f1" in result else None


def _reference(row: Row, rows: Sequence[Row]) -> Row | None:
    if row.preset == REFERENCE:
        return None
    for other in rows:
        if (other.preset, other.hints, other.size) == (REFERENCE, row.hints, row.size):
            return other
    return None


def _header(keys: Sequence[str]) -> list[str]:
    spread = [name for figure in FIGURES for name in (figure, f"{figure}_spread")]
    bounds = [f"{figure}_{part}" for figure in FIGURES for part in ("difference", "low", "high")]
    return [
        *("preset", "hints", "annotations_in_training", "seeds"),
        *spread,
        *_CALIBRATION,
        *(f"recall_{key}" for key in keys),
        *("compared_with", "common_seeds"),
        *bounds,
        *("mcnemar_p", *(f"mcnemar_p_{key}" for key in keys)),
        "seconds",
    ]


def _line(row: Row, reference: Row | None, keys: Sequence[str]) -> list[object]:
    figures = measured(row.answers, row.scheme)
    line: list[object] = [
        row.preset,
        "yes" if row.hints else "no",
        row.annotations,
        len(figures["seeds"]),
    ]
    for figure in FIGURES:
        line += [figures[figure], figures.get(f"{figure}_spread")]
    line += [figures[name] for name in _CALIBRATION]
    line += [figures["recalls"][key] for key in keys]
    found = _against(row, reference) if reference is not None else None
    if found is None:
        line += [""] * (2 + 3 * len(FIGURES) + 1 + len(keys))
    else:
        line += [REFERENCE, len(found["seeds"])]
        for figure in FIGURES:
            difference = found["differences"][figure]
            line += [difference["value"], difference["low"], difference["high"]]
        line += [found["mcnemar"][name]["p_value"] for name in ("all", *keys)]
    return [*line, round(row.seconds) if row.seconds is not None else ""]


def _against(row: Row, reference: Row) -> dict[str, Any] | None:
    answers = row.answers
    if row.preset in SAME_FOR_EVERY_SEED and not row.size:
        (decided, *_) = answers.decided.values()
        (probabilities, *_) = answers.probabilities.values()
        seeds = reference.answers.decided
        answers = replace(
            answers,
            decided=dict.fromkeys(seeds, decided),
            probabilities=dict.fromkeys(seeds, probabilities),
        )
    return compared(answers, reference.answers, row.scheme)


def _picture(curve: Sequence[Row], path: Path) -> Path:
    from tests.benchmarks import table_pictures

    points = [
        table_pictures.Point(row.preset, row.hints, row.annotations, figure, value)
        for row in curve
        for figure, value in _by_seed(row)
    ]
    return table_pictures.learning_curve(points, path)


def _by_seed(row: Row) -> Iterator[tuple[str, float]]:
    for seed, decided in row.answers.decided.items():
        one = replace(
            row.answers,
            decided={seed: decided},
            probabilities={seed: row.answers.probabilities[seed]},
        )
        figures = measured(one, row.scheme)
        yield from ((figure, figures[figure]) for figure in FIGURES[1:])


if __name__ == "__main__":
    sys.exit(main())
