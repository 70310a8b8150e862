"""Drug names for documents whose drug nobody named: guessed for masking, and said aloud."""

from __future__ import annotations

import re

from adme_labeler.importers import drug_names
from adme_labeler.language import listed, tr, trn

_NO_NAME = re.compile(
    r"\b(?:microsoft word|dailymed|drug ?label(?: information)?|label(?:ing)?|package insert|"
    r"(?:full )?prescribing information|highlights of|untitled|document\d*|reference id|final|"
    r"drugs@fda|approved|u\.?s\.?p\.?i|pi|docx?|pdf|html?|copy|draft|text|about|file|page|"
    r"clinical pharmacology|pharmacokinetics)\b",
    re.IGNORECASE,
)
"""What titles and file names say beside the drug."""
_FORM = re.compile(
    r"(?:\A|\s+)(?:(?:extended|delayed|modified|film|oral|ophthalmic|topical|chewable)\b|tablets?\b|"
    r"capsules?\b|injection\b|solution\b|suspension\b|cream\b|gel\b|ointment\b|for\s).*",
    re.IGNORECASE | re.DOTALL,
)
"""Dosage form and route, with all that follows."""


def guess(highlights: str, title: str, stem: str) -> tuple[list[str], str]:
    """(names that the drug may have, where they were found), both empty where nothing is likely.

    `highlights` is the drug that a label's highlights speak of, `stem` the file's name.
    """
    if highlights:
        return [highlights], tr("its highlights")
    parts = [p for p in re.split(r"\s*[()\[\],;|®™]\s*|\s*[-–—]\s+|\s+[-–—]\s*", title) if p]
    parts = [_FORM.sub("", part) for part in parts[:4]]
    names = [p for p in parts if not _NO_NAME.search(p) and len(p.split()) <= 5]
    names = list(drug_names.names_for_masking(names))
    if names:
        return names, tr("its title")
    words = " ".join(_NO_NAME.sub(" ", re.sub(r"[_\W\d]+", " ", stem)).split())
    return ([words], tr("its file name")) if len(words) > 2 else ([], "")


def remark(source: str, names: tuple[str, ...], where: str) -> str:
    """The sentence of the import report on names that nobody gave."""
    if not names:
        return tr(
            "No drug name was given for {file} and none was found, so none will be masked.",
            file=source,
        )
    quoted = [f"“{name}”" for name in names]
    return trn(
        "No drug name was given for {file}; {names} was taken from {where}.",
        "No drug name was given for {file}; {names} were taken from {where}.",
        len(names),
        file=source,
        names=listed(quoted),
        where=where,
    )
