"""Headings lifted out of flat running text, as openFDA stores a section."""

from __future__ import annotations

import re

from adme_labeler.importers import heading_words as vocabulary
from adme_labeler.importers.headings import (
    COMPACT_TOPICS,
    FOOD,
    INTERACTION_SUB,
    LONGEST,
    PK,
    POPULATION,
    SUB,
    TOPIC,
    HeadingStack,
    family,
)
from adme_labeler.importers.text import compact, word_set

_SPLIT_TOPIC = "|".join(
    r"\s?".join(word)
    for word in ("absorption", "distribution", "metabolism", "elimination", "excretion")
)
"""Topics whose letters stand apart ("Elimi nation")."""
_IN_TEXT = re.compile(
    r"(?:\d{1,2}\.\d{1,2}\s+)?(?:"
    + "|".join(
        f"(?:{p})"
        for p in (
            vocabulary.INTERACTION,
            vocabulary.POPULATIONS,
            vocabulary.INTERACTION_SUB,
            vocabulary.FOOD,
            vocabulary.TOPIC,
            _SPLIT_TOPIC,
            # In running text only one word may follow: the sentence begins right behind.
            vocabulary.PK.replace("[\\w ,-]{3,60}", r"(?:(?-i:[A-Z][\w-]+\s){0,3}[\w-]{3,20})"),
            vocabulary.MAJOR,
            vocabulary.POPULATION,
            vocabulary.SUB,
        )
    )
    + ")",
    re.IGNORECASE,
)
_COLON_HEADING = re.compile(r"(?=[A-Z\d])[^.:;!?•]{3,80}?\s?:\s+(?=[A-Z0-9])")
_TITLE_BEFORE_SENTENCE = re.compile(
    r"(?!Table|Figure|Fig\b|Chart|Study\b|Note|See\b|Vitamin|Hepatitis|Group|Class|In\b|The\b|No\b|Day\b)"
    r"[A-Z0-9][\w/®-]*(?:(?:,|\s?[/&])?\s(?:(?:and|or|of|with|in|on|to|for|the|vs\.?)\s)?"
    r"(?:[A-Z][\w/®-]*|\(?[A-Z\d][\w-]*\)|\d+))*?"
    r"(?=\s(?:(?:The|In|At|After|Following|Based|No|When|Although|For|There|It|These|This|On|Because|"
    r"Since|As|While|During|Both|Upon|Mean|To)\s(?:[a-z]|\d|P[Kk]\b)|"
    r"A\s(?:single|study|population|total|high|dose|clinical|pharmacokinetic|mean|specific|reduced|"
    r"decrease|increase|cross|multiple|\d)|"
    r"(?:Concomitant|Simultaneous)\s(?:administration|use|treatment|therapy)|"
    r"Co-?administration\s(?:of|with)|Administration\sof|(?:Single|Multiple)\s(?:oral\s)?doses?\b))"
)
"""Words in title case right before the beginning of a sentence: no sentence goes on like that."""
_SUBJECT_WITH_BRACKET = re.compile(r"\s+\((?:[^()]|\([^()]*\))*\),?\s+[a-z]")
_NOT_BEHIND = re.compile(
    r"\s+(?:Half|Rates?|Volume|Phase|Parameters?|Constants?|Ratios?|Profiles?|Process|Pathways?|"
    r"Data|Information|Levels?)\b"
)
_NOT_EVALUATED = re.compile(vocabulary.NOT_EVALUATED, re.IGNORECASE)
_SENTENCE_WORD = re.compile(
    r"\s(?:is|are|was|were|has|have|had|do|does|did|not|that|an?|by|indicated?|suggest(?:s|ed)?|"
    r"show(?:s|ed|n)?|received?|inhibits?|induces?|containing|single|multiple|doses?)\b"
)
_SENTENCE_START = re.compile(r"\s(?:Co-?administration|Administration)\sof\b|\s(?:Table|Figure)\Z")
_CAPITAL_THEN_SMALL = re.compile(r"(?<=\s)[A-Z][\w-]*\s([a-z]{3,})\b")
_AFTER_CAPITAL = word_set(
    """
    and for from the with other drug drugs agents products substrate substrates inhibitor inhibitors
    inducer inducers enzyme enzymes systems transporter transporters studies patients subjects
    impairment disease failure function weight interaction interactions metabolizers binding
    contraceptives antagonists therapy"""
)
"""Small letters that may follow a capital inside a heading ("P-gp substrates")."""
_SMALL = word_set("a an and as at by for from in of on or the to vs with per via")


