"""Rows of tables that state an ADME fact: a quantity such as a half-life, with its number.

Most rows of a label's tables are about other matters (adverse reactions, efficacy, laboratory
values), or about how one drug changes the exposure to another, which the guideline gives to Other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from adme_labeler.language import mark

_FACTS = (
    (mark("protein binding"), r"protein[- ]binding|\bbound\b|\bunbound\b"),
    (
        mark("distribution"),
        r"^distribution\b|\bblood[- ](?:to[- ])?plasma\b|\bplasma[- ](?:to[- ])?blood\b",
    ),
    (
        mark("volume of distribution"),
        r"volume of distribution|\bv\s?(?:d|ss|z|c)\b|\bv(?:ss|d|z)?\s?/\s?f\b",
    ),
    (mark("bioavailability"), r"bioavailab|\bf\s?\(%\)"),
    (mark("the time of the peak"), r"\bt\s?max\b|time to (?:peak|maxim|c\s?max)|lag[- ]time"),
    (
        mark("the peak concentration"),
        r"\bc\s?max\b|peak (?:plasma |serum )?(?:concentration|level)",
    ),
    (mark("absorption"), r"\babsor(?:bed|ption)\b"),
    (mark("the half-life"), r"half[- ]?li(?:fe|ves)|\bt\s?(?:½|1\s?/\s?2)"),
    (
        mark("clearance"),
        r"\bclearance\b|\bcl(?:r|t|tot|s|p)?\s?/\s?f\b|"
        r"\bcl\s?(?:r|tot)?\b(?=\s?[\[(,;]|\s*$)",
    ),
    (
        mark("excretion"),
        r"\bexcret|\brecover(?:ed|y)\b.*\b(?:urin|fec|faec|dose)|"
        r"\b(?:urin|fec|faec)\w*\b.*(?:%|\bpercent|\bdose)|"
        r"(?:%|\bpercent|\bdose).*\b(?:urin|fec|faec)",
    ),
    (mark("metabolism"), r"\bmetaboli[sz](?:ed|m)\b"),
)
_FACT = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _FACTS]

_TOPICS = ("absorption", "distribution", "metabolism", "excretion")
"""Of these a line above others says too little: accumulation stands under absorption as well."""

_EFFECT = re.compile(
    r"(?<!plasma )(?<!blood )\bratio\b|co-?administ|concomitant|interact|inhibit|induc(?:er|tion)|"
    r"\b(?:change|increase|decrease|↑|↓)\b|effect of|with(?:out)? (?:and|or) without|"
    r"\badverse|\bplacebo|\bdos(?:e|age) (?:adjust|modif|reduc)|recommended|"
    r"absorbed dose|radiation|creatinine clearance|\bcr\s?cl\b|\bcl\s?cr\b",
    re.IGNORECASE,
)
"""Words of a heading, caption or column that make a quantity a comparison or a dosing rule."""
_NUMBER = re.compile(r"\d")
_UNIT_ROW = 3
"""At most so many rows are the head of a table."""


def facts(rows: Sequence[Sequence[str]], about: Sequence[str]) -> list[str]:
    """For every row of a table the fact it states, or "".

    `rows` as in `BlockDraft.rows`, merged cells filled once; `about` are the headings above the
    table and its caption. A fact is named in the row's first cell, or in the head of a column in
    which the row has a number.
    """
    if not rows or any(_EFFECT.search(words) for words in about):
        return [""] * len(rows)
    head = _head_of(rows)
    columns = _column_words(rows[:head])
    comparing = any(_EFFECT.search(words) for words in columns[1:])
    found: list[str] = []
    section = ""
    for number, row in enumerate(rows):
        if number < head or not row:
            found.append("")
            continue
        if not any(_NUMBER.search(cell) for cell in row[1:]):
            # A line that speaks for those below it ("Half-life (hours)", then groups of patients).
            section = row[0] if _speaks_for_others(row) and named(row[0]) not in _TOPICS else ""
            found.append("")
            continue
        words = _row_words(row)
        fact = "" if comparing or _EFFECT.search(words) else named(words) or named(section)
        for column in range(1, len(row)):
            if fact:
                break
            text = columns[column] if column < len(columns) else ""
            if _NUMBER.search(row[column]) and not _EFFECT.search(text):
                fact = named(text)
        found.append("" if comparing and not named(words) else fact)
    return found


def named(words: str) -> str:
    """The ADME quantity that these words name, or ""."""
    return next((name for name, pattern in _FACT if pattern.search(words)), "")


def _head_of(rows: Sequence[Sequence[str]]) -> int:
    """How many rows are the head: those before the first one with a number behind its first cell,
    at least one where there is more than one row."""
    if len(rows) < 2:
        return 0
    for number, row in enumerate(rows[:_UNIT_ROW]):
        if number and _speaks_for_others(row):
            return number
        if any(_starts_with_number(cell) for cell in row[1:]):
            return number
    return min(_UNIT_ROW, len(rows)) if len(rows) <= _UNIT_ROW else 1


def _speaks_for_others(row: Sequence[str]) -> bool:
    return bool(row and row[0]) and not any(row[1:])


def _row_words(row: Sequence[str]) -> str:
    """The words in front of a row's numbers: its first cell, or two where the first says little."""
    if len(row) > 2 and not _starts_with_number(row[1]) and (not row[0] or not named(row[0])):
        return f"{row[0]} {row[1]}".strip()
    return row[0]


def _starts_with_number(cell: str) -> bool:
    return _NUMBER.match(cell.strip("<>≥≤~± (")) is not None


def _column_words(head: Sequence[Sequence[str]]) -> list[str]:
    """What stands above each column; a merged cell stands above all of its columns."""
    width = max(map(len, head), default=0)
    words = [""] * width
    for row in head:
        last = ""
        for column in range(width):
            cell = row[column] if column < len(row) else ""
            last = cell or (last if column > 0 else "")
            words[column] = f"{words[column]} {last}".strip()
    return words
