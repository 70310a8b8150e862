"""What reading real labels keeps: words lost or doubled, and how sentences begin and end.

    python -m tests.benchmarks.reading_quality [--csv OUT.csv] [--worst N]

Wants the real labels in the folder that ADME_REAL_DATA names.

Completeness: the visible text of every clinical pharmacology section of the SPL documents, letters
and digits only, against the imported blocks and headings. A letter is lost where none of the
eight-letter stretches over it is found in the import; a stretch is doubled where the import has it
more often than the source. Endings: sentences without a final stop and sentences that begin in
lower case, once as a program would see them that takes the text out of the mark-up and cuts behind
every stop ("naive"), once as imported (paragraphs and list items).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from adme_labeler.domain.problems import ImportProblem
from adme_labeler.domain.records import BlockKind, LabelDraft, Sections
from adme_labeler.importers import headings, openfda, running_text, spl_sections, spl_xml
from adme_labeler.importers.text import compact

if TYPE_CHECKING:
    from lxml.etree import _Element

_STRETCH = 8
_NO_TEXT = {"excerpt", "code", "id", "effectiveTime", "author", "observationMedia", "subject"}
_BLOCKS = {"paragraph", "item", "caption", "td", "th", "title", "text", "br", "footnote", "table"}
_NAIVE = re.compile(r"(?<=[.!?])\s+")
_LONG = 600
_FINISHED = re.compile(r"[.!?:;]['\"”’»)\]*†‡§¶]*\s*[\d,–-]*$")
_LOWER = re.compile(r"[\W_]*(?!pH\b|[a-z]+[A-Z]|[a-z]-|[a-z] [A-Z]|t ?1/2)[a-z]")


@dataclass(frozen=True)
class Completeness:
    """Letters of one document's sections, and shares of them lost and doubled."""

    name: str
    letters: int
    lost: int
    doubled: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Endings:
    """Sentences of one source as one splitter cuts them."""

    sentences: int
    unfinished: int
    lower_case: int
    headed: int
    """Begin with a heading that was not told apart."""
    long: int
    """Over 600 characters: mostly tables run into the text."""


def completeness(name: str, data: bytes) -> Completeness | None:
    """None for documents that are no label or have no clinical pharmacology section."""
    import lxml.etree as etree

    try:
        label = spl_xml.read(io.BytesIO(data), name, Sections.CLINICAL_PHARMACOLOGY)
    except ImportProblem:
        return None
    if not label.blocks:
        return None
    sections, _ = spl_sections.chosen(etree.fromstring(data), Sections.CLINICAL_PHARMACOLOGY)
    source = compact(" ".join(visible(section) for section, _ in sections))
    imported = compact(" ".join(_texts(label)))
    there, here = _stretches(source), _stretches(imported)
    covered = bytearray(len(source))
    for at in range(len(source) - _STRETCH + 1):
        if here[source[at : at + _STRETCH]]:
            covered[at : at + _STRETCH] = b"\1" * _STRETCH
    gaps = [m.span() for m in re.finditer(rb"\0+", bytes(covered))]
    doubled = sum(count for s, count in (here - there).items() if there[s])
    return Completeness(
        name,
        len(source),
        sum(b - a for a, b in gaps),
        doubled,
        tuple(source[a:b][:50] for a, b in sorted(gaps, key=lambda g: g[0] - g[1])[:3]),
    )


def visible(element: _Element) -> str:
    """What a reader sees of a section: excerpts, pictures and coded parts left out."""
    name = spl_sections.tag(element)
    if not name or name in _NO_TEXT:
        return ""
    parts = [element.text or ""]
    for child in element:
        parts.append(visible(child))
        parts.append(child.tail or "")
    return "".join(parts) + (" " if name in _BLOCKS else "")


def endings(sentences: Iterable[str]) -> Endings:
    total = unfinished = lower = headed = long = 0
    for sentence in sentences:
        total += 1
        unfinished += _FINISHED.search(sentence) is None
        lower += _LOWER.match(sentence) is not None
        stack = headings.HeadingStack()
        running_text.split_running_text(sentence, stack, [0])
        headed += bool(stack.path)
        long += len(sentence) > _LONG
    return Endings(total, unfinished, lower, headed, long)


def _texts(label: LabelDraft) -> Iterator[str]:
    last: tuple[str, ...] = ()
    for block in label.blocks:
        same = 0
        while same < min(len(last), len(block.heading_path)) and (
            last[same] == block.heading_path[same]
        ):
            same += 1
        yield from block.heading_path[same:]
        last = block.heading_path
        yield " ".join(" ".join(row) for row in block.rows) if block.rows else block.text