def split_running_text(
    text: str, stack: HeadingStack, starts: list[int]
) -> list[tuple[tuple[str, ...], int, int]]:
    """Headings lifted out of flat text, as openFDA stores a section.

    `starts` are the offsets at which sentences begin. Returns (heading path, start, end) of the
    pieces between headings, in order; `stack` ends up with the last headings in force.
    """
    pieces: list[tuple[tuple[str, ...], int, int]] = []
    begin = 0
    for start in starts:
        if start < begin:
            continue
        position = start
        while (end := _heading_at(text, position)) > position:
            if text[begin:start].strip() and position == start:
                pieces.append((stack.path, begin, start))
            stack.push(_joined(text[position:end].strip(" :–—-")))
            position = end
            while position < len(text) and text[position] in " :–—-":
                position += 1
            begin = position
    if text[begin:].strip():
        pieces.append((stack.path, begin, len(text)))
    return pieces


def _joined(heading: str) -> str:
    """ "Elimi nation" as "Elimination"; other headings as they are."""
    whole = COMPACT_TOPICS.get(compact(heading), "") if " " in heading else ""
    return whole.capitalize() if whole and " " not in whole else heading


def _heading_at(text: str, position: int) -> int:
    """End of the heading that begins at `position`, or `position` where none does."""
    first = text[position : position + 1]
    if not (first.isupper() or first.isdigit()):
        return position
    match = _IN_TEXT.match(text, position, min(len(text), position + LONGEST))
    while match and match.end() > position:
        end = match.end()
        if _stands_alone(text, position, end) and not _runs_on(text[position:end]):
            return max(end, _longer_title(text, position, end))
        # A shorter reading may stand alone ("Metabolism" of "Metabolism In vitro studies").
        match = _IN_TEXT.match(text, position, end - 1)
    colon = _COLON_HEADING.match(text, position)
    if colon and _is_title(colon[0]):
        return colon.end()
    return max(position, _title_end(text, position))


def _title_end(text: str, position: int) -> int:
    """End of words in title case right before a sentence, 0 where there are none."""
    title = _TITLE_BEFORE_SENTENCE.match(text, position, min(len(text), position + LONGEST))
    if title and any(len(w) > 3 and w[1:].islower() for w in re.findall(r"[A-Za-z]+", title[0])):
        return title.end()
    return 0


def _longer_title(text: str, position: int, end: int) -> int:
    """End of the title that a known heading is only the beginning of, 0 where it is whole.

    "Pediatric Patients 2 to 16 Years of Age", but "Renal Impairment" before "Hepatic Impairment".
    """
    if family(text[position:end]) not in (POPULATION, FOOD, INTERACTION_SUB, SUB):
        return 0
    following = end + len(text[end:]) - len(text[end:].lstrip())
    if _IN_TEXT.match(text, following) is not None:
        return 0
    return _title_end(text, position)


def _stands_alone(text: str, position: int, end: int) -> bool:
    if end == len(text):
        return True
    heading = text[position:end]
    rest = text[end : end + 40]
    if _SUBJECT_WITH_BRACKET.match(text, end, min(len(text), end + 200)):
        return False  # "Body weight (50 to 82 kg) was a covariate"
    if re.match(r"\s*[:–—]\s*\S|\s+-\s*[A-Z]", rest):
        return True
    if re.match(r"[A-Z][a-z]", rest):
        return heading[-1].islower()
    if not re.match(r"\s+[A-Z0-9(\[“\"≥<~α-ω†•‘]", rest) or _NOT_BEHIND.match(rest):
        return False
    words = re.sub(r"^[\d.\s]+", "", heading)
    if re.match(r"\s+(?:\(|\d)", rest) and " " not in words and family(words) not in (TOPIC, PK):
        return False  # "Age (years)", "Race 3"
    return words[:1].isupper()


def _runs_on(heading: str) -> bool:
    """Whether the words of a long heading have run into the sentence behind it."""
    if len(heading.split()) < 4 or _NOT_EVALUATED.fullmatch(heading):
        return False
    return (
        _SENTENCE_WORD.search(heading) is not None
        or _SENTENCE_START.search(heading) is not None
        or any(m[1] not in _AFTER_CAPITAL for m in _CAPITAL_THEN_SMALL.finditer(heading))
    )


def _is_title(text: str) -> bool:
    """Whether nearly every longer word begins with a capital letter, as in a title."""
    words = re.findall(r"[A-Za-z][\w'-]*", text)
    if (
        not words
        or len(words) > 10
        or re.match(r"(?:Table|Figure|Note|See|Abbreviations?|Source)\b", text)
    ):
        return False
    weighty = [w for w in words if w.casefold() not in _SMALL]
    capital = [w for w in weighty if w[0].isupper() or any(c.isdigit() for c in w)]
    return bool(weighty) and (
        len(capital) == len(weighty)
        or (len(words) <= 4 and words[0][0].isupper() and len(text) <= 40)
    )
