"""Tables of sentences: xlsx, xls, ods, csv, tsv. One row is one sentence.

Cells are text: "NA" stays "NA", "=1+1" in a csv stays what it is. Nothing is guessed: columns are
found by their names (or told by the user), categories by name, letter or synonym of the scheme.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath

from adme_labeler.domain.categories import ADME
from adme_labeler.domain.cell_text import unescape
from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockDraft, BlockKind, LabelDraft, SpanDraft
from adme_labeler.importers import drug_names
from adme_labeler.importers.detect import FileKind
from adme_labeler.importers.drafts import About, draft_of_blocks
from adme_labeler.importers.hints import hint_for, sentence_hint
from adme_labeler.importers.row_groups import Row, RowGroups
from adme_labeler.importers.table_columns import FIELDS, folded_category, parts_of_also
from adme_labeler.importers.table_files import Table, opened, table_of, unstored_cells
from adme_labeler.importers.text import ByteStream, cleaned
from adme_labeler.importers.workbooks import Unstored, Workbook
from adme_labeler.language import tr, trn
from adme_labeler.protocol.tables import TableLayout

ROWS_PER_LABEL = 1_000
"""Rows without set id and drug are cut into documents of this size."""
LARGEST_LABEL = 20_000
"""Rows of one set id or drug beyond this become a document of their own: no drug label has them."""
_AS_IT_IS = TableLayout()


@dataclass
class Findings:
    """What a table held that its labels do not show; `sentence` tells it to the curator."""

    rows: int = 0
    empty: int = 0
    formulas: str = ""
    """Cells with a formula and no stored value, as a sentence names them."""
    unknown_categories: dict[str, int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        parts: list[str] = []
        if self.unknown_categories:
            names = ", ".join(f'"{name}"' for name in list(self.unknown_categories)[:5])
            total = sum(self.unknown_categories.values())
            parts.append(
                trn(
                    "{count:,} row has a category that the scheme does not know ({names})",
                    "{count:,} rows have a category that the scheme does not know ({names})",
                    total,
                    names=names,
                )
            )
        if self.formulas:
            parts.append(
                tr("formulas without stored values read as empty ({cells})", cells=self.formulas)
            )
        if self.empty:
            parts.append(
                trn("{count:,} row has no text", "{count:,} rows have no text", self.empty)
            )
        said = "; ".join(parts)
        return said[:1].upper() + said[1:] + "." if said else ""


def read(
    stream: ByteStream,
    kind: FileKind,
    source: str,
    name: str,
    layout: TableLayout,
    findings: Findings,
) -> Iterator[LabelDraft]:
    """Drug labels of a table: rows with the same set id (else the same drug) are one label.

    Rows keep their order inside a label. `findings` is filled while reading. Raises ImportProblem
    when there is no text column, a column comes twice, no row has text or the file is broken.
    """
    file = opened(stream, kind, source, layout)
    groups = RowGroups()
    try:
        table = table_of(file, source, layout)
        if isinstance(file, Workbook):
            unstored = file.unstored(table.sheet)
            findings.formulas = unstored_cells(unstored, table.sheet, file.sheets)
        for row in rows_of(table):
            findings.rows += 1
            if not row.text:
                findings.empty += 1
                continue
            set_id = row.set_id.strip()
            groups.add((set_id, "" if set_id else row.drug), row)
        if not groups and findings.formulas:
            raise ImportProblem(
                tr(
                    "{file} holds formulas without stored values ({formulas}); open it in a "
                    "spreadsheet program, save it and import it again.",
                    file=source,
                    formulas=findings.formulas,
                )
            )
        if not groups:
            raise ImportProblem(tr("{file} has no row with text.", file=source))
        categories = {folded_category(k): v for k, v in layout.categories.items()}
        yield from _labels(groups, PurePath(name).stem, source, _Categories(categories, findings))
    finally:
        groups.close()
        file.close()


def rows_of(table: Table) -> Iterator[Row]:
    """The rows of a table by field: texts, drugs and their groups are cleaned, others as written.

    Apostrophes that an export has put before formula characters are taken away again.
    """
    order = [table.columns.places.get(name, -1) for name in FIELDS]
    escaped = table.columns.escaped
    for number, cells in table.rows:
        width = len(cells)
        values = [cells[at] if 0 <= at < width else "" for at in order]
        row = Row(number, *(unescape(value) for value in values) if escaped else values)
        row.text = cleaned(row.text)
        row.drug = _cleaned_again(row.drug)
        yield row


def sheets(
    stream: ByteStream, kind: FileKind, source: str, first: str = ""
) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """(name, rows of cells as text) of every sheet; a csv or tsv file is one sheet named "".

    The sheet named `first` comes before the others, which come in their order.

    Raises ImportProblem for a file that is damaged, protected or too large, and for a workbook
    with formulas whose results are not stored: their cells would read as empty.
    """
    file = opened(stream, kind, source, _AS_IT_IS)
    try:
        if isinstance(file, Workbook):
            found = ((name, file.unstored(name)) for name in file.sheets)
            name, unknown = next(((n, u) for n, u in found if u.count), ("", Unstored()))
            if unknown.count:
                said = unstored_cells(unknown, name, file.sheets)
                raise ImportProblem(
                    tr(
                        "{file} holds formulas without stored values ({said}); open it in a "
                        "spreadsheet program and save it again.",
                        file=source,
                        said=said,
                    )
                )
        for name in sorted(file.sheets, key=lambda name: name != first):
            yield name, file.rows(name)
    finally:
        file.close()


# --------------------------------------------------------------------------- rows to labels


class _Categories:
    """Written categories to keys: as the person said, else by name, letter or synonym."""

    def __init__(self, told: dict[str, str], findings: Findings) -> None:
        self._told = told
        self._known: dict[str, tuple[str, bool]] = {}
        self._unknown = findings.unknown_categories

    def key(self, written: str) -> str:
        """The key; what is not known stays as written, because the project may have another
        scheme, and is counted."""
        if not written:
            return ""
        known = self._known.get(written)
        if known is None:
            known = self._known[written] = self._find(written)
        key, unknown = known
        if unknown:
            self._unknown[key[:40]] = self._unknown.get(key[:40], 0) + 1
        return key

    def several(self, written: str) -> str:
        """Further categories as keys joined with "+"."""
        if not written:
            return ""
        found = (self._find(part)[0] for part in parts_of_also(written))
        return "+".join(dict.fromkeys(key for key in found if key))

    def _find(self, written: str) -> tuple[str, bool]:
        told = self._told.get(folded_category(written))
        if told is not None:
            return told, False
        clean = cleaned(written)
        found = ADME.find(clean)
        return found or clean, found is None and bool(clean)


def _labels(
    groups: RowGroups, stem: str, source: str, categories: _Categories
) -> Iterator[LabelDraft]:
    for key, before, rows in groups.groups(LARGEST_LABEL):
        set_id, drug = key
        if set_id or drug:
            ident = set_id or _made_id(stem, drug)
            part = before // LARGEST_LABEL + 1
            more, title = (f"#{part}", f", part {part}") if part > 1 else ("", "")
            yield _label(rows, ident + more, source, (drug or stem) + title, categories)
            continue
        whole = groups.size(key) <= ROWS_PER_LABEL
        for start in range(0, len(rows), ROWS_PER_LABEL):
            some = rows[start : start + ROWS_PER_LABEL]
            title = stem if whole else f"{stem}, from row {some[0].number}"
            yield _label(some, _made_id(stem, str(before + start)), source, title, categories)


def _label(
    rows: list[Row], set_id: str, source: str, title: str, categories: _Categories
) -> LabelDraft:
    drugs = list(dict.fromkeys(row.drug for row in rows if row.drug))
    groups = list(dict.fromkeys(g for row in rows if (g := _cleaned_again(row.drug_group).upper())))
    # Our own spreadsheets number the drug groups of a project; a number is no ingredient.
    groups = [g for g in groups if not g.isdigit()]
    about = About(
        source=source,
        source_format="table",
        set_id=set_id,
        title=(", ".join(drugs) or title)[:160],
        ingredients=tuple(sorted(groups)) or drug_names.ingredients(drugs),
        names=drug_names.names_for_masking([*drugs, *groups]),
    )
    return draft_of_blocks(about, tuple(_block(row, categories) for row in rows))


def _block(row: Row, categories: _Categories) -> BlockDraft:
    path, hint = _place(row.heading)
    return BlockDraft(
        kind=BlockKind.PARAGRAPH,
        section_code="",
        section_title=_cleaned_again(row.section),
        heading_path=path,
        text=row.text,
        spans=(SpanDraft(0, len(row.text)),),
        hint=hint,
        hints=(sentence_hint(hint, row.text),),
        categories=_single(categories.key(row.category)),
        also=_single(categories.several(row.also)),
        uids=_single(row.uid.strip()),
        notes=_single(cleaned(row.note)),
    )


@lru_cache(4096)
def _place(heading: str) -> tuple[tuple[str, ...], str]:
    """Heading path of a cell and the hint that it gives."""
    path = tuple(h for part in heading.split(">") if (h := cleaned(part)))
    return path, hint_for(path)


_cleaned_again = lru_cache(4096)(cleaned)
"""For cells that say the same in many rows."""


def _single(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _made_id(stem: str, part: str) -> str:
    key = f"{stem.casefold()}\x1f{part.casefold()}"
    return "table-" + hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).hexdigest()
