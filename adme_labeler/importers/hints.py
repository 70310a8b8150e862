"""Heading hints: from heading path to category, and from the heading's hint to the sentence's.

A heading is right about most of its sentences, not about all: under "Absorption" stand steady
state and dose proportionality, under "Distribution" transporters. The rules for sentences follow
the annotation guideline (deciding rules 1 to 5 and 13) and can only take a hint away or turn it
into Other. tests/benchmarks/hint_quality.py measures both.
"""

from __future__ import annotations

import re
from functools import lru_cache

from adme_labeler.importers.headings import (
    INTERACTION,
    INTERACTION_SUB,
    POPULATION,
    POPULATIONS,
    bare,
    family,
)

_IMPLIES = (
    ("A", re.compile(r"\b(?:absorption|bioavailability|absorbed|food|meals?)\b", re.I)),
    ("D", re.compile(r"\b(?:distribution|protein binding|penetration|cerebrospinal)\b", re.I)),
    ("M", re.compile(r"\b(?:metabolism|biotransformation|metabolites?|bioactivation)\b", re.I)),
    ("E", re.compile(r"\b(?:elimination|excretion|half[- ]li(?:fe|ves)|clearance)\b", re.I)),
)
_OTHER_HEADING = re.compile(
    r"populations?\b|impair|insufficien|dysfunction|"
    r"(?:renal|hepatic|liver|kidney) (?:disease|fail)|"
    r"p(?:a)?ediatric|geriatric|elderly|\bage\b|gender|\bsex\b|\brace\b|ethnic|weight\b|obes|smok|"
    r"pregnan|lactation|nursing|neonat|infant|child|adolescen|interaction|mechanism|"
    r"mode of action|pharmacodynamic|microbiology|resistance|clinical (?:stud|trial)|inhibit|"
    r"induc|transporter|\beffects? (?:of|on)\b|co-?administ|concomitant|contracepti|immunogen|"
    r"electrophysiology|hemodynamic|exposure[- ]response|linearity|proportional|accumulation|"
    r"steady[- ]state|hiv|susceptib|activity|dialysis|toxicolog|genomic",
    re.IGNORECASE,
)
_NOT_THE_DRUG = re.compile(
    r"(?:mineral|myocardial|tissue|lipid|glucose|bone|carbohydrate|protein|calcium|fat) metabolism|"
    r"(?:viral|mucociliary|creatinine) clearance",
    re.IGNORECASE,
)
_OTHER_FAMILIES = (POPULATIONS, POPULATION, INTERACTION, INTERACTION_SUB)
_EVERYBODY = re.compile(
    r"(?:healthy\s+)?(?:adults?|volunteers|subjects)(?:\s+(?:patients|subjects|volunteers))?", re.I
)
_FOOD_UPTAKE = re.compile(r"\bfood\b(?!.{0,3}drug)|\bmeals?\b", re.IGNORECASE)

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

_OTHER_SUBJECT = re.compile(
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


def hint_for(heading_path: tuple[str, ...] | list[str]) -> str:
    """Category key that the nearest telling heading implies, or "" where none or several do.

    Under special populations or drug interactions everything is Other, also "Clearance". Joint
    headings ("Metabolism and Elimination") and "Pharmacokinetics" imply nothing.
    """
    nearest = ""
    for heading in reversed(heading_path):
        implied = _implied(heading)
        if implied is None:
            continue
        if not nearest:
            if implied in ("O", ""):
                return implied
            nearest = implied
        elif implied == "O" and family(heading) in (POPULATIONS, POPULATION, INTERACTION):
            return "O"
    return nearest


def sentence_hint(hint: str, text: str) -> str:
    """Hint for one sentence under a heading with `hint`: the same, "O", or "" for no hint.

    "O" and "" stay as they are.
    """
    if hint not in _SPEAKS_OF:
        return hint
    if _ADVICE.search(text):
        return "O"
    strong = _STRONG[hint].search(text) is not None
    if _OTHER_SUBJECT.search(text):
        return "" if strong else "O"
    if not _SPEAKS_OF[hint].search(text):
        return ""
    if hint != "E" and not strong and _LEAVES.search(text):
        return ""
    return hint


@lru_cache(maxsize=8192)
def _implied(heading: str) -> str | None:
    """One category key, "" for a heading that names several or everything, None for no word."""
    text = bare(heading)
    if _NOT_THE_DRUG.search(text):
        return "O"
    found = [key for key, pattern in _IMPLIES if pattern.search(text)]
    if found == ["A"] and _FOOD_UPTAKE.search(text) and "interaction" not in text.casefold():
        return "A"
    if _OTHER_HEADING.search(text):
        return "O"
    if not found and family(heading) in _OTHER_FAMILIES and not _EVERYBODY.fullmatch(text):
        # Genotypes are Metabolism and antacids Absorption by the guideline (rules 11 and 12).
        return "" if re.search(r"metaboli[sz]er|antacid", text, re.IGNORECASE) else "O"
    if re.search(r"pharmacokinetic|clinical pharmacology", text, re.IGNORECASE):
        return ""
    if not found:
        return None
    return found[0] if len(found) == 1 else ""
