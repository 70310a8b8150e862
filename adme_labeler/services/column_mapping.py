"""Which column of which table means what, as a person settles it before an import.

Tables with the same columns are settled together. Nothing is guessed: what the names and the
contents of columns suggest is a proposal that is shown, and a category that the scheme does not
know stays undecided until somebody says which one it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from adme_labeler import protocol
from adme_labeler.domain.categories import CategoryKey, CategoryScheme
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.language import mark, tr
from adme_labeler.protocol import TableLayout, TablePreviewed
from adme_labeler.protocol.tables import PREVIEW_VALUES

MEANINGS: tuple[tuple[str, str], ...] = (
    ("text", mark("Text")),
    ("category", mark("Category")),
    ("also", mark("Also")),
    ("drug", mark("Drug")),
    ("drug_group", mark("Drug group")),
    ("set_id", mark("Set id")),
    ("section", mark("Section")),
    ("heading", mark("Heading")),
    ("note", mark("Note")),
    ("uid", mark("Sentence id")),
    ("", mark("Ignore")),
)
"""Field of a column and what a person calls it."""
_NAMES = dict(MEANINGS)
SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".ods")
_SHORT = 2
"""Letters; keys and synonyms this short stand in many words by chance."""


@dataclass(frozen=True)
class Written:
    """A category as tables write it, in how many cells, and what it is taken for.

    `key` is "" while it is left undecided. `known`: the scheme itself knows it. `likely` is the
    one category whose name stands in it, for a person to confirm.
    """

    text: str
    count: int
    key: str
    known: bool
    likely: str = ""


@dataclass
class _Group:
    """Tables with the same columns: their fields by column, and what was said of categories."""

    fields: list[str]
    said: dict[str, str] = field(default_factory=dict[str, str])


Signature = tuple[str, ...]


class ColumnMapping:
    """What is known and settled about the tables of one import. Paths are as in the previews."""

    def __init__(self, scheme: CategoryScheme) -> None:
        self.scheme = scheme
        self.tables: dict[str, TablePreviewed] = {}
        self._groups: dict[Signature, _Group] = {}
        self._left_out: set[str] = set()

    def take(self, table: TablePreviewed) -> None:
        """A table was looked into, for the first time or again after it is read in another way."""
        self.tables[table.path] = table
        signature = _signature(table)
        if signature and signature not in self._groups:
            self._groups[signature] = _Group([column.field for column in table.columns])

    def paths(self) -> list[str]:
        return list(self.tables)

    def alike(self, path: str) -> list[str]:
        """The tables with the same columns as this one, itself included."""
        signature = _signature(self.tables[path])
        return [p for p, t in self.tables.items() if signature and _signature(t) == signature]

    # ------------------------------------------------------------------ columns

    def field(self, path: str, column: int) -> str:
        return self._group(path).fields[column]

    def choose(self, path: str, column: int, chosen: str) -> None:
        """Say what a column means, in this table and all like it. Raises KeyError for no field."""
        if chosen not in _NAMES:
            raise KeyError(chosen)
        self._group(path).fields[column] = chosen

    def leave_out(self, path: str, left_out: bool) -> None:
        (self._left_out.add if left_out else self._left_out.discard)(path)

    def is_left_out(self, path: str) -> bool:
        return path in self._left_out

    # ------------------------------------------------------------------ categories

    def categories(self, path: str) -> list[Written]:
        """Categories in this table and those like it: unknown ones first, then by number."""
        group = self._group(path)
        counts: dict[str, int] = {}
        shown: dict[str, str] = {}
        for like in self.alike(path):
            for column, meaning in zip(self.tables[like].columns, group.fields, strict=True):
                for value, count in _written(meaning, column.values):
                    folded = _folded(value)
                    shown.setdefault(folded, value)
                    counts[folded] = counts.get(folded, 0) + count
        found: list[Written] = []
        for folded, count in counts.items():
            known = self.scheme.find(folded)
            likely = "" if known else self._likely(folded)
            key = known or group.said.get(folded, "")
            found.append(Written(shown[folded], count, key, known is not None, likely))
        return sorted(found, key=lambda w: (w.known, -w.count, w.text))

    def decide(self, path: str, written: str, key: str) -> None:
        """Take a written category for one of the scheme, or leave it undecided ("")."""
        if key:
            self.scheme[key]
        self._group(path).said[_folded(written)] = key

    # ------------------------------------------------------------------ what is wrong

    def problem(self, path: str) -> str:
        """Why this table cannot be imported as it is settled now, in one sentence; "" if it can."""
        table = self.tables[path]
        if table.fatal:
            return table.problem
        fields = self._group(path).fields
        for meaning, name in MEANINGS:
            same = [c.name for c, f in zip(table.columns, fields, strict=True) if f == meaning]
            if meaning and len(same) > 1:
                return tr(
                    'Two columns are chosen as {name}: "{one}" and "{other}"; one of '
                    "them must mean something else or be ignored.",
                    name=tr(name),
                    one=same[0],
                    other=same[1],
                )
        if "text" not in fields:
            return tr("No column is chosen as Text: say which one holds the sentences.")
        return ""

    def remark(self, path: str) -> str:
        """What should be known about a table that can be imported; "" for nothing."""
        table = self.tables[path]
        if table.problem:
            return "" if table.fatal else table.problem
        for column, meaning in zip(table.columns, self._group(path).fields, strict=True):
            if meaning in ("category", "also") and not column.values and table.count:
                return tr(
                    '"{column}" has more than {most} different values or long ones; only '
                    "those that the scheme knows will be taken.",
                    column=column.name,
                    most=PREVIEW_VALUES,
                )
        return ""

    def refusal(self, others: int = 0) -> str:
        """Why the import cannot start, in one sentence that names the file; "" if it can.

        `others` counts what is imported besides tables. Of several files one that cannot be read
        does not stop the rest: the report will say it.
        """
        wanted = [path for path in self.tables if path not in self._left_out]
        readable = [path for path in wanted if not self.tables[path].fatal]
        for path in readable:
            if problem := self.problem(path):
                return f"{Path(path).name}: {problem}" if len(self.tables) > 1 else problem
        if not readable and not others:
            if not wanted:
                return tr("Every table is left out.")
            first = self.problem(wanted[0])
            return (
                first
                if len(wanted) == 1
                else tr("None of the tables can be read. {why}", why=first)
            )
        return ""

    def layouts(self) -> dict[str, TableLayout]:
        """How the import is to read every table."""
        result: dict[str, TableLayout] = {}
        for path, table in self.tables.items():
            if path in self._left_out:
                result[path] = TableLayout(skip=True)
                continue
            if table.fatal:
                continue
            names = (column.name for column in table.columns)
            result[path] = msgspec.structs.replace(
                table.layout,
                columns=dict(zip(names, self._group(path).fields, strict=True)),
                categories={written.text: written.key for written in self.categories(path)},
            )
        return result

    # ------------------------------------------------------------------ helpers

    def _group(self, path: str) -> _Group:
        return self._groups.get(_signature(self.tables[path])) or _Group([])

    def _likely(self, folded: str) -> str:
        found = [
            category.key
            for category in self.scheme.categories
            if any(
                len(name) > _SHORT and re.search(rf"\b{re.escape(name.casefold())}\b", folded)
                for name in (category.name, *category.synonyms)
            )
        ]
        return found[0] if len(found) == 1 else ""


def may_hold_tables(paths: Iterable[Path]) -> bool:
    """Whether it is worth looking: some file is a table by its name, or there is a folder."""
    return any(is_table(path) or path.is_dir() for path in paths)


def is_table(path: Path) -> bool:
    return path.name.casefold().removesuffix(".gz").endswith(SUFFIXES)


def write_preview_job(
    folder: Path, number: int, paths: Sequence[Path], layouts: Mapping[str, TableLayout]
) -> Path:
    """Job file for `adme_labeler.worker preview`; returns its path. Raises OSError."""
    job = protocol.PreviewJob(
        paths=tuple(str(path.expanduser().absolute()) for path in paths), layouts=dict(layouts)
    )
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"preview-{number}.json"
    target.write_bytes(msgspec.json.encode(job))
    return target


def layout_of_words(
    scheme: CategoryScheme,
    columns: Sequence[str] = (),
    categories: Sequence[str] = (),
    sheet: str = "",
    header: int | None = None,
) -> TableLayout:
    """A layout as the command line says it: "Header=text", "Elim=E", "Other stuff=".

    Raises ImportProblem with one sentence for a word that is not understood.
    """
    fields: dict[str, str] = {}
    for word in columns:
        name, meaning = _pair(word)
        if not name:
            raise ImportProblem(
                tr(
                    '"{word}" does not say what a column means; write it as "{example}".',
                    word=word,
                    example="Header=text",
                )
            )
        wanted = _folded(meaning)
        found = next((f for f, n in MEANINGS if wanted in (f, n.casefold()) and wanted), None)
        if found is None and wanted not in ("", "ignore"):
            known = ", ".join(f or "ignore" for f, _ in MEANINGS)
            raise ImportProblem(
                tr(
                    'A column cannot mean "{meaning}"; it can be one of {known}.',
                    meaning=meaning,
                    known=known,
                )
            )
        fields[name] = found or ""
    keys: dict[str, str] = {}
    for word in categories:
        written, meaning = _pair(word)
        if not written:
            raise ImportProblem(
                tr(
                    '"{word}" does not say what a category means; write it as "{example}".',
                    word=word,
                    example="Elim=E",
                )
            )
        key: CategoryKey | None = scheme.find(meaning) if meaning else CategoryKey("")
        if key is None:
            known = ", ".join(f"{c.key} ({c.name})" for c in scheme.categories)
            raise ImportProblem(
                tr(
                    '"{meaning}" is no category of the project; it has {known}.',
                    meaning=meaning,
                    known=known,
                )
            )
        keys[written] = key
    return TableLayout(sheet=sheet, header=header, columns=fields, categories=keys)


def _pair(word: str) -> tuple[str, str]:
    """What stands before and behind the last "="; ("", "") where nothing stands before one."""
    name, sign, meaning = word.rpartition("=")
    if not sign or not name.strip():
        return "", ""
    return name.strip(), meaning.strip()


def _written(meaning: str, values: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    for value, count in values.items():
        if meaning == "category":
            yield value, count
        elif meaning == "also":
            for part in re.split(r"[;,|+]", value):
                if part.strip():
                    yield " ".join(part.split()), count


def _signature(table: TablePreviewed) -> Signature:
    return tuple(column.name.casefold() for column in table.columns)


def _folded(written: str) -> str:
    return " ".join(written.split()).casefold()
