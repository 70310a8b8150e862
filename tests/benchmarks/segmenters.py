"""Sentence splitters compared on our gold boundaries: precision, recall, sentences per second.

    python tests/benchmarks/segmenters.py [--csv OUT.csv] [--show NAME] [GOLD.txt ...]

A boundary is the number of visible characters before it, so that blanks and bullets do not matter.
Only splitters that are installed are compared (`pip install adme-labeler[bench]`). `--show` prints
the boundaries that the splitter of that name misses or invents.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.metadata
import platform
import re
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "segmentation"
BULLETS = "•▪●◦■‣∙"
Splitter = Callable[[str], list[str]]


def paragraphs(path: Path) -> list[tuple[str, list[str]]]:
    """(paragraph, its sentences) of a gold file; see the README beside it."""
    found: list[tuple[str, list[str]]] = []
    for part in path.read_text("utf-8").split("\n\n"):
        lines = [line for line in part.splitlines() if line and not line.startswith("#")]
        text = ""
        for line in lines:
            text += line[1:] if line.startswith("+") else (" " if text else "") + line
        if lines:
            found.append((text, [line.removeprefix("+") for line in lines]))
    return found


def boundaries(sentences: list[str]) -> set[int]:
    """Ends of all sentences but the last, in visible characters."""
    ends: set[int] = set()
    seen = 0
    for sentence in sentences[:-1]:
        seen += sum(_visible(c) for c in sentence)
        ends.add(seen)
    return ends


def _visible(character: str) -> bool:
    return not character.isspace() and character not in BULLETS


def decisions(text: str, sentences: list[str]) -> int:
    """Places where a splitter has to decide: stops with something behind, and true boundaries."""
    places = boundaries(sentences)
    seen = 0
    for index, character in enumerate(text):
        seen += _visible(character)
        if character in ".!?" and index + 1 < len(text) and text[index + 1 :].strip():
            following = text[index + 1]
            if following.isspace() or following.isupper() or following in ")]\"'":
                places.add(seen)
    return len(places)


def measure(split: Splitter, gold: list[tuple[str, list[str]]]) -> tuple[float, float, float]:
    """(precision, recall, sentences per second)."""
    right = wrong = missed = 0
    for text, sentences in gold:
        true, claimed = boundaries(sentences), boundaries(split(text))
        right += len(true & claimed)
        wrong += len(claimed - true)
        missed += len(true - claimed)
    started = time.perf_counter()
    rounds = 0
    while time.perf_counter() - started < 1.0:
        for text, _ in gold:
            split(text)
        rounds += 1
    speed = rounds * sum(len(s) for _, s in gold) / (time.perf_counter() - started)
    return right / max(right + wrong, 1), right / max(right + missed, 1), speed


def ours() -> Splitter:
    from adme_labeler.importers.segmenter import sentence_spans

    return lambda text: [text[a:b] for a, b in sentence_spans(text)]


def naive() -> Splitter:
    """A stop, a blank, a capital letter: what one writes in a minute."""
    return re.compile(r"(?<=[.!?])\s+(?=[A-Z])").split


def pysbd() -> Splitter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False)
    return segmenter.segment


def syntok() -> Splitter:
    module = importlib.import_module("syntok.segmenter")

    def split(text: str) -> list[str]:
        return [
            "".join(token.spacing + token.value for token in sentence)
            for paragraph in module.analyze(text)
            for sentence in paragraph
        ]

    return split


def nupunkt() -> Splitter:
    return importlib.import_module("nupunkt").sent_tokenize


def yasbd() -> Splitter:
    detector = importlib.import_module("yasbd").BoundaryDetector("en")
    return lambda text: list(detector.segment(text))


def spacy() -> Splitter:
    nlp = importlib.import_module("spacy").blank("en")
    nlp.add_pipe("sentencizer")
    return lambda text: [sentence.text for sentence in nlp(text).sents]


SPLITTERS: dict[str, Callable[[], Splitter]] = {
    "own rules": ours,
    "naive": naive,
    "pysbd": pysbd,
    "syntok": syntok,
    "nupunkt": nupunkt,
    "yasbd-lib": yasbd,
    "spacy": spacy,
}
COLUMNS = "file,boundaries,decisions,splitter,version,precision,recall,f1,sentences_per_second,date"


def compared(path: Path) -> list[dict[str, str]]:
    """One row per installed splitter for one gold file, best first."""
    gold = paragraphs(path)
    rows: list[dict[str, str]] = []
    for name, make in SPLITTERS.items():
        try:
            split = make()
        except ModuleNotFoundError:
            print(f"{name} is not installed")
            continue
        precision, recall, speed = measure(split, gold)
        rows.append(
            {
                "file": path.name,
                "boundaries": str(sum(len(boundaries(s)) for _, s in gold)),
                "decisions": str(sum(decisions(text, s) for text, s in gold)),
                "splitter": name,
                "version": _version(name),
                "precision": f"{precision:.3f}",
                "recall": f"{recall:.3f}",
                "f1": f"{2 * precision * recall / max(precision + recall, 1e-9):.3f}",
                "sentences_per_second": f"{speed:.0f}",
                "date": f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}",
            }
        )
    return sorted(rows, key=lambda row: -float(row["f1"]))


def _version(name: str) -> str:
    if name in ("own rules", "naive"):
        return ""
    return importlib.metadata.version(name)


def differences(split: Splitter, gold: list[tuple[str, list[str]]]) -> list[str]:
    """Invented (+) and missed (-) boundaries with the text around them."""
    found: list[str] = []
    for text, sentences in gold:
        true, claimed = boundaries(sentences), boundaries(split(text))
        at: list[int] = [i for i, c in enumerate(text) if _visible(c)]
        for place in sorted(true ^ claimed):
            cut = at[place - 1] + 1
            mark = "-" if place in true else "+"
            found.append(f"{mark} {text[max(0, cut - 40) : cut]} ¦ {text[cut : cut + 30]}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--show", choices=sorted(SPLITTERS))
    parser.add_argument("gold", nargs="*", type=Path)
    arguments = parser.parse_args()
    files = arguments.gold or sorted(FOLDER.glob("*.txt"))
    if arguments.show:
        for path in files:
            print(path.name)
            print("\n".join(differences(SPLITTERS[arguments.show](), paragraphs(path))))
        return
    rows = [row for path in files for row in compared(path)]
    for row in rows:
        print("  ".join(f"{row[c]:<12}" for c in COLUMNS.split(",")[:-1]))
    if arguments.csv:
        with arguments.csv.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS.split(","))
            writer.writerows([row[c] for c in COLUMNS.split(",")] for row in rows)


if __name__ == "__main__":
    main()
