"""What models that had not seen an annotation say about it, and which annotations look wrong."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from adme_labeler import protocol
from adme_labeler.ml import checkpoint
from adme_labeler.ml.logistic import Floats
from adme_labeler.statistics.suspicious import Suspicious, suspecting_in_slices

FILE = "out_of_fold.json"
"""In a model folder, beside its card."""


@dataclass(frozen=True)
class OutOfFold:
    """Calibrated `probabilities` (n, c) of the sentences with these ids (n), of `categories` (c);
    no fold divides a drug group."""

    categories: tuple[str, ...]
    ids: tuple[int, ...]
    probabilities: Floats


class _Stored(msgspec.Struct, frozen=True):
    categories: tuple[str, ...]
    ids: tuple[int, ...]
    probabilities: tuple[tuple[float, ...], ...]


def write(folder: Path, found: OutOfFold) -> None:
    """Beside a trained model. Raises TrainingProblem when the disk is full."""
    rows = tuple(tuple(round(float(p), 5) for p in row) for row in found.probabilities)
    stored = _Stored(found.categories, found.ids, rows)
    checkpoint.write_bytes(folder / FILE, msgspec.json.encode(stored))


def read(folder: Path) -> OutOfFold | None:
    """None for a model without cross-validation, or of a version that kept nothing of it."""
    try:
        stored = msgspec.json.decode((folder / FILE).read_bytes(), type=_Stored)
    except (OSError, msgspec.DecodeError):
        return None
    shape = (len(stored.ids), len(stored.categories))
    if any(len(row) != shape[1] for row in stored.probabilities):
        return None
    found = np.array(stored.probabilities, dtype=np.float64).reshape(shape)
    return OutOfFold(stored.categories, stored.ids, found)


def examining(
    question: protocol.Examine,
    known: OutOfFold | None,
    texts_of: Callable[[Sequence[int]], Sequence[str]],
) -> Generator[None, None, protocol.Examined]:
    """Which of the annotations in `question` look wrong, most urgent first.

    Judged are those that `known` has probabilities of; `texts_of` gives masked texts by id. In
    slices of some 20 ms, with yields between them: 5,000 annotations take seconds in all.
    """
    given = len(question.items)
    if known is None:
        return protocol.Examined(given, 0, ())
    place = {sentence: row for row, sentence in enumerate(known.ids)}
    keys = known.categories
    judged = [i for i in question.items if i.id in place and i.category in keys]
    if not judged:
        return protocol.Examined(given, 0, ())
    shown = known.probabilities[[place[item.id] for item in judged]]
    categories = [item.category for item in judged]
    texts = texts_of([item.id for item in judged])
    found = yield from suspecting_in_slices(categories, shown, keys, texts)
    return protocol.Examined(
        given,
        len(judged),
        tuple(_found(s, judged[s.row].id, shown[s.row], keys, categories) for s in found),
    )


def _found(
    one: Suspicious, sentence: int, shown: Floats, keys: Sequence[str], categories: Sequence[str]
) -> protocol.SuspectFound:
    said = one.proposed or keys[int(shown.argmax())]
    return protocol.SuspectFound(
        id=sentence,
        given=one.given,
        proposed=one.proposed,
        why=one.suspicion.value,
        model=keys[int(shown.argmax())],
        probability=round(float(shown[keys.index(said)]), 5),
        duplicates=sum(categories[row] == one.proposed for row in one.duplicates),
    )
