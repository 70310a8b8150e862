"""From the hint of a heading to the hint of a sentence.

A heading is right about most of its sentences, not about all: under "Absorption" stand steady
state and dose proportionality, under "Distribution" transporters. The rules follow the annotation
guideline (deciding rules 1 to 5 and 13) and can only take a hint away or turn it into Other.
"""

from __future__ import annotations

import re

_SPEAKS_OF = {
    "A": re.compile(
        r"absor|bioavailab|bioequiv|\bt\s?max|time to (?:peak|max|reach)|peak|\bc\s?max|maximum|"
        r"\bfood|\bmeal|\bfast(?:ed|ing)|\bfed\b|antacid|first[- ]pass|lag[- ]time|"
        r"gastric ph|systemic(?:ally)? expos|systemic availab",
        re.IGNORECASE,
    ),
    "D": re.compile(
        r"\bbound\b|\bbinding\b|\bbinds?\b|distribut|\bv\s?(?:d|ss|z)\b|penetrat|cross(?:es|ed)?\b|"
        r"placent|breast milk|human milk|cerebrospinal|\bcsf\b|(?:blood|plasma)[- ]to[- ]|"
        r"erythrocyte|red blood cell|tissue|partition|\bbrain\b|\bdiffus",
        re.IGNORECASE,
    ),
    "M": re.compile(
        r"metaboli|catabol|biotransform|\bcyp|cytochrome|glucuron|\bugt|hydroly|oxid|conjugat|"
        r"degrad|proteoly|convert|conversion|prodrug|demethyl|acetylat|esterase|enzym|pathway|"
        r"isozyme|isoform",
        re.IGNORECASE,
    ),
    "E": re.compile(
        r"eliminat|excret|clear(?:ed|ance)|half[- ]li|\bt\s?(?:½|1/2)|urin|fec(?:al|es)|faec|"
        r"recover|dialy|\bbile\b|biliar",
        re.IGNORECASE,
    ),
}
"""What a sentence of the category talks about at all; else the heading's word is not enough."""

_OTHER = re.compile(
    r"steady[- ]state (?:is|was|were|are|concentrations? (?:is|are|was|were))|"
    r"accumulat|dose[- ]proportion|proportional|linear(?:ity|ly)?\b|"
    r"body weight|\bage\b|\bgender\b|\bsex\b|\brac(?:e|ial)\b|impair(?:ed|ment)|insufficien|"
    r"inhibit|induc(?:e|er|es|tion)|\btransporter|p-?gp\b|p-glycoprotein|\bbcrp\b|\boatp|"
    r"co-?administ|concomitant|population pharmacokinetic|antibod(?:y|ies)",
    re.IGNORECASE,
)
"""Subjects that the guideline gives to Other under whatever heading."""
_STRONG = {
    "A": re.compile(r"absor|bioavailab|\bt\s?max|food|meal|time to (?:peak|max)", re.IGNORECASE),
    "D": re.compile(r"bound|binding|volume of distribution|distribut", re.IGNORECASE),
    "M": re.compile(r"metaboli[sz]ed|metaboli[sz]es|metabolism (?:of|is|occurs|by)", re.IGNORECASE),
    "E": re.compile(r"excret|eliminat|half[- ]li|urine|feces|clearance (?:is|was|of)", re.I),
}
_ADVICE = re.compile(
    r"(?:may|can|should|must) be (?:taken|administered|given|swallowed)|"
    r"(?:administered|taken|given) (?:with or without|without regard to)",
    re.IGNORECASE,
)
"""Administration advice and trial conduct (deciding rule 13)."""
_LEAVES = re.compile(r"half[- ]li(?:fe|ves)|\bexcreted\b|\bclearance\b", re.IGNORECASE)


def sentence_hint(hint: str, text: str) -> str:
    """Hint for one sentence under a heading with `hint`: the same, "O", or "" for no hint.

    "O" and "" stay as they are.
    """
    if hint not in _SPEAKS_OF:
        return hint
    if _ADVICE.search(text):
        return "O"
    strong = _STRONG[hint].search(text) is not None
    if _OTHER.search(text):
        return "" if strong else "O"
    if not _SPEAKS_OF[hint].search(text):
        return ""
    if hint != "E" and not strong and _LEAVES.search(text):
        return ""
    return hint
