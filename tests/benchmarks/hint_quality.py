"""How well headings tell the category of a sentence: coverage of headings, precision and recall.

    python -m tests.benchmarks.hint_quality [--csv OUT.csv] [--wrong A|D|M|E|O]

Wants the real labels in the folder that ADME_REAL_DATA names. Coverage: over sentences of real
labels with their headings (`headed/`). Precision and recall per category: the openFDA labels are
imported as any user would, every sentence of `gold/` is looked up among the imported ones (letters
and digits only), and the hint of its heading and of the sentence is held against the two readers'
adjudicated category. Intervals are Wilson's (95 %).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adme_labeler.domain.records import BlockKind, LabelDraft, LabelType, Sections
from adme_labeler.importers import FileOutcome, headings, read_paths
from adme_labeler.importers.hints import hint_for
from adme_labeler.importers.text import compact
from adme_labeler.statistics.intervals import wilson

CATEGORIES = "ADMEO"
COLUMNS = "hint_of,category,hinted,right,precision,low,high,gold,recall,date"
_SHORTEST = 20
"""Letters that a sentence must share with an imported one to be taken for it."""


@dataclass(frozen=True)
class Found:
    """A gold sentence and what the import says of it."""

    text: str
    path: tuple[str, ...]
    category: str
    heading_hint: str
    sentence_hint: str


def coverage(rows: Iterable[dict[str, str]]) -> tuple[Counter[str], Counter[str]]:
    """(sentences by "understood", "no category" and "not understood", headings not understood).

    A heading is understood where a rule knows its family or reads a category from it; the nearest
    one that is understood counts, as in `hint_for`.
    """
    shares: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for row in rows:
        path = tuple(h for h in row["heading"].split(" > ") if h)
        if not path:
            shares["no heading"] += 1
            continue
        hint = hint_for(path)
        nearest = hint_for(path[-1:]) or headings.family(path[-1]) != headings.UNKNOWN
        if hint:
            shares[f"hint {hint}"] += 1
        elif nearest or any(headings.family(h) != headings.UNKNOWN for h in path):
            shares["understood, no single category"] += 1
        else:
            shares["not understood"] += 1
        if not nearest:
            unknown[path[-1]] += 1
    return shares, unknown


def found(folder: Path) -> tuple[list[Found], int]:
    """(gold sentences met in the imported openFDA labels, gold sentences in all)."""
    with (folder / "gold" / "adme_gold.tsv").open(encoding="utf-8", newline="") as opened:
        gold = list(csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE))
    wanted = {row["set_id"] for row in gold}
    sentences = {
        label.set_id: list(_sentences(label)) for label in _labels(folder) if label.set_id in wanted
    }
    met: list[Found] = []
    for row in gold:
        key = compact(row["text"])
        for letters, path, hint, own in sentences.get(row["set_id"], ()):
            if letters == key or (
                min(len(letters), len(key)) >= _SHORTEST and (letters in key or key in letters)
            ):
                met.append(Found(row["text"], path, row["category"], hint, own))
                break
    return met, len(gold)


def table(met: list[Found]) -> list[dict[str, str]]:
    """One row per category for the hint of the heading and for that of the sentence."""
    rows: list[dict[str, str]] = []
    gold = Counter(f.category for f in met)
    for level in ("heading", "sentence"):
        hinted: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for one in met:
            hint = one.heading_hint if level == "heading" else one.sentence_hint
            hinted[hint] += 1
            right[hint] += hint == one.category
        for key in CATEGORIES:
            low, high = wilson(right[key], hinted[key])
            rows.append(
                {
                    "hint_of": level,
                    "category": key,
                    "hinted": str(hinted[key]),
                    "right": str(right[key]),
                    "precision": f"{right[key] / max(hinted[key], 1):.3f}",
                    "low": f"{low:.3f}",
                    "high": f"{high:.3f}",
                    "gold": str(gold[key]),
                    "recall": f"{right[key] / max(gold[key], 1):.3f}",
                    "date": f"{datetime.now(UTC):%Y-%m-%d}",
                }
            )
    return rows


def _labels(folder: Path) -> Iterator[LabelDraft]:
    for item in read_paths(
        [folder / "openfda" / "drug-label-0001-of-0001.json.zip"],
        sections=Sections.PHARMACOKINETICS,
        types=frozenset(LabelType),
        columns={},
    ):
        if not isinstance(item, FileOutcome):
            yield item


def _sentences(label: LabelDraft) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    for block in label.blocks:
        if block.kind is BlockKind.TABLE:
            continue
        for index, span in enumerate(block.spans):
            own = block.hints[index] if index < len(block.hints) else block.hint
            yield compact(block.text[span.start : span.end]), block.heading_path, block.hint, own


def _headed(folder: Path) -> Iterator[dict[str, str]]:
    path = folder / "headed" / "sentences.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened, delimiter="\t", quoting=csv.QUOTE_NONE)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--wrong", choices=CATEGORIES, help="list wrong headings of a category")
    parser.add_argument("--top", type=int, default=20, help="headings not understood to print")
    arguments = parser.parse_args()
    folder = Path(os.environ["ADME_REAL_DATA"])
    shares, unknown = coverage(_headed(folder))
    total = sum(shares.values())
    print(f"{total} sentences with headings")
    for name, count in shares.most_common():
        print(f"  {name:<32}{count:>7}  {count / total:.1%}")
    print(f"  last heading not understood: {sum(unknown.values()) / total:.1%} of sentences")
    for heading, count in unknown.most_common(arguments.top):
        print(f"    {count:>5}  {heading}")
    met, asked = found(folder)
    print(f"{len(met)} of {asked} gold sentences met in the imported labels")
    if arguments.wrong:
        wrong: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for one in met:
            if arguments.wrong in (one.heading_hint, one.sentence_hint):
                wrong[one.path[-2:]][one.category] += 1
        for path, counts in sorted(wrong.items(), key=lambda item: -sum(item[1].values())):
            print("   ", " > ".join(path), dict(counts))
    rows = table(met)
    for row in rows:
        print("  ".join(f"{row[c]:<9}" for c in COLUMNS.split(",")[:-1]))
    if arguments.csv:
        with arguments.csv.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS.split(","))
            writer.writerows([row[c] for c in COLUMNS.split(",")] for row in rows)


if __name__ == "__main__":
    main()
