"""Sentence splitters compared on our gold boundaries: precision, recall, sentences per second.

    python tests/benchmarks/segmenters.py [GOLD.txt ...]

A boundary is the number of visible characters before it, so that blanks do not matter. Only
splitters that are installed are compared.
"""

from __future__ import annotations

import importlib
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "segmentation"
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
        seen += sum(not c.isspace() for c in sentence)
        ends.add(seen)
    return ends


def decisions(text: str, sentences: list[str]) -> int:
    """Places where a splitter has to decide: stops with something behind, and true boundaries."""
    places = boundaries(sentences)
    seen = 0
    for index, character in enumerate(text):
        seen += not character.isspace()
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


SPLITTERS: dict[str, Callable[[], Splitter]] = {
    "own rules": ours,
    "pysbd": pysbd,
    "syntok": syntok,
    "nupunkt": nupunkt,
    "yasbd-lib": yasbd,
}


def main() -> None:
    files = [Path(a) for a in sys.argv[1:]] or sorted(FOLDER.glob("*.txt"))
    for path in files:
        gold = paragraphs(path)
        total = sum(decisions(text, sentences) for text, sentences in gold)
        true = sum(len(boundaries(sentences)) for _, sentences in gold)
        print(f"{path.name}: {total} decisions, {true} boundaries")
        for name, make in SPLITTERS.items():
            try:
                split = make()
            except ImportError:
                print(f"  {name:<10} not installed")
                continue
            precision, recall, speed = measure(split, gold)
            print(f"  {name:<10} precision {precision:.3f}  recall {recall:.3f}  {speed:>9,.0f}/s")


if __name__ == "__main__":
    main()
