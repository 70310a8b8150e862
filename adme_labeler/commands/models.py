"""Commands of the model: suggest, train, measure, choose."""

from __future__ import annotations

import argparse
import time
from typing import Any

from adme_labeler.commands import base


def _train_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("--preset", choices=base.PRESETS, default="default")
    command.add_argument("--encoder", type=base.path, metavar="DIR", help="transformers folder")
    command.add_argument("--seed", type=base.whole_number, default=42, metavar="N")


def _models_words(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", nargs="?", choices=("promote", "rollback"))
    command.add_argument("version", nargs="?", type=int, metavar="ID")


def _suggest(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import headless, suggesting

    started = time.monotonic()
    with base.writing(options) as session:
        count = headless.suggest(session, say)
        served = suggesting.served(session)
    return {
        "sentences": count,
        "version": served.version if served else 0,
        "revision": served.revision if served else 0,
        "seconds": round(time.monotonic() - started, 2),
    }


def _train(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import headless

    with base.writing(options) as session:
        version, result = headless.train(
            session, options.preset, options.encoder, options.seed, say
        )
        say(f"Version {version}: {result.comparison.verdict}. {result.comparison.reason}")
        headless.suggest(session, say)
    return {
        "version": version,
        "verdict": result.comparison.verdict,
        "reason": result.comparison.reason,
        "seconds": result.seconds,
        "seconds_per_phase": result.seconds_per_phase,
        "held_out": base.plain(result.held_out),
        "cross_validation": base.plain(result.cross_validation),
    }


def _recall(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.services import recall
    from adme_labeler.services.session import Session

    with Session.open(options.project, read_only=True) as session:
        report = recall.report(session)
        scheme = session.scheme
    say(f"Model {report.version}.{report.revision}, {report.held_out_groups} drugs held out")
    for title, measurement in (
        ("Held-out drugs", report.held_out),
        ("Cross-validation", report.cross_validation),
    ):
        if measurement is None:
            continue
        say(f"{title}: {measurement.sentences} sentences of {measurement.groups} drugs")
        for measure in sorted(measurement.categories, key=lambda m: m.support):
            say(f"  {scheme[measure.category].name:<13} {_percentage(measure)}")
    if report.explanation:
        say(report.explanation)
    return {
        "version": report.version,
        "revision": report.revision,
        "updating": report.updating,
        "explanation": report.explanation,
        "held_out": base.plain(report.held_out),
        "cross_validation": base.plain(report.cross_validation),
    }


def _models(options: argparse.Namespace, say: base.Say) -> dict[str, Any]:
    from adme_labeler.domain.records import ModelVersion
    from adme_labeler.services import headless, training
    from adme_labeler.services.session import Session

    if options.action == "promote" and options.version is None:
        raise base.Misuse("models PROJECT promote needs the number of a version")
    opened = (
        base.writing(options) if options.action else Session.open(options.project, read_only=True)
    )
    with opened as session:
        if options.action == "promote":
            training.promote(session, ModelVersion(options.version))
        elif options.action == "rollback":
            target, _ = training.roll_back(session)
            say(f"Version {target} suggests again.")
        if options.action:
            headless.suggest(session, say)
        found = [
            {
                "version": m.version,
                "state": m.state.value,
                "created_at": m.created_at,
                "verdict": m.verdict,
                "weights": training.weights_here(session, m.version),
            }
            for m in training.versions(session)
        ]
    for model in found:
        say(
            f"{model['version']:>4}  {model['state']:<10} {model['created_at']}  {model['verdict']}"
        )
    return {"models": found}


def _percentage(measure: Any) -> str:
    if measure.recall is None:
        return f"not enough evidence (n = {measure.support})"
    return (
        f"{measure.recall:6.1%}  ({measure.recall_low:.0%} to {measure.recall_high:.0%}), "
        f"{measure.found} of {measure.support} found"
    )


COMMANDS = (
    base.Command("suggest", _suggest, "suggest a category for every sentence"),
    base.Command("train", _train, "train a model version on everything decided", _train_words),
    base.Command("recall", _recall, "how much the served model finds, on drugs it never saw"),
    base.Command("models", _models, "list model versions, promote one, roll back", _models_words),
)
