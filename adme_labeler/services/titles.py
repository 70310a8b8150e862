"""Titles of operations in the curator's language.

The log keeps every title in English, as it was written: it is hashed, exported and searched. Where
one is shown, it is taken apart again here and said anew. What no pattern knows (the name of a
category with the sentence, a title of another version of the program) is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from adme_labeler.language import mark, tr, trn

_Groups = dict[str, str]
_NAME = r"(?P<name>[^:]+?)"
_COUNT = r"(?P<count>\d[\d,]*)"
_TEXT = r"(?P<text>.*)"


def in_words(title: str) -> str:
    """The title of an operation, said in the language of the window."""
    for pattern, said in _TITLES:
        found = pattern.fullmatch(title)
        if found is not None:
            return said(found.groupdict())
    return title


def _count(groups: _Groups, name: str = "count") -> int:
    return int(groups[name].replace(",", ""))


def _fixed(text: str) -> Callable[[_Groups], str]:
    """A title whose placeholders are names and texts, taken over as they are."""
    return lambda groups: tr(text, **groups)


def _nested(text: str) -> Callable[[_Groups], str]:
    return lambda groups: tr(text, title=in_words(groups["title"]))


def _categories(groups: _Groups) -> str:
    return tr("Categories: {what}", what="; ".join(map(_scheme_part, groups["text"].split("; "))))


def _scheme_part(part: str) -> str:
    for pattern, text in _SCHEME_PARTS:
        found = pattern.fullmatch(part)
        if found is not None:
            return tr(text, **found.groupdict())
    return part


def _trained(groups: _Groups) -> str:
    verdict = groups["verdict"]
    said = tr(verdict) if verdict in _VERDICTS else verdict
    return tr("Train version {version}: {verdict}", version=groups["version"], verdict=said)


_VERDICTS = (
    mark("first"),
    mark("better"),
    mark("no evidence of a difference"),
    mark("worse"),
    mark("inconclusive"),
)
_SCHEME_PARTS = tuple(
    (re.compile(pattern, re.DOTALL), text)
    for pattern, text in (
        (r"added (?P<name>.+)", mark("added {name}")),
        (r"removed (?P<name>.+)", mark("removed {name}")),
        (r"(?P<name>.+) is now (?P<new>.+)", mark("{name} is now {new}")),
        (r"digit of (?P<name>.+)", mark("digit of {name}")),
        (r"colour of (?P<name>.+)", mark("colour of {name}")),
        (r"definition of (?P<name>.+)", mark("definition of {name}")),
        (r"synonyms of (?P<name>.+)", mark("synonyms of {name}")),
    )
)
_ROWS: tuple[tuple[str, Callable[[_Groups], str]], ...] = (
    (r"Undo: (?P<title>.*)", _nested(mark("Undo: {title}"))),
    (r"Redo: (?P<title>.*)", _nested(mark("Redo: {title}"))),
    (rf"Flag: {_TEXT}", _fixed(mark("Flag: {text}"))),
    (rf"Note: {_TEXT}", _fixed(mark("Note: {text}"))),
    (rf"Skipped: {_TEXT}", _fixed(mark("Skipped: {text}"))),
    (rf"Unsure: {_TEXT}", _fixed(mark("Unsure: {text}"))),
    (rf"Decision taken back: {_TEXT}", _fixed(mark("Decision taken back: {text}"))),
    (rf"Also {_NAME}: {_TEXT}", _fixed(mark("Also {name}: {text}"))),
    (rf"Split: {_TEXT}", _fixed(mark("Split: {text}"))),
    (rf"Join: {_TEXT}", _fixed(mark("Join: {text}"))),
    (rf"Settle as {_NAME}: {_TEXT}", _fixed(mark("Settle as {name}: {text}"))),
    (rf"Take the settlement back: {_TEXT}", _fixed(mark("Take the settlement back: {text}"))),
    (
        rf"Confirm on a second look: {_NAME}: {_TEXT}",
        _fixed(mark("Confirm on a second look: {name}: {text}")),
    ),
    (
        rf"Change on a second look: {_NAME}: {_TEXT}",
        _fixed(mark("Change on a second look: {name}: {text}")),
    ),
    (
        rf"Accept {_COUNT} suggestions at once",
        lambda g: tr("Accept {count} suggestions at once", count=g["count"]),
    ),
    (
        rf"{_COUNT} sentences? skipped at once",
        lambda g: trn(
            "{count:,} sentence skipped at once",
            "{count:,} sentences skipped at once",
            _count(g),
        ),
    ),
    (
        rf"{_COUNT} sentences? marked unsure at once",
        lambda g: trn(
            "{count:,} sentence marked unsure at once",
            "{count:,} sentences marked unsure at once",
            _count(g),
        ),
    ),
    (
        rf"{_COUNT} sentences? flagged",
        lambda g: trn("{count:,} sentence flagged", "{count:,} sentences flagged", _count(g)),
    ),
    (
        rf"{_COUNT} sentences? without their flag",
        lambda g: trn(
            "{count:,} sentence without their flag",
            "{count:,} sentences without their flag",
            _count(g),
        ),
    ),
    (
        rf"One category for {_COUNT} identical sentences?",
        lambda g: trn(
            "One category for {count:,} identical sentence",
            "One category for {count:,} identical sentences",
            _count(g),
        ),
    ),
    (
        rf"{_NAME}, also for {_COUNT} identical sentences?",
        lambda g: trn(
            "{name}, also for {count:,} identical sentence",
            "{name}, also for {count:,} identical sentences",
            _count(g),
            name=g["name"],
        ),
    ),
    (
        rf"{_NAME} for {_COUNT} identical sentences?",
        lambda g: trn(
            "{name} for {count:,} identical sentence",
            "{name} for {count:,} identical sentences",
            _count(g),
            name=g["name"],
        ),
    ),
    (
        rf"{_NAME} for {_COUNT} sentences? at once",
        lambda g: trn(
            "{name} for {count:,} sentence at once",
            "{name} for {count:,} sentences at once",
            _count(g),
            name=g["name"],
        ),
    ),
    (
        rf"Annotate {_COUNT} sentences from a table",
        lambda g: tr("Annotate {count} sentences from a table", count=g["count"]),
    ),
    (
        rf"Merge {_COUNT} rows? of (?P<file>.+) \(sha256 (?P<sha256>[0-9a-f]+)\)",
        lambda g: trn(
            "Merge {count:,} row of {file} (sha256 {sha256})",
            "Merge {count:,} rows of {file} (sha256 {sha256})",
            _count(g),
            file=g["file"],
            sha256=g["sha256"],
        ),
    ),
    (
        rf"Draw an audit of {_COUNT} out of (?P<pool>[\d,]+) undecided sentences",
        lambda g: tr(
            "Draw an audit of {count:,} out of {pool:,} undecided sentences",
            count=_count(g),
            pool=_count(g, "pool"),
        ),
    ),
    (
        rf"Go back to #(?P<target>[\d,]+): {_COUNT} operations? taken back",
        lambda g: trn(
            "Go back to #{target:,}: {count:,} operation taken back",
            "Go back to #{target:,}: {count:,} operations taken back",
            _count(g),
            target=_count(g, "target"),
        ),
    ),
    (r"Guideline, version (?P<version>\d+)", _fixed(mark("Guideline, version {version}"))),
    (r"Project settings", _fixed(mark("Project settings"))),
    (r"Set (?P<name>\w+)", _fixed(mark("Set {name}"))),
    (rf"Categories: {_TEXT}", _categories),
    (
        r"Rename the filter “(?P<old>.+)”: (?P<name>.+)",
        _fixed(mark("Rename the filter “{old}”: {name}")),
    ),
    (r"Save the filter “(?P<name>.+)”", _fixed(mark("Save the filter “{name}”"))),
    (r"Delete the filter “(?P<name>.+)”", _fixed(mark("Delete the filter “{name}”"))),
    (
        rf"Hold out {_COUNT} drug groups?",
        lambda g: trn("Hold out {count:,} drug group", "Hold out {count:,} drug groups", _count(g)),
    ),
    (
        rf"Train on {_COUNT} drug groups?",
        lambda g: trn("Train on {count:,} drug group", "Train on {count:,} drug groups", _count(g)),
    ),
    (r"Train a model", _fixed(mark("Train a model"))),
    (r"Train version (?P<version>\d+): (?P<verdict>.+)", _trained),
    (r"Back to the instant model", _fixed(mark("Back to the instant model"))),
    (r"Promote version (?P<version>\d+)", _fixed(mark("Promote version {version}"))),
    (
        rf"Import {_COUNT} drug labels",
        lambda g: tr("Import {count} drug labels", count=g["count"]),
    ),
    (r"Import (?P<name>.+)", _fixed(mark("Import {name}"))),
)
_TITLES = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _ROWS)
