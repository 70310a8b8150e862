"""Where sentences of drug labels begin and end.

Own rules instead of a library: labels end sentences in units ("3.46 L. The"), put references
behind the stop ("[see Warnings (5.1)]"), lose blanks ("glucuronidation.Drug") and start
sentences with digits. tests/benchmarks/segmenters.py compares the rules with five libraries on
our gold files.
"""

from __future__ import annotations

import re

from adme_labeler.importers.text import word_set

_STOP = re.compile(
    r"""
    (?P<stop>[.!?]+)
    (?P<close>["'”’»)\]*†‡§¶®™]*)
    (?P<gap>\s*)
    """,
    re.VERBOSE,
)
_BULLET = re.compile(r"\s*(?:[•▪●◦■‣∙·](?=\s)|\n)\s*")

_NEVER_END = word_set(
    """
    e.g eg i.e ie vs approx ca cf fig figs no nos dr mr mrs ms prof st viz resp eq incl
    ref refs vol ed eds sec sect tab conc avg spp subsp var wt temp"""
)
"""Abbreviations after which a sentence goes on, whatever follows (but see `_ends`)."""
_END_BEFORE_CAPITAL = word_set(
    """
    b.i.d t.i.d q.i.d q.d p.o i.v i.m s.c a.m p.m u.s.p etc al inc ltd corp co max min hr hrs
    h sec d wk mo yr yrs mg mcg kg ml dl l iu"""
)
"""Abbreviations and units after which a capital letter begins the next sentence."""
_NUMBERED = word_set("no nos fig figs table tables figure figures section study ref eq")
_NAMES_AFTER_US = re.compile(
    r"(?:Food|Department|FDA|Pharmacopei?a|Public|Environmental|Centers|National|Patent|Government|"
    r"Preventive|Adopted|Drug|Boxed|Package|Prescribing|License|population|Surgeon|Veterans)"
)
_LAST_WORD = re.compile(r"[\w./'’µ%°½-]*\Z")
_REFERENCE_BEHIND = re.compile(
    r"\s*(?:\[\s*(?:see|refer)\b[^\[\]]{1,300}\]|\(\s*see\b(?:[^()]|\([^()]{0,40}\)){1,300}\))[.;]?",
    re.IGNORECASE,
)
_CITATION_BEHIND = re.compile(r"\s\d{1,2}(?:\s?[,–-]\s?\d{1,2})*(?=\s+[A-Z][a-z]*\b(?!\s*[.)]))")
_CITATION_GLUED = re.compile(r"(?<=[a-z)][.])\d{1,2}(?:[,–-]\d{1,2})*(?=\s+[A-Z])")
_START = re.compile(
    r"""["'“‘«(\[*†‡§¶#]*
    (?:[A-ZÀ-ÞΑ-Ω0-9≥≤<>~±∼]
      |[a-z][.)]?\s+[A-Z]|[a-zα-ω]\d*-[A-Zα-ω]|[α-ω]|pH\b|mRNA|tRNA|siRNA|rh[A-Z]|nab-
      |[dlponm]-|cis-|trans-|tert-|t\s?(?:½|1\s?/\s?2)|[a-z]+[A-Z])
      |[†‡§¶*]\s?\w""",
    re.VERBOSE,
)
_MISSING_BLANK = re.compile(r"(?:[A-Z][a-z]+|[A-Z]{2,}[\s-]|A\s|[A-Z][A-Za-z0-9]+\s)")
_BEFORE_MISSING_BLANK = re.compile(r"(?:[a-zµ]{3,}|%|[)\]]|\d\s?(?:h|hr|L|mL|mg|kg|mcg|min))\Z")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,4}|[A-Za-z])\Z")
_CAPTION_START = re.compile(r"(?:Table|Figure|Fig|Chart|Graph)\s+\S{1,6}\Z", re.IGNORECASE)
_BRACKETS = {")": "(", "]": "["}
_LONGEST_BRACKET = 400


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Character offsets (start, end exclusive) of the sentences of `text`, in order.

    Spans never overlap, never begin or end with a blank and leave out only blanks and bullets.
    Time is linear in the length of the text.
    """
    protected = _bracketed(text)
    cuts: list[tuple[int, int]] = []  # (end of a sentence, begin of the next)
    begin = 0
    position = 0
    while match := _STOP.search(text, position):
        end = match.end("close")
        position = max(end, match.end("stop"))
        whole = text[begin] in "([" and match["close"].startswith((")", "]"))
        if protected[match.start()] and not (whole and not protected[match.end("close") - 1]):
            # A bracket that opened before the stop closes behind it: no sentence ends inside.
            continue
        cut = _cut(text, begin, match)
        if cut is not None:
            cuts.append(cut)
            begin = cut[1]
            position = max(position, cut[1])
    cuts.extend((m.start(), m.end()) for m in _BULLET.finditer(text))
    return _spans(text, sorted(cuts))


def _cut(text: str, begin: int, match: re.Match[str]) -> tuple[int, int] | None:
    """(end, next begin) where this stop ends a sentence, else None."""
    stop, end, after = match.start(), match.end("close"), match.end()
    closers = match["close"].replace("'", "").replace("’", "")
    if behind := _REFERENCE_BEHIND.match(text, match.end("stop")):
        # "…impairment. [See Warnings (5.1)] The": the reference belongs to what it supports.
        if behind.end() >= len(text) or _START.match(text, _skip(text, behind.end())):
            return behind.end(), _skip(text, behind.end())
        return None
    if not match["gap"] and after < len(text):
        if glued := _CITATION_GLUED.match(text, end):
            return glued.end(), _skip(text, glued.end())
        if closers or match["stop"] != ".":
            return (end, after) if _MISSING_BLANK.match(text, after) and closers else None
        before = _LAST_WORD.search(text, max(begin, stop - 40), stop)
        word = before[0] if before else ""
        joined = _BEFORE_MISSING_BLANK.search(text[max(begin, stop - 12) : stop])
        if joined and _MISSING_BLANK.match(text, after) and "/" not in word and "www" not in word:
            return end, after
        return None
    if after >= len(text):
        return end, after
    if (cited := _CITATION_BEHIND.match(text, end)) and re.search(r"[a-z)\]]\Z", text[:stop][-1:]):
        word = _word_before(text, begin, stop)
        if word.casefold() not in _NUMBERED and word.casefold() not in _NEVER_END:
            return cited.end(), _skip(text, cited.end())
    if not _START.match(text, after):
        return None
    return (end, after) if _ends(text, begin, stop, after, match["stop"]) else None


def _ends(text: str, begin: int, stop: int, after: int, stops: str) -> bool:
    """Whether a stop followed by a blank and a possible beginning ends a sentence."""
    if stops != ".":
        return stops != "..." or text[after].isupper()
    word = _word_before(text, begin, stop)
    low = word.casefold().lstrip("(['\"")
    following = text[after : after + 40]
    if not word:
        return True
    head = text[begin:stop].strip()
    if len(head) <= 12 and _ENUMERATOR.fullmatch(head.rstrip(")")):
        return False  # "1. Absorption", "a. Renal"
    if _CAPTION_START.search(head) and len(head) <= 16:
        return False  # "Table 3. Mean values"
    if low in _NUMBERED and following[:1].isdigit():
        return False
    if low in ("no", "nos"):
        return not following[:1].isdigit()
    if low in _NEVER_END:
        # "fig", "no", "ed" and the like are words as well; a long head makes the stop a real one.
        return low in ("st", "wt", "temp", "conc", "ref", "refs") and following[:1].isupper()
    if low in ("u.s", "u.k", "e.u", "u.s.a"):
        return not _NAMES_AFTER_US.match(following)
    if low in _END_BEFORE_CAPITAL and following[:1] == "(" and not following[1:2].islower():
        return False  # "5.2 hr. (CV 10%), 30.7 ng/mL"
    if low in _END_BEFORE_CAPITAL:
        return not following[:1].isdigit() or low in ("etc", "hr", "hrs", "ml", "mg", "mcg", "kg")
    if re.fullmatch(r"[A-Z]", word):
        return _single_letter_ends(text, begin, stop, following)
    if re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", word):
        return following[:1].isupper()
    return True


def _single_letter_ends(text: str, begin: int, stop: int, following: str) -> bool:
    """A lone capital before the stop: a unit or a name part ends, an initial does not."""
    before = text[max(begin, stop - 30) : stop - 1].rstrip()
    last = re.search(r"\S+\Z", before)
    previous = last[0] if last else ""
    if re.search(r"[\d)½%]\Z", previous):
        return True  # "3.46 L. The"
    if not previous or re.match(r"[A-Z]\.", following):
        return False  # "A. B. Jones"
    if previous[:1].islower() or previous.casefold() in (
        "vitamin",
        "hepatitis",
        "type",
        "class",
        "group",
        "factor",
        "part",
        "study",
        "compound",
        "category",
        "cyclosporine",
        "amphotericin",
        "grade",
        "schedule",
        "immunoglobulin",
    ):
        return following[:1].isupper() or following[:1].isdigit()
    return False


def _word_before(text: str, begin: int, stop: int) -> str:
    found = _LAST_WORD.search(text[max(begin, stop - 40) : stop])
    return found[0] if found else ""


def _bracketed(text: str) -> bytearray:
    """One byte per character: 1 inside a balanced, not too long bracket."""
    inside = bytearray(len(text))
    opened: list[tuple[str, int]] = []
    for index, character in enumerate(text):
        if character in "([":
            opened.append((character, index))
        elif character in ")]":
            while opened and opened[-1][0] != _BRACKETS[character]:
                opened.pop()
            if opened:
                start = opened.pop()[1]
                if index - start <= _LONGEST_BRACKET:
                    inside[start + 1 : index] = b"\x01" * (index - start - 1)
    return inside


def _skip(text: str, index: int) -> int:
    while index < len(text) and text[index].isspace():
        index += 1
    return index


def _spans(text: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = 0
    for end, following in [*cuts, (len(text), len(text))]:
        if end < begin:
            continue
        start, stop = begin, end
        while start < stop and (text[start].isspace() or text[start] in "•▪●◦■‣∙"):
            start += 1
        while stop > start and (text[stop - 1].isspace() or text[stop - 1] in "•▪●◦■‣∙"):
            stop -= 1
        if stop > start and any(c.isalnum() for c in text[start:stop]):
            spans.append((start, stop))
        elif stop > start and spans:
            spans[-1] = (spans[-1][0], stop)  # a stray mark stays with the sentence before
        begin = max(begin, following)
    return spans
