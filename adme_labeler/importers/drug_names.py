"""Names of a label's drug: all of them for masking, the bare ingredients for drug groups."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adme_labeler.importers.text import word_set

_SALTS = word_set(
    """
    hydrochloride dihydrochloride monohydrochloride hcl hydrobromide bromide chloride iodide
    sodium disodium trisodium monosodium potassium dipotassium calcium magnesium lithium zinc
    aluminum bismuth strontium meglumine tromethamine lysine arginine erbumine olamine diolamine
    ammonium choline benzathine procaine
    mesylate mesilate maleate fumarate hemifumarate tartrate bitartrate succinate malate phosphate
    diphosphate sulfate sulphate hemisulfate bisulfate acetate diacetate citrate dicitrate besylate
    tosylate ditosylate dimesylate edisylate esylate napsylate isethionate camsylate nitrate lactate
    gluconate carbonate bicarbonate oxalate pamoate embonate stearate estolate ethylsuccinate
    lactobionate hyclate salicylate benzoate saccharate adipate ascorbate glutamate aspartate
    xinafoate furoate propionate dipropionate valerate butyrate enanthate cypionate decanoate
    palmitate undecanoate orotate lauroxil hippurate mandelate
    medoxomil kamedoxomil mofetil axetil proxetil pivoxil dipivoxil cilexetil etexilate marboxil
    disoproxil alafenamide
    anhydrous hydrate monohydrate dihydrate trihydrate tetrahydrate pentahydrate hexahydrate
    heptahydrate hemihydrate sesquihydrate hemipentahydrate solvate ethanolate"""
)
_SOLVENT = re.compile(
    r"(?<=\S)\s+(?:propylene glycol|dimethyl sulfoxide|isopropanol|acetone)\b", re.IGNORECASE
)
_TURNED = re.compile(
    r"^(?:\(?[dlrs±+-]{1,3}\)?|dl|hemi|bi|mono|di|tri|sesqui)-(?=\w{4})", re.IGNORECASE
)
"""What stands before the name of a salt: "S-malate", "L-tartrate"."""
_SAME_MOIETY = {
    "VALPROATE": "VALPROIC ACID",
    "DIVALPROEX": "VALPROIC ACID",
    "CLAVULANATE": "CLAVULANIC ACID",
    "MYCOPHENOLATE": "MYCOPHENOLIC ACID",
    "FENOFIBRATE": "FENOFIBRIC ACID",
    "RISEDRONATE": "RISEDRONIC ACID",
    "ALENDRONATE": "ALENDRONIC ACID",
    "IBANDRONATE": "IBANDRONIC ACID",
    "ZOLEDRONATE": "ZOLEDRONIC ACID",
}
"""Names under which labels carry what is one substance in the body."""
_ION = re.compile(r"\b(?:ion|cation|anion)\b", re.IGNORECASE)
_FORM_WORDS = word_set(
    """
    tablet tablets capsule capsules injection solution suspension cream gel ointment lotion
    extended delayed immediate release oral usp er sr xr xl cr dr la hct odt film coated chewable
    for and in of with the patch system spray drops syrup powder kit pack concentrate"""
)
_TOO_COMMON = word_set(
    """
    sodium potassium calcium magnesium zinc iron water acid oxygen air alcohol vitamin insulin
    human factor oil extract lithium iodine sulfur silver gold glucose dextrose starch protein
    hydrogen ammonia carbon nitrogen copper selenium aluminum acetic citric folic salicylic
    children adult pain cold cough day night relief aid care"""
)
_BIOLOGIC_SUFFIX = re.compile(r"(?<=[a-z]{4})-[a-z]{4}$", re.IGNORECASE)


def ingredient(name: str) -> str:
    """Active ingredient in upper case without salts, solvents, esters and biologic suffix.

    Forms that are one substance in the body have one name, so that they are one drug group. A
    name that consists of salt words only ("SODIUM CHLORIDE") stays whole.
    """
    bare = _SOLVENT.sub("", _ION.sub("", name).strip())
    words = [w for w in re.split(r"[\s,]+", bare) if w]
    kept = [w for w in words if _TURNED.sub("", w).casefold().strip("()") not in _SALTS]
    if not kept or kept[0].casefold() == "acid":
        kept = words
    found = _BIOLOGIC_SUFFIX.sub("", " ".join(kept)).upper()
    return _SAME_MOIETY.get(found, found)


def ingredients(names: Iterable[str]) -> tuple[str, ...]:
    """Sorted, distinct `ingredient` of each name; combined names ("A AND B") are taken apart."""
    found: set[str] = set()
    for name in names:
        for part in re.split(r"\s*(?:;|,|/|\band\b|\+)\s*", name, flags=re.IGNORECASE):
            if key := ingredient(part):
                found.add(key)
    return tuple(sorted(found))


def names_for_masking(names: Iterable[str]) -> tuple[str, ...]:
    """Every way the label may call its drug: as given, without salt, without form words.

    Sorted case-insensitively, distinct without regard to case; nothing shorter than three
    letters and no word of everyday language ("sodium", "water").
    """
    found: dict[str, str] = {}

    def add(name: str) -> None:
        name = " ".join(name.split()).strip(" ,.;®™")
        if len(name) >= 3 and name.casefold() not in _TOO_COMMON | _FORM_WORDS | _SALTS:
            found.setdefault(name.casefold(), name)

    for given in names:
        given = given.replace("®", "").replace("™", "")
        add(given)
        for part in re.split(r"\s*(?:;|,|/|\band\b|\+|\bin\b)\s*", given, flags=re.IGNORECASE):
            words = [w for w in part.split() if w.casefold().strip("(),.") not in _FORM_WORDS]
            add(" ".join(words))
            free = [w for w in words if w.casefold() not in _SALTS]
            add(" ".join(free))
            add(_BIOLOGIC_SUFFIX.sub("", " ".join(free)))
            if free and len(free[0]) >= 6 and not free[0][0].isdigit():
                add(free[0])
    return tuple(sorted(found.values(), key=str.casefold))
