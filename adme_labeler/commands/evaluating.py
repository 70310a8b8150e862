"""The command that trains and tests presets on tables, and how its result is shown."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from adme_labeler.commands import base

BASELINES = ("instant", "tfidf", "tfidf-plain", "frozen")
_COLUMNS = (
    ("accuracy", "accuracy"),
    ("macro_f1", "macro-F1"),
    ("recall", "recall"),
    ("worst_recall", "worst"),
    ("expected_calibration_error", "ECE"),
    ("expected_calibration_error_after", "ECE after"),
)


def _words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--train", type=base.path, required=True, metavar="TABLE")
    command.add_argument("--test", type=base.path, metavar="TABLE")
    command.add_argument("--hints", type=base.path, metavar="TABLE")
    command.add_argument(
        "--preset",
        action="extend",
        type=_presets,
        metavar="P,P",
        help=f"one or several of {', '.join((*base.PRESETS, *BASELINES))}; default: default",
    )
    command.add_argument("--encoder", type=base.path, metavar="DIR")
    command.add_argument("--folds", type=base.whole_number, default=0, metavar="K")
    command.add_argument("--seeds", default="0", metavar="0,1,2", type=base.seeds)
    command.add_argument(
        "--limit",
        type=base.whole_number,
        default=0,
        metavar="N",
        help="annotations drawn at random to train on; 0: all",
    )
    command.add_argument(
        "--sizes",
        type=base.seeds,
        default=(),
        metavar="100,250,0",
        help="several numbers of annotations, for a learning curve",
    )


def _presets(written: str) -> list[str]:
    found = [part.strip() for part in written.split(",")]
    for preset in found:
        if preset not in (*base.PRESETS, *BASELINES):
            known = ", ".join((*base.PRESETS, *BASELINES))
            raise argparse.ArgumentTypeError(f"there is no preset {preset!r}; choose of {known}")
    return found


def _evaluate(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler import protocol
    from adme_labeler.services import headless

    if options.test is None and options.folds < 2:
        raise base.Misuse("evaluate needs --test TABLE or --folds K (2 or more)")
    if options.limit and options.sizes:
        raise base.Misuse("evaluate takes --limit or --sizes, not both")
    chosen: list[str] = options.preset or ["default"]
    presets = list(dict.fromkeys(chosen))
    several = len(presets) > 1 or bool(options.sizes)
    job = protocol.EvaluateJob(
        train=str(options.train.absolute()),
        test=str(options.test.absolute()) if options.test else "",
        hints=str(options.hints.absolute()) if options.hints else "",
        preset=presets[0],
        presets=tuple(presets) if several else (),
        encoder=str(options.encoder.absolute()) if options.encoder else "",
        folds=options.folds,
        seeds=options.seeds,
        limit=options.limit,
        sizes=options.sizes or ((options.limit,) if several else ()),
    )
    result = headless.evaluate(job, say)
    if several:
        for line in table(result):
            say(line)
        return dict(result)
    for name in ("accuracy", "macro_f1", "adme_recall"):
        if isinstance(result.get(name), int | float):
            say(f"{name:<12} {result[name]:.3f}")
    return dict(result)


def table(result: dict[str, Any]) -> Iterator[str]:
    """Lines that show the result of several presets: figures, then differences."""
    runs = result["runs"]
    titles = "".join(f"{title:>11}" for _, title in _COLUMNS)
    yield f"{'preset':<14}{'sentences':>10}{titles}"
    for run in runs:
        values = {**run, "recall": run.get("adme_recall", run.get("mean_recall"))}
        figures = "".join(f"{_share(values.get(name)):>11}" for name, _ in _COLUMNS)
        yield f"{run['preset']:<14}{run['train_sentences']:>10,}{figures}"
    if not result["comparisons"]:
        return
    yield ""
    yield (
        f"Against {result['reference']}, in points, with 95 % intervals by drug group; "
        "McNemar's exact p of the decisions, then of the recall of each category"
    )
    titles = "".join(f"{title:>25}" for title in ("macro-F1", "recall", "worst"))
    yield f"{'preset':<14}{'sentences':>10}{titles}"
    for run, found in _pairs(runs, result["comparisons"]):
        differences = found["differences"]
        recall = differences.get("adme_recall", differences.get("mean_recall"))
        parts = (differences["macro_f1"], recall, differences["worst_recall"])
        shown = "".join(f"{_points(part):>25}" for part in parts)
        tests = ", ".join(f"{key} {_p(test['p_value'])}" for key, test in found["mcnemar"].items())
        yield f"{found['preset']:<14}{run['train_sentences']:>10,}{shown}  p: {tests}"


def _pairs(
    runs: Sequence[dict[str, Any]], comparisons: Sequence[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each comparison with the run that it is about."""
    for found in comparisons:
        for run in runs:
            if (run["preset"], run["limit"]) == (found["preset"], found["size"]):
                yield run, found


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _points(difference: dict[str, Any] | None) -> str:
    if difference is None:
        return "-"
    value = f"{100 * difference['value']:+.1f}"
    if difference["low"] is None:
        return value
    return f"{value} ({100 * difference['low']:+.1f} to {100 * difference['high']:+.1f})"


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


COMMANDS = (
    base.Command(
        "evaluate", _evaluate, "train and test on tables, without a project", _words, project=False
    ),
)
