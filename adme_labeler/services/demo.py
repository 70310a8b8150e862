"""The main job on the shipped sample: labels in, suggestions, decisions, training, recall, out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adme_labeler import paths, starting
from adme_labeler.domain.problems import Problem
from adme_labeler.services import headless, recall, suggesting, table_annotations
from adme_labeler.services.session import Session


def run(out: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Do everything in folder `out`; returns what was written. An earlier demo there is kept:
    the new one gets a number. Raises Problem when a step fails."""
    folder = _free_folder(out.absolute())
    say(f"Writing to {folder}")
    with Session.create(folder / "sample.adme", "demo") as session:
        tally = headless.import_paths(session, [paths.sample_labels() / "labels"], report=say)
        say(tally.sentence)
        say(f"{headless.suggest(session):,} sentences have a suggestion, learned from headings.")
        rows = [
            table_annotations.TableRow(
                text=row["text"],
                category=row["category"],
                set_id=row["set_id"],
                also=tuple(key for key in row["also"].split("+") if key),
            )
            for row in suggesting.sample_annotations()
        ]
        report, _ = table_annotations.annotate(session, rows, "sample curator")
        say(f"{report.sentences:,} sentences annotated from the sample's own table.")
        if report.unmatched:
            raise Problem(f"{report.unmatched} sample annotations fit no sentence.")
        headless.suggest(session)
        version, result = headless.train(session, report=say)
        say(f"Version {version}: {result.comparison.verdict}. {result.comparison.reason}")
        headless.suggest(session)
        measured = recall.report(session)
        for line in _recall_lines(session, measured):
            say(line)
        sheet = folder / "sample.xlsx"
        done = headless.export(session, sheet)
        say(f"Spreadsheet: {sheet} ({done.rows:,} rows)")
        project = session.path
    pictures = _screenshots(project, folder / "screenshots")
    for picture in pictures:
        say(f"Screenshot: {picture}")
    return {
        "project": str(project),
        "spreadsheet": str(sheet),
        "screenshots": [str(picture) for picture in pictures],
        "labels": tally.new_labels,
        "sentences": tally.sentences,
        "annotations": report.sentences,
        "version": version,
        "verdict": result.comparison.verdict,
        "rows": done.rows,
    }


def _recall_lines(session: Session, report: recall.RecallReport) -> list[str]:
    if report.held_out is None:
        return [report.explanation]
    lines = [
        f"Recall of model {report.version}.{report.revision} on {report.held_out.groups} drugs "
        f"it never saw ({report.held_out.sentences} sentences):"
    ]
    for measure in sorted(report.held_out.categories, key=lambda m: m.support):
        name = session.scheme[measure.category].name
        if measure.recall is None:
            lines.append(f"  {name}: not enough evidence (n = {measure.support})")
        else:
            lines.append(
                f"  {name}: {measure.recall:.0%} ({measure.recall_low:.0%} to "
                f"{measure.recall_high:.0%}), {measure.found} of {measure.support} found"
            )
    return lines


def _screenshots(project: Path, folder: Path) -> list[Path]:
    """Pictures of the real window on this project, drawn without a display."""
    command = starting.command("screenshots", str(project), str(folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise Problem(f"The screenshots could not be made: {last[0]}")
    return sorted(folder.glob("*.png"))


def _free_folder(wanted: Path) -> Path:
    folder, number = wanted, 1
    while (folder / "sample.adme").exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
