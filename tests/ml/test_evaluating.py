"""Several presets in one evaluation: same folds, one table, honest differences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adme_labeler import protocol
from adme_labeler.cli import main
from adme_labeler.ml.compute import Compute
from adme_labeler.ml.evaluation import evaluate
from adme_labeler.ml.side_by_side import compared, measured, read_answers, together
from adme_labeler.ml.tables import TableProblem

CPU = Compute("cpu", "float32", 1)


class Nobody:
    """Looks on at an evaluation without a word."""

    def step(self, stage, step, total, loss) -> None: ...

    def stopping(self) -> bool:
        return False

    def plan(self, work: float) -> None: ...

    def phase(self, name: str) -> None: ...


@pytest.fixture(scope="module")
def table(make_sentences, tmp_path_factory) -> Path:
    """120 sentences of 8 drugs, every ninth of them with a wrong category."""
    lines = ["text\tcategory\tdrug"]
    for number, row in enumerate(make_sentences(120)):
        category = "O" if number % 9 == 0 else row.category
        lines.append(f"{row.text}\t{category}\tDrugname{'abcdefgh'[number // 15]}")
    path = tmp_path_factory.mktemp("tables") / "train.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def several(table, tiny_encoder) -> tuple[dict, Path]:
    """Result and folder of the predictions of two presets, two seeds each."""
    job = protocol.EvaluateJob(
        train=str(table),
        presets=("tfidf", "default"),
        encoder=str(tiny_encoder),
        folds=2,
        seeds=(0, 1),
        sizes=(40,),
        predictions=str(table.parent / "said.tsv"),
    )
    return evaluate(job, CPU, Nobody()), table.parent


def test_every_preset_is_compared_with_default(several) -> None:
    result, _ = several
    assert [(run["preset"], run["limit"]) for run in result["runs"]] == [
        ("tfidf", 40),
        ("default", 40),
    ]
    assert result["reference"] == "default"
    (found,) = result["comparisons"]
    assert (found["preset"], found["size"], found["reference"]) == ("tfidf", 40, "default")
    assert (found["sentences"], found["groups"], found["seeds"]) == (120, 8, [0, 1])
    assert set(found["mcnemar"]) == {"all", "A", "D", "M", "E", "O"}


def test_every_size_is_run_and_without_default_the_first_preset_is_the_reference(table) -> None:
    job = protocol.EvaluateJob(
        train=str(table), presets=("tfidf", "tfidf-plain"), folds=3, sizes=(40, 0)
    )
    result = evaluate(job, CPU, Nobody())
    assert [(run["preset"], run["limit"]) for run in result["runs"]] == [
        (preset, size) for size in (40, 0) for preset in ("tfidf", "tfidf-plain")
    ]
    assert [run["train_sentences"] for run in result["runs"]] == [40, 40, 120, 120]
    assert [(c["preset"], c["size"], c["reference"]) for c in result["comparisons"]] == [
        ("tfidf-plain", 40, "tfidf"),
        ("tfidf-plain", 0, "tfidf"),
    ]


def test_differences_are_those_of_the_runs_own_figures(several) -> None:
    result, _ = several
    runs = {(run["preset"], run["limit"]): run for run in result["runs"]}
    for found in result["comparisons"]:
        mine, other = (runs[p, found["size"]] for p in (found["preset"], "default"))
        for name, difference in found["differences"].items():
            assert difference["value"] == pytest.approx(mine[name] - other[name])
            assert difference["low"] <= difference["value"] <= difference["high"]
        won, lost = found["mcnemar"]["all"]["won"], found["mcnemar"]["all"]["lost"]
        assert (won - lost) / 120 == pytest.approx(mine["accuracy"] - other["accuracy"])


def test_one_preset_gives_the_result_that_it_has_among_others(several, table) -> None:
    result, _ = several
    job = protocol.EvaluateJob(train=str(table), preset="tfidf", folds=2, seeds=(0, 1), limit=40)
    alone = evaluate(job, CPU, Nobody())
    beside = next(r for r in result["runs"] if (r["preset"], r["limit"]) == ("tfidf", 40))
    assert {k: v for k, v in alone.items() if k not in ("seconds", "encoder")} == {
        k: v for k, v in beside.items() if k not in ("seconds", "encoder", "limit")
    }


def test_written_predictions_tell_the_same_figures_and_differences(several) -> None:
    result, folder = several
    said = {p: read_answers(folder / f"said-{p}-n40.tsv") for p in ("tfidf", "default")}
    for preset, (answers, scheme) in said.items():
        run = next(r for r in result["runs"] if (r["preset"], r["limit"]) == (preset, 40))
        figures = measured(answers, scheme)
        for name in ("accuracy", "macro_f1", "adme_recall", "worst_recall"):
            assert figures[name] == pytest.approx(run[name])
            assert figures[f"{name}_spread"] == pytest.approx(run[f"{name}_spread"])
        # Written with four decimals.
        assert figures["calibration_error"] == pytest.approx(
            run["expected_calibration_error"], abs=2e-3
        )
        assert figures["calibration_error_after"] == pytest.approx(
            run["expected_calibration_error_after"], abs=0.02
        )
    (mine, scheme), (other, _) = said["tfidf"], said["default"]
    found = next(c for c in result["comparisons"] if (c["preset"], c["size"]) == ("tfidf", 40))
    assert compared(mine, other, scheme) == {
        k: v for k, v in found.items() if k not in ("preset", "size", "reference")
    }


def test_predictions_of_other_sentences_are_refused(several, tmp_path) -> None:
    _, folder = several
    written = (folder / "said-tfidf-n40.tsv").read_text()
    whole, scheme = read_answers(folder / "said-tfidf-n40.tsv")
    parts = []
    for seed in ("0", "1"):
        lines = [
            line
            for line in written.splitlines()
            if line.startswith(f"{seed}\t") or line.startswith("seed")
        ]
        (tmp_path / f"{seed}.tsv").write_text("\n".join(lines) + "\n")
        parts.append(read_answers(tmp_path / f"{seed}.tsv")[0])
    assert compared(parts[0], parts[1], scheme) is None, "no seed is common"
    joined = together(parts)
    assert all(np.array_equal(joined.decided[s], whole.decided[s]) for s in (0, 1))

    (tmp_path / "other.tsv").write_text(written.replace("urine", "feces"))
    with pytest.raises(TableProblem, match="different sentences"):
        compared(read_answers(tmp_path / "other.tsv")[0], whole, scheme)
    (tmp_path / "half.tsv").write_text("\n".join(written.splitlines()[:-3]))
    with pytest.raises(TableProblem, match="other sentences for one seed"):
        read_answers(tmp_path / "half.tsv")
    with pytest.raises(TableProblem, match="holds no predictions"):
        read_answers(folder / "train.tsv")


def test_the_command_prints_a_table_and_json(table, capsys) -> None:
    words = ["evaluate", "--train", str(table), "--folds", "3", "--preset", "tfidf,tfidf-plain"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("preset"))
    assert lines[start + 1].split()[:2] == ["tfidf", "120"]
    assert lines[start + 2].split()[:2] == ["tfidf-plain", "120"]
    difference = lines[-1].split("  p: ")
    assert difference[0].split()[0] == "tfidf-plain" and difference[1].startswith("all ")
    assert any("Against tfidf, in points" in line for line in lines)


@pytest.mark.parametrize(
    "more", [["--preset", "tfidf,best"], ["--sizes", "10,0", "--limit", "5"], ["--sizes", "-1"]]
)
def test_words_that_do_not_go_together_are_refused(table, capsys, more) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--train", str(table), "--folds", "3", *more])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_hints_are_taken_as_an_import_would_store_them(table, tmp_path) -> None:
    hints = tmp_path / "hints.tsv"
    hints.write_text(
        "text\tcategory\tdrug\tset_id\n"
        "Nuvotrel is well absorbed after an oral dose.\tAbsorption\tNuvotrel\ts1\n"
        "Nuvotrel may be taken with or without food.\tAbsorption\tNuvotrel\ts1\n"  # advice: Other
        "Its name is printed on every carton of them.\tDistribution\tNuvotrel\ts1\n"  # no hint
        "Caution is advised in these people.\tOther\tNuvotrel\ts1\n"
    )
    job = protocol.EvaluateJob(train=str(table), hints=str(hints), preset="tfidf", folds=2)
    assert evaluate(job, CPU, Nobody())["hints"] == 3
