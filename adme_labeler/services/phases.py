"""What a worker is doing, in the curator's language.

Phases travel in English: code compares them and results keep them.
"""

from __future__ import annotations

import re

from adme_labeler.language import mark, tr

_PHASES = {
    "Calibrating": mark("Calibrating"),
    "Finishing the spreadsheet": mark("Finishing the spreadsheet"),
    "Hints": mark("Hints"),
    "Loading": mark("Loading"),
    "Measuring": mark("Measuring"),
    "Reading": mark("Reading"),
    "Saving": mark("Saving"),
    "Stage 1": mark("Stage 1"),
    "Stage 2": mark("Stage 2"),
    "Writing the spreadsheet": mark("Writing the spreadsheet"),
}
_FOLD = re.compile(r"Calibrating \(fold (\d+) of (\d+)\)")
_LABELS = re.compile(r"Reading (.+) \(([\d,]+) labels\)")
_ROWS = re.compile(r"Reading (.+): ([\d,]+) rows")
_FILE = re.compile(r"Reading (.+)")


def in_words(phase: str) -> str:
    """A `Progress.phase` as the window shows it; one that is not known stays as it is."""
    if phase in _PHASES:
        return tr(_PHASES[phase])
    if found := _FOLD.fullmatch(phase):
        fold, count = int(found[1]), int(found[2])
        return tr("Calibrating (fold {fold} of {count})", fold=fold, count=count)
    if found := _LABELS.fullmatch(phase):
        return tr("Reading {file} ({count:,} labels)", file=found[1], count=_number(found[2]))
    if found := _ROWS.fullmatch(phase):
        return tr("Reading {file}: {count:,} rows", file=found[1], count=_number(found[2]))
    if found := _FILE.fullmatch(phase):
        return tr("Reading {file}", file=found[1])
    return phase


def _number(written: str) -> int:
    return int(written.replace(",", ""))
