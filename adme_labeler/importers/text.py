"""Characters and bytes as labels bring them: cleaning, decoding, gluing and prying apart."""

from __future__ import annotations

import re
from typing import Protocol

_GONE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0000"))
_BLANK_LIKE = dict.fromkeys(
    (0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x2028, 0x2029, 0x0085), " "
)
_CONTROL = {code: " " for code in (*range(1, 32), *range(127, 160)) if code != 0x85}
_SAME = {ord("\u2011"): "-", ord("\u2010"): "-"}
_TABLE = {**_CONTROL, **_BLANK_LIKE, **_SAME, **_GONE}

_BLANKS = re.compile(r" {2,}")
_GREEK_MU_AS_UNIT = re.compile("\u03bc(?=(?:g|m|M|L|l|s|Ci|mol|M|A|V)\\b)")
_LATIN_PHRASE_LEFT = re.compile(r"\b((?:in|ex) (?:vitro|vivo))(?=[a-z])", re.IGNORECASE)
_LATIN_PHRASE_RIGHT = re.compile(r"(?<=[a-z])((?:in|ex) (?:vitro|vivo))\b")
_BLANK_IN_REFERENCE = re.compile(r"\( ?(\d{1,2}(?:\.\d{1,2})*(?:, ?\d{1,2}(?:\.\d{1,2})*)*) ?\)")
_BLANK_BEFORE = re.compile(r" +([,;](?=\s|$)|\.(?=\s|$))")
_BLANK_BEHIND_OPENER = re.compile(r"([(\[]) +")
_BLANK_BEFORE_CLOSER = re.compile(r" +([)\]])")
_SUBSCRIPT = re.compile(
    r"\b(C|[Tt]|AUC|AUMC|V|K|k|IC|EC|CL|E|B) "
    r"(max|min|ss|1/2\b|½|inf|tau|τ|last|trough|avg|50\b|90\b|"
    r"0 ?[-–] ?(?:\d+ ?h?\b|inf\w*|∞|t\b|τ|tau|last)|(?<=V )(?:d|z|c)\b|(?<=K )[im]\b|(?<=k )el\b|"
    r"(?<=CL )(?:cr|CR|R)\b)"
)
_SQUARE = re.compile(r"((?:/|1\.73 )m) (?=2\b)")
_ISOTOPE = re.compile(
    r"(?<![\d.])(3(?= H)|1[134](?= C)|18(?= F)|35(?= S)|32(?= P)|99m(?= T)|12[35](?= I)|131(?= I))"
    r" ([CHFSPI]|Tc)(?=\]?[- ])"
)
_ENANTIOMER = re.compile(r"(?<![\w-])([RSDLdl]) -(?=[a-z]{3})")


class ByteStream(Protocol):
    """What the importers need of an open file: forward reading only."""

    def read(self, size: int = -1, /) -> bytes: ...


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


def cleaned(text: str) -> str:
    """Text with one blank between words and without invisible or control characters.

    Kept as they are: superscript digits, dashes, accents, the replacement character. A Greek mu
    before a unit becomes the micro sign, so that both spellings of "µg" are one.
    """
    if not text:
        return ""
    text = text.translate(_TABLE).strip()
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    if "\u03bc" in text:
        text = _GREEK_MU_AS_UNIT.sub("\u00b5", text)
    if "vitro" in text or "vivo" in text:
        text = _LATIN_PHRASE_RIGHT.sub(r" \1", _LATIN_PHRASE_LEFT.sub(r"\1 ", text))
    return text


def without_blanks_of_markup(text: str) -> str:
    """Undo the blanks that mark-up leaves behind: "in vitro .", "( 7.2 )" and "(see above )"."""
    text = _BLANK_BEFORE_CLOSER.sub(r"\1", _BLANK_BEHIND_OPENER.sub(r"\1", text))
    return _BLANK_IN_REFERENCE.sub(r"(\1)", _BLANK_BEFORE.sub(r"\1", text))


def repaired(text: str) -> str:
    """Flat text without the blanks that stood around its mark-up: "C max )" as "Cmax)"."""
    text = _ISOTOPE.sub(r"\1\2", _SQUARE.sub(r"\1", _SUBSCRIPT.sub(r"\1\2", text)))
    return without_blanks_of_markup(_ENANTIOMER.sub(r"\1-", text))


def compact(text: str) -> str:
    """Letters and digits only, lower case: how split headings and moved tables are compared."""
    return re.sub(r"[\W_]+", "", text.casefold())


def decoded(data: bytes) -> str:
    """Text of a byte string: UTF-8 or UTF-16 by its marks, else Windows-1252 or Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    sample = data[:4096]
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-le", errors="replace")
    if len(sample) > 3 and sample[::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")
