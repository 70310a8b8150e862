"""Words that a line's end has divided: "meta-/bolism" is one word, "CYP3A4-/mediated" keeps its
hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from adme_labeler.importers.text import word_set

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_END = re.compile(r"([\w/()]+(?:-[\w/()]+)*)[-\u2010\u2011\u00ad]\Z")
_START = re.compile(r"[^\W\d_]+")
_BEFORE = word_set(
    """
    dose time half first steady drug high low long short well protein plasma single multiple once
    twice body weight age sex food meal fat cross self all end non post two three four five six
    seven eight ten one whole open placebo double single-dose concentration enzyme receptor film
    sub-therapeutic follow up in on real healthy site large small multi light anti inter intra
    blood brain lipid water acid time-weighted mid peak trough target zero second third gender
    beta alpha gamma delta omega cis trans ortho meta para"""
)
"""Words that stand before a hyphen of their own (the Greek and chemical ones before any word)."""
_BEHIND = word_set(
    """
    dependent dependence related mediated induced inhibited life lives hour hours day days week
    weeks month months year years minute minutes fold state dose doses free bound binding based
    like type release released coated response proportional proportionality normalized adjusted
    corrected limiting over point label labeled blind blinded controlled effect effects pass rate
    resistant sensitive specific selective independent linear compartment compartmental phase
    line up linked labelled fed fasted treated naive positive negative time curve"""
)
_JOINED_PREFIXES = word_set("non post multi anti inter intra sub meta para in on up")


def words_of(text: str) -> frozenset[str]:
    """Words of a text in lower case, those with hyphens whole."""
    return frozenset(word.casefold() for word in _WORD.findall(text))


def unbroken(lines: Sequence[str], words: Iterable[str] = frozenset()) -> str:
    """Lines as one text. `words` are those that the whole document uses (`words_of`); they decide
    where they know a divided word, else lists of the usual compounds do.
    """
    known = words if isinstance(words, frozenset) else frozenset(words)
    text = lines[0] if lines else ""
    for line in lines[1:]:
        text, gap = seam(text, line, known)
        text += gap + line
    return text


def seam(text: str, line: str, words: frozenset[str]) -> tuple[str, str]:
    """(the text before a line's end, what stands between it and the next line): "" or a blank."""
    left, right = _END.search(text), _START.match(line)
    if left is None or right is None:
        tight = text.endswith(("-", "–", "/")) and line[:1].isalnum() and _tight(text)
        return text, "" if tight else " "
    if _one_word(left[1], right[0], words):
        return text[:-1], ""
    return text[:-1] + "-", ""


def _tight(text: str) -> bool:
    """Whether the dash at the end belongs to the word before it ("10-", not "10 -")."""
    return len(text) > 1 and not text[-2].isspace()


def _one_word(left: str, right: str, known: frozenset[str]) -> bool:
    if not right[0].islower() or any(c.isdigit() for c in left):
        return False
    if not left[-1].islower():
        return False  # "AUC-", "Tmax (h)-"
    tail = left.rpartition("-")[2].casefold()
    right = right.casefold()
    if f"{tail}{right}" in known:
        return True
    if f"{tail}-{right}" in known:
        return False
    if right in _BEHIND and (len(tail) > 2 and tail not in _JOINED_PREFIXES):
        return False
    return tail not in _BEFORE or tail in _JOINED_PREFIXES
