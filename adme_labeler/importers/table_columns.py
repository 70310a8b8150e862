"""Which column of a table is what: by the person's word, by name, and proposals by content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.language import tr

FIELDS = (
    "text", "category", "also", "note", "drug", "drug_group", "set_id", "section", "heading", "uid",
)  # fmt: skip
"""What a column can mean; only text is required."""

_SAME = {
    "sentence": "text",
    "sentence_text": "text",
    "sentence text": "text",
    "sentence id": "uid",
    "sentence_id": "uid",
    "id": "uid",
    "setid": "set_id",
    "set id": "set_id",
    "drug group": "drug_group",
    "drug name": "drug",
    "drug_name": "drug",
    "notes": "note",
    "comment": "note",
    "comments": "note",
    "section_title": "section",
    "section title": "section",
    "heading_path": "heading",
    "heading path": "heading",
}
_OURS = frozenset({"uid", "text", "text_hash", "revision"})
"""Names that only our own csv and tsv files have together; see `domain.cell_text`."""
_NAMED = 8
_NUMBERED = re.compile(r" \(\d+\)$")


class ColumnMissing(ImportProblem):
    """A column that a person named is not in the table."""


@dataclass(frozen=True)
class Columns:
    """Places of the fields in a row; `escaped` where formula characters carry an apostrophe."""

    names: tuple[str, ...]
    places: dict[str, int]
    escaped: bool


def names_of(header: Sequence[str], width: int = 0) -> tuple[str, ...]:
    """A name of its own for every column, at least `width` of them.

    Columns without a name go by their letter ("Column B"); of columns with one name the second is
    "name (2)".
    """
    names: list[str] = []
    taken: set[str] = set()
    for at in range(max(len(header), width)):
        written = " ".join(header[at].split()) if at < len(header) else ""
        name = base = written or f"Column {letter_of(at)}"
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def understood(header: Sequence[str], told: Mapping[str, str], source: str) -> Columns:
    """Columns of a table by its header. A column told by a person goes before one of that name.

    Raises ColumnMissing when a column that was told is not there, and ImportProblem when two are
    meant for one field.
    """
    names = names_of(header)
    by_name = {_folded(name): at for at, name in enumerate(names)}
    chosen: dict[str, list[int]] = {}
    said: set[int] = set()
    for name, field in told.items():
        at = by_name.get(_folded(name))
        if at is None:
            raise ColumnMissing(
                tr(
                    '{file} has no column "{name}" ({columns}).',
                    file=source,
                    name=name,
                    columns=columns_of(names),
                )
            )
        said.add(at)
        if field:
            chosen.setdefault(field, []).append(at)
    named: dict[str, list[int]] = {}
    for at, cell in enumerate(header):
        field = field_named(cell)
        if field and at not in said:
            named.setdefault(field, []).append(at)
    for found in named.values():  # "Text" goes before "Sentence"
        found.sort(key=lambda at: _folded(header[at]) not in FIELDS)
    places: dict[str, int] = {}
    for field in FIELDS:
        found = chosen.get(field) or named.get(field) or []
        written = {_folded(header[at]) for at in found if at < len(header)}
        if len(found) > 1 and (field in chosen or len(written) < len(found)):
            raise ImportProblem(
                tr(
                    '{file} has two columns for {field} ("{one}" and "{other}"); rename '
                    "or remove one of them.",
                    file=source,
                    field=field,
                    one=names[found[0]],
                    other=names[found[1]],
                )
            )
        if found:
            places[field] = found[0]
    return Columns(names, places, {name.strip() for name in header} >= _OURS)


def field_named(cell: str) -> str:
    """The field that a column of this name holds, "" for none."""
    name = _folded(cell)
    field = _SAME.get(name, name)
    return field if field in FIELDS else ""


def columns_of(names: Sequence[str]) -> str:
    """The columns of a table, for a sentence."""
    if not names:
        return tr("it is empty")
    shown = ", ".join(f'"{name[:30]}"' for name in names[:_NAMED])
    if len(names) > _NAMED:
        more = len(names) - _NAMED
        return tr("its columns are {names} and {count} more", names=shown, count=more)
    return tr("its columns are {names}", names=shown)


def folded_category(written: str) -> str:
    """How categories are compared: case and blanks do not matter."""
    return " ".join(written.split()).casefold()


def parts_of_also(written: str) -> list[str]:
    """The categories that a cell with further categories lists."""
    return [part for piece in re.split(r"[;,|+]", written) if (part := " ".join(piece.split()))]


@dataclass(frozen=True)
class Content:
    """What a column holds, as far as a proposal needs it. `length` is the mean of its cells."""

    name: str
    length: float
    values: Mapping[str, int]


def proposals(columns: Sequence[Content]) -> tuple[str, ...]:
    """A field for each column, "" for none: by name, then text and category by content.

    Text is the one column of long cells that no name claims; category is a column of whose
    cells at least half are categories. Columns of one name are all proposed: a person chooses.
    """
    fields = [field_named(_NUMBERED.sub("", column.name)) for column in columns]
    exact = {_folded(c.name) for c in columns if _folded(c.name) in FIELDS}
    for at, column in enumerate(columns):
        # "Sentence" beside "Text": the exact name is meant, as in `understood`.
        name = _folded(_NUMBERED.sub("", column.name))
        if fields[at] in exact and name != fields[at]:
            fields[at] = ""
    if "category" not in fields:
        likely = [at for at, c in enumerate(columns) if not fields[at] and _is_category(c)]
        if len(likely) == 1:
            fields[likely[0]] = "category"
    if "text" not in fields:
        longest = [at for at, c in enumerate(columns) if not fields[at] and c.length >= _SENTENCE]
        if len(longest) == 1:
            fields[longest[0]] = "text"
    return tuple(fields)


_SENTENCE = 40
"""Characters in the mean; names of drugs and headings are shorter."""


def _is_category(column: Content) -> bool:
    total = sum(column.values.values())
    known = sum(count for value, count in column.values.items() if ADME.find(value))
    return total > 0 and known * 2 >= total


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def letter_of(at: int) -> str:
    """The letters of a column, the first being 0."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
