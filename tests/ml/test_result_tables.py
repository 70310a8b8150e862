"""Tables of results from written predictions: every run once, compared on common seeds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from adme_labeler import protocol
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.evaluation import evaluate
from tests.benchmarks import table_gold


class Nobody:
    """Looks on at an evaluation without a word."""

    def step(self, stage, step, total, loss) -> None: ...

    def stopping(self) -> bool:
        return False

    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...


@pytest.fixture(scope="module")
def folder(make_sentences, tmp_path_factory) -> Path:
    """Runs of three linear models; the plain one stands in for `default` under its name."""
    made = tmp_path_factory.mktemp("runs")
    lines = ["text\tcategory\tdrug"]
    for number, row in enumerate(make_sentences(120)):
        category = "O" if number % 3 == 0 else row.category
        lines.append(f"{row.text}\t{category}\tDrugname{'abcdefgh'[number // 15]}")
    (made / "train.tsv").write_text("\n".join(lines) + "\n")
    runs = [("tfidf", "tfidf", 0, 0)]
    runs += [("default", "tfidf-plain", 0, seed) for seed in (0, 1)]
    runs += [(name, name, 40, seed) for name in ("tfidf", "tfidf-plain") for seed in (0, 1)]
    runs += [("default", "tfidf-plain", 40, 1)]
    for name, preset, size, seed in runs:
        stem = f"{name}{f'-n{size}' if size else ''}-s{seed}"
        job = protocol.EvaluateJob(
            train=str(made / "train.tsv"),
            preset=preset,
            folds=3,
            seeds=(seed,),
            limit=size,
            predictions=str(made / f"{stem}.pred.csv"),
        )
        result = evaluate(job, Compute("cpu", "float32", 1), Nobody())
        result["seconds"]["total"] = 8.0
        said = json.dumps({"type": "evaluate_done", "result": result})
        (made / f"{stem}.out").write_text('{"type":"progress"}\n' + said + "\n")
    (made / "tfidf-n40-s1.out").write_text('{"type":"progress"}\n')  # its result was lost
    (made / "experiment-s0.pred.csv").write_bytes((made / "tfidf-s0.pred.csv").read_bytes())
    (made / "experiment-s0.json").write_text('{"hints": "some.tsv"}')
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        assert file.readline().startswith('"# 120 gold sentences of 8 drug groups, 3 folds')
        return list(csv.DictReader(file))


def test_presets_stand_in_one_table_with_their_difference_to_default(folder, tmp_path) -> None:
    table_gold.make(folder, tmp_path)
    tfidf, default = rows_of(tmp_path / "gold_presets.csv")
    assert (tfidf["preset"], tfidf["hints"], tfidf["seeds"]) == ("tfidf", "no", "1")
    assert (default["preset"], default["seeds"], default["compared_with"]) == ("default", "2", "")
    # Nothing in it is random, so one run is compared with every seed of default.
    assert (tfidf["compared_with"], tfidf["common_seeds"]) == ("default", "2")
    for figure in ("accuracy", "macro_f1", "adme_recall", "worst_recall"):
        found = float(tfidf[f"{figure}_difference"])
        assert found == pytest.approx(float(tfidf[figure]) - float(default[figure]), abs=2e-3)
        assert float(tfidf[f"{figure}_low"]) <= found <= float(tfidf[f"{figure}_high"])
    assert tfidf["seconds"] == "8" and float(default["macro_f1_spread"]) == 0
    assert 0 <= float(tfidf["mcnemar_p_A"]) <= 1


def test_the_learning_curve_has_every_size_and_compares_common_seeds(folder, tmp_path) -> None:
    written = table_gold.make(folder, tmp_path)
    curve = rows_of(tmp_path / "gold_learning_curve.csv")
    found = [(r["preset"], int(r["annotations_in_training"]), r["seeds"]) for r in curve]
    assert found == [
        ("tfidf-plain", 40, "2"),
        ("tfidf", 40, "2"),
        ("tfidf", 80, "1"),
        ("default", 40, "1"),
        ("default", 80, "2"),
    ]
    assert [row["common_seeds"] for row in curve] == ["1", "1", "2", "", ""]
    assert curve[0]["macro_f1_difference"] == "0", "the same model under two names"
    assert curve[1]["macro_f1_difference"] != "0"
    for path in written:
        assert path.stat().st_size > 100


def test_runs_of_other_names_come_in_when_asked_for_with_the_hints_of_their_job(
    folder, tmp_path
) -> None:
    table_gold.make(folder, tmp_path, also=("experiment",))
    rows = rows_of(tmp_path / "gold_presets.csv")
    assert [(row["preset"], row["hints"]) for row in rows][-1] == ("experiment", "yes")
    assert rows[-1]["macro_f1"] == rows[0]["macro_f1"] and rows[-1]["compared_with"] == ""