def _stretches(text: str) -> Counter[str]:
    return Counter(text[i : i + _STRETCH] for i in range(len(text) - _STRETCH + 1))


# --------------------------------------------------------------------------- the real labels


def _documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((folder / "spl").glob("*.xml")):
        yield path.name, path.read_bytes()
    for path in sorted((folder / "spl_zip").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".xml"):
                    yield f"{path.name}/{name}", archive.read(name)


def _spl_sentences(folder: Path) -> tuple[list[str], list[str]]:
    """(naive, imported) sentences of the pharmacokinetics sections of all SPL documents."""
    import lxml.etree as etree

    naive: list[str] = []
    imported: list[str] = []
    for name, data in _documents(folder):
        try:
            label = spl_xml.read(io.BytesIO(data), name, Sections.PHARMACOKINETICS)
        except ImportProblem:
            continue
        imported.extend(_sentences(label))
        sections, _ = spl_sections.chosen(etree.fromstring(data), Sections.PHARMACOKINETICS)
        for section, _ in sections:
            naive.extend(_cut(visible(section)))
    return naive, imported


def _openfda_sentences(folder: Path) -> tuple[list[str], list[str]]:
    """(naive, imported) sentences of the pharmacokinetics fields of the bulk file."""
    naive: list[str] = []
    imported: list[str] = []
    with zipfile.ZipFile(folder / "openfda" / "drug-label-0001-of-0001.json.zip") as archive:
        results = json.loads(archive.read(archive.namelist()[0]))["results"]
    for result in results:
        label = openfda.read(result, "", Sections.PHARMACOKINETICS)
        imported.extend(_sentences(label))
        for text in result.get("pharmacokinetics") or result.get("clinical_pharmacology") or []:
            naive.extend(_cut(text))
    return naive, imported


def _cut(text: str) -> list[str]:
    return [s for s in _NAIVE.split(" ".join(text.split())) if s]


def _sentences(label: LabelDraft) -> Iterator[str]:
    for block in label.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
            yield from (block.text[s.start : s.end] for s in block.spans)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--worst", type=int, default=8)
    arguments = parser.parse_args()
    folder = Path(os.environ["ADME_REAL_DATA"])
    documents = [c for name, data in _documents(folder) if (c := completeness(name, data))]
    letters = sum(c.letters for c in documents)
    lost, doubled = sum(c.lost for c in documents), sum(c.doubled for c in documents)
    rows: list[tuple[str, str, str]] = [
        ("completeness", "documents", str(len(documents))),
        ("completeness", "letters", str(letters)),
        ("completeness", "lost", f"{lost / letters:.4%}"),
        ("completeness", "doubled", f"{doubled / letters:.4%}"),
        (
            "completeness",
            "lost, worst document",
            f"{max(c.lost / c.letters for c in documents):.2%}",
        ),
        (
            "completeness",
            "doubled, worst document",
            f"{max(c.doubled / c.letters for c in documents):.2%}",
        ),
    ]
    for name, (naive, imported) in (
        ("SPL", _spl_sentences(folder)),
        ("openFDA", _openfda_sentences(folder)),
    ):
        for how, sentences in (("naive", naive), ("imported", imported)):
            found = endings(sentences)
            rows.append((f"{name}, {how}", "sentences", str(found.sentences)))
            for measure, count in (
                ("without final stop", found.unfinished),
                ("lower-case start", found.lower_case),
                ("heading run in", found.headed),
                (f"over {_LONG} characters", found.long),
            ):
                share = count / max(found.sentences, 1)
                rows.append((f"{name}, {how}", measure, f"{count} ({share:.1%})"))
    for row in rows:
        print("  ".join(f"{cell:<26}" for cell in row))
    for one in sorted(documents, key=lambda c: -(c.lost + c.doubled) / c.letters)[
        : arguments.worst
    ]:
        print(
            f"  {one.lost / one.letters:6.2%} lost {one.doubled / one.letters:6.2%} doubled "
            f"{one.letters:>6}  {one.name}  {one.examples}"
        )
    if arguments.csv:
        with arguments.csv.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(("what", "measure", "value", "date"))
            writer.writerows((*row, f"{datetime.now(UTC):%Y-%m-%d}") for row in rows)


if __name__ == "__main__":
    main()
