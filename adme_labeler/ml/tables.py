"""Tables of sentences with categories, as `evaluate` reads them."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import Problem
from adme_labeler.domain.sentence_text import mask_names

_PARTS = re.compile(r"/|,|;| and ", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}")
# fmt: off
_SALTS = frozenset((
    "acetate", "acid", "alafenamide", "besylate", "bromide", "calcium", "chloride", "citrate",
    "dimeglumine", "disoproxil", "fumarate", "hydrobromide", "hydrochloride", "malate", "maleate",
    "medoxomil", "mesylate", "mofetil", "nitrate", "phosphate", "potassium", "sodium",
    "succinate", "sulfate", "tartrate", "tosylate", "tromethamine", "with",
))
# fmt: on
"""Words of drug names that many drugs share."""

COLUMNS = {
    "text": ("text", "sentence"),
    "category": ("category", "label", "label_raw"),
    "drug": ("drug",),
    "group": ("drug_group",),
    "heading": ("heading",),
    "set_id": ("set_id", "setid"),
}
"""Field -> names of the column that holds it; the first one found is used."""


class TableProblem(Problem):
    """A table cannot be used for an evaluation."""


@dataclass(frozen=True)
class Row:
    """A sentence: `text` has its drug's names masked, `group` names its drug group."""

    text: str
    category: str
    group: str
    drug: str
    heading: str
    set_id: str


@dataclass(frozen=True)
class Scheme:
    """Category keys in order and the rest category; `adme` when they are the default scheme's."""

    keys: tuple[str, ...]
    rest: str
    adme: bool


def read_table(path: Path) -> list[Row]:
    """Rows of a csv or tsv file (also .gz) with columns text and category.

    Raises TableProblem with one sentence on what is missing.
    """
    rows: list[Row] = []
    for number, record in enumerate(_records(path), start=2):
        text = record["text"].strip()
        if not text:
            continue
        drug = record.get("drug", "")
        group = record.get("group", "") or drug or f"row {number}"
        rows.append(
            Row(
                text=mask_names(text, drug_parts(drug)),
                category=record["category"].strip(),
                group=" ".join(group.split()).casefold(),
                drug=drug,
                heading=record.get("heading", ""),
                set_id=record.get("set_id", "").strip().casefold(),
            )
        )
    if not rows:
        raise TableProblem(f"{path.name} holds no sentences.")
    return rows


def scheme_of(rows: Sequence[Row]) -> Scheme:
    """The ADME scheme where every category is one of its names; else the categories themselves."""
    if all(ADME.find(row.category) for row in rows):
        return Scheme(tuple(ADME.keys), ADME.rest, True)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.category] = counts.get(row.category, 0) + 1
    return Scheme(tuple(sorted(counts)), max(counts, key=lambda key: counts[key]), False)


def key_of(row: Row, scheme: Scheme) -> str | None:
    """The category key of a row in the scheme, None when it has none there."""
    if scheme.adme:
        return ADME.find(row.category)
    return row.category if row.category in scheme.keys else None


def drug_parts(drug: str) -> list[str]:
    """The names in a drug column, for masking: the whole and its parts."""
    return [drug, *(part.strip() for part in _PARTS.split(drug))]


def drug_words(row: Row) -> set[str]:
    """Words that tell a drug from others, from its drug and drug group."""
    return set(_WORD.findall(f"{row.drug} {row.group}".casefold())) - _SALTS


def _records(path: Path) -> Iterator[dict[str, str]]:
    name = path.name.removesuffix(".gz")
    tabs = name.endswith((".tsv", ".tab", ".txt"))
    if not tabs and not name.endswith(".csv"):
        raise TableProblem(f"{path.name} is no table that can be evaluated: give csv or tsv.")
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if path.name.endswith(".gz") else raw
        content = io.StringIO(raw.decode("utf-8-sig"), newline="")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TableProblem(f"{path.name} cannot be read: {reason}.") from error
    quoting = csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL
    reader = csv.DictReader(content, delimiter="\t" if tabs else ",", quoting=quoting)
    found = {
        field: next((name for name in names if name in (reader.fieldnames or ())), None)
        for field, names in COLUMNS.items()
    }
    for field in ("text", "category"):
        if found[field] is None:
            raise TableProblem(f"{path.name} has no column {field}.")
    try:
        for record in reader:
            yield {f: record.get(name) or "" for f, name in found.items() if name is not None}
    except csv.Error as error:
        reason = getattr(error, "strerror", None) or error
        raise TableProblem(f"{path.name} cannot be read: {reason}.") from error
