"""Headings of drug labels: which words are one, how they nest, and which category they imply."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from adme_labeler.importers.text import compact, word_set

_NUMBER = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}(?:\.(?=\s)|\)|(?=\s+[A-Z]))|\(?[a-zA-Z][.)]"
    r"|\(?[ivxIVX]{1,4}[.)])\s*"
)
_EDGES = " \t:;.,-–—*•†‡§¶®™[]"
_LONGEST_HEADING = 110

_TOPIC_WORD = (
    r"(?:absorption|distribution|metabolism|elimination|excretion|bioavailability|"
    r"biotransformation|(?:plasma |serum )?protein binding|tissue distribution|clearance|"
    r"(?:elimination |terminal |plasma )?half[- ]li(?:fe|ves)|metabolites?)"
)
_JOIN = r"(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*/\s*|\s*&\s*)"
_WHERE = (
    r"(?:\s+(?:in|of|from|following|after|for)\s+(?:adults?|humans?|man|animals?|plasma|vivo|vitro|"
    r"healthy (?:subjects|volunteers|adults)|the drug|oral administration|[a-z]+ administration))?"
)
_TOPIC = (
    rf"(?:(?:oral|systemic|gastrointestinal|percutaneous|subcutaneous|intramuscular|relative|"
    rf"absolute|renal|biliary|hepatic|fecal|drug|first[- ]pass|bioactivation and)\s+)?"
    rf"{_TOPIC_WORD}(?:{_JOIN}(?:drug\s+)?{_TOPIC_WORD})*{_WHERE}"
)
_FOOD = (
    r"(?:effects?\s+of\s+(?:foods?|meals?|a meal|a high[- ]fat meal)|food[- ]effects?|"
    r"effect\s+on\s+food)(?:\s+on\s+(?:the\s+)?[\w ]{3,50})?|food/antacid effects"
)
_PK = (
    r"(?:(?:general|clinical|human|single[- ]dose|multiple[- ]dose|population)\s+)?"
    r"pharmacokinetic(?:s|\s+properties|\s+parameters|\s+characteristics|\s+profile|\s+studies)?"
    r"(?:\s*(?:and|/|&)\s*(?:drug\s+)?(?:metabolism|bioavailability|pharmacodynamics))?"
    r"(?:\s+(?:in|of|following|after)\s+[\w ,-]{3,60})?(?:\s+section)?"
)
_MAJOR = (
    r"mechanisms?\s+of\s+action|modes?\s+of\s+action|pharmacodynamics?(?:\s+effects?)?|"
    r"clinical\s+pharmacology|microbiology|"
    r"immunogenicity|pharmacogenomics|clinical\s+(?:studies|trials)|human\s+pharmacology|"
    r"animal\s+pharmacology|non[- ]?clinical\s+toxicology|cardiac\s+electrophysiology|"
    r"(?:antimicrobial|antiviral|antibacterial)\s+activity|hemodynamics|"
    r"exposure[- ]response(?:\s+relationships?)?|pharmacokinetic/pharmacodynamic\s+relationships?|"
    r"susceptibility\s+test(?:s|ing)(?:\s+methods)?|"
    r"indications\s+and\s+usage|contraindications|warnings(?:\s+and\s+precautions)?|precautions|"
    r"adverse\s+reactions|dosage\s+and\s+administration|overdosage|how\s+supplied|description"
)
_POPULATIONS = (
    r"(?:(?:use\s+in\s+)?(?:specific|special|other\s+special)\s+(?:patient\s+)?populations?|"
    r"patient\s+factors)"
)
_WHO = (
    r"(?:patients?|subjects?|individuals|populations?|adults|adolescents|children|infants|neonates|"
    r"volunteers)"
)
_ILL = (
    r"(?:renal(?:ly)?|hepatic(?:ally)?|kidney|liver)\s+(?:impair(?:ment|ed)|insufficiency|disease|"
    r"failure|dysfunction|function)"
)
_POPULATION = (
    rf"(?:{_WHO}\s+with\s+)?(?:(?:mild|moderate|severe|chronic|end[- ]stage)\s+)?{_ILL}"
    rf"(?:\s+(?:and|or)(?:/or)?\s+{_ILL})?(?:\s+{_WHO})?|"
    rf"(?:renal|hepatic)\s+(?:and|or)\s+(?:renal|hepatic)\s+(?:impairment|insufficiency|disease)|"
    rf"(?:male|female)(?:\s+and\s+(?:male|female)|\s+vs\.?\s+female)?\s+{_WHO}|"
    rf"male\s+and\s+female|"
    rf"(?:pediatric|geriatric|elderly|adolescent|adult|obese|pregnant|lactating|japanese|asian)"
    rf"(?:\s+(?:and\s+\w+\s+)?{_WHO}|\s+use)?(?:\s+with\s+[\w\s]{{3,40}})?|"
    r"pediatrics|geriatrics|children|adolescents|neonates|age|gender|sex|race|ethnicity|"
    r"(?:age|gender|sex|race|body\s+weight|weight|ethnicity|ethnic\s+groups?|ethnic\s+origin)"
    r"(?:(?:,\s*(?:and\s+)?|\s+and\s+|\s*/\s*|\s+or\s+)"
    r"(?:age|gender|sex|race|body\s+weight|weight|ethnicity|ethnic\s+groups?|ethnic\s+origin))+|"
    r"rac(?:e|ial)\s+(?:or|and)\s+ethnic(?:ity)?(?:\s+(?:groups?|origin))?|"
    r"pediatrics\s+patients|(?:poor|extensive|intermediate|ultra-?rapid)\s+metaboli[sz]ers|"
    r"body\s+weight|obesity|smoking|smokers|pregnancy|lactation|nursing\s+mothers|hemodialysis|dialysis|"
    r"cyp2[cd]\d+\s+poor\s+metabolizers|poor\s+metabolizers"
)
_INTERACTION = (
    r"(?:(?:assessment|evaluation|potential)\s+(?:of|for)\s+)?(?:clinical\s+)?"
    r"(?:pharmacokinetic\s+)?drug(?:[-–/ ]+drug)?\s+interactions?"
    r"(?:\s+(?:studies|trials|data|potential))?"
    r"|pharmacokinetic\s+interactions?|interactions?\s+with\s+other\s+drugs"
    r"|food[-–/ ]drug\s+interactions?"
)
_INTERACTION_SUB = (
    r"in[\s-]vitro\s+(?:drug\s+interaction\s+)?(?:studies|assessments?|data|metabolism\s+studies)"
    r"(?:\s+(?:of|where|in)[\w\s-]{3,80})?|"
    r"in\s+vivo\s+(?:studies|assessments?|data)(?:\s+of\s+drug\s+interactions)?|"
    r"clinical\s+studies(?:\s+and\s+model[- ]informed\s+approaches)?|"
    r"in\s+vitro\s+assessment\s+of\s+drug\s+interactions|"
    r"(?:drug\s+)?transporters?(?:\s+(?:systems?|studies|proteins))?|"
    r"(?:cytochrome\s+p[- ]?450|cyp(?:\s?\d\w+)?(?:/\d\w+)?|ugt|p[- ]glycoprotein|transporter)"
    r"(?:\s*\((?:cyp|p-gp|ugt)(?:450)?\))?(?:\s+enzymes?)?"
    r"(?:\s+(?:systems?|inhibitors?|inducers?|substrates?|enzymes?|studies|inhibition|induction|"
    r"interactions|inhibition\s+and\s+induction))|"
    r"(?:strong|moderate|weak|potent)(?:\s+(?:and|or)\s+(?:strong|moderate|weak))?\s+"
    r"(?:dual\s+)?(?:cyp\w+|p-gp)\s+(?:inhibitors?|inducers?)|"
    r"effects?\s+of\s+(?!food|a\s+(?:high|meal)|meals?)[\w\s,/-]{3,60}?\s+on\s+[\w\s,/-]{3,60}|"
    r"effects?\s+on\s+other\s+drugs|other\s+drugs"
)
_SUB = r"accumulation|dose[- ](?:proportionality|linearity)|linearity|steady[- ]state|tolerance"

_TOPIC_RE = re.compile(_TOPIC, re.IGNORECASE)
_FOOD_RE = re.compile(_FOOD, re.IGNORECASE)
_PK_RE = re.compile(_PK, re.IGNORECASE)
_MAJOR_RE = re.compile(_MAJOR, re.IGNORECASE)
_POPULATIONS_RE = re.compile(_POPULATIONS, re.IGNORECASE)
_POPULATION_RE = re.compile(_POPULATION, re.IGNORECASE)
_INTERACTION_RE = re.compile(_INTERACTION, re.IGNORECASE)
_INTERACTION_SUB_RE = re.compile(_INTERACTION_SUB, re.IGNORECASE)
_SUB_RE = re.compile(_SUB, re.IGNORECASE)

_COMPACT_TOPICS = {
    compact(word): word
    for word in (
        "absorption", "distribution", "metabolism", "elimination", "excretion",
        "bioavailability", "pharmacokinetics", "special populations", "specific populations",
        "metabolism and elimination", "metabolism and excretion", "absorption and distribution",
        "drug interactions", "drug-drug interactions", "mechanism of action",
        "clinical pharmacology", "pharmacodynamics", "effect of food", "protein binding",
    )
}  # fmt: skip
"""Headings that are also recognised when blanks have split their words ("E xcretion")."""

PK, MAJOR, TOPIC, FOOD = "pk", "major", "topic", "food"
POPULATIONS, POPULATION = "populations", "population"
INTERACTION, INTERACTION_SUB, SUB, UNKNOWN = "interaction", "interaction part", "sub", "unknown"

_RANK = {
    PK: 1, MAJOR: 1, TOPIC: 2, POPULATIONS: 2, INTERACTION: 2, POPULATION: 2, FOOD: 3, SUB: 3,
    INTERACTION_SUB: 3, UNKNOWN: 4,
}  # fmt: skip


def bare(heading: str) -> str:
    """A heading without its number, bullet and closing colon; split words are joined again."""
    text = _NUMBER.sub("", heading, count=1).strip(_EDGES)
    return _COMPACT_TOPICS.get(compact(text), text) if " " in text else text


@lru_cache(maxsize=8192)
def family(heading: str) -> str:
    """Which family of headings this is (PK, TOPIC, POPULATION, …), UNKNOWN for none."""
    text = bare(heading)
    for name, pattern in (
        (TOPIC, _TOPIC_RE),
        (FOOD, _FOOD_RE),
        (PK, _PK_RE),
        (MAJOR, _MAJOR_RE),
        (POPULATIONS, _POPULATIONS_RE),
        (POPULATION, _POPULATION_RE),
        (INTERACTION, _INTERACTION_RE),
        (INTERACTION_SUB, _INTERACTION_SUB_RE),
        (SUB, _SUB_RE),
    ):
        if pattern.fullmatch(text):
            return name
    return UNKNOWN


def is_heading(text: str) -> bool:
    """Whether plain, unstyled text is a heading by its words alone ("12.3 Pharmacokinetics")."""
    text = text.strip()
    if not text or len(text) > _LONGEST_HEADING or not any(c.isupper() for c in text):
        return False
    return family(text) != UNKNOWN


def is_pharmacokinetics(title: str) -> bool:
    """Whether a section title names the pharmacokinetics section."""
    return re.match(r"(?:clinical |human |general )?pharmacokinetic", bare(title), re.I) is not None


# --------------------------------------------------------------------------- hints

_IMPLIES = (
    ("A", re.compile(r"\b(?:absorption|bioavailability|absorbed|food|meals?)\b", re.I)),
    ("D", re.compile(r"\b(?:distribution|protein binding|penetration|cerebrospinal)\b", re.I)),
    ("M", re.compile(r"\b(?:metabolism|biotransformation|metabolites?|bioactivation)\b", re.I)),
    ("E", re.compile(r"\b(?:elimination|excretion|half[- ]li(?:fe|ves)|clearance)\b", re.I)),
)
_OTHER = re.compile(
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
_FOOD_UPTAKE = re.compile(r"\bfood\b(?!.{0,3}drug)|\bmeals?\b", re.IGNORECASE)


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


@lru_cache(maxsize=8192)
def _implied(heading: str) -> str | None:
    """One category key, "" for a heading that names several or everything, None for no word."""
    text = bare(heading)
    if _NOT_THE_DRUG.search(text):
        return "O"
    found = [key for key, pattern in _IMPLIES if pattern.search(text)]
    if found == ["A"] and _FOOD_UPTAKE.search(text) and "interaction" not in text.casefold():
        return "A"
    if _OTHER.search(text):
        return "O"
    if re.search(r"pharmacokinetic|clinical pharmacology", text, re.IGNORECASE):
        return ""
    if not found:
        return None
    return found[0] if len(found) == 1 else ""


# --------------------------------------------------------------------------- nesting


@dataclass
class HeadingStack:
    """The headings in force inside one section, outermost first.

    Two headings of the same look are of the same level; where looks are absent or new, the words
    decide (Metabolism under Elimination, Renal Impairment under Specific Populations).
    """

    base: tuple[str, ...] = ()
    _open: list[tuple[str, str, str, int]] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.base, *(text for text, _, _, _ in self._open))

    def push(self, heading: str, look: str = "") -> None:
        """Take a new heading; `look` is any string that is equal for headings styled alike."""
        kind = family(heading)
        rank = self._rank(kind, heading)
        looks = [entry[1] for entry in self._open]
        known = kind != UNKNOWN
        if look and look in looks:
            place = looks.index(look)
            # A known topic never becomes the child of an equal or lower topic it happens to
            # follow; an unknown one of the same look is a sibling.
            del self._open[place:]
        elif known or not look:
            while (
                self._open
                and self._open[-1][3] >= rank
                and not (self._open[-1][2] == UNKNOWN and look)
            ):
                self._open.pop()
        if known and rank <= 2:
            while self._open and self._open[-1][2] != UNKNOWN and self._open[-1][3] >= rank:
                self._open.pop()
        self._open.append((heading.strip(" \t:"), look, kind, rank))
        del self._open[6:]

    def _rank(self, kind: str, heading: str) -> int:
        kinds = [entry[2] for entry in self._open]
        if kind == TOPIC and re.fullmatch(r"metabolism|excretion", bare(heading), re.I):
            under = any(re.fullmatch(r"elimination", bare(e[0]), re.I) for e in self._open)
            return 3 if under else 2
        if kind == POPULATION and POPULATIONS in kinds:
            return 3
        if kind == MAJOR and INTERACTION in kinds and "clinical stud" in heading.casefold():
            return 3
        return _RANK[kind]


# --------------------------------------------------------------------------- running text

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
            _INTERACTION, _POPULATIONS, _INTERACTION_SUB, _FOOD, _TOPIC,
            _SPLIT_TOPIC,
            # In running text only one word may follow: the sentence begins right behind.
            _PK.replace("[\\w ,-]{3,60}", "[\\w-]{3,20}"), _MAJOR, _POPULATION, _SUB,
        )
    )
    + ")",
    re.IGNORECASE,
)  # fmt: skip
_COLON_HEADING = re.compile(r"(?=[A-Z\d])[^.:;!?•]{3,80}?\s?:\s+(?=[A-Z0-9])")
_NOT_BEHIND = re.compile(
    r"\s+(?:Half|Rates?|Volume|Phase|Parameters?|Constants?|Ratios?|Profiles?|Process|Pathways?|"
    r"Data|Information|Levels?)\b"
)
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
            stack.push(_joined(text[position:end].strip(" :–—")))
            position = end
            while position < len(text) and text[position] in " :–—":
                position += 1
            begin = position
    if text[begin:].strip():
        pieces.append((stack.path, begin, len(text)))
    return pieces


def _joined(heading: str) -> str:
    """ "Elimi nation" as "Elimination"; other headings as they are."""
    whole = _COMPACT_TOPICS.get(compact(heading), "") if " " in heading else ""
    return whole.capitalize() if whole and " " not in whole else heading


def _heading_at(text: str, position: int) -> int:
    """End of the heading that begins at `position`, or `position` where none does."""
    first = text[position : position + 1]
    if not (first.isupper() or first.isdigit()):
        return position
    match = _IN_TEXT.match(text, position, min(len(text), position + _LONGEST_HEADING))
    while match and match.end() > position:
        end = match.end()
        if _stands_alone(text, position, end):
            return end
        # A shorter reading may stand alone ("Metabolism" of "Metabolism In vitro studies").
        match = _IN_TEXT.match(text, position, end - 1)
    colon = _COLON_HEADING.match(text, position)
    if colon and _is_title(colon[0]):
        return colon.end()
    return position


def _stands_alone(text: str, position: int, end: int) -> bool:
    if end == len(text):
        return True
    heading = text[position:end]
    rest = text[end : end + 40]
    if re.match(r"\s*[:–—]\s*\S", rest):
        return True
    if re.match(r"[A-Z][a-z]", rest):
        return heading[-1].islower()
    if not re.match(r"\s+[A-Z0-9(“\"≥<~α-ω†•‘]", rest) or _NOT_BEHIND.match(rest):
        return False
    words = re.sub(r"^[\d.\s]+", "", heading)
    if re.match(r"\s+(?:\(|\d)", rest) and " " not in words and family(words) not in (TOPIC, PK):
        return False  # "Age (years)", "Race 3"
    return words[:1].isupper()


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
