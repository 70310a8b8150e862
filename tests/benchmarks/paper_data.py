"""The public data sets of the two-stage paper, cut to unequal sizes; nothing of them is kept here.

Wants the folder that ADME_REAL_DATA names (`paper/sst2`, `paper/20news`). Every draw has
random_state 42 and is the same for all presets and seeds.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RATIOS = (0.1, 0.2, 0.4)
IMBALANCES = (10, 100)
_STATE = 42


@dataclass(frozen=True)
class Task:
    """Texts with category indices of `keys`; `rare` are the categories that the cut made rare.

    `name` tells the data set and the cut, `size` how much of the data set there is.
    """

    data: str
    name: str
    size: str
    keys: tuple[str, ...]
    rare: tuple[int, ...]
    train: tuple[str, ...]
    train_categories: Ints
    test: tuple[str, ...]
    test_categories: Ints
    max_length: int


def sst2(ratio: float, positives: int = 0) -> Task:
    """All positives (or as many drawn ones), floor(ratio x positives) negatives; test: GLUE dev."""
    folder = _folder() / "sst2"
    texts, categories = _read_sst2(folder / "train.tsv.gz")
    good, bad = np.flatnonzero(categories == 1), np.flatnonzero(categories == 0)
    if positives:
        good = _draw(good, positives)
    bad = _draw(bad, math.floor(ratio * len(good)))
    rows = np.sort(np.concatenate([good, bad]))
    test, test_categories = _read_sst2(folder / "dev.tsv.gz")
    return Task(
        data="sst2",
        name=f"sst2-r{ratio:g}-p{len(good)}",
        size=f"{len(good)} positives, {len(bad)} negatives",
        keys=("negative", "positive"),
        rare=(0,),
        train=tuple(texts[row] for row in rows),
        train_categories=categories[rows],
        test=tuple(test),
        test_categories=test_categories,
        max_length=128,
    )


def newsgroups(imbalance: int, largest: int = 0, test_of_each: int = 0, tokens: int = 128) -> Task:
    """Class i of 20, in a drawn order, keeps largest x imbalance^(-i/19) documents (Cao 2019).

    Headers and quoted lines are taken off, since senders and threads give the group away; documents
    without anything else are left out. `largest` 0 is the smallest class of the whole data set,
    `test_of_each` 0 the whole test set. The tail third, 7 classes, are the rare ones.
    """
    folder = _folder() / "20news"
    texts, labels = _read_newsgroups(folder / "train.jsonl.gz")
    test, test_labels = _read_newsgroups(folder / "test.jsonl.gz")
    random = np.random.RandomState(_STATE)
    keys = tuple(random.permutation(sorted(set(labels))).tolist())
    categories = np.array([keys.index(label) for label in labels], dtype=np.int64)
    test_categories = np.array([keys.index(label) for label in test_labels], dtype=np.int64)
    most = largest or int(np.bincount(categories).min())
    sizes = [max(1, round(most * imbalance ** (-i / (len(keys) - 1)))) for i in range(len(keys))]
    # A class's documents have one order, so that a smaller cut is part of a larger one.
    mine = [random.permutation(np.flatnonzero(categories == c)) for c in range(len(keys))]
    rows = np.sort(np.concatenate([of[:n] for of, n in zip(mine, sizes, strict=True)]))
    kept = np.arange(len(test))
    if test_of_each:
        drawn = [
            _draw(np.flatnonzero(test_categories == c), test_of_each) for c in range(len(keys))
        ]
        kept = np.sort(np.concatenate(drawn))
    return Task(
        data="newsgroups",
        name=f"newsgroups-i{imbalance}-n{most}-t{len(kept)}-{tokens}",
        size=f"{len(rows)} documents, {max(sizes)} to {min(sizes)} a class, {tokens} tokens",
        keys=keys,
        rare=tuple(range(len(keys)))[-math.ceil(len(keys) / 3) :],
        train=tuple(texts[row] for row in rows),
        train_categories=categories[rows],
        test=tuple(test[row] for row in kept),
        test_categories=test_categories[kept],
        max_length=tokens,
    )


def _draw(rows: Ints, count: int) -> Ints:
    """As pandas' `sample(n=count, random_state=42)` draws."""
    chosen = np.random.RandomState(_STATE).choice(len(rows), min(count, len(rows)), replace=False)
    return rows[chosen]


def _read_sst2(path: Path) -> tuple[list[str], Ints]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts = [row["sentence"].strip() for row in rows]
    return texts, np.array([int(row["label"]) for row in rows], dtype=np.int64)


def _read_newsgroups(path: Path) -> tuple[list[str], list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    bodies = [(_body(record["text"]), str(record["label"])) for record in records]
    kept = [(text, label) for text, label in bodies if text]
    return [text for text, _ in kept], [label for _, label in kept]


def _body(text: str) -> str:
    """What the author wrote: no header, no quoted line, no line that announces a quotation."""
    _, _, body = text.partition("\n\n")
    lines = (line.strip() for line in body.splitlines())
    kept = [
        li for li in lines if li and li[0] not in ">|:" and not li.endswith(("writes:", "wrote:"))
    ]
    return " ".join(" ".join(kept).split())[:2000]


def _folder() -> Path:
    folder = os.environ.get("ADME_REAL_DATA", "")
    if not folder:
        raise SystemExit("Set ADME_REAL_DATA to the folder of the real labels.")
    return Path(folder) / "paper"
