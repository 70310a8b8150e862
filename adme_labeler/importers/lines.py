"""Styled lines, as mark-up and printed pages give them: joining their runs, finding headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from adme_labeler.domain.records import BlockKind
from adme_labeler.importers import headings
from adme_labeler.importers.text import cleaned, without_blanks_of_markup

_FUNCTION_WORD = re.compile(
    r"\b(?:a|an|the|of|in|on|and|or|with|by|for|to|from|at|is|was|are|were|than|that|not)\Z", re.I
)
_NO_HEADING = re.compile(
    r"(?:Table|Figure|Fig\.|Note|See|Reference|in\s+vitro|in\s+vivo|[a-z])\b", re.IGNORECASE
)


@dataclass
class Run:
    """A stretch of text of one look; `look` is "" for plain text, else e.g. "bold underline"."""

    text: str
    look: str


@dataclass
class Line:
    """What stands between two line breaks: runs in order.

    `level` is that of a heading which the source marks as one (1 the outermost), else 0.
    """

    kind: BlockKind
    runs: list[Run] = field(default_factory=list)
    rows: tuple[tuple[str, ...], ...] = ()
    level: int = 0


@dataclass(frozen=True)
class Content:
    """A finished piece of a section: heading path and cleaned text, or rows of a table."""

    kind: BlockKind
    path: tuple[str, ...]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def contents_of(line: Line, stack: headings.HeadingStack) -> Iterator[Content]:
    """What a line holds beside its heading, if any; a heading is pushed on `stack`."""
    if line.kind is BlockKind.TABLE:
        yield Content(BlockKind.TABLE, stack.path, rows=line.rows)
        return
    if line.kind in (BlockKind.CAPTION, BlockKind.FOOTNOTE):
        if text := joined(line.runs):
            yield Content(line.kind, stack.path, text)
        return
    heading, look, rest = heading_of(line.runs)
    if heading:
        stack.push(heading, look)
    if rest and any(c.isalnum() for c in rest):
        yield Content(line.kind, stack.path, rest)


def joined(runs: list[Run]) -> str:
    """Runs as one cleaned text; a blank is put where mark-up has swallowed it."""
    text = ""
    for index, run in enumerate(runs):
        piece = run.text
        if text and piece and text[-1].isalpha() and piece[0].isalpha():
            left, right = runs[index - 1], run
            if _lost_blank(left, right, text, piece):
                text += " "
        text += piece
    return without_blanks_of_markup(cleaned(text))


def heading_of(runs: list[Run]) -> tuple[str, str, str]:
    """(heading or "", its look, the remaining text) of one line."""
    whole = joined(runs)
    if not whole:
        return "", "", ""
    styled, count = _styled_start(runs)
    look = next((run.look for run in runs if run.text.strip()), "")
    if styled and count == len(runs):
        if _may_be_heading(styled, alone=True):
            return styled, look + " alone", ""
        return "", "", whole
    if styled:
        rest = joined(runs[count:])
        if _is_run_in(styled, rest):
            return styled, look + " run-in", rest.lstrip(" :.–—-").strip()
        if headings.is_heading(whole):
            return whole, "plain", ""
        return "", "", whole
    if headings.is_heading(whole):
        return whole, "plain", ""
    return _plain_run_in(whole)


def _styled_start(runs: list[Run]) -> tuple[str, int]:
    """Leading styled text and how many runs it spans (blank plain runs between them included)."""
    taken = 0
    end = 0
    for index, run in enumerate(runs):
        if run.look and run.text.strip():
            taken = index + 1
        elif run.text.strip(" \t\n\r\u00a0:"):
            break
        elif taken:
            end = index + 1
    if not taken:
        return "", 0
    count = max(taken, end) if all(not r.text.strip() for r in runs[taken:end]) else taken
    if any(r.text.strip(" \t\n\r\u00a0") for r in runs[:count] if not r.look):
        count = taken
    if count < len(runs) and not any(r.text.strip() for r in runs[count:]):
        count = len(runs)
    return joined(runs[:count]), count


def _may_be_heading(text: str, alone: bool) -> bool:
    if headings.is_heading(text):
        return True
    words = text.split()
    if len(text) > 100 or len(words) > 14 or not words or not text[0].isalnum():
        return False
    if not any(c.isalpha() for c in text) or text[0].islower() or _NO_HEADING.match(text):
        return False
    if text[-1] in ".;,!?" and not (text[-1] == "." and len(words) <= 6 and not alone):
        return False
    return not (text.count(". ") and alone)


def _is_run_in(styled: str, rest: str) -> bool:
    """Whether styled words before other text are a heading and not just stressed."""
    rest = rest.strip()
    if not rest or _FUNCTION_WORD.search(styled):
        return False
    marked = styled[-1:] in ":.–—-" or rest[0] in ":–—"
    if re.match(r"\.\s+[A-Z]", rest) and headings.is_heading(styled):
        return True
    if rest[0] in ",;.)%/" or rest[0].islower():
        return marked and styled[-1:] in ":." and not rest[0].islower()
    if headings.is_heading(styled):
        return marked or rest[0].isupper() or not rest[0].isalpha()
    return marked and _may_be_heading(styled.rstrip(".:–—- "), alone=False)


def _plain_run_in(text: str) -> tuple[str, str, str]:
    match = re.match(r"([A-Z\d][^:.–—]{2,60}?)\s*(?::|\.\s|\s[–—-]\s)\s*(?=\S)", text)
    if match and headings.is_heading(match[1]):
        rest = text[match.end() :].strip()
        if rest[:1].isupper() or rest[:1].isdigit() or match[0].rstrip().endswith(":"):
            return match[1], "plain run-in", rest
    return "", "", text


def _lost_blank(left: Run, right: Run, text: str, piece: str) -> bool:
    if left.look == right.look:
        return False
    if text[-1].islower() and piece[0].isupper():
        return len(piece) > 1 and piece[1].islower()
    whole = left.text.strip() if left.look else right.text.strip()
    # "in vitro" + "biochemical" lost a blank, "E" + "xcretion" is one word.
    return len(whole) >= 4 and piece[0].islower() and text[-1].islower() and " " in whole
