"""Sentence text as models and identity checks see it; never what the screen shows."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MASK = "the drug"
MASKING_RULE = 1
"""Raise when `mask_names` changes what it returns: cached features depend on it."""

_BLANKS = re.compile(r"\s+")


def normalized(text: str) -> str:
    """Text for identity: NFKC, case folded, one blank between words."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.split()).casefold()


def text_hash(text: str) -> str:
    """32 hex digits that are equal for texts that differ only in blanks, case or width."""
    return hashlib.blake2b(normalized(text).encode(), digest_size=16).hexdigest()


def sentence_uid(set_id: str, text: str, occurrence: int) -> str:
    """Stable 20-digit id of the `occurrence`-th sentence with this text in one drug label."""
    key = f"{set_id}\x1f{normalized(text)}\x1f{occurrence}"
    return hashlib.blake2b(key.encode(), digest_size=10).hexdigest()


def mask_names(text: str, names: Iterable[str]) -> str:
    """Text with the label's own generic and brand names replaced by "the drug".

    A model that cannot read the name cannot learn the drug by heart (METHOD: +5 to +11 points
    of ADME recall on drugs never seen). Names shorter than three letters are left alone.
    """
    pattern = _names_pattern(tuple(sorted({n.strip() for n in names if len(n.strip()) >= 3})))
    if pattern is None:
        return text
    masked = pattern.sub(MASK, text)
    return masked[0].upper() + masked[1:] if masked.startswith(MASK) else masked


@lru_cache(maxsize=4096)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    alternatives = "|".join(
        _BLANKS.sub(r"\\s+", re.escape(n).replace(r"\ ", " ")) for n in longest_first
    )
    return re.compile(rf"(?<!\w)(?:the\s+)?(?:{alternatives})(?!\w)[®™©]?", re.IGNORECASE)


def heading_for_model(heading_path: Iterable[str], names: Iterable[str] = ()) -> str:
    """The headings below the section, joined with " > ", numbers and drug names removed.

    ("12 CLINICAL PHARMACOLOGY", "12.3 Pharmacokinetics", "Elimination", "Metabolism") gives
    "Elimination > Metabolism"; a path with nothing below the section gives its last heading.
    """
    plain = [_NUMBER.sub("", heading).strip(" .:") for heading in heading_path]
    below = [heading for heading in plain if heading and not _SECTION.fullmatch(heading)]
    chosen = below or plain[-1:]
    return " > ".join(mask_names(heading, names) for heading in chosen)


_NUMBER = re.compile(r"^\s*\d+(?:\.\d+)*\.?\s+")
_SECTION = re.compile(r"(?:clinical )?pharmacology|(?:clinical )?pharmacokinetics", re.IGNORECASE)
